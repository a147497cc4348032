//! A server in memory with one session and a test application (`application.rs`). In: steps of a file. Out: what it
//! sends. Set up by `options.rs`.
//!
//! The front finds the session by CompIDs (`ISLD` is ours, `TW` the peer), asks for the password where users are
//! named, and refuses a second connection of the same peer. What one read brings is one turn of the session.
//!
//! `app expect next_in=N next_out=N durable_in=N delivered=N logged_on=Y|N incarnation=N` (any of them) looks at the
//! server; `app logged TEXT` says that a line of its log contains this. No log line may ever show a password.

use std::collections::VecDeque;
use std::fmt;
use std::mem;
use std::sync::{Arc, LazyLock};

use bytes::{Buf, Bytes, BytesMut};
use fix_engine::codec::body::Body;
use fix_engine::codec::encode::{Header, encode};
use fix_engine::codec::frame::{Framing, split};
use fix_engine::codec::garbled::Unreadable;
use fix_engine::codec::message::Message;
use fix_engine::dictionary::Dictionary;
use fix_engine::session::Session;
use fix_engine::session::action::Action;
use fix_engine::session::config::{Role, SessionConfig};
use fix_engine::session::input::Input;
use fix_engine::session::logon::LogonRequest;
use fix_engine::session::memory_store::MemoryStore;
use fix_engine::session::store::Store;
use fix_engine::time::Timestamp;
use fix_engine::{msg_type, tag};

use super::application::Application;
use super::options::Options;
use super::script::Step;
use super::wire;

/// Something that the server does.
#[derive(Debug)]
pub(super) enum Output {
    Message(Message),
    Disconnect(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    /// No connection.
    None,
    /// Connected, nothing received yet.
    Fresh,
    /// It is the session's.
    Attached,
}

struct Connection {
    link: Link,
    buffer: BytesMut,
    outputs: VecDeque<Output>,
}

pub(super) struct Acceptor {
    now: Timestamp,
    options: Options,
    session: Session,
    store: MemoryStore,
    application: Application,
    connections: [Connection; 2],
    /// What the session wants done and is not done yet.
    actions: VecDeque<Action>,
    /// The message that was looked at last.
    last: Option<Message>,
    log: Vec<String>,
    /// How many bytes arrive at a time; 0 for all.
    piece_bytes: usize,
    /// What arrives at once when the segment ends, if one has begun.
    segment: Option<Vec<u8>>,
}

/// Reading the dictionary takes a moment: once for all files.
pub(super) static FIX44: LazyLock<Arc<Dictionary>> =
    LazyLock::new(|| Arc::new(Dictionary::fix44()));

/// More ticks than any conversation needs at one moment.
const TICKS_MAX: usize = 10_000;

impl Acceptor {
    pub(super) fn new(options: &[&str]) -> Result<Acceptor, String> {
        let config = SessionConfig::acceptor("ISLD", "TW").with_dictionary(FIX44.clone());
        let mut set = Options::new(config);
        for option in options {
            set.set(option)
                .ok_or_else(|| format!("0: unknown option {option}"))?;
        }
        let connection = || Connection {
            link: Link::None,
            buffer: BytesMut::new(),
            outputs: VecDeque::new(),
        };
        Ok(Acceptor {
            now: set.now,
            session: Session::new(set.config.clone()),
            options: set,
            store: MemoryStore::new(),
            application: Application::default(),
            connections: [connection(), connection()],
            actions: VecDeque::new(),
            last: None,
            log: Vec::new(),
            piece_bytes: 0,
            segment: None,
        })
    }

    pub(super) fn now(&self) -> Timestamp {
        self.now
    }

    pub(super) fn next_output(&mut self, connection: usize) -> Option<Output> {
        let output = self.connections[connection - 1].outputs.pop_front();
        if let Some(Output::Message(message)) = &output {
            self.last = Some(message.clone());
        }
        output
    }

    /// Whether the message that was looked at last has these bytes somewhere.
    fn last_has(&self, text: &str) -> Result<(), String> {
        let last = self.last.as_ref().ok_or("  no message came")?;
        let wanted = wire::raw(text, self.now);
        let mut parts = last.bytes().windows(wanted.len().max(1));
        if parts.any(|part| part == wanted) {
            return Ok(());
        }
        Err(format!("  it is not in {}", last.to_pipe()))
    }

    pub(super) fn outputs_left(&self) -> Vec<String> {
        self.connections
            .iter()
            .flat_map(|connection| &connection.outputs)
            .map(|output| format!("  {output}"))
            .collect()
    }

