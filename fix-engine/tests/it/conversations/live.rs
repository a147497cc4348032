//! A file played against a live port: the library's acceptor (for `role=initiator` its initiator) behind a real TCP socket, with the
//! same application and the same expectations as in memory. Its clock is a hand that the player moves.
//!
//! Nothing sleeps and nothing is guessed: the session says how many bytes it has read and how many it has given to the
//! connection, so the player knows when a step is through, and reads exactly what was sent.

mod peer;
mod server;
mod stage;

use std::time::Duration;

use fix_engine::codec::message::Message;
use fix_engine::io::clock::{Clock, Hand};
use fix_engine::io::handle::SessionStatus;
use fix_engine::schedule::State as Hours;
use fix_engine::session::config::SessionConfig;
use fix_engine::time::Timestamp;
use tempfile::TempDir;
use tokio::task::yield_now;
use tokio::time::timeout;

use super::acceptor::{FIX44, Output};
use super::expectation::Expectation;
use super::options::Options;
use super::script::{self, Line, Step};
use super::wire;
use peer::{Phase, Wire};
use server::Server;
use stage::Stage;

/// Nothing over loopback takes so long.
const PATIENCE: Duration = Duration::from_secs(20);
/// The time to log on that the acceptor gives.
const LOGON_WAIT_SECS: i64 = 10;

/// Plays one file over TCP; the number of its steps, or the first step that went wrong.
pub(super) async fn play(text: &str) -> Result<usize, String> {
    let lines = script::parse(text)?;
    let options: Vec<&str> = lines.iter().filter_map(|line| line.option()).collect();
    let mut live = Live::start(&options).await?;
    for line in &lines {
        live.step(line)
            .await
            .map_err(|failure| format!("{}: {}\n{failure}", line.number, line.text))?;
    }
    let end = Line {
        number: text.lines().count(),
        text: String::new(),
        step: Step::End,
    };
    let ended = live.step(&end).await;
    ended.map_err(|failure| format!("at the end\n{failure}"))?;
    Ok(lines.len())
}

/// A live server, and the peer's end of its connections.
struct Live {
    options: Options,
    /// Where the session's store lies.
    folder: TempDir,
    hand: Hand,
    clock: Clock,
    now: Timestamp,
    stage: Stage,
    server: Server,
    wires: [Option<Wire>; 2],
    outputs: [Vec<Output>; 2],
    /// The message that was looked at last.
    last: Option<Message>,
    /// How many bytes are written at a time; 0 for all.
    piece_bytes: usize,
    /// What is written at once when the segment ends, if one has begun.
    segment: Option<Vec<u8>>,
}

impl Live {
    async fn start(options: &[&str]) -> Result<Live, String> {
        let config = SessionConfig::acceptor("ISLD", "TW").with_dictionary(FIX44.clone());
        let mut set = Options::new(config);
        for option in options {
            set.set(option)
                .ok_or_else(|| format!("0: unknown option {option}"))?;
        }
        let folder = TempDir::new().map_err(|error| error.to_string())?;
        let (clock, hand) = Clock::manual(set.now);
        let stage = Stage::new(&set);
        let server = Server::start(&set, folder.path(), &clock, &stage).await;
        Ok(Live {
            now: set.now,
            options: set,
            folder,
            hand,
            clock,
            stage,
            server,
            wires: [None, None],
            outputs: [Vec::new(), Vec::new()],
            last: None,
            piece_bytes: 0,
            segment: None,
        })
    }

    async fn step(&mut self, line: &Line) -> Result<(), String> {
        if let Step::Expect { connection, text } = &line.step {
            let outputs = &mut self.outputs[connection - 1];
            let got = (!outputs.is_empty()).then(|| outputs.remove(0));
            if let Some(Output::Message(message)) = &got {
                self.last = Some(message.clone());
            }
            return Expectation::parse(text, self.now).check(got.as_ref());
        }
        if let Step::ExpectBytes { text } = &line.step {
            let last = self.last.as_ref().ok_or("  no message came")?;
            let wanted = wire::raw(text, self.now);
            let mut parts = last.bytes().windows(wanted.len().max(1));
            return match parts.any(|part| part == wanted) {
                true => Ok(()),
                false => Err(format!("  it is not in {}", last.to_pipe())),
            };
        }
        let left: Vec<String> = self
            .outputs
            .iter()
            .flatten()
            .map(ToString::to_string)
            .collect();
        if !left.is_empty() {
            let left = left.join("\n  ");
            return Err(format!(
                "  before this came, and was not expected:\n  {left}"
            ));
        }
        let played = timeout(PATIENCE, self.play(&line.step)).await;
        played.map_err(|_| format!("  the server does not come to rest:\n{}", self.stage.all()))?
    }

