//! How far the consumer is, by partition, and which history it follows. Written in the transaction of the effects.

use crate::db::Tx;
use crate::error::Error;
use crate::event_place::EventPlace;
use sqlx::FromRow;

/// How far one partition is read.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Progress {
    /// Which partition.
    pub partition_name: String,
    /// Where reading goes on.
    pub next_offset: i64,
    /// Journal number of the last event that was applied; −1 before the first.
    pub seq: i64,
    /// Which envelope of it.
    pub idx: i64,
}

impl Progress {
    /// Whether an event at this place was applied.
    pub fn has_seen(&self, place: EventPlace) -> bool {
        place <= self.last()
    }

    /// The place of the last event that was applied.
    pub const fn last(&self) -> EventPlace {
        EventPlace {
            seq: self.seq,
            idx: self.idx,
        }
    }
}

/// All partitions.
///
/// # Errors
/// The database's.
pub async fn all(tx: &mut Tx) -> Result<Vec<Progress>, Error> {
    Ok(tx
        .q("SELECT partition_name, next_offset, seq, idx FROM consumer_positions ORDER BY partition_name")
        .all()
        .await?)
}

/// One partition, locked until the transaction ends: of two readers, the second sees what the first has done.
///
/// # Errors
/// The database's.
pub async fn lock(tx: &mut Tx, partition: &str) -> Result<Progress, Error> {
    Ok(tx
        .q("INSERT INTO consumer_positions (partition_name, next_offset, seq, idx) VALUES ($1, 0, -1, -1) \
            ON CONFLICT (partition_name) DO UPDATE SET partition_name = excluded.partition_name \
            RETURNING partition_name, next_offset, seq, idx")
        .bind(partition.to_owned())
        .one()
        .await?)
}

/// Keeps how far a partition is. The offset never goes back.
///
/// # Errors
/// The database's.
pub async fn store(tx: &mut Tx, progress: &Progress) -> Result<(), Error> {
    tx.q("UPDATE consumer_positions SET seq = $3, idx = $4, \
          next_offset = CASE WHEN next_offset > $2 THEN next_offset ELSE $2 END WHERE partition_name = $1")
        .bind(progress.partition_name.clone())
        .bind(progress.next_offset)
        .bind(progress.seq)
        .bind(progress.idx)
        .exec()
        .await?;
    Ok(())
}

/// The history that this database follows: the first one that it sees.
///
/// # Errors
/// The database's.
pub async fn followed_epoch(tx: &mut Tx, told: &str) -> Result<String, Error> {
    let (epoch,): (String,) = tx
        .q(
            "INSERT INTO followed_epoch (only_row, epoch) VALUES (1, $1) \
            ON CONFLICT (only_row) DO UPDATE SET epoch = followed_epoch.epoch RETURNING epoch",
        )
        .bind(told.to_owned())
        .one()
        .await?;
    Ok(epoch)
}

/// The history that this database follows and the last journal number seen in it; nothing before the first event.
///
/// # Errors
/// The database's.
pub async fn as_of(tx: &mut Tx) -> Result<Option<(String, i64)>, Error> {
    Ok(tx
        .q("SELECT epoch, CAST((SELECT COALESCE(MAX(seq), -1) FROM consumer_positions) AS BIGINT) FROM followed_epoch")
        .opt()
        .await?)
}
