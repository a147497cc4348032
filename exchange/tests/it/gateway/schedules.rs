//! Session hours over a real socket. The hours are built around the present day, so that nothing waits.

use crate::venue::{Peer, Venue, until};
use exchange::config::FixConfig;
use exchange::config::schedule::ScheduleConfig;
use fix_engine::io::client::{Client, ClientError};
use fix_engine::io::clock;
use fix_engine::io::file_store::FileStore;
use fix_engine::session::input::Cause;
use fix_engine::session::logon::Password;
use fix_engine::session::store::Store;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

fn day(days: i64) -> String {
    today().checked_add(days.days()).unwrap().to_string()
}

/// BOT01 is closed yesterday, today and tomorrow.
fn closed(fix: &mut FixConfig) {
    let holidays = ScheduleConfig {
        closed: vec![day(-1), day(0), day(1)],
        participants: vec!["BOT01".parse().unwrap()],
        ..ScheduleConfig::default()
    };
    fix.schedules.insert("holidays".into(), holidays);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logon_outside_hours_is_told_when_to_come_again() {
    let folder = tempfile::tempdir().unwrap();
    // Whatever midnight passes while this runs, it opens on one of two days.
    let days = [day(2), day(3)];
    let venue = Venue::open_with(folder.path(), closed).await;
    let mut peer = Peer::new("BOT01", venue.target());
    match peer.refused().await {
        ClientError::Ended { text, .. } => {
            let opens = days.map(|day| format!("outside session hours: opens {day}T00:00:00Z ("));
            assert!(opens.iter().any(|opens| text.contains(opens)), "{text}");
            assert!(text.ends_with(" 00:00 UTC)"), "{text}");
        }
        other => panic!("{other:?}"),
    }
    // A wrong password is not told the hours.
    let mut config = Peer::config("BOT01");
    config.password = Some(Password::new("wrong"));
    let mut stranger = Peer(Client::new(venue.target(), config));
    match stranger.refused().await {
        ClientError::Ended { text, .. } => {
            assert!(text.ends_with("invalid username or password"), "{text}");
        }
        other => panic!("{other:?}"),
    }
    // Everybody else trades.
    venue.peer("BOT02").await.rest("a", '1', "1", "1").await;
    until("nobody is left of BOT01", || {
        let statuses = venue.gateway.roster().statuses();
        let bot = statuses.iter().find(|one| one.comp_id.as_str() == "BOT01");
        bot.is_some_and(|one| one.peer.is_none() && !one.logged_on)
    })
    .await;
    venue.close().await;
    // The hours are configuration: without them BOT01 is let in.
    let venue = Venue::open(folder.path()).await;
    venue.peer("BOT01").await.rest("b", '1', "1", "1").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_begin_at_one_with_the_first_day_after_a_pause() {
    let folder = tempfile::tempdir().unwrap();
    // Message 2 of each stands in the journal.
    let venue = Venue::open(folder.path()).await;
    for comp_id in ["BOT01", "BOT02"] {
        venue.peer(comp_id).await.rest("a", '1', "1", "1").await;
    }
    venue.close().await;
    // Their sessions as a crash would have left them three days ago.
    let sessions = folder.path().join("sessions");
    std::fs::remove_dir_all(&sessions).unwrap();
    std::fs::create_dir(&sessions).unwrap();
    for comp_id in ["BOT01", "BOT02"] {
        let mut store = FileStore::open(sessions.join(format!("{comp_id}.log"))).unwrap();
        store.begin(clock::now().plus_secs(-3 * 86_400)).unwrap();
        store.skip(499).unwrap();
        // Whatever the journal holds was told.
        let told = Cause {
            entry: 1_000_000,
            index: 0,
        };
        store.append(500, Some(told), b"a report").unwrap();
        store.set_next_in(2).unwrap();
        store.close().unwrap();
    }
    let venue = Venue::open_with(folder.path(), |fix| {
        let daily = ScheduleConfig {
            reset: "day 00:00".into(),
            participants: vec!["BOT01".parse().unwrap()],
            ..ScheduleConfig::default()
        };
        fix.schedules.insert("daily".into(), daily);
    })
    .await;
    let statuses = venue.gateway.roster().statuses();
    let numbers = |comp_id: &str| {
        let mut all = statuses.iter();
        let status = all.find(|one| one.comp_id.as_str() == comp_id).unwrap();
        (status.next_in, status.next_out)
    };
    assert_eq!(numbers("BOT01"), (1, 1));
    assert_eq!(numbers("BOT02"), (3, 501));
    let mut peer = venue.peer("BOT01").await;
    assert_eq!(peer.0.session().next_in(), 2);
    peer.rest("b", '1', "1", "1").await;
    venue.close().await;
}
