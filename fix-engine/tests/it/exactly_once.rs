//! Two sessions with a bad network between them: connections break at any moment and take with them what is on the
//! way, processes die and start again with their stores, applications take their time. Whatever happens, and whatever
//! the two have agreed on, in the end each side has received every message of the other once and in order.

use std::collections::VecDeque;

use bytes::Bytes;
use fix_engine::codec::body::Body;
use fix_engine::codec::message::Message;
use fix_engine::session::Session;
use fix_engine::session::action::Action;
use fix_engine::session::config::SessionConfig;
use fix_engine::session::input::{Cause, Input, Send};
use fix_engine::session::memory_store::MemoryStore;
use fix_engine::session::store::Store;
use fix_engine::time::Timestamp;
use fix_engine::{msg_type, tag};
use proptest::prelude::*;

/// What can happen.
#[derive(Debug, Clone)]
enum Event {
    /// A side sends so many messages.
    Send(usize, u8),
    /// So many messages on their way to a side arrive.
    Arrive(usize, u8),
    /// The connection breaks; what is on the way is lost.
    Break,
    /// A connection is made.
    Connect,
    /// A side's process dies and starts again; the connection breaks.
    Restart(usize),
    /// So many seconds pass.
    Pass(u8),
    /// A side's application does not finish what it takes, until it catches up.
    Hold(usize),
    CatchUp(usize),
}

/// What two sides may have agreed on, and how their drivers work.
#[derive(Debug, Clone)]
struct Agreement {
    resend_request_max: u64,
    closed_resend_ranges: bool,
    next_expected: [bool; 2],
    last_processed: bool,
    /// What arrives together is one turn.
    is_batched: bool,
}

fn agreement() -> impl Strategy<Value = Agreement> {
    let flag = any::<bool>;
    (
        prop_oneof![Just(0), Just(1), Just(3)],
        flag(),
        [flag(), flag()],
        flag(),
        flag(),
    )
        .prop_map(
            |(
                resend_request_max,
                closed_resend_ranges,
                next_expected,
                last_processed,
                is_batched,
            )| {
                Agreement {
                    resend_request_max,
                    closed_resend_ranges,
                    next_expected,
                    last_processed,
                    is_batched,
                }
            },
        )
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (0..2_usize, 1..6_u8).prop_map(|(side, count)| Event::Send(side, count)),
        6 => (0..2_usize, 1..9_u8).prop_map(|(side, count)| Event::Arrive(side, count)),
        1 => Just(Event::Break),
        2 => Just(Event::Connect),
        1 => (0..2_usize).prop_map(Event::Restart),
        1 => (1..40_u8).prop_map(Event::Pass),
        1 => (0..2_usize).prop_map(Event::Hold),
        1 => (0..2_usize).prop_map(Event::CatchUp),
    ]
}

struct Side {
    config: SessionConfig,
    session: Session,
    store: MemoryStore,
    /// On the way to this side.
    on_the_way: VecDeque<Bytes>,
    sent: u64,
    /// What had its effect, for good.
    received: Vec<String>,
    /// Delivered, and lost with the process if that dies now: number and text.
    unfinished: VecDeque<(u64, String)>,
    is_holding: bool,
}

impl Side {
    /// Everything delivered has its effect; the session is told.
    fn finish(&mut self) -> Vec<Input> {
        let finished = self.unfinished.drain(..).map(|(msg_seq_num, text)| {
            self.received.push(text);
            Input::Confirm { msg_seq_num }
        });
        finished.collect()
    }
}

struct World {
    now: Timestamp,
    sides: [Side; 2],
    is_connected: bool,
    is_batched: bool,
}

impl World {
    fn new(agreement: &Agreement) -> World {
        let mut initiator = SessionConfig::initiator("A", "B");
        let mut acceptor = SessionConfig::acceptor("B", "A");
        for (at, config) in [&mut initiator, &mut acceptor].into_iter().enumerate() {
            config.resend_request_max = agreement.resend_request_max;
            config.closed_resend_ranges = agreement.closed_resend_ranges;
            config.use_next_expected_msg_seq_num = agreement.next_expected[at];
            config.send_last_msg_seq_num_processed = agreement.last_processed;
            config.resend_chunk = 3;
            config.max_early = 4;
            config.max_unconfirmed = 2;
            // This network may hold a message for longer than the window: the standard then has it refused and its
            // number used up (2o_SendingTimeValueOutOfRange), which is a loss that both sides are told of.
            config.sending_time_window_secs = 0;
        }
        let side = |config: SessionConfig| Side {
            session: Session::new(config.clone()),
            config,
            store: MemoryStore::new(),
            on_the_way: VecDeque::new(),
            sent: 0,
            received: Vec::new(),
            unfinished: VecDeque::new(),
            is_holding: false,
        };
        World {
            now: Timestamp::from_secs(1_767_603_600),
            sides: [side(initiator), side(acceptor)],
            is_connected: false,
            is_batched: agreement.is_batched,
        }
    }

