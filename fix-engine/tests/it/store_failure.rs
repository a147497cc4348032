//! A store that fails in the middle of a session: nothing goes out that is not stored, the session ends with a
//! reason, and goes on where it was once the store is well again.

use std::ops::{ControlFlow, RangeInclusive};

use fix_engine::codec::body::Body;
use fix_engine::codec::message::Message;
use fix_engine::session::Session;
use fix_engine::session::action::{Action, DisconnectReason};
use fix_engine::session::config::SessionConfig;
use fix_engine::session::input::{Cause, Input, Send};
use fix_engine::session::memory_store::MemoryStore;
use fix_engine::session::store::{Store, StoreError, Stored};
use fix_engine::time::Timestamp;
use fix_engine::{msg_type, tag};

const NOW: Timestamp = Timestamp::from_secs(1_767_603_600);

/// A store whose commits fail while it is ill; what was not committed is gone.
struct Ill {
    well: MemoryStore,
    working: MemoryStore,
    is_ill: bool,
    commits: usize,
}

impl Ill {
    fn well() -> Ill {
        Ill {
            well: MemoryStore::new(),
            working: MemoryStore::new(),
            is_ill: false,
            commits: 0,
        }
    }
}

impl Store for Ill {
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
        self.commits += 1;
        Ok(())
    }
    fn read(
        &mut self,
        range: RangeInclusive<u64>,
        visit: &mut dyn FnMut(Stored<'_>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.commit(NOW)?;
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

fn turn(session: &mut Session, store: &mut Ill, input: Input) -> Vec<Action> {
    let mut actions = Vec::new();
    session.handle(NOW, input, store, &mut actions);
    actions
}

fn batch(session: &mut Session, store: &mut Ill, inputs: Vec<Input>) -> Vec<Action> {
    let mut actions = Vec::new();
    session.handle_batch(NOW, inputs, store, &mut actions);
    actions
}

fn message(text: &str) -> Input {
    let text = format!("8=FIX.4.4|{text}|49=TW|56=ISLD|52=20260105-09:00:00");
    Input::Message(Message::from_pipe(&text).expect("a good message"))
}

fn report() -> Input {
    let mut body = Body::new(msg_type::NEWS);
    body.push(tag::HEADLINE, "hello");
    Input::Send(body, Send::Durable(Cause { entry: 1, index: 0 }))
}

fn is_transmit(action: &Action) -> bool {
    matches!(action, Action::Transmit(_))
}

#[test]
fn nothing_goes_out_that_is_not_stored() {
    let mut session = Session::new(SessionConfig::acceptor("ISLD", "TW"));
    let mut store = Ill::well();
    turn(&mut session, &mut store, Input::Connected);
    let actions = turn(&mut session, &mut store, message("35=A|34=1|98=0|108=30"));
    assert!(actions.iter().any(is_transmit));

    store.is_ill = true;
    let actions = turn(&mut session, &mut store, report());
    assert!(!actions.iter().any(is_transmit), "{actions:?}");
    assert!(matches!(
        actions.as_slice(),
        [
            Action::StoreFailed(StoreError::Full { .. }),
            Action::LoggedOut { .. },
            Action::Disconnect {
                why: DisconnectReason::StoreFailed
            }
        ]
    ));
    assert!(!session.is_connected());
    assert_eq!(store.next_out(), 2);

    store.is_ill = false;
    turn(&mut session, &mut store, Input::Disconnected);
    turn(&mut session, &mut store, report());
    turn(&mut session, &mut store, Input::Connected);
    let actions = turn(&mut session, &mut store, message("35=A|34=2|98=0|108=30"));
    assert!(session.is_logged_on());
    let answer = actions.iter().find_map(|action| match action {
        Action::Transmit(bytes) => Message::parse(bytes.clone()).ok(),
        _ => None,
    });
    assert_eq!(answer.expect("the Logon is answered").msg_seq_num(), Ok(3));
}

#[test]
fn a_logon_that_cannot_be_stored_is_not_answered() {
    let mut session = Session::new(SessionConfig::acceptor("ISLD", "TW"));
    let mut store = Ill::well();
    turn(&mut session, &mut store, Input::Connected);
    store.is_ill = true;
    let actions = turn(&mut session, &mut store, message("35=A|34=1|98=0|108=30"));
    assert!(!actions.iter().any(is_transmit), "{actions:?}");
    assert!(!session.is_logged_on());
    assert_eq!((store.next_in(), store.next_out()), (1, 1));
}

fn logged_on(store: &mut Ill) -> Session {
    let mut config = SessionConfig::acceptor("ISLD", "TW");
    config.max_unconfirmed = 4;
    let mut session = Session::new(config);
    let logon = message("35=A|34=1|98=0|108=30");
    batch(&mut session, store, vec![Input::Connected, logon]);
    assert!(session.is_logged_on());
    session
}

fn news(number: u64) -> Input {
    message(&format!("35=B|34={number}|148=hello|33=1|58=hello"))
}

#[test]
fn a_batch_is_one_turn_with_one_commit() {
    let mut store = Ill::well();
    let mut session = logged_on(&mut store);
    assert_eq!((store.commits, session.room()), (1, 4));
    let inputs = vec![news(2), message("35=1|34=3|112=HI"), news(4), report()];
    let actions = batch(&mut session, &mut store, inputs);
    assert_eq!(store.commits, 2);
    assert!(matches!(
        actions.as_slice(),
        [
            Action::Deliver(_),
            Action::Transmit(_),
            Action::Deliver(_),
            Action::Transmit(_)
        ]
    ));
    assert_eq!((session.room(), session.next_in()), (2, 5));
    let confirmations = [2, 4].map(|msg_seq_num| Input::Confirm { msg_seq_num });
    batch(&mut session, &mut store, confirmations.into());
    assert_eq!((session.room(), store.next_in()), (4, 5));
}

#[test]
fn nothing_of_a_batch_goes_out_when_the_store_fails() {
    let mut store = Ill::well();
    let mut session = logged_on(&mut store);
    batch(&mut session, &mut store, vec![news(2)]);
    store.is_ill = true;
    let inputs = vec![
        message("35=1|34=3|112=HI"),
        report(),
        // a resend has to read the store: the turn fails here already
        message("35=2|34=4|7=1|16=0"),
        Input::Confirm { msg_seq_num: 2 },
    ];
    let actions = batch(&mut session, &mut store, inputs);
    assert!(!actions.iter().any(is_transmit), "{actions:?}");
    let failures = actions
        .iter()
        .filter(|action| matches!(action, Action::StoreFailed(_)));
    assert_eq!(failures.count(), 1);
    assert!(!session.is_connected());
    assert_eq!(session.unconfirmed(), 0, "the confirmation counts");
    assert_eq!((store.next_in(), store.next_out()), (2, 2));
}