    async fn play(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Connect { connection } => self.connect(connection - 1).await,
            Step::Disconnect { connection } => self.hang_up(connection - 1).await,
            Step::Tick { nanos } => self.pass(*nanos).await,
            Step::Message { connection, text } => {
                let bytes = wire::message(text, self.now);
                self.write(connection - 1, bytes).await;
            }
            Step::Raw { connection, text } => {
                let bytes = wire::raw(text, self.now);
                self.write(connection - 1, bytes).await;
            }
            Step::Pieces { bytes } => self.piece_bytes = *bytes,
            Step::Segment { is_begin: true } => self.segment = Some(Vec::new()),
            Step::Segment { is_begin: false } => {
                let bytes = self.segment.take().ok_or("  no segment has begun")?;
                self.write(0, bytes).await;
            }
            Step::Restart => self.restart().await,
            Step::App(words) => return self.application(words).await,
            Step::End => return self.stage.show_no_secret(&self.options.secrets()),
            Step::Option(_) | Step::Expect { .. } | Step::ExpectBytes { .. } => {}
        }
        self.settle().await;
        Ok(())
    }

    async fn connect(&mut self, at: usize) {
        let status = self.status().await;
        if self.server.is_initiator() && matches!(status.hours, Hours::Closed { .. }) {
            // an initiator does not even call outside hours
            return self.outputs[at].push(Output::Disconnect("nobody called".to_owned()));
        }
        let open = self.wires.iter().flatten().count();
        let stream = self.server.connect(open).await;
        self.wires[at] = Some(Wire::new(stream, self.now));
    }

    async fn hang_up(&mut self, at: usize) {
        let Some(wire) = self.wires[at].take() else {
            return;
        };
        drop(wire);
        if wire_was_attached(&self.wires) {
            return;
        }
        // until the session has noticed; a second connection is nobody's
        while at == 0 && self.status().await.is_connected {
            yield_now().await;
        }
    }

    /// Lets time pass, stopping wherever the session wants to wake up.
    async fn pass(&mut self, nanos: i64) {
        let end = self.now.plus_nanos(nanos);
        loop {
            self.settle().await;
            let due = self.status().await.next_timeout;
            match due.filter(|at| *at <= end) {
                Some(at) => self.set_clock(at),
                None => break,
            }
        }
        self.set_clock(end);
    }

    fn set_clock(&mut self, at: Timestamp) {
        self.now = self.now.max(at);
        self.hand.set(self.now);
    }

    async fn write(&mut self, at: usize, bytes: Vec<u8>) {
        if let Some(segment) = &mut self.segment {
            return segment.extend(bytes);
        }
        let piece = match self.piece_bytes {
            0 => bytes.len().max(1),
            piece => piece,
        };
        if let Some(wire) = &mut self.wires[at] {
            wire.write(&bytes, piece).await;
        }
    }

    async fn restart(&mut self) {
        self.wires = [None, None];
        self.server.kill().await;
        self.stage.restart();
        let folder = self.folder.path();
        self.server = Server::start(&self.options, folder, &self.clock, &self.stage).await;
    }

    async fn application(&mut self, words: &str) -> Result<(), String> {
        let (word, rest) = words.split_once(' ').unwrap_or((words, ""));
        match word {
            "expect" => {
                let status = self.status().await;
                let mut facts = rest.split(' ');
                return facts.try_for_each(|fact| self.expect(&status, fact));
            }
            "logged" if self.stage.has(rest) => {}
            "logged" => return Err(format!("  not in the log:\n{}", self.stage.all())),
            _ => {
                let inputs = self.stage.does(word, rest);
                let inputs = inputs.ok_or_else(|| format!("  not understood: app {words}"))?;
                for input in inputs {
                    self.server.ask(input).await;
                    self.settle().await;
                }
            }
        }
        Ok(())
    }

    fn expect(&self, status: &SessionStatus, fact: &str) -> Result<(), String> {
        let (name, expected) = fact.split_once('=').unwrap_or((fact, ""));
        let got = match name {
            "next_in" => status.next_in.to_string(),
            "next_out" => status.next_out.to_string(),
            "durable_in" => status.durable_in.to_string(),
            "delivered" => self.stage.delivered().to_string(),
            "incarnation" => status.incarnation.to_string(),
            "logged_on" if status.is_logged_on => "Y".to_owned(),
            "logged_on" => "N".to_owned(),
            _ => return Err(format!("  the server does not know {name}")),
        };
        if got == expected {
            Ok(())
        } else {
            Err(format!("  {name}: expected {expected}, got {got}"))
        }
    }

    async fn status(&self) -> SessionStatus {
        self.server.session().status().await.expect("it lives")
    }

    /// Lets the server work until it has taken everything that was sent to it, and everything that is due is done; takes what it sent.
    async fn settle(&mut self) {
        loop {
            let status = self.status().await;
            let mut is_settled = status.next_timeout.is_none_or(|at| at > self.now);
            for at in 0..2 {
                is_settled &= self.settle_wire(at, &status).await;
            }
            if is_settled {
                return;
            }
            yield_now().await;
        }
    }

    async fn settle_wire(&mut self, at: usize, status: &SessionStatus) -> bool {
        let Some(wire) = &mut self.wires[at] else {
            return true;
        };
        if wire.phase == Phase::Unknown {
            if self.stage.take_connected() {
                // as of this status it may be gone again already
                wire.phase = Phase::Attached;
                return false;
            }
            if !self.stage.take_turned_away() {
                let is_late = self.now >= wire.since.plus_secs(LOGON_WAIT_SECS);
                return !is_late && !wire.has_asked() && !self.server.is_initiator();
            }
            wire.phase = Phase::Over;
        }
        if wire.phase == Phase::Over || !status.is_connected {
            self.outputs[at].extend(wire.read_to_end().await);
            self.wires[at] = None;
            return true;
        }
        let has_read = status.bytes_in == wire.sent() || !status.wants_messages;
        let is_done = has_read && status.next_timeout.is_none_or(|due| due > self.now);
        if is_done {
            self.outputs[at].extend(wire.read(status.bytes_out).await);
        }
        is_done
    }
}

fn wire_was_attached(wires: &[Option<Wire>; 2]) -> bool {
    wires
        .iter()
        .flatten()
        .any(|wire| wire.phase == Phase::Attached)
}
