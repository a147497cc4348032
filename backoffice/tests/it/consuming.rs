//! The consumer: once, in order, and stopped by what cannot be applied.

use crate::database::both;
use crate::events::{EPOCH, account_opened, charged, envelope, funds};
use crate::feed::Feed;
use crate::service::World;
use crate::tables;
use backoffice::consumer::progress::{self, Progress};
use backoffice::consumer::source::Batch;
use backoffice::consumer::state::ConsumerState;
use backoffice::consumer::{self};
use backoffice::db::Db;
use backoffice::error::Error;
use market::topic::Envelope;
use prometheus::Registry;

fn batch(next_offset: i64, envelopes: Vec<Envelope>) -> Batch {
    Batch {
        partition: "feed".into(),
        envelopes,
        next_offset,
    }
}

async fn progress(db: &Db) -> Vec<Progress> {
    let mut tx = db.read().await.unwrap();
    progress::all(&mut tx).await.unwrap()
}

both!(what_was_seen_is_dropped, |database| {
    let db = Db::open(&database.url).await.unwrap();
    let one = envelope(1, 0, account_opened("A"));
    let two = envelope(2, 0, funds("t", "A", "10"));
    let three = envelope(2, 1, funds("u", "A", "5"));
    consumer::apply(&db, &batch(2, vec![one.clone(), two.clone()]))
        .await
        .unwrap();
    consumer::apply(&db, &batch(2, vec![one, two.clone(), three.clone()]))
        .await
        .unwrap();
    let once = tables::dump(&db).await;
    consumer::apply(&db, &batch(2, vec![two, three]))
        .await
        .unwrap();
    assert_eq!(tables::dump(&db).await, once);
    assert!(
        once.iter()
            .any(|line| line.contains("exchange/USD/A") && line.contains("1500000000")),
        "{once:#?}"
    );
    let at = progress(&db).await;
    assert_eq!((at[0].next_offset, at[0].seq, at[0].idx), (2, 2, 1));
});

both!(
    a_fee_goes_to_the_venue_and_a_rebate_comes_from_it,
    |database| {
        let db = Db::open(&database.url).await.unwrap();
        let told = vec![
            envelope(1, 0, charged("A", "FEES", "0.3")),
            envelope(1, 1, charged("B", "FEES", "-0.1")),
            envelope(2, 0, charged("FEES", "FEES", "5")),
        ];
        consumer::apply(&db, &batch(3, told)).await.unwrap();
        let ledger = tables::dump(&db).await;
        for (account, balance) in [("A", "-30000000"), ("B", "10000000"), ("FEES", "20000000")] {
            let name = format!("exchange/USD/{account}");
            let is_so = |line: &String| line.contains(&name) && line.contains(balance);
            assert!(ledger.iter().any(is_so), "{account}: {ledger:#?}");
        }
    }
);

both!(effects_and_offset_are_one, |database| {
    let db = Db::open(&database.url).await.unwrap();
    consumer::apply(&db, &batch(1, vec![envelope(1, 0, account_opened("A"))]))
        .await
        .unwrap();
    let before = (tables::dump(&db).await, progress(&db).await);
    let good = envelope(2, 0, funds("t", "A", "10"));
    let huge = envelope(3, 0, funds("u", "A", "92233720369"));
    let error = consumer::apply(&db, &batch(3, vec![good, huge]))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::OutOfRange { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains("92233720369 does not fit the database"),
        "{error}"
    );
    assert_eq!((tables::dump(&db).await, progress(&db).await), before);
});

both!(a_balance_that_grows_too_large_is_refused_too, |database| {
    let db = Db::open(&database.url).await.unwrap();
    let nearly = envelope(1, 0, funds("t", "A", "92233720368"));
    consumer::apply(&db, &batch(1, vec![nearly])).await.unwrap();
    let error = consumer::apply(&db, &batch(2, vec![envelope(2, 0, funds("u", "A", "1"))]))
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::OutOfRange {
                what: "ledger balance",
                ..
            }
        ),
        "{error}"
    );
});

both!(another_history_is_refused, |database| {
    let db = Db::open(&database.url).await.unwrap();
    consumer::apply(&db, &batch(1, vec![envelope(1, 0, account_opened("A"))]))
        .await
        .unwrap();
    let before = tables::dump(&db).await;
    let mut other = envelope(2, 0, account_opened("B"));
    other.epoch = "feedfacefeedfacefeedfacefeedface".into();
    let error = consumer::apply(&db, &batch(2, vec![other]))
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains(EPOCH) && text.contains("feedface") && text.contains("empty database"),
        "{text}"
    );
    assert!(!error.is_transient());
    assert_eq!(tables::dump(&db).await, before);
});

