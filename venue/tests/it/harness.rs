//! Starts the real programs on a folder of their own and ends them again. Settings in; a [`Venue`] with its credentials out.

use crate::http;
use serde_json::Value;
use std::fs::{self, File};
use std::io::Read;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Nothing on this machine takes as long unless it is broken.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);
/// Between two looks at a condition.
const LOOK: Duration = Duration::from_millis(20);

/// The keys that say where the venue listens.
const LISTEN: [&str; 6] = [
    "LOGGIA__FIX__PLAIN",
    "LOGGIA__FIX__TLS",
    "LOGGIA__HTTP__LISTEN",
    "LOGGIA__CONTROL__LISTEN",
    "LOGGIA__METRICS__LISTEN",
    "LOGGIA__METRICS__BACKOFFICE_LISTEN",
];

/// `loggia` on any free ports, in `folder`, with nothing of this process's own settings.
pub(crate) fn loggia(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_loggia"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LOGGIA__")) {
        command.env_remove(name);
    }
    for name in LISTEN {
        command.env(name, "127.0.0.1:0");
    }
    command
        .env("LOGGIA__CALENDAR__DAY_ENDS", in_twelve_hours())
        .env_remove("RUST_LOG")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

/// A time of day (UTC) that no test lives to see: the end of the trading day takes day orders away.
fn in_twelve_hours() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let minutes = (now.as_secs() / 60 + 12 * 60) % (24 * 60);
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// A program of the workspace that lies beside `loggia`.
pub(crate) fn program(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_BIN_EXE_loggia")).with_file_name(name);
    assert!(
        path.exists(),
        "{} is not built: scripts/test builds everything, or run cargo build -p admin-cli",
        path.display()
    );
    path
}

/// A setting of the environment that `scripts/test` makes.
pub(crate) fn provided(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!(
            "{variable} is not set: run scripts/test, which installs and starts what the tests need"
        )
    })
}

/// A file of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A port that nobody listens on now, below those that the system gives out for port 0: it stays free while a venue restarts.
pub(crate) fn free_port() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = std::process::id() % 10_000;
    loop {
        let next = u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(20_000 + (first + next) % 12_000).unwrap();
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            return listener.local_addr().unwrap();
        }
    }
}

/// Looks until `seen` gives something, or the deadline is over.
pub(crate) fn wait_for<T>(what: &str, mut seen: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + DEADLINE;
    loop {
        if let Some(it) = seen() {
            return it;
        }
        assert!(Instant::now() < until, "waited {DEADLINE:?} for {what}");
        std::thread::sleep(LOOK);
    }
}

/// What a program said that has ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs a program to its end, which must come before the deadline.
pub(crate) fn ends(mut command: Command) -> Said {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let streams = [reader(child.stdout.take()), reader(child.stderr.take())];
    let until = Instant::now() + DEADLINE;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if Instant::now() > until {
            child.kill().unwrap();
            panic!("{command:?} has not ended within {DEADLINE:?}");
        }
        std::thread::sleep(LOOK);
    };
    let [out, err] = streams.map(|stream| stream.join().unwrap());
    Said {
        code: status.code(),
        out,
        err,
    }
}

fn reader(stream: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    let mut stream = stream.expect("piped above");
    std::thread::spawn(move || {
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    })
}

/// A running `loggia`; killed when dropped.
pub(crate) struct Venue {
    child: Child,
    /// What credentials.json says.
    pub(crate) credentials: Value,
    folder: PathBuf,
    file: PathBuf,
}

