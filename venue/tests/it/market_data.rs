//! Scenario 2, the third client: market data for a participant that may not trade. V → W, X; e → f; x → y.

use crate::harness::Venue;
use crate::message::Message;
use crate::quickfix::Client;
use serde_json::json;
use tempfile::TempDir;

fn three() -> (TempDir, Venue, Client, Client, Client) {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let [buyer, seller, reader] =
        ["BOT01", "BOT02", "MD01"].map(|name| Client::log_on(&venue, dir.path(), name));
    (dir, venue, buyer, seller, reader)
}

/// MarketDataRequest: bids, offers and trades of ACME, all levels, increments.
fn subscribe(reader: &mut Client, id: &str, symbol: &str) {
    let types: Vec<_> = ["0", "1", "2"].map(|t| json!([[269, t]])).into();
    reader.tell(&json!({
        "op": "send", "type": "V",
        "fields": [[262, id], [263, "1"], [264, "0"], [265, "1"]],
        "groups": [
            { "count": 267, "delim": 269, "order": [269], "entries": types },
            { "count": 146, "delim": 55, "order": [55], "entries": [[[55, symbol]]] },
        ],
    }));
}

/// Whether an entry of this type, price and size stands in a snapshot or a refresh.
fn tells(message: &Message, kind: &str, price: &str, size: &str) -> bool {
    let (kinds, prices, sizes) = (message.all(269), message.all(270), message.all(271));
    let entries = kinds.iter().zip(&prices).zip(&sizes);
    entries
        .into_iter()
        .any(|((k, p), s)| (*k, *p, *s) == (kind, price, size))
}

#[test]
fn a_snapshot_and_then_every_change() {
    let (_dir, _venue, mut buyer, mut seller, mut reader) = three();
    buyer.order("b1", "1", "100", "99.5", &[]);
    buyer.report("b1", "0");
    subscribe(&mut reader, "m1", "ACME");
    let snapshot = reader.message(&[(35, "W"), (262, "m1")]);
    snapshot.assert(&[(55, "ACME")]);
    assert!(tells(&snapshot, "0", "99.5", "100"), "{snapshot:?}");
    seller.order("s1", "2", "30", "101", &[]);
    wait_for_entry(&mut reader, "1", "101", "30");
    seller.order("s2", "2", "40", "99.5", &[]);
    seller.report("s2", "F");
    wait_for_entry(&mut reader, "2", "99.5", "40");
}

/// Reads refreshes until one tells the entry; conflation may put several changes into one.
fn wait_for_entry(reader: &mut Client, kind: &str, price: &str, size: &str) {
    let mut seen = Vec::new();
    for _ in 0..20 {
        let refresh = reader.message(&[(35, "X")]);
        if tells_sparse(&refresh, kind, price, size) {
            return;
        }
        seen.push(refresh);
    }
    panic!("no refresh tells {kind} {price} {size}: {seen:?}");
}

/// Entries of a refresh may leave fields out, so columns do not line up: each value must be there.
fn tells_sparse(message: &Message, kind: &str, price: &str, size: &str) -> bool {
    [(269, kind), (270, price), (271, size)]
        .iter()
        .all(|(tag, value)| message.all(*tag).contains(value))
}

#[test]
fn an_unknown_symbol_is_refused_and_a_reader_may_not_trade() {
    let (_dir, _venue, _buyer, _seller, mut reader) = three();
    subscribe(&mut reader, "m2", "NOPE");
    reader
        .message(&[(35, "Y"), (262, "m2")])
        .assert(&[(281, "0")]);
    let order = [
        (11, "x1"),
        (1, "ACC01"),
        (55, "ACME"),
        (54, "1"),
        (60, "$now"),
        (38, "1"),
        (40, "2"),
        (44, "1"),
    ];
    reader.send("D", &order);
    let refused = reader.message(&[(35, "j"), (372, "D")]);
    assert_eq!(refused.get(380), "6", "not authorised: {refused:?}");
}

#[test]
fn instruments_are_listed_on_request() {
    let (_dir, _venue, _buyer, _seller, mut reader) = three();
    reader.send("x", &[(320, "l1"), (559, "4")]);
    let list = reader.message(&[(35, "y"), (320, "l1")]);
    for symbol in ["ACME", "GLOBEX", "INITECH", "HOOLI", "WONKA"] {
        assert!(list.all(55).contains(&symbol), "{list:?}");
    }
}
