//! What no conversation file can say: moments between two inputs, and the question that a driver asks.

use std::sync::Arc;

use fix_engine::codec::message::Message;
use fix_engine::schedule::State;
use fix_engine::session::Session;
use fix_engine::session::action::Action;
use fix_engine::session::config::SessionConfig;
use fix_engine::session::input::Input;
use fix_engine::session::memory_store::MemoryStore;
use fix_engine::session::store::Store;

use super::{at, schedule};

#[test]
fn a_period_that_begins_between_connection_and_logon_needs_no_agreement() {
    let mut config = SessionConfig::acceptor("ISLD", "TW");
    let daily = schedule("UTC", &[]).reset("day 12:00".parse().expect("a rule"));
    config.schedule = Some(Arc::new(daily));
    let mut session = Session::new(config);
    let mut store = MemoryStore::new();
    store.skip(41).expect("room in memory");
    store.begin(at("2026-01-05T09:00:00Z")).expect("memory");
    let mut actions = Vec::new();
    let last_moment = at("2026-01-05T11:59:59.999999999Z");
    session.handle(last_moment, Input::Connected, &mut store, &mut actions);
    assert!(actions.is_empty(), "{actions:?}");
    let logon = "8=FIX.4.4|35=A|34=1|49=TW|56=ISLD|52=20260105-12:00:00|98=0|108=30";
    let logon = Message::from_pipe(logon).expect("a good message");
    let noon = at("2026-01-05T12:00:00Z");
    session.handle(noon, Input::Message(logon), &mut store, &mut actions);
    assert!(session.is_logged_on());
    assert_eq!((store.incarnation(), store.next_out()), (2, 2));
    let sent = actions
        .iter()
        .filter(|action| matches!(action, Action::Transmit(_)));
    assert_eq!(sent.count(), 1, "one Logon: {actions:?}");
}

#[test]
fn a_session_wakes_up_by_itself_and_tells_its_hours() {
    let mut config = SessionConfig::initiator("TW", "ISLD");
    config.schedule = Some(Arc::new(schedule("UTC", &["Mon 08:00-09:00"])));
    let mut session = Session::new(config);
    let now = at("2026-01-05T07:00:00Z");
    assert!(
        session.next_timeout().is_some_and(|due| due <= now),
        "at once"
    );
    session.handle(now, Input::Tick, &mut MemoryStore::new(), &mut Vec::new());
    let opens = Some(at("2026-01-05T08:00:00Z"));
    assert_eq!(session.next_timeout(), opens);
    assert_eq!(session.hours(now), State::Closed { opens });
    let without = Session::new(SessionConfig::initiator("TW", "ISLD"));
    assert_eq!(without.next_timeout(), None);
    assert_eq!(
        without.hours(now),
        State::Open {
            since: None,
            until: None
        }
    );
}
