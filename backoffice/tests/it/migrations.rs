//! A database of an older version: its tables are brought up to date, and what is in them stays what it was.

use crate::database::both;
use crate::events::{changed, envelope, order, traded};
use backoffice::consumer;
use backoffice::consumer::source::Batch;
use backoffice::db::{Db, migration};
use market::order::Side;
use market::topic::TopicEvent;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{PgPool, raw_sql};

/// A trade of 3 @ 10; of two orders one that was told and traded, and one whose trade has come before it.
const OF_THE_FIRST: &str = "
INSERT INTO trades (account, seq, idx, leg, trade_id, symbol, currency, side, price, qty, notional, aggressor, order_id, cl_ord_id,
  at_us, trace_id)
VALUES ('A', 5, 1, 0, 1, 'X', 'USD', 'buy', 1000000000, 300000000, 3000000000, FALSE, 1, 'c1', 5000000, 'trace');
INSERT INTO orders (order_id, account, symbol, side, cl_ord_id, price, told_reserved, terms_seq, terms_idx, ord_status, cum_qty,
  leaves_qty, state_seq, state_idx, reserved)
VALUES (1, 'A', 'X', 'buy', 'c1', 1000000000, 5000000000, 4, 0, 'partially_filled', 300000000, 200000000, 5, 1, 2000000000),
  (2, 'B', 'X', 'sell', 'c2', NULL, 0, -1, -1, 'partially_filled', 300000000, 100000000, 5, 1, 0);
";

/// Makes the tables of a version, with these rows in them.
async fn of_version(url: &str, version: i64, rows: &'static str) {
    if url.starts_with("sqlite") {
        let options: SqliteConnectOptions = url.parse().unwrap();
        let pool = SqlitePool::connect_with(options.create_if_missing(true));
        let pool = pool.await.unwrap();
        migration::sqlite(version).run(&pool).await.unwrap();
        raw_sql(rows).execute(&pool).await.unwrap();
        pool.close().await;
    } else {
        let pool = PgPool::connect(url).await.unwrap();
        migration::postgres(version).run(&pool).await.unwrap();
        raw_sql(rows).execute(&pool).await.unwrap();
        pool.close().await;
    }
}

/// Trade 1 as it is listed: status, price, price as it was made, the entry that changed it.
async fn trade(db: &Db) -> (String, i64, Option<i64>, i64) {
    let mut tx = db.read().await.unwrap();
    let row = tx.q("SELECT status, price, first_price, changed_seq FROM trades");
    row.one().await.unwrap()
}

/// What each order holds, and which entry told it.
async fn held(db: &Db) -> Vec<(i64, i64, i64)> {
    let mut tx = db.read().await.unwrap();
    let rows = tx.q("SELECT order_id, reserved, held_seq FROM orders ORDER BY order_id");
    rows.all().await.unwrap()
}

both!(rows_of_the_first_version_go_on, |database| {
    of_version(&database.url, 1, OF_THE_FIRST).await;
    let db = Db::open(&database.url).await.unwrap();
    let ten = 1_000_000_000;
    assert_eq!(trade(&db).await, ("executed".into(), ten, None, -1));
    assert_eq!(held(&db).await, [(1, 2 * ten, 5), (2, 0, -1)]);
    let now = Some(traded("9", "3"));
    let correction = changed(1, "X", ("A", "B"), traded("10", "3"), now);
    let late = order(2, "B", "X", Side::Sell, "10", "4");
    for (partition, told) in [
        ("orders", envelope(4, 1, TopicEvent::OrderCreated(late))),
        ("trades", envelope(6, 0, correction)),
    ] {
        let batch = Batch {
            partition: partition.into(),
            envelopes: vec![told],
            next_offset: 1,
        };
        consumer::apply(&db, &batch).await.unwrap();
    }
    let nine = 900_000_000;
    assert_eq!(trade(&db).await, ("corrected".into(), nine, Some(ten), 6));
    assert_eq!(held(&db).await, [(1, 2 * ten, 5), (2, 400_000_000, 4)]);
    db.close().await;
});

both!(every_version_becomes_the_latest, |database| {
    for version in 1..=migration::LATEST {
        of_version(&database.url, version, "SELECT 1").await;
    }
    let db = Db::open(&database.url).await.unwrap();
    db.ping().await.unwrap();
    db.close().await;
});
