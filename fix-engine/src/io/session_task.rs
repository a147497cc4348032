//! The life of one session, connected or not: the crate's drive loop. It owns the session, its store, its
//! application and, at most, one connection. In: mail, what the peer sends, time. Out: bytes to the peer, messages to the
//! application. It waits for nothing but these three: a peer that does not read loses its connection, and everything that
//! matters comes again by a resend.
//!
//! What one read brought is one turn: one commit of the store, and one more for what the application answers; one write.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::{Semaphore, mpsc};
use tokio_util::task::TaskTracker;

use crate::codec::message::Message;
use crate::io::application::{Application, Event, Observer, SessionId, Taken, Turn};
use crate::io::clock::{Alarm, Clock};
use crate::io::frames::Frame;
use crate::io::handle::{Claim, MAILBOX, Mail, SessionHandle, SessionStatus};
use crate::io::link::{CROWDED_WAIT_SECS, Link, LinkLimits, Peer};
use crate::session::Session;
use crate::session::action::{Action, DisconnectReason};
use crate::session::config::SessionConfig;
use crate::session::input::{Cause, Input};
use crate::session::store::Store;
use crate::time::Timestamp;

/// Pieces of a resend that there is room for, whatever the limit in messages.
const RESEND_ROOM: usize = 8;

/// Everything that makes a session.
pub struct SessionParts {
    /// What was agreed with the counterparty.
    pub config: SessionConfig,
    /// Where numbers and messages are kept.
    pub store: Box<dyn Store + core::marker::Send>,
    /// What the program does with its messages.
    pub application: Box<dyn Application>,
}

/// What sessions of one acceptor or initiator have in common.
#[derive(Clone)]
pub(crate) struct Common {
    pub(crate) limits: LinkLimits,
    pub(crate) clock: Clock,
    pub(crate) observer: Arc<dyn Observer>,
    /// Connections that say their last words.
    pub(crate) closing: TaskTracker,
}

/// One session.
pub(crate) struct SessionTask {
    id: Arc<SessionId>,
    session: Session,
    store: Box<dyn Store + core::marker::Send>,
    application: Box<dyn Application>,
    common: Common,
    mailbox: mpsc::Receiver<Box<Mail>>,
    link: Option<(Link, Claim)>,
    alarm: Alarm,
    /// What the next message of the application's is caused by, unless it says so itself.
    next_cause: Cause,
    logons: u64,
    /// What came and is not given to the session yet: more than [`Session::room`].
    pending: VecDeque<Frame>,
    /// Room for what the session is given, and what it wants done.
    inputs: Vec<Input>,
    actions: Vec<Action>,
    frames: Vec<Frame>,
    #[expect(
        clippy::vec_box,
        reason = "a mailbox has room for 32 letters from the start: boxes keep it small"
    )]
    mails: Vec<Box<Mail>>,
    /// Until when a crowded connection holds up the session's timers.
    held_up: Option<Timestamp>,
    /// It is to end as soon as it has no connection.
    is_stopping: bool,
    /// Nobody has a handle any more.
    is_orphan: bool,
}

/// Why the task woke up.
enum Woken {
    /// Mail, frames, or both.
    Work,
    Due,
    Lost(io::Error),
}

impl SessionTask {
    /// A session; it lives once it is [`SessionTask::run`].
    pub(crate) fn new(parts: SessionParts, common: Common) -> (SessionHandle, SessionTask) {
        let SessionParts {
            config,
            store,
            application,
        } = parts;
        let mut common = common;
        let limits = &mut common.limits;
        // a resend must not look like a slow consumer
        limits.outbound_max_messages = limits
            .outbound_max_messages
            .max(config.resend_chunk.saturating_mul(RESEND_ROOM));
        let (sender, mailbox) = mpsc::channel(MAILBOX);
        let id = Arc::new(SessionId {
            ours: config.sender_comp_id.clone(),
            theirs: config.target_comp_id.clone(),
        });
        let last = store.last_cause().map_or(0, |cause| cause.entry);
        let task = SessionTask {
            id: Arc::clone(&id),
            session: Session::new(config),
            store,
            application,
            alarm: Alarm::new(common.clock.clone()),
            common,
            mailbox,
            link: None,
            next_cause: Cause {
                entry: last.saturating_add(1),
                index: 0,
            },
            logons: 0,
            pending: VecDeque::new(),
            inputs: Vec::new(),
            actions: Vec::new(),
            frames: Vec::new(),
            mails: Vec::new(),
            held_up: None,
            is_stopping: false,
            is_orphan: false,
        };
        let handle = SessionHandle {
            id,
            mailbox: sender,
            place: Arc::new(Semaphore::new(1)),
        };
        (handle, task)
    }

