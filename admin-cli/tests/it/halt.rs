//! `halt`, `resume`, `halts`, `group`, `breaker` and `index`: what is asked of the exchange, and what is shown.

use crate::program::run;
use crate::world::World;
use serde_json::{Value, json};

/// What the exchange answers, the arguments, the request that comes of them, and what is shown.
type Case = (
    &'static str,
    &'static [&'static str],
    &'static str,
    Value,
    &'static str,
);

const HALTED: &str = r#"200 OK
{"seq":7,"scheduled":null,"instruments":[{"symbol":"ACME","phase":"halted","reason":"news",
"halt":{"code":"news_pending","orders":"cancel","until":1795773600000000000,"at_once":false,"drill":false}}],"canceled":2}"#;
const HALTED_SHOWN: &str = "\
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
    let cases: Vec<Case> = vec![
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
    ];
    for (answer, arguments, path, body, shown) in cases {
        let world = World::new();
        let server = world.serve(answer);
        let said = world.run(server, arguments);
        assert_eq!((said.code, said.out.as_str()), (0, shown), "{}", said.err);
        let asked = world.asked();
        assert_eq!(asked, (format!("{path} HTTP/1.1"), body), "{arguments:?}");
    }
}

#[test]
fn wrong_usage_asks_nobody() {
    let world = World::new();
    let cases: [&[&str]; 8] = [
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
        &["resume"],
        &["breaker", "trip", "--level", "1", "--reason", "x"],
        &["breaker", "trip", "--level", "4", "--reason", "x", "--yes"],
        &["breaker", "set"],
    ];
    for arguments in cases {
        assert_eq!(run(world.folder.path(), arguments).code, 2, "{arguments:?}");
    }
}
