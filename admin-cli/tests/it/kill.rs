//! `kill` and `reinstate`: what is asked, that nothing is killed without `--yes`, and what is shown.

use crate::world::{check, check_wrong_usage};
use serde_json::json;

const COUNTED: &str = r#"200 OK
{"seq":7,"target":{"participant":"BOT01"},"orders":1,"suspended":false,"dry_run":true,"reason":"x"}"#;
const KILLED: &str = r#"200 OK
{"seq":8,"target":"all","orders":12,"suspended":true,"dry_run":false,"reason":"x","reported_micros":3412,"unreported":0}"#;
const BACK: &str = r#"200 OK
{"seq":9,"target":{"instrument":"ACME"},"orders":0,"suspended":false,"dry_run":false,"reason":null}"#;

#[test]
fn what_is_asked_and_shown() {
    check(&[
        (
            COUNTED,
            &["kill", "--participant", "BOT01", "--reason", "x"],
            "POST /v1/kill",
            json!({"target": {"participant": "BOT01"}, "suspend": false, "dry_run": true, "reason": "x"}),
            "participant BOT01: 1 open order would be cancelled; nothing was done: add --yes to do it\n",
        ),
        (
            KILLED,
            &["kill", "--all", "--reason", "x", "--suspend", "--yes"],
            "POST /v1/kill",
            json!({"target": "all", "suspend": true, "dry_run": false, "reason": "x"}),
            "all: 12 orders cancelled, suspended until reinstated (entry 8)\nthe last report was written after 3.412 ms\n",
        ),
        (
            BACK,
            &["reinstate", "--instrument", "ACME"],
            "POST /v1/reinstate",
            json!({"target": {"instrument": "ACME"}}),
            "instrument ACME may trade again (entry 9)\n",
        ),
    ]);
}

#[test]
fn exactly_one_target_and_a_reason_are_required() {
    check_wrong_usage(&[
        &["kill", "--reason", "x"],
        &["kill", "--all"],
        &["kill", "--all", "--account", "A1", "--reason", "x"],
        &["reinstate"],
    ]);
}