    /// Lives until it is stopped or nobody has a handle any more.
    pub(crate) async fn run(mut self) {
        // what the store holds decides how it stands
        self.inputs.push(Input::Tick);
        self.turn();
        while !(self.is_stopping && self.link.is_none()) {
            match poll_fn(|context| self.poll_woken(context)).await {
                Woken::Work => self.work(),
                Woken::Due => {
                    self.held_up = None;
                    self.inputs.push(Input::Tick);
                    self.turn();
                    // a long resend is a tick for each piece: others come in between
                    tokio::task::yield_now().await;
                }
                Woken::Lost(error) => {
                    self.work();
                    self.lose(&error.to_string());
                    self.turn();
                }
            }
        }
    }

    fn poll_woken(&mut self, context: &mut Context<'_>) -> Poll<Woken> {
        let mut is_ready = self.poll_mail(context);
        let mut deadline = self.session.next_timeout();
        if let Some((link, _)) = &mut self.link {
            let listens =
                self.pending.is_empty() && self.session.wants_messages() && !link.is_crowded();
            match link.poll_progress(context, listens, &mut self.frames) {
                Poll::Ready(Ok(())) => is_ready = true,
                Poll::Ready(Err(error)) => return Poll::Ready(Woken::Lost(error)),
                Poll::Pending => {}
            }
            if link.is_crowded() {
                let clock = &self.common.clock;
                let held_up = self
                    .held_up
                    .get_or_insert_with(|| clock.now().plus_secs(CROWDED_WAIT_SECS));
                deadline = deadline.max(Some(*held_up));
            } else {
                self.held_up = None;
            }
        }
        if is_ready || !self.pending.is_empty() && self.session.wants_messages() {
            return Poll::Ready(Woken::Work);
        }
        self.alarm.poll_due(context, deadline).map(|()| Woken::Due)
    }

    /// Whether mail came. Once nobody has a handle the session logs out and ends.
    fn poll_mail(&mut self, context: &mut Context<'_>) -> bool {
        if self.is_orphan {
            return false;
        }
        match self
            .mailbox
            .poll_recv_many(context, &mut self.mails, MAILBOX)
        {
            Poll::Ready(0) => {
                self.is_orphan = true;
                self.stop(String::new());
                true
            }
            Poll::Ready(_) => true,
            Poll::Pending => false,
        }
    }

    /// Frames and mail as one turn.
    fn work(&mut self) {
        for frame in self.frames.drain(..) {
            if let Frame::Message(message) = &frame {
                self.common.observer.received(&self.id, message);
            }
            self.pending.push_back(frame);
        }
        let room = self.session.room().min(self.pending.len());
        self.inputs
            .extend(self.pending.drain(..room).map(Input::from));
        let mut mails = std::mem::take(&mut self.mails);
        mails.drain(..).for_each(|mail| self.open(*mail));
        self.mails = mails;
        self.turn();
    }

    fn open(&mut self, mail: Mail) {
        match mail {
            Mail::Input(input) => self.inputs.push(input),
            Mail::Send(body) => {
                let now = self.common.clock.now();
                Turn::new(now, &mut self.next_cause, &mut self.inputs).send(body);
            }
            Mail::Attach { peer, logon, claim } => self.attach(*peer, logon, claim),
            Mail::Status(ask) => {
                // what was asked for before comes first
                self.turn();
                let _gone = ask.send(self.status());
            }
            Mail::Stop { text } => self.stop(text),
        }
    }

    fn stop(&mut self, text: String) {
        self.is_stopping = true;
        self.inputs.push(Input::Logout { text });
    }

