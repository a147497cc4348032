//! [`Server`]: the real `loggia` in a process of its own, on a data folder of its own, on free ports. It is stopped with SIGTERM, and a
//! server that does not end well spoils the run.

use crate::fault::Fault;
use crate::trader::Plan;
use clap::ValueEnum;
use exchange::config::Durability;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use venue::credentials::{self, Credentials, ParticipantCredentials};

/// How long it may take to open.
const OPEN_MAX: Duration = Duration::from_secs(60);
/// How long it may take to close: the whole venue sees its back office through.
const CLOSE_MAX: Duration = Duration::from_secs(60);
/// How often it is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(20);
/// Participants, each with an account of its own.
const PARTICIPANTS: usize = 32;
/// Instruments; a pair of participants trades in each in turn.
const INSTRUMENTS: usize = 4;
/// Lines of its log that are shown when something is wrong.
const LOG_LINES: usize = 15;
/// What `/proc` counts processor time in: nanoseconds of a tick (USER_HZ is 100 on every Linux).
const TICK_NANOS: u64 = 10_000_000;

/// What runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Program {
    /// `loggia exchange`: no back office.
    Exchange,
    /// `loggia`: exchange and back office in one process.
    Venue,
}

impl Program {
    /// The word for people.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Exchange => "exchange",
            Self::Venue => "venue",
        }
    }
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    folder: TempDir,
    credentials: Credentials,
    /// Participants that have been given out.
    taken: AtomicUsize,
}

impl Server {
    /// Starts it and waits until it is open.
    pub(crate) fn start(
        program: Program,
        durability: Durability,
        disk: &Path,
    ) -> Result<Self, Fault> {
        let folder = tempfile::tempdir_in(disk).map_err(|error| Fault::file(disk, error))?;
        let config = folder.path().join("bench.toml");
        fs::write(&config, configuration(durability))
            .map_err(|error| Fault::file(&config, error))?;
        let log = log_of(&folder);
        let log = File::create(&log).map_err(|error| Fault::file(&log, error))?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_loggia"));
        command
            .env_remove("RUST_LOG")
            .arg("--config")
            .arg(&config)
            .arg("--data")
            .arg(folder.path().join("data"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        if program == Program::Exchange {
            command.arg("exchange");
        }
        let mut child = command
            .spawn()
            .map_err(|error| Fault::Server(format!("does not start: {error}")))?;
        match opened(&mut child, folder.path()) {
            Ok(credentials) => Ok(Self {
                child,
                folder,
                credentials,
                taken: AtomicUsize::new(0),
            }),
            Err(why) => {
                // It is given up in any case.
                let _ = child.kill().and_then(|()| child.wait());
                Err(Fault::Server(format!("{why}\n{}", last_lines(&folder))))
            }
        }
    }

    /// Where FIX is spoken.
    pub(crate) fn address(&self) -> Result<SocketAddr, Fault> {
        let fix = self.credentials.fix.as_ref();
        fix.map(|fix| fix.plain)
            .ok_or_else(|| Fault::Server("tells no FIX port".to_owned()))
    }

    /// Plans for so many participants that have not traded yet, in pairs that begin on opposite sides of one instrument.
    pub(crate) fn plans(&self, count: usize, block: usize) -> Result<Vec<Plan>, Fault> {
        let first = self.taken.fetch_add(count, Ordering::Relaxed);
        let participants = self.credentials.participants.get(first..first + count);
        let participants = participants
            .ok_or_else(|| Fault::Machine(format!("only {PARTICIPANTS} participants are made")))?;
        let plans = participants.iter().enumerate();
        Ok(plans
            .map(|(index, participant)| self.plan(index, participant, block))
            .collect())
    }

    fn plan(&self, index: usize, participant: &ParticipantCredentials, block: usize) -> Plan {
        Plan {
            participant: participant.clone(),
            target_comp_id: self
                .credentials
                .fix
                .as_ref()
                .map_or_else(String::new, |fix| fix.target_comp_id.clone()),
            symbol: symbol(index / 2 % INSTRUMENTS),
            buys_first: index % 2 == 1,
            block,
        }
    }

    /// Processor time that it has used so far.
    pub(crate) fn cpu(&self) -> Result<Cpu, Fault> {
        Cpu::of(&format!("/proc/{}", self.child.id()))
    }

    /// Memory that it holds, in KiB.
    pub(crate) fn resident_kib(&self) -> Result<u64, Fault> {
        let path = format!("/proc/{}/status", self.child.id());
        let text =
            fs::read_to_string(&path).map_err(|error| Fault::file(Path::new(&path), error))?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|rest| rest.split_whitespace().next()?.parse().ok())
            .ok_or_else(|| Fault::Machine(format!("{path} tells no VmRSS")))
    }

    /// Tells it to stop and waits until it has.
    pub(crate) fn stop(mut self) -> Result<(), Fault> {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status();
        if !told.is_ok_and(|status| status.success()) {
            return Err(Fault::Machine(format!("kill -TERM {pid} does not work")));
        }
        let deadline = Instant::now() + CLOSE_MAX;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => {
                    let lines = last_lines(&self.folder);
                    return Err(Fault::Server(format!("ended with {status}\n{lines}")));
                }
                Ok(None) if Instant::now() < deadline => thread::sleep(LOOK),
                Ok(None) => {
                    let why = format!("does not stop within {} s", CLOSE_MAX.as_secs());
                    return Err(self.blame(Fault::Server(why)));
                }
                Err(error) => return Err(Fault::Machine(format!("process {pid}: {error}"))),
            }
        }
    }

    /// Ends it at once; the fault with the end of its log.
    pub(crate) fn blame(mut self, fault: Fault) -> Fault {
        // It is given up in any case.
        let _ = self.child.kill().and_then(|()| self.child.wait());
        Fault::Server(format!(
            "and its client:\n{fault}\n{}",
            last_lines(&self.folder)
        ))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already, or is given up.
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// Waits for the credentials file, the last thing that is written once everything is open.
fn opened(child: &mut Child, folder: &Path) -> Result<Credentials, String> {
    let file = folder.join("data").join(credentials::FILE_NAME);
    let deadline = Instant::now() + OPEN_MAX;
    while Instant::now() < deadline {
        if let Some(credentials) = fs::read(&file)
            .ok()
            .and_then(|json| serde_json::from_slice(&json).ok())
        {
            return Ok(credentials);
        }
        if let Ok(Some(status)) = child.try_wait() {
            return Err(format!("ended with {status} before it was open"));
        }
        thread::sleep(LOOK);
    }
    Err(format!("is not open after {} s", OPEN_MAX.as_secs()))
}

/// Everything that differs from the defaults: ports, durability, who trades what.
fn configuration(durability: Durability) -> String {
    let mut toml = format!(
        "[demo]\nenabled = false\n\
         [fix]\nplain = \"127.0.0.1:0\"\ntls = \"127.0.0.1:0\"\nmessages_per_sec = 0\n\
         [control]\nlisten = \"127.0.0.1:0\"\n\
         [metrics]\nlisten = \"127.0.0.1:0\"\n\
         [http]\nlisten = \"127.0.0.1:0\"\n\
         [journal]\ndurability = \"{}\"\n",
        durability.name()
    );
    let mut positions = String::new();
    for symbol in (0..INSTRUMENTS).map(symbol) {
        append(
            &mut toml,
            format_args!(
                "[[instruments]]\nsymbol = \"{symbol}\"\ncurrency = \"USD\"\ntick = \"0.01\"\nlot = \"1\"\n\
                 min_qty = \"1\"\nmax_qty = \"1000000\"\nreference_px = \"100\"\n"
            ),
        );
        append(&mut positions, format_args!("{symbol} = \"10000000\", "));
    }
    for index in 0..PARTICIPANTS {
        append(
            &mut toml,
            format_args!(
                "[[accounts]]\nname = \"DESK{index:02}\"\ncash = {{ USD = \"1000000000\" }}\n\
                 positions = {{ {} }}\n\
                 [[participants]]\ncomp_id = \"LOAD{index:02}\"\naccounts = [\"DESK{index:02}\"]\n",
                positions.trim_end_matches(", ")
            ),
        );
    }
    toml
}

fn append(text: &mut String, part: std::fmt::Arguments<'_>) {
    // A String takes everything.
    let _ = text.write_fmt(part);
}

fn symbol(index: usize) -> String {
    format!("BENCH{index}")
}

fn log_of(folder: &TempDir) -> std::path::PathBuf {
    folder.path().join("loggia.log")
}

/// The end of its log.
fn last_lines(folder: &TempDir) -> String {
    let log = fs::read_to_string(log_of(folder)).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    let from = lines.len().saturating_sub(LOG_LINES);
    format!("its log ends:\n{}", lines[from..].join("\n"))
}

/// Processor time, in the system and outside of it, in nanoseconds; as exact as a tick of 10 ms.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cpu {
    /// Of the whole process.
    pub(crate) total_nanos: u64,
    /// Of each thread, by its number: its name and its time.
    threads: BTreeMap<String, (String, u64)>,
}

