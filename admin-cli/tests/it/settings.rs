//! What operators set, and trades that they undo or correct: what is asked of the exchange, and what is shown.

use crate::world::{World, check, check_wrong_usage};
use serde_json::{Value, json};

const RULES: &str = r#"200 OK
{"symbol":"ACME","rules":{"collar_bps":500,"static_band_bps":1000,"dynamic_band_bps":null,"limit_up_limit_down":null,
"stop_trigger":"last_trade","market_needs_opposite":false,"max_notional":"1000000","fat_finger_bps":null,
"duplicate_nanos":2000000000,"volatility_nanos":300000000000,"random_end_nanos":30000000000}}"#;
const RULES_SHOWN: &str = "\
symbol                             ACME
collar                             5%
static band                        10%
dynamic band                       off
limit-up limit-down                off
stops look at                      the last trade
market orders need the other side  no
greatest notional                  1000000
fat finger                         off
duplicates                         2s
volatility call                    5m
random end                         30s
";
const PARTICIPANT: &str = r#"200 OK
{"participant":"BOT01","limits":{"order_rate":{"per_second":100,"burst":200},"max_open_orders":500},"used":{"open_orders":37},
"exposures":[{"asset":"USD","limits":{"credit":"1000000","gross":"5000000","net":null},
"used":{"bought":"300000","sold":"250000","open_buys":"120000","open_sells":"80000","credit":"170000","gross":"750000",
"net_long":"170000","net_short":"30000"}}],"restricted":["ACME","BOLT"],"seq":81}"#;
const PARTICIPANT_SHOWN: &str = "\
participant      BOT01
orders a second  100, 200 at once
open orders      37 of 500
restricted       ACME, BOLT

CURRENCY  LIMIT     USED       OF
USD       credit  170000  1000000
USD       gross   750000  5000000
USD       net     170000      off
";
/// Of a server that does not say what is used.
const UNCOUNTED: &str = r#"200 OK
{"participant":"BOT01","limits":{"order_rate":null,"max_open_orders":500},
"exposures":[{"asset":"USD","limits":{"credit":"1000","gross":null,"net":null}}],"restricted":[]}"#;
const UNCOUNTED_SHOWN: &str = "\
participant      BOT01
orders a second  off
open orders      500
restricted       nothing

CURRENCY  LIMIT   USED    OF
USD       credit     -  1000
USD       gross      -   off
USD       net        -   off
";
const ACCOUNT: &str = r#"200 OK
{"account":"A1","margin":{"initial_bps":5000,"maintenance_bps":2500,"grace_nanos":3600000000000},"short_sales":true,
"positions":[{"symbol":"ACME","limits":{"max_long":"100","max_short":null},
"used":{"position":"50","open_buys":"10","open_sells":"20","long":"60","short":"-30"}}],
"locates":[{"symbol":"BOLT","qty":"50"}],"restricted":[]}"#;
const ACCOUNT_SHOWN: &str = "\
account      A1
margin       initial 50%, maintenance 25%, grace 1h
short sales  yes
restricted   nothing

SYMBOL  LIMIT  USED   OF
ACME    long     60  100
ACME    short     0  off

SYMBOL  LOCATED
BOLT         50
";
const RESTRICTED: &str = r#"200 OK
[{"who":{"participant":"BOT01"},"symbol":"ACME"},{"who":{"account":"A1"},"symbol":"BOLT"}]"#;
const RESTRICTED_SHOWN: &str = "\
WHO                SYMBOL
participant BOT01  ACME
account A1         BOLT
";
const FEES: &str = r#"200 OK
{"account":"FEES","fees":[{"symbol":"ACME","tier":0,"fees":{"maker_ppm":-100,"taker_ppm":300,"minimum":"0.5"}}],
"tiers":[{"participant":"BOT01","tier":3}]}"#;
const FEES_SHOWN: &str = "\
fees go to account FEES

SYMBOL  TIER   MAKER  TAKER  MINIMUM
ACME       0  -0.01%  0.03%      0.5

PARTICIPANT  TIER
BOT01           3
";
const SELF_TRADE: &str = r#"200 OK
{"participant":"BOT01","group":7,"mode":"cancel_newest"}"#;
const SELF_TRADE_SHOWN: &str = "\
participant            BOT01
group                  7
self-trade prevention  cancel newest
";
const OPENED: &str = r#"200 OK
{"account":"M1","existed":false}"#;
const TRADE: &str = r#"200 OK
{"trade_id":7,"symbol":"ACME","price":"100","qty":"10","notional":"1000","aggressor":"buy",
"buy":{"participant":"BOT01","account":"A1","order_id":12,"fee":"0.3"},
"sell":{"participant":"BOT02","account":"A2","order_id":11,"fee":"-0.1"},"is_busted":false,
"proposal":{"change":"bust","by":"ann","until":"20260101-10:15:00"}}"#;
const TRADE_SHOWN: &str = "\
trade     7
symbol    ACME
price     100
quantity  10
notional  1000
buyer     BOT01 for A1, order 12, fee 0.3
seller    BOT02 for A2, order 11, fee -0.1
arrived   buyer
state     stands
proposed  undo, by ann until 20260101-10:15:00
";

