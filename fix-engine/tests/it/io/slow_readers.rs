//! Peers that read slowly: what waits for them is bounded, they are not read from meanwhile, and a resend waits for them. The clock is a hand that
//! the test moves, and that nothing moves any more is seen by asking again and again.

use std::net::SocketAddr;
use std::sync::Arc;

use fix_engine::codec::message::Message;
use fix_engine::io::acceptor::{Acceptor, AcceptorConfig};
use fix_engine::io::clock::Clock;
use fix_engine::io::handle::{SessionHandle, SessionStatus};
use fix_engine::io::link::{Full, Link, LinkLimits, Peer};
use fix_engine::io::session_task::SessionParts;
use fix_engine::io::stream::Stream;
use fix_engine::session::config::SessionConfig;
use fix_engine::session::memory_store::MemoryStore;
use fix_engine::tag;
use fix_engine::time::Timestamp;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;

use super::echo::{Diary, Echo};
use super::{PATIENCE, order};

const BEGIN: Timestamp = Timestamp::from_secs(1_767_603_600);
/// More, with a kilobyte in each, than the operating system keeps for a connection.
const MESSAGES: usize = 10_000;
/// Without a change through so many answers of the session's task, nothing is under way.
const ROUNDS: usize = 2_000;

/// A session for TW, and where it is reached.
async fn session(
    limits: LinkLimits,
    clock: Clock,
) -> (Acceptor, SessionHandle, SocketAddr, Arc<Diary>) {
    let diary = Arc::new(Diary::default());
    let acceptor = Acceptor::new(AcceptorConfig {
        observer: Arc::clone(&diary) as _,
        link: limits,
        clock,
        ..AcceptorConfig::default()
    });
    let address = acceptor.listen("127.0.0.1:0").await.expect("loopback");
    let mut config = SessionConfig::acceptor("ISLD", "TW");
    config.resend_chunk = PIECE;
    config.resend_messages_per_sec = 0;
    let parts = SessionParts {
        config,
        store: Box::new(MemoryStore::new()),
        application: Box::new(Echo),
    };
    let session = acceptor.add(parts).expect("the only session");
    (acceptor, session, address, diary)
}

/// Messages of a piece of a resend, in these tests.
const PIECE: usize = 200;

/// A socket with little room for what it does not read.
async fn connect(address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a small buffer");
    socket.connect(address).await.expect("connected")
}

fn message(kind: &str, number: usize, fields: &str) -> Vec<u8> {
    let header = format!("8=FIX.4.4|35={kind}|34={number}|49=TW|56=ISLD|52=20260105-09:00:00");
    let message = Message::from_pipe(&format!("{header}|{fields}|"));
    message.expect("a message").bytes().to_vec()
}

/// A figure of the session once it does not change any more.
async fn quiet(session: &SessionHandle, figure: impl Fn(&SessionStatus) -> u64) -> u64 {
    let (mut last, mut rounds) = (0, 0);
    while rounds < ROUNDS {
        let now = figure(&session.status().await.expect("it lives"));
        rounds = if now == last { rounds + 1 } else { 0 };
        last = now;
        tokio::task::yield_now().await;
    }
    last
}

/// Reads until an application message with this ClOrdID has come; how many have come then.
async fn read_until(stream: &mut (impl AsyncRead + Unpin), id: &str) -> usize {
    let (begin, last) = (
        format!("\u{1}{}=", tag::CL_ORD_ID),
        format!("\u{1}{}={id}\u{1}", tag::CL_ORD_ID),
    );
    let (mut bytes, mut came) = (Vec::new(), 0);
    let reading = async {
        loop {
            let read = stream.read_buf(&mut bytes).await.expect("it stands");
            assert_ne!(read, 0, "the session hung up after {came} messages");
            let text = std::str::from_utf8(&bytes).expect("ASCII");
            let whole = text.rfind("\u{1}10=").unwrap_or(0);
            let whole = &text[..whole];
            came += whole.matches(&begin).count();
            if whole.contains(&last) {
                return came;
            }
            let used = whole.len();
            bytes.drain(..used);
        }
    };
    timeout(PATIENCE, reading)
        .await
        .expect("everything comes in time")
}

