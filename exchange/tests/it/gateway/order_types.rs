//! Each type of order, time in force and instruction over FIX: what a client says, and what it is told.

use crate::kit;
use crate::venue::{Peer, Venue, now};
use market::command::Command;
use market::id::InstrumentId;
use market::rules::{Rules, Tier};

async fn enter(peer: &mut Peer, fields: &str) {
    peer.send("D", &format!("55=ACME|60={}|{fields}", now()))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_waits_is_triggered_and_trades() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut maker = venue.peer("BOT01").await;
    let mut peer = venue.peer("BOT02").await;
    maker.rest("m1", '2', "10", "100").await;
    maker.rest("m2", '2', "10", "101").await;
    enter(&mut peer, "11=s1|54=1|38=5|40=3|99=100").await;
    peer.expect("8", "150=0|39=0|636=N|11=s1|40=3|99=100|44!|59=0|151=5")
        .await;
    enter(&mut peer, "11=s2|54=1|38=5|40=4|99=100|44=100.5|59=1").await;
    let fields = "150=0|39=0|11=s2|40=4|99=100|44=100.5|59=1|151=5";
    peer.expect("8", fields).await;
    peer.send("H", "11=s2|55=ACME|54=1").await;
    peer.expect("8", "150=I|39=0|11=s2|40=4|99=100|151=5").await;
    // Its trigger is moved, and what it asks for: 38 is the new total.
    let replace = "11=s3|41=s2|54=1|38=6|40=4|99=100.5|44=100.5|59=1";
    peer.send("G", &format!("55=ACME|60={}|{replace}", now()))
        .await;
    peer.expect("8", "150=5|39=0|11=s3|41=s2|99=100.5|38=6|151=6")
        .await;
    peer.limit("spark", '1', "6", "100").await;
    peer.expect("8", "150=0|11=spark").await;
    peer.expect("8", "150=F|39=2|11=spark|31=100|14=6").await;
    let text = "the trigger is reached: the order works now";
    peer.expect(
        "8",
        &format!("150=D|39=0|378=8|636=Y|11=s1|40=3|151=5|58={text}"),
    )
    .await;
    peer.expect("8", "150=F|39=1|11=s1|31=100|32=4|151=1").await;
    peer.expect("8", "150=F|39=2|11=s1|31=101|32=1|151=0").await;
    // The last trade is at 101 now: through the other one, which rests at its limit.
    peer.expect(
        "8",
        &format!("150=D|39=0|378=8|636=Y|11=s3|40=4|151=6|58={text}"),
    )
    .await;
    peer.send("F", &format!("11=c|41=s3|55=ACME|54=1|60={}", now()))
        .await;
    peer.expect("8", "150=4|39=4|11=c|41=s3|151=0").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_market_order_stops_at_its_collar() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut maker = venue.peer("BOT01").await;
    let mut peer = venue.peer("BOT02").await;
    maker.rest("m1", '2', "5", "100").await;
    maker.rest("m2", '2', "5", "105.01").await;
    enter(&mut peer, "11=k|54=1|38=10|40=1").await;
    peer.expect("8", "150=0|11=k|40=1|44!|59=0").await;
    peer.expect("8", "150=F|39=1|11=k|31=100|32=5").await;
    let text = "what could not trade within the collar is cancelled";
    peer.expect("8", &format!("150=4|39=4|11=k|14=5|151=0|378=8|58={text}"))
        .await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rest_of_a_market_to_limit_order_has_a_price() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut maker = venue.peer("BOT01").await;
    let mut peer = venue.peer("BOT02").await;
    maker.rest("m1", '2', "5", "100").await;
    enter(&mut peer, "11=k|54=1|38=8|40=K").await;
    peer.expect("8", "150=0|39=0|11=k|40=K|59=0").await;
    peer.expect("8", "150=F|39=1|11=k|40=K|44=100|151=3").await;
    let replace = format!("11=k2|41=k|55=ACME|54=1|60={}|38=8|40=2|44=99", now());
    peer.send("G", &replace).await;
    peer.expect("8", "150=5|39=1|11=k2|41=k|40=2|44=99|151=3")
        .await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trailing_stop_says_where_its_trigger_is() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut maker = venue.peer("BOT01").await;
    let mut peer = venue.peer("BOT02").await;
    enter(&mut peer, "11=t|54=2|38=5|40=P|18=a|211=2").await;
    peer.expect("8", "150=0|39=0|11=t|40=P|18=a|211=2|99=98|59=0")
        .await;
    maker.rest("m1", '2', "5", "103").await;
    peer.limit("up", '1', "5", "103").await;
    peer.expect("8", "150=0|11=up").await;
    peer.expect("8", "150=F|39=2|11=up").await;
    peer.send("H", "11=t|55=ACME|54=2").await;
    peer.expect("8", "150=I|39=0|11=t|99=101").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_good_till_its_date() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut peer = venue.peer("BOT01").await;
    enter(
        &mut peer,
        "11=a|54=1|38=5|40=2|44=99|59=6|126=20991231-10:00:00",
    )
    .await;
    peer.expect("8", "150=0|11=a|59=6|126=20991231-10:00:00.000")
        .await;
    enter(&mut peer, "11=b|54=1|38=5|40=2|44=99|59=6|432=20991230").await;
    peer.expect("8", "150=0|11=b|59=6|126=20991231-00:00:00.000")
        .await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_least_quantity_trades_or_nothing_does() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut maker = venue.peer("BOT01").await;
    let mut peer = venue.peer("BOT02").await;
    maker.rest("m1", '2', "5", "100").await;
    enter(&mut peer, "11=a|54=1|38=10|40=2|44=100|59=3|110=6").await;
    peer.expect("8", "150=0|39=0|11=a|110=6").await;
    let text = "the least quantity could not trade at once";
    peer.expect("8", &format!("150=4|39=4|11=a|14=0|151=0|378=8|58={text}"))
        .await;
    enter(&mut peer, "11=b|54=1|38=10|40=2|44=100|59=3|110=5").await;
    peer.expect("8", "150=0|39=0|11=b|110=5").await;
    peer.expect("8", "150=F|39=1|11=b|14=5|151=5").await;
    peer.expect("8", "150=4|39=4|11=b|14=5|151=0").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_all_or_none_order_waits_until_it_can_trade_whole() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut maker = venue.peer("BOT01").await;
    let mut peer = venue.peer("BOT02").await;
    maker.rest("m1", '2', "5", "100").await;
    enter(&mut peer, "11=a|54=1|38=8|40=2|44=100|18=G").await;
    peer.expect("8", "150=0|39=0|11=a|18=G|59=0|151=8").await;
    peer.send("H", "11=a|55=ACME|54=1").await;
    peer.expect("8", "150=I|39=0|11=a|18=G|151=8").await;
    maker.limit("m2", '2', "5", "99").await;
    maker.expect("8", "150=0|11=m2").await;
    peer.expect("8", "150=F|39=1|11=a|31=99|32=5|151=3").await;
    peer.expect("8", "150=F|39=2|11=a|31=100|32=3|151=0").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pegged_order_tells_its_price() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut maker = venue.peer("BOT01").await;
    let mut peer = venue.peer("BOT02").await;
    maker.rest("m1", '1', "5", "99").await;
    enter(&mut peer, "11=p|54=1|38=5|40=P|18=R|211=-0.5").await;
    peer.expect("8", "150=0|39=0|11=p|40=P|18=R|211=-0.5|44=98.5")
        .await;
    maker.rest("m2", '1', "5", "100").await;
    peer.expect("8", "150=D|378=3|39=0|11=p|44=99.5|151=5")
        .await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_price_beyond_a_band_is_refused_or_moved_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let rules = Rules {
        limit_up_limit_down: Some(Tier::One),
        ..Rules::default()
    };
    let instrument = InstrumentId(0);
    kit::run(&venue.hub, Command::SetRules { instrument, rules }).await;
    let mut peer = venue.peer("BOT01").await;
    enter(&mut peer, "11=a|54=1|38=5|40=2|44=110").await;
    let text = "Price (44): the price is beyond the price band at 105";
    peer.expect("8", &format!("150=8|39=8|11=a|103=3|44=110|58={text}"))
        .await;
    enter(&mut peer, "11=b|54=1|38=5|40=2|44=110|5001=Y").await;
    peer.expect("8", "150=0|39=0|11=b|44=105|5001=Y").await;
    let text = "the order works at the price band";
    let fields = format!("150=D|378=3|39=0|11=b|44=105|151=5|5001=Y|58={text}");
    peer.expect("8", &fields).await;
    enter(&mut peer, "11=c|54=1|38=5|40=1|5001=Y").await;
    peer.expect("8", "150=8|39=8|11=c|103=11").await;
    // Without the instruction it may not be replaced beyond the band either; with it, it stays there.
    for (id, own, answer) in [("d", "5001=N", "9"), ("e", "5001=Y", "8")] {
        let replace = format!("11={id}|41=b|54=1|38=4|40=2|44=120|{own}");
        peer.send("G", &format!("55=ACME|60={}|{replace}", now()))
            .await;
        let fields = match answer {
            "9" => "11=d|41=b|39=0|102=2|434=2",
            _ => "150=5|11=e|41=b|44=105|38=4|5001=Y",
        };
        peer.expect(answer, fields).await;
    }
    peer.expect("8", "150=D|378=3|11=e|44=105|151=4").await;
    // The bands are gone with the rule; others are told nothing of them.
    let rules = Rules::default();
    kit::run(&venue.hub, Command::SetRules { instrument, rules }).await;
    enter(&mut peer, "11=f|54=1|38=5|40=2|44=110").await;
    peer.expect("8", "150=0|39=0|11=f|44=110|5001!").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peg_whose_account_cannot_pay_for_its_new_price_is_canceled() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut maker = venue.peer("BOT01").await;
    let mut peer = venue.peer("TWO01").await;
    maker.rest("m1", '1', "1", "100").await;
    enter(&mut peer, "1=A3|11=p|54=1|38=9999|40=P|18=R").await;
    peer.expect("8", "150=0|11=p|44=100").await;
    maker.rest("m2", '1', "1", "101").await;
    let text = "the account cannot pay for the new price of the order";
    peer.expect("8", &format!("150=4|39=4|378=8|11=p|58={text}"))
        .await;
    venue.close().await;
}