both!(a_service_goes_on_where_it_was, |database| {
    let world = World::with(
        database,
        "demo_user = { email = 'demo@example.org', password = 'demo demo demo', account = 'A' }",
    )
    .await;
    world.control.add_account("A");
    world.feed.tell(funds("t", "A", "10"));
    let service = world.start().await;
    let demo = service
        .client
        .login("demo@example.org", "demo demo demo")
        .await;
    service.seen(&demo, 2).await;
    service.stop().await;
    let seq = world.feed.tell(funds("u", "A", "5"));
    let again = world.start().await;
    let demo = again
        .client
        .login("demo@example.org", "demo demo demo")
        .await;
    let portfolio = again.seen(&demo, seq).await;
    assert_eq!(portfolio["cash"][0]["cash"], "15");
    assert_eq!(portfolio["as_of"]["epoch"], EPOCH);
    again.stop().await;
});

both!(
    a_journal_that_ends_before_the_database_is_refused,
    |database| {
        let world = World::new(database).await;
        for amount in ["1", "2", "3"] {
            world.feed.tell(funds(&format!("t{amount}"), "A", amount));
        }
        let service = world.start().await;
        let ada = service.client.register("ada@example.org").await;
        service.seen(&ada, 3).await;
        service.stop().await;
        let open = async |feed: Feed| {
            backoffice::open(world.config(), feed.source(), &Registry::new()).await
        };
        let error = open(world.feed.older(2)).await.unwrap_err();
        assert!(
            matches!(error, Error::JournalBehind { seen: 3, end: 2 }),
            "{error}"
        );
        let text = error.to_string();
        assert!(
            text.contains("entry 3") && text.contains("ends at entry 2"),
            "{text}"
        );
        // Nothing was written, and with the whole journal it goes on.
        world.start().await.stop().await;
        // Another history is told by its name, by the consumer.
        let db = Db::open(&world.database.url).await.unwrap();
        let mut tx = db.write().await.unwrap();
        tx.q("UPDATE followed_epoch SET epoch = 'another'")
            .exec()
            .await
            .unwrap();
        tx.commit().await.unwrap();
        drop(open(world.feed.older(2)).await.unwrap());
    }
);

both!(a_stopped_consumer_is_not_ready_but_alive, |database| {
    let world = World::new(database).await;
    let service = world.start().await;
    service
        .consumer_is(|state| *state == ConsumerState::Running)
        .await;
    let client = &service.client;
    assert_eq!(
        client.get("/health/ready").await.expect(200)["consumer"],
        "running"
    );
    let mut strange = envelope(1, 0, account_opened("A"));
    strange.schema = 99;
    world.feed.tell_raw(strange);
    let state = service
        .consumer_is(|state| matches!(state, ConsumerState::Stopped(_)))
        .await;
    assert!(
        matches!(&state, ConsumerState::Stopped(why) if why.contains("schema 99")),
        "{state:?}"
    );
    let health = client.get("/health/ready").await.expect(503);
    assert_eq!(
        (&health["status"], &health["consumer"]),
        (&"unavailable".into(), &"stopped".into())
    );
    assert_eq!(client.get("/health").await.status, 503);
    assert_eq!(client.get("/health/live").await.status, 200);
    client
        .register("ada@example.org")
        .await
        .get("/api/v1/portfolio")
        .await
        .expect(200);
    service.stop().await;
});

#[test]
fn only_the_last_part_of_a_batch_moves_the_offset() {
    let envelopes: Vec<_> = (1..=5)
        .map(|seq| envelope(seq, 0, account_opened("A")))
        .collect();
    let parts = batch(5, envelopes.clone()).parts(2);
    let offsets: Vec<_> = parts.iter().map(|part| part.next_offset).collect();
    assert_eq!(offsets, [0, 0, 5]);
    let joined: Vec<_> = parts.into_iter().flat_map(|part| part.envelopes).collect();
    assert_eq!(joined, envelopes);
}

both!(
    a_batch_that_was_cut_off_is_read_again_without_effect_twice,
    |database| {
        let db = Db::open(&database.url).await.unwrap();
        let envelopes: Vec<_> = (1..=5)
            .map(|seq| envelope(seq, 0, funds(&format!("t{seq}"), "A", "1")))
            .collect();
        let whole = batch(5, envelopes);
        consumer::apply(&db, &whole.parts(2)[0]).await.unwrap();
        let at = progress(&db).await;
        assert_eq!(
            (at[0].next_offset, at[0].seq),
            (0, 2),
            "reading would start before the batch"
        );
        for part in whole.parts(2) {
            consumer::apply(&db, &part).await.unwrap();
        }
        let at = progress(&db).await;
        assert_eq!((at[0].next_offset, at[0].seq), (5, 5));
        let tables = tables::dump(&db).await;
        assert!(
            tables
                .iter()
                .any(|line| line.contains("exchange/USD/A") && line.ends_with(", 500000000)")),
            "{tables:#?}"
        );
    }
);

both!(a_broken_rule_of_a_table_is_not_tried_for_ever, |database| {
    let db = Db::open(&database.url).await.unwrap();
    let mut tx = db.write().await.unwrap();
    let twice =
        "INSERT INTO accounts (name, state, created_us) VALUES ('A', 'open', 1), ('A', 'open', 1)";
    let error = Error::from(tx.q(twice).exec().await.unwrap_err());
    assert!(!error.is_transient(), "{error}");
    assert!(Error::from(sqlx::Error::PoolTimedOut).is_transient());
});
