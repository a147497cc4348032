//! A client whose peer asks for everything again and does not read it. In: a store that is full. Out: how much waits.

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::yield_now;

use super::*;
use crate::codec::encode::{Header, encode};
use crate::{msg_type, tag};

/// More than the operating system takes for a peer that does not read.
const KEPT: u64 = 20_000;
const TEXT: [u8; 1000] = [b'x'; 1000];
const WAITING_MAX_BYTES: usize = 1 << 20;

fn kept() -> MemoryStore {
    let mut store = MemoryStore::new();
    let mut room = BytesMut::new();
    for number in 1..=KEPT {
        let mut body = Body::new(msg_type::NEWS);
        body.push(tag::TEXT, &TEXT[..]);
        room.clear();
        let header = Header::new("FIX.4.4", "US", "PEER", number, clock::now());
        encode(&header, &body, &mut room);
        let cause = Cause {
            entry: number,
            index: 0,
        };
        store
            .append(number, Some(cause), &room)
            .expect("memory takes it");
    }
    store.commit(clock::now()).expect("memory takes it");
    store
}

fn said(number: u64, fields: &str) -> Vec<u8> {
    let (msg_type, rest) = fields.split_once('|').expect("MsgType and more");
    let now = clock::now();
    let line = format!("8=FIX.4.4|{msg_type}|34={number}|49=PEER|56=US|52={now}|{rest}");
    let message = Message::from_pipe(&line).expect("a good message");
    message.bytes().to_vec()
}

#[tokio::test]
async fn a_resend_waits_for_a_peer_that_does_not_read() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    let mut config = SessionConfig::initiator("US", "PEER");
    config.resend_messages_per_sec = 0;
    let mut client = Client::with_store(Target::plain(address), config, Box::new(kept()));
    let peer = async {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let read = stream.read(&mut [0; 1024]).await.expect("a Logon");
        assert!(read > 0);
        let mut answer = said(1, "35=A|98=0|108=30|");
        answer.extend(said(2, "35=2|7=1|16=0|"));
        stream.write_all(&answer).await.expect("it is read");
        stream
    };
    let (connected, _peer) = tokio::join!(client.connect(), peer);
    connected.expect("logged on");
    let turns = async {
        for _ in 0..10_000 {
            yield_now().await;
        }
    };
    let waits = async {
        loop {
            client.wait().await.expect("the connection stands");
        }
    };
    tokio::select! {
        biased;
        () = waits => {}
        () = turns => {}
    }
    let link = client.link.as_ref().expect("the connection stands");
    let waiting = link.full().bytes;
    assert!(link.is_crowded(), "only {waiting} bytes wait");
    assert!(waiting < WAITING_MAX_BYTES, "{waiting} bytes wait");
}
