//! Logons, good and bad, and everything that comes instead of one.

use crate::venue::{AUTHORITY, PATIENCE, Peer, TLS01, Venue, now, tls_target, until};
use exchange::metrics::labels::LogonResult;
use fix_engine::io::client::{Client, ClientError, Target};
use fix_engine::session::logon::Password;
use std::time::Duration;
use tokio::time::{Instant, timeout};

fn logon(sender: &str, target: &str, password: &str) -> String {
    format!(
        "8=FIX.4.4|35=A|34=1|49={sender}|56={target}|52={}|98=0|108=30|553={sender}|554={password}|",
        now()
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_told_so_in_plain_words() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    for (username, password) in [("BOT01", "wrong"), ("BOT02", "secret-BOT01")] {
        let mut config = Peer::config("BOT01");
        config.username = Some(username.to_owned());
        config.password = Some(Password::new(password));
        let mut peer = Peer(Client::new(venue.target(), config));
        match peer.refused().await {
            ClientError::Ended { text, .. } => {
                assert!(text.ends_with("invalid username or password"), "{text}");
            }
            other => panic!("{other:?}"),
        }
    }
    let mut raw = venue.raw().await;
    raw.send_message(&logon("BOT01", "LOGGIA", "x|141=Y")).await;
    let answer = String::from_utf8(raw.until_closed().await.to_vec()).unwrap();
    assert!(answer.contains("\u{1}35=5\u{1}"), "{answer}");
    assert!(
        answer.contains("\u{1}58=invalid username or password\u{1}"),
        "{answer}"
    );
    // Nothing of the session was used up or reset.
    let mut peer = venue.peer("BOT01").await;
    assert_eq!(peer.0.session().next_in(), 2);
    peer.rest("a", '1', "1", "1").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_are_dropped_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open_with(folder.path(), |fix| fix.logon_timeout_secs = 1).await;
    let heartbeat = format!("8=FIX.4.4|35=0|34=1|49=BOT01|56=LOGGIA|52={}|", now());
    let other_version = logon("BOT01", "LOGGIA", "secret-BOT01").replace("FIX.4.4", "FIX.4.2");
    let messages = [
        logon("NOBODY", "LOGGIA", "x"),
        logon("BOT01", "ELSEWHERE", "secret-BOT01"),
        other_version,
        heartbeat,
    ];
    for message in messages {
        let mut raw = venue.raw().await;
        raw.send_message(&message).await;
        assert!(raw.until_closed().await.is_empty(), "{message}");
    }
    let mut garbage = venue.raw().await;
    garbage.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(garbage.until_closed().await.is_empty());
    let mut endless = venue.raw().await;
    endless
        .send(&b"8=FIX.4.4\x019=999999999\x0135=A\x01"[..])
        .await;
    assert!(endless.until_closed().await.is_empty());
    let mut half = venue.raw().await;
    half.send(b"8=FIX.4.4\x019=100\x0135=A\x01").await;
    let start = Instant::now();
    let mut silent = venue.raw().await;
    assert!(half.until_closed().await.is_empty());
    assert!(silent.until_closed().await.is_empty());
    // Both were given the configured wait.
    assert!(start.elapsed() >= Duration::from_secs(1));
    let logons = &venue.hub.metrics.fix.logons;
    until("both waits are over", || {
        logons.count(LogonResult::Timeout) == 2
    })
    .await;
    venue.peer("BOT01").await.rest("a", '1', "1", "1").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_connection_is_dropped_and_the_first_lives() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut first = venue.peer("BOT01").await;
    let mut second = venue.raw().await;
    second
        .send_message(&logon("BOT01", "LOGGIA", "secret-BOT01"))
        .await;
    assert!(second.until_closed().await.is_empty());
    first.rest("a", '1', "1", "1").await;
    first.0.logout().await.unwrap();
    first.connect().await;
    first.rest("b", '1', "1", "1").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_at_once_is_let_in() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    for round in 0..20 {
        let mut raw = venue.raw().await;
        let again = format!("{}141=Y|", logon("BOT01", "LOGGIA", "secret-BOT01"));
        raw.send_message(&again).await;
        // Logged out by the venue, or gone by itself.
        if round % 2 == 0 {
            let logout = format!("8=FIX.4.4|35=5|34=2|49=BOT01|56=LOGGIA|52={}|", now());
            raw.send_message(&logout).await;
            let answer = String::from_utf8(raw.until_closed().await.to_vec()).unwrap();
            assert!(answer.contains("\u{1}35=A\u{1}"), "{round}: {answer}");
        } else {
            let answer = raw.some().await;
            assert!(answer.contains("\u{1}35=A\u{1}"), "{round}: {answer}");
        }
    }
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_from_one_address_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open_with(folder.path(), |fix| fix.max_connections_per_address = 2).await;
    let _first = venue.raw().await;
    let second = venue.raw().await;
    let mut third = venue.raw().await;
    assert!(third.until_closed().await.is_empty());
    drop(second);
    let deadline = Instant::now() + PATIENCE;
    let mut peer = Peer::new("BOT01", venue.target());
    while peer.0.connect().await.is_err() {
        assert!(Instant::now() < deadline, "the place is never given back");
    }
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_bound_to_its_comp_id() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let tls = venue.gateway.tls();
    let mut bound = Peer::new("TLS01", tls_target(tls, Some(&TLS01)));
    bound.connect().await;
    bound.rest("a", '1', "1", "1").await;
    let statuses = venue.gateway.roster().statuses();
    let status = statuses.iter().find(|one| one.comp_id.as_str() == "TLS01");
    assert!(status.is_some_and(|one| one.tls && one.logged_on));
    bound.0.logout().await.unwrap();
    until("the session is free", || {
        let statuses = venue.gateway.roster().statuses();
        statuses.iter().all(|one| one.peer.is_none())
    })
    .await;
    let other = AUTHORITY.sign("TLS01", "participant");
    let targets = [
        tls_target(tls, None),
        tls_target(tls, Some(&other)),
        Target::plain(venue.gateway.plain()),
    ];
    for target in targets {
        match Peer::new("TLS01", target).refused().await {
            ClientError::Ended { text, .. } => assert!(text.contains("certificate"), "{text}"),
            other => panic!("{other:?}"),
        }
    }
    // Others need none, and may not show a wrong one.
    let mut without = Peer::new("BOT01", tls_target(tls, None));
    without.connect().await;
    without.rest("b", '1', "1", "1").await;
    let stranger = crate::venue::Authority::new().sign("BOT02", "participant");
    let mut foreign = Peer::new("BOT02", tls_target(tls, Some(&stranger)));
    assert!(matches!(
        foreign.refused().await,
        ClientError::Connect { .. } | ClientError::Lost(_)
    ));
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_inside_a_session_is_ignored_and_too_much_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open_with(folder.path(), |fix| fix.max_message_bytes = 1024).await;
    let mut raw = venue.raw().await;
    raw.send_message(&logon("BOT01", "LOGGIA", "secret-BOT01"))
        .await;
    raw.send(b"garbage without end").await;
    let long = "x".repeat(2000);
    let oversized = format!(
        "8=FIX.4.4|35=0|34=2|49=BOT01|56=LOGGIA|52={}|112={long}|",
        now()
    );
    raw.send_message(&oversized).await;
    let logout = format!("8=FIX.4.4|35=5|34=2|49=BOT01|56=LOGGIA|52={}|", now());
    raw.send_message(&logout).await;
    let answer = String::from_utf8(raw.until_closed().await.to_vec()).unwrap();
    assert!(answer.contains("\u{1}35=A\u{1}"), "{answer}");
    assert!(answer.contains("\u{1}35=5\u{1}"), "{answer}");
    let mut peer = Peer::new("BOT02", venue.target());
    peer.connect().await;
    peer.rest("a", '1', "1", "1").await;
    let mut flood = venue.raw().await;
    flood
        .send_message(&logon("CERT01", "LOGGIA", "secret-CERT01"))
        .await;
    let garbage = vec![b'x'; 64 << 10];
    let ended = timeout(PATIENCE, async {
        use tokio::io::AsyncWriteExt;
        while flood.0.write_all(&garbage).await.is_ok() {}
    });
    ended.await.expect("a flood of garbage ends the connection");
    peer.rest("b", '1', "1", "1").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certification_session_starts_at_one_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    for round in 0..2 {
        let mut peer = venue.peer("CERT01").await;
        assert_eq!(peer.0.session().next_in(), 2);
        let id = format!("c{round}");
        peer.rest(&id, '1', "1", "1").await;
        peer.0.logout().await.unwrap();
        until("the session is free", || {
            let statuses = venue.gateway.roster().statuses();
            statuses.iter().all(|one| one.peer.is_none())
        })
        .await;
    }
    venue.close().await;
}
