//! [`Dispatcher`]: reads the feed and puts into each session's mailbox what its participant is to be told, and which of its messages are
//! durable. It begins where the session that is furthest behind left off; sessions drop what they were told before. It adds the
//! sessions of participants that are defined while the venue runs.

use crate::entry::{Entry, Instruction, Origin};
use crate::feed::{FeedError, FeedReader};
use crate::gateway::crew::Crew;
use crate::gateway::outbound;
use crate::gateway::roster::{Mail, Roster};
use crate::gateway::session_task::SessionTask;
use crate::gateway::venue::Venue;
use crate::participant::ParticipantChange;
use fix_engine::session::store::StoreError;
use market::id::{CompId, ParticipantId};
use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::error;

/// Entries after which every session is told how far it has been told.
const MARK_ENTRIES: u64 = 8192;

/// The task that carries entries to sessions.
pub(crate) struct Dispatcher {
    pub(crate) venue: Arc<Venue>,
    pub(crate) feed: FeedReader,
    pub(crate) sessions: Sessions,
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
        participant: ParticipantId,
        comp_id: CompId,
        venue: &Arc<Venue>,
        journal_end: u64,
    ) -> Result<u64, StoreError> {
        let venue = Arc::clone(venue);
        let (handle, task) = SessionTask::open(participant, comp_id, venue, journal_end)?;
        let told = task.told().map_or(0, |told| told.entry);
        self.roster.add(participant, handle);
        self.crew.spawn(task.run(self.crew.stop.clone()));
        Ok(told)
    }

    /// Tells every session that it has been told everything up to an entry.
    pub(crate) async fn mark(&self, seq: u64) {
        for session in self.roster.all() {
            let _gone = session.mailbox.send(Mail::Mark { seq }).await;
        }
    }
}

impl Dispatcher {
    /// Carries entries until `stop` or the feed's end.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut marked = self.feed.position();
        loop {
            let entries = tokio::select! {
                () = stop.cancelled() => return,
                entries = self.feed.next() => entries,
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
            for entry in &entries {
                self.carry(entry).await;
            }
            let position = self.feed.position();
            if position >= marked + MARK_ENTRIES {
                marked = position;
                self.sessions.mark(position).await;
            }
            let lag = i64::try_from(self.feed.lag()).unwrap_or(i64::MAX);
            let lags = &self.venue.metrics.feed_lag_entries;
            lags.with_label_values(&["sessions"]).set(lag);
            self.position.send_replace(position);
        }
    }

    async fn carry(&self, entry: &Arc<Entry>) {
        if let Instruction::Participant(ParticipantChange::Define { comp_id, .. }) =
            &entry.instruction
        {
            self.meet(*comp_id, entry.seq);
        }
        for told in outbound::told(entry, &self.venue.directory) {
            let mail = Mail::Told {
                entry: Arc::clone(entry),
                event: told.event,
                cause: told.cause,
                body: told.body,
            };
            self.send(told.participant, mail).await;
        }
        if let Origin::Session {
            participant,
            msg_seq_num,
            ..
        } = entry.origin
        {
            self.send(participant, Mail::Confirm { msg_seq_num }).await;
        }
    }

    /// A participant was defined: it has a session from now on.
    fn meet(&self, comp_id: CompId, seq: u64) {
        let Some(record) = self.venue.directory.participant_by_comp_id(comp_id) else {
            return;
        };
        if self.sessions.roster.session(record.id).is_some() {
            return;
        }
        if let Err(why) = self.sessions.add(record.id, comp_id, &self.venue, seq) {
            error!(%comp_id, %why, "the session's store cannot be opened");
            self.venue
                .health
                .ail("sessions", format!("session {comp_id}: {why}"));
        }
    }

    async fn send(&self, participant: ParticipantId, mail: Mail) {
        if let Some(session) = self.sessions.roster.session(participant) {
            // A session task ends only when the venue does; what it misses then is told at the next start.
            let _gone = session.mailbox.send(mail).await;
        }
    }
}
