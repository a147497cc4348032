//! `phase`: what is asked and shown.

use crate::world::{check, check_wrong_usage};
use serde_json::{Value, json};

const PLACED: &str = r#"200 OK
{"symbol":"ACME","currency":"USD","phase":"intraday_auction","reason":null,"tick":"0.01","lot":"1","last_px":null}"#;

const PLACED_SHOWN: &str = "\
SYMBOL  PHASE             LAST  CURRENCY  TICK  LOT  REASON
ACME    intraday auction     -  USD       0.01    1
";

#[test]
fn what_is_asked_and_shown() {
    let call = ["phase", "ACME", "call", "intraday", "--until", "+5m"];
    let cases: [(&[&str], Value); 5] = [
        (&["phase", "ACME", "pre-open"], json!("pre_open")),
        (
            &call,
            json!({"call": {"auction": "intraday", "until": "+5m"}}),
        ),
        (&["phase", "ACME", "open"], json!("open")),
        (&["phase", "ACME", "post-trade"], json!("post_trade")),
        (&["phase", "ACME", "close"], json!("close")),
    ];
    for (arguments, to) in cases {
        let path = "POST /v1/instruments/ACME/phase";
        check(&[(PLACED, arguments, path, json!({ "to": to }), PLACED_SHOWN)]);
    }
}

#[test]
fn a_call_needs_its_auction_and_its_end() {
    check_wrong_usage(&[
        &["phase", "ACME"],
        &["phase", "ACME", "call", "intraday"],
        &["phase", "ACME", "call", "noon", "--until", "+5m"],
        &["phase", "ACME", "halt"],
    ]);
}
