//! Two sessions with a bad network between them: connections break at any moment and take with them what is on the
//! way, processes die and start again with their stores. Whatever happens, in the end each side has received every
//! message of the other once and in order.

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
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (0..2_usize, 1..6_u8).prop_map(|(side, count)| Event::Send(side, count)),
        6 => (0..2_usize, 1..9_u8).prop_map(|(side, count)| Event::Arrive(side, count)),
        1 => Just(Event::Break),
        2 => Just(Event::Connect),
        1 => (0..2_usize).prop_map(Event::Restart),
        1 => (1..40_u8).prop_map(Event::Pass),
    ]
}

struct Side {
    config: SessionConfig,
    session: Session,
    store: MemoryStore,
    /// On the way to this side.
    on_the_way: VecDeque<Bytes>,
    sent: u64,
    received: Vec<String>,
}

struct World {
    now: Timestamp,
    sides: [Side; 2],
    is_connected: bool,
}

impl World {
    fn new() -> World {
        let mut initiator = SessionConfig::initiator("A", "B");
        let mut acceptor = SessionConfig::acceptor("B", "A");
        for config in [&mut initiator, &mut acceptor] {
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
        };
        World {
            now: Timestamp::from_secs(1_767_603_600),
            sides: [side(initiator), side(acceptor)],
            is_connected: false,
        }
    }

    fn happen(&mut self, event: &Event) {
        match *event {
            Event::Send(side, count) => {
                for _ in 0..count {
                    self.send(side);
                }
            }
            Event::Arrive(side, count) => {
                for _ in 0..count {
                    self.arrive(side);
                }
            }
            Event::Break => self.cut(),
            Event::Connect => self.connect(),
            Event::Restart(side) => {
                self.cut();
                self.sides[side].session = Session::new(self.sides[side].config.clone());
            }
            Event::Pass(secs) => self.pass(secs.into()),
        }
    }

    fn send(&mut self, side: usize) {
        self.sides[side].sent += 1;
        let sent = self.sides[side].sent;
        let mut body = Body::new(msg_type::NEWS);
        body.push(tag::HEADLINE, format!("{side}-{sent}"));
        self.handle(
            side,
            Input::Send(
                body,
                Send::Durable(Cause {
                    entry: sent,
                    index: 0,
                }),
            ),
        );
    }

    fn arrive(&mut self, side: usize) {
        if let Some(bytes) = self.sides[side].on_the_way.pop_front() {
            let message = Message::parse(bytes).expect("we send what we can read");
            self.handle(side, Input::Message(message));
        }
    }

    fn connect(&mut self) {
        if !self.is_connected {
            self.is_connected = true;
            self.handle(1, Input::Connected);
            self.handle(0, Input::Connected);
        }
    }

    fn cut(&mut self) {
        self.is_connected = false;
        for side in 0..2 {
            self.sides[side].on_the_way.clear();
            self.handle(side, Input::Disconnected);
        }
    }

    fn pass(&mut self, secs: i64) {
        self.now = self.now.plus_secs(secs);
        for side in 0..2 {
            self.handle(side, Input::Tick);
        }
    }

    fn handle(&mut self, at: usize, input: Input) {
        let mut inputs = VecDeque::from([input]);
        let mut turns = 0;
        while let Some(input) = inputs.pop_front() {
            turns += 1;
            assert!(turns < 10_000, "side {at} never comes to rest");
            let mut actions = Vec::new();
            let side = &mut self.sides[at];
            side.session
                .handle(self.now, input, &mut side.store, &mut actions);
            let mut is_closed = false;
            for action in actions {
                match action {
                    Action::Transmit(bytes) => self.sides[1 - at].on_the_way.push_back(bytes),
                    Action::Deliver(message) => {
                        let msg_seq_num = message.msg_seq_num().expect("the session has read it");
                        self.sides[at]
                            .received
                            .push(message.text(tag::HEADLINE).expect("it is there").to_owned());
                        inputs.push_back(Input::Confirm { msg_seq_num });
                    }
                    Action::Disconnect { .. } => is_closed = true,
                    Action::StoreFailed(error) => panic!("{error}"),
                    _ => {}
                }
            }
            if is_closed && self.is_connected {
                self.cut();
            }
            if self.sides[at]
                .session
                .next_timeout()
                .is_some_and(|due| due <= self.now)
                && inputs.is_empty()
            {
                inputs.push_back(Input::Tick);
            }
        }
    }

    /// The network is good from now on: everything arrives, and heartbeats show what is missing.
    fn settle(&mut self) {
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
    fn every_message_arrives_once_and_in_order(events in proptest::collection::vec(event(), 1..120)) {
        let mut world = World::new();
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
