//! What the demo user sees when its account trades.

use crate::database::both;
use crate::events::{
    Leg, changed, charged, envelope, funds, listed, order, priced, securities, trade, traded,
};
use crate::service::World;
use backoffice::users::password::Password;
use market::order::Side;
use market::topic::TopicEvent;
use prometheus::Registry;
use serde_json::{Value, json};

const DEMO: &str =
    "demo_user = { email = 'Demo@example.org', password = 'demo demo demo', account = 'DEMO' }";

fn pick(row: &Value, keys: &[&str]) -> Vec<String> {
    let text = |key: &&str| row[*key].as_str().unwrap_or("-").to_owned();
    keys.iter().map(text).collect()
}

both!(cash_and_positions_move_with_trades, |database| {
    let world = World::with(database, DEMO).await;
    for account in ["DEMO", "BOT"] {
        world.control.add_account(account);
    }
    let feed = &world.feed;
    feed.tell(listed("LOGG", "9.5"));
    feed.tell(funds("f", "DEMO", "1000"));
    let seq = feed.tell(securities("s", "DEMO", "LOGG", "2", "9"));
    let service = world.start().await;
    let demo = service
        .client
        .login("demo@example.org", "demo demo demo")
        .await;
    let portfolio = service.seen(&demo, seq).await;
    let position = &portfolio["positions"][0];
    let keys = [
        "symbol",
        "qty",
        "average_cost",
        "last_px",
        "market_value",
        "unrealized_pnl",
        "realized_pnl",
    ];
    assert_eq!(
        pick(position, &keys),
        ["LOGG", "2", "9", "9.5", "19", "1", "0"]
    );

    feed.tell(TopicEvent::OrderCreated(order(
        1,
        "DEMO",
        "LOGG",
        Side::Buy,
        "10",
        "8",
    )));
    feed.tell(trade(
        1,
        "LOGG",
        "10",
        "3",
        Leg("DEMO", 1, 3, 5).holding("50.25"),
        Leg("BOT", 2, 3, 0),
    ));
    let seq = feed.tell(priced("LOGG", "10"));
    let portfolio = service.seen(&demo, seq).await;
    let cash = &portfolio["cash"][0];
    assert_eq!(
        pick(cash, &["account", "asset", "cash", "reserved", "free"]),
        ["DEMO", "USD", "970", "50.25", "919.75"]
    );
    assert_eq!(
        pick(&portfolio["positions"][0], &keys),
        ["LOGG", "5", "9.6", "10", "50", "2", "0"]
    );

    feed.tell(TopicEvent::OrderCreated(order(
        3,
        "DEMO",
        "LOGG",
        Side::Sell,
        "12",
        "4",
    )));
    feed.tell(trade(
        2,
        "LOGG",
        "12",
        "1",
        Leg("BOT", 4, 1, 0),
        Leg("DEMO", 3, 1, 3).holding("3"),
    ));
    let seq = feed.tell(priced("LOGG", "12"));
    let portfolio = service.seen(&demo, seq).await;
    assert_eq!(
        pick(&portfolio["cash"][0], &["cash", "reserved"]),
        ["982", "50.25"]
    );
    let position = &portfolio["positions"][0];
    assert_eq!(
        pick(position, &keys),
        ["LOGG", "4", "9.6", "12", "48", "9.6", "2.4"]
    );
    assert_eq!(position["reserved"], "3");
    assert_eq!(portfolio["as_of"]["seq"], json!(seq));

    let instruments = demo.get("/api/v1/instruments").await.expect(200);
    assert_eq!(
        pick(
            &instruments[0],
            &["symbol", "currency", "tick", "last_px", "phase"]
        ),
        ["LOGG", "USD", "0.01", "12", "closed"]
    );
    let bob = service.client.register("bob@example.org").await;
    let his = bob.get("/api/v1/portfolio").await.expect(200);
    assert_eq!(
        (&his["cash"], &his["positions"]),
        (&json!([]), &json!([])),
        "not Bob's"
    );
    service.stop().await;
});

