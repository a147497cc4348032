//! What two counterparties agreed on before they connect. Plain data with documented defaults.

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::codec::index::CheckSum;
use crate::dictionary::Dictionary;
use crate::dictionary::rules::Rules;
use crate::schedule::Schedule;
use crate::session::logon::Password;
use crate::session::replay::ReplayPolicy;
use crate::time::Precision;

/// Which side opens the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Waits for the Logon (A).
    Acceptor,
    /// Sends the Logon (A).
    Initiator,
}

/// The settings of one session. Build it with [`SessionConfig::acceptor`] or [`SessionConfig::initiator`] and change
/// what differs.
#[derive(Debug, Clone)]
pub struct SessionConfig {
    /// BeginString (8). Default `FIX.4.4`.
    pub begin_string: String,
    /// SenderCompID (49) of what this side sends.
    pub sender_comp_id: String,
    /// TargetCompID (56) of what this side sends.
    pub target_comp_id: String,
    /// Which side this is.
    pub role: Role,
    /// HeartBtInt (108) that an initiator asks for, in seconds; an acceptor takes the peer's. Default 30; 0 asks for
    /// no Heartbeats (0), and silence means nothing.
    pub heart_bt_int_secs: u32,
    /// HeartBtInt (108) that an acceptor agrees to, in seconds. Default 1 to 3600.
    pub heart_bt_int_secs_allowed: RangeInclusive<u32>,
    /// Both numbers go back to 1 at every logon (certification sessions). Default off.
    pub reset_on_logon: bool,
    /// When sessions may be logged on and when numbers begin at 1 again. `None`: always and never.
    pub schedule: Option<Arc<Schedule>>,
    /// How far SendingTime (52) may be from our time, in seconds. Default 120; 0 switches the check off.
    pub sending_time_window_secs: u32,
    /// How long a connection may go without Logon (A), in seconds. Default 10.
    pub logon_wait_secs: u32,
    /// How long the peer has to answer our Logout (5), in seconds. Default 10.
    pub logout_wait_secs: u32,
    /// The same when our Logout (5) told the peer of a fault, in seconds. Default 2.
    pub fault_wait_secs: u32,
    /// How long the peer has to go on with a resend, in seconds; asked three times, then disconnected. Default 30.
    pub resend_wait_secs: u32,
    /// Messages sent again in one turn; the rest follows on ticks. What else the driver's thread serves waits for one turn at most, so
    /// a short one keeps it quick. Default 64.
    pub resend_chunk: usize,
    /// Bytes sent again in one turn, about. Default 256 KiB.
    pub resend_chunk_bytes: usize,
    /// How long a resend rests between two turns, in milliseconds: a peer that is slow, or a line that others need, is not filled by
    /// it. Default 0: it goes on with the next tick.
    pub resend_pause_millis: u32,
    /// Messages sent again in a second, at most, over some time; what a resend is behind by, up to five milliseconds, it makes up for.
    /// Default 250,000: a part of a core, so that others have the rest. 0: no bound.
    pub resend_messages_per_sec: u32,
    /// ResendRequests (2) served at the same time; one more ends the connection. Default 8.
    pub max_resends: usize,
    /// How often in a row the peer may send the same ResendRequest (2) over one connection; one more ends it: the
    /// peer does not take what it asks for. Default 8.
    pub max_same_resend_requests: u32,
    /// Which kept messages are sent again when the peer asks; others are gap-filled. Default: an acceptor's all, an
    /// initiator's unless they are orders or quotes older than 60 seconds.
    pub replay: ReplayPolicy,
    /// Most messages that one ResendRequest (2) of ours asks for; when they are there, the next ones are asked for.
    /// Default 0: no limit.
    pub resend_request_max: u64,
    /// Our ResendRequests (2) name the last missing message in EndSeqNo (16). Default off: 0, for everything.
    pub closed_resend_ranges: bool,
    /// Delivered messages that may wait for their confirmation. Default 4096.
    pub max_unconfirmed: usize,
    /// Messages kept that came before their turn. Default 2048.
    pub max_early: usize,
    /// Bytes of messages kept that came before their turn. Default 2 MiB.
    pub max_early_bytes: usize,
    /// Digits of a second in SendingTime (52). Default milliseconds.
    pub sending_time_precision: Precision,
    /// A message with PossDupFlag (43) must have OrigSendingTime (122), or it is refused (373=1). Default on; off for
    /// counterparties that leave it out.
    pub require_orig_sending_time: bool,
    /// Every message of ours says which one of the peer's was the last to take effect: LastMsgSeqNumProcessed (369).
    /// Default off.
    pub send_last_msg_seq_num_processed: bool,
    /// Logons (A) say which number is expected next, NextExpectedMsgSeqNum (789); what the peer lacks according to
    /// its own is sent without a ResendRequest (2). Default off: the field is not sent and not looked at.
    pub use_next_expected_msg_seq_num: bool,
    /// A garbled message with the expected MsgSeqNum (34) is refused with Reject (3) and uses up its number. Default
    /// off: it is ignored, and asked for again when the next message shows the gap.
    pub reject_garbled: bool,
    /// Whether the value of CheckSum (10) counts. Default checked. The driver does this: the session only says so.
    pub check_sum: CheckSum,
    /// The dictionary that messages are checked against before the application sees them. `None`: no check.
    pub dictionary: Option<Arc<Dictionary>>,
    /// Which checks the dictionary makes.
    pub rules: Rules,
    /// Username (553) for an initiator's Logon (A).
    pub username: Option<String>,
    /// Password (554) for an initiator's Logon (A).
    pub password: Option<Password>,
    /// An initiator's Logon (A) asks for ResetSeqNumFlag (141). Default off.
    pub reset_seq_num_flag: bool,
}

