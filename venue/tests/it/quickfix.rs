//! [`Client`]: a real FIX engine as a child process, driven by JSON lines (`tests/clients/README.md`); QuickFIX where a test names none.

use crate::engine::Engine;
use crate::harness::{DEADLINE, Venue, repository};
use crate::message::Message;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How a client connects.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    engine: Engine,
    comp_id: String,
    username: String,
    password: String,
    address: String,
    target: String,
    store: PathBuf,
    more: Vec<String>,
}

impl Login {
    /// As the participant of the credentials, on the plain port.
    pub(crate) fn plain(venue: &Venue, folder: &Path, comp_id: &str) -> Self {
        let participant = venue.participant(comp_id);
        let text = |key: &str| participant[key].as_str().unwrap().to_owned();
        Self {
            engine: Engine::QuickFix,
            comp_id: text("comp_id"),
            username: text("username"),
            password: text("password"),
            address: venue.at("/fix/plain").to_owned(),
            target: venue.at("/fix/target_comp_id").to_owned(),
            store: folder.join(format!("store-{comp_id}")),
            more: Vec::new(),
        }
    }

    /// As a participant that was added at run time, on the plain port.
    pub(crate) fn added(venue: &Venue, folder: &Path, comp_id: &str, password: &str) -> Self {
        Self {
            engine: Engine::QuickFix,
            comp_id: comp_id.to_owned(),
            username: comp_id.to_owned(),
            password: password.to_owned(),
            address: venue.at("/fix/plain").to_owned(),
            target: venue.at("/fix/target_comp_id").to_owned(),
            store: folder.join(format!("store-{comp_id}")),
            more: Vec::new(),
        }
    }

    /// The same over TLS, checking the server's certificate, without one of its own.
    pub(crate) fn tls(venue: &Venue, folder: &Path, comp_id: &str) -> Self {
        let mut login = Self::plain(venue, folder, comp_id);
        login.address = venue.at("/fix/tls").to_owned();
        login.more(&["--tls", "--ca", venue.at("/ca")])
    }

    /// Shows the certificate of a participant.
    pub(crate) fn showing(self, venue: &Venue, comp_id: &str) -> Self {
        let participant = venue.participant(comp_id);
        let path = |key: &str| participant[key].as_str().unwrap().to_owned();
        self.more(&["--cert", &path("cert"), "--key", &path("key")])
    }

    /// With another engine.
    pub(crate) fn engine(mut self, engine: Engine) -> Self {
        self.engine = engine;
        self
    }

    /// With another password.
    pub(crate) fn password(mut self, password: &str) -> Self {
        self.password = password.into();
        self
    }

    /// With another CompID.
    pub(crate) fn sender(mut self, comp_id: &str) -> Self {
        self.comp_id = comp_id.into();
        self
    }

    /// With another TargetCompID.
    pub(crate) fn target(mut self, comp_id: &str) -> Self {
        self.target = comp_id.into();
        self
    }

    /// With more arguments of the client.
    pub(crate) fn more(mut self, arguments: &[&str]) -> Self {
        self.more.extend(arguments.iter().map(|a| (*a).to_owned()));
        self
    }
}

/// A client; ended when dropped.
pub(crate) struct Client {
    child: Child,
    commands: ChildStdin,
    events: Receiver<Value>,
    /// Events that nobody has waited for yet, in order.
    unread: Vec<Value>,
    account: Option<String>,
    name: String,
}

impl Client {
    /// Starts the client and waits until both sides are logged on.
    pub(crate) fn log_on(venue: &Venue, folder: &Path, comp_id: &str) -> Self {
        let mut client = Self::start(&Login::plain(venue, folder, comp_id));
        client.logged_on();
        client.trading_for(venue, comp_id)
    }

    /// Orders name the participant's first account from now on.
    pub(crate) fn trading_for(mut self, venue: &Venue, comp_id: &str) -> Self {
        let account = &venue.participant(comp_id)["accounts"][0];
        self.account = account.as_str().map(str::to_owned);
        self
    }

    /// Orders name this account from now on.
    pub(crate) fn with_account(mut self, account: &str) -> Self {
        self.account = Some(account.to_owned());
        self
    }

