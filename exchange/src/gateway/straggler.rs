//! [`Straggler`]: a session that takes its mail more slowly than the venue goes on. So that it holds up nobody, it gets a task of its own
//! that reads the feed for it and waits for it alone. In: the feed, and how far the dispatcher is. Out: the same mail in the same order.
//!
//! The task never passes the dispatcher. While it stands where the dispatcher stands, the dispatcher may take the session back.

use crate::feed::{FeedError, FeedReader};
use crate::gateway::crew::Crew;
use crate::gateway::mails::mails;
use crate::gateway::roster::Mail;
use crate::gateway::venue::Venue;
use journal::entry::Entry;
use market::id::ParticipantId;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::{debug, error};

/// A session that is behind; dropping it ends its task.
#[derive(Debug)]
pub(crate) struct Straggler {
    /// The last entry of which the session has had all its mail.
    position: Arc<AtomicU64>,
    _ends_with_it: DropGuard,
}

/// What a straggler's task begins with.
pub(crate) struct StragglerParts {
    pub(crate) participant: ParticipantId,
    pub(crate) mailbox: mpsc::Sender<Mail>,
    pub(crate) venue: Arc<Venue>,
    /// After the last entry of which the session has had all its mail.
    pub(crate) feed: FeedReader,
    /// How far the dispatcher is.
    pub(crate) dispatched: watch::Receiver<u64>,
}

impl Straggler {
    /// Starts its task.
    pub(crate) fn start(parts: StragglerParts, crew: &Crew) -> Self {
        debug!(participant = %parts.participant, entry = parts.feed.position(), "a session is behind");
        let position = Arc::new(AtomicU64::new(parts.feed.position()));
        let end = crew.stop.child_token();
        let guard = end.clone().drop_guard();
        let task = Carrier {
            parts,
            waiting: VecDeque::new(),
            position: Arc::clone(&position),
            end,
        };
        crew.spawn(task.run());
        Self {
            position,
            _ends_with_it: guard,
        }
    }

    /// Whether the session has had all its mail up to `entry`.
    pub(crate) fn is_at(&self, entry: u64) -> bool {
        self.position.load(Ordering::Acquire) >= entry
    }
}

/// Carries mail to one session.
struct Carrier {
    parts: StragglerParts,
    /// Entries of the feed that the dispatcher has not reached, or that are to be carried next.
    waiting: VecDeque<Arc<Entry>>,
    position: Arc<AtomicU64>,
    end: CancellationToken,
}

impl Carrier {
    async fn run(mut self) {
        let end = self.end.clone();
        tokio::select! {
            biased;
            () = end.cancelled() => {}
            ended = self.work() => if let Err(why) = ended {
                error!(%why, participant = %self.parts.participant, "execution reports stop: the feed cannot be read");
                self.parts.venue.health.ail("sessions", why.to_string());
            },
        }
    }

    async fn work(&mut self) -> Result<(), FeedError> {
        loop {
            let until = *self.parts.dispatched.borrow_and_update();
            // Read after the dispatcher's place: a session that was taken back before it moved on is seen here.
            if self.end.is_cancelled() {
                return Ok(());
            }
            match self.carry_until(until).await {
                Ok(()) => {}
                Err(FeedError::Closed) => return Ok(()),
                Err(why) => return Err(why),
            }
            if self.parts.dispatched.changed().await.is_err() {
                return Ok(());
            }
        }
    }

    async fn carry_until(&mut self, until: u64) -> Result<(), FeedError> {
        while self.position.load(Ordering::Relaxed) < until {
            if self.waiting.is_empty() {
                self.waiting.extend(self.parts.feed.next().await?);
            }
            while let Some(entry) = self.waiting.pop_front_if(|entry| entry.seq <= until) {
                self.carry(&entry).await;
                self.position.store(entry.seq, Ordering::Release);
            }
        }
        Ok(())
    }

