//! A session that sends more messages than it may: they are refused one by one, and who goes on is logged out. The pace is so slow that
//! no machine refills the bucket while the test runs.

use crate::venue::{Raw, Venue, now, until};
use bytes::BytesMut;
use exchange::metrics::labels::DisconnectLabel;
use fix_engine::codec::frame::{Framing, split};
use fix_engine::codec::message::Message;

const BURST: u32 = 1_000;

fn message(msg_type: &str, number: u64, fields: &str) -> String {
    format!(
        "8=FIX.4.4|35={msg_type}|34={number}|49=BOT01|56=LOGGIA|52={}|{fields}",
        now()
    )
}

async fn logged_on(venue: &Venue, number: u64) -> Raw {
    let mut raw = venue.raw().await;
    let fields = "98=0|108=60|553=BOT01|554=secret-BOT01|";
    raw.send_message(&message("A", number, fields)).await;
    raw
}

fn order(number: u64) -> String {
    let fields = format!("11=o{number}|55=ACME|54=1|60={}|38=1|40=2|44=1|", now());
    message("D", number, &fields)
}

/// Reads on until this field has come.
async fn read_until(raw: &mut Raw, field: &str) {
    let wanted = format!("\u{1}{field}\u{1}");
    let mut all = String::new();
    while !all.contains(&wanted) {
        let some = raw.some().await;
        assert!(!some.is_empty(), "closed before {field}: {all}");
        all += &some;
    }
}

/// Everything that came, as messages.
async fn conversation(mut raw: Raw) -> Vec<Message> {
    let mut bytes = BytesMut::from(&raw.until_closed().await[..]);
    let mut messages = Vec::new();
    while let Framing::Frame(len) = split(&bytes, 1 << 16) {
        messages.push(Message::parse(bytes.split_to(len).freeze()).unwrap());
    }
    messages
}

/// The venue knows that the peer's connection has ended.
async fn gone(venue: &Venue, comp_id: &str) {
    until("it is gone", || {
        let statuses = venue.gateway.roster().statuses();
        let one = statuses.iter().find(|one| one.comp_id.as_str() == comp_id);
        one.unwrap().peer.is_none()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_much_is_refused_and_who_goes_on_is_logged_out() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open_with(folder.path(), |fix| {
        fix.messages_per_sec = 1;
        fix.messages_burst = BURST;
    })
    .await;
    let burst = u64::from(BURST);
    let mut raw = logged_on(&venue, 1).await;
    // Twice the burst and as much again: more than the few seconds of the test can give back.
    let mut bytes = Vec::new();
    for number in 2..=3 * burst {
        let order = Message::from_pipe(&order(number)).unwrap();
        bytes.extend_from_slice(order.bytes());
    }
    // The venue may close while we write.
    let _ = tokio::io::AsyncWriteExt::write_all(&mut raw.0, &bytes).await;
    let messages = conversation(raw).await;
    let refused: Vec<&Message> = messages.iter().filter(|it| it.msg_type() == "j").collect();
    let taken = messages
        .iter()
        .filter(|it| it.text(150) == Some("0"))
        .count();
    assert!(!refused.is_empty() && taken > 0);
    for message in &refused {
        crate::venue::check(
            message,
            "j",
            "372=D|380=0|58=not taken: more than 1 messages a second",
        );
        let number = message.uint(45).unwrap().unwrap();
        assert_eq!(message.text(379), Some(format!("o{number}").as_str()));
        assert!(number > burst, "refused before the burst was used up");
    }
    let figures = &venue.hub.metrics.fix;
    assert!(
        figures.throttled.get() >= burst,
        "{}",
        figures.throttled.get()
    );
    until("it is cut off", || {
        figures.disconnects.count(DisconnectLabel::Throttled) == 1
    })
    .await;
    // Nothing is forgotten: every message that was read is answered, and the next is asked for.
    let next_in = || {
        let statuses = venue.gateway.roster().statuses();
        let bot = statuses.iter().find(|one| one.comp_id.as_str() == "BOT01");
        bot.unwrap().next_in
    };
    let read = 1 + burst + figures.throttled.get();
    until("all that was read is answered", || next_in() >= read).await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unfinished_an_endless_and_a_slow_message_delay_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut peer = venue.peer("BOT02").await;
    let whole = Message::from_pipe(&order(2)).unwrap().bytes().clone();
    let (half, rest) = whole.split_at(whole.len() / 2);
    let endless = [&b"8=FIX.4.4\x019=60000\x0135=D\x0158="[..], &[b'x'; 30_000]].concat();
    for (number, open) in [half, &endless, &whole[..1]].into_iter().enumerate() {
        let mut raw = venue.raw().await;
        let reset = message("A", 1, "98=0|108=60|141=Y|553=BOT01|554=secret-BOT01|");
        raw.send_message(&reset).await;
        read_until(&mut raw, "35=A").await;
        raw.send(open).await;
        // While it stands open others trade, and another session logs on.
        peer.rest(&format!("p{number}"), '1', "1", "1").await;
        let other = venue.peer("CERT01").await;
        drop(other);
        gone(&venue, "CERT01").await;
        if number == 0 {
            // Its end makes it an order like any other.
            raw.send(rest).await;
            read_until(&mut raw, "150=0").await;
        }
        drop(raw);
        gone(&venue, "BOT01").await;
    }
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn session_messages_count_too_and_a_reconnect_gives_no_new_burst() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open_with(folder.path(), |fix| {
        fix.messages_per_sec = 1;
        fix.messages_burst = 500;
    })
    .await;
    let figures = venue.hub.metrics.fix.clone();
    let mut raw = logged_on(&venue, 1).await;
    let mut bytes = Vec::new();
    for number in 2..1_600 {
        let ping = Message::from_pipe(&message("1", number, "112=x|")).unwrap();
        bytes.extend_from_slice(ping.bytes());
    }
    let _ = tokio::io::AsyncWriteExt::write_all(&mut raw.0, &bytes).await;
    let messages = conversation(raw).await;
    // Answered all the same: the session owes a Heartbeat for each.
    assert!(messages.iter().any(|it| it.msg_type() == "0"));
    assert!(messages.iter().all(|it| it.msg_type() != "j"));
    let last = messages.last().unwrap();
    assert_eq!(last.msg_type(), "5", "{}", last.to_pipe());
    assert_eq!(
        last.text(58),
        Some("too many messages: more than 1 a second, and 500 of them refused")
    );
    let mut raw = logged_on(&venue, 3_000).await;
    read_until(&mut raw, "35=A").await;
    // Nothing is left in the bucket: the first message is one too many, or the one after it that a second gave back.
    let throttled = figures.throttled.get();
    raw.send_message(&message("1", 3_001, "112=y|")).await;
    until("it is refused or cut off at once", || {
        figures.throttled.get() > throttled
            || figures.disconnects.count(DisconnectLabel::Throttled) == 2
    })
    .await;
    venue.close().await;
}
