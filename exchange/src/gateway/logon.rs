//! Who is it? In: the first message of a connection, where it comes from and what its TLS showed. Out: the participant it proves to be, or
//! why not. Nothing is stored or reset before that. What costs nothing is looked at first: network, certificate, lock-out; the password
//! comes last (see [`crate::gateway::passwords`]), so that nobody can try passwords, or lock a participant out, who has not got past the rest.

use crate::directory::record::ParticipantRecord;
use crate::gateway::lockouts::{Attempt, Locked};
use crate::gateway::passwords::Checked;
use crate::gateway::roster::{Roster, SessionHandle};
use crate::gateway::venue::Venue;
use crate::metrics::labels::LogonResult;
use fix_engine::io::clock;
use fix_engine::session::logon::{LogonRefusal, LogonRequest};
use fix_engine::time::Timestamp;
use journal::participant::{ClientCert, Credentials};
use market::id::CompId;
use market::text::Text;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Why a connection does not become a session. The peer is to blame for all but the last.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stranger {
    /// The first message is no Logon, or not a readable one.
    #[error(transparent)]
    NotLogon(#[from] LogonRefusal),
    /// BeginString (8) of another version.
    #[error("BeginString {0:?} is not FIX.4.4")]
    BeginString(String),
    /// TargetCompID (56) is not ours.
    #[error("TargetCompID {0:?} is not ours")]
    Target(String),
    /// No such participant.
    #[error("unknown SenderCompID {0:?}")]
    Sender(String),
    /// The session has a connection already.
    #[error("{0} is connected already: the second connection is dropped")]
    Taken(CompId),
    /// The participant may not log on from this address.
    #[error("{0}: logons from this address are not allowed")]
    Address(CompId),
    /// The certificate that the participant must show is not there, or is another one.
    #[error("{0}: the client certificate is absent or not the one bound to this CompID")]
    Certificate(CompId),
    /// Too many failed logons: nothing was checked.
    #[error("{comp_id}: too many failed logons: nothing is checked for {} s", locked.wait_secs)]
    Locked {
        /// For whom.
        comp_id: CompId,
        /// For how long.
        locked: Locked,
    },
    /// Wrong username, wrong password, or none.
    #[error("{0}: wrong username or password")]
    Password(CompId),
    /// The password is right and too old.
    #[error("{comp_id}: the password has expired: it was set {age_days} days ago")]
    Expired {
        /// Whose.
        comp_id: CompId,
        /// How old it is.
        age_days: u32,
    },
    /// An operator has disabled the participant; so for all below, it has proved to be the one.
    #[error("{0} is disabled: {1}")]
    Disabled(CompId, Text<80>),
    /// An operator has removed the participant while it logged on.
    #[error("{0} is a participant no more: removed while it logged on")]
    Removed(CompId),
    /// The session's store has failed, or could not be opened. We are to blame.
    #[error("{0}: the session's store has failed: it stays away until the next start")]
    StoreFailed(CompId),
    /// The venue is closing.
    #[error("the venue is closing")]
    Closing,
}

impl Stranger {
    /// Text (58) of a Logout, where the peer is told; others are dropped without a word. Nothing is told that helps to guess: not
    /// whether username or password was wrong, and of the password's age only to whom has it.
    pub(crate) fn text(&self) -> Option<String> {
        Some(match self {
            Self::Password(_) => "invalid username or password".to_owned(),
            Self::Certificate(_) => {
                "the client certificate bound to this CompID is required".to_owned()
            }
            Self::Locked { locked, .. } => format!(
                "too many failed logons, try again in {} seconds",
                locked.wait_secs
            ),
            Self::Expired { .. } => {
                "the password has expired, ask the venue's operator for a new one".to_owned()
            }
            Self::Disabled(_, reason) => format!("disabled by the venue: {reason}"),
            Self::Removed(_) => "you are not a participant of this venue any more".to_owned(),
            Self::StoreFailed(_) => {
                "the session's store has failed, ask the venue's operator".to_owned()
            }
            Self::Closing => "the venue is closing".to_owned(),
            Self::NotLogon(_)
            | Self::BeginString(_)
            | Self::Target(_)
            | Self::Sender(_)
            | Self::Taken(_)
            | Self::Address(_) => return None,
        })
    }

    /// The value of `result` that it is counted under.
    pub(crate) fn result(&self) -> LogonResult {
        match self {
            Self::NotLogon(_) => LogonResult::NotLogon,
            Self::BeginString(_) | Self::Target(_) | Self::Sender(_) | Self::Removed(_) => {
                LogonResult::Unknown
            }
            Self::Taken(_) => LogonResult::Taken,
            Self::Address(_) => LogonResult::Address,
            Self::Certificate(_) => LogonResult::Certificate,
            Self::Locked { .. } => LogonResult::Locked,
            Self::Password(_) => LogonResult::Password,
            Self::Expired { .. } => LogonResult::Expired,
            Self::Disabled(..) => LogonResult::Disabled,
            Self::StoreFailed(_) => LogonResult::StoreFailed,
            Self::Closing => LogonResult::Closing,
        }
    }
}

/// What a stranger shows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown<'a> {
    /// Where it comes from.
    pub(crate) address: IpAddr,
    /// Its certificate (DER), if its TLS showed one.
    pub(crate) certificate: Option<&'a [u8]>,
    /// Its Logon (A).
    pub(crate) request: &'a LogonRequest,
}