    async fn carry(&self, entry: &Arc<Entry>) {
        let StragglerParts {
            participant,
            mailbox,
            venue,
            ..
        } = &self.parts;
        let is_mine = |one: ParticipantId| one == *participant;
        for (_, mail) in mails(entry, &venue.directory, is_mine) {
            // A session task ends with the venue: what it misses then is told at the next start. Or its participant is removed.
            let _gone = mailbox.send(mail).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::config::JournalConfig;
    use crate::directory::Directory;
    use crate::feed::Feed;
    use crate::gateway::dispatcher::{Dispatcher, Sessions};
    use crate::gateway::roster::{Roster, SessionHandle};
    use crate::hub;
    use fix_engine::session::input::Cause;
    use journal::disk::Files;
    use journal::entry::{Instruction, Origin, TraceId};
    use journal::segment::Segments;
    use market::command::Command;
    use market::event::Event;
    use market::time::Timestamp;
    use std::collections::BTreeMap;
    use std::path::PathBuf;
    use std::time::Duration;
    use tokio::time::timeout;

    const PATIENCE: Duration = Duration::from_secs(30);
    const SLOW: ParticipantId = ParticipantId(0);
    const QUICK: ParticipantId = ParticipantId(1);
    const ROOM: usize = 2;

    fn session(roster: &Roster, participant: ParticipantId) -> mpsc::Receiver<Mail> {
        let (mailbox, mail) = mpsc::channel(ROOM);
        let handle = SessionHandle {
            comp_id: format!("P{participant}").parse().unwrap(),
            life: 1,
            since: 0,
            mailbox,
            standing: Arc::default(),
            end: CancellationToken::new(),
        };
        roster.add(participant, handle);
        mail
    }

    /// An entry that each of the two is told `reports` times of; its origin is one of them.
    fn entry(seq: u64, reports: usize) -> Arc<Entry> {
        let to = |participant| Event::OrderStatus {
            participant,
            request_id: None,
            cl_ord_id: None,
            order: None,
            total: 0,
            last: true,
        };
        let participant = if seq.is_multiple_of(2) { SLOW } else { QUICK };
        Arc::new(Entry {
            seq,
            at: Timestamp::from_nanos(0),
            origin: Origin::Session {
                participant,
                incarnation: 0,
                msg_seq_num: seq,
            },
            trace: TraceId(0),
            instruction: Instruction::Market(Command::EndOfDay),
            events: [to(SLOW), to(QUICK)].repeat(reports),
        })
    }

    /// What a session is to be told, in order: causes, and the numbers of its messages that are durable.
    fn expected(participant: ParticipantId, entries: &[Arc<Entry>]) -> Vec<String> {
        let mut all = Vec::new();
        for entry in entries {
            for (_, mail) in mails(entry, &Directory::new(), |one| one == participant) {
                all.push(match mail {
                    Mail::Told { cause, .. } => format!("{cause:?}"),
                    _ => format!("confirmed {}", entry.seq),
                });
            }
        }
        all
    }

    /// Takes mail like a session: what it was told before is dropped.
    struct Reader {
        mail: mpsc::Receiver<Mail>,
        told: Option<Cause>,
        all: Vec<String>,
    }

    impl Reader {
        async fn read(&mut self, until: usize) {
            while self.all.len() < until {
                let mail = timeout(PATIENCE, self.mail.recv()).await;
                match mail.expect("more mail comes").unwrap() {
                    Mail::Told { cause, .. } if self.told.is_some_and(|told| cause <= told) => {}
                    Mail::Told { cause, .. } => {
                        self.told = Some(cause);
                        self.all.push(format!("{cause:?}"));
                    }
                    Mail::Confirm { msg_seq_num } => {
                        self.all.push(format!("confirmed {msg_seq_num}"));
                    }
                    Mail::Mark { .. }
                    | Mail::Pass { .. }
                    | Mail::Password(_)
                    | Mail::Revoked
                    | Mail::Attach(_)
                    | Mail::Bid { .. } => {}
                }
            }
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_session_that_takes_no_mail_holds_up_nobody_and_misses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Box::new(SystemClock::default());
        let config = JournalConfig::default();
        let (hub, running) = hub::open(&config, folder.path(), Box::new(Files), clock).unwrap();
        let crew = Crew::new();
        let roster = Roster::default();
        let reader = |mail| Reader {
            mail,
            told: None,
            all: Vec::new(),
        };
        let mut slow = reader(session(&roster, SLOW));
        let mut quick = reader(session(&roster, QUICK));
        let feed = Feed::new(Segments::default(), 0, 100_000);
        let (position, _keep) = watch::channel(0);
        let dispatcher = Dispatcher {
            venue: Arc::new(Venue::alone(&hub, PathBuf::new())),
            reader: feed.subscribe(0),
            feed: feed.clone(),
            journal_end: 0,
            sessions: Sessions {
                roster,
                crew: crew.clone(),
            },
            stragglers: BTreeMap::new(),
            position,
        };
        crew.spawn(dispatcher.run(crew.stop.clone()));
        let entries: Vec<_> = (1..=400)
            .map(|seq| entry(seq, 1 + usize::try_from(seq % 5).unwrap()))
            .collect();
        for (round, some) in entries.chunks(40).enumerate() {
            feed.publish(some.iter().cloned());
            let done = &entries[..(round + 1) * 40];
            // The slow one reads nothing meanwhile; every other time it catches up wholly, else by half of what is new.
            quick.read(expected(QUICK, done).len()).await;
            let all = expected(SLOW, done).len();
            let half = slow.all.len() + (all - slow.all.len()) / 2;
            slow.read(if round % 2 == 0 { half } else { all }).await;
        }
        slow.read(expected(SLOW, &entries).len()).await;
        assert_eq!(quick.all, expected(QUICK, &entries));
        assert_eq!(slow.all, expected(SLOW, &entries));
        crew.stop.cancel();
        crew.tasks.close();
        timeout(PATIENCE, crew.tasks.wait()).await.expect("all end");
        running.shut_down().unwrap();
    }
}
