//! A peer that does not read is disconnected; everything it missed is there when it asks again.

use crate::venue::{PATIENCE, Raw, Venue, now};
use exchange::metrics::labels::{DisconnectLabel, Side};
use fix_engine::codec::frame::{Framing, split};
use fix_engine::codec::message::Message;
use tokio::io::AsyncReadExt;
use tokio::net::TcpSocket;
use tokio::time::timeout;

/// Orders that rest at first, acknowledged while the peer still reads.
const ORDERS: u64 = 40;
/// Orders that the peer sends without reading an answer, at most.
const REQUESTS: u64 = 40_000;
/// Reports of each of them: accepted, then cancelled for want of a counterpart.
const REPORTS: u64 = 2;
/// Longer than one burst, shorter than all reports.
const QUEUE: usize = 1024;

fn header(msg_type: &str, number: u64) -> String {
    format!(
        "8=FIX.4.4|35={msg_type}|34={number}|49=BOT01|56=LOGGIA|52={}|",
        now()
    )
}

fn logon(number: u64) -> String {
    let header = header("A", number);
    format!("{header}98=0|108=60|553=BOT01|554=secret-BOT01|")
}

/// Reads messages until one is found.
async fn read_until(raw: &mut Raw, mut found: impl FnMut(&Message) -> bool) {
    let mut bytes = bytes::BytesMut::new();
    loop {
        while let Framing::Frame(len) = split(&bytes, 1 << 16) {
            let message = Message::parse(bytes.split_to(len).freeze()).unwrap();
            if found(&message) {
                return;
            }
        }
        let read = timeout(PATIENCE, raw.0.read_buf(&mut bytes)).await;
        assert_ne!(read.expect("more comes").unwrap(), 0, "closed too early");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_read_is_cut_off_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open_with(folder.path(), |fix| {
        fix.outbound_queue = QUEUE;
        fix.messages_per_sec = 0;
    })
    .await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut raw = Raw(socket.connect(venue.gateway.plain()).await.unwrap());
    raw.send_message(&logon(1)).await;
    for number in 0..ORDERS {
        let header = header("D", number + 2);
        let order = format!(
            "{header}11=o{number}|55=ACME|54=1|60={}|38=1|40=2|44=1|",
            now()
        );
        raw.send_message(&order).await;
    }
    let mut next = ORDERS + 2;
    let mut accepted = 0;
    read_until(&mut raw, |message| {
        accepted += u64::from(message.text(150) == Some("0"));
        accepted == ORDERS
    })
    .await;
    // From here on nothing is read.
    while next < ORDERS + 2 + REQUESTS {
        let request = format!(
            "{}11=i{next}|55=ACME|54=1|60={}|38=1|40=2|44=1|59=3|",
            header("D", next),
            now()
        );
        let bytes = Message::from_pipe(&request).unwrap().bytes().clone();
        let sent = timeout(PATIENCE, async {
            use tokio::io::AsyncWriteExt;
            raw.0.write_all(&bytes).await
        });
        match sent.await {
            Ok(Ok(())) => next += 1,
            _ => break,
        }
    }
    crate::venue::until("the venue cuts the peer off", || {
        let statuses = venue.gateway.roster().statuses();
        statuses.iter().all(|one| !one.logged_on)
    })
    .await;
    drop(raw);
    let figures = venue.hub.metrics.fix.clone();
    assert_eq!(figures.disconnects.count(DisconnectLabel::SlowConsumer), 1);
    let bot = |venue: &Venue| {
        let statuses = venue.gateway.roster().statuses();
        statuses
            .into_iter()
            .find(|one| one.comp_id.as_str() == "BOT01")
            .unwrap()
    };
    // What was taken is answered and stored, connected or not: the Logon, and all orders.
    let taken = |venue: &Venue| bot(venue).next_in - (ORDERS + 2);
    crate::venue::until("everything taken is answered", || {
        bot(&venue).next_out >= 2 + ORDERS + taken(&venue) * REPORTS
    })
    .await;
    let taken = taken(&venue);
    // A connection that reads gets all of it, in order, in one resend.
    let mut raw = venue.raw().await;
    raw.send_message(&logon(bot(&venue).next_in)).await;
    let ask = format!("{}7=1|16=0|", header("2", bot(&venue).next_in + 1));
    raw.send_message(&ask).await;
    let wanted = ORDERS + taken * REPORTS;
    let (mut reports, mut expected) = (0, 1);
    read_until(&mut raw, |message| {
        if message.text(43) == Some("Y") {
            let number = message.msg_seq_num().unwrap();
            assert_eq!(number, expected, "{}", message.to_pipe());
            expected = match message.uint(36).unwrap() {
                Some(new_seq_no) => new_seq_no,
                None => number + 1,
            };
            reports += u64::from(message.msg_type() == "8");
        }
        reports == wanted
    })
    .await;
    // What was sent again were the reports and the gap fills between them.
    assert!(figures.resent_messages.get() >= wanted);
    assert_eq!(figures.resend_requests.count(Side::Received), 1);
    crate::venue::until("nothing waits any more", || {
        figures.outbound_queue_messages.get() == 0
    })
    .await;
    venue.close().await;
}
