//! A live session that is followed over the control port.

use crate::caller::{Caller, Tail};
use crate::sessions::{NEW01, newcomer};
use crate::venue::Venue;
use hyper::Method;
use market::control::session::{Direction, SessionOutcome, TailLine};

/// The next message of a type: its direction and text.
async fn message(tail: &mut Tail, wanted: &str) -> (Direction, String) {
    match tail.next().await {
        TailLine::Message {
            direction,
            msg_type,
            text,
            at,
        } if msg_type == wanted => {
            assert_eq!(at.as_bytes().get(8), Some(&b'-'), "{at}");
            (direction, text)
        }
        other => panic!("{wanted} expected, not {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_followed_session_shows_both_directions_and_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let path = "/v1/sessions/BOT01/messages";
    let mut all = operator.follow(path).await;
    let mut app = operator.follow(&format!("{path}?only=app")).await;
    let mut admin = operator.follow(&format!("{path}?only=admin")).await;
    for tail in [&mut all, &mut app, &mut admin] {
        match tail.next().await {
            TailLine::Following { comp_id, logged_on } => {
                assert_eq!((comp_id.as_str(), logged_on), ("BOT01", false));
            }
            other => panic!("{other:?}"),
        }
    }
    let mut peer = venue.peer("BOT01").await;
    peer.rest("a", '1', "1", "99").await;
    peer.0.logout().await.unwrap();
    let logon = message(&mut all, "A").await;
    assert_eq!(logon.0, Direction::In);
    assert!(
        logon.1.contains("|554=***|") && !logon.1.contains("secret"),
        "{}",
        logon.1
    );
    assert_eq!(message(&mut all, "A").await.0, Direction::Out);
    let order = message(&mut all, "D").await;
    assert!(order.1.contains("|11=a|"), "{}", order.1);
    let report = message(&mut all, "8").await;
    assert_eq!(report.0, Direction::Out);
    assert_eq!(message(&mut all, "5").await.0, Direction::In);
    assert_eq!(message(&mut all, "5").await.0, Direction::Out);
    assert_eq!(message(&mut app, "D").await, order);
    assert_eq!(message(&mut app, "8").await, report);
    assert_eq!(message(&mut admin, "A").await, logon);
    message(&mut admin, "A").await;
    message(&mut admin, "5").await;
    // Following ends with the venue, in good order.
    drop((all, app));
    message(&mut admin, "5").await;
    let closing = tokio::spawn(venue.close());
    assert!(matches!(admin.next().await, TailLine::Ended { .. }));
    drop(admin);
    closing.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn following_ends_with_the_session_and_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let _added: SessionOutcome = operator.post("/v1/sessions", NEW01).await;
    let mut peer = newcomer(&venue);
    peer.connect().await;
    let path = "/v1/sessions/NEW01/messages";
    let mut tails = Vec::new();
    for _ in 0..16 {
        let mut tail = operator.follow(path).await;
        let line = tail.next().await;
        assert!(
            matches!(
                line,
                TailLine::Following {
                    logged_on: true,
                    ..
                }
            ),
            "{line:?}"
        );
        tails.push(tail);
    }
    let refused = operator.refused(Method::GET, path, "").await;
    assert_eq!(
        (refused.0, refused.1.code.as_str()),
        (503, "too_many_followers")
    );
    let refused = operator
        .refused(Method::GET, "/v1/sessions/NOBODY/messages", "")
        .await;
    assert_eq!(
        (refused.0, refused.1.code.as_str()),
        (404, "unknown_participant")
    );
    let refused = operator
        .refused(Method::GET, &format!("{path}?only=some"), "")
        .await;
    assert_eq!((refused.0, refused.1.code.as_str()), (400, "bad_request"));
    peer.0.abandon();
    let _removed: SessionOutcome = operator.post("/v1/sessions/NEW01/remove", "").await;
    for mut tail in tails {
        while !matches!(tail.next().await, TailLine::Ended { .. }) {}
    }
    venue.close().await;
}
