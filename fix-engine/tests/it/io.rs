//! Sockets, TLS and frames: the client against a small acceptor over loopback.

mod acceptor;
mod authority;
mod cable;
mod echo;
mod initiator;
mod interop;
mod server;
mod slow_readers;
mod tls;

use std::time::Duration;

use authority::Authority;
use bytes::{BufMut, BytesMut};
use fix_engine::codec::body::Body;
use fix_engine::codec::index::CheckSum;
use fix_engine::codec::message::Message;
use fix_engine::io::client::{Client, ClientError, Target};
use fix_engine::io::file_store::FileStore;
use fix_engine::io::frames::{Frame, Frames};
use fix_engine::io::tls::{Fingerprint, client_config};
use fix_engine::session::action::DisconnectReason;
use fix_engine::session::config::SessionConfig;
use fix_engine::session::logon::Password;
use fix_engine::{msg_type, tag};
use proptest::prelude::*;
use server::{Server, ServerTls};
use tokio::time::timeout;
use tokio_util::codec::Decoder;

/// Nothing over loopback takes so long.
const PATIENCE: Duration = Duration::from_secs(20);

fn config() -> SessionConfig {
    let mut config = SessionConfig::initiator("TW", "ISLD");
    config.username = Some("joe".to_owned());
    config.password = Some(Password::new("secret"));
    config
}

fn order(id: &str) -> Body {
    let mut body = Body::new(msg_type::NEW_ORDER_SINGLE);
    body.push(tag::CL_ORD_ID, id).push(tag::SYMBOL, "INTC");
    body
}

async fn next_id(client: &mut Client) -> String {
    let message = timeout(PATIENCE, client.next())
        .await
        .expect("an answer in time")
        .expect("an answer");
    message
        .text(tag::CL_ORD_ID)
        .expect("the echo has the order's ClOrdID")
        .to_owned()
}

#[tokio::test]
async fn an_order_goes_out_and_its_echo_comes_back() {
    let server = Server::start(None).await;
    let mut client = Client::new(Target::plain(server.address), config());
    client.connect().await.unwrap();
    let number = client.send(order("A")).await.unwrap();
    assert_eq!(number, 2);
    assert_eq!(next_id(&mut client).await, "A");
    timeout(PATIENCE, client.logout()).await.unwrap().unwrap();
    assert!(!client.session().is_logged_on());
    assert!(matches!(
        client.send(order("B")).await,
        Err(ClientError::NotConnected)
    ));
}