#[tokio::test]
async fn what_waits_on_a_link_is_bounded_in_bytes() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let mut peer = connect(listener.local_addr().expect("bound")).await;
    let (stream, address) = listener.accept().await.expect("accepted");
    let limits = LinkLimits {
        outbound_max_bytes: 100,
        ..LinkLimits::default()
    };
    let from = Peer {
        stream: Stream::Plain(stream),
        unread: bytes::BytesMut::new(),
        bytes_in: 0,
        address,
        permit: None,
    };
    let mut link = Link::new(from, limits);
    assert_eq!(link.put(&[b'a'; 60]), Ok(()));
    let full = Full {
        messages: 1,
        bytes: 60,
    };
    assert_eq!(link.put(&[b'b'; 41]), Err(full), "nothing of it is taken");
    assert_eq!(
        link.put(&[b'c'; 40]),
        Ok(()),
        "as much as there is room for"
    );
    assert!(link.put(b"d").is_err());
    link.flush().await.expect("it stands");
    assert_eq!(
        link.put(&[b'e'; 100]),
        Ok(()),
        "what is written waits no more"
    );
    assert!(link.put(b"f").is_err());
    link.flush().await.expect("it stands");
    assert_eq!(link.bytes_out(), 200);
    let mut came = vec![0; 200];
    peer.read_exact(&mut came).await.expect("all of it");
    assert_eq!(
        came,
        [vec![b'a'; 60], vec![b'c'; 40], vec![b'e'; 100]].concat()
    );
}

#[tokio::test]
async fn who_does_not_read_is_not_read_from_either() {
    let limits = LinkLimits {
        outbound_max_bytes: 1 << 20,
        ..LinkLimits::default()
    };
    let (clock, _hand) = Clock::manual(BEGIN);
    let (_acceptor, session, address, diary) = session(limits, clock).await;
    let (mut read, mut write) = connect(address).await.into_split();
    let text = "x".repeat(1024);
    let writing = tokio::spawn(async move {
        write.write_all(&message("A", 1, "98=0|108=30")).await?;
        for at in 1..=MESSAGES {
            let fields = format!("11=O{at}|55=INTC|58={text}");
            write.write_all(&message("D", at + 1, &fields)).await?;
        }
        std::io::Result::Ok(write)
    });
    let bytes_in = quiet(&session, |status| status.bytes_in).await;
    assert!(
        !writing.is_finished(),
        "{bytes_in} bytes are taken, and their echoes wait"
    );
    assert!(
        session.status().await.unwrap().is_logged_on,
        "{}",
        diary.all()
    );
    assert_eq!(diary.count("Lost"), 0, "{}", diary.all());
    // Once it reads, everything goes on.
    let came = read_until(&mut read, &format!("O{MESSAGES}")).await;
    assert_eq!(came, MESSAGES);
    writing.await.expect("no panic").expect("it stands");
    assert_eq!(diary.count("Lost"), 0, "{}", diary.all());
}

#[tokio::test]
async fn a_resend_waits_for_a_slow_reader_and_has_room_for_its_pieces_whatever_the_limit() {
    let limits = LinkLimits {
        // Less than a piece.
        outbound_max_messages: PIECE / 2,
        outbound_max_bytes: usize::MAX,
        ..LinkLimits::default()
    };
    let (clock, hand) = Clock::manual(BEGIN);
    let (_acceptor, session, address, diary) = session(limits, clock).await;
    for at in 1..=MESSAGES {
        let mut body = order(&format!("O{at}"));
        body.push(tag::TEXT, "x".repeat(1024));
        session.send(body).await.unwrap();
    }
    let mut peer = connect(address).await;
    peer.write_all(&message("A", 1, "98=0|108=30"))
        .await
        .unwrap();
    peer.write_all(&message("2", 2, "7=1|16=0")).await.unwrap();
    let mut sent = quiet(&session, |status| status.bytes_out).await;
    assert!(sent > 0);
    // The clock stands still: what is due waits for the peer, or for a second.
    for second in 1..=3 {
        hand.set(BEGIN.plus_secs(second));
        let more = quiet(&session, |status| status.bytes_out).await;
        assert!(more > sent, "a second is enough, crowded or not");
        sent = more;
    }
    assert!(
        sent < (MESSAGES * 1024) as u64,
        "{sent} bytes are not all of it"
    );
    assert_eq!(diary.count("Lost"), 0, "{}", diary.all());
    let came = read_until(&mut peer, &format!("O{MESSAGES}")).await;
    assert_eq!(came, MESSAGES);
    assert_eq!(diary.count("Lost"), 0, "{}", diary.all());
}
