//! The consumer: reads batches of events and writes their effects. Offset and effects are one transaction, so that twice is the same as
//! once; what was seen is dropped by `(seq, index)` per partition. Effects have the identity of their event, whatever partition told it: another
//! source over the same database reads again without harm. An event of another history stops it: an operator must decide.

pub mod effect;
#[cfg(feature = "kafka")]
pub mod kafka;
pub mod local;
pub mod progress;
pub mod source;
pub mod state;

use crate::db::Db;
use crate::db::retry::in_tx;
use crate::error::Error;
use crate::metrics::Metrics;
use effect::Applied;
use source::{Batch, EventSource, Source};
use state::{ConsumerState, StateCell};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Pause before reading again after a failure of the outside, in milliseconds; doubled up to [`PAUSE_MAX_MS`].
const PAUSE_MS: u64 = 200;
/// Longest such pause, in milliseconds.
const PAUSE_MAX_MS: u64 = 10_000;

/// Most events in one transaction: requests that write wait for it on SQLite, which has one writer.
const PART_EVENTS_MAX: usize = 200;

/// Reads until `stop`, or until an event that cannot be applied; then `state` says why.
pub async fn run(
    db: Db,
    mut source: EventSource,
    state: StateCell,
    metrics: Metrics,
    stop: CancellationToken,
) {
    let mut pause_ms = PAUSE_MS;
    while !stop.is_cancelled() {
        let why = tokio::select! {
            () = stop.cancelled() => return,
            why = follow(&db, &mut source, &state, &metrics, &mut pause_ms) => why,
        };
        if !why.is_transient() {
            tracing::error!(%why, "the consumer stopped");
            metrics.consumer_stopped();
            state.set(ConsumerState::Stopped(why.to_string()));
            return;
        }
        tracing::warn!(%why, pause_ms, "the consumer reads again after a pause");
        state.set(ConsumerState::Waiting(why.to_string()));
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(Duration::from_millis(pause_ms)) => {}
        }
        pause_ms = (pause_ms * 2).min(PAUSE_MAX_MS);
    }
}

/// Opens the source where the database stands and applies what it gives. Ends with the reason why it cannot go on.
async fn follow(
    db: &Db,
    source: &mut EventSource,
    state: &StateCell,
    metrics: &Metrics,
    pause_ms: &mut u64,
) -> Error {
    let mut reader = match begin(db, source, metrics).await {
        Ok(reader) => reader,
        Err(error) => return error,
    };
    state.set(ConsumerState::Running);
    loop {
        let batch = match reader.next().await {
            Ok(batch) => batch,
            Err(error) => return error,
        };
        for part in batch.parts(PART_EVENTS_MAX) {
            match apply(db, &part).await {
                Ok(applied) => metrics.applied(&applied),
                Err(error) => return error,
            }
        }
        *pause_ms = PAUSE_MS;
    }
}

async fn begin(
    db: &Db,
    source: &mut EventSource,
    metrics: &Metrics,
) -> Result<Box<dyn Source>, Error> {
    let mut tx = db.read().await?;
    let positions = progress::all(&mut tx).await?;
    tx.rollback().await?;
    for position in &positions {
        metrics.reached(position.seq);
    }
    source.open(&positions).await
}

/// Applies a batch: its new events and the offset behind them, or nothing. Says what was new.
///
/// # Errors
/// [`Error::OtherEpoch`], [`Error::BadEvent`], [`Error::OutOfRange`]: the batch can never be applied. The database's: it may be tried
/// again.
pub async fn apply(db: &Db, batch: &Batch) -> Result<Applied, Error> {
    in_tx!(db, |tx| effect::apply(tx, batch).await?)
}
