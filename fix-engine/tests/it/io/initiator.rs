//! The library's initiator over real sockets: hosts in turn, coming back, resynchronisation, TLS names. Waits are so short that
//! nobody notices them, or wait for a hand that the test moves.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use fix_engine::io::acceptor::{Acceptor, AcceptorConfig};
use fix_engine::io::admission::{Account, Accounts};
use fix_engine::io::backoff::Backoff;
use fix_engine::io::client::Target;
use fix_engine::io::clock::Clock;
use fix_engine::io::initiator::{Initiator, InitiatorConfig, NoHost};
use fix_engine::io::session_task::SessionParts;
use fix_engine::io::tls::live::LiveTls;
use fix_engine::io::tls::{ClientCertificates, ServerTls, Versions, client_config};
use fix_engine::session::config::SessionConfig;
use fix_engine::session::logon::Password;
use fix_engine::session::memory_store::MemoryStore;
use fix_engine::time::Timestamp;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::authority::Authority;
use super::cable::Cable;
use super::echo::{Diary, Echo, Inbox};
use super::order;

/// Nothing over loopback takes so long.
const PATIENCE: Duration = Duration::from_secs(20);
const BEGIN: Timestamp = Timestamp::from_secs(1_767_603_600);
/// So short that nobody notices.
const AT_ONCE: Backoff = Backoff {
    first: Duration::from_micros(1),
    max: Duration::from_micros(10),
    jitter_percent: 0,
};

async fn acceptor() -> (Acceptor, SocketAddr) {
    let acceptor = Acceptor::new(AcceptorConfig::default());
    let address = acceptor.listen("127.0.0.1:0").await.expect("loopback");
    let parts = SessionParts {
        config: SessionConfig::acceptor("ISLD", "TW"),
        store: Box::new(MemoryStore::new()),
        application: Box::new(Echo),
    };
    acceptor.add(parts).expect("the only session");
    (acceptor, address)
}

/// An address where nobody listens.
async fn nowhere() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    listener.local_addr().expect("bound")
}

fn config(hosts: Vec<Target>, diary: &Arc<Diary>) -> InitiatorConfig {
    InitiatorConfig {
        backoff: AT_ONCE,
        observer: Arc::clone(diary) as _,
        ..InitiatorConfig::new(hosts)
    }
}

fn start(config: InitiatorConfig) -> (Initiator, Inbox) {
    let (application, inbox) = Inbox::new();
    let parts = SessionParts {
        config: SessionConfig::initiator("TW", "ISLD"),
        store: Box::new(MemoryStore::new()),
        application: Box::new(application),
    };
    (Initiator::start(config, parts).expect("a host"), inbox)
}

#[tokio::test]
async fn the_first_host_refuses_and_the_second_takes() {
    let (_acceptor, address) = acceptor().await;
    let diary = Arc::new(Diary::default());
    let hosts = vec![Target::plain(nowhere().await), Target::plain(address)];
    let (initiator, mut inbox) = start(config(hosts, &diary));
    // numbered before there is a connection, sent once there is one
    initiator.session().send(order("A")).await.unwrap();
    assert_eq!(inbox.next_id().await, "A");
    assert_eq!(diary.count("NotConnected"), 1);
    timeout(PATIENCE, initiator.stop("bye")).await.unwrap();
    diary.wait("LogoutAnswered").await;
}

#[tokio::test]
async fn nobody_to_connect_to_is_said_at_once() {
    let (application, _inbox) = Inbox::new();
    let parts = SessionParts {
        config: SessionConfig::initiator("TW", "ISLD"),
        store: Box::new(MemoryStore::new()),
        application: Box::new(application),
    };
    assert_eq!(
        Initiator::start(InitiatorConfig::new(Vec::new()), parts).err(),
        Some(NoHost)
    );
}

#[tokio::test]
async fn a_cut_connection_comes_back_and_recovers_by_resend() {
    let (_acceptor, address) = acceptor().await;
    let cable = Cable::between(address).await;
    let diary = Arc::new(Diary::default());
    let (initiator, mut inbox) = start(config(vec![Target::plain(cable.address)], &diary));
    initiator.session().send(order("FIRST")).await.unwrap();
    assert_eq!(inbox.next_id().await, "FIRST");
    for round in 0..3 {
        cable.cut();
        diary.wait_for(round + 1, "Lost").await;
        let id = format!("LOST{round}");
        initiator.session().send(order(&id)).await.unwrap();
        assert_eq!(inbox.next_id().await, id);
    }
    let status = initiator.session().status().await.unwrap();
    assert_eq!(status.logons, 4);
    // each once: the acceptor's echoes have the numbers in between
    assert_eq!(inbox.taken(), 4);
}

