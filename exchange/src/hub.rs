//! [`Hub`]: the handles that every door of the exchange works with, and [`open`], which makes them: the data folder is taken, the journal replayed
//! and compared, the directory rebuilt, the two threads started. Nothing listens yet.

use crate::archive::Archive;
use crate::audit::Audit;
use crate::blotter::Blotter;
use crate::clock::Clock;
use crate::commit::Commit;
use crate::config::{Durability, JournalConfig};
use crate::directory::Directory;
use crate::feed::Feed;
use crate::gateway::venue::SharedView;
use crate::halts::Halts;
use crate::health::Health;
use crate::holds::Holds;
use crate::metrics::{Counts, Metrics};
use crate::past::{Past, PastError, Rules};
use crate::recovery::{self, Recovered};
use crate::sequencer::run::{Sequencer, SequencerParts};
use crate::sequencer::{Stop, StopReason, Submission, SubmitError, Submitter};
use crate::settings::Settings;
use crate::snapshots::{Snapshots, SnapshotsParts};
use journal::JournalError;
use journal::data::{DataError, DataFolder};
use journal::disk::Disk;
use journal::entry::{Epoch, Instruction, Origin, TraceId};
use journal::replay::Opened;
use journal::snapshot::SnapshotError;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::watch;

/// The handles that every door works with; cheap to clone.
#[derive(Clone, Debug)]
pub struct Hub {
    /// Asks the sequencer.
    pub submitter: Submitter,
    /// What has happened, and happens.
    pub feed: Feed,
    /// Reference data.
    pub directory: Arc<Directory>,
    /// The latest commands of operators.
    pub audit: Arc<Audit>,
    /// What operators have set.
    pub settings: Arc<Settings>,
    /// What is halted, and the breaker.
    pub halts: Arc<Halts>,
    /// The last trades.
    pub blotter: Arc<Blotter>,
    /// Id of the journal's history: positions that are told are `(epoch, seq)`.
    pub epoch: Epoch,
    /// Figures.
    pub metrics: Metrics,
    /// What is wrong right now.
    pub health: Health,
    /// The data folder.
    pub data: PathBuf,
    /// When an entry counts as written.
    pub durability: Durability,
    /// When the venue was opened.
    pub opened: Instant,
    /// The last entry of the journal as it was found; 0 when it was new.
    pub replayed: u64,
    /// What market data shows; as of `replayed`, until somebody keeps it up to date.
    pub view: SharedView,
    /// What readers may need again. Whoever opens them says when all have said so ([`Holds::settle`]): before that no segment is put away.
    pub holds: Holds,
    /// The last entry of the newest snapshot; 0 without one. Closed when none is made any more.
    pub snapshot: watch::Receiver<u64>,
}

impl From<PastError> for HubError {
    fn from(error: PastError) -> Self {
        match error {
            PastError::Journal(error) => Self::Journal(error),
            PastError::Snapshot(error) => Self::Snapshot(error),
        }
    }
}

/// What keeps a [`Hub`] going: the threads and the hold on the data folder. Dropped without [`Running::shut_down`], the threads go on until
/// the process ends.
#[derive(Debug)]
pub struct Running {
    sequencer: Sequencer,
    snapshots: Option<Snapshots>,
    /// Held until the threads have ended.
    folder: DataFolder,
}

/// Why a hub cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// The data folder cannot be had.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The journal cannot be opened.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The snapshots cannot be read.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The journal's first segments are not there, and the snapshots that stand for them are of another version of the program.
    #[error(
        "the journal begins with entry {first}, and what came before it is in snapshots of another version of the program ({snapshot}: \
         layout version {version}; this one reads {})",
        journal::snapshot::VERSION
    )]
    OtherVersion {
        /// The first entry that there is.
        first: u64,
        /// The oldest such snapshot.
        snapshot: PathBuf,
        /// Its version.
        version: u32,
    },
    /// What the operator has given up cannot be noted in the journal: it failed at once.
    #[error("what was given up cannot be noted in the journal: {0}")]
    Note(SubmitError),
    /// The operating system gives no threads.
    #[error("the operating system gives no thread: {0}")]
    Threads(io::Error),
}

