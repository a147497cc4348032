//! Deposits: one outcome each, whatever breaks between their two phases.

use crate::client::Client;
use crate::control_port::Mood;
use crate::database::both;
use crate::events::listed;
use crate::service::{World, until};
use crate::tables;
use backoffice::db::Db;
use backoffice::metrics::Metrics;
use backoffice::wallet::deposit::{self, DepositRequest};
use prometheus::Registry;
use serde_json::{Value, json};
use uuid::Uuid;

const PATH: &str = "/api/v1/wallet/deposits";

/// Opens an account; its name.
async fn account(client: &Client) -> String {
    let account = client
        .post("/api/v1/accounts", &json!({}))
        .await
        .expect(201);
    account["account"].as_str().unwrap().to_owned()
}

async fn ask(client: &Client, key: &str, account: &str, amount: &str) -> crate::client::Answer {
    let body = json!({"account": account, "asset": "USD", "amount": amount});
    client
        .post_with(PATH, &[("idempotency-key", key)], &body)
        .await
}

/// The deposit once it has this state.
async fn becomes(client: &Client, id: &Value, state: &str) -> Value {
    let path = format!("{PATH}/{}", id.as_str().unwrap());
    until(state, async || {
        let deposit = client.get(&path).await.expect(200);
        (deposit["state"] == state).then_some(deposit)
    })
    .await
}

/// `kind → balance` of a user's ledger accounts.
async fn balances(client: &Client) -> Vec<(String, String)> {
    let wallet = client.get("/api/v1/wallet").await.expect(200);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rows = wallet["balances"].as_array().unwrap().iter();
    rows.map(|row| (text(&row["kind"]), text(&row["balance"])))
        .collect()
}

fn rows(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(kind, balance)| ((*kind).into(), (*balance).into()))
        .collect()
}

async fn has(client: &Client, expected: &[(&str, &str)]) {
    until(&format!("{expected:?}"), async || {
        (balances(client).await == rows(expected)).then_some(())
    })
    .await;
}

both!(demo_money_reaches_the_exchange, |database| {
    let world = World::new(database).await;
    let service = world.start().await;
    let ada = service.client.register("ada@example.org").await;
    let account = account(&ada).await;
    let deposit = ask(&ada, "one", &account, "1000.5").await.expect(201);
    assert_eq!(
        (&deposit["state"], &deposit["amount"]),
        (&json!("posted"), &json!("1000.5"))
    );
    has(
        &ada,
        &[("exchange", "1000.5"), ("hold", "0"), ("wallet", "0")],
    )
    .await;
    let wallet = ada.get("/api/v1/wallet").await.expect(200);
    let mut kinds: Vec<_> = wallet["postings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["kind"].as_str().unwrap())
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["deposit", "funding", "hold", "post"]);
    let portfolio = ada.get("/api/v1/portfolio").await.expect(200);
    assert_eq!(portfolio["cash"][0]["cash"], "1000.5");
    let first = ada.get("/api/v1/wallet?limit=3").await.expect(200);
    let rest = ada
        .get(&format!(
            "/api/v1/wallet?limit=3&cursor={}",
            first["next_cursor"].as_str().unwrap()
        ))
        .await
        .expect(200);
    assert_eq!(
        (
            rest["postings"].as_array().unwrap().len(),
            &rest["next_cursor"]
        ),
        (1, &Value::Null)
    );
    let db = Db::open(&world.database.url).await.unwrap();
    assert_eq!(tables::ledger_sum(&db).await, 0);
    service.stop().await;
});

