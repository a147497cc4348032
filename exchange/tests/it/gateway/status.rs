//! SecurityStatus (f): price bands and limit states, under a subscription of its own and beside market data.

use crate::calendar::SetClock;
use crate::kit;
use crate::open::{config, folder};
use crate::venue::{Peer, declared, now};
use exchange::open::{Exchange, open_at};
use fix_engine::io::client::Target;
use market::command::Command;
use market::halt::Halt;
use market::id::InstrumentId;
use market::instrument::Auction;
use market::rules::{Rules, Tier};
use market::scope::Instruments;
use market::time::Timestamp;
use std::path::Path;

const ACME: InstrumentId = InstrumentId(0);
/// 2026-01-15T10:00:00Z.
const TEN: i64 = 1_768_471_200_000_000_000;
const SECOND: i64 = 1_000_000_000;

/// An exchange on a clock that stands: limit states last until the test says so.
async fn open(data: &Path, clock: &SetClock) -> Exchange {
    open_at(config(), data, &declared(), clock.clone())
        .await
        .unwrap()
}

async fn peer(exchange: &Exchange, comp_id: &str) -> Peer {
    let mut peer = Peer::new(comp_id, Target::plain(exchange.addresses().plain));
    peer.connect().await;
    peer
}

async fn run(exchange: &Exchange, command: Command) {
    kit::run(exchange.hub(), command).await;
}

async fn set_bands(exchange: &Exchange) {
    let rules = Rules {
        limit_up_limit_down: Some(Tier::One),
        volatility_nanos: 60 * SECOND.unsigned_abs(),
        random_end_nanos: 0,
        ..Rules::default()
    };
    let instrument = ACME;
    run(exchange, Command::SetRules { instrument, rules }).await;
}

async fn cancel(peer: &mut Peer, id: &str, side: char) {
    let fields = format!("11=c{id}|41={id}|55=ACME|54={side}|60={}", now());
    peer.send("F", &fields).await;
    peer.expect("8", &format!("150=4|41={id}")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bands_are_told_when_they_begin_when_they_move_and_who_subscribes_later() {
    let folder = folder();
    let exchange = open(folder.path(), &SetClock::at(TEN)).await;
    let mut reader = peer(&exchange, "MD01").await;
    reader.send("e", "324=s|55=ACME|263=1").await;
    reader.expect("f", "324=s|326=17|325!|332!|333!").await;
    set_bands(&exchange).await;
    let around_100 = "324=s|325=Y|326=17|332=105|333=95|330!|331!|58!";
    reader.expect("f", around_100).await;

    // Who subscribes to market data does not have to wait until they move; who asks once gets what it has asked for.
    let mut late = peer(&exchange, "TWO01").await;
    let request = "264=0|265=1|267=2|269=0|269=1|146=1|55=ACME";
    late.send("V", &format!("262=once|263=0|{request}")).await;
    late.expect("W", "262=once").await;
    late.send("V", &format!("262=v|263=1|{request}")).await;
    late.expect("f", "324!|325=Y|326=17|332=105|333=95").await;
    late.expect("W", "262=v|268=0").await;
    late.send("e", "324=o|55=ACME|263=0").await;
    late.expect("f", "324=o|325!|326=17|332=105|333=95").await;

    // A halt has none; a resume at once is told once, and not again when the bands move.
    let halt = Halt::new(Instruments::One(ACME), "news".parse().unwrap());
    run(&exchange, Command::Halt(halt)).await;
    reader.expect("f", "326=2|332!|333!|58=news").await;
    let resume = Command::Resume {
        instruments: Instruments::One(ACME),
        at: None,
        at_once: true,
    };
    run(&exchange, resume).await;
    reader.expect("f", "325=Y|326=3|332=105|333=95").await;
    let mut seller = peer(&exchange, "BOT01").await;
    let mut buyer = peer(&exchange, "BOT02").await;
    seller.rest("s", '2', "1", "102").await;
    buyer.limit("b", '1', "1", "102").await;
    buyer.expect("8", "150=0|11=b").await;
    buyer.expect("8", "150=F|11=b|31=102").await;
    // 102 ± 5.10.
    reader
        .expect("f", "325=Y|326=17|332=107.1|333=96.9|58!")
        .await;

    // In a call there are none; the same bands as before hold behind it, although nobody has moved them.
    let (instrument, auction) = (ACME, Auction::Intraday);
    let until = Timestamp::from_nanos(TEN + 3_600 * SECOND);
    let call = Command::Call {
        instrument,
        auction,
        until,
    };
    run(&exchange, call).await;
    reader
        .expect("f", "326=5|332!|333!|58=intraday auction")
        .await;
    run(&exchange, Command::Open { instrument }).await;
    reader.expect("f", "326=17|332=107.1|333=96.9|58!").await;

    // Without the rule there are none any more.
    let rules = Rules::default();
    run(&exchange, Command::SetRules { instrument, rules }).await;
    reader.expect("f", "326=17|332!|333!|58!").await;
    exchange.shut_down().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_state_is_told_with_the_time_of_its_pause_and_when_it_is_over() {
    let folder = folder();
    let clock = SetClock::at(TEN);
    let exchange = open(folder.path(), &clock).await;
    set_bands(&exchange).await;
    let mut reader = peer(&exchange, "MD01").await;
    reader.send("e", "324=s|55=ACME|263=1").await;
    reader.expect("f", "324=s|326=17|332=105|333=95").await;
    let mut bot = peer(&exchange, "BOT01").await;
    let text = "58=limit state: trading pauses at 10:00:15 UTC unless the book leaves the band|332=105|333=95";
    bot.rest("b", '1', "5", "105").await;
    reader.expect("f", &format!("325=Y|326=7|{text}")).await;
    cancel(&mut bot, "b", '1').await;
    reader.expect("f", "326=17|58!|332=105|333=95").await;
    bot.rest("s", '2', "5", "95").await;
    reader.expect("f", &format!("325=Y|326=8|{text}")).await;
    // It is trading all the same: who asks is told so in the same way.
    reader.send("e", "324=o|55=ACME|263=0").await;
    reader
        .expect("f", &format!("324=o|325!|326=8|{text}"))
        .await;
    clock.set(TEN + 15 * SECOND);
    run(&exchange, Command::Tick).await;
    let paused = "58=pause: the book was at a price band for 15 seconds";
    reader
        .expect("f", &format!("326=5|{paused}|332!|333!"))
        .await;
    clock.set(TEN + 75 * SECOND);
    run(&exchange, Command::Tick).await;
    // The offer is at the band still.
    let again = "58=limit state: trading pauses at 10:01:30 UTC unless the book leaves the band";
    reader.expect("f", &format!("326=8|332=105|{again}")).await;
    exchange.shut_down().await.unwrap();
}