impl SessionConfig {
    /// An acceptor's session with the defaults of each field and no dictionary.
    #[must_use]
    pub fn acceptor(
        sender_comp_id: impl Into<String>,
        target_comp_id: impl Into<String>,
    ) -> SessionConfig {
        SessionConfig {
            begin_string: "FIX.4.4".to_owned(),
            sender_comp_id: sender_comp_id.into(),
            target_comp_id: target_comp_id.into(),
            role: Role::Acceptor,
            heart_bt_int_secs: 30,
            heart_bt_int_secs_allowed: 1..=3600,
            reset_on_logon: false,
            schedule: None,
            sending_time_window_secs: 120,
            logon_wait_secs: 10,
            logout_wait_secs: 10,
            fault_wait_secs: 2,
            resend_wait_secs: 30,
            resend_chunk: 64,
            resend_chunk_bytes: 256 * 1024,
            resend_pause_millis: 0,
            resend_messages_per_sec: 250_000,
            max_resends: 8,
            max_same_resend_requests: 8,
            replay: ReplayPolicy::everything(),
            resend_request_max: 0,
            closed_resend_ranges: false,
            max_unconfirmed: 4096,
            max_early: 2048,
            max_early_bytes: 2 * 1024 * 1024,
            sending_time_precision: Precision::Millis,
            require_orig_sending_time: true,
            send_last_msg_seq_num_processed: false,
            use_next_expected_msg_seq_num: false,
            reject_garbled: false,
            check_sum: CheckSum::Checked,
            dictionary: None,
            rules: Rules::default(),
            username: None,
            password: None,
            reset_seq_num_flag: false,
        }
    }

    /// An initiator's session with the defaults of each field and no dictionary.
    #[must_use]
    pub fn initiator(
        sender_comp_id: impl Into<String>,
        target_comp_id: impl Into<String>,
    ) -> SessionConfig {
        SessionConfig {
            role: Role::Initiator,
            replay: ReplayPolicy::orders_while_fresh(ReplayPolicy::ORDER_AGE_SECS),
            ..SessionConfig::acceptor(sender_comp_id, target_comp_id)
        }
    }

    /// The same with a dictionary.
    #[must_use]
    pub fn with_dictionary(mut self, dictionary: Arc<Dictionary>) -> SessionConfig {
        self.dictionary = Some(dictionary);
        self
    }
}
