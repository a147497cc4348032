//! The control port's words about participants and their FIX sessions: adding, changing, disabling, enabling, removing, numbers,
//! logging out, following. One [`SessionOutcome`] answers every change.

use crate::control::secret::Secret;
use crate::id::{AccountName, CompId};
use crate::text::Text;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What people say to a participant or about it: a reason, a Text (58).
pub type Reason = Text<80>;

/// Whether a participant's TLS connection must show the certificate that is bound to it. The plain port knows no certificates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertPolicy {
    /// Without it there is no logon; the plain port is closed to the participant.
    Required,
    /// One that is shown must be the bound one; none is fine.
    #[default]
    Optional,
    /// Certificates are not looked at.
    Off,
}

/// Adds a participant with its session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddSession {
    /// CompID (49, 56) and Username (553), 1 to 20 printable characters.
    pub comp_id: CompId,
    /// Password (554), at least 12 characters; absent: one is made up and told once, in the answer.
    #[serde(default)]
    pub password: Option<Secret>,
    /// Days after which a password is good no more, 1 to 3,650. Absent, or 0: never.
    #[serde(default)]
    pub password_max_age_days: Option<u32>,
    /// SHA-256 of the client certificate that is bound to it, 64 hex digits.
    #[serde(default)]
    pub cert_fingerprint: Option<String>,
    /// What the subject of its client certificate must say, for instance `CN=DESK1`.
    #[serde(default)]
    pub cert_subject: Option<String>,
    /// Whether a TLS connection must show such a certificate.
    #[serde(default)]
    pub client_cert: CertPolicy,
    /// Networks that it may log on from, for instance `10.1.0.0/16`. None: from anywhere.
    #[serde(default)]
    pub networks: Vec<String>,
    /// Whether it may enter orders. Default true.
    #[serde(default = "yes")]
    pub orders: bool,
    /// Whether it may ask for market data. Default true.
    #[serde(default = "yes")]
    pub market_data: bool,
    /// Whether every logon starts at MsgSeqNum 1. Default false.
    #[serde(default)]
    pub reset_on_logon: bool,
    /// Accounts that it may trade for; they must be open.
    #[serde(default)]
    pub accounts: Vec<AccountName>,
}

/// Changes a participant; what is absent stays. Rights count at once, the rest at the next logon.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeSession {
    /// Password (554), at least 12 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// Whether a password is to be made up and told once, in the answer. Not together with `password`.
    #[serde(default)]
    pub new_password: bool,
    /// Days after which a password is good no more, 1 to 3,650; 0: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_max_age_days: Option<u32>,
    /// SHA-256 of the client certificate, 64 hex digits; an empty text unbinds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cert_fingerprint: Option<String>,
    /// What the subject of its client certificate must say; an empty text unbinds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cert_subject: Option<String>,
    /// Whether a TLS connection must show such a certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_cert: Option<CertPolicy>,
    /// Networks that it may log on from, instead of those so far; an empty list: from anywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub networks: Option<Vec<String>>,
    /// Whether it may enter orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders: Option<bool>,
    /// Whether it may ask for market data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market_data: Option<bool>,
    /// Whether every logon starts at MsgSeqNum 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reset_on_logon: Option<bool>,
    /// Accounts that it may trade for from now on, besides those it has.
    #[serde(default)]
    pub add_accounts: Vec<AccountName>,
    /// Accounts that it may not trade for any more. Its orders of them stay; they can be cancelled, not replaced.
    #[serde(default)]
    pub remove_accounts: Vec<AccountName>,
}

/// Logs a session out and refuses its logons until it is enabled again. Its orders rest unless told otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisableSession {
    /// Why: told to the participant now and at each logon it tries.
    pub reason: Reason,
    /// Whether its resting orders are cancelled.
    #[serde(default)]
    pub cancel_orders: bool,
}

