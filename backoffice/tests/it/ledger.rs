//! The ledger in the database: once, balanced, never changed.

use crate::database::both;
use crate::tables;
use backoffice::db::Db;
use backoffice::error::Error;
use backoffice::users;
use backoffice::users::hashing::Hasher;
use backoffice::users::password::Password;
use backoffice::wallet::ledger::{self, Kind, LedgerAccount, Line, Transaction};
use market::money::Money;
use uuid::Uuid;

fn transaction(
    key: &str,
    source: LedgerAccount,
    target: LedgerAccount,
    amount: i128,
) -> Transaction {
    let lines = vec![Line {
        source,
        target,
        amount: Money::from_raw(amount),
    }];
    Transaction::new(key.into(), Kind::Deposit, "USD".parse().unwrap(), 1, lines).unwrap()
}

async fn post(db: &Db, transaction: &Transaction) -> Result<bool, Error> {
    let mut tx = db.write().await?;
    let posted = ledger::post(&mut tx, transaction).await?;
    tx.commit().await?;
    Ok(posted)
}

async fn user(db: &Db) -> Uuid {
    let hasher = Hasher::new().await.unwrap();
    let password = Password::new("correct horse battery".into()).unwrap();
    let email = "ada@example.org".parse().unwrap();
    users::register(db, &hasher, &email, password)
        .await
        .unwrap()
        .id
}

async fn balance(db: &Db, name: &str) -> i64 {
    let mut tx = db.read().await.unwrap();
    let row: Option<(i64,)> = tx
        .q("SELECT balance FROM ledger_accounts WHERE name = $1")
        .bind(name.to_owned())
        .opt()
        .await
        .unwrap();
    row.map_or(0, |row| row.0)
}

both!(
    a_transaction_is_posted_once_and_a_wallet_is_never_overdrawn,
    |database| {
        let db = Db::open(&database.url).await.unwrap();
        let ada = user(&db).await;
        let (wallet, hold) = (LedgerAccount::Wallet(ada), LedgerAccount::Hold(ada));
        let credit = transaction("t1", LedgerAccount::Bank, wallet, 10);
        assert!(post(&db, &credit).await.unwrap());
        assert!(!post(&db, &credit).await.unwrap());
        assert_eq!(balance(&db, &format!("wallet/USD/{ada}")).await, 10);
        let error = post(&db, &transaction("t2", wallet, hold, 11))
            .await
            .unwrap_err();
        assert!(
            matches!(
                error,
                Error::Unprocessable {
                    code: "insufficient_funds",
                    ..
                }
            ),
            "{error}"
        );
        assert!(
            post(&db, &transaction("t2", wallet, hold, 10))
                .await
                .unwrap(),
            "the refused one left nothing"
        );
        assert_eq!(balance(&db, &format!("wallet/USD/{ada}")).await, 0);
        assert_eq!(balance(&db, "bank/USD").await, -10);
        assert_eq!(tables::ledger_sum(&db).await, 0);
    }
);

both!(postings_cannot_be_changed, |database| {
    let db = Db::open(&database.url).await.unwrap();
    let (bank, outside) = (LedgerAccount::Bank, LedgerAccount::Outside);
    post(&db, &transaction("t1", bank, outside, 10))
        .await
        .unwrap();
    for sql in ["UPDATE postings SET amount = 1", "DELETE FROM postings"] {
        let mut tx = db.write().await.unwrap();
        let error = tx.q(sql).exec().await.unwrap_err().to_string();
        assert!(error.contains("postings are immutable"), "{sql}: {error}");
        tx.rollback().await.unwrap();
    }
});

both!(transfers_at_once_lose_nothing, |database| {
    let db = Db::open(&database.url).await.unwrap();
    let (bank, outside) = (LedgerAccount::Bank, LedgerAccount::Outside);
    let tasks = (0..20).map(|number| {
        let db = db.clone();
        let (source, target) = if number % 2 == 0 {
            (bank, outside)
        } else {
            (outside, bank)
        };
        tokio::spawn(async move {
            let amount = if number % 2 == 0 { 3 } else { 1 };
            let transaction = transaction(&format!("t{number}"), source, target, amount);
            backoffice_post(&db, &transaction).await;
        })
    });
    for task in futures_util::future::join_all(tasks).await {
        task.unwrap();
    }
    assert_eq!(balance(&db, "outside/USD").await, 20);
    assert_eq!(tables::ledger_sum(&db).await, 0);
});

/// Posts; repeated as long as the database asks for it.
async fn backoffice_post(db: &Db, transaction: &Transaction) {
    for attempt in 0.. {
        match post(db, transaction).await {
            Ok(posted) => return assert!(posted),
            Err(error) if backoffice::db::retry::again(&error, attempt).await => {}
            Err(error) => panic!("{error}"),
        }
    }
}