both!(the_same_key_is_the_same_deposit, |database| {
    let world = World::new(database).await;
    let service = world.start().await;
    let ada = service.client.register("ada@example.org").await;
    let account = account(&ada).await;
    let many = (0..8).map(|_| ask(&ada, "key", &account, "10"));
    let answers = futures_util::future::join_all(many).await;
    let ids: std::collections::BTreeSet<_> = answers
        .into_iter()
        .map(|a| a.json()["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    assert_eq!(world.control.transfers(), 1);
    let reused = ask(&ada, "key", &account, "11").await;
    assert_eq!(reused.error(), (409, "idempotency_key_reused".into(), None));
    let bob = service.client.register("bob@example.org").await;
    assert_eq!(
        ask(&bob, "key", &account, "10").await.error().0,
        404,
        "not Bob's account"
    );
    let path = format!("{PATH}/{}", ids.first().unwrap());
    assert_eq!(bob.get(&path).await.error().0, 404, "not Bob's deposit");
    has(&ada, &[("exchange", "10"), ("hold", "0"), ("wallet", "0")]).await;
    service.stop().await;
});

both!(a_refused_deposit_goes_back_to_the_bank, |database| {
    let world = World::new(database).await;
    let service = world.start().await;
    let ada = service.client.register("ada@example.org").await;
    let account = account(&ada).await;
    let body = json!({"account": account, "asset": "XYZ", "amount": "5"});
    let refused = ada
        .post_with(PATH, &[("idempotency-key", "k")], &body)
        .await
        .expect(201);
    assert_eq!(
        (&refused["state"], &refused["reason"]),
        (&json!("refused"), &json!("unknown asset"))
    );
    assert_eq!(
        balances(&ada).await,
        rows(&[("hold", "0"), ("wallet", "0")])
    );
    let db = Db::open(&world.database.url).await.unwrap();
    let mut tx = db.read().await.unwrap();
    let bank: (i64,) = tx
        .q("SELECT balance FROM ledger_accounts WHERE name = 'bank/XYZ'")
        .one()
        .await
        .unwrap();
    assert_eq!(bank.0, 0);
    service.stop().await;
});

both!(
    an_asset_that_the_exchange_does_not_know_is_refused,
    |database| {
        let world = World::new(database).await;
        let service = world.start().await;
        let ada = service.client.register("ada@example.org").await;
        let account = account(&ada).await;
        // Before any instrument is known the exchange is asked, and says no for good.
        let body = json!({"account": account, "asset": "GONE", "amount": "5"});
        let key = [("idempotency-key", "k")];
        let refused = ada.post_with(PATH, &key, &body).await.expect(201);
        assert_eq!(
            (&refused["state"], &refused["reason"]),
            (&json!("refused"), &json!("asset: unknown asset \"GONE\""))
        );
        let none = rows(&[("hold", "0"), ("wallet", "0")]);
        assert_eq!(balances(&ada).await, none);
        // Once instruments are known, their currencies are: nothing is held.
        let seq = world.feed.tell(listed("X", "10"));
        service.seen(&ada, seq).await;
        let body = json!({"account": account, "asset": "EUR", "amount": "5"});
        let key = [("idempotency-key", "k2")];
        let unknown = ada.post_with(PATH, &key, &body).await;
        let expected = (422, "unknown_asset".into(), Some("asset".into()));
        assert_eq!(unknown.error(), expected);
        assert_eq!(balances(&ada).await, none);
        assert_eq!(world.control.transfers(), 0);
        ask(&ada, "k3", &account, "5").await.expect(201);
        service.stop().await;
    }
);

both!(
    an_exchange_that_does_not_answer_is_asked_until_it_does,
    |database| {
        let world = World::new(database).await;
        let service = world.start().await;
        let ada = service.client.register("ada@example.org").await;
        let account = account(&ada).await;
        world.control.set_mood(Mood::Unavailable);
        let held = ask(&ada, "k", &account, "10").await.expect(202);
        assert_eq!(held["state"], "held");
        assert_eq!(
            balances(&ada).await,
            rows(&[("hold", "10"), ("wallet", "0")])
        );
        assert_eq!(
            ask(&ada, "k", &account, "10").await.expect(202)["id"],
            held["id"]
        );
        world.control.set_mood(Mood::Willing);
        becomes(&ada, &held["id"], "posted").await;
        assert_eq!(world.control.transfers(), 1);
        has(&ada, &[("exchange", "10"), ("hold", "0"), ("wallet", "0")]).await;
        service.stop().await;
    }
);

both!(a_crash_after_the_exchange_did_it_does_it_once, |database| {
    let world = World::new(database).await;
    let service = world.start().await;
    let ada = service.client.register("ada@example.org").await;
    let account = account(&ada).await;
    world.control.set_mood(Mood::Forgetful);
    let held = ask(&ada, "k", &account, "10").await.expect(202);
    assert_eq!(world.control.transfers(), 1, "the exchange has done it");
    service.stop().await;
    world.control.set_mood(Mood::Willing);
    let again = world.start().await;
    let ada = again
        .client
        .login("ada@example.org", "correct horse battery")
        .await;
    becomes(&ada, &held["id"], "posted").await;
    assert_eq!(world.control.transfers(), 1);
    has(&ada, &[("exchange", "10"), ("hold", "0"), ("wallet", "0")]).await;
    again.stop().await;
});

both!(a_crash_between_hold_and_request_is_made_good, |database| {
    let world = World::new(database).await;
    let service = world.start().await;
    let ada = service.client.register("ada@example.org").await;
    let account = account(&ada).await;
    let user: Uuid = ada.get("/api/v1/me").await.expect(200)["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    service.stop().await;
    let db = Db::open(&world.database.url).await.unwrap();
    let request = DepositRequest {
        account: account.parse().unwrap(),
        asset: "USD".parse().unwrap(),
        amount: "7".parse().unwrap(),
    };
    let metrics = Metrics::new(&Registry::new(), &db).unwrap();
    let begun = deposit::begin(&db, &metrics, user, "k", &request)
        .await
        .unwrap();
    assert!(begun.is_held());
    db.close().await;
    let again = world.start().await;
    let ada = again
        .client
        .login("ada@example.org", "correct horse battery")
        .await;
    becomes(&ada, &json!(begun.id), "posted").await;
    has(&ada, &[("exchange", "7"), ("hold", "0"), ("wallet", "0")]).await;
    assert_eq!(
        ask(&ada, "k", &account, "7").await.expect(201)["id"],
        json!(begun.id)
    );
    again.stop().await;
});

both!(
    an_account_that_the_exchange_has_not_confirmed_is_asked_for_again,
    |database| {
        let world = World::new(database).await;
        let service = world.start().await;
        let ada = service.client.register("ada@example.org").await;
        world.control.set_mood(Mood::Unavailable);
        let opening = ada.post("/api/v1/accounts", &json!({})).await.expect(202);
        assert_eq!(opening["state"], "opening");
        let name = opening["account"].as_str().unwrap();
        assert_eq!(ask(&ada, "k", name, "1").await.error().1, "account_opening");
        service.stop().await;
        world.control.set_mood(Mood::Willing);
        let again = world.start().await;
        let ada = again
            .client
            .login("ada@example.org", "correct horse battery")
            .await;
        until("the account is open", async || {
            let accounts = ada.get("/api/v1/accounts").await.expect(200);
            (accounts[0]["state"] == "open").then_some(())
        })
        .await;
        for _ in 1..10 {
            account(&ada).await;
        }
        let one_more = ada.post("/api/v1/accounts", &json!({})).await;
        assert_eq!(one_more.error(), (409, "too_many_accounts".into(), None));
        again.stop().await;
    }
);
