//! The initiator asks its schedule before it asks the network.

use fix_engine::io::client::{Client, ClientError, Target};
use fix_engine::io::{clock, zone};
use fix_engine::schedule::Schedule;
use fix_engine::session::action::DisconnectReason;
use fix_engine::session::config::SessionConfig;
use fix_engine::session::memory_store::MemoryStore;
use fix_engine::session::store::Store;
use std::net::SocketAddr;
use std::sync::Arc;

#[tokio::test]
async fn a_client_does_not_connect_outside_hours() {
    let now = jiff::Timestamp::from_nanosecond(clock::now().nanos().into()).expect("within range");
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let days = [today.yesterday(), Ok(today), today.tomorrow()];
    let open = Schedule::non_stop(zone::zone("UTC").expect("a zone"));
    let closed = days.into_iter().fold(open, |schedule, day| {
        let day = day.expect("within range").to_string();
        schedule.date(&day, &[]).expect("a date")
    });
    let mut config = SessionConfig::initiator("TW", "ISLD");
    config.schedule = Some(Arc::new(closed));
    // Nobody listens there: whoever tries is told so.
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 1));
    let mut store = MemoryStore::new();
    store.skip(7).expect("room in memory");
    let mut client = Client::with_store(Target::plain(nowhere), config, Box::new(store));
    match client.connect().await {
        Err(ClientError::Ended {
            why: DisconnectReason::OutsideHours(text),
            ..
        }) => assert!(text.starts_with("outside session hours: opens "), "{text}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(client.session().next_out(), 8, "nothing was numbered");
}
