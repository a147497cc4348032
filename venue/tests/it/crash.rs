//! Scenario 5: `kill -9` while orders flow, again and again, at points that follow from a fixed seed. After each restart: the same book,
//! numbers that go on, every acknowledged order and every execution there exactly once, clients that find back by themselves.

use crate::harness::{Venue, free_port, wait_for};
use crate::message::Message;
use crate::quickfix::Client;
use crate::web::{User, position};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const SEED: u64 = 20_261_122;
const ROUNDS: u64 = 8;
/// Requests that each client sends in a round.
const REQUESTS: u64 = 60;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}

/// An order as its owner's reports tell it.
#[derive(Clone, Debug)]
struct Told {
    side: String,
    price: String,
    leaves: u64,
    cum: u64,
}

/// Everything that one client was told, checked as it comes.
struct Trader {
    client: Client,
    side: &'static str,
    /// Requests without an answer yet.
    open: BTreeSet<String>,
    /// ClOrdIDs of orders that were sent, for cancels.
    sent: Vec<String>,
    exec_ids: BTreeSet<String>,
    orders: BTreeMap<String, Told>,
    /// Trade (527) with price and quantity.
    trades: BTreeMap<String, (String, String)>,
}

impl Trader {
    fn new(client: Client, side: &'static str) -> Self {
        Self {
            client,
            side,
            open: BTreeSet::new(),
            sent: Vec::new(),
            exec_ids: BTreeSet::new(),
            orders: BTreeMap::new(),
            trades: BTreeMap::new(),
        }
    }

    /// Sends orders and some cancels.
    fn send_round(&mut self, round: u64, random: &mut Random) {
        for n in 0..REQUESTS {
            let id = format!("{}{round}-{n}", if self.side == "1" { "b" } else { "s" });
            self.open.insert(id.clone());
            let cancels = random.below(5) == 0 && !self.sent.is_empty();
            if cancels {
                let at = usize::try_from(random.below(self.sent.len() as u64)).unwrap();
                let orig = self.sent[at].clone();
                let fields = [
                    (11, id.as_str()),
                    (41, &orig),
                    (55, "ACME"),
                    (54, self.side),
                    (60, "$now"),
                    (38, "1"),
                ];
                self.client.send("F", &fields);
            } else {
                let qty = (1 + random.below(20)).to_string();
                let price = (95 + random.below(11)).to_string();
                self.client.order(&id, self.side, &qty, &price, &[]);
                self.sent.push(id);
            }
        }
    }

    /// Takes the next report in.
    fn take(&mut self) {
        let event = self.client.event("a report", |e| e["event"] == "app");
        let message = Message::of(event["msg"].as_str().unwrap());
        match message.get(35) {
            "8" => self.report(&message),
            "9" => self.answered(message.get(11)),
            other => panic!("unexpected {other}: {message:?}"),
        }
    }

    /// Each request has exactly one answer, ever.
    fn answered(&mut self, id: &str) {
        assert!(
            self.open.remove(id),
            "{id} is answered twice or was never sent"
        );
    }

    fn report(&mut self, message: &Message) {
        let exec_id = message.get(17).to_owned();
        assert!(
            self.exec_ids.insert(exec_id),
            "an execution is told twice: {message:?}"
        );
        let whole = |tag| message.get(tag).parse::<u64>().unwrap();
        let (order_qty, cum, leaves) = (whole(38), whole(14), whole(151));
        match message.get(150) {
            "0" => {
                self.answered(message.get(11));
                assert_eq!((cum, leaves), (0, order_qty), "{message:?}");
                let told = Told {
                    side: message.get(54).into(),
                    price: message.get(44).into(),
                    leaves,
                    cum,
                };
                let known = self.orders.insert(message.get(37).into(), told);
                assert!(known.is_none(), "an OrderID is given twice: {message:?}");
            }
            "F" => self.fill(message, cum, leaves),
            "4" => {
                self.answered(message.get(11));
                self.order(message).leaves = 0;
            }
            "8" => self.answered(message.get(11)),
            other => panic!("unexpected ExecType {other}: {message:?}"),
        }
    }

    fn fill(&mut self, message: &Message, cum: u64, leaves: u64) {
        let qty: u64 = message.get(32).parse().unwrap();
        let order = self.order(message);
        assert_eq!(
            (order.cum + qty, order.leaves - qty),
            (cum, leaves),
            "{message:?}"
        );
        (order.cum, order.leaves) = (cum, leaves);
        let trade = (message.get(31).to_owned(), message.get(32).to_owned());
        let known = self.trades.insert(message.get(527).into(), trade);
        assert!(known.is_none(), "a trade is told twice: {message:?}");
    }

    fn order(&mut self, message: &Message) -> &mut Told {
        let order = self.orders.get_mut(message.get(37));
        order.unwrap_or_else(|| panic!("told before it was acknowledged: {message:?}"))
    }

    /// Both sides of the session agree about the next numbers.
    fn assert_numbers(&mut self, venue: &Venue, comp_id: &str) {
        wait_for("the same numbers on both sides", || {
            self.client.tell(&json!({ "op": "numbers" }));
            let ours = self
                .client
                .event("numbers", |e| e["event"] == "done" && e["op"] == "numbers");
            let sessions = venue.ctl_json(&["sessions"]);
            let theirs = sessions
                .as_array()
                .unwrap()
                .iter()
                .find(|s| s["comp_id"] == comp_id)
                .unwrap()
                .clone();
            let same = theirs["next_in"] == ours["next_sender"]
                && theirs["next_out"] == ours["next_target"];
            same.then_some(())
        });
    }
}