    pub(super) fn play(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Connect { connection } => self.connect(connection - 1),
            Step::Disconnect { connection } => self.peer_hangs_up(connection - 1),
            Step::Tick { nanos } => self.pass(*nanos),
            Step::Message { connection, text } => {
                self.arrive(connection - 1, wire::message(text, self.now));
            }
            Step::Raw { connection, text } => {
                self.arrive(connection - 1, wire::raw(text, self.now));
            }
            Step::Pieces { bytes } => self.piece_bytes = *bytes,
            Step::Segment { is_begin: true } => self.segment = Some(Vec::new()),
            Step::Segment { is_begin: false } => {
                let bytes = self.segment.take().ok_or("  no segment has begun")?;
                self.arrive(0, bytes);
            }
            Step::Restart => self.restart(),
            Step::App(words) => return self.application(words),
            Step::End => return self.show_no_secret(),
            Step::ExpectBytes { text } => return self.last_has(text),
            Step::Option(_) | Step::Expect { .. } => {}
        }
        Ok(())
    }

    fn connect(&mut self, at: usize) {
        self.connections[at].link = Link::Fresh;
        self.connections[at].buffer.clear();
        if self.options.config.role == Role::Initiator {
            self.connections[at].link = Link::Attached;
            self.handle([Input::Connected]);
        }
    }

    fn peer_hangs_up(&mut self, at: usize) {
        if self.connections[at].link == Link::Attached {
            self.handle([Input::Disconnected]);
        }
        self.connections[at].link = Link::None;
    }

    fn restart(&mut self) {
        self.session = Session::new(self.options.config.clone());
        self.application.restart();
        for connection in &mut self.connections {
            connection.link = Link::None;
            connection.buffer.clear();
        }
    }

