//! A server in memory with one session and a test application. In: steps of a file. Out: what it sends.
//!
//! The front finds the session by CompIDs (`ISLD` is ours, `TW` the peer) and refuses a second connection of the same
//! peer. The application echoes orders (D) and security definitions (d), drops a PossResend order whose ClOrdID it
//! has seen, and answers everything else with BusinessMessageReject 380=3.
//!
//! Options: `role=initiator`, `dictionary=off`, `reset_on_logon=Y`, `max_unconfirmed=N`, `max_early=N`,
//! `resend_chunk=N`, `max_resends=N`, `heartbeat=N`, `username=TEXT`, `password=TEXT`, `reset_seq_num_flag=Y`, `schedule=TEXT`
//! (`hours.rs` says how it is written), `now=20260307-12:00:00` (when the conversation begins).
//!
//! The application's words: `hold` (confirm nothing any more), `confirm N`, `confirm` (all, from now on), `send 11=…`
//! (an order), `transient 11=…` (an order that is not kept), `logout TEXT`, `reset`, `next_in N`, `next_out N`,
//! `expect next_in=N next_out=N durable_in=N delivered=N logged_on=Y|N` (any of them).

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::sync::{Arc, LazyLock};

use bytes::{Buf, BytesMut};
use fix_engine::codec::body::Body;
use fix_engine::codec::frame::{Framing, split};
use fix_engine::codec::message::Message;
use fix_engine::codec::pipe;
use fix_engine::dictionary::Dictionary;
use fix_engine::session::Session;
use fix_engine::session::action::{Action, DisconnectReason};
use fix_engine::session::config::{Role, SessionConfig};
use fix_engine::session::input::{Cause, Input, Send};
use fix_engine::session::logon::{LogonRequest, Password};
use fix_engine::session::memory_store::MemoryStore;
use fix_engine::session::store::Store;
use fix_engine::time::{Precision, Timestamp};
use fix_engine::{msg_type, tag};

use super::hours;
use super::script::{self, Step};

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
    config: SessionConfig,
    session: Session,
    store: MemoryStore,
    connections: [Connection; 2],
    /// ClOrdIDs that the application has seen.
    seen: BTreeSet<Vec<u8>>,
    delivered: usize,
    is_holding: bool,
    held: Vec<u64>,
    sent: u64,
}

/// Reading the dictionary takes a moment: once for all files.
static FIX44: LazyLock<Arc<Dictionary>> = LazyLock::new(|| Arc::new(Dictionary::fix44()));

/// The moment at which every conversation begins: 2026-01-05 09:00:00 UTC.
const BEGIN_SECS: i64 = 1_767_603_600;
/// More ticks than any conversation needs at one moment.
const TICKS_MAX: usize = 10_000;
const LIMIT: usize = 64 * 1024;

impl Acceptor {
    pub(super) fn new(options: &[&str]) -> Result<Acceptor, String> {
        let mut config = SessionConfig::acceptor("ISLD", "TW");
        config.dictionary = Some(FIX44.clone());
        let mut now = Timestamp::from_secs(BEGIN_SECS);
        for option in options {
            if let Some(begin) = option.strip_prefix("now=") {
                now = Timestamp::read(begin.as_bytes())
                    .map_err(|_| format!("0: no time: {begin}"))?;
                continue;
            }
            set_option(&mut config, option).ok_or_else(|| format!("0: unknown option {option}"))?;
        }
        let connection = || Connection {
            link: Link::None,
            buffer: BytesMut::new(),
            outputs: VecDeque::new(),
        };
        Ok(Acceptor {
            now,
            session: Session::new(config.clone()),
            config,
            store: MemoryStore::new(),
            connections: [connection(), connection()],
            seen: BTreeSet::new(),
            delivered: 0,
            is_holding: false,
            held: Vec::new(),
            sent: 0,
        })
    }

    pub(super) fn now(&self) -> Timestamp {
        self.now
    }

