//! A session in any weather: messages, garbage, times that jump, an application that sends and confirms, connections that
//! break, a store that fails. A line is one event:
//!
//! ```text
//! c              a connection          > 35=A|34=1|…   a message of the peer (8, 49, 56, 52 are filled in)
//! d              it breaks             ! BYTES         garbage
//! t 30           30 seconds pass       s               the application sends
//! y              all is confirmed      l               the application logs out
//! f              the store fails from now on           w   it is well again
//! r              the process starts again              z   both numbers are reset
//! ```
//!
//! Whatever comes: no number is used for two different messages, nothing is sent that is not stored, what is delivered is
//! delivered in order and once, and the store's inbound number never runs ahead of what was confirmed.
#![no_main]

use std::collections::{BTreeMap, VecDeque};
use std::ops::{ControlFlow, RangeInclusive};
use std::sync::{Arc, LazyLock};

use bytes::{Bytes, BytesMut};
use fix_engine::codec::body::Body;
use fix_engine::codec::message::Message;
use fix_engine::dictionary::Dictionary;
use fix_engine::io::zone::zone;
use fix_engine::schedule::Schedule;
use fix_engine::session::Session;
use fix_engine::session::action::Action;
use fix_engine::session::config::SessionConfig;
use fix_engine::session::input::{Cause, Input, Send};
use fix_engine::session::memory_store::MemoryStore;
use fix_engine::session::store::{Store, StoreError, Stored};
use fix_engine::time::{Precision, Timestamp};
use fix_engine::{msg_type, tag};
use libfuzzer_sys::fuzz_target;

static DICTIONARY: LazyLock<Arc<Dictionary>> = LazyLock::new(|| Arc::new(Dictionary::fix44()));

/// None; two windows a day that touch, each with its own numbers; always open, with numbers by day; closed.
static SCHEDULES: LazyLock<[Option<Arc<Schedule>>; 4]> = LazyLock::new(|| {
    let schedule = |windows: &[&str], reset: &str| {
        let zone = zone("America/New_York").expect("a zone");
        let schedule = windows
            .iter()
            .try_fold(Schedule::non_stop(zone), |schedule, text| {
                schedule.window(text)
            });
        let reset = reset.parse().expect("a rule");
        Some(Arc::new(schedule.expect("windows").reset(reset)))
    };
    [
        None,
        schedule(&["Mon-Sun 04:00-04:10", "Mon-Sun 04:10-22:00"], "window"),
        schedule(&[], "day 04:05"),
        schedule(&["Sat 04:00-04:10"], "week Mon 04:05"),
    ]
});

/// Events of one run.
const EVENTS_MAX: usize = 200;

fuzz_target!(|input: &[u8]| {
    let Some((&kind, script)) = input.split_first() else {
        return;
    };
    let mut world = World::new(kind);
    for line in script.split(|byte| *byte == b'\n').take(EVENTS_MAX) {
        world.happen(line);
    }
});

struct World {
    now: Timestamp,
    config: SessionConfig,
    session: Session,
    store: Weak,
    /// Delivered and not confirmed: the numbering and the number.
    delivered: VecDeque<(u64, u64)>,
    /// The last number delivered in this numbering.
    last_delivered: u64,
    /// What went out under each number, since the last reset: the body as first sent.
    sent: BTreeMap<u64, Vec<u8>>,
    causes: u64,
}

impl World {
    fn new(kind: u8) -> World {
        let mut config = if kind & 1 == 0 {
            SessionConfig::acceptor("US", "PEER")
        } else {
            SessionConfig::initiator("US", "PEER")
        };
        if kind & 2 == 0 {
            config = config.with_dictionary(DICTIONARY.clone());
        }
        config.reset_on_logon = kind & 4 != 0;
        config.schedule = SCHEDULES[usize::from(kind >> 3 & 3)].clone();
        config.resend_chunk = 2 + usize::from(kind >> 6);
        config.max_early = 4;
        config.max_unconfirmed = 3;
        config.max_resends = 2;
        World {
            now: Timestamp::from_secs(1_767_603_600),
            session: Session::new(config.clone()),
            config,
            store: Weak::default(),
            delivered: VecDeque::new(),
            last_delivered: 0,
            sent: BTreeMap::new(),
            causes: 0,
        }
    }

    fn happen(&mut self, line: &[u8]) {
        let (word, rest) = line.split_at(line.len().min(1));
        match word {
            b"c" => {
                self.handle(Input::Connected);
            }
            b"d" => self.handle(Input::Disconnected),
            b"t" => {
                let secs = std::str::from_utf8(rest)
                    .ok()
                    .and_then(|text| text.trim().parse().ok());
                self.now = self.now.plus_secs(i64::from(secs.unwrap_or(1_u16)));
                self.handle(Input::Tick);
            }
            b">" => self.hear(rest),
            b"!" => {
                if let Err(why) = Message::parse(Bytes::copy_from_slice(rest)) {
                    self.handle(Input::Garbled(why.into()));
                }
            }
            b"s" => self.send(),
            b"y" => self.confirm(),
            b"l" => self.handle(Input::Logout {
                text: "enough".to_owned(),
            }),
            b"f" => self.store.is_ill = true,
            b"w" => self.store.is_ill = false,
            b"z" => self.handle(Input::Reset),
            b"r" => {
                self.session = Session::new(self.config.clone());
                self.delivered.clear();
                self.last_delivered = self.store.next_in().saturating_sub(1);
                self.handle(Input::Tick);
            }
            _ => {}
        }
    }

