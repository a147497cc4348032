//! [`SessionTask`]: the life of one participant's session, connected or not. It owns the FIX session, its store and, at most, one
//! connection. In: mail (reports, confirmations, connections), messages of the peer, market data, time. Out: messages to the
//! peer, commands to the sequencer. It never waits for a socket, the sequencer or the publisher: what has no room is refused or ends
//! the connection, and everything that matters comes again by a resend.
//!
//! When the store fails, nothing more is told through it: the session ends its connection and stays away until the venue is started
//! again; then the journal tells what is missing.

mod acting;
mod alarm;
mod answering;
mod counting;
mod linking;
mod obeying;
mod ordering;
mod pacing;
mod turns;
mod user;

use crate::directory::record::ParticipantRecord;
use crate::gateway::connection::{Connection, Inbound};
use crate::gateway::floor::{Floor, files};
use crate::gateway::logon::Stranger;
use crate::gateway::marketdata::desk::Desk;
use crate::gateway::roster::{Claim, MAILBOX, Mail, SessionHandle, Standing};
use crate::gateway::session_task::alarm::Alarm;
use crate::gateway::session_task::linking::turn_away_waiting;
use crate::gateway::session_task::user::PasswordWish;
use crate::gateway::throttle::Throttle;
use crate::gateway::venue::Venue;
use crate::metrics::labels::DisconnectLabel;
use fix_engine::codec::body::Body;
use fix_engine::codec::message::Message;
use fix_engine::io::clock;
use fix_engine::io::file_store::{FileStore, FileStoreConfig};
use fix_engine::session::Session;
use fix_engine::session::action::Action;
use fix_engine::session::config::SessionConfig;
use fix_engine::session::input::{Cause, Input, Send};
use fix_engine::session::store::{Store, StoreError};
use journal::entry::TraceId;
use market::id::{CompId, ParticipantId};
use std::collections::{BTreeSet, VecDeque};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};
use tracing::{debug, warn};

/// Market data that waits for a session task; then the publisher skips it.
const TRANSIENT: usize = 256;
/// Entries after which the floor is written again.
const FLOOR_ENTRIES: u64 = 65_536;
/// How long a crowded connection may hold up the session's timers.
const CROWDED_WAIT: Duration = Duration::from_secs(1);
/// Resets of the numbers that are told apart within one life of a participant.
const LIFE: u32 = 1 << 20;
/// How long the peer has to answer our Logout when the venue closes.
const GOODBYE: Duration = Duration::from_secs(2);

/// One session.
pub(crate) struct SessionTask {
    participant: ParticipantId,
    comp_id: CompId,
    /// Which life of the participant: see [`ParticipantRecord::life`].
    life: u32,
    venue: Arc<Venue>,
    session: Session,
    store: FileStore,
    floor: Floor,
    /// The last cause that the participant was told; what is not after it is not told again.
    told: Option<Cause>,
    mailbox: mpsc::Receiver<Mail>,
    /// Market data from the publisher, with the number of the connection that it is for.
    transient: mpsc::Receiver<(u64, Body)>,
    transient_sender: mpsc::Sender<(u64, Body)>,
    link: Option<Link>,
    /// What the session is given with the next turn: see [`SessionTask::queue`].
    inputs: Vec<Input>,
    /// Actions of the session that are not carried out yet.
    actions: VecDeque<Action>,
    /// The mass status request that is being answered: the next one has to wait, since each is answered by all orders.
    mass_status: Option<u64>,
    /// How fast the peer may send, over all its connections.
    throttle: Throttle,
    /// Numbers of messages that came too fast and are not delivered yet.
    throttled: BTreeSet<u64>,
    /// A change of the password that is being checked.
    password_wish: Option<PasswordWish>,
    /// The entry of a kill whose reports are to be written before its operator is told.
    passing: Option<u64>,
    /// The way back into the mailbox for what is worked out elsewhere.
    own_mailbox: mpsc::WeakSender<Mail>,
    standing: Arc<Standing>,
}

/// A connection that has the session.
struct Link {
    connection: Connection,
    number: u64,
    desk: Desk,
    /// Whether the logon on it was completed.
    was_logged_on: bool,
    _claim: Claim,
}

/// What a session waits for.
enum Happening {
    Mail(Mail),
    Inbound(Inbound),
    Transient(u64, Body),
    Tick,
    Stop,
}

