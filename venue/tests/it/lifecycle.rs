//! One order's way as a golden file, from FIX to the back office: a buy of 100 AAPL @ 196.20 meets a sale of 40, and 60 rest.

use crate::harness::{Venue, repository, wait_for};
use crate::raw::{Raw, message, now};
use crate::web::{User, position};
use serde_json::Value;
use std::fs;

const LISTED: &str = r#"
[[instruments]]
symbol = "AAPL"
currency = "USD"
tick = "0.01"
lot = "1"
min_qty = "1"
max_qty = "100000"
reference_px = "196"

[[accounts]]
name = "DESK"
positions = { AAPL = "100" }

[[participants]]
comp_id = "DESK1"
password = "of-my-own-choice"
accounts = ["DESK"]
"#;

/// A participant on a bare socket; what it and the venue say to each other is written down.
struct Trader {
    comp_id: &'static str,
    socket: Raw,
    next: u32,
}

impl Trader {
    fn log_on(venue: &Venue, comp_id: &'static str) -> Self {
        let password = venue.participant(comp_id)["password"].as_str().unwrap();
        let mut trader = Self {
            comp_id,
            socket: Raw::connect(venue.at("/fix/plain")),
            next: 1,
        };
        trader.say("A", &format!("98=0|108=30|553={comp_id}|554={password}|"));
        let answer = trader.socket.message();
        assert!(answer.contains("|35=A|"), "{answer}");
        trader
    }

    fn say(&mut self, msg_type: &str, fields: &str) {
        let (comp_id, number, time) = (self.comp_id, self.next, now());
        let head = format!("35={msg_type}|49={comp_id}|56=LOGGIA|34={number}|52={time}|");
        self.socket.send(&message(&(head + fields)));
        self.next += 1;
    }

    /// Sends an order.
    fn order(&mut self, fields: &str, told: &mut String) {
        *told += &format!("{} > 35=D|{fields}\n", self.comp_id);
        let fields = format!("{fields}60={}|", now());
        self.say("D", &fields);
    }

    /// Asks for the book until it shows this.
    fn look(&mut self, fields: &str, expected: &str, told: &mut String) {
        *told += &format!("{} > 35=V|{fields}\n", self.comp_id);
        let book = wait_for(expected, || {
            self.say("V", fields);
            let book = self.socket.message();
            book.contains(expected).then_some(book)
        });
        *told += &format!("{} < {}\n", self.comp_id, without_the_moment(&book));
    }

    /// Reads what the venue says next.
    fn hear(&mut self, told: &mut String) {
        let message = self.socket.message();
        *told += &format!("{} < {}\n", self.comp_id, without_the_moment(&message));
    }
}

/// A message without header, trailer and what is another at each run: times, and ExecID, which names the journal's history.
fn without_the_moment(text: &str) -> String {
    let is_kept = |field: &&str| {
        let tag = field.split('=').next().unwrap_or_default();
        !["8", "9", "10", "17", "34", "49", "52", "56", "60", ""].contains(&tag)
    };
    let fields: Vec<&str> = text.split('|').filter(is_kept).collect();
    fields.join("|") + "|"
}

/// A row of the back office without times, trace ids and journal numbers.
fn row(mut row: Value) -> String {
    let fields = row.as_object_mut().unwrap();
    fields.retain(|name, _| !["at", "trace_id", "seq"].contains(&name.as_str()));
    format!("{row}\n")
}

#[test]
fn a_hundred_meet_forty_and_sixty_rest() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("loggia.toml"), LISTED).unwrap();
    let venue = Venue::start(dir.path());
    let mut told = String::new();
    let mut buyer = Trader::log_on(&venue, "BOT01");
    buyer.order(
        "11=P4-buy|1=ACC01|55=AAPL|54=1|38=100|40=2|44=196.20|59=0|",
        &mut told,
    );
    buyer.hear(&mut told);
    let mut seller = Trader::log_on(&venue, "DESK1");
    seller.order(
        "11=P4-sell|1=DESK|55=AAPL|54=2|38=40|40=2|44=196.20|59=0|",
        &mut told,
    );
    seller.hear(&mut told);
    seller.hear(&mut told);
    buyer.hear(&mut told);
    let bids_and_offers = "262=book|263=0|264=0|267=2|269=0|269=1|146=1|55=AAPL|";
    buyer.look(bids_and_offers, "|271=60|", &mut told);

    let user = User::demo(&venue);
    let portfolio = user.portfolio_with("AAPL", "40");
    let trades = user.get("/api/v1/trades").json();
    told += "ACC01, cash: ";
    told += &row(portfolio["cash"][0].clone());
    told += "ACC01, position: ";
    told += &row(position(&portfolio, "AAPL").unwrap().clone());
    told += "ACC01, trade: ";
    told += &row(trades["trades"][0].clone());
    let file = repository("venue/tests/golden/lifecycle.txt");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&file, &told).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(told, expected, "UPDATE_EXPECT=1 rewrites {file:?}");
}
