//! Trading days on a running exchange, by a clock that the test sets: Day orders expire when the day ends and their owners are told, once a
//! day, over restarts too.

use crate::kit::published;
use crate::open::{config, folder};
use crate::venue::{Peer, now};
use exchange::bootstrap::Declared;
use exchange::calendar::Calendar;
use exchange::clock::Clock;
use exchange::config::CalendarConfig;
use exchange::open::{Exchange, open_at};
use fix_engine::io::client::Target;
use journal::entry::{Instruction, Origin};
use market::command::Command;
use market::time::Timestamp;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// 2026-03-28T23:00:00Z: midnight in Berlin; the day that begins has 23 hours.
const MIDNIGHT: i64 = 1_774_738_800_000_000_000;
const SECOND: i64 = 1_000_000_000;
const HOUR: i64 = 3_600 * SECOND;

/// A clock that stands where the test has set it.
#[derive(Clone)]
pub(crate) struct SetClock(Arc<AtomicI64>);

impl SetClock {
    pub(crate) fn at(nanos: i64) -> Self {
        Self(Arc::new(AtomicI64::new(nanos)))
    }

    pub(crate) fn set(&self, nanos: i64) {
        self.0.store(nanos, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&mut self) -> Timestamp {
        Timestamp::from_nanos(self.0.load(Ordering::SeqCst))
    }
}

/// A moment, in nanoseconds since the Unix epoch.
pub(crate) fn at(text: &str) -> i64 {
    let instant: jiff::Timestamp = text.parse().unwrap();
    i64::try_from(instant.as_nanosecond()).unwrap()
}

fn berlin() -> CalendarConfig {
    CalendarConfig {
        time_zone: "Europe/Berlin".into(),
        day_ends: "00:00".into(),
        ..CalendarConfig::default()
    }
}

fn declared() -> Declared {
    toml::from_str(
        r#"
        open_now = true
        instruments = [
            { symbol = "ACME", currency = "USD", tick = "0.01", lot = "1", min_qty = "1", max_qty = "100000", reference_px = "100" },
        ]
        accounts = [
            { name = "A1", cash = { USD = "1000000" } },
            { name = "A2", positions = { ACME = "1000" } },
        ]
        participants = [
            { comp_id = "BOT01", password = "secret-BOT01", accounts = ["A1"] },
            { comp_id = "BOT02", password = "secret-BOT02", accounts = ["A2"] },
        ]
        "#,
    )
    .unwrap()
}

async fn open(data: &Path, clock: &SetClock) -> Exchange {
    let mut config = config();
    config.calendar = berlin();
    open_at(config, data, &declared(), clock.clone())
        .await
        .unwrap()
}

async fn enter(peer: &mut Peer, id: &str, time_in_force: char) {
    let order = format!("11={id}|54=1|38=5|40=2|44=99|59={time_in_force}");
    peer.enter(&order).await;
    peer.expect("8", &format!("150=0|39=0|11={id}")).await;
}

/// When days were ended, by the journal; each must be the venue's own doing.
async fn ends(exchange: &Exchange) -> Vec<i64> {
    let entries = published(exchange.hub()).await;
    let ends = entries
        .iter()
        .filter(|entry| entry.instruction == Instruction::Market(Command::EndOfDay));
    ends.map(|entry| {
        assert_eq!(entry.origin, Origin::System);
        entry.at.nanos()
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_ends_once_and_the_owners_of_day_orders_are_told() {
    let folder = folder();
    let clock = SetClock::at(MIDNIGHT - SECOND / 5);
    let exchange = open(folder.path(), &clock).await;
    let mut peer = Peer::new("BOT01", Target::plain(exchange.addresses().plain));
    peer.connect().await;
    enter(&mut peer, "day", '0').await;
    enter(&mut peer, "gtc", '1').await;
    // One of them trades whole on the first day, the other in part.
    let mut seller = Peer::new("BOT02", Target::plain(exchange.addresses().plain));
    seller.connect().await;
    for (id, qty) in [("s1", "5"), ("s2", "2")] {
        let order = format!("11={id}|55=ACME|54=2|60={}|38={qty}|40=2|44=99|59=3", now());
        seller.send("D", &order).await;
        seller.expect("8", &format!("150=0|11={id}")).await;
        seller.expect("8", &format!("150=F|39=2|11={id}")).await;
    }
    peer.expect("8", "150=F|39=2|11=day|14=5").await;
    peer.expect("8", "150=F|39=1|11=gtc|14=2|151=3").await;
    seller.0.logout().await.unwrap();
    enter(&mut peer, "rest", '0').await;
    assert!(ends(&exchange).await.is_empty());
    clock.set(MIDNIGHT);
    peer.expect("8", "150=C|39=C|11=rest|151=0|14=0").await;
    // The other one is told anew for the day that begins: of what is left nothing has traded today.
    let told = peer
        .expect("8", "150=D|378=1|11=gtc|38=5|14=2|151=3|424=3|425=0|426=0")
        .await;
    assert_eq!(told.text(39), Some("1"));
    // The day's ClOrdIDs are free again, except that of the order that lives on.
    enter(&mut peer, "rest", '0').await;
    let again = format!("11=gtc|55=ACME|54=1|60={}|38=5|40=2|44=99", now());
    peer.send("D", &again).await;
    peer.expect("8", "150=8|39=8|11=gtc").await;
    assert_eq!(ends(&exchange).await, [MIDNIGHT]);
    peer.0.logout().await.unwrap();
    exchange.shut_down().await.unwrap();

    // Started again on the same day: nothing ends.
    clock.set(MIDNIGHT + 22 * HOUR);
    let exchange = open(folder.path(), &clock).await;
    assert_eq!(ends(&exchange).await, [MIDNIGHT]);
    exchange.shut_down().await.unwrap();

    // Started after two more ends: one entry, before the doors open; the report waits for its owner.
    let later = MIDNIGHT + 50 * HOUR;
    clock.set(later);
    let exchange = open(folder.path(), &clock).await;
    assert_eq!(ends(&exchange).await, [MIDNIGHT, later]);
    peer.0.set_target(Target::plain(exchange.addresses().plain));
    peer.connect().await;
    peer.expect("8", "150=C|39=C|11=rest|151=0|43=Y").await;
    peer.expect("8", "150=D|378=1|11=gtc|151=3|43=Y").await;
    peer.send("AF", "584=m1|585=7").await;
    let told = peer.expect("8", "150=I|584=m1|911=1|912=Y").await;
    assert_eq!(told.text(11), Some("gtc"));
    exchange.shut_down().await.unwrap();
}

#[tokio::test]
async fn the_day_is_known_before_and_after_a_replay() {
    let folder = folder();
    let clock = SetClock::at(MIDNIGHT - 5 * HOUR);
    for began in [MIDNIGHT - 5 * HOUR, MIDNIGHT + HOUR, MIDNIGHT + HOUR] {
        let exchange = open(folder.path(), &clock).await;
        let known = exchange.hub().directory.day_began();
        assert_eq!(known, Some(Timestamp::from_nanos(began)));
        exchange.shut_down().await.unwrap();
        clock.set(MIDNIGHT + HOUR);
    }
    let calendar = Calendar::new(&berlin()).unwrap();
    let at = Timestamp::from_nanos;
    assert_eq!(
        calendar.next_boundary(at(MIDNIGHT)),
        Some(at(MIDNIGHT + 23 * HOUR))
    );
}