const TRADE_OF_AUCTION: &str = r#"200 OK
{"trade_id":8,"symbol":"ACME","price":"100","qty":"10","notional":"1000","aggressor":null,
"buy":{"participant":"BOT01","account":"A1","order_id":12,"fee":"0"},
"sell":{"participant":"BOT02","account":"A2","order_id":11,"fee":"0"},"is_busted":false,"proposal":null}"#;
const TRADE_OF_AUCTION_SHOWN: &str = "\
trade     8
symbol    ACME
price     100
quantity  10
notional  1000
buyer     BOT01 for A1, order 12, fee 0
seller    BOT02 for A2, order 11, fee 0
arrived   neither: a trade of an auction
state     stands
proposed  nothing
";

#[test]
fn rules() {
    check(&[
        (
            RULES,
            &["rules", "show", "ACME"],
            "GET /v1/instruments/ACME/rules",
            Value::Null,
            RULES_SHOWN,
        ),
        (
            RULES,
            &[
                "rules",
                "set",
                "ACME",
                "--collar",
                "5%",
                "--static-band",
                "1000bps",
                "--fat-finger",
                "off",
                "--duplicates",
                "2s",
                "--limit-up-limit-down",
                "1",
                "--stop-trigger",
                "best-opposite",
                "--max-notional",
                "1000000",
                "--random-end",
                "45s",
            ],
            "POST /v1/instruments/ACME/rules",
            json!({
                "collar_bps": 500, "static_band_bps": 1000, "fat_finger_bps": null, "duplicate_nanos": 2_000_000_000_u64,
                "limit_up_limit_down": "one", "stop_trigger": "best_opposite", "max_notional": "1000000",
                "random_end_nanos": 45_000_000_000_u64,
            }),
            RULES_SHOWN,
        ),
    ]);
}

#[test]
fn limits() {
    check(&[
        (
            PARTICIPANT,
            &["limits", "show", "--participant", "BOT01"],
            "GET /v1/participants/BOT01/limits",
            Value::Null,
            PARTICIPANT_SHOWN,
        ),
        (
            UNCOUNTED,
            &["limits", "show", "--participant", "BOT01"],
            "GET /v1/participants/BOT01/limits",
            Value::Null,
            UNCOUNTED_SHOWN,
        ),
        (
            PARTICIPANT,
            &[
                "limits",
                "set",
                "--participant",
                "BOT01",
                "--orders-per-second",
                "100",
                "--burst",
                "200",
                "--open-orders",
                "off",
                "--currency",
                "USD",
                "--credit",
                "1000",
            ],
            "POST /v1/participants/BOT01/limits",
            json!({
                "order_rate": {"per_second": 100, "burst": 200}, "max_open_orders": null, "asset": "USD",
                "credit": "1000",
            }),
            PARTICIPANT_SHOWN,
        ),
        (
            ACCOUNT,
            &[
                "limits",
                "set",
                "--account",
                "A1",
                "--instrument",
                "ACME",
                "--max-long",
                "100",
                "--max-short",
                "off",
            ],
            "POST /v1/accounts/A1/limits",
            json!({"symbol": "ACME", "max_long": "100", "max_short": null}),
            ACCOUNT_SHOWN,
        ),
        (
            ACCOUNT,
            &["account", "show", "A/1"],
            "GET /v1/accounts/A%2F1/limits",
            Value::Null,
            ACCOUNT_SHOWN,
        ),
        (
            ACCOUNT,
            &["short", "allow", "A1"],
            "POST /v1/accounts/A1/short-sales",
            json!({"allowed": true}),
            ACCOUNT_SHOWN,
        ),
        (
            ACCOUNT,
            &["short", "locate", "A1", "BOLT", "50"],
            "POST /v1/accounts/A1/short-sales",
            json!({"locate": {"symbol": "BOLT", "qty": "50"}}),
            ACCOUNT_SHOWN,
        ),
        (
            RESTRICTED,
            &["restrict", "list"],
            "GET /v1/restricted",
            Value::Null,
            RESTRICTED_SHOWN,
        ),
        (
            RESTRICTED,
            &[
                "restrict",
                "remove",
                "--account",
                "A1",
                "--instrument",
                "ACME",
            ],
            "POST /v1/restricted",
            json!({"who": {"account": "A1"}, "symbol": "ACME", "restricted": false}),
            RESTRICTED_SHOWN,
        ),
        (
            OPENED,
            &[
                "account",
                "open",
                "M1",
                "--margin",
                "--initial",
                "50%",
                "--maintenance",
                "25%",
                "--grace",
                "30m",
            ],
            "POST /v1/accounts",
            json!({"account": "M1", "margin": {
                "initial_bps": 5000, "maintenance_bps": 2500, "grace_nanos": 1_800_000_000_000_u64,
            }}),
            "account M1 is open\n",
        ),
        (
            OPENED,
            &[
                "account",
                "open",
                "M1",
                "--margin",
                "--initial",
                "50%",
                "--maintenance",
                "25%",
            ],
            "POST /v1/accounts",
            json!({"account": "M1", "margin": {
                "initial_bps": 5000, "maintenance_bps": 2500, "grace_nanos": 3_600_000_000_000_u64,
            }}),
            "account M1 is open\n",
        ),
    ]);
}

