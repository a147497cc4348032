//! A trading day of the calendar on the whole exchange, with FIX sessions, by a clock that the test sets: the venue opens into the phase of
//! that time, auctions take place, and a restart in between changes nothing.

use crate::calendar::{SetClock, at};
use crate::open::{config, folder};
use crate::venue::Peer;
use exchange::bootstrap::Declared;
use exchange::open::{Exchange, open_at};
use fix_engine::io::client::Target;
use market::instrument::Phase;
use std::path::Path;

fn declared() -> Declared {
    toml::from_str(
        r#"
        open_now = true
        instruments = [
            { symbol = "ACME", currency = "USD", tick = "0.01", lot = "1", min_qty = "1", max_qty = "100000", reference_px = "100" },
            { symbol = "FREE", currency = "USD", tick = "0.01", lot = "1", min_qty = "1", max_qty = "100000", reference_px = "100" },
        ]
        accounts = [
            { name = "A1", cash = { USD = "1000000" } },
            { name = "A2", positions = { ACME = "1000" } },
        ]
        participants = [
            { comp_id = "BOT01", password = "secret-BOT01", accounts = ["A1"] },
            { comp_id = "BOT02", password = "secret-BOT02", accounts = ["A2"] },
            { comp_id = "MD01", password = "secret-MD01", orders = false },
        ]
        "#,
    )
    .unwrap()
}

async fn open(data: &Path, clock: &SetClock) -> Exchange {
    let mut config = config();
    config.calendar = toml::from_str(
        "[markets.berlin]\nsymbols = [\"ACME\"]\ntime_zone = \"Europe/Berlin\"\nclosed = [\"2026-03-27\"]\n",
    )
    .unwrap();
    open_at(config, data, &declared(), clock.clone())
        .await
        .unwrap()
}

fn phase(exchange: &Exchange, symbol: &str) -> Phase {
    let directory = &exchange.hub().directory;
    let instrument = directory.instrument_by_symbol(symbol).unwrap();
    directory.phase(instrument.id).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn participants_go_through_a_trading_day() {
    let folder = folder();
    // The first Monday of summer time: 08:30 in Berlin.
    let clock = SetClock::at(at("2026-03-30T06:30:00Z"));
    let exchange = open(folder.path(), &clock).await;
    assert_eq!(phase(&exchange, "ACME"), Phase::PreOpen);
    assert_eq!(phase(&exchange, "FREE"), Phase::Open);
    let target = Target::plain(exchange.addresses().plain);
    let mut buyer = Peer::new("BOT01", target.clone());
    let mut seller = Peer::new("BOT02", target.clone());
    let mut reader = Peer::new("MD01", target);
    reader.connect().await;
    buyer.connect().await;
    seller.connect().await;
    buyer.enter("11=m|54=1|38=5|40=1").await;
    buyer.expect("8", "150=0|11=m|59=0").await;
    seller.enter("11=o|54=2|38=8|40=2|44=101|59=2").await;
    seller.expect("8", "150=0|11=o|59=2").await;
    reader.send("e", "324=s|55=ACME|263=1").await;
    reader.expect("f", "324=s|326=21").await;

    // The call, and its end: half a minute behind 09:00 at the latest.
    clock.set(at("2026-03-30T06:50:00Z"));
    reader.expect("f", "326=22").await;
    clock.set(at("2026-03-30T07:00:30Z"));
    buyer.expect("8", "150=F|39=2|11=m|31=101|32=5").await;
    reader.expect("f", "326=17").await;
    seller.expect("8", "150=F|11=o|31=101|32=5|151=3").await;
    seller.expect("8", "150=4|39=4|11=o").await;
    seller.enter("11=c|54=2|38=4|40=1|59=7").await;
    seller.expect("8", "150=0|11=c|59=7").await;
    buyer.rest("b", '1', "3", "100.5").await;

    // Another start in continuous trading: nothing changes. Then the closing auction.
    buyer.0.logout().await.unwrap();
    seller.0.logout().await.unwrap();
    reader.0.logout().await.unwrap();
    exchange.shut_down().await.unwrap();
    clock.set(at("2026-03-30T13:00:00Z"));
    let exchange = open(folder.path(), &clock).await;
    assert_eq!(phase(&exchange, "ACME"), Phase::Open);
    let target = Target::plain(exchange.addresses().plain);
    buyer.0.set_target(target.clone());
    seller.0.set_target(target.clone());
    reader.0.set_target(target);
    reader.connect().await;
    buyer.connect().await;
    seller.connect().await;
    reader.send("e", "324=t|55=ACME|263=1").await;
    reader.expect("f", "324=t|326=17").await;
    clock.set(at("2026-03-30T15:30:00Z"));
    reader.expect("f", "326=5|58=closing auction").await;
    clock.set(at("2026-03-30T15:35:30Z"));
    buyer.expect("8", "150=F|39=2|11=b|31=100.5|32=3").await;
    reader.expect("f", "326=18|58=post-trade").await;
    seller.expect("8", "150=F|11=c|31=100.5|32=3|151=1").await;
    seller.expect("8", "150=4|39=4|11=c").await;
    clock.set(at("2026-03-30T15:45:00Z"));
    reader.expect("f", "326=18|58!").await;
    assert_eq!(phase(&exchange, "ACME"), Phase::Closed);
    assert_eq!(phase(&exchange, "FREE"), Phase::Open);
    exchange.shut_down().await.unwrap();
}