impl Cpu {
    /// Of a process, by its folder in `/proc`.
    pub(crate) fn of(process: &str) -> Result<Self, Fault> {
        let fault = |error| Fault::file(Path::new(process), error);
        let read = |path: &str| -> Result<(String, u64), Fault> {
            let stat = fs::read_to_string(path).map_err(fault)?;
            times(&stat).ok_or_else(|| Fault::Machine(format!("{path} is not understood")))
        };
        let (_, total_nanos) = read(&format!("{process}/stat"))?;
        let mut threads = BTreeMap::new();
        let folder = fs::read_dir(format!("{process}/task")).map_err(fault)?;
        for task in folder.flatten() {
            // A thread may end meanwhile.
            if let Ok(thread) = read(&format!("{}/stat", task.path().display())) {
                threads.insert(task.file_name().to_string_lossy().into_owned(), thread);
            }
        }
        Ok(Self {
            total_nanos,
            threads,
        })
    }

    /// What was used since `earlier`. What a thread used that has ended meanwhile is in the total only.
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        let threads = self.threads.iter().map(|(number, (name, nanos))| {
            let before = earlier.threads.get(number).map_or(0, |(_, nanos)| *nanos);
            (number.clone(), (name.clone(), nanos.saturating_sub(before)))
        });
        Self {
            total_nanos: self.total_nanos.saturating_sub(earlier.total_nanos),
            threads: threads.collect(),
        }
    }

    /// By the threads' names, without those that did nothing.
    pub(crate) fn by_name(&self) -> BTreeMap<&str, u64> {
        let mut sums = BTreeMap::new();
        for (name, nanos) in self.threads.values().filter(|(_, nanos)| *nanos > 0) {
            *sums.entry(name.as_str()).or_default() += nanos;
        }
        sums
    }
}

/// Name and utime + stime of a `stat` (proc(5): fields 2, 14, 15).
fn times(stat: &str) -> Option<(String, u64)> {
    let (head, tail) = stat.rsplit_once(") ")?;
    let (_, name) = head.split_once('(')?;
    let mut fields = tail.split(' ').skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some((name.to_owned(), (user + system) * TICK_NANOS))
}
