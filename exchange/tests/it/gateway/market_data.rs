//! Market data: V → W → X, depth, conflation, rejects, phases.

use crate::kit;
use crate::venue::{Peer, Venue, check};
use exchange::config::FixConfig;
use fix_engine::codec::message::Message;
use market::command::Command;
use market::halt::Halt;
use market::id::TradeId;
use market::scope::Instruments;
use market::trades::TradeChange;
use std::time::Instant;

const BOOK: &str = "263=1|265=1|267=3|269=0|269=1|269=2|146=1|55=ACME";

/// Entries of a W or X: action, type, price, size.
fn entries(message: &Message) -> Vec<String> {
    let text =
        |view: &fix_engine::codec::view::View<'_>, tag| view.text(tag).unwrap_or("-").to_owned();
    message
        .group(268)
        .map(|entry| {
            let parts = [279, 269, 270, 271].map(|tag| text(&entry, tag));
            parts.join(" ")
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_sees_the_book_and_every_change() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut maker = venue.peer("BOT01").await;
    maker.rest("b1", '1', "10", "99").await;
    maker.rest("o1", '2', "7", "101").await;
    let mut reader = venue.peer("MD01").await;
    reader.send("V", &format!("262=r1|264=0|{BOOK}")).await;
    let image = reader.expect("W", "262=r1|55=ACME|268=2").await;
    assert_eq!(entries(&image), ["- 0 99 10", "- 1 101 7"]);
    maker.rest("b2", '1', "5", "99").await;
    let change = reader.expect("X", "262=r1|268=1|55=ACME|346=2").await;
    assert_eq!(entries(&change), ["1 0 99 15"]);
    maker.rest("b3", '1', "5", "98").await;
    let change = reader.expect("X", "268=1").await;
    assert_eq!(entries(&change), ["0 0 98 5"]);
    let mut taker = venue.peer("BOT02").await;
    taker.limit("t", '1', "7", "101").await;
    let change = reader.expect("X", "268=2").await;
    assert_eq!(entries(&change), ["0 2 101 7", "2 1 101 -"]);
    maker.expect("8", "150=F|11=o1|39=2").await;
    reader
        .send(
            "V",
            &format!("262=r1|264=0|{}", BOOK.replace("263=1", "263=2")),
        )
        .await;
    // What changes after the unsubscription is not shown: the next thing that comes is the answer to the next request.
    reader.send("e", "324=s|55=ACME|263=0").await;
    reader.expect("f", "324=s|55=ACME|326=17").await;
    maker.rest("b4", '1', "5", "97").await;
    reader
        .send(
            "V",
            &format!("262=r2|264=0|{}", BOOK.replace("263=1", "263=0")),
        )
        .await;
    let image = reader.expect("W", "262=r2").await;
    assert_eq!(
        entries(&image),
        ["- 0 99 15", "- 0 98 5", "- 0 97 5", "- 2 101 7"]
    );
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limited_depth_shows_the_best_levels_only() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut maker = venue.peer("BOT01").await;
    for (id, price) in [("a", "99"), ("b", "98"), ("c", "97")] {
        maker.rest(id, '1', "10", price).await;
    }
    let mut reader = venue.peer("MD01").await;
    let bids = "263=1|265=1|267=1|269=0|146=1|55=ACME";
    reader.send("V", &format!("262=r|264=2|{bids}")).await;
    let image = reader.expect("W", "268=2").await;
    assert_eq!(entries(&image), ["- 0 99 10", "- 0 98 10"]);
    maker.rest("d", '1', "10", "99.5").await;
    let change = reader.expect("X", "268=2").await;
    assert_eq!(entries(&change), ["2 0 98 -", "0 0 99.5 10"]);
    // Below the depth: nothing to tell. The next change proves it.
    maker.rest("e", '1', "10", "96").await;
    maker.rest("f", '1', "1", "99").await;
    let change = reader.expect("X", "268=1").await;
    assert_eq!(entries(&change), ["1 0 99 11"]);
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_most_one_message_comes_in_an_interval() {
    const INTERVAL_MS: u64 = 100;
    let folder = tempfile::tempdir().unwrap();
    let interval = |fix: &mut FixConfig| fix.market_data_interval_ms = INTERVAL_MS;
    let venue = Venue::open_with(folder.path(), interval).await;
    let mut maker = venue.peer("BOT01").await;
    let mut reader = venue.peer("MD01").await;
    let began = Instant::now();
    reader.send("V", &format!("262=r|264=0|{BOOK}")).await;
    reader.expect("W", "268=0").await;
    for number in 0..20 {
        let id = format!("m{number}");
        maker.rest(&id, '1', "1", "99").await;
    }
    let (mut messages, mut shown) = (0, Vec::new());
    while !shown.contains(&"1 0 99 20".to_owned()) && !shown.contains(&"0 0 99 20".to_owned()) {
        shown = entries(&reader.expect("X", "268=1").await);
        messages += 1;
    }
    let intervals = began.elapsed().as_millis() / u128::from(INTERVAL_MS);
    assert!(messages <= intervals, "{messages} in {intervals} intervals");
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn snapshots_that_wait_are_bounded_and_keep_out_of_each_others_way() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open_with(folder.path(), |fix| {
        fix.max_subscriptions = 2;
        // Longer than the test waits for anything.
        fix.market_data_interval_ms = 3_600_000;
    })
    .await;
    let mut reader = venue.peer("MD01").await;
    let once =
        |id: &str, symbol: &str| format!("262={id}|263=0|264=0|267=1|269=0|146=1|55={symbol}");
    for _ in 0..10 {
        reader.send("V", &once("a", "ACME")).await;
    }
    // Some may be made at once, where it was quiet.
    let mut answer = reader.next().await;
    while answer.msg_type() == "W" {
        answer = reader.next().await;
    }
    check(&answer, "Y", "262=a|281=2");
    venue.close().await;

    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open_with(folder.path(), |fix| fix.max_subscriptions = 2).await;
    let mut reader = venue.peer("MD01").await;
    for _ in 0..3 {
        reader.send("V", &once("a", "ACME")).await;
        reader.send("V", &once("a", "BOLT")).await;
        reader.expect("W", "262=a|55=ACME").await;
        reader.expect("W", "262=a|55=BOLT").await;
    }
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trade_that_is_undone_or_corrected_is_told_to_who_has_seen_it() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut maker = venue.peer("BOT01").await;
    let mut taker = venue.peer("BOT02").await;
    let mut reader = venue.peer("MD01").await;
    let trades = "263=1|265=1|267=1|269=2|146=1|55=ACME";
    reader.send("V", &format!("262=r|264=1|{trades}")).await;
    reader.expect("W", "268=0").await;
    for (id, price) in [("1", "100"), ("2", "101")] {
        maker.rest(&format!("s{id}"), '2', "5", price).await;
        taker.limit(&format!("b{id}"), '1', "5", price).await;
        let told = format!("262=r|268=1|279=0|269=2|278=T{id}|55=ACME|270={price}|271=5");
        reader.expect("X", &told).await;
        maker.expect("8", "150=F|39=2").await;
    }
    let mend = async |trade, change| {
        let operator = |name: &str| name.parse().unwrap();
        let (trade, by) = (TradeId(trade), operator("ann"));
        let proposal = Command::ProposeTradeChange { trade, change, by };
        kit::run(&venue.hub, proposal).await;
        let by = operator("bob");
        kit::run(&venue.hub, Command::ApproveTradeChange { trade, by }).await;
    };
    let (price, qty) = ("99".parse().unwrap(), "4".parse().unwrap());
    mend(1, TradeChange::Correct { price, qty }).await;
    reader
        .expect("X", "262=r|268=1|279=1|269=2|278=T1|55=ACME|270=99|271=4")
        .await;
    mend(2, TradeChange::Bust).await;
    reader
        .expect("X", "262=r|268=1|279=2|269=2|278=T2|55=ACME|270=101|271=5")
        .await;
    // The last trade that stands is the first one, as it is now; the market goes on from the last price that it had.
    let last = async |venue: &Venue, reader: &mut Peer| {
        let once = format!("262=s|264=1|{}", trades.replace("263=1", "263=0"));
        reader.send("V", &once).await;
        reader.expect("W", "262=s|268=1|269=2|270=99|271=4").await;
        let view = venue.gateway.view().read();
        let acme = venue.hub.directory.instrument_by_symbol("ACME").unwrap().id;
        let last_px = view.book(acme).unwrap().tape().last_px();
        assert_eq!(last_px, Some("101".parse().unwrap()));
    };
    last(&venue, &mut reader).await;
    reader.0.logout().await.unwrap();
    venue.close().await;
    let venue = Venue::open(folder.path()).await;
    reader.0.set_target(venue.target());
    reader.connect().await;
    last(&venue, &mut reader).await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_for_it_is_told_the_position() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut maker = venue.peer("BOT01").await;
    let mut reader = venue.peer("MD01").await;
    reader
        .send("V", &format!("262=r|264=0|5002=Y|{BOOK}"))
        .await;
    let seq = venue.hub.feed.last_seq();
    let image = reader.expect("W", "262=r|268=0").await;
    let epoch = venue.hub.epoch;
    assert_eq!(image.text(5003), Some(format!("{epoch}-{seq}").as_str()));
    maker.rest("m", '1', "1", "99").await;
    let change = reader.expect("X", "262=r|268=1").await;
    let next = format!("{epoch}-{}", seq + 1);
    assert_eq!(change.text(5003), Some(next.as_str()));
    reader
        .send("V", &format!("262=s|264=0|5002=N|{BOOK}"))
        .await;
    reader.expect("W", "262=s|5003!").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_request_is_rejected_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open_with(folder.path(), |fix| fix.max_subscriptions = 2).await;
    let mut reader = venue.peer("MD01").await;
    let cases = [
        ("263=1|264=0|267=1|269=0|146=1|55=NOPE", "0"),
        ("263=1|264=1001|267=1|269=0|146=1|55=ACME", "5"),
        ("263=1|264=0|265=0|267=1|269=0|146=1|55=ACME", "6"),
        ("263=1|264=0|266=N|267=1|269=0|146=1|55=ACME", "7"),
        ("263=1|264=0|267=1|269=6|146=1|55=ACME", "8"),
    ];
    for (number, (fields, reason)) in cases.into_iter().enumerate() {
        reader.send("V", &format!("262=x{number}|{fields}")).await;
        reader
            .expect("Y", &format!("262=x{number}|281={reason}"))
            .await;
    }
    reader
        .send("V", "262=r|263=1|264=1|267=1|269=0|146=1|55=ACME")
        .await;
    reader.expect("W", "262=r|268=0").await;
    reader
        .send("V", "262=r|263=1|264=1|267=1|269=0|146=1|55=BOLT")
        .await;
    reader.expect("Y", "262=r|281=1").await;
    reader
        .send("V", "262=s|263=1|264=1|267=1|269=0|146=2|55=ACME|55=BOLT")
        .await;
    reader.expect("Y", "262=s|281=2").await;
    reader
        .send("V", "262=none|263=2|264=1|267=1|269=0|146=1|55=ACME")
        .await;
    reader.expect("j", "372=V|379=none|380=1").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reference_data_and_sessions_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut reader = venue.peer("MD01").await;
    reader.send("x", "320=l|559=4").await;
    let list = reader.expect("y", "320=l|560=0|393=2|893=Y|146=2").await;
    let symbols: Vec<_> = list
        .group(146)
        .map(|one| one.text(55).unwrap().to_owned())
        .collect();
    assert_eq!(symbols, ["ACME", "BOLT"]);
    reader.send("x", "320=m|559=0|55=NOPE").await;
    reader.expect("y", "320=m|560=2").await;
    reader.send("x", "320=n|559=1").await;
    reader.expect("y", "320=n|560=1").await;
    reader.send("g", "335=g1|263=0").await;
    reader.expect("h", "335=g1|340=2").await;
    reader.send("g", "335=g2|336=NIGHT|263=0").await;
    reader.expect("h", "335=g2|340=6|567=1").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_halt_is_told_to_those_who_watch() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let acme = venue.hub.directory.instrument_by_symbol("ACME").unwrap().id;
    let mut reader = venue.peer("MD01").await;
    reader
        .send("V", "262=r|263=1|264=1|267=1|269=0|146=1|55=ACME")
        .await;
    reader.expect("W", "262=r").await;
    let mut asker = venue.peer("BOT02").await;
    asker.send("e", "324=s1|55=ACME|263=1").await;
    asker.expect("f", "324=s1|326=17|325!").await;
    let change = async |command| {
        let instruction = journal::entry::Instruction::Market(command);
        let origin = journal::entry::Origin::System;
        venue.hub.submitter.call(origin, instruction).await.unwrap();
    };
    let reason = "news pending".parse().unwrap();
    change(Command::Halt(Halt::new(Instruments::One(acme), reason))).await;
    reader
        .expect("f", "55=ACME|326=2|325=Y|324!|58=news pending")
        .await;
    asker
        .expect("f", "55=ACME|326=2|325=Y|324=s1|58=news pending")
        .await;
    let mut trader: Peer = venue.peer("BOT01").await;
    trader.limit("a", '1', "1", "1").await;
    trader
        .expect("8", "150=8|103=2|58=trading in this instrument is halted")
        .await;
    change(kit::resume(acme)).await;
    reader.expect("f", "326=3").await;
    asker.expect("f", "326=3|324=s1").await;
    trader.rest("b", '1', "1", "1").await;
    venue.close().await;
}

/// Halts ACME or BOLT, or lets it go on.
async fn change(venue: &Venue, command: Command) {
    let instruction = journal::entry::Instruction::Market(command);
    let origin = journal::entry::Origin::System;
    venue.hub.submitter.call(origin, instruction).await.unwrap();
}

fn halt(venue: &Venue, symbol: &str) -> Command {
    let instrument = venue.hub.directory.instrument_by_symbol(symbol).unwrap();
    let reason = "news".parse().unwrap();
    Command::Halt(Halt::new(Instruments::One(instrument.id), reason))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asked_once_is_not_told_again() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut reader = venue.peer("MD01").await;
    reader
        .send("V", "262=once|263=0|264=1|267=1|269=0|146=1|55=ACME")
        .await;
    reader.expect("W", "262=once").await;
    change(&venue, halt(&venue, "ACME")).await;
    // BOLT is watched and halted later: its status is the next that comes.
    reader.send("e", "324=s|55=BOLT|263=1").await;
    reader.expect("f", "324=s|55=BOLT|326=17").await;
    change(&venue, halt(&venue, "BOLT")).await;
    reader.expect("f", "324=s|55=BOLT|326=2").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_subscription_that_moves_leaves_its_symbol() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open_with(folder.path(), |fix| fix.max_subscriptions = 1).await;
    let mut reader = venue.peer("MD01").await;
    reader.send("e", "324=s|55=ACME|263=1").await;
    reader.expect("f", "324=s|55=ACME|326=17").await;
    reader.send("e", "324=s|55=BOLT|263=1").await;
    reader.expect("f", "324=s|55=BOLT|326=17").await;
    change(&venue, halt(&venue, "ACME")).await;
    change(&venue, halt(&venue, "BOLT")).await;
    reader.expect("f", "324=s|55=BOLT|326=2").await;
    reader.send("e", "324=t|55=ACME|263=1").await;
    reader
        .expect(
            "j",
            "372=e|379=t|380=0|58=too many status subscriptions in this session",
        )
        .await;
    venue.close().await;
}