impl SessionTask {
    /// Opens a participant's session with what its store holds. The task starts with [`SessionTask::run`]. The journal ends at
    /// `journal_end`: what a store says beyond it was told of entries that a power cut took (durability `os` or `none`), and their
    /// numbers will be given to others.
    ///
    /// # Errors
    /// When the store cannot be opened.
    pub(crate) fn open(
        record: &ParticipantRecord,
        venue: Arc<Venue>,
        journal_end: u64,
        end: CancellationToken,
    ) -> Result<(SessionHandle, Self), StoreError> {
        let (participant, comp_id) = (record.id, record.comp_id);
        let (store_path, floor_path) = files(&venue.sessions, comp_id.as_str(), record.life);
        let keeping = FileStoreConfig {
            keep_days: venue.config.keep_days,
            ..FileStoreConfig::default()
        };
        let store = FileStore::open_with(store_path, keeping)?;
        let (floor, told) = Floor::open(floor_path, &store);
        let last = mark(journal_end);
        if told > Some(last) {
            warn!(%comp_id, journal_end, "the journal has lost entries that this session was told of");
        }
        // What was before its life is not for it.
        let told = told.min(Some(last)).max(Some(mark(record.since)));
        let (sender, mailbox) = mpsc::channel(MAILBOX);
        let (transient_sender, transient) = mpsc::channel(TRANSIENT);
        let standing = Arc::new(Standing::default());
        let fix = &venue.config;
        let throttle = Throttle::new(fix.messages_per_sec, fix.messages_burst, clock::now());
        let mut task = Self {
            participant,
            comp_id,
            life: record.life,
            session: Session::new(config(participant, comp_id, &venue)),
            venue,
            store,
            floor,
            told,
            mailbox,
            transient,
            transient_sender,
            link: None,
            inputs: Vec::new(),
            actions: VecDeque::new(),
            mass_status: None,
            throttle,
            throttled: BTreeSet::new(),
            password_wish: None,
            passing: None,
            own_mailbox: sender.downgrade(),
            standing: Arc::clone(&standing),
        };
        if let Some(told) = task.told {
            task.hold(told);
        }
        task.skip_journalled();
        task.show_reset_due();
        let handle = SessionHandle {
            comp_id,
            life: record.life,
            since: record.since,
            mailbox: sender,
            standing,
            end,
        };
        Ok((handle, task))
    }

    /// The last cause that the participant was told.
    pub(crate) fn told(&self) -> Option<Cause> {
        self.told
    }