    /// Starts the client; it connects by itself, again and again.
    pub(crate) fn start(login: &Login) -> Self {
        let (host, port) = login.address.rsplit_once(':').expect("host:port");
        let mut child = login
            .engine
            .client()
            .args(["--host", host, "--port", port])
            .args(["--sender", &login.comp_id, "--target", &login.target])
            .args(["--username", &login.username, "--password", &login.password])
            .arg("--dictionary")
            .arg(repository("dictionaries/FIX44.xml"))
            .arg("--store")
            .arg(&login.store)
            .args(&login.more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("scripts/install has installed the client");
        let (sender, events) = channel();
        let lines = BufReader::new(child.stdout.take().expect("piped above"));
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let event = serde_json::from_str(&line).expect("the client speaks JSON");
                if sender.send(event).is_err() {
                    return;
                }
            }
        });
        Self {
            commands: child.stdin.take().expect("piped above"),
            child,
            events,
            unread: Vec::new(),
            account: None,
            name: format!("{} ({:?})", login.comp_id, login.engine),
        }
    }

    /// Waits until both sides are logged on.
    pub(crate) fn logged_on(&mut self) {
        self.event("a logon", |event| event["event"] == "logon");
    }

    /// Waits for an event; those before it stay for others.
    pub(crate) fn event(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.event_within(DEADLINE, wanted)
            .unwrap_or_else(|| panic!("{}: waited for {what}; came: {:#?}", self.name, self.unread))
    }

    /// Waits for an event for a while.
    pub(crate) fn event_within(
        &mut self,
        limit: Duration,
        wanted: impl Fn(&Value) -> bool,
    ) -> Option<Value> {
        if let Some(at) = self.unread.iter().position(&wanted) {
            return Some(self.unread.remove(at));
        }
        let until = Instant::now() + limit;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let event = self.events.recv_timeout(left).ok()?;
            assert!(
                !["client_reject", "error", "fatal"]
                    .contains(&event["event"].as_str().unwrap_or("")),
                "{}: {event:#}",
                self.name
            );
            if wanted(&event) {
                return Some(event);
            }
            self.unread.push(event);
        }
    }

    /// Waits for an application message with these fields.
    pub(crate) fn message(&mut self, fields: &[(u32, &str)]) -> Message {
        let what = format!("a message with {fields:?}");
        let event = self.event(&what, |event| {
            message_of(event).is_some_and(|m| m.has(fields))
        });
        message_of(&event).expect("matched above")
    }

    /// All application messages that have come and that nobody has waited for.
    pub(crate) fn unread(&mut self) -> Vec<Message> {
        self.unread.extend(self.events.try_iter());
        self.unread.iter().filter_map(message_of).collect()
    }

    /// Tells the client something.
    pub(crate) fn tell(&mut self, command: &Value) {
        writeln!(self.commands, "{command}").expect("the client runs");
    }

    /// Sends an application message.
    pub(crate) fn send(&mut self, msg_type: &str, fields: &[(u32, &str)]) {
        let fields: Vec<Value> = fields
            .iter()
            .map(|(tag, value)| json!([tag, value]))
            .collect();
        self.tell(&json!({ "op": "send", "type": msg_type, "fields": fields }));
    }

    /// NewOrderSingle: a day limit order, with more fields (or others instead).
    pub(crate) fn order(
        &mut self,
        id: &str,
        side: &str,
        qty: &str,
        price: &str,
        more: &[(u32, &str)],
    ) {
        let account = self.account.clone().expect("an account to trade for");
        let mut fields = vec![
            (11, id),
            (1, &account),
            (55, "ACME"),
            (54, side),
            (60, "$now"),
            (38, qty),
            (40, "2"),
            (44, price),
            (59, "0"),
        ];
        for (tag, value) in more {
            match fields.iter_mut().find(|(t, _)| t == tag) {
                Some(slot) => slot.1 = value,
                None => fields.push((*tag, value)),
            }
        }
        fields.retain(|(_, value)| !value.is_empty());
        self.send("D", &fields);
    }

    /// Waits for an ExecutionReport (35=8) of an order.
    pub(crate) fn report(&mut self, id: &str, exec_type: &str) -> Message {
        self.message(&[(35, "8"), (11, id), (150, exec_type)])
    }

    /// Logs out and ends.
    pub(crate) fn quit(mut self) {
        self.tell(&json!({ "op": "quit" }));
        self.child.wait().expect("it was started above");
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn message_of(event: &Value) -> Option<Message> {
    (event["event"] == "app").then(|| Message::of(event["msg"].as_str().expect("a text")))
}