    fn attach(&mut self, peer: Peer, logon: Option<Message>, claim: Claim) {
        if self.is_stopping {
            return;
        }
        self.tell(&Event::Connected(peer.address));
        self.pending.clear();
        let mut link = Link::new(peer, self.common.limits);
        link.set_check_sum(self.session.config().check_sum);
        self.link = Some((link, claim));
        self.inputs.push(Input::Connected);
        if let Some(logon) = logon {
            self.common.observer.received(&self.id, &logon);
            self.inputs.push(Input::Message(logon));
        }
    }

    fn status(&self) -> SessionStatus {
        let link = self.link.as_ref().map(|(link, _)| link);
        SessionStatus {
            is_connected: link.is_some(),
            is_logged_on: self.session.is_logged_on(),
            wants_messages: self.session.wants_messages(),
            next_in: self.session.next_in(),
            next_out: self.store.next_out(),
            durable_in: self.store.next_in(),
            incarnation: self.store.incarnation(),
            next_timeout: self.session.next_timeout(),
            bytes_in: link.map_or(0, Link::bytes_in),
            bytes_out: link.map_or(0, Link::bytes_out),
            logons: self.logons,
            hours: self.session.hours(self.common.clock.now()),
        }
    }

    /// Gives the session its inputs and carries out what it wants done, until neither is left.
    fn turn(&mut self) {
        let now = self.common.clock.now();
        while !self.inputs.is_empty() {
            let mut inputs = std::mem::take(&mut self.inputs);
            let mut actions = std::mem::take(&mut self.actions);
            self.session
                .handle_batch(now, inputs.drain(..), self.store.as_mut(), &mut actions);
            // what the application says while the actions are carried out is the next batch
            self.inputs = inputs;
            for action in actions.drain(..) {
                self.carry_out(now, action);
            }
            self.actions = actions;
        }
    }

    fn carry_out(&mut self, now: Timestamp, action: Action) {
        match action {
            Action::Transmit(bytes) => self.transmit(&bytes),
            Action::Deliver(message) => self.deliver(now, &message),
            Action::PeerRejected(message) => {
                self.tell(&Event::PeerRejected(&message));
                let mut turn = Turn::new(now, &mut self.next_cause, &mut self.inputs);
                self.application.on_reject(&message, &mut turn);
            }
            Action::LoggedOn => {
                self.logons += 1;
                self.tell(&Event::LoggedOn);
                let mut turn = Turn::new(now, &mut self.next_cause, &mut self.inputs);
                self.application.on_logon(&mut turn);
            }
            Action::LoggedOut { text } => {
                self.tell(&Event::LoggedOut(&text));
                let mut turn = Turn::new(now, &mut self.next_cause, &mut self.inputs);
                self.application.on_logout(&text, &mut turn);
            }
            Action::WasReset => self.tell(&Event::WasReset),
            Action::Noted(note) => self.tell(&Event::Noted(&note)),
            Action::Disconnect { why } => self.disconnect(&why),
            Action::StoreFailed(error) => self.tell(&Event::StoreFailed(&error)),
        }
    }

    fn transmit(&mut self, bytes: &[u8]) {
        let Some((link, _)) = &mut self.link else {
            return;
        };
        self.common.observer.sent(&self.id, bytes);
        if let Err(full) = link.put(bytes) {
            self.lose(&full.to_string());
        }
    }

    fn deliver(&mut self, now: Timestamp, message: &Message) {
        let mut turn = Turn::new(now, &mut self.next_cause, &mut self.inputs);
        let taken = self.application.on_message(message, &mut turn);
        if taken == Taken::Done
            && let Ok(msg_seq_num) = message.msg_seq_num()
        {
            turn.confirm(msg_seq_num);
        }
    }

    fn disconnect(&mut self, why: &DisconnectReason) {
        self.tell(&Event::Disconnected(why));
        self.pending.clear();
        if let Some((link, claim)) = self.link.take() {
            if link.is_crowded() {
                self.tell(&Event::Lost(&link.full().to_string()));
            }
            drop(claim);
            self.common.closing.spawn(link.close());
        }
    }

    /// The connection broke, or is given up without a word.
    fn lose(&mut self, why: &str) {
        self.pending.clear();
        if self.link.take().is_some() {
            self.tell(&Event::Lost(why));
            self.inputs.push(Input::Disconnected);
        }
    }

    fn tell(&self, event: &Event<'_>) {
        self.common.observer.session(&self.id, event);
    }
}
