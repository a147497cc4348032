//! Trades in pages, and what operators have made of them.

use crate::database::both;
use crate::events::{Leg, changed, trade, traded};
use crate::service::World;
use market::topic::TopicEvent;
use serde_json::{Value, json};

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

/// A trade of 3 @ 10 that is undone or corrected: as it was before, as it is then.
fn now(id: u64, was: (&str, &str), now: Option<(&str, &str)>) -> TopicEvent {
    let now = now.map(|(price, qty)| traded(price, qty));
    changed(id, "LOGG", ("DEMO", "BOT"), traded(was.0, was.1), now)
}

both!(
    a_changed_trade_is_listed_in_its_place_as_what_it_is,
    |database| {
        let world = World::with(database, DEMO).await;
        for account in ["DEMO", "BOT"] {
            world.control.add_account(account);
        }
        for id in 1..=5 {
            let (buyer, seller) = (Leg("DEMO", 2 * id, 3, 0), Leg("BOT", 2 * id + 1, 3, 0));
            world.feed.tell(trade(id, "LOGG", "10", "3", buyer, seller));
        }
        // One stays, one is undone, one is corrected twice, one is corrected and then undone.
        let mut changes = Vec::new();
        for change in [
            now(2, ("10", "3"), None),
            now(3, ("10", "3"), Some(("9.5", "3"))),
            now(3, ("9.5", "3"), Some(("9", "2"))),
            now(4, ("10", "3"), Some(("11", "1"))),
            now(4, ("11", "1"), None),
        ] {
            changes.push(world.feed.tell(change));
        }
        let service = world.start().await;
        let demo = service
            .client
            .login("demo@example.org", "demo demo demo")
            .await;
        service.seen(&demo, changes[4]).await;
        let listed = async || {
            let page = demo.get("/api/v1/trades").await.expect(200);
            let row = |row: &Value| {
                json!([
                    row["trade_id"],
                    row["status"],
                    row["price"],
                    row["qty"],
                    row["notional"],
                    row["first"],
                    row["changed_at"].is_string()
                ])
            };
            let rows = page["trades"].as_array().unwrap();
            rows.iter().map(row).collect::<Vec<_>>()
        };
        let first = json!({ "price": "10", "qty": "3", "notional": "30" });
        let expected = [
            json!([5, "executed", "10", "3", "30", null, false]),
            json!([4, "busted", "11", "1", "11", first, true]),
            json!([3, "corrected", "9", "2", "18", first, true]),
            json!([2, "busted", "10", "3", "30", null, true]),
            json!([1, "executed", "10", "3", "30", null, false]),
        ];
        assert_eq!(listed().await, expected);
        let page = demo.get("/api/v1/trades").await.expect(200);
        // As the test tells times: the number of the entry in seconds.
        let second = format!("1970-01-01T00:00:{:02}Z", changes[2]);
        assert_eq!(page["trades"][2]["changed_at"], *second);

        let seq = world.feed.tell(now(5, ("10", "3"), None));
        service.seen(&demo, seq).await;
        let mut expected = expected.to_vec();
        expected[0] = json!([5, "busted", "10", "3", "30", null, true]);
        assert_eq!(listed().await, expected);
        service.stop().await;
    }
);
