//! `breaker` and `index`: what is asked of the exchange, and what is shown.

use crate::halt::{HALTED, HALTED_SHOWN};
use crate::world::{check, check_wrong_usage};
use serde_json::json;

const BREAKER: &str = r#"200 OK
{"rules":{"falls_bps":[700,1300,2000],"halt_nanos":900000000000,"quiet_nanos":2100000000000},"index":"285","close":"300",
"tripped":"one","holds":{"level":"one","until":1795773600000000000,"drill":false,"reason":"market breaker level 1: x"}}"#;
const BREAKER_SHOWN: &str = "\
level 1            7%
level 2            13%
level 3            20%
halts for          15m
not in the last    35m
index              285
yesterday's close  300
tripped today      1
holds              everything halted until 2026-11-27T10:00:00Z: market breaker level 1: x
";
const INDEX: &str = r#"200 OK
{"level":"285","close":null,"components":[{"symbol":"ACME","weight":2,"price":"92.5"},{"symbol":"BOLT","weight":5,"price":"20"}]}"#;
const INDEX_SHOWN: &str = "\
index              285
yesterday's close  unknown

SYMBOL  UNITS  PRICE
ACME        2   92.5
BOLT        5     20
";

#[test]
fn what_is_asked_and_shown() {
    check(&[
        (
            BREAKER,
            &["breaker", "set", "--level-1", "7%", "--quiet", "35m"],
            "POST /v1/breaker",
            json!({"level_1_bps": 700, "quiet_nanos": 2_100_000_000_000_u64}),
            BREAKER_SHOWN,
        ),
        (
            HALTED,
            &[
                "breaker", "trip", "--level", "2", "--drill", "--reason", "x", "--yes",
            ],
            "POST /v1/breaker/trip",
            json!({"level": "two", "drill": true, "reason": "x"}),
            HALTED_SHOWN,
        ),
        (
            INDEX,
            &["index", "weight", "ACME", "2"],
            "POST /v1/index/weights",
            json!({"symbol": "ACME", "weight": 2}),
            INDEX_SHOWN,
        ),
        (
            INDEX,
            &["index", "close", "off"],
            "POST /v1/index/close",
            json!({"close": null}),
            INDEX_SHOWN,
        ),
    ]);
}

#[test]
fn wrong_usage_asks_nobody() {
    check_wrong_usage(&[
        &["breaker", "trip", "--level", "1", "--reason", "x"],
        &["breaker", "trip", "--level", "4", "--reason", "x", "--yes"],
        &["breaker", "set"],
    ]);
}
