//! [`Peer`]: an acceptor that we did not write, as a child process driven by JSON lines (`tests/clients/README.md`). In:
//! commands. Out: events. It answers orders by itself.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use fix_engine::codec::message::Message;
use fix_engine::io::tls::Versions;
use tempfile::TempDir;

use super::super::authority::{Authority, Issued};
use super::event::Event;

/// Nothing on this machine takes as long unless it is broken.
const DEADLINE: Duration = Duration::from_secs(60);

/// An engine with an acceptor.
#[derive(Clone, Copy, Debug)]
pub(super) enum Engine {
    /// QuickFIX, the one in C++, from Python.
    QuickFix,
    /// QuickFIX/J, the one in Java.
    QuickFixJ,
}

impl Engine {
    fn acceptor(self) -> Command {
        match self {
            Engine::QuickFix => {
                let mut command = Command::new(provided("LOGGIA_TEST_PYTHON"));
                command.arg(repository("tests/clients/fix_acceptor.py"));
                command
            }
            Engine::QuickFixJ => {
                let mut command = Command::new("java");
                command.args(["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]);
                command.args(["-cp", &provided("LOGGIA_TEST_QUICKFIXJ")]);
                command.args(["FixPeer", "--accept"]);
                command
            }
        }
    }

    /// What to speak with it. With TLS 1.3 the client ends the handshake, and its Logon may lie in one piece with the end: what
    /// lies behind it QuickFIX/J 2.3.2 (Apache MINA 2.2.4) leaves until more bytes come, and they never do.
    pub(super) fn tls_versions(self) -> Versions {
        match self {
            Engine::QuickFix => Versions::Both,
            Engine::QuickFixJ => Versions::Tls12,
        }
    }
}

fn provided(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run scripts/test, which installs what the tests need")
    })
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A running acceptor ISLD for the initiator TW; ended when dropped.
pub(super) struct Peer {
    pub(super) address: SocketAddr,
    engine: Engine,
    child: Child,
    commands: ChildStdin,
    events: Receiver<Event>,
    /// Events that nobody has waited for yet, in order.
    unread: Vec<Event>,
    /// Its message store and certificates.
    _folder: TempDir,
}

impl Peer {
    /// Starts it and waits until it listens; with an authority over TLS, for clients with a certificate only.
    pub(super) fn start(engine: Engine, tls: Option<(&Authority, &Issued)>) -> Peer {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = engine.acceptor();
        command.args(["--sender", "ISLD", "--target", "TW", "--dictionary"]);
        command.arg(repository("dictionaries/FIX44.xml"));
        command.arg("--store").arg(folder.path().join("store"));
        if let Some((authority, own)) = tls {
            command.arg("--tls");
            for (argument, pem) in [
                ("--ca", &authority.pem),
                ("--cert", &own.certificate),
                ("--key", &own.key),
            ] {
                let file = folder.path().join(format!("{}.pem", &argument[2..]));
                std::fs::write(&file, pem).expect("the folder is there");
                command.arg(argument).arg(file);
            }
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("scripts/install has installed it");
        let lines = BufReader::new(child.stdout.take().expect("piped above"));
        let (sender, events) = channel();
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                if sender.send(Event::read(&line)).is_err() {
                    return;
                }
            }
        });
        let mut peer = Peer {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            engine,
            commands: child.stdin.take().expect("piped above"),
            child,
            events,
            unread: Vec::new(),
            _folder: folder,
        };
        let ready = peer.event("that it is ready", |e| e.kind() == "ready");
        let port = ready.get("port").parse().expect("a port");
        peer.address.set_port(port);
        peer
    }

    /// Tells it to do something, with more JSON members, and waits for the answer.
    pub(super) fn tell(&mut self, op: &str, more: &str) -> Event {
        writeln!(self.commands, r#"{{"op":"{op}"{more}}}"#).expect("it runs");
        self.event("the answer", |e| e.kind() == "done" && e.get("op") == op)
    }

    /// Forces one of its numbers: `next_sender` or `next_target`.
    pub(super) fn force(&mut self, op: &str, number: u64) {
        self.tell(op, &format!(r#","n":{number}"#));
    }

    /// Has it send an ExecutionReport for a ClOrdID; whether it went at once.
    pub(super) fn report(&mut self, id: &str) -> bool {
        let fields = format!(
            r#"[37,"O"],[17,"{id}"],[11,"{id}"],[150,"0"],[39,"0"],[55,"INTC"],[54,"1"],[38,"1"],[151,"1"],[14,"0"],[6,"0"]"#
        );
        let done = self.tell("send", &format!(r#","type":"8","fields":[{fields}]"#));
        done.get("now") == "true"
    }

    /// Waits for an event; those before it stay for others.
    pub(super) fn event(&mut self, what: &str, wanted: impl Fn(&Event) -> bool) -> Event {
        if let Some(at) = self.unread.iter().position(&wanted) {
            return self.unread.remove(at);
        }
        let until = Instant::now() + DEADLINE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(event) = self.events.recv_timeout(left) else {
                panic!(
                    "{:?}: waited for {what}; came: {:#?}",
                    self.engine, self.unread
                );
            };
            assert!(
                !["error", "fatal"].contains(&event.kind()),
                "{:?}: {event:?}",
                self.engine
            );
            if wanted(&event) {
                return event;
            }
            self.unread.push(event);
        }
    }

    /// Waits until it is logged on.
    pub(super) fn logged_on(&mut self) {
        self.event("a logon", |e| e.kind() == "logon");
    }

    /// Waits until it is logged on no more and takes a new connection for a new one. QuickFIX/J tells of the logout before the end of the connection
    /// has gone through its queue, and would end the next one with it.
    pub(super) fn logged_out(&mut self) {
        self.event("a logout", |e| e.kind() == "logout");
        if matches!(self.engine, Engine::QuickFixJ) {
            self.event("the end of the connection", |e| e.kind() == "closed");
        }
    }

    /// Waits until it has taken (`app`, `admin`) or sent (`sent`) a message with these fields.
    pub(super) fn message(&mut self, kind: &str, fields: &[(u32, &str)]) -> Message {
        let found = self.event(&format!("{kind} {fields:?}"), |e| {
            e.kind() == kind && has(&e.message(), fields)
        });
        found.message()
    }

    /// Whether it refused any message of ours so far.
    pub(super) fn has_refused(&mut self) -> bool {
        self.unread.extend(self.events.try_iter());
        self.unread.iter().any(|e| e.kind() == "client_reject")
    }
}

fn has(message: &Message, fields: &[(u32, &str)]) -> bool {
    let mut fields = fields.iter();
    fields.all(|(tag, value)| message.text(*tag) == Some(*value))
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