#[tokio::test]
async fn the_host_that_worked_is_tried_first_again() {
    // Whichever place it has, and how often it is lost.
    for (place, hosts) in [(0, 2), (1, 2), (1, 3)] {
        let (_acceptor, address) = acceptor().await;
        let cable = Cable::between(address).await;
        let mut targets = vec![Target::plain(nowhere().await); hosts];
        targets[place] = Target::plain(cable.address);
        let diary = Arc::new(Diary::default());
        let (initiator, _inbox) = start(config(targets, &diary));
        for logons in 1..=3 {
            diary.wait_for(logons, ": LoggedOn").await;
            let in_vain = diary.count("NotConnected");
            assert_eq!(in_vain, place, "only at first: {}", diary.all());
            cable.cut();
            diary.wait_for(logons, ": Lost").await;
        }
        timeout(PATIENCE, initiator.stop("")).await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_never_answers_the_logon_is_left() {
    let (clock, hand) = Clock::manual(BEGIN);
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    let diary = Arc::new(Diary::default());
    let one_at_a_time = Backoff {
        first: Duration::from_secs(1000),
        ..AT_ONCE
    };
    let (initiator, _inbox) = start(InitiatorConfig {
        clock,
        backoff: one_at_a_time,
        ..config(vec![Target::plain(address)], &diary)
    });
    let (mut stream, _) = silent.accept().await.unwrap();
    let mut logon = [0; 10];
    stream.read_exact(&mut logon).await.unwrap();
    assert_eq!(initiator.session().status().await.unwrap().next_out, 2);
    hand.set(BEGIN.plus_secs(10));
    diary.wait("LogonTimeout").await;
    let mut rest = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut rest))
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn the_wait_between_rounds_is_the_clocks_and_can_be_cut_short() {
    let (clock, hand) = Clock::manual(BEGIN);
    let address = nowhere().await;
    let diary = Arc::new(Diary::default());
    let backoff = Backoff {
        first: Duration::from_secs(1),
        max: Duration::from_secs(4),
        jitter_percent: 0,
    };
    let (initiator, _inbox) = start(InitiatorConfig {
        clock,
        backoff,
        connects_at_start: false,
        ..config(vec![Target::plain(address)], &diary)
    });
    initiator.session().status().await.unwrap();
    assert_eq!(diary.count("NotConnected"), 0);
    initiator.connect_now();
    diary.wait_for(1, "NotConnected").await;
    let mut now = BEGIN;
    for (tries, wait) in [(2, 1), (3, 2), (4, 4), (5, 4)] {
        now = now.plus_secs(wait);
        hand.set(now.plus_nanos(-1));
        initiator.session().status().await.unwrap();
        assert_eq!(diary.count("NotConnected"), tries - 1, "before {wait} s");
        hand.set(now);
        diary.wait_for(tries, "NotConnected").await;
    }
    initiator.connect_now();
    diary.wait_for(6, "NotConnected").await;
    timeout(PATIENCE, initiator.stop("")).await.unwrap();
}

#[tokio::test]
async fn tls_by_name_with_a_certificate_and_credentials() {
    let authority = Authority::new();
    let (pem, ann) = (authority.issue("localhost"), authority.issue("ann"));
    let authorities = authority.pem.as_bytes();
    let tls = ServerTls {
        identity: pem.identity(),
        clients: ClientCertificates::Required { authorities },
        revoked: None,
        versions: Versions::Both,
    };
    let account = Account {
        username: Some("joe".to_owned()),
        password: Some(Password::new("secret")),
        ..Account::default()
    };
    let acceptor = Acceptor::new(AcceptorConfig {
        doorkeeper: Arc::new(Accounts::new().with("TW", account)),
        ..AcceptorConfig::default()
    });
    let tls = LiveTls::new(tls.config().unwrap());
    let address = acceptor.listen_tls("127.0.0.1:0", tls).await.unwrap();
    let mut session = SessionConfig::acceptor("ISLD", "TW");
    session.reset_on_logon = true;
    acceptor
        .add(SessionParts {
            config: session,
            store: Box::new(MemoryStore::new()),
            application: Box::new(Echo),
        })
        .unwrap();
    let client = client_config(authorities, Some(ann.identity())).unwrap();
    let right = Target::tls_named("localhost", address.port(), client.clone()).unwrap();
    let wrong = Target::tls(address, client)
        .with_server_name("elsewhere.example")
        .unwrap();
    let diary = Arc::new(Diary::default());
    let (application, mut inbox) = Inbox::new();
    let mut session = SessionConfig::initiator("TW", "ISLD");
    session.username = Some("joe".to_owned());
    session.password = Some(Password::new("secret"));
    let parts = SessionParts {
        config: session,
        store: Box::new(MemoryStore::new()),
        application: Box::new(application),
    };
    let initiator = Initiator::start(config(vec![wrong, right], &diary), parts).unwrap();
    initiator.session().send(order("A")).await.unwrap();
    assert_eq!(inbox.next_id().await, "A");
    assert_eq!(diary.count("NotConnected"), 1);
    assert!(
        diary.find("NotConnected").contains("not valid for name"),
        "{}",
        diary.all()
    );
    assert!(!diary.all().contains("secret"));
}

#[tokio::test]
async fn the_servers_name_is_sent_along() {
    let authority = Authority::new();
    let pem = authority.issue("localhost");
    let tls = ServerTls {
        identity: pem.identity(),
        clients: ClientCertificates::Off,
        revoked: None,
        versions: Versions::Both,
    };
    let acceptor = LiveTls::new(tls.config().unwrap()).acceptor();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let client = client_config(authority.pem.as_bytes(), None).unwrap();
    let target = Target::tls_named("localhost", port, client).unwrap();
    let (peer, shown) = tokio::join!(target.connect(), async {
        let (tcp, _) = listener.accept().await.unwrap();
        let stream = acceptor.accept(tcp).await.unwrap();
        stream.get_ref().1.server_name().map(str::to_owned)
    });
    peer.unwrap();
    assert_eq!(shown.as_deref(), Some("localhost"));
}