    pub(super) fn next_output(&mut self, connection: usize) -> Option<Output> {
        self.connections[connection - 1].outputs.pop_front()
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
                let bytes = pipe::to_bytes(&self.completed(text));
                self.receive(connection - 1, &bytes);
            }
            Step::Raw { connection, text } => {
                let text = text
                    .replace('|', "\x01")
                    .replace("\\r", "\r")
                    .replace("\\n", "\n")
                    .replace("\\0", "\0");
                let text = with_times(&text, self.now);
                self.receive(connection - 1, text.as_bytes());
            }
            Step::Restart => {
                self.session = Session::new(self.config.clone());
                self.held.clear();
                for connection in &mut self.connections {
                    connection.link = Link::None;
                    connection.buffer.clear();
                }
            }
            Step::App(words) => return self.application(words),
            Step::Option(_) | Step::Expect { .. } | Step::End => {}
        }
        Ok(())
    }

    fn connect(&mut self, at: usize) {
        self.connections[at].link = Link::Fresh;
        self.connections[at].buffer.clear();
        if self.config.role == Role::Initiator {
            self.connections[at].link = Link::Attached;
            self.handle(Input::Connected);
        }
    }

    fn peer_hangs_up(&mut self, at: usize) {
        if self.connections[at].link == Link::Attached {
            self.handle(Input::Disconnected);
        }
        self.connections[at].link = Link::None;
    }

    /// Lets time pass, stopping wherever the session wants to wake up.
    fn pass(&mut self, nanos: i64) {
        let end = self.now.plus_nanos(nanos);
        while let Some(at) = self.session.next_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.handle(Input::Tick);
        }
        self.now = end;
        self.handle(Input::Tick);
    }

    /// The line with the header fields that it leaves out.
    fn completed(&self, text: &str) -> String {
        let text = with_times(text, self.now);
        if text.starts_with("8=") {
            return text;
        }
        let fields: Vec<&str> = text.split('|').filter(|field| !field.is_empty()).collect();
        let given = |tag: &str| {
            fields
                .iter()
                .find(|field| field.starts_with(tag))
                .map(|field| (*field).to_owned())
        };
        let head = ["35=", "34=", "49=", "52=", "56="]
            .map(|tag| given(tag).unwrap_or_else(|| self.header(tag)));
        let rest = fields
            .iter()
            .filter(|field| !head.iter().any(|given| given == *field));
        let mut line = format!("8=FIX.4.4|{}", head.join("|"));
        rest.for_each(|field| line = format!("{line}|{field}"));
        line
    }

    fn header(&self, tag: &str) -> String {
        match tag {
            "49=" => "49=TW".to_owned(),
            "56=" => "56=ISLD".to_owned(),
            "52=" => format!("52={}", time_text(self.now)),
            other => panic!("the line has no {other}"),
        }
    }

    fn receive(&mut self, at: usize, bytes: &[u8]) {
        if self.connections[at].link == Link::None {
            return;
        }
        self.connections[at].buffer.extend_from_slice(bytes);
        while self.connections[at].link != Link::None {
            let buffer = &mut self.connections[at].buffer;
            match split(buffer, LIMIT) {
                Framing::Incomplete => return,
                Framing::Garbage { skip, why } => {
                    buffer.advance(skip);
                    self.frame(at, Input::Garbled(why));
                }
                Framing::Frame(len) => {
                    let message = Message::parse(buffer.split_to(len).freeze());
                    self.frame(at, message.map_or_else(Input::Garbled, Input::Message));
                }
            }
        }
    }

    fn frame(&mut self, at: usize, input: Input) {
        if self.connections[at].link == Link::Attached {
            return self.handle(input);
        }
        if let Input::Message(message) = &input
            && let Ok(request) = LogonRequest::read(message)
            && request.sender == "TW"
            && request.target == "ISLD"
            && !self.session.is_connected()
        {
            self.connections[at].link = Link::Attached;
            self.handle(Input::Connected);
            self.handle(input);
        } else {
            self.connections[at].link = Link::None;
            self.connections[at]
                .outputs
                .push_back(Output::Disconnect("refused by the front".to_owned()));
        }
    }

    /// One input, then all ticks that are due at once, as a driver would.
    fn handle(&mut self, input: Input) {
        self.turn(input);
        for _ in 0..TICKS_MAX {
            if self.session.next_timeout().is_none_or(|at| at > self.now) {
                return;
            }
            self.turn(Input::Tick);
        }
        panic!(
            "the session wants to wake up without end: {:?}",
            self.session
        );
    }

    fn turn(&mut self, input: Input) {
        let mut actions = Vec::new();
        self.session
            .handle(self.now, input, &mut self.store, &mut actions);
        for action in actions {
            let attached = self
                .connections
                .iter()
                .position(|connection| connection.link == Link::Attached);
            match action {
                Action::Transmit(bytes) => {
                    let message = Message::parse(bytes).expect("we send what we can read");
                    let at = attached.expect("nothing is sent without a connection");
                    self.connections[at]
                        .outputs
                        .push_back(Output::Message(message));
                }
                Action::Disconnect { why } => {
                    let at = attached.expect("nothing is closed without a connection");
                    self.connections[at].link = Link::None;
                    self.connections[at]
                        .outputs
                        .push_back(Output::Disconnect(told(&why)));
                }
                Action::Deliver(message) => self.deliver(&message),
                Action::StoreFailed(error) => panic!("the store failed: {error}"),
                _ => {}
            }
        }
    }

    fn deliver(&mut self, message: &Message) {
        self.delivered += 1;
        let number = message.msg_seq_num().expect("the session has read it");
        if let Some(answer) = self.answer(message) {
            self.send(answer);
        }
        if self.is_holding {
            self.held.push(number);
        } else {
            self.handle(Input::Confirm {
                msg_seq_num: number,
            });
        }
    }

    fn answer(&mut self, message: &Message) -> Option<Body> {
        match message.msg_type() {
            msg_type::NEW_ORDER_SINGLE => {
                let is_new = self
                    .seen
                    .insert(message.value(tag::CL_ORD_ID).unwrap_or_default().to_vec());
                let is_resend = message.value(tag::POSS_RESEND) == Some(b"Y");
                (is_new || !is_resend).then(|| Body::of(message.msg_type(), message.view()))
            }
            msg_type::SECURITY_DEFINITION => Some(Body::of(message.msg_type(), message.view())),
            other => {
                let mut body = Body::new(msg_type::BUSINESS_MESSAGE_REJECT);
                body.push(tag::REF_SEQ_NUM, message.msg_seq_num().unwrap_or_default());
                body.push(tag::REF_MSG_TYPE, other)
                    .push(tag::BUSINESS_REJECT_REASON, 3_u32);
                body.push(tag::TEXT, "this application does not take such messages");
                Some(body)
            }
        }
    }

    fn send(&mut self, body: Body) {
        self.sent += 1;
        self.handle(Input::Send(
            body,
            Send::Durable(Cause {
                entry: self.sent,
                index: 0,
            }),
        ));
    }

    fn application(&mut self, words: &str) -> Result<(), String> {
        let (word, rest) = words.split_once(' ').unwrap_or((words, ""));
        match word {
            "hold" => self.is_holding = true,
            "confirm" if rest.is_empty() => {
                self.is_holding = false;
                while !self.held.is_empty() {
                    let number = self.held.remove(0);
                    self.handle(Input::Confirm {
                        msg_seq_num: number,
                    });
                }
            }
            "confirm" => {
                let number = rest
                    .parse()
                    .map_err(|_| format!("  not a number: {rest}"))?;
                self.held.retain(|held| *held != number);
                self.handle(Input::Confirm {
                    msg_seq_num: number,
                });
            }
            "send" => self.send(order(rest)),
            "transient" => self.handle(Input::Send(order(rest), Send::Transient)),
            "logout" => self.handle(Input::Logout {
                text: rest.to_owned(),
            }),
            "reset" => self.handle(Input::Reset),
            "next_in" => self.handle(Input::SetNumbers {
                next_in: rest.parse().ok(),
                next_out: None,
            }),
            "next_out" => self.handle(Input::SetNumbers {
                next_in: None,
                next_out: rest.parse().ok(),
            }),
            "expect" => return rest.split(' ').try_for_each(|fact| self.expect(fact)),
            _ => return Err(format!("  the application does not know {word}")),
        }
        Ok(())
    }

    fn expect(&self, fact: &str) -> Result<(), String> {
        let (name, expected) = fact.split_once('=').unwrap_or((fact, ""));
        let got = match name {
            "next_in" => self.session.next_in().to_string(),
            "next_out" => self.store.next_out().to_string(),
            "durable_in" => self.store.next_in().to_string(),
            "delivered" => self.delivered.to_string(),
            "logged_on" => if self.session.is_logged_on() {
                "Y"
            } else {
                "N"
            }
            .to_owned(),
            "incarnation" => self.store.incarnation().to_string(),
            _ => return Err(format!("  the application does not know {name}")),
        };
        if got == expected {
            Ok(())
        } else {
            Err(format!("  {name}: expected {expected}, got {got}"))
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

fn told(why: &DisconnectReason) -> String {
    why.to_string()
}

fn order(text: &str) -> Body {
    let mut body = Body::new(msg_type::NEW_ORDER_SINGLE);
    for field in text.split('|').filter(|field| !field.is_empty()) {
        let (tag, value) = field.split_once('=').expect("a field is tag=value");
        body.push(tag.parse().expect("a tag is a number"), value);
    }
    body
}

fn set_option(config: &mut SessionConfig, option: &str) -> Option<()> {
    let (name, value) = option.split_once('=')?;
    match name {
        "role" if value == "initiator" => config.role = Role::Initiator,
        "dictionary" if value == "off" => config.dictionary = None,
        "reset_on_logon" => config.reset_on_logon = value == "Y",
        "schedule" => config.schedule = Some(Arc::new(hours::schedule(value)?)),
        "reset_seq_num_flag" => config.reset_seq_num_flag = value == "Y",
        "max_unconfirmed" => config.max_unconfirmed = value.parse().ok()?,
        "max_early" => config.max_early = value.parse().ok()?,
        "max_resends" => config.max_resends = value.parse().ok()?,
        "resend_chunk" => config.resend_chunk = value.parse().ok()?,
        "heartbeat" => config.heart_bt_int_secs = value.parse().ok()?,
        "group_order" => config.rules.check_group_order = value == "Y",
        "allow_empty_fields" => config.rules.allow_empty_fields = value == "Y",
        "username" => config.username = Some(value.to_owned()),
        "password" => config.password = Some(Password::new(value)),
        _ => return None,
    }
    Some(())
}

/// Replaces `<now>`, `<now-121s>` and `<now+1s>` by times.
pub(super) fn with_times(text: &str, now: Timestamp) -> String {
    let mut done = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<now") {
        let (offset, behind) = after.split_once('>').expect("<now is closed by >");
        let shift = match offset.split_at_checked(1) {
            Some(("-", duration)) => -script::nanos(duration).expect("a duration"),
            Some(("+", duration)) => script::nanos(duration).expect("a duration"),
            _ => 0,
        };
        done.push_str(before);
        done.push_str(&time_text(now.plus_nanos(shift)));
        rest = behind;
    }
    done.push_str(rest);
    done
}

fn time_text(time: Timestamp) -> String {
    let mut text = BytesMut::new();
    time.write(Precision::Millis, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}
