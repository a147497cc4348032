//! Who is it? In: the first message of a connection and what its TLS showed. Out: the participant it proves to be, or why not. Nothing is
//! stored or reset before that. Passwords are checked in turn: see [`Checks`].

use crate::gateway::checks::Checks;
use crate::gateway::roster::Roster;
use crate::gateway::roster::SessionHandle;
use crate::gateway::venue::Venue;
use crate::participant::{ClientCert, Credentials};
use fix_engine::io::tls::Fingerprint;
use fix_engine::session::logon::{LogonRefusal, LogonRequest, Password};
use market::id::CompId;
use std::net::IpAddr;

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
    /// Wrong username, wrong password, or none.
    #[error("{0}: wrong username or password")]
    Password(CompId),
    /// The certificate that the participant must show is not there, or is another one.
    #[error("{0}: the client certificate is absent or not the one bound to this CompID")]
    Certificate(CompId),
    /// The venue is closing.
    #[error("the venue is closing")]
    Closing,
}

impl Stranger {
    /// Text (58) of a Logout, where the peer is told; others are dropped without a word.
    pub(crate) fn text(&self) -> Option<&'static str> {
        match self {
            Self::Password(_) => Some("invalid username or password"),
            Self::Certificate(_) => Some("the client certificate bound to this CompID is required"),
            _ => None,
        }
    }
}

/// Passwords that are checked at the same time.
const CHECKS: usize = 2;

/// Checks logons.
#[derive(Debug)]
pub(crate) struct Gatekeeper {
    checks: Checks,
}

impl Gatekeeper {
    pub(crate) fn new() -> Self {
        Self {
            checks: Checks::new(CHECKS),
        }
    }

    /// The session that a Logon from `address` proves to be for.
    pub(crate) async fn admit(
        &self,
        address: IpAddr,
        request: &LogonRequest,
        shown: Option<Fingerprint>,
        venue: &Venue,
        roster: &Roster,
    ) -> Result<SessionHandle, Stranger> {
        if request.begin_string != "FIX.4.4" {
            return Err(Stranger::BeginString(request.begin_string.clone()));
        }
        if request.target != venue.config.sender_comp_id {
            return Err(Stranger::Target(request.target.clone()));
        }
        let unknown = || Stranger::Sender(request.sender.clone());
        let comp_id = CompId::new(&request.sender).map_err(|_| unknown())?;
        let record = venue
            .directory
            .participant_by_comp_id(comp_id)
            .ok_or_else(unknown)?;
        let credentials = record.credentials.clone().ok_or_else(unknown)?;
        let session = roster.session(record.id).ok_or_else(unknown)?;
        if !session.is_free().await {
            return Err(Stranger::Taken(comp_id));
        }
        let is_named = request
            .username
            .as_ref()
            .is_none_or(|username| username == comp_id.as_str());
        let is_known = self
            .knows(address, request.password.clone(), credentials.clone())
            .await?;
        if !is_known || !is_named {
            return Err(Stranger::Password(comp_id));
        }
        if !is_bound(&credentials, shown) {
            return Err(Stranger::Certificate(comp_id));
        }
        Ok(session)
    }

    async fn knows(
        &self,
        address: IpAddr,
        password: Option<Password>,
        credentials: Credentials,
    ) -> Result<bool, Stranger> {
        let Some(password) = password else {
            return Ok(false);
        };
        let check = move || credentials.password_hash.matches(password.reveal());
        let checked = self.checks.run(address, check).await;
        checked.ok_or(Stranger::Closing)
    }
}

/// Whether the certificate that was shown, if any, is what the participant's policy asks for.
fn is_bound(credentials: &Credentials, shown: Option<Fingerprint>) -> bool {
    let shown = shown.map(|fingerprint| fingerprint.to_string());
    let bound = credentials.cert_fingerprint.map(|bound| bound.to_string());
    match (credentials.client_cert, shown) {
        (ClientCert::Off, _) | (ClientCert::Optional, None) => true,
        (ClientCert::Required, None) => false,
        (ClientCert::Optional | ClientCert::Required, Some(shown)) => bound == Some(shown),
    }
}
