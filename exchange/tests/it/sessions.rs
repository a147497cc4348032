//! Participants and their sessions at run time: added, changed, disabled, removed and logged out over the control port, with real FIX peers
//! and restarts in between.

use crate::caller::Caller;
use crate::venue::{Peer, Venue, until};
use exchange::metrics::labels::LogonResult;
use fix_engine::io::client::{Client, ClientError};
use fix_engine::session::logon::Password;
use hyper::Method;
use journal::entry::{Instruction, Origin};
use journal::participant::ParticipantChange;
use market::control::SessionStatus;
use market::control::session::{AuditLine, SessionDetail, SessionOutcome, SessionState};
use tokio::time::timeout;

pub(crate) const NEW01: &str =
    r#"{"comp_id":"NEW01","password":"correct horse battery","accounts":["A1"]}"#;

/// The peer of [`NEW01`].
pub(crate) fn newcomer(venue: &Venue) -> Peer {
    let mut config = Peer::config("NEW01");
    config.password = Some(Password::new("correct horse battery"));
    Peer(Client::new(venue.target(), config))
}

/// The text with which the venue ends the session.
pub(crate) async fn ended(peer: &mut Peer) -> String {
    match timeout(crate::venue::PATIENCE, peer.0.next()).await {
        Ok(Err(ClientError::Ended { text, .. })) => text,
        other => panic!("{other:?}"),
    }
}