    fn hear(&mut self, text: &[u8]) {
        let Ok(text) = std::str::from_utf8(text) else {
            return;
        };
        let text = text.trim();
        let line = match text.split_once('|') {
            _ if text.starts_with("8=") => text.to_owned(),
            Some((kind, rest)) if !text.contains("49=") => {
                let now = stamp(self.now);
                format!("8=FIX.4.4|{kind}|49=PEER|56=US|52={now}|{rest}")
            }
            _ => format!("8=FIX.4.4|{text}"),
        };
        match Message::from_pipe(&line) {
            Ok(message) => self.handle(Input::Message(message)),
            Err(why) => self.handle(Input::Garbled(why.into())),
        }
    }

    fn send(&mut self) {
        self.causes += 1;
        let mut body = Body::new(msg_type::NEWS);
        body.push(tag::HEADLINE, self.causes);
        self.handle(Input::Send(
            body,
            Send::Durable(Cause {
                entry: self.causes,
                index: 0,
            }),
        ));
    }

    fn confirm(&mut self) {
        for _ in 0..self.delivered.len() {
            if let Some((_, msg_seq_num)) = self.delivered.pop_front() {
                self.handle(Input::Confirm { msg_seq_num });
            }
        }
    }

    fn handle(&mut self, input: Input) {
        let mut actions = Vec::new();
        self.session
            .handle(self.now, input, &mut self.store, &mut actions);
        let is_failed = actions
            .iter()
            .any(|action| matches!(action, Action::StoreFailed(_)));
        // What is sent before a reset of the same turn was numbered in what the store has forgotten by now.
        let is_reset = |action: &Action| matches!(action, Action::WasReset);
        let mut resets_left = actions.iter().filter(|action| is_reset(action)).count();
        for action in actions {
            match action {
                Action::WasReset => {
                    resets_left -= 1;
                    self.sent.clear();
                    self.last_delivered = 0;
                }
                Action::Transmit(bytes) => {
                    assert!(!is_failed, "sent although the store failed");
                    let message = Message::parse(bytes).expect("we send what can be read");
                    self.sent(&message, resets_left == 0);
                }
                Action::Deliver(message) => {
                    let number = message.msg_seq_num().expect("the session has read it");
                    assert!(
                        number > self.last_delivered,
                        "message {number} is delivered twice or late"
                    );
                    self.last_delivered = number;
                    self.delivered.push_back((self.store.incarnation(), number));
                }
                _ => {}
            }
        }
        let numbering = self.store.incarnation();
        let waiting = self
            .delivered
            .iter()
            .filter(|(incarnation, _)| *incarnation == numbering);
        if let Some(first) = waiting.map(|(_, number)| *number).min() {
            assert!(
                self.store.next_in() <= first,
                "the store runs ahead of what is confirmed"
            );
        }
    }

    fn sent(&mut self, message: &Message, is_of_store: bool) {
        let number = message.msg_seq_num().expect("every message has a number");
        if message.msg_type() == msg_type::SEQUENCE_RESET {
            return;
        }
        assert!(
            !is_of_store || number < self.store.next_out(),
            "sent before it is stored"
        );
        let body = [
            message.msg_type().as_bytes(),
            message.value(tag::HEADLINE).unwrap_or_default(),
        ]
        .concat();
        let first = self.sent.entry(number).or_insert_with(|| body.clone());
        assert_eq!(*first, body, "number {number} is used for two messages");
    }
}

fn stamp(now: Timestamp) -> String {
    let mut text = BytesMut::new();
    now.write(Precision::Millis, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// A store whose commits fail while it is ill; what was not committed is gone.
struct Weak {
    well: MemoryStore,
    working: MemoryStore,
    is_ill: bool,
}

impl Default for Weak {
    fn default() -> Weak {
        Weak {
            well: MemoryStore::new(),
            working: MemoryStore::new(),
            is_ill: false,
        }
    }
}

impl Store for Weak {
    fn next_out(&self) -> u64 {
        self.working.next_out()
    }
    fn next_in(&self) -> u64 {
        self.working.next_in()
    }
    fn append(
        &mut self,
        msg_seq_num: u64,
        cause: Option<Cause>,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        self.working.append(msg_seq_num, cause, bytes)
    }
    fn skip(&mut self, msg_seq_num: u64) -> Result<(), StoreError> {
        self.working.skip(msg_seq_num)
    }
    fn set_next_in(&mut self, msg_seq_num: u64) -> Result<(), StoreError> {
        self.working.set_next_in(msg_seq_num)
    }
    fn commit(&mut self, _now: Timestamp) -> Result<(), StoreError> {
        if self.is_ill {
            self.working = self.well.clone();
            return Err(StoreError::Full {
                place: "here".to_owned(),
            });
        }
        self.well = self.working.clone();
        Ok(())
    }
    fn read(
        &mut self,
        range: RangeInclusive<u64>,
        visit: &mut dyn FnMut(Stored<'_>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.working.read(range, visit)
    }
    fn reset(&mut self, at: Timestamp) -> Result<(), StoreError> {
        self.working.reset(at)
    }
    fn begin(&mut self, at: Timestamp) -> Result<(), StoreError> {
        self.working.begin(at)
    }
    fn began(&self) -> Option<Timestamp> {
        self.working.began()
    }
    fn last_cause(&self) -> Option<Cause> {
        self.working.last_cause()
    }
    fn incarnation(&self) -> u64 {
        self.working.incarnation()
    }
}
