//! The library's acceptor over real sockets: sessions, who is let in, and what a bad peer can do. Time is a hand that the test
//! moves: nothing sleeps.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use fix_engine::codec::body::Body;
use fix_engine::codec::message::Message;
use fix_engine::io::acceptor::{Acceptor, AcceptorConfig, AddError};
use fix_engine::io::admission::{Account, Accounts};
use fix_engine::io::application::{Application, Taken, Turn};
use fix_engine::io::client::{Client, ClientError, Target};
use fix_engine::io::clock::Clock;
use fix_engine::io::link::LinkLimits;
use fix_engine::io::session_task::SessionParts;
use fix_engine::io::tls::live::LiveTls;
use fix_engine::io::tls::{
    CertificateBinding, ClientCertificates, ServerTls, Versions, client_config,
};
use fix_engine::session::action::DisconnectReason;
use fix_engine::session::config::SessionConfig;
use fix_engine::session::logon::Password;
use fix_engine::session::memory_store::MemoryStore;
use fix_engine::time::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::authority::Authority;
use super::echo::{Diary, Echo};
use super::{next_id, order};

/// Nothing over loopback takes so long.
const PATIENCE: Duration = Duration::from_secs(20);
const BEGIN: Timestamp = Timestamp::from_secs(1_767_603_600);

fn parts(theirs: &str) -> SessionParts {
    SessionParts {
        config: SessionConfig::acceptor("ISLD", theirs),
        store: Box::new(MemoryStore::new()),
        application: Box::new(Echo),
    }
}

fn client(address: SocketAddr, ours: &str) -> Client {
    Client::new(
        Target::plain(address),
        SessionConfig::initiator(ours, "ISLD"),
    )
}

fn diary() -> (AcceptorConfig, Arc<Diary>) {
    let diary = Arc::new(Diary::default());
    let config = AcceptorConfig {
        observer: Arc::clone(&diary) as _,
        handover_wait: Duration::ZERO,
        ..AcceptorConfig::default()
    };
    (config, diary)
}

/// Reads until the peer has nothing more to say.
async fn last_words(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await;
    let _reset = read.expect("an end in time");
    String::from_utf8_lossy(&bytes).replace('\x01', "|")
}