/// The book that follows from what both were told: by price, quantity and number of orders.
fn levels(traders: &[Trader], side: &str) -> BTreeMap<String, (u64, u64)> {
    let mut levels = BTreeMap::new();
    let orders = traders.iter().flat_map(|t| t.orders.values());
    for order in orders.filter(|o| o.side == side && o.leaves > 0) {
        let level = levels.entry(order.price.clone()).or_insert((0, 0));
        level.0 += order.leaves;
        level.1 += 1;
    }
    levels
}

fn shown(levels: &Value) -> BTreeMap<String, (u64, u64)> {
    let levels = levels.as_array().unwrap().iter();
    let level = |l: &Value| {
        let price = l["price"].as_str().unwrap().to_owned();
        let qty = l["qty"].as_str().unwrap().parse().unwrap();
        (price, (qty, l["orders"].as_u64().unwrap()))
    };
    levels.map(level).collect()
}

/// Takes reports until every request is answered and every trade of the venue is told to both.
fn settle(traders: &mut [Trader; 2], venue: &Venue) {
    for trader in traders.iter_mut() {
        while !trader.open.is_empty() {
            trader.take();
        }
    }
    let trades = venue.ctl_json(&["status"])["trades"].as_u64().unwrap();
    for trader in traders.iter_mut() {
        while (trader.trades.len() as u64) < trades {
            trader.take();
        }
    }
}

fn start(folder: &Path, port: &str) -> Venue {
    // Small enough that kills fall into new segments and half-made snapshots, too.
    let settings = [
        ("LOGGIA__FIX__PLAIN", port),
        ("LOGGIA__JOURNAL__SEGMENT_BYTES", "32768"),
        ("LOGGIA__JOURNAL__SNAPSHOT_ENTRIES", "100"),
    ];
    Venue::start_with(folder, &settings)
}

#[test]
fn nothing_is_lost_and_nothing_told_twice_however_often_it_is_killed() {
    let dir = tempfile::tempdir().unwrap();
    // Clients come back to the address that they know.
    let port = free_port().to_string();
    let mut venue = start(dir.path(), &port);
    let epoch = venue.ctl_json(&["status"])["epoch"].clone();
    let mut traders = [
        Trader::new(Client::log_on(&venue, dir.path(), "BOT01"), "1"),
        Trader::new(Client::log_on(&venue, dir.path(), "BOT02"), "2"),
    ];
    let mut random = Random(SEED);
    for round in 0..ROUNDS {
        traders
            .iter_mut()
            .for_each(|t| t.send_round(round, &mut random));
        let reports = random.below(REQUESTS);
        for _ in 0..reports {
            traders[usize::from(round % 2 == 1)].take();
        }
        venue.kill();
        venue = start(dir.path(), &port);
        assert_eq!(venue.ctl_json(&["status"])["epoch"], epoch);
        traders.iter_mut().for_each(|t| t.client.logged_on());
        settle(&mut traders, &venue);
        assert_eq!(
            traders[0].trades, traders[1].trades,
            "both sides of every trade"
        );
        let book = venue.ctl_json(&["book", "ACME"]);
        assert_eq!(shown(&book["bids"]), levels(&traders, "1"), "round {round}");
        assert_eq!(
            shown(&book["offers"]),
            levels(&traders, "2"),
            "round {round}"
        );
    }
    for (trader, comp_id) in traders.iter_mut().zip(["BOT01", "BOT02"]) {
        trader.assert_numbers(&venue, comp_id);
        assert!(
            trader.client.unread().is_empty(),
            "nothing is told that nobody asked for"
        );
    }
    assert!(
        traders[0].trades.len() > 20,
        "{} trades",
        traders[0].trades.len()
    );
    let snapshots = std::fs::read_dir(dir.path().join("data/snapshots")).unwrap();
    assert!(
        snapshots.count() > 0,
        "the later starts began with a snapshot"
    );
    let bought: u64 = traders[0].orders.values().map(|o| o.cum).sum();
    let portfolio = User::demo(&venue).portfolio_with("ACME", &(1_000_000 + bought).to_string());
    assert!(position(&portfolio, "ACME").is_some());
}

#[test]
fn killed_while_it_starts_for_the_first_time() {
    let dir = tempfile::tempdir().unwrap();
    for made in ["data/certs/ca.pem", "data/passwords.json", "data/journal"] {
        let mut child = crate::harness::loggia(dir.path(), &["--data", "data"])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let path = dir.path().join(made);
        wait_for(made, || path.exists().then_some(()));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let venue = Venue::start(dir.path());
    let mut client = Client::log_on(&venue, dir.path(), "BOT01");
    // Cash and stock are there once, however often the start was broken off.
    client.order("all", "2", "100000", "1000", &[]);
    client.report("all", "0");
    let portfolio = User::demo(&venue).portfolio_with("ACME", "1000000");
    assert_eq!(portfolio["cash"][0]["cash"], "100000000");
}