async fn refused_with(peer: &mut Peer) -> String {
    match peer.refused().await {
        ClientError::Ended { text, .. } => text,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn reconnect(peer: &mut Peer, venue: &Venue) {
    peer.0.set_target(venue.target());
    peer.connect().await;
}

async fn states(operator: &Caller) -> Vec<(String, bool)> {
    let sessions: Vec<SessionStatus> = operator.get("/v1/sessions").await;
    let states = sessions.iter();
    states
        .map(|one| (one.comp_id.to_string(), one.disabled))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_participant_that_is_added_trades_at_once_and_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let mut peer = newcomer(&venue);
    // Unknown CompIDs are dropped without a word.
    let unknown = peer.refused().await;
    assert!(matches!(unknown, ClientError::Lost(_)), "{unknown:?}");
    let added: SessionOutcome = operator.post("/v1/sessions", NEW01).await;
    assert!(added.changed && added.password.is_none());
    assert_eq!(added.session.state, SessionState::Enabled);
    peer.connect().await;
    peer.rest("a", '1', "1", "99").await;
    // The same again is harmless; other terms are another matter.
    let again: SessionOutcome = operator.post("/v1/sessions", NEW01).await;
    assert!(!again.changed && again.session.logged_on);
    let other = NEW01.replace("A1", "A2");
    let refused = operator.refused(Method::POST, "/v1/sessions", &other).await;
    assert_eq!(
        (refused.0, refused.1.code.as_str()),
        (409, "already_exists")
    );
    let numbers = (peer.0.session().next_in(), peer.0.session().next_out());
    venue.kill();
    peer.0.abandon();
    let venue = Venue::open(folder.path()).await;
    reconnect(&mut peer, &venue).await;
    assert!(peer.0.session().next_out() > numbers.1);
    peer.rest("b", '1', "1", "98").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_that_is_made_up_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let body = r#"{"comp_id":"NEW 1/?","accounts":["A1"],"market_data":false}"#;
    let added: SessionOutcome = operator.post("/v1/sessions", body).await;
    let log_on = async |password: &str| {
        let mut config = Peer::config("NEW 1/?");
        config.password = Some(Password::new(password));
        let mut peer = Peer(Client::new(venue.target(), config));
        peer.connect().await;
        peer
    };
    let first = added.password.unwrap();
    assert_eq!(first.reveal().len(), 20);
    let mut peer = log_on(first.reveal()).await;
    peer.rest("a", '1', "1", "99").await;
    peer.send("V", "262=r|263=0|264=1|267=1|269=0|146=1|55=ACME")
        .await;
    peer.expect("Y", "262=r").await;
    peer.0.logout().await.unwrap();
    let path = "/v1/sessions/NEW%201%2F%3F";
    let body = r#"{"new_password":true}"#;
    let changed: SessionOutcome = operator.post(&format!("{path}/change"), body).await;
    let second = changed.password.unwrap();
    assert_ne!(first, second);
    let detail: SessionDetail = operator.get(path).await;
    assert!(!detail.market_data && detail.orders);
    peer.0.abandon();
    let mut config = Peer::config("NEW 1/?");
    config.password = Some(Password::new(first.reveal()));
    let mut old = Peer(Client::new(venue.target(), config));
    assert!(
        refused_with(&mut old)
            .await
            .contains("invalid username or password")
    );
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_counts_at_once_and_outlives_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let mut peer = venue.peer("BOT01").await;
    peer.rest("a", '1', "1", "99").await;
    let path = "/v1/sessions/BOT01/change";
    let body = r#"{"orders":false}"#;
    let changed: SessionOutcome = operator.post(path, body).await;
    assert!(changed.changed && !changed.session.orders);
    let again: SessionOutcome = operator.post(path, body).await;
    assert!(!again.changed && again.seq.is_none());
    peer.limit("b", '1', "1", "99").await;
    peer.expect("j", "372=D|380=6").await;
    let body = r#"{"orders":true,"add_accounts":["A2"],"remove_accounts":["A1"],"password":"another horse battery"}"#;
    let changed: SessionOutcome = operator.post(path, body).await;
    let accounts: Vec<_> = changed
        .session
        .accounts
        .iter()
        .map(|it| it.as_str())
        .collect();
    assert_eq!(accounts, ["A2"]);
    peer.rest("c", '1', "1", "99").await;
    peer.0.logout().await.unwrap();
    venue.kill();
    // The configuration still lists the participant as it was.
    let venue = Venue::open(folder.path()).await;
    let mut old = Peer::new("BOT01", venue.target());
    assert!(
        refused_with(&mut old)
            .await
            .contains("invalid username or password")
    );
    let operator = Caller::new(&venue, "operator");
    let detail: SessionDetail = operator.get("/v1/sessions/BOT01").await;
    assert_eq!(detail.accounts, changed.session.accounts);
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disabled_session_is_logged_out_and_refused_until_it_is_enabled() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let mut peer = venue.peer("BOT01").await;
    peer.rest("a", '1', "1", "99").await;
    let body = r#"{"reason":"margin call"}"#;
    let path = "/v1/sessions/BOT01/disable";
    let (disabled, text) = tokio::join!(
        operator.post::<SessionOutcome>(path, body),
        ended(&mut peer)
    );
    assert_eq!(text, "disabled by the venue: margin call");
    assert_eq!(disabled.session.state, SessionState::Disabled);
    assert!(!disabled.session.logged_on && disabled.canceled_orders.is_none());
    assert!(
        refused_with(&mut peer)
            .await
            .ends_with("disabled by the venue: margin call")
    );
    let logons = &venue.hub.metrics.fix.logons;
    until("it is counted", || logons.count(LogonResult::Disabled) == 1).await;
    // Who does not know the password does not learn it.
    let mut config = Peer::config("BOT01");
    config.password = Some(Password::new("wrong"));
    let mut stranger = Peer(Client::new(venue.target(), config));
    assert!(
        refused_with(&mut stranger)
            .await
            .contains("invalid username or password")
    );
    let again: SessionOutcome = operator.post(path, body).await;
    assert!(!again.changed);
    venue.kill();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    assert!(
        states(&operator)
            .await
            .contains(&("BOT01".to_owned(), true))
    );
    peer.0.set_target(venue.target());
    assert!(refused_with(&mut peer).await.ends_with("margin call"));
    // Its order rests; the operator may cancel it, and the participant hears of it later.
    let body = r#"{"reason":"margin call","cancel_orders":true}"#;
    let canceled: SessionOutcome = operator.post(path, body).await;
    assert_eq!(canceled.canceled_orders, Some(1));
    let enabled: SessionOutcome = operator.post("/v1/sessions/BOT01/enable", "").await;
    assert!(enabled.changed);
    assert_eq!(enabled.session.state, SessionState::Enabled);
    peer.connect().await;
    peer.expect("8", "150=4|11=a|378=8").await;
    let again: SessionOutcome = operator.post("/v1/sessions/BOT01/enable", "{}").await;
    assert!(!again.changed);
    venue.close().await;
}

/// The orders of who has no account any more are cancelled, too, also when the removal was interrupted before it came to them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removal_that_was_interrupted_goes_on_with_the_orders() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let mut peer = venue.peer("BOT01").await;
    peer.rest("a", '1', "1", "99").await;
    let change = r#"{"remove_accounts":["A1"]}"#;
    let _: SessionOutcome = operator.post("/v1/sessions/BOT01/change", change).await;
    let comp_id = "BOT01".parse().unwrap();
    let removal = Instruction::Participant(ParticipantChange::Remove { comp_id });
    let begun = venue.hub.submitter.call(Origin::System, removal).await;
    assert!(begun.unwrap().events.is_empty());
    ended(&mut peer).await;
    let path = "/v1/sessions/BOT01/remove";
    let kept: SessionOutcome = operator.post(path, r#"{"keep_orders":true}"#).await;
    assert!(!kept.changed, "{kept:?}");
    let removed: SessionOutcome = operator.post(path, "").await;
    assert_eq!(removed.canceled_orders, Some(1));
    let again: SessionOutcome = operator.post(path, "").await;
    assert!(!again.changed, "{again:?}");
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removed_participant_is_unknown_and_begins_anew_when_it_is_added_again() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let mut peer = venue.peer("BOT01").await;
    peer.rest("a", '1', "1", "99").await;
    peer.rest("b", '1', "1", "98").await;
    let path = "/v1/sessions/BOT01/remove";
    let (removed, text) = tokio::join!(operator.post::<SessionOutcome>(path, ""), ended(&mut peer));
    assert_eq!(text, "you are not a participant of this venue any more");
    assert_eq!(removed.session.state, SessionState::Removed);
    assert_eq!(
        (removed.canceled_orders, removed.session.accounts.len()),
        (Some(2), 0)
    );
    let again: SessionOutcome = operator.post(path, "").await;
    assert!(!again.changed);
    let refused = operator
        .refused(Method::POST, "/v1/sessions/BOT01/enable", "")
        .await;
    assert_eq!(
        (refused.0, refused.1.code.as_str()),
        (404, "unknown_participant")
    );
    assert!(
        !states(&operator)
            .await
            .iter()
            .any(|(comp_id, _)| comp_id == "BOT01")
    );
    let unknown = Peer::new("BOT01", venue.target()).refused().await;
    assert!(matches!(unknown, ClientError::Lost(_)), "{unknown:?}");
    // What the configuration lists does not bring it back.
    venue.kill();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    assert!(
        !states(&operator)
            .await
            .iter()
            .any(|(comp_id, _)| comp_id == "BOT01")
    );
    let body = r#"{"comp_id":"BOT01","password":"correct horse battery","accounts":["A1"]}"#;
    let added: SessionOutcome = operator.post("/v1/sessions", body).await;
    assert_eq!((added.session.next_in, added.session.next_out), (1, 1));
    venue.kill();
    // Neither the reports nor the numbers of its former life come back.
    let venue = Venue::open(folder.path()).await;
    let mut config = Peer::config("BOT01");
    config.password = Some(Password::new("correct horse battery"));
    let mut anew = Peer(Client::new(venue.target(), config));
    anew.connect().await;
    anew.rest("c", '1', "1", "97").await;
    let numbers = anew.0.session().next_out();
    anew.0.abandon();
    venue.kill();
    let venue = Venue::open(folder.path()).await;
    reconnect(&mut anew, &venue).await;
    assert!(anew.0.session().next_out() > numbers);
    anew.rest("d", '1', "1", "96").await;
    let stored = |name: &str| folder.path().join("sessions").join(name).exists();
    assert!(stored("BOT01.log") && stored("BOT01.2.log"));
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_is_logged_out_and_may_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let mut peer = venue.peer("BOT01").await;
    let path = "/v1/sessions/BOT01/logout";
    let (done, text) = tokio::join!(
        operator.post::<SessionOutcome>(path, r#"{"text":"please reconnect"}"#),
        ended(&mut peer)
    );
    assert_eq!(text, "please reconnect");
    assert!(done.changed && !done.session.logged_on);
    let again: SessionOutcome = operator.post(path, "").await;
    assert!(!again.changed);
    peer.connect().await;
    peer.rest("a", '1', "1", "99").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mistakes_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let _seen: SessionDetail = Caller::new(&venue, "viewer")
        .get("/v1/sessions/BOT01")
        .await;
    let operator = Caller::new(&venue, "operator");
    for path in [
        "change", "disable", "enable", "remove", "reset", "numbers", "logout",
    ] {
        let body = match path {
            "disable" => r#"{"reason":"x"}"#,
            "numbers" => r#"{"next_in":5}"#,
            _ => "",
        };
        let path = format!("/v1/sessions/NOBODY/{path}");
        let refused = operator.refused(Method::POST, &path, body).await;
        assert_eq!(
            (refused.0, refused.1.code.as_str()),
            (404, "unknown_participant"),
            "{path}"
        );
    }
    let long = format!(r#"{{"comp_id":"{}"}}"#, "x".repeat(21));
    let cases = [
        ("", long.as_str(), "longer than 20"),
        ("", r#"{"comp_id":"N","password":"short"}"#, "password"),
        (
            "",
            "{\"comp_id\":\"N\",\"password\":\"secret\\u0001secret\"}",
            "password",
        ),
        (
            "",
            r#"{"comp_id":"N","client_cert":"required"}"#,
            "client_cert",
        ),
        (
            "",
            r#"{"comp_id":"N","cert_fingerprint":"ab"}"#,
            "cert_fingerprint",
        ),
        (
            "",
            r#"{"comp_id":"N","password_max_age_days":3651}"#,
            "password_max_age_days: 3651 must be 0 to 3650",
        ),
        (
            "/BOT01/change",
            r#"{"password_max_age_days":3651}"#,
            "password_max_age_days",
        ),
        ("", r#"{"comp_id":"N","colour":"red"}"#, "colour"),
        ("/BOT01/disable", "", "reason"),
        ("/BOT01/disable", r#"{"reason":""}"#, "empty"),
        (
            "/BOT01/change",
            r#"{"password":"correct horse battery","new_password":true}"#,
            "new_password",
        ),
        (
            "/BOT01/change",
            r#"{"password":"too short"}"#,
            "password: at least 12 characters, this one has 9",
        ),
        (
            "",
            r#"{"comp_id":"NAME1","password":"the horse of name1"}"#,
            "password: must not contain the CompID",
        ),
        (
            "/BOT01/change",
            r#"{"client_cert":"required"}"#,
            "client_cert",
        ),
        ("/BOT01/numbers", "", "next_in"),
        ("/BOT01/numbers", r#"{"next_in":0}"#, "next_in"),
        (
            "/BOT01/numbers",
            r#"{"next_out":9223372036854775808}"#,
            "next_out",
        ),
        ("/BOT01/logout", r#"{"text":"a\nb"}"#, "printable"),
    ];
    for (path, body, word) in cases {
        let path = format!("/v1/sessions{path}");
        let refused = operator.refused(Method::POST, &path, body).await;
        assert_eq!(
            (refused.0, refused.1.code.as_str()),
            (400, "bad_request"),
            "{path} {body}"
        );
        assert!(
            refused.1.message.contains(word),
            "{path} {body}: {}",
            refused.1.message
        );
    }
    let unknown = NEW01.replace("A1", "A9");
    let refused = operator
        .refused(Method::POST, "/v1/sessions", &unknown)
        .await;
    assert_eq!(
        (refused.0, refused.1.code.as_str()),
        (404, "unknown_account")
    );
    assert!(
        !states(&operator)
            .await
            .iter()
            .any(|(comp_id, _)| comp_id == "NEW01")
    );
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_trail_says_who_did_what_and_survives() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    let _added: SessionOutcome = operator.post("/v1/sessions", NEW01).await;
    let body = r#"{"reason":"test"}"#;
    let _done: SessionOutcome = operator.post("/v1/sessions/NEW01/disable", body).await;
    for body in [r#"{"new_password":true}"#, r#"{"market_data":false}"#] {
        let _done: SessionOutcome = operator.post("/v1/sessions/NEW01/change", body).await;
    }
    let _done: SessionOutcome = operator.post("/v1/sessions/NEW01/remove", "").await;
    let _halted: serde_json::Value = operator
        .post(
            "/v1/halt",
            r#"{"target":{"instrument":"ACME"},"reason":"news"}"#,
        )
        .await;
    let refused = operator
        .refused(
            Method::POST,
            "/v1/resume",
            r#"{"target":{"instrument":"BOLT"}}"#,
        )
        .await;
    assert_eq!(refused.0, 409);
    let expected = [
        ("admit NEW01", "done"),
        ("let NEW01 trade for A1", "done"),
        (
            "define NEW01: orders yes, market data yes, reset on logon no, client certificate optional",
            "done",
        ),
        ("disable NEW01: test", "done"),
        (
            "define NEW01: orders yes, market data yes, reset on logon no, client certificate optional, another password",
            "done",
        ),
        (
            "define NEW01: orders yes, market data no, reset on logon no, client certificate optional",
            "done",
        ),
        ("remove NEW01", "done"),
        ("cancel all orders of NEW01", "done: 0 orders"),
        ("let NEW01 trade for A1 no more", "done"),
        ("halt ACME: news", "done"),
        (
            "resume BOLT",
            "refused: the instrument is in that phase already",
        ),
    ];
    let check = |lines: &[AuditLine]| {
        let said: Vec<_> = lines
            .iter()
            .map(|line| (line.what.as_str(), line.outcome.as_str()))
            .collect();
        assert_eq!(said, expected);
        assert!(
            lines
                .iter()
                .all(|line| line.by == "ann" && line.at.len() > 20)
        );
    };
    let viewer = Caller::new(&venue, "viewer");
    let lines: Vec<AuditLine> = viewer.get("/v1/audit").await;
    check(&lines);
    let last: Vec<AuditLine> = viewer.get("/v1/audit?last=2").await;
    assert_eq!(last, lines[9..]);
    venue.kill();
    let venue = Venue::open(folder.path()).await;
    let again: Vec<AuditLine> = Caller::new(&venue, "viewer").get("/v1/audit?last=11").await;
    assert_eq!(again, lines);
    venue.close().await;
}