#[tokio::test]
async fn many_sessions_trade_at_the_same_time() {
    let acceptor = Acceptor::new(AcceptorConfig::default());
    let address = acceptor.listen("127.0.0.1:0").await.unwrap();
    let mut clients = Vec::new();
    for name in ["TW", "TX", "TY"] {
        acceptor.add(parts(name)).unwrap();
        let mut client = client(address, name);
        client.connect().await.unwrap();
        clients.push(client);
    }
    for client in &mut clients {
        for number in 0..1000 {
            client.enqueue(order(&format!("O{number}"))).unwrap();
        }
        client.flush().await.unwrap();
    }
    for client in &mut clients {
        for number in 0..1000 {
            assert_eq!(next_id(client).await, format!("O{number}"));
        }
    }
    for session in acceptor.sessions() {
        let status = session.status().await.unwrap();
        assert!(status.is_logged_on, "{status:?}");
        assert_eq!((status.next_in, status.next_out), (1002, 1002));
        assert_eq!(status.durable_in, 1002);
    }
    assert_eq!(acceptor.connections(), 3);
    for client in &mut clients {
        timeout(PATIENCE, client.logout()).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_session_says_what_it_is_asked_to_from_another_task() {
    let acceptor = Acceptor::new(AcceptorConfig::default());
    let address = acceptor.listen("127.0.0.1:0").await.unwrap();
    let session = acceptor.add(parts("TW")).unwrap();
    // numbered and kept although nobody is there
    session.send(order("EARLY")).await.unwrap();
    session.send_transient(order("NOBODY")).await.unwrap();
    assert_eq!(session.status().await.unwrap().next_out, 2);
    let mut client = client(address, "TW");
    client.connect().await.unwrap();
    assert_eq!(next_id(&mut client).await, "EARLY");
    session.send_transient(order("NOW")).await.unwrap();
    assert_eq!(next_id(&mut client).await, "NOW");
    session.log_out("go home").await.unwrap();
    match timeout(PATIENCE, client.next()).await.unwrap() {
        Err(ClientError::Ended { text, .. }) => assert_eq!(text, "go home"),
        other => panic!("{other:?}"),
    }
}

/// Sends a message back and logs out: both in one write.
struct LastWord;

impl Application for LastWord {
    fn on_message(&mut self, message: &Message, turn: &mut Turn<'_>) -> Taken {
        turn.send(Body::of(message.msg_type(), message.view()));
        turn.log_out("that was all");
        Taken::Done
    }
}

#[tokio::test]
async fn what_came_before_the_end_is_given_out_first() {
    let acceptor = Acceptor::new(AcceptorConfig::default());
    let address = acceptor.listen("127.0.0.1:0").await.unwrap();
    let mut parts = parts("TW");
    parts.application = Box::new(LastWord);
    acceptor.add(parts).unwrap();
    let mut client = client(address, "TW");
    for id in ["A", "B"] {
        client.connect().await.unwrap();
        client.send(order(id)).await.unwrap();
        assert_eq!(next_id(&mut client).await, id);
        match timeout(PATIENCE, client.next()).await.unwrap() {
            Err(ClientError::Ended { text, .. }) => assert_eq!(text, "that was all"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn sessions_come_and_go_while_the_port_is_open() {
    let (config, diary) = diary();
    let acceptor = Acceptor::new(config);
    let address = acceptor.listen("127.0.0.1:0").await.unwrap();
    let mut client = client(address, "TW");
    assert!(client.connect().await.is_err());
    diary.wait("turned away: no session ISLD->TW").await;
    let session = acceptor.add(parts("TW")).unwrap();
    let taken = acceptor.add(parts("TW")).err();
    assert_eq!(taken, Some(AddError::Taken(session.id().clone())));
    client.connect().await.unwrap();
    let (removed, ended) = tokio::join!(
        acceptor.remove(session.id(), "closed for you"),
        client.next()
    );
    assert!(removed);
    assert!(
        matches!(&ended, Err(ClientError::Ended { text, .. }) if text == "closed for you"),
        "{ended:?}"
    );
    assert!(session.status().await.is_err());
    assert!(!acceptor.remove(session.id(), "").await);
    assert!(client.connect().await.is_err());
}

#[tokio::test]
async fn stopping_logs_everybody_out() {
    let acceptor = Acceptor::new(AcceptorConfig::default());
    let address = acceptor.listen("127.0.0.1:0").await.unwrap();
    acceptor.add(parts("TW")).unwrap();
    acceptor.add(parts("AWAY")).unwrap();
    let mut client = client(address, "TW");
    client.connect().await.unwrap();
    let stop = timeout(PATIENCE, acceptor.stop("the end"));
    let (stopped, ended) = tokio::join!(stop, async {
        let ended = client.next().await;
        client.abandon();
        ended
    });
    stopped.unwrap();
    assert!(
        matches!(&ended, Err(ClientError::Ended { text, .. }) if text == "the end"),
        "{ended:?}"
    );
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_second_connection_is_dropped_without_a_word() {
    let (config, diary) = diary();
    let acceptor = Acceptor::new(config);
    let address = acceptor.listen("127.0.0.1:0").await.unwrap();
    acceptor.add(parts("TW")).unwrap();
    let mut first = client(address, "TW");
    first.connect().await.unwrap();
    let mut second = client(address, "TW");
    assert!(matches!(second.connect().await, Err(ClientError::Lost(_))));
    diary.wait("ISLD->TW is connected already").await;
    first.send(order("A")).await.unwrap();
    assert_eq!(next_id(&mut first).await, "A");
}

#[tokio::test]
async fn who_says_nothing_is_gone_after_ten_seconds() {
    let (clock, hand) = Clock::manual(BEGIN);
    let authority = Authority::new();
    let pem = authority.issue("server");
    let tls = ServerTls {
        identity: pem.identity(),
        clients: ClientCertificates::Off,
        revoked: None,
        versions: Versions::Both,
    };
    let (config, diary) = diary();
    let acceptor = Acceptor::new(AcceptorConfig { clock, ..config });
    let plain = acceptor.listen("127.0.0.1:0").await.unwrap();
    let tls = LiveTls::new(tls.config().unwrap());
    let secure = acceptor.listen_tls("127.0.0.1:0", tls).await.unwrap();
    acceptor.add(parts("TW")).unwrap();
    let mut idle = TcpStream::connect(plain).await.unwrap();
    let mut half = TcpStream::connect(plain).await.unwrap();
    half.write_all(b"8=FIX.4.4\x019=60\x0135=A").await.unwrap();
    let mut no_handshake = TcpStream::connect(secure).await.unwrap();
    until(|| acceptor.connections() == 3).await;
    hand.set(BEGIN.plus_nanos(9_999_000_000));
    tokio::task::yield_now().await;
    assert_eq!(acceptor.connections(), 3);
    hand.set(BEGIN.plus_secs(10));
    for stream in [&mut idle, &mut half, &mut no_handshake] {
        assert_eq!(last_words(stream).await, "");
    }
    until(|| diary.count("turned away: no Logon in time") == 3).await;
    until(|| acceptor.connections() == 0).await;
}

#[tokio::test]
async fn a_stranger_costs_no_more_than_four_kilobytes() {
    let (config, diary) = diary();
    let acceptor = Acceptor::new(config);
    let address = acceptor.listen("127.0.0.1:0").await.unwrap();
    acceptor.add(parts("TW")).unwrap();
    let mut endless = TcpStream::connect(address).await.unwrap();
    let mut logon = b"8=FIX.4.4\x019=4000\x0135=A\x0158=".to_vec();
    logon.resize(4096, b'x');
    // not one byte more than is taken before the end: no reset can hide it
    endless.write_all(&logon).await.unwrap();
    assert_eq!(last_words(&mut endless).await, "");
    let mut liar = TcpStream::connect(address).await.unwrap();
    liar.write_all(b"8=FIX.4.4\x019=999999999\x0135=A\x01")
        .await
        .unwrap();
    assert_eq!(last_words(&mut liar).await, "");
    let mut other = TcpStream::connect(address).await.unwrap();
    other.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    assert_eq!(last_words(&mut other).await, "");
    until(|| diary.count("turned away: not FIX") == 3).await;
}

#[tokio::test]
async fn connections_are_counted_by_address_and_in_all() {
    for (all, each, why) in [
        (8, 2, "too many connections from this address"),
        (2, 8, "too many connections"),
    ] {
        let (config, diary) = diary();
        let acceptor = Acceptor::new(AcceptorConfig {
            connections_max: all,
            connections_per_address_max: each,
            ..config
        });
        let address = acceptor.listen("127.0.0.1:0").await.unwrap();
        let first = TcpStream::connect(address).await.unwrap();
        let _second = TcpStream::connect(address).await.unwrap();
        let mut third = TcpStream::connect(address).await.unwrap();
        assert_eq!(last_words(&mut third).await, "");
        diary.wait(&format!("turned away: {why}")).await;
        drop(first);
        until(|| acceptor.connections() == 1).await;
        acceptor.add(parts("TW")).unwrap();
        client(address, "TW").connect().await.unwrap();
    }
}

#[tokio::test]
async fn an_unfinished_message_delays_nobody_else() {
    let acceptor = Acceptor::new(AcceptorConfig::default());
    let address = acceptor.listen("127.0.0.1:0").await.unwrap();
    acceptor.add(parts("TW")).unwrap();
    acceptor.add(parts("SLOW")).unwrap();
    let mut slow = TcpStream::connect(address).await.unwrap();
    let logon = logon_bytes("SLOW");
    slow.write_all(&logon).await.unwrap();
    let mut answer = [0; 10];
    slow.read_exact(&mut answer).await.unwrap();
    slow.write_all(b"8=FIX.4.4\x019=60000\x0135=D\x0158=")
        .await
        .unwrap();
    slow.write_all(&[b'x'; 30_000]).await.unwrap();
    let mut client = client(address, "TW");
    client.connect().await.unwrap();
    client.send(order("A")).await.unwrap();
    assert_eq!(next_id(&mut client).await, "A");
}

#[tokio::test]
async fn a_peer_that_does_not_read_is_cut_off_and_gets_everything_later() {
    let (config, diary) = diary();
    let acceptor = Acceptor::new(AcceptorConfig {
        link: LinkLimits {
            outbound_max_messages: 100,
            ..LinkLimits::default()
        },
        ..config
    });
    let address = acceptor.listen("127.0.0.1:0").await.unwrap();
    let mut parts = parts("TW");
    parts.config.resend_chunk = 10;
    let session = acceptor.add(parts).unwrap();
    let mut client = client(address, "TW");
    client.connect().await.unwrap();
    let mut sent = 0;
    // the client does not read meanwhile: sooner or later the operating system takes no more
    while diary.count("slow consumer") == 0 {
        session.send(order(&format!("O{sent}"))).await.unwrap();
        sent += 1;
    }
    let reason = diary.find("slow consumer");
    assert!(reason.contains("100 messages"), "{reason}");
    session.send(order("LAST")).await.unwrap();
    let mut got = 0;
    let mut logons = 1;
    loop {
        match timeout(PATIENCE, client.next()).await.unwrap() {
            Ok(message) => {
                let id = message.text(fix_engine::tag::CL_ORD_ID).unwrap();
                if id == "LAST" {
                    break;
                }
                assert_eq!(id, format!("O{got}"));
                got += 1;
            }
            Err(_) => {
                logons += 1;
                assert!(logons < 5, "cut off again and again: {}", diary.all());
                client.connect().await.unwrap();
            }
        }
    }
    assert_eq!(got, sent);
}

#[tokio::test]
async fn accounts_are_checked_before_anything_is_reset() {
    let right = Account {
        username: Some("joe".to_owned()),
        password: Some(Password::new("secret")),
        addresses: vec![[127, 0, 0, 1].into()],
        ..Account::default()
    };
    let stranger = Account {
        addresses: vec![[10, 0, 0, 1].into()],
        ..Account::default()
    };
    let (config, diary) = diary();
    let acceptor = Acceptor::new(AcceptorConfig {
        doorkeeper: Arc::new(Accounts::new().with("TW", right).with("TX", stranger)),
        ..config
    });
    let address = acceptor.listen("127.0.0.1:0").await.unwrap();
    let session = acceptor.add(parts("TW")).unwrap();
    acceptor.add(parts("TX")).unwrap();
    acceptor.add(parts("TY")).unwrap();
    session.send(order("KEPT")).await.unwrap();
    let mut config = SessionConfig::initiator("TW", "ISLD");
    config.reset_seq_num_flag = true;
    for (username, password) in [("joe", "wrong"), ("ann", "secret"), ("joe", "secre")] {
        config.username = Some(username.to_owned());
        config.password = Some(Password::new(password));
        let mut client = Client::new(Target::plain(address), config.clone());
        match client.connect().await {
            Err(ClientError::Ended {
                why: DisconnectReason::LogonRefused(text),
                ..
            }) => {
                assert_eq!(text, "invalid username or password");
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(
        session.status().await.unwrap().next_out,
        2,
        "nothing was reset"
    );
    until(|| diary.count("wrong username or password") == 3).await;
    for (name, why) in [
        ("TX", "may not come from 127.0.0.1"),
        ("TY", "has no account"),
    ] {
        assert!(matches!(
            client(address, name).connect().await,
            Err(ClientError::Lost(_))
        ));
        diary.wait(why).await;
    }
    config.username = Some("joe".to_owned());
    config.password = Some(Password::new("secret"));
    config.reset_seq_num_flag = false;
    let mut client = Client::new(Target::plain(address), config);
    client.connect().await.unwrap();
    assert_eq!(next_id(&mut client).await, "KEPT");
    assert!(!diary.all().contains("secret"));
}

#[tokio::test]
async fn the_certificate_is_bound_to_the_comp_id() {
    let authority = Authority::new();
    let (pem, ann, bob) = (
        authority.issue("server"),
        authority.issue("ann"),
        authority.issue("bob"),
    );
    let authorities = authority.pem.as_bytes();
    let tls = ServerTls {
        identity: pem.identity(),
        clients: ClientCertificates::Optional { authorities },
        revoked: None,
        versions: Versions::Both,
    };
    let account = Account {
        certificate: Some(CertificateBinding::CommonName("ann".to_owned())),
        ..Account::default()
    };
    let (config, diary) = diary();
    let acceptor = Acceptor::new(AcceptorConfig {
        doorkeeper: Arc::new(Accounts::new().with("ANN", account)),
        ..config
    });
    let tls = LiveTls::new(tls.config().unwrap());
    let address = acceptor.listen_tls("127.0.0.1:0", tls).await.unwrap();
    acceptor.add(parts("ANN")).unwrap();
    for (shown, is_taken) in [(None, false), (Some(&bob), false), (Some(&ann), true)] {
        let shown = shown.map(|issued| issued.identity());
        let target = Target::tls(address, client_config(authorities, shown).unwrap());
        let mut client = Client::new(target, SessionConfig::initiator("ANN", "ISLD"));
        let connected = timeout(PATIENCE, client.connect()).await.unwrap();
        assert_eq!(connected.is_ok(), is_taken, "{connected:?}");
    }
    diary.wait("no client certificate").await;
    diary.wait("is not the one bound to this CompID").await;
}

fn logon_bytes(ours: &str) -> Vec<u8> {
    let now = fix_engine::io::clock::now();
    let text = format!("8=FIX.4.4|35=A|34=1|49={ours}|56=ISLD|52={now}|98=0|108=30|");
    let message = fix_engine::codec::message::Message::from_pipe(&text).expect("a good message");
    message.bytes().to_vec()
}

/// Lets the other tasks work until something is so.
async fn until(is_so: impl Fn() -> bool) {
    let waited = timeout(PATIENCE, async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    });
    waited.await.expect("in time");
}
