//! [`recover`]: from a data folder to everything that its journal holds, ready to go on: the newest sound snapshot, the entries behind it,
//! the end of the last segment. What is damaged is refused, unless the operator has said which place to give up.

use crate::config::JournalConfig;
use crate::hub::HubError;
use crate::past::{Newest, Past, PastError};
use journal::JournalError;
use journal::catalog::Catalog;
use journal::cut::{self, Accepted, Lost};
use journal::disk::Disk;
use journal::replay::{self, End, Opened};
use journal::snapshot::{self, SnapshotError};
use std::path::Path;
use std::time::{Duration, Instant};

/// Between two lines of the log about a long replay.
const PROGRESS: Duration = Duration::from_secs(5);
/// Entries between two looks at the time.
const PROGRESS_ENTRIES: u64 = 65_536;

/// What a data folder held.
pub(crate) struct Recovered {
    pub(crate) past: Past,
    /// The last entry of the snapshot that it began with; 0 without one.
    pub(crate) newest: u64,
    pub(crate) opened: Opened,
    /// What was given up, in words.
    pub(crate) given_up: Option<String>,
}

/// Rebuilds what the journal in `data` holds and opens it at its end.
///
/// # Errors
/// A [`HubError`]; nothing was changed then, but for half-made files.
pub(crate) fn recover(
    config: &JournalConfig,
    data: &Path,
    disk: Box<dyn Disk>,
) -> Result<Recovered, HubError> {
    let (found, given_up) = match (Found::of(data), config.accept_damage) {
        (Err(HubError::Journal(error)), Some(accepted)) if accepted.is_place_of(&error) => {
            tracing::error!(%error, %accepted, "the journal is damaged here, and the operator gives up what is behind it");
            let lost = cut::cut(data, accepted)?;
            (Found::of(data)?, Some(said(accepted, &lost)))
        }
        (found, _) => (found?, None),
    };
    let Found {
        catalog,
        mut past,
        newest,
        end,
    } = found;
    if let Some(torn) = &end.torn {
        tracing::warn!(
            segment = %torn.segment.display(),
            offset = torn.offset,
            seq = end.last_seq + 1,
            what = torn.what,
            "the journal has a torn tail, never acknowledged: cut off"
        );
    }
    tracing::info!(
        snapshot = newest,
        replayed = past.rules.last_seq - newest,
        "the journal is open"
    );
    past.known.view.begin();
    Ok(Recovered {
        opened: replay::open(&catalog, &end, disk, config.segment_bytes)?,
        past,
        newest,
        given_up,
    })
}

/// What a data folder holds; nothing was changed yet.
struct Found {
    catalog: Catalog,
    past: Past,
    newest: u64,
    end: End,
}

impl Found {
    fn of(data: &Path) -> Result<Self, HubError> {
        let catalog = Catalog::prepare(data)?;
        snapshot::sweep(data).map_err(PastError::Snapshot)?;
        let Newest {
            mut past,
            passed_over,
        } = Past::newest(&catalog, u64::MAX)?;
        let newest = past.rules.last_seq;
        let last_segment = catalog.segments().last().map_or(0, |last| last.first_seq);
        let mut told = Instant::now();
        let end = past.replay(&catalog, &mut |seq| {
            if seq.is_multiple_of(PROGRESS_ENTRIES) && told.elapsed() >= PROGRESS {
                told = Instant::now();
                tracing::info!(seq, last_segment, "the journal is being replayed");
            }
        });
        let end = end.map_err(|error| unheld(error, passed_over))?;
        Ok(Self {
            catalog,
            past,
            newest,
            end,
        })
    }
}

/// Entries that only a snapshot of another version of the program holds are not there for this one: that is said, not only that they are
/// not there.
fn unheld(error: JournalError, passed_over: Vec<SnapshotError>) -> HubError {
    let JournalError::Unheld { first, .. } = error else {
        return error.into();
    };
    let versions = passed_over.into_iter().filter_map(|why| match why {
        SnapshotError::Version { path, version } => Some((path, version)),
        _ => None,
    });
    match versions.last() {
        Some((snapshot, version)) => HubError::OtherVersion {
            first,
            snapshot,
            version,
        },
        None => error.into(),
    }
}

/// What a cut has cost, for the log and for the journal.
fn said(accepted: Accepted, lost: &Lost) -> String {
    let Lost {
        first_seq,
        last_seq,
        bytes,
        kept_in,
    } = lost;
    tracing::error!(
        first_seq,
        last_seq,
        bytes,
        kept_in = %kept_in.display(),
        "the journal is cut: these entries are lost"
    );
    match last_seq {
        Some(last_seq) => {
            format!("journal cut at {accepted}: entries {first_seq} to {last_seq} are lost")
        }
        None => format!("journal cut at {accepted}: entries from {first_seq} on are lost"),
    }
}
