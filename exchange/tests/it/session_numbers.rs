//! Sequence numbers in the hands of an operator: reset with the peer's consent, now or at its next logon; set, once, over a kill.

use crate::caller::Caller;
use crate::sessions::reconnect;
use crate::venue::{Peer, Venue, until};
use fix_engine::io::client::Client;
use hyper::Method;
use market::control::session::{SessionDetail, SessionOutcome};

const RESET: &str = "/v1/sessions/BOT01/reset";
const NUMBERS: &str = "/v1/sessions/BOT01/numbers";

fn is_reset(venue: &Venue) -> bool {
    let statuses = venue.gateway.roster().statuses();
    let one = statuses.iter().find(|one| one.comp_id.as_str() == "BOT01");
    // Logon and TestRequest, Logon and Heartbeat.
    one.is_some_and(|one| (one.next_in, one.next_out) == (3, 3))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_sides_of_a_live_session_begin_at_1() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let mut peer = venue.peer("BOT01").await;
    peer.rest("a", '1', "1", "99").await;
    peer.rest("b", '1', "1", "99").await;
    let done: SessionOutcome = operator.post(RESET, "").await;
    assert!(done.changed && !done.session.reset_due);
    // The peer answers while it waits for something to read.
    tokio::select! {
        message = peer.next() => panic!("{}", message.to_pipe()),
        () = until("the reset is agreed", || is_reset(&venue)) => {}
    }
    let session = peer.0.session();
    assert_eq!((session.next_in(), session.next_out()), (3, 3));
    peer.rest("c", '1', "1", "98").await;
    assert_eq!(peer.0.session().next_out(), 4);
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_is_away_begins_at_1_at_its_next_logon_also_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let mut peer = venue.peer("BOT01").await;
    peer.rest("a", '1', "1", "99").await;
    peer.0.logout().await.unwrap();
    let done: SessionOutcome = operator.post(RESET, "").await;
    assert!(done.changed && done.session.reset_due);
    let again: SessionOutcome = operator.post(RESET, "").await;
    assert!(!again.changed && again.session.reset_due);
    venue.kill();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let detail: SessionDetail = operator.get("/v1/sessions/BOT01").await;
    assert!(detail.reset_due && detail.next_out > 1);
    // Whatever the peer believes its number to be: here it has lost all.
    let mut forgetful = Peer(Client::new(venue.target(), Peer::config("BOT01")));
    forgetful.connect().await;
    tokio::select! {
        message = forgetful.next() => panic!("{}", message.to_pipe()),
        () = until("the reset is agreed", || is_reset(&venue)) => {}
    }
    forgetful.rest("b", '1', "1", "98").await;
    let detail: SessionDetail = operator.get("/v1/sessions/BOT01").await;
    assert!(!detail.reset_due);
    // It is made once.
    let next_out = forgetful.0.session().next_out();
    forgetful.0.abandon();
    venue.kill();
    let venue = Venue::open(folder.path()).await;
    reconnect(&mut forgetful, &venue).await;
    assert!(forgetful.0.session().next_out() > next_out);
    forgetful.rest("c", '1', "1", "97").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_are_set_once_and_no_number_is_used_twice() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let mut peer = venue.peer("BOT01").await;
    peer.rest("a", '1', "1", "99").await;
    peer.0.logout().await.unwrap();
    let now: SessionDetail = operator.get("/v1/sessions/BOT01").await;
    let back = format!(r#"{{"next_out":{}}}"#, now.next_out - 1);
    let refused = operator.refused(Method::POST, NUMBERS, &back).await;
    assert_eq!((refused.0, refused.1.code.as_str()), (409, "number_used"));
    let wanted = (now.next_in - 1, now.next_out + 10);
    let body = format!(r#"{{"next_in":{},"next_out":{}}}"#, wanted.0, wanted.1);
    let done: SessionOutcome = operator.post(NUMBERS, &body).await;
    assert_eq!((done.session.next_in, done.session.next_out), wanted);
    let again: SessionOutcome = operator.post(NUMBERS, &body).await;
    assert!(!again.changed);
    let body = format!(r#"{{"next_in":{}}}"#, now.next_in);
    let _done: SessionOutcome = operator.post(NUMBERS, &body).await;
    // The numbers left out are gap-filled, and what was set is not set again after a kill.
    peer.connect().await;
    peer.0.logout().await.unwrap();
    let next_in = peer.0.session().next_out();
    until("the logout is over", || {
        let statuses = venue.gateway.roster().statuses();
        statuses
            .iter()
            .any(|one| one.next_in == next_in && !one.logged_on)
    })
    .await;
    venue.kill();
    let venue = Venue::open(folder.path()).await;
    let detail: SessionDetail = Caller::new(&venue, "operator")
        .get("/v1/sessions/BOT01")
        .await;
    assert_eq!(detail.next_in, next_in);
    reconnect(&mut peer, &venue).await;
    peer.rest("c", '1', "1", "97").await;
    venue.close().await;
}