#[tokio::test]
async fn many_orders_at_once_come_back_in_order() {
    let server = Server::start(None).await;
    let mut client = Client::new(Target::plain(server.address), config());
    client.connect().await.unwrap();
    for number in 0..5000 {
        client.enqueue(order(&format!("O{number}"))).unwrap();
    }
    for number in 0..5000 {
        assert_eq!(next_id(&mut client).await, format!("O{number}"));
    }
    timeout(PATIENCE, client.logout()).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_broken_connection_goes_on_where_it_was() {
    let server = Server::start(None).await;
    let folder = tempfile::TempDir::new().unwrap();
    let store = FileStore::open(folder.path().join("store")).unwrap();
    let mut client = Client::with_store(Target::plain(server.address), config(), Box::new(store));
    client.connect().await.unwrap();
    client.send(order("A")).await.unwrap();
    assert_eq!(next_id(&mut client).await, "A");
    for round in 0..3 {
        // numbered and stored, never written to the socket: the acceptor must ask for it
        let lost = format!("LOST{round}");
        client.enqueue(order(&lost)).unwrap();
        client.abandon();
        client.connect().await.unwrap();
        assert_eq!(next_id(&mut client).await, lost);
        client.send(order("NEXT")).await.unwrap();
        assert_eq!(next_id(&mut client).await, "NEXT");
    }
    timeout(PATIENCE, client.logout()).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_logon_that_is_refused_says_why() {
    let server = Server::start(None).await;
    let mut wrong = config();
    wrong.heart_bt_int_secs = 100_000;
    let mut client = Client::new(Target::plain(server.address), wrong);
    match client.connect().await {
        Err(ClientError::Ended {
            why: DisconnectReason::LogonRefused(text),
            ..
        }) => {
            assert!(text.contains("HeartBtInt (108) must be"), "{text}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn nobody_listens() {
    let server = Server::start(None).await;
    let address = server.address;
    drop(server);
    let mut client = Client::new(Target::plain(address), config());
    let refused = timeout(PATIENCE, async {
        loop {
            match client.connect().await {
                Err(ClientError::Connect { target, .. }) => return target,
                _ => tokio::task::yield_now().await,
            }
        }
    });
    assert_eq!(refused.await.unwrap(), address.to_string());
}

#[tokio::test]
async fn tls_with_and_without_a_client_certificate() {
    let authority = Authority::new();
    let (server_pem, client_pem) = (authority.issue("server"), authority.issue("client"));
    let clients = ServerTls {
        authority: &authority,
        identity: &server_pem,
        is_required: false,
    };
    let server = Server::start(Some(clients)).await;
    let mut client = Client::new(Target::plain(server.address), config());
    for shown in [Some(client_pem.identity()), None] {
        let config_tls = client_config(authority.pem.as_bytes(), shown).unwrap();
        client.set_target(Target::tls(server.address, config_tls));
        timeout(PATIENCE, client.connect()).await.unwrap().unwrap();
        client.send(order("A")).await.unwrap();
        assert_eq!(next_id(&mut client).await, "A");
        let seen = server.last_fingerprint().await;
        let expected = shown.map(|identity| Fingerprint::of_pem(identity.certificates).unwrap());
        assert_eq!(seen, expected);
        timeout(PATIENCE, client.logout()).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn tls_refuses_who_has_no_certificate_or_a_stranger() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let (server_pem, client_pem) = (authority.issue("server"), authority.issue("client"));
    let foreign_pem = stranger.issue("client");
    let clients = ServerTls {
        authority: &authority,
        identity: &server_pem,
        is_required: true,
    };
    let server = Server::start(Some(clients)).await;
    for (trusted, shown, is_taken) in [
        (&authority, Some(client_pem.identity()), true),
        (&authority, None, false),
        (&authority, Some(foreign_pem.identity()), false),
        (&stranger, Some(client_pem.identity()), false),
    ] {
        let config_tls = client_config(trusted.pem.as_bytes(), shown).unwrap();
        let mut client = Client::new(Target::tls(server.address, config_tls), config());
        let connected = timeout(PATIENCE, client.connect()).await.unwrap();
        assert_eq!(connected.is_ok(), is_taken, "{connected:?}");
        client.abandon();
    }
}

#[test]
fn garbage_without_end_ends_the_stream() {
    let mut frames = Frames::new(1000, 5000);
    let mut buffer = BytesMut::new();
    let mut given = 0;
    let error = loop {
        buffer.put_bytes(b'x', 100);
        given += 100;
        match frames.decode(&mut buffer) {
            Ok(Some(Frame::Garbled(_)) | None) => {}
            Ok(Some(Frame::Message(message))) => panic!("{}", message.to_pipe()),
            Err(error) => break error,
        }
        assert!(given < 10_000, "garbage is taken without end");
    };
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
}

#[test]
fn a_wrong_check_sum_is_garbled_until_the_session_says_otherwise() {
    let wrong = "8=FIX.4.4\x019=10\x0135=0\x0134=7\x0110=256\x01";
    let mut frames = Frames::default();
    let frame = frames.decode(&mut BytesMut::from(wrong)).unwrap();
    let Some(Frame::Garbled(what)) = frame else {
        panic!("{frame:?}")
    };
    assert_eq!(
        (what.msg_seq_num, what.msg_type.as_deref()),
        (Some(7), Some("0"))
    );
    frames.set_check_sum(CheckSum::Ignored);
    let frame = frames.decode(&mut BytesMut::from(wrong)).unwrap();
    assert!(matches!(frame, Some(Frame::Message(_))), "{frame:?}");
}

#[test]
fn an_endless_message_costs_no_more_than_the_limit() {
    let mut frames = Frames::new(1000, 1_000_000);
    let mut buffer = BytesMut::from("8=FIX.4.4\x019=999999999\x0135=D\x01");
    for _ in 0..100 {
        buffer.put_bytes(b'x', 100);
        while let Some(frame) = frames.decode(&mut buffer).unwrap() {
            assert!(matches!(frame, Frame::Garbled(_)));
        }
        assert!(buffer.len() <= 1000, "{} bytes are kept", buffer.len());
    }
}

fn test_request(number: u64) -> Message {
    let text = format!("8=FIX.4.4|35=1|34={number}|49=A|56=B|52=20260105-09:00:00|112=HELLO|");
    Message::from_pipe(&text).expect("a good message")
}

proptest! {
    /// However a stream is cut into pieces, the same messages come out.
    #[test]
    fn pieces_do_not_matter(cuts in proptest::collection::vec(1_usize..40, 1..200)) {
        let mut stream = BytesMut::new();
        for number in 1..=20 {
            stream.put_slice(test_request(number).bytes());
            if number % 5 == 0 {
                stream.put_slice(b"\r\n");
            }
        }
        let mut frames = Frames::default();
        let mut buffer = BytesMut::new();
        let mut seen = Vec::new();
        let mut cuts = cuts.into_iter().cycle();
        while !stream.is_empty() {
            let piece = cuts.next().unwrap_or(1).min(stream.len());
            buffer.put(stream.split_to(piece));
            while let Some(frame) = frames.decode(&mut buffer).unwrap() {
                if let Frame::Message(message) = frame {
                    seen.push(message.msg_seq_num().unwrap());
                }
            }
        }
        prop_assert_eq!(seen, (1..=20).collect::<Vec<u64>>());
    }
}