    /// Lives until `stop`, then says goodbye.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut stopped = pin!(stop.cancelled());
        let mut alarm = Alarm::new();
        loop {
            match self.wait(stopped.as_mut(), &mut alarm).await {
                Happening::Stop => break,
                happening => self.take(happening),
            }
            self.take_reports();
            self.carry_out();
            self.take_messages();
            if let Some(link) = &mut self.link {
                link.connection.write().await;
            }
            self.pass();
            self.venue.submitter.see_to_it();
        }
        self.say_goodbye().await;
    }

    /// The journal knows what was taken before a crash: it is not asked for again. Numbers that the schedule begins anew are first.
    fn skip_journalled(&mut self) {
        self.handle(Input::Tick);
        let journalled = self
            .venue
            .directory
            .last_inbound(self.participant, self.incarnation());
        if let Some(last) = journalled
            && last >= self.store.next_in()
        {
            self.handle(Input::SetNumbers {
                next_in: Some(last + 1),
                next_out: None,
            });
        }
        self.carry_out();
    }

    async fn wait(
        &mut self,
        stopped: Pin<&mut WaitForCancellationFuture<'_>>,
        alarm: &mut Alarm,
    ) -> Happening {
        let tick = self.until_tick();
        let listens = self.session.wants_messages();
        let crowded = |link: &Link| link.connection.is_crowded();
        let is_crowded = self.link.as_ref().is_some_and(crowded);
        alarm.set(if is_crowded {
            tick.map(|tick| tick.max(CROWDED_WAIT))
        } else {
            tick
        });
        tokio::select! {
            () = stopped => Happening::Stop,
            // Nobody can write any more: the gateway is dropped, and this task ends with it, without a goodbye.
            Some(mail) = self.mailbox.recv() => Happening::Mail(mail),
            inbound = next_inbound(self.link.as_mut(), listens) => Happening::Inbound(inbound),
            transient = self.transient.recv() => match transient {
                Some((number, body)) => Happening::Transient(number, body),
                None => Happening::Stop,
            },
            () = alarm.rings() => Happening::Tick,
        }
    }

    fn until_tick(&self) -> Option<Duration> {
        self.session.next_timeout().map(|at| {
            let nanos = at.nanos_since(clock::now());
            Duration::from_nanos(u64::try_from(nanos).unwrap_or(0))
        })
    }

    fn take(&mut self, happening: Happening) {
        match happening {
            Happening::Mail(Mail::Told {
                entry,
                event,
                cause,
                body,
            }) => self.tell(&entry, event, cause, body),
            Happening::Mail(Mail::Confirm { msg_seq_num }) => self.confirm(msg_seq_num),
            Happening::Mail(Mail::Mark { seq }) => self.mark(seq),
            Happening::Mail(Mail::Pass { seq }) => self.passing = Some(seq),
            Happening::Mail(Mail::Password(changed)) => self.password(changed),
            Happening::Mail(Mail::Revoked) => self.cut_revoked(),
            Happening::Mail(Mail::Attach(attachment)) => self.attach(*attachment),
            Happening::Mail(Mail::Bid { seq, bidding }) => self.obey(seq, bidding),
            Happening::Inbound(inbound) => self.hear(inbound),
            Happening::Transient(number, body) => {
                if self.link.as_ref().is_some_and(|link| link.number == number) {
                    self.handle(Input::Send(body, Send::Transient));
                }
            }
            Happening::Tick => self.handle(Input::Tick),
            Happening::Stop => {}
        }
    }

    /// Says that the reports of a kill are written, once nothing waits for the socket any more.
    fn pass(&mut self) {
        let waits = |link: &Link| link.connection.has_unwritten();
        if self.passing.is_some()
            && !self.link.as_ref().is_some_and(waits)
            && let Some(seq) = self.passing.take()
        {
            self.standing.passed.send_replace(seq);
        }
    }

    /// Everything up to an entry has been told: remembered now and then.
    fn mark(&mut self, seq: u64) {
        self.carry_out();
        if self.has_failed() {
            return;
        }
        self.told = self.told.max(Some(mark(seq)));
        if seq >= self.floor.written() + FLOOR_ENTRIES {
            self.write_floor();
        }
    }

    /// What was told up to here is told for good: after a restart, what is behind it may be asked of the journal again.
    fn hold(&self, told: Cause) {
        let reader = format!("session {}", self.comp_id);
        self.venue.holds.set(&reader, told.entry.saturating_sub(1));
    }

    fn write_floor(&mut self) {
        let Some(told) = self.told else {
            return;
        };
        match self.floor.write(told, &self.store) {
            Ok(()) => self.hold(told),
            Err(why) => {
                warn!(comp_id = %self.comp_id, %why, "the session's floor cannot be written");
            }
        }
    }

    /// How often the numbers began at 1, with the lives before: no two conversations of a participant share it.
    fn incarnation(&self) -> u32 {
        let resets = u32::try_from(self.store.incarnation()).unwrap_or(u32::MAX);
        let former_lives = self.life.saturating_sub(1);
        former_lives
            .saturating_mul(LIFE)
            .saturating_add(resets.min(LIFE - 1))
    }

    /// Logs out in good order and leaves the store as it is to be found.
    async fn say_goodbye(mut self) {
        let why = self.welcome().err().unwrap_or(Stranger::Closing);
        if let Some(text) = why.text() {
            self.handle(Input::Logout { text });
        }
        self.carry_out();
        let deadline = tokio::time::Instant::now() + GOODBYE;
        while let Some(link) = &mut self.link {
            let inbound = tokio::time::timeout_at(deadline, link.connection.next(true)).await;
            match inbound {
                Ok(inbound) => self.hear(inbound),
                Err(_) => self.unlink(DisconnectLabel::LoggedOut, Connection::close),
            }
            self.carry_out();
            self.venue.submitter.see_to_it();
        }
        if !self.has_failed() {
            self.write_floor();
        }
        let Self { store, comp_id, .. } = self;
        if let Err(why) = store.close() {
            warn!(%comp_id, %why, "the session's store was not closed in good order");
        }
        turn_away_waiting(self.mailbox, &why, comp_id, &self.venue);
    }

    /// One line for each message that becomes a command; the trace id leads to journal and bus.
    fn trace(&self, message: &Message) -> TraceId {
        let trace = TraceId::random();
        debug!(comp_id = %self.comp_id, trace_id = %trace, msg_type = message.msg_type(), "received");
        trace
    }
}

/// Everything that an entry, and those before it, caused.
fn mark(entry: u64) -> Cause {
    Cause {
        entry,
        index: u32::MAX,
    }
}

/// The settings of a participant's session.
fn config(participant: ParticipantId, comp_id: CompId, venue: &Venue) -> SessionConfig {
    let fix = &venue.config;
    let secs = |secs: u64| u32::try_from(secs).unwrap_or(u32::MAX);
    let record = venue.directory.participant(participant);
    let credentials = record.as_ref().and_then(|it| it.credentials.as_ref());
    let mut config = SessionConfig::acceptor(fix.sender_comp_id.as_str(), comp_id.as_str())
        .with_dictionary(Arc::clone(&venue.dictionary));
    config.heart_bt_int_secs_allowed = secs(fix.heartbeat_min_secs)..=secs(fix.heartbeat_max_secs);
    config.sending_time_window_secs = secs(fix.sending_time_window_secs);
    config.logon_wait_secs = secs(fix.logon_timeout_secs);
    config.schedule = venue.schedules.of(comp_id);
    config.reset_on_logon = credentials.is_some_and(|it| it.reset_on_logon);
    config
}

async fn next_inbound(link: Option<&mut Link>, listens: bool) -> Inbound {
    match link {
        Some(link) => link.connection.next(listens).await,
        None => std::future::pending().await,
    }
}
