//! The worker that leaves nothing half done: accounts that the exchange has not confirmed and deposits without an outcome are tried
//! again, after a crash as well, until they have one.

use crate::accounts;
use crate::clock;
use crate::db::Db;
use crate::error::Error;
use crate::exchange_control::ExchangeControl;
use crate::metrics::Metrics;
use crate::wallet::deposit;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Most of each kind in one round.
const ROUND_MAX: i64 = 100;

/// Works until `stop`. An error of the database ends the round, not the worker.
pub async fn run(
    db: Db,
    control: Arc<dyn ExchangeControl>,
    metrics: Metrics,
    interval: Duration,
    stop: CancellationToken,
) {
    while !stop.is_cancelled() {
        if let Err(why) = round(&db, control.as_ref(), &metrics, &stop).await {
            tracing::warn!(%why, "a round of settlement ended early");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(interval) => {}
        }
    }
}

/// One round: everything that is due now, each once.
///
/// # Errors
/// The database's.
pub async fn round(
    db: &Db,
    control: &dyn ExchangeControl,
    metrics: &Metrics,
    stop: &CancellationToken,
) -> Result<(), Error> {
    let mut tx = db.read().await?;
    let opening = accounts::due(&mut tx, clock::now_us(), ROUND_MAX).await?;
    let held = deposit::due(&mut tx, clock::now_us(), ROUND_MAX).await?;
    metrics.held(deposit::held_count(&mut tx).await?);
    tx.rollback().await?;
    for account in opening {
        if stop.is_cancelled() {
            return Ok(());
        }
        accounts::confirm(db, control, &account).await?;
    }
    for deposit in held {
        if stop.is_cancelled() {
            return Ok(());
        }
        deposit::settle(db, control, metrics, &deposit).await?;
    }
    Ok(())
}