#[test]
fn fees_tiers_and_self_trade_prevention() {
    check(&[
        (
            FEES,
            &["fees", "show"],
            "GET /v1/fees",
            Value::Null,
            FEES_SHOWN,
        ),
        (
            FEES,
            &["fees", "account", "FEES"],
            "POST /v1/fees/account",
            json!({"account": "FEES"}),
            FEES_SHOWN,
        ),
        (
            FEES,
            &[
                "fees", "set", "ACME", "--tier", "2", "--maker", "-0.01%", "--taker", "3bps",
            ],
            "POST /v1/instruments/ACME/fees",
            json!({"tier": 2, "maker_ppm": -100, "taker_ppm": 300}),
            FEES_SHOWN,
        ),
        (
            FEES,
            &["tier", "set", "BOT01", "3"],
            "POST /v1/participants/BOT01/tier",
            json!({"tier": 3}),
            FEES_SHOWN,
        ),
        (
            SELF_TRADE,
            &[
                "self-trade",
                "set",
                "BOT01",
                "--group",
                "7",
                "--mode",
                "venue",
            ],
            "POST /v1/participants/BOT01/self-trade",
            json!({"group": 7, "mode": null}),
            SELF_TRADE_SHOWN,
        ),
    ]);
}

#[test]
fn trades() {
    check(&[
        (
            TRADE_OF_AUCTION,
            &["trade", "show", "8"],
            "GET /v1/trades/8",
            Value::Null,
            TRADE_OF_AUCTION_SHOWN,
        ),
        (
            TRADE,
            &["trade", "show", "7"],
            "GET /v1/trades/7",
            Value::Null,
            TRADE_SHOWN,
        ),
        (
            TRADE,
            &["trade", "bust", "7"],
            "POST /v1/trades/7/propose",
            json!({"change": "bust"}),
            TRADE_SHOWN,
        ),
        (
            TRADE,
            &["trade", "approve", "7"],
            "POST /v1/trades/7/approve",
            json!({}),
            TRADE_SHOWN,
        ),
        (
            TRADE,
            &["trade", "withdraw", "7"],
            "POST /v1/trades/7/withdraw",
            json!({}),
            TRADE_SHOWN,
        ),
        (
            "200 OK\n[]",
            &["trade", "list", "--proposed"],
            "GET /v1/trades?last=50&proposed=true",
            Value::Null,
            "no trades\n",
        ),
    ]);
}

/// What is not said of a correction is as the trade stands.
#[test]
fn a_correction_keeps_what_it_does_not_name() {
    let world = World::new();
    let server = world.serve(TRADE);
    let said = world.run(server, &["trade", "correct", "7", "--price", "99.5"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(world.asked().0, "GET /v1/trades/7 HTTP/1.1");
    let change = json!({"change": {"correct": {"price": "99.5", "qty": "10"}}});
    assert_eq!(
        world.asked(),
        ("POST /v1/trades/7/propose HTTP/1.1".to_owned(), change)
    );
}

#[test]
fn what_does_not_fit_together_is_wrong_usage() {
    check_wrong_usage(&[
        &["rules", "set", "ACME"],
        &["rules", "set", "ACME", "--collar", "5"],
        &["limits", "show"],
        &["limits", "set", "--participant", "BOT01"],
        &["limits", "set", "--participant", "BOT01", "--credit", "1"],
        &[
            "limits",
            "set",
            "--participant",
            "BOT01",
            "--instrument",
            "ACME",
            "--max-long",
            "1",
        ],
        &["limits", "set", "--account", "A1", "--open-orders", "1"],
        &["limits", "set", "--account", "A1", "--max-long", "1"],
        &[
            "restrict",
            "add",
            "--participant",
            "BOT01",
            "--account",
            "A1",
            "--instrument",
            "ACME",
        ],
        &["account", "open", "M1", "--margin", "--initial", "50%"],
        &["account", "open", "M1", "--grace", "5m"],
        &[
            "limits",
            "set",
            "--participant",
            "BOT01",
            "--orders-per-second",
            "off",
            "--burst",
            "5",
        ],
        &[
            "limits",
            "set",
            "--participant",
            "BOT01",
            "--open-orders",
            "5",
            "--currency",
            "USD",
        ],
        &["fees", "set", "ACME"],
        &["trade", "correct", "7"],
    ]);
}
