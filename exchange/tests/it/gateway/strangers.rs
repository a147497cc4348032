//! Who is kept out by where it comes from, what its certificate says, how often it guessed, and how old its password is.

use crate::venue::{AUTHORITY, PATIENCE, Peer, Raw, TLS01, Venue, now, tls_target, until};
use exchange::metrics::labels::{Label, Limit, LogonResult};
use fix_engine::io::client::{Client, ClientError, Target};
use fix_engine::session::logon::Password;
use journal::entry::{Instruction, Origin};
use journal::participant::{ClientCert, Credentials, ParticipantChange};
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::TcpSocket;
use tokio::time::timeout;

/// Another address of this machine.
const ELSEWHERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

fn logon(sender: &str, password: &str) -> String {
    format!(
        "8=FIX.4.4|35=A|34=1|49={sender}|56=LOGGIA|52={}|98=0|108=30|141=Y|553={sender}|554={password}|",
        now()
    )
}

async fn raw_from(address: Ipv4Addr, venue: &Venue) -> Raw {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((address, 0))).unwrap();
    Raw(socket.connect(venue.gateway.plain()).await.unwrap())
}

/// What the venue says to a Logon that it does not take.
async fn refusal(address: Ipv4Addr, venue: &Venue, sender: &str, password: &str) -> String {
    let mut raw = raw_from(address, venue).await;
    raw.send_message(&logon(sender, password)).await;
    String::from_utf8(raw.until_closed().await.to_vec()).unwrap()
}

async fn logs_on(address: Ipv4Addr, venue: &Venue, sender: &str) {
    let mut raw = raw_from(address, venue).await;
    raw.send_message(&logon(sender, &format!("secret-{sender}")))
        .await;
    let answer = raw.some().await;
    assert!(answer.contains("\u{1}35=A\u{1}"), "{answer}");
    drop(raw);
    until("the session is free", || {
        let statuses = venue.gateway.roster().statuses();
        statuses.iter().all(|one| one.peer.is_none())
    })
    .await;
}

/// A connection that ends is counted a moment after its peer is told.
async fn counted(venue: &Venue, result: LogonResult, count: u64) {
    let logons = &venue.hub.metrics.fix.logons;
    until(result.text(), || logons.count(result) == count).await;
}