    fn happen(&mut self, event: &Event) {
        match *event {
            Event::Send(side, count) => {
                for _ in 0..count {
                    self.send(side);
                }
            }
            Event::Arrive(side, count) if self.is_batched => self.arrive_together(side, count),
            Event::Arrive(side, count) => {
                for _ in 0..count {
                    self.arrive(side);
                }
            }
            Event::Break => self.cut(),
            Event::Connect => self.connect(),
            Event::Restart(side) => {
                self.cut();
                self.sides[side].unfinished.clear();
                self.sides[side].session = Session::new(self.sides[side].config.clone());
            }
            Event::Hold(side) => self.sides[side].is_holding = true,
            Event::CatchUp(side) => self.catch_up(side),
            Event::Pass(secs) => self.pass(secs.into()),
        }
    }

    fn send(&mut self, side: usize) {
        self.sides[side].sent += 1;
        let sent = self.sides[side].sent;
        let mut body = Body::new(msg_type::NEWS);
        body.push(tag::HEADLINE, format!("{side}-{sent}"));
        let cause = Cause {
            entry: sent,
            index: 0,
        };
        self.handle(side, vec![Input::Send(body, Send::Durable(cause))]);
    }

    fn arrive(&mut self, side: usize) {
        self.arrive_together(side, 1);
    }

    /// As many as there is room for, at most `count`, in one turn.
    fn arrive_together(&mut self, at: usize, count: u8) {
        let side = &mut self.sides[at];
        let there = side.on_the_way.len().min(side.session.room());
        let there = there.min(usize::from(count));
        let inputs = side
            .on_the_way
            .drain(..there)
            .map(|bytes| Input::Message(Message::parse(bytes).expect("we send what we can read")));
        let inputs = inputs.collect();
        self.handle(at, inputs);
    }

    /// What was delivered has its effect now.
    fn catch_up(&mut self, at: usize) {
        self.sides[at].is_holding = false;
        let inputs = self.sides[at].finish();
        self.handle(at, inputs);
    }

    fn connect(&mut self) {
        if !self.is_connected {
            self.is_connected = true;
            self.handle(1, vec![Input::Connected]);
            self.handle(0, vec![Input::Connected]);
        }
    }

    fn cut(&mut self) {
        self.is_connected = false;
        for side in 0..2 {
            self.sides[side].on_the_way.clear();
            self.handle(side, vec![Input::Disconnected]);
        }
    }

    fn pass(&mut self, secs: i64) {
        self.now = self.now.plus_secs(secs);
        for side in 0..2 {
            self.handle(side, vec![Input::Tick]);
        }
    }

    fn handle(&mut self, at: usize, mut inputs: Vec<Input>) {
        let mut turns = 0;
        while !inputs.is_empty() {
            turns += 1;
            assert!(turns < 10_000, "side {at} never comes to rest");
            let mut actions = Vec::new();
            let side = &mut self.sides[at];
            side.session
                .handle_batch(self.now, inputs.drain(..), &mut side.store, &mut actions);
            let mut is_closed = false;
            for action in actions {
                match action {
                    Action::Transmit(bytes) => self.sides[1 - at].on_the_way.push_back(bytes),
                    Action::Deliver(message) => {
                        let number = message.msg_seq_num().expect("the session has read it");
                        let text = message.text(tag::HEADLINE).expect("it is there");
                        self.sides[at]
                            .unfinished
                            .push_back((number, text.to_owned()));
                    }
                    Action::Disconnect { .. } => is_closed = true,
                    Action::StoreFailed(error) => panic!("{error}"),
                    _ => {}
                }
            }
            if is_closed && self.is_connected {
                self.cut();
            }
            if !self.sides[at].is_holding {
                inputs = self.sides[at].finish();
            }
            if self.sides[at]
                .session
                .next_timeout()
                .is_some_and(|due| due <= self.now)
                && inputs.is_empty()
            {
                inputs.push(Input::Tick);
            }
        }
    }

    /// The network is good from now on: everything arrives, and heartbeats show what is missing.
    fn settle(&mut self) {
        self.catch_up(0);
        self.catch_up(1);
        for _ in 0..50 {
            self.connect();
            for _ in 0..10_000 {
                if self.sides.iter().all(|side| side.on_the_way.is_empty()) {
                    break;
                }
                self.arrive(0);
                self.arrive(1);
            }
            self.pass(30);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_message_arrives_once_and_in_order(agreement in agreement(), events in proptest::collection::vec(event(), 1..120)) {
        let mut world = World::new(&agreement);
        for event in &events {
            world.happen(event);
        }
        world.settle();
        for at in 0..2 {
            let other = &world.sides[1 - at];
            let sent: Vec<String> = (1..=other.sent).map(|number| format!("{}-{number}", 1 - at)).collect();
            prop_assert_eq!(&world.sides[at].received, &sent, "side {}", at);
            prop_assert_eq!(world.sides[at].store.next_in(), world.sides[at].session.next_in());
        }
    }
}
