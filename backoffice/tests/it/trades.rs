//! Trades in pages.

use crate::database::both;
use crate::events::{Leg, trade};
use crate::service::World;
use serde_json::Value;

const DEMO: &str =
    "demo_user = { email = 'demo@example.org', password = 'demo demo demo', account = 'DEMO' }";

both!(pages_are_newest_first_and_miss_nothing, |database| {
    let world = World::with(database, DEMO).await;
    for account in ["DEMO", "BOT"] {
        world.control.add_account(account);
    }
    let mut last = 0;
    for id in 1..=7 {
        last = world.feed.tell(trade(
            id,
            "LOGG",
            "10",
            "1",
            Leg("DEMO", id, 1, 0),
            Leg("BOT", 100 + id, 1, 0),
        ));
    }
    let service = world.start().await;
    let demo = service
        .client
        .login("demo@example.org", "demo demo demo")
        .await;
    service.seen(&demo, last).await;
    let mut ids = Vec::new();
    let mut path = "/api/v1/trades?limit=3".to_owned();
    let mut pages = 0;
    loop {
        let page = demo.get(&path).await.expect(200);
        let trades = page["trades"].as_array().unwrap();
        ids.extend(trades.iter().map(|t| t["trade_id"].as_u64().unwrap()));
        pages += 1;
        // A trade that comes between two pages does not move them.
        let seq = world.feed.tell(trade(
            100 + pages,
            "LOGG",
            "10",
            "1",
            Leg("DEMO", 50 + pages, 1, 0),
            Leg("BOT", 60, 1, 0),
        ));
        service.seen(&demo, seq).await;
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/api/v1/trades?limit=3&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(
        (ids.as_slice(), pages),
        ([7, 6, 5, 4, 3, 2, 1].as_slice(), 3)
    );
    let newest = demo.get("/api/v1/trades?limit=1").await.expect(200);
    let row = &newest["trades"][0];
    let text = |key: &str| row[key].as_str().unwrap().to_owned();
    assert_eq!(
        (
            text("side"),
            text("price"),
            text("notional"),
            text("currency")
        ),
        ("buy".into(), "10".into(), "10".into(), "USD".into())
    );
    assert_eq!(
        text("trace_id"),
        format!("{:032x}", row["seq"].as_u64().unwrap())
    );
    assert_eq!(row["aggressor"], Value::Bool(true));
    let bob = service.client.register("bob@example.org").await;
    assert_eq!(
        bob.get("/api/v1/trades").await.expect(200)["trades"],
        Value::Array(vec![])
    );
    service.stop().await;
});