/// Takes the data folder, replays its journal, starts sequencer and journal thread. Blocks while it replays.
///
/// # Errors
/// A [`HubError`]; nothing runs then.
pub fn open(
    config: &JournalConfig,
    data: &Path,
    disk: Box<dyn Disk>,
    clock: Box<dyn Clock>,
) -> Result<(Hub, Running), HubError> {
    let folder = DataFolder::take(data)?;
    let metrics = Metrics::new();
    let health = Health::new();
    let stop = Stop::default();
    let Recovered {
        past,
        newest,
        opened,
        given_up,
    } = recovery::recover(config, data, disk)?;
    let Past { rules, known } = past;
    let Rules {
        engine,
        last_seq,
        last_at,
        ..
    } = rules;
    let Opened {
        writer,
        segments,
        epoch,
    } = opened;
    let directory = Arc::new(known.directory);
    let audit = Arc::new(known.audit);
    let settings = Arc::new(known.settings);
    let halts = Arc::new(known.halts);
    let blotter = Arc::new(known.blotter);
    metrics.add(&known.counts);
    metrics
        .last_seq
        .set(i64::try_from(last_seq).unwrap_or(i64::MAX));
    metrics
        .snapshots
        .seq
        .set(i64::try_from(newest).unwrap_or(i64::MAX));
    let feed = Feed::new(segments.clone(), last_seq, config.window);
    let (newest, snapshot) = watch::channel(newest);
    let holds = Holds::default();
    let archive = Archive {
        old_segments: config.old_segments,
        folder: data.join(&config.archive),
        segments: segments.clone(),
        holds: holds.clone(),
    };
    let snapshots = SnapshotsParts {
        archive,
        data: data.to_owned(),
        epoch,
        config: config.clone(),
        segments,
        feed: feed.clone(),
        metrics: metrics.clone(),
        health: health.clone(),
        newest,
    };
    let commit = Commit {
        writer,
        durability: config.durability,
        feed: feed.clone(),
        directory: Arc::clone(&directory),
        audit: Arc::clone(&audit),
        settings: Arc::clone(&settings),
        halts: Arc::clone(&halts),
        blotter: Arc::clone(&blotter),
        metrics: metrics.clone(),
        health: health.clone(),
        stop,
        failed: None,
        settled: last_seq,
        records: Vec::new(),
        bearings: Vec::new(),
        counts: Counts::default(),
    };
    let (submitter, sequencer) = Sequencer::start(SequencerParts {
        engine,
        last_seq,
        last_at,
        clock,
        queue: config.queue,
        batch: config.batch,
        commit,
    })
    .map_err(HubError::Threads)?;
    let snapshots = match config.snapshot_entries {
        0 => Ok(None),
        _ => Snapshots::start(snapshots).map(Some),
    };
    let snapshots = match snapshots {
        Ok(snapshots) => snapshots,
        Err(error) => {
            let _second = sequencer.shut_down();
            return Err(HubError::Threads(error));
        }
    };
    let running = Running {
        sequencer,
        snapshots,
        folder,
    };
    if let Some(text) = given_up
        && let Err(error) = note(&submitter, &text)
    {
        let _second = running.shut_down();
        return Err(HubError::Note(error));
    }
    let hub = Hub {
        submitter,
        feed,
        directory,
        audit,
        settings,
        halts,
        blotter,
        epoch,
        metrics,
        health,
        data: data.to_owned(),
        durability: config.durability,
        opened: Instant::now(),
        replayed: last_seq,
        view: SharedView::new(known.view),
        holds,
        snapshot,
    };
    Ok((hub, running))
}

/// Writes into the journal what the operator's flag has done to it.
fn note(submitter: &Submitter, text: &str) -> Result<(), SubmitError> {
    let operator = "accept-journal-damage".parse();
    let submission = Submission {
        origin: Origin::Operator {
            name: operator.expect("a short name of plain letters"),
        },
        trace: TraceId::random(),
        instruction: Instruction::Note {
            text: text.parse().expect("two numbers, a place and plain words"),
        },
        reply: None,
    };
    submitter.try_submit(submission)
}

impl Running {
    /// Takes no more commands, writes and syncs what was taken, ends the threads, gives the data folder free. Blocks meanwhile.
    ///
    /// # Errors
    /// Why not everything could be written.
    pub fn shut_down(self) -> Result<(), StopReason> {
        let ended = self.sequencer.shut_down();
        if let Some(snapshots) = self.snapshots {
            snapshots.end();
        }
        drop(self.folder);
        ended
    }
}