impl Venue {
    /// The whole venue on `folder`/data.
    pub(crate) fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[])
    }

    /// The same with settings from the environment.
    pub(crate) fn start_with(folder: &Path, settings: &[(&str, &str)]) -> Self {
        let mut command = loggia(folder, &["--data", "data"]);
        command.envs(settings.iter().copied());
        Self::open(command, folder, "data/credentials.json")
    }

    /// Whatever `command` starts in `folder`; it is open once it has written `credentials` and says so.
    pub(crate) fn open(mut command: Command, folder: &Path, credentials: &str) -> Self {
        let file = folder.join(credentials);
        // A run that was killed left its own behind.
        let _ = fs::remove_file(&file);
        let name = credentials.replace('/', "-");
        let stream = |kind: &str| File::create(folder.join(format!("{name}.{kind}"))).unwrap();
        let child = command
            .stdout(stream("out"))
            .stderr(stream("err"))
            .spawn()
            .unwrap();
        let mut venue = Self {
            child,
            credentials: Value::Null,
            folder: folder.to_owned(),
            file,
        };
        venue.credentials = wait_for("credentials.json", || {
            venue.assert_alive();
            serde_json::from_slice(&fs::read(&venue.file).ok()?).ok()
        });
        let health = ["metrics", "http"].map(|key| venue.credentials[key].as_str());
        let health = health
            .into_iter()
            .flatten()
            .next()
            .expect("a health port")
            .to_owned();
        wait_for("/health/ready", || {
            venue.assert_alive();
            let answer = http::get(&health, "/health/ready").ok()?;
            (answer.status == 200).then_some(())
        });
        venue
    }

    fn assert_alive(&mut self) {
        if let Some(status) = self.child.try_wait().unwrap() {
            panic!("loggia ended with {status}: {}", self.log());
        }
    }

    /// What it has printed.
    pub(crate) fn printed(&self) -> String {
        self.stream("out")
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        self.stream("err")
    }

    fn stream(&self, kind: &str) -> String {
        let path = self.file.strip_prefix(&self.folder).unwrap();
        let name = path.to_str().unwrap().replace('/', "-");
        fs::read_to_string(self.folder.join(format!("{name}.{kind}"))).unwrap()
    }

    /// A text of the credentials, by JSON pointer.
    pub(crate) fn at(&self, pointer: &str) -> &str {
        let value = self.credentials.pointer(pointer);
        value
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("no {pointer} in {:#}", self.credentials))
    }

    /// A participant of the credentials.
    pub(crate) fn participant(&self, comp_id: &str) -> &Value {
        let all = self.credentials["participants"].as_array().unwrap();
        all.iter()
            .find(|p| p["comp_id"] == comp_id)
            .unwrap_or_else(|| panic!("no participant {comp_id}"))
    }

    /// Runs `loggiactl` with the venue's credentials.
    pub(crate) fn ctl(&self, arguments: &[&str]) -> Said {
        let mut command = Command::new(program("loggiactl"));
        command.arg("--credentials").arg(&self.file);
        command.args(arguments).current_dir(&self.folder);
        ends(command)
    }

    /// The JSON that a `loggiactl` command answers.
    pub(crate) fn ctl_json(&self, arguments: &[&str]) -> Value {
        let mut all = vec!["--output", "json"];
        all.extend(arguments);
        let said = self.ctl(&all);
        assert_eq!(said.code, Some(0), "{arguments:?}: {said:?}");
        serde_json::from_str(&said.out).unwrap()
    }

    /// Tells it to stop (SIGTERM) and waits for its end.
    pub(crate) fn stop(mut self) -> ExitStatus {
        self.signal("-TERM");
        self.end()
    }

    /// Sends it a signal, for instance `-HUP`.
    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args([signal, &pid]).status().unwrap();
        assert!(told.success());
    }

    /// Waits for an end that comes by itself.
    pub(crate) fn end(&mut self) -> ExitStatus {
        let child = &mut self.child;
        wait_for("loggia's end", || child.try_wait().unwrap())
    }

    /// Kills it (SIGKILL): no handler runs.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Venue {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let log = self.log();
            let from = log.len().saturating_sub(4000);
            let from = (from..log.len()).find(|at| log.is_char_boundary(*at));
            eprintln!("the end of loggia's log:\n{}", &log[from.unwrap_or(0)..]);
        }
    }
}