both!(
    an_undone_trade_leaves_nothing_and_a_corrected_one_what_it_is,
    |database| {
        let world = World::with(database, DEMO).await;
        for account in ["DEMO", "BOT", "FEES"] {
            world.control.add_account(account);
        }
        let feed = &world.feed;
        feed.tell(listed("LOGG", "10"));
        feed.tell(funds("f", "DEMO", "1000"));
        feed.tell(securities("s", "BOT", "LOGG", "10", "9"));
        for id in [1, 2] {
            let (buyer, seller) = (Leg("DEMO", 2 * id, 3, 0), Leg("BOT", 2 * id + 1, 3, 0));
            feed.tell(trade(id, "LOGG", "10", "3", buyer, seller));
            feed.tell(charged("DEMO", "FEES", "0.3"));
        }
        let seq = feed.tell(priced("LOGG", "10"));
        let service = world.start().await;
        let demo = service
            .client
            .login("demo@example.org", "demo demo demo")
            .await;
        let stands = async |seq| {
            let portfolio = service.seen(&demo, seq).await;
            let mut stands = pick(&portfolio["cash"][0], &["cash"]);
            stands.extend(pick(
                &portfolio["positions"][0],
                &["qty", "average_cost", "realized_pnl"],
            ));
            stands
        };
        assert_eq!(stands(seq).await, ["939.4", "6", "10", "0"]);

        let told = |seq| {
            let undone = changed(1, "LOGG", ("DEMO", "BOT"), traded("10", "3"), None);
            let fee = charged("DEMO", "FEES", "-0.3");
            [envelope(seq, 0, undone), envelope(seq, 1, fee)]
        };
        let at = seq + 1;
        told(at).into_iter().for_each(|one| feed.tell_raw(one));
        assert_eq!(stands(at).await, ["969.7", "3", "10", "0"]);
        // The same again, as after a crash between reading and noting how far.
        told(at).into_iter().for_each(|one| feed.tell_raw(one));
        let seq = feed.tell(priced("LOGG", "10"));
        assert_eq!(stands(seq).await, ["969.7", "3", "10", "0"]);

        let now = Some(traded("9", "2"));
        feed.tell(changed(2, "LOGG", ("DEMO", "BOT"), traded("10", "3"), now));
        let seq = feed.tell(charged("DEMO", "FEES", "-0.12"));
        assert_eq!(stands(seq).await, ["981.82", "2", "9", "0"]);
        service.stop().await;
    }
);

both!(
    a_demo_user_whose_password_was_made_anew_gets_it,
    |database| {
        let world = World::with(database, DEMO).await;
        world.start().await.stop().await;
        for (renew, wanted) in [(false, "demo demo demo"), (true, "another demo demo")] {
            let mut config = world.config();
            let user = config.demo_user.as_mut().unwrap();
            user.password = Password::new("another demo demo".into()).unwrap();
            user.renew = renew;
            let opened = backoffice::open(config, world.feed.source(), &Registry::new()).await;
            drop(opened.unwrap());
            let service = world.start().await;
            service.client.login("demo@example.org", wanted).await;
            service.stop().await;
        }
    }
);

both!(
    the_demo_user_is_made_once_and_keeps_its_account,
    |database| {
        let world = World::with(database, DEMO).await;
        world.start().await.stop().await;
        let service = world.start().await;
        let demo = service
            .client
            .login("demo@example.org", "demo demo demo")
            .await;
        let accounts = demo.get("/api/v1/accounts").await.expect(200);
        assert_eq!(accounts.as_array().unwrap().len(), 1);
        assert_eq!(accounts[0]["account"], "DEMO");
        service.stop().await;
        let mut config = world.config();
        config.demo_user.as_mut().unwrap().email = "other@example.org".parse().unwrap();
        let error = backoffice::open(config, world.feed.source(), &Registry::new())
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("demo_user.account") && error.contains("another user"),
            "{error}"
        );
    }
);