/// The session that a Logon proves to be for.
///
/// # Errors
/// A [`Stranger`] says why it is for none.
pub(crate) async fn admit(
    shown: Shown<'_>,
    venue: &Venue,
    roster: &Roster,
) -> Result<SessionHandle, Stranger> {
    let Shown {
        address, request, ..
    } = shown;
    if request.begin_string != "FIX.4.4" {
        return Err(Stranger::BeginString(request.begin_string.clone()));
    }
    if request.target != venue.config.sender_comp_id {
        return Err(Stranger::Target(request.target.clone()));
    }
    let Some((record, credentials)) = participant(&request.sender, venue) else {
        venue.passwords.failed(stranger_at(address));
        return Err(Stranger::Sender(request.sender.clone()));
    };
    let comp_id = record.comp_id;
    if !credentials.allows_address(address) {
        return Err(Stranger::Address(comp_id));
    }
    if !is_bound(&credentials, shown.certificate) {
        return Err(Stranger::Certificate(comp_id));
    }
    if let Some(session) = roster.session(record.id)
        && !session.is_free().await
    {
        return Err(Stranger::Taken(comp_id));
    }
    let max_age_days = credentials.password_max_age_days;
    check(shown, comp_id, credentials, venue).await?;
    let age_days = age_days(&record, clock::now());
    if max_age_days.is_some_and(|max| age_days >= max) {
        return Err(Stranger::Expired { comp_id, age_days });
    }
    // Last: why it is kept away is told to nobody else.
    let session = roster.session(record.id);
    let life = session.as_ref().map_or(record.life, |session| session.life);
    let record = venue.directory.participant(record.id);
    may_log_on(record.as_deref(), comp_id, life)?;
    // Without a session its store could not be opened.
    session
        .filter(|session| !session.standing.has_failed.load(Ordering::Relaxed))
        .ok_or(Stranger::StoreFailed(comp_id))
}

/// Whether this life of the participant goes on and is enabled. That may change while it logs on: it is asked after the proof, and again where
/// the connection meets its session.
///
/// # Errors
/// [`Stranger::Removed`] or [`Stranger::Disabled`].
pub(crate) fn may_log_on(
    record: Option<&ParticipantRecord>,
    comp_id: CompId,
    life: u32,
) -> Result<(), Stranger> {
    let is_alive = |it: &&ParticipantRecord| it.credentials.is_some() && it.life == life;
    let record = record.filter(is_alive).ok_or(Stranger::Removed(comp_id))?;
    match record.disabled {
        Some(reason) => Err(Stranger::Disabled(comp_id, reason)),
        None => Ok(()),
    }
}

/// The password, and Username (553) where it is given.
async fn check(
    shown: Shown<'_>,
    comp_id: CompId,
    credentials: Credentials,
    venue: &Venue,
) -> Result<(), Stranger> {
    let attempt = Attempt {
        comp_id: Some(comp_id),
        address: shown.address,
        is_listed: !credentials.networks.is_empty(),
    };
    let username = shown.request.username.as_deref();
    let is_named = username.is_none_or(|username| username == comp_id.as_str());
    let password = shown.request.password.clone();
    let checked = venue
        .passwords
        .check(attempt, password, is_named, credentials);
    match checked.await {
        Some(Checked::Right) => Ok(()),
        Some(Checked::Wrong) => Err(Stranger::Password(comp_id)),
        Some(Checked::Locked(locked)) => Err(Stranger::Locked { comp_id, locked }),
        None => Err(Stranger::Closing),
    }
}

/// The participant with this CompID, if it can log on at all.
fn participant(sender: &str, venue: &Venue) -> Option<(Arc<ParticipantRecord>, Credentials)> {
    let comp_id = CompId::new(sender).ok()?;
    let record = venue.directory.participant_by_comp_id(comp_id)?;
    let credentials = record.credentials.clone()?;
    Some((record, credentials))
}

fn stranger_at(address: IpAddr) -> Attempt {
    Attempt {
        comp_id: None,
        address,
        is_listed: false,
    }
}

/// Whole days since the password was set.
fn age_days(record: &ParticipantRecord, now: Timestamp) -> u32 {
    let nanos = now.nanos().saturating_sub(record.password_since.nanos());
    u32::try_from(nanos / NANOS_PER_DAY).unwrap_or(0)
}

const NANOS_PER_DAY: i64 = 86_400_000_000_000;

/// Whether the certificate (DER) that was shown, if any, is what the participant's policy asks for.
fn is_bound(credentials: &Credentials, shown: Option<&[u8]>) -> bool {
    match (credentials.client_cert, shown) {
        (ClientCert::Off, _) | (ClientCert::Optional, None) => true,
        (ClientCert::Required, None) => false,
        (ClientCert::Optional | ClientCert::Required, Some(shown)) => credentials.binds(shown),
    }
}
