//! `phase`: what is asked and shown.

use crate::program::run;
use crate::world::World;
use serde_json::{Value, json};

const PLACED: &str = r#"200 OK
{"symbol":"ACME","currency":"USD","phase":"intraday_auction","reason":null,"tick":"0.01","lot":"1","last_px":null}"#;

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
        let world = World::new();
        let server = world.serve(PLACED);
        let said = world.run(server, arguments);
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(said.out.contains("intraday auction"), "{}", said.out);
        let asked = world.asked();
        let path = "POST /v1/instruments/ACME/phase HTTP/1.1".to_owned();
        assert_eq!(asked, (path, json!({ "to": to })));
    }
}

#[test]
fn a_call_needs_its_auction_and_its_end() {
    let world = World::new();
    let cases: [&[&str]; 4] = [
        &["phase", "ACME"],
        &["phase", "ACME", "call", "intraday"],
        &["phase", "ACME", "call", "noon", "--until", "+5m"],
        &["phase", "ACME", "halt"],
    ];
    for arguments in cases {
        assert_eq!(run(world.folder.path(), arguments).code, 2, "{arguments:?}");
    }
}