/// Changes a participant's credentials as an operator would.
async fn redefine(venue: &Venue, comp_id: &str, change: impl FnOnce(&mut Credentials)) {
    let comp_id = comp_id.parse().unwrap();
    let record = venue.hub.directory.participant_by_comp_id(comp_id).unwrap();
    let mut credentials = record.credentials.clone().unwrap();
    change(&mut credentials);
    let change = Instruction::Participant(ParticipantChange::Define {
        comp_id,
        credentials,
    });
    let entry = venue.hub.submitter.call(Origin::System, change).await;
    assert!(entry.unwrap().events.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_guesses_has_to_wait_and_locks_out_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open_with(folder.path(), |fix| {
        fix.lockout_failures = 2;
        fix.lockout_first_secs = 600;
    })
    .await;
    let figures = venue.hub.metrics.fix.clone();
    logs_on(Ipv4Addr::LOCALHOST, &venue, "BOT01").await;
    for _ in 0..2 {
        let answer = refusal(ELSEWHERE, &venue, "BOT01", "wrong").await;
        assert!(answer.contains("\u{1}58=invalid username or password\u{1}"));
    }
    let answer = refusal(ELSEWHERE, &venue, "BOT01", "secret-BOT01").await;
    let (_, text) = answer
        .split_once("58=too many failed logons, try again in ")
        .unwrap();
    let wait: u64 = text.split_once(" seconds").unwrap().0.parse().unwrap();
    assert!((1..=600).contains(&wait), "{answer}");
    assert_eq!(figures.lockouts.get(), 1);
    counted(&venue, LogonResult::Locked, 1).await;
    counted(&venue, LogonResult::Password, 2).await;
    // From where it has logged on before it is let in, and so are others from where the guesses came.
    logs_on(Ipv4Addr::LOCALHOST, &venue, "BOT01").await;
    logs_on(ELSEWHERE, &venue, "BOT02").await;
    // Eight failures, four times as many as a participant has: the address has to wait, whomever it names.
    for _ in 0..6 {
        assert_eq!(refusal(ELSEWHERE, &venue, "NOBODY", "wrong").await, "");
    }
    let answer = refusal(ELSEWHERE, &venue, "BOT02", "secret-BOT02").await;
    assert!(answer.contains("58=too many failed logons"), "{answer}");
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_participant_logs_on_from_its_networks_only() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open_with(folder.path(), |fix| fix.lockout_failures = 1).await;
    redefine(&venue, "BOT01", |credentials| {
        credentials.networks = vec!["10.0.0.0/8".parse().unwrap(), "127.0.0.2".parse().unwrap()];
    })
    .await;
    for password in ["secret-BOT01", "wrong"] {
        let answer = refusal(Ipv4Addr::LOCALHOST, &venue, "BOT01", password).await;
        assert_eq!(answer, "", "dropped without a word");
    }
    counted(&venue, LogonResult::Address, 2).await;
    // What came from outside was no guess: one would have been enough to have to wait.
    logs_on(ELSEWHERE, &venue, "BOT01").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_may_be_bound_by_its_subject() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open_with(folder.path(), |fix| fix.lockout_failures = 1).await;
    redefine(&venue, "TLS01", |credentials| {
        credentials.cert_fingerprint = None;
        credentials.cert_subject = Some("CN=desk, OU=participant".parse().unwrap());
    })
    .await;
    let tls = venue.gateway.tls();
    // Without the certificate not even a guess is counted.
    for papers in [
        None,
        Some(AUTHORITY.sign("desk", "service")),
        Some(AUTHORITY.sign("TLS01", "participant")),
    ] {
        let mut config = Peer::config("TLS01");
        config.password = Some(Password::new("wrong"));
        let mut peer = Peer(Client::new(tls_target(tls, papers.as_ref()), config));
        match peer.refused().await {
            ClientError::Ended { text, .. } => assert!(text.contains("certificate"), "{text}"),
            other => panic!("{other:?}"),
        }
    }
    counted(&venue, LogonResult::Certificate, 3).await;
    // Any certificate with that subject is good: a new one needs no change here.
    for _ in 0..2 {
        let papers = AUTHORITY.sign("desk", "participant");
        let mut config = Peer::config("TLS01");
        config.reset_seq_num_flag = true;
        let mut peer = Peer(Client::new(tls_target(tls, Some(&papers)), config));
        peer.connect().await;
        peer.0.logout().await.unwrap();
    }
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_asked_for_as_the_participants_policy_says() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let other = AUTHORITY.sign("desk", "participant");
    let shown = [None, Some(&other), Some(&*TLS01)];
    for (policy, let_in) in [
        (ClientCert::Required, [false, false, true]),
        (ClientCert::Optional, [true, false, true]),
        (ClientCert::Off, [true, true, true]),
    ] {
        redefine(&venue, "TLS01", |it| it.client_cert = policy).await;
        for (papers, is_let_in) in shown.into_iter().zip(let_in) {
            let mut config = Peer::config("TLS01");
            config.reset_seq_num_flag = true;
            let mut peer = Peer(Client::new(tls_target(venue.gateway.tls(), papers), config));
            if is_let_in {
                peer.connect().await;
                peer.0.logout().await.unwrap();
                continue;
            }
            match peer.refused().await {
                ClientError::Ended { text, .. } => assert!(text.contains("certificate"), "{text}"),
                other => panic!("{policy:?}: {other:?}"),
            }
        }
    }
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_password_is_refused_and_only_who_has_it_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    // Zero days: too old as soon as it is set.
    redefine(&venue, "BOT01", |it| it.password_max_age_days = Some(0)).await;
    redefine(&venue, "BOT02", |it| it.password_max_age_days = Some(1)).await;
    let answer = refusal(Ipv4Addr::LOCALHOST, &venue, "BOT01", "wrong").await;
    assert!(
        answer.contains("58=invalid username or password"),
        "{answer}"
    );
    let answer = refusal(Ipv4Addr::LOCALHOST, &venue, "BOT01", "secret-BOT01").await;
    assert!(answer.contains("58=the password has expired"), "{answer}");
    counted(&venue, LogonResult::Expired, 1).await;
    logs_on(Ipv4Addr::LOCALHOST, &venue, "BOT02").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_stranger_may_send_before_its_logon_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open_with(folder.path(), |fix| fix.max_unauthenticated_bytes = 512).await;
    let mut raw = venue.raw().await;
    let long = format!("{}58={}|", logon("BOT01", "secret-BOT01"), "x".repeat(512));
    raw.send_message(&long).await;
    assert!(raw.until_closed().await.is_empty());
    counted(&venue, LogonResult::NotFix, 1).await;
    logs_on(Ipv4Addr::LOCALHOST, &venue, "BOT01").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_are_counted_while_they_are_open() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open_with(folder.path(), |fix| fix.max_connections_per_address = 2).await;
    let figures = venue.hub.metrics.fix.clone();
    let mut peer = Peer::new("BOT01", Target::plain(venue.gateway.plain()));
    peer.connect().await;
    let stranger = venue.raw().await;
    until("both are counted", || figures.connections.get() == 2).await;
    let mut third = venue.raw().await;
    assert!(third.until_closed().await.is_empty());
    assert_eq!(figures.connections_refused.count(Limit::Address), 1);
    assert_eq!(figures.sessions_logged_on.get(), 1);
    counted(&venue, LogonResult::Accepted, 1).await;
    drop(stranger);
    timeout(PATIENCE, peer.0.logout()).await.unwrap().unwrap();
    until("none is left", || figures.connections.get() == 0).await;
    until("it is logged out", || figures.sessions_logged_on.get() == 0).await;
    venue.close().await;
}