/// Removes a participant: its session ends, its CompID is unknown to logons. What it was is never deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveSession {
    /// Whether its resting orders stay: nobody can cancel them then but the end of their time.
    #[serde(default)]
    pub keep_orders: bool,
}

/// Sets sequence numbers of a session; what is absent stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetNumbers {
    /// Next MsgSeqNum expected from the peer, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_in: Option<u64>,
    /// Next MsgSeqNum to the peer: never below the one that is next now, for no number is used twice; those left out are gap-filled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_out: Option<u64>,
}

/// Logs a session out; it may log on again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogOutSession {
    /// Text (58) of the Logout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Reason>,
}

/// What a participant is to the venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// It may log on.
    Enabled,
    /// Its logons are refused until it is enabled.
    Disabled,
    /// It is no participant any more.
    Removed,
}

/// A participant with its session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionDetail {
    /// CompID.
    pub comp_id: CompId,
    /// What it is to the venue.
    pub state: SessionState,
    /// Why it is disabled.
    pub reason: Option<Reason>,
    /// Whether it is logged on now.
    pub logged_on: bool,
    /// Next MsgSeqNum expected from the peer.
    pub next_in: u64,
    /// Next MsgSeqNum to the peer.
    pub next_out: u64,
    /// Whether both numbers go back to 1 at its next logon.
    pub reset_due: bool,
    /// Whether it may enter orders.
    pub orders: bool,
    /// Whether it may ask for market data.
    pub market_data: bool,
    /// Whether every logon starts at MsgSeqNum 1.
    pub reset_on_logon: bool,
    /// Whether a TLS connection must show the certificate.
    pub client_cert: CertPolicy,
    /// SHA-256 of the certificate that is bound to it, 64 hex digits.
    pub cert_fingerprint: Option<String>,
    /// What the subject of its certificate must say.
    pub cert_subject: Option<String>,
    /// Networks that it may log on from; none: from anywhere.
    pub networks: Vec<String>,
    /// Days after which a password is good no more.
    pub password_max_age_days: Option<u32>,
    /// Accounts that it may trade for.
    pub accounts: Vec<AccountName>,
}

/// What became of a change; HTTP 200.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionOutcome {
    /// Whether anything changed: `false` when it was so already.
    pub changed: bool,
    /// The last journal entry of the change.
    pub seq: Option<u64>,
    /// The password that was made up: told here and nowhere else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// Orders that were cancelled, where orders were to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canceled_orders: Option<u32>,
    /// How it stands after it.
    pub session: SessionDetail,
}

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the participant.
    In,
    /// To the participant.
    Out,
}

/// One line of a followed session. Empty lines between them say only that the stream lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TailLine {
    /// The session is followed from here on.
    Following {
        /// Whose.
        comp_id: CompId,
        /// Whether it is logged on now.
        logged_on: bool,
    },
    /// A message.
    Message {
        /// When the venue had it: `YYYYMMDD-HH:MM:SS.nnnnnnnnn`, UTC.
        at: String,
        /// Which way.
        direction: Direction,
        /// MsgType (35).
        msg_type: String,
        /// The message with `|` for SOH, secrets masked.
        text: String,
    },
    /// Bytes from the participant that are no message.
    Garbled {
        /// When.
        at: String,
        /// What is wrong with them.
        why: String,
    },
    /// The follower was too slow: these messages are not shown.
    Lost {
        /// How many.
        messages: u64,
    },
    /// Nothing more comes.
    Ended {
        /// Why.
        why: String,
    },
}

/// One line of the audit trail: a command that changed something, as the journal has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLine {
    /// The journal entry.
    pub seq: u64,
    /// When: `YYYYMMDD-HH:MM:SS.nnnnnnnnn`, UTC.
    pub at: String,
    /// Who: the common name of the certificate.
    pub by: String,
    /// What was asked.
    pub what: String,
    /// What came of it: `done`, or why not.
    pub outcome: String,
}

fn yes() -> bool {
    true
}
