//! A session tells its store when its numbers began: at the first number used, and at each reset.

use fix_engine::codec::message::Message;
use fix_engine::session::Session;
use fix_engine::session::config::SessionConfig;
use fix_engine::session::input::Input;
use fix_engine::session::memory_store::MemoryStore;
use fix_engine::session::store::Store;
use fix_engine::time::Timestamp;

const NOON: Timestamp = Timestamp::from_secs(1_767_614_400);

#[test]
fn a_session_notes_when_its_numbers_began() {
    let mut session = Session::new(SessionConfig::acceptor("ISLD", "TW"));
    let mut store = MemoryStore::new();
    let mut turn = |store: &mut MemoryStore, secs, input| {
        session.handle(NOON.plus_secs(secs), input, store, &mut Vec::new());
    };
    turn(&mut store, 0, Input::Connected);
    turn(&mut store, 1, Input::Tick);
    assert_eq!(store.began(), None);

    let logon = "8=FIX.4.4|35=A|34=1|49=TW|56=ISLD|52=20260105-12:00:02|98=0|108=30";
    let logon = Message::from_pipe(logon).expect("a good message");
    turn(&mut store, 2, Input::Message(logon));
    turn(&mut store, 32, Input::Tick);
    assert_eq!(
        (store.next_out(), store.began()),
        (3, Some(NOON.plus_secs(2)))
    );

    turn(&mut store, 40, Input::Reset);
    assert_eq!(
        (store.incarnation(), store.began()),
        (2, Some(NOON.plus_secs(40)))
    );
}
