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
    fn commit(&mut self) -> Result<(), StoreError> {
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
    fn reset(&mut self) -> Result<(), StoreError> {
        self.working.reset()
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
    let mut store = Ill {
        well: MemoryStore::new(),
        working: MemoryStore::new(),
        is_ill: false,
    };
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
    let mut store = Ill {
        well: MemoryStore::new(),
        working: MemoryStore::new(),
        is_ill: false,
    };
    turn(&mut session, &mut store, Input::Connected);
    store.is_ill = true;
    let actions = turn(&mut session, &mut store, message("35=A|34=1|98=0|108=30"));
    assert!(!actions.iter().any(is_transmit), "{actions:?}");
    assert!(!session.is_logged_on());
    assert_eq!((store.next_in(), store.next_out()), (1, 1));
}
