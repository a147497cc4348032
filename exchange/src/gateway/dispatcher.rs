//! [`Dispatcher`]: reads the feed and puts into each session's mailbox what its participant is to be told, and which of its messages are
//! durable. It begins where the session that is furthest behind left off; sessions drop what they were told before. It begins the
//! sessions of participants that are defined while the venue runs, and ends those of participants that are removed. A session that does not keep up becomes a [`Straggler`]: the
//! others do not wait for it.

use crate::directory::record::ParticipantRecord;
use crate::feed::{Feed, FeedError, FeedReader};
use crate::gateway::crew::Crew;
use crate::gateway::mails::mails;
use crate::gateway::roster::{Mail, Roster};
use crate::gateway::session_task::SessionTask;
use crate::gateway::straggler::{Straggler, StragglerParts};
use crate::gateway::venue::Venue;
use fix_engine::session::store::StoreError;
use journal::entry::Entry;
use journal::participant::ParticipantChange;
use market::id::{CompId, ParticipantId};
use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use tracing::error;

/// Entries after which every session is told how far it has been told.
const MARK_ENTRIES: u64 = 8192;
/// How long sessions with full mailboxes may hold up the others, for each batch of entries.
const PATIENCE: Duration = Duration::from_millis(5);

/// The task that carries entries to sessions.
pub(crate) struct Dispatcher {
    pub(crate) venue: Arc<Venue>,
    pub(crate) reader: FeedReader,
    /// Where stragglers read.
    pub(crate) feed: Feed,
    /// The journal's end at the start: up to here it waits for everybody.
    pub(crate) journal_end: u64,
    pub(crate) sessions: Sessions,
    /// Sessions that are behind.
    pub(crate) stragglers: BTreeMap<ParticipantId, Straggler>,
    /// Says how far it is.
    pub(crate) position: watch::Sender<u64>,
}

/// The sessions and their tasks.
#[derive(Clone)]
pub(crate) struct Sessions {
    pub(crate) roster: Roster,
    pub(crate) crew: Crew,
}

impl Sessions {
    /// Opens the session of a participant and starts its task; the entry up to which it was told everything.
    ///
    /// # Errors
    /// When its store cannot be opened.
    pub(crate) fn add(
        &self,
        record: &ParticipantRecord,
        venue: &Arc<Venue>,
        journal_end: u64,
    ) -> Result<u64, StoreError> {
        let venue = Arc::clone(venue);
        let end = self.crew.stop.child_token();
        let (handle, task) = SessionTask::open(record, venue, journal_end, end.clone())?;
        let told = task.told().map_or(0, |told| told.entry);
        self.roster.add(record.id, handle);
        self.crew.spawn(task.run(end));
        Ok(told)
    }

    /// Tells every session that it has been told everything up to an entry.
    pub(crate) async fn mark(&self, seq: u64) {
        for (_, session) in self.roster.all() {
            let _gone = session.mailbox.send(Mail::Mark { seq }).await;
        }
    }
}

impl Dispatcher {
    /// Carries entries until `stop` or the feed's end.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut marked = self.reader.position();
        let lags = &self.venue.metrics.feed_lag_entries;
        let shown_lag = lags.with_label_values(&["sessions"]);
        let mut stopped = pin!(stop.cancelled());
        loop {
            let entries = tokio::select! {
                () = stopped.as_mut() => return,
                entries = self.reader.next() => entries,
            };
            let entries = match entries {
                Ok(entries) => entries,
                Err(FeedError::Closed) => return,
                Err(why) => {
                    error!(%why, "execution reports stop: the feed cannot be read");
                    self.venue.health.ail("sessions", why.to_string());
                    return;
                }
            };
            self.take_back();
            let mut patience = PATIENCE;
            for entry in &entries {
                self.carry(entry, &mut patience).await;
            }
            let position = self.reader.position();
            if position >= marked + MARK_ENTRIES {
                marked = position;
                self.mark(position);
            }
            let lag = i64::try_from(self.reader.lag()).unwrap_or(i64::MAX);
            shown_lag.set(lag);
            self.position.send_replace(position);
        }
    }

    /// Stragglers that have caught up are carried like everybody. Their tasks stand still until the position moves.
    fn take_back(&mut self) {
        let position = *self.position.borrow();
        self.stragglers
            .retain(|_, straggler| !straggler.is_at(position));
    }

    /// Those that have no room are told the next time.
    fn mark(&self, seq: u64) {
        for (participant, session) in self.sessions.roster.all() {
            if !self.stragglers.contains_key(&participant) {
                let _full_or_gone = session.mailbox.try_send(Mail::Mark { seq });
            }
        }
    }

    async fn carry(&mut self, entry: &Arc<Entry>, patience: &mut Duration) {
        match entry.change() {
            Some(ParticipantChange::Define { comp_id, .. }) => self.meet(*comp_id, entry.seq),
            Some(ParticipantChange::Remove { comp_id }) => self.part(*comp_id, entry.seq),
            _ => {}
        }
        let keeps_up = |participant| !self.stragglers.contains_key(&participant);
        for (participant, mail) in mails(entry, &self.venue.directory, keeps_up) {
            self.send(participant, mail, entry.seq, patience).await;
        }
    }

    /// A participant was defined: it has a session from now on. Unless it was removed meanwhile: the directory is ahead.
    fn meet(&self, comp_id: CompId, seq: u64) {
        let Some(record) = self.venue.directory.participant_by_comp_id(comp_id) else {
            return;
        };
        if record.credentials.is_none() || self.sessions.roster.session(record.id).is_some() {
            return;
        }
        if let Err(why) = self.sessions.add(&record, &self.venue, seq) {
            error!(%comp_id, %why, "the session's store cannot be opened");
            self.venue
                .health
                .ail("sessions", format!("session {comp_id}: {why}"));
        }
    }

    /// A participant was removed: its session ends, unless the session is of a later life of the participant.
    fn part(&mut self, comp_id: CompId, seq: u64) {
        let Some(record) = self.venue.directory.participant_by_comp_id(comp_id) else {
            return;
        };
        let session = self.sessions.roster.session(record.id);
        if let Some(session) = session.filter(|session| session.since < seq) {
            session.end.cancel();
            let reader = format!("session {comp_id}");
            self.venue.holds.release(&reader);
            self.sessions.roster.remove(record.id);
            self.stragglers.remove(&record.id);
        }
    }

    /// Puts mail into a session's mailbox, or lets the session fall behind: then this entry is carried to it again, and the
    /// session drops what it has had.
    async fn send(
        &mut self,
        participant: ParticipantId,
        mail: Mail,
        seq: u64,
        patience: &mut Duration,
    ) {
        if self.stragglers.contains_key(&participant) {
            return;
        }
        let Some(session) = self.sessions.roster.session(participant) else {
            return;
        };
        // A session task ends with the venue: what it misses then is told at the next start. Or its participant is removed.
        let Err(TrySendError::Full(mail)) = session.mailbox.try_send(mail) else {
            return;
        };
        if seq <= self.journal_end {
            let _gone = session.mailbox.send(mail).await;
            return;
        }
        let began = Instant::now();
        let sent = timeout(*patience, session.mailbox.send(mail)).await;
        *patience = patience.saturating_sub(began.elapsed());
        if sent.is_err() {
            let parts = StragglerParts {
                participant,
                mailbox: session.mailbox,
                venue: Arc::clone(&self.venue),
                feed: self.feed.subscribe(seq - 1),
                dispatched: self.position.subscribe(),
            };
            let straggler = Straggler::start(parts, &self.sessions.crew);
            self.stragglers.insert(participant, straggler);
        }
    }
}