    /// Lets time pass, stopping wherever the session wants to wake up.
    fn pass(&mut self, nanos: i64) {
        let end = self.now.plus_nanos(nanos);
        while let Some(at) = self.session.next_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.handle([Input::Tick]);
        }
        self.now = end;
        self.handle([Input::Tick]);
    }

    fn arrive(&mut self, at: usize, bytes: Vec<u8>) {
        if let Some(segment) = &mut self.segment {
            segment.extend(bytes);
            return;
        }
        let piece = if self.piece_bytes == 0 {
            bytes.len().max(1)
        } else {
            self.piece_bytes
        };
        for piece in bytes.chunks(piece) {
            self.receive(at, piece);
        }
    }

    /// One read: everything whole in it is one turn of the session.
    fn receive(&mut self, at: usize, bytes: &[u8]) {
        if self.connections[at].link == Link::None {
            return;
        }
        self.connections[at].buffer.extend_from_slice(bytes);
        let mut inputs = Vec::new();
        while self.connections[at].link != Link::None
            && let Some(input) = self.next_frame(at)
        {
            if self.connections[at].link == Link::Fresh {
                self.greet(at, input);
                continue;
            }
            inputs.push(input);
            if inputs.len() >= self.session.room() {
                self.handle(mem::take(&mut inputs));
            }
        }
        self.handle(inputs);
    }

    fn next_frame(&mut self, at: usize) -> Option<Input> {
        let buffer = &mut self.connections[at].buffer;
        match split(buffer, self.options.message_max_bytes) {
            Framing::Incomplete => None,
            Framing::Garbage { skip, why } => {
                buffer.advance(skip);
                Some(Input::Garbled(why.into()))
            }
            Framing::Frame(len) => Some(self.parsed(at, len)),
        }
    }

    fn parsed(&mut self, at: usize, len: usize) -> Input {
        let bytes: Bytes = self.connections[at].buffer.split_to(len).freeze();
        let check_sum = self.options.config.check_sum;
        match Message::parse_choosing(bytes.clone(), Vec::new(), check_sum) {
            Ok(message) => Input::Message(message),
            Err(why) => Input::Garbled(Unreadable::read(why, &bytes)),
        }
    }

    /// The first message of a connection: who is it?
    fn greet(&mut self, at: usize, input: Input) {
        let Input::Message(message) = &input else {
            return self.turn_away(at, "no message", None);
        };
        let Ok(request) = LogonRequest::read(message) else {
            return self.turn_away(at, "no Logon", None);
        };
        if request.sender != "TW" || request.target != "ISLD" || self.session.is_connected() {
            return self.turn_away(at, "unknown or logged on already", None);
        }
        if let Err((why, told)) = self.authenticate(&request) {
            return self.turn_away(at, &why, Some(told));
        }
        self.connections[at].link = Link::Attached;
        self.handle([Input::Connected, input]);
    }

    /// For the log, and for the peer: which of the two was wrong is nobody's affair.
    fn authenticate(&self, request: &LogonRequest) -> Result<(), (String, &'static str)> {
        if self.options.users.is_empty() {
            return Ok(());
        }
        let told = "wrong username or password";
        let name = request.username.as_deref().unwrap_or_default();
        let known = self.options.users.iter().find(|(user, _)| user == name);
        let (_, password) = known.ok_or((format!("no user {name:?}"), told))?;
        if request.password.as_ref().map(|given| given.reveal()) != Some(password) {
            return Err((format!("wrong password of {name:?}"), told));
        }
        if self.options.locked.iter().any(|locked| locked == name) {
            return Err((format!("user {name:?} is locked"), "the user is locked"));
        }
        Ok(())
    }

    /// Says goodbye to a peer that is no session: numbered 1, none of the session's numbers is used.
    fn turn_away(&mut self, at: usize, why: &str, told: Option<&str>) {
        self.log.push(format!("turned away: {why}"));
        let connection = &mut self.connections[at];
        connection.link = Link::None;
        if let Some(told) = told {
            let mut body = Body::new(msg_type::LOGOUT);
            body.push(tag::TEXT, told);
            let mut bytes = BytesMut::new();
            let header = Header::new("FIX.4.4", "ISLD", "TW", 1, self.now);
            encode(&header, &body, &mut bytes);
            let message = Message::parse(bytes.freeze()).expect("we send what we can read");
            connection.outputs.push_back(Output::Message(message));
        }
        let why = format!("refused by the front: {why}");
        connection.outputs.push_back(Output::Disconnect(why));
    }

    /// Some inputs at once, then all ticks that are due at once, as a driver would.
    fn handle(&mut self, inputs: impl IntoIterator<Item = Input>) {
        self.turn(inputs.into_iter().collect());
        for _ in 0..TICKS_MAX {
            let is_due = self.session.next_timeout().is_some_and(|at| at <= self.now);
            if !is_due {
                return;
            }
            self.turn(vec![Input::Tick]);
        }
        panic!(
            "the session wants to wake up without end: {:?}",
            self.session
        );
    }

    fn turn(&mut self, inputs: Vec<Input>) {
        self.log
            .extend(inputs.iter().map(|input| format!("{input:?}")));
        let mut actions = Vec::new();
        self.session
            .handle_batch(self.now, inputs, &mut self.store, &mut actions);
        self.actions.extend(actions);
        while let Some(action) = self.actions.pop_front() {
            self.log.push(format!("{action:?}"));
            match action {
                Action::Transmit(bytes) => {
                    let message = Message::parse(bytes).expect("we send what we can read");
                    self.attached().outputs.push_back(Output::Message(message));
                }
                Action::Disconnect { why } => {
                    let connection = self.attached();
                    connection.link = Link::None;
                    let output = Output::Disconnect(why.to_string());
                    connection.outputs.push_back(output);
                }
                Action::Deliver(message) => {
                    let inputs = self.application.take(&message);
                    self.turn(inputs);
                }
                _ => {}
            }
        }
    }

    fn attached(&mut self) -> &mut Connection {
        self.connections
            .iter_mut()
            .find(|connection| connection.link == Link::Attached)
            .expect("nothing is sent or closed without a connection")
    }

    fn application(&mut self, words: &str) -> Result<(), String> {
        let (word, rest) = words.split_once(' ').unwrap_or((words, ""));
        match word {
            "expect" => return rest.split(' ').try_for_each(|fact| self.expect(fact)),
            "logged" if self.log.iter().any(|line| line.contains(rest)) => {}
            "logged" => return Err(format!("  not in the log:\n  {}", self.log.join("\n  "))),
            _ => {
                let inputs = self.application.does(word, rest);
                let inputs = inputs.ok_or_else(|| format!("  not understood: app {words}"))?;
                inputs.into_iter().for_each(|input| self.handle([input]));
            }
        }
        Ok(())
    }

    fn expect(&self, fact: &str) -> Result<(), String> {
        let (name, expected) = fact.split_once('=').unwrap_or((fact, ""));
        let got = match name {
            "next_in" => self.session.next_in().to_string(),
            "next_out" => self.store.next_out().to_string(),
            "durable_in" => self.store.next_in().to_string(),
            "delivered" => self.application.delivered.to_string(),
            "incarnation" => self.store.incarnation().to_string(),
            "logged_on" if self.session.is_logged_on() => "Y".to_owned(),
            "logged_on" => "N".to_owned(),
            _ => return Err(format!("  the server does not know {name}")),
        };
        if got == expected {
            Ok(())
        } else {
            Err(format!("  {name}: expected {expected}, got {got}"))
        }
    }

    fn show_no_secret(&self) -> Result<(), String> {
        let secrets = self.options.secrets();
        let mut lines = self.log.iter();
        match lines.find(|line| secrets.iter().any(|secret| line.contains(secret))) {
            Some(line) => Err(format!("  a secret is in the log: {line}")),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Output {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Output::Message(message) => write!(out, "< {}", message.to_pipe()),
            Output::Disconnect(why) => write!(out, "< disconnect ({why})"),
        }
    }
}
