//! The session's own memory: what it knows between two inputs, and how to ask for it. The behaviour stands in the
//! files beside this one, each of which adds to [`Session`]; `handle.rs` is their top.

use bytes::BytesMut;

use crate::session::action::Action;
use crate::session::config::SessionConfig;
use crate::session::early::Early;
use crate::session::hours::Hours;
use crate::session::pace::Pace;
use crate::session::peer_resets::PeerResets;
use crate::session::resend::Resends;
use crate::session::state::State;
use crate::session::store::{Store, StoreError};
use crate::session::timers::Timers;
use crate::session::unconfirmed::Unconfirmed;
use crate::time::Timestamp;

/// One session between two CompIDs. Lives as long as the process; connections come and go.
#[derive(Debug)]
pub struct Session {
    /// What was agreed with the counterparty; never changes.
    pub(super) config: SessionConfig,
    /// Where the conversation stands.
    pub(super) state: State,
    /// What the schedule says; `None` without one.
    pub(super) hours: Option<Hours>,
    /// When to wake up, and why.
    pub(super) timers: Timers,
    /// HeartBtInt (108) of this connection, in seconds.
    pub(super) heart_bt_int_secs: u32,
    /// The next MsgSeqNum (34) expected from the peer. At or ahead of what the store holds.
    pub(super) next_in: u64,
    /// Delivered messages whose effect is not durable yet.
    pub(super) unconfirmed: Unconfirmed,
    /// Messages that came before their turn, and what was asked for again.
    pub(super) early: Early,
    /// Ranges that the peer asked for and that are not wholly sent yet.
    pub(super) resends: Resends,
    /// How fast they go.
    pub(super) pace: Pace,
    /// How often the peer has reset the numbers of late.
    pub(super) peer_resets: PeerResets,
    /// Whether a TestRequest (1) of ours is unanswered.
    pub(super) is_testing: bool,
    /// How many TestRequests were sent; makes each TestReqID (112) different.
    pub(super) test_requests_sent: u64,
    /// The store's next outbound number after the last turn, for status.
    pub(super) next_out: u64,
    /// The first of our messages that is kept and not sent although our Logon (A) is out: sent once the peer's is here.
    pub(super) unsent: Option<u64>,
    /// The number of a Logon (A) that came before its turn and was answered at once.
    pub(super) early_logon: Option<u64>,
    /// Whether the driver was told that the session is logged on, and not yet that it is not any more.
    pub(super) is_announced: bool,
    /// Room to encode messages in.
    pub(super) scratch: BytesMut,
}

impl Session {
    /// A session that is not connected.
    #[must_use]
    pub fn new(config: SessionConfig) -> Session {
        Session {
            heart_bt_int_secs: config.heart_bt_int_secs,
            unconfirmed: Unconfirmed::new(config.max_unconfirmed),
            early: Early::new(config.max_early, config.max_early_bytes),
            resends: Resends::default(),
            pace: Pace::default(),
            peer_resets: PeerResets::default(),
            hours: config.schedule.clone().map(Hours::new),
            config,
            state: State::Disconnected,
            timers: Timers::default(),
            next_in: 1,
            is_testing: false,
            unsent: None,
            early_logon: None,
            is_announced: false,
            scratch: BytesMut::new(),
            test_requests_sent: 0,
            next_out: 1,
        }
    }

    /// A session that is logged on already and expects the message `next_in`: to see what it does with one message.
    pub(crate) fn logged_on(config: SessionConfig, next_in: u64) -> Session {
        let mut session = Session::new(config);
        session.state = State::LoggedOn;
        session.next_in = next_in;
        session.is_announced = true;
        session
    }

    /// When [`super::input::Input::Tick`] is due at the latest; `None` while nothing waits for the time.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Timestamp> {
        let change = self.hours.as_ref().and_then(Hours::next_look);
        self.timers.next().into_iter().chain(change).min()
    }

    /// Whether both sides have exchanged Logon (A) and neither Logout (5).
    #[must_use]
    pub fn is_logged_on(&self) -> bool {
        self.state == State::LoggedOn
    }

    /// Whether a connection belongs to the session, logged on or not.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.state != State::Disconnected
    }

    /// Whether the driver may give the session another message: `false` while [`SessionConfig::max_unconfirmed`]
    /// delivered messages wait for [`super::input::Input::Confirm`]. Messages given all the same are kept as long as they fit
    /// among the early ones, then the connection ends.
    #[must_use]
    pub fn wants_messages(&self) -> bool {
        !self.unconfirmed.is_full()
    }

    /// How many messages the driver may give the session at once ([`Session::handle_batch`]): 0 exactly while it
    /// does not want any ([`Session::wants_messages`]).
    #[must_use]
    pub fn room(&self) -> usize {
        self.unconfirmed.room()
    }

    /// The next MsgSeqNum (34) expected from the peer.
    #[must_use]
    pub fn next_in(&self) -> u64 {
        self.next_in
    }

    /// The next MsgSeqNum (34) that this side will use, as of the last turn.
    #[must_use]
    pub fn next_out(&self) -> u64 {
        self.next_out
    }

    /// How many delivered messages wait for [`super::input::Input::Confirm`].
    #[must_use]
    pub fn unconfirmed(&self) -> usize {
        self.unconfirmed.len()
    }

    /// What was agreed with the counterparty.
    #[must_use]
    pub fn config(&self) -> &SessionConfig {
        &self.config
    }
}

/// What one call of `handle` works with.
pub(super) struct Turn<'a> {
    pub(super) now: Timestamp,
    pub(super) store: &'a mut dyn Store,
    pub(super) out: &'a mut Vec<Action>,
}

/// The turn could not be finished because the store failed.
pub(super) struct Failed(pub(super) StoreError);

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Failed {
        Failed(error)
    }
}
