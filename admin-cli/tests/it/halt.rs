//! `halt`, `resume`, `halts` and `group`: what is asked of the exchange, and what is shown.

use crate::world::{check, check_wrong_usage};
use serde_json::{Value, json};

pub(crate) const HALTED: &str = r#"200 OK
{"seq":7,"scheduled":null,"instruments":[{"symbol":"ACME","phase":"halted","reason":"news",
"halt":{"code":"news_pending","orders":"cancel","until":1795773600000000000,"at_once":false,"drill":false}}],"canceled":2}"#;
pub(crate) const HALTED_SHOWN: &str = "\
SYMBOL  PHASE   UNTIL                 ORDERS     REASON
ACME    halted  2026-11-27T10:00:00Z  cancelled  news
2 orders cancelled
";
const SCHEDULED: &str = "200 OK\n{\"seq\":8,\"scheduled\":3,\"instruments\":[],\"canceled\":0}";
const OPEN: &str = r#"200 OK
{"seq":9,"scheduled":null,"instruments":[{"symbol":"ACME","phase":"open","reason":null,"halt":null}],"canceled":0}"#;
const OPEN_SHOWN: &str = "\
SYMBOL  PHASE  UNTIL  ORDERS  REASON
ACME    open   -      -
";
const HALTS: &str = r#"200 OK
{"halted":[],"scheduled":[{"id":3,"target":{"group":"METALS"},"from":1795773600000000000,"until":null,"at_once":false,
"orders":"cancel_only","code":"other","reason":"noon"}]}"#;
const HALTS_SHOWN: &str = "\
nothing is halted

HALT  OF            FROM                  UNTIL  ORDERS       REASON
   3  group METALS  2026-11-27T10:00:00Z  -      cancel only  noon
";
const GROUPS: &str = r#"200 OK
[{"group":"METALS","symbols":["ACME","BOLT"]}]"#;
const GROUPS_SHOWN: &str = "\
GROUP   INSTRUMENTS
METALS  ACME, BOLT
";
#[test]
fn what_is_asked_and_shown() {
    check(&[
        (
            HALTED,
            &[
                "halt",
                "ACME",
                "--reason",
                "news",
                "--code",
                "news-pending",
                "--orders",
                "cancel",
                "--until",
                "2026-11-27T10:00:00Z",
            ],
            "POST /v1/halt",
            json!({"target": {"instrument": "ACME"}, "reason": "news", "code": "news_pending", "orders": "cancel",
                "from": null, "until": {"at_nanos": 1_795_773_600_000_000_000_i64}, "at_once": false}),
            HALTED_SHOWN,
        ),
        (
            SCHEDULED,
            &[
                "halt",
                "--group",
                "METALS",
                "--reason",
                "noon",
                "--in",
                "5m",
                "--for",
                "15m",
                "--at-once",
            ],
            "POST /v1/halt",
            json!({"target": {"group": "METALS"}, "reason": "noon", "code": "other", "orders": "cancel_only",
                "from": {"after_nanos": 300_000_000_000_u64}, "until": {"after_nanos": 900_000_000_000_u64}, "at_once": true}),
            "halt 3 waits for its time (entry 8)\n",
        ),
        (
            OPEN,
            &["resume", "--all", "--at-once"],
            "POST /v1/resume",
            json!({"target": "all", "at": null, "at_once": true}),
            OPEN_SHOWN,
        ),
        (
            SCHEDULED,
            &["halts", "withdraw", "3"],
            "POST /v1/halts/withdraw",
            json!({"id": 3}),
            "halt 3 is withdrawn (entry 8)\n",
        ),
        (
            HALTS,
            &["halts", "show"],
            "GET /v1/halts",
            Value::Null,
            HALTS_SHOWN,
        ),
        (
            GROUPS,
            &["group", "set", "BOLT", "METALS"],
            "POST /v1/groups",
            json!({"symbol": "BOLT", "group": "METALS"}),
            GROUPS_SHOWN,
        ),
        (
            GROUPS,
            &["group", "remove", "GOLD"],
            "POST /v1/groups",
            json!({"symbol": "GOLD", "group": null}),
            GROUPS_SHOWN,
        ),
    ]);
}

#[test]
fn wrong_usage_asks_nobody() {
    check_wrong_usage(&[
        &["halt", "--reason", "x"],
        &["halt", "ACME", "--group", "G", "--reason", "x"],
        &["halt", "ACME", "--reason", "x", "--until", "10:00"],
        &[
            "halt",
            "ACME",
            "--reason",
            "x",
            "--from",
            "2026-11-27T10:00:00Z",
            "--in",
            "5m",
        ],
        &["halt", "ACME", "--reason", "x", "--at-once"],
        &[
            "halt",
            "ACME",
            "--reason",
            "x",
            "--until",
            "2026-11-27T10:00:00Z",
            "--for",
            "5m",
        ],
        &["resume"],
    ]);
}
