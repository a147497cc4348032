//! [`Doorkeeper`]: who may be a session? In: an [`Arrival`]. Out: yes, or why not. [`Accounts`] is one that knows passwords,
//! certificates and addresses; a program with its own users writes another.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::pin::Pin;

use crate::io::application::SessionId;
use crate::io::front::Arrival;
use crate::io::tls::CertificateBinding;
use crate::session::logon::Password;

/// The answer to an arrival, perhaps later: a password's hash takes its time and belongs on a blocking thread.
pub type Admission<'a> = Pin<Box<dyn Future<Output = Result<(), Refusal>> + Send + 'a>>;

/// Decides who may be a session. Asked after the CompIDs were found to be a session's and before anything is stored or reset.
pub trait Doorkeeper: Send + Sync + 'static {
    /// Whether the peer is who it says it is.
    fn admit<'a>(&'a self, session: &'a SessionId, arrival: &'a Arrival) -> Admission<'a>;
}

/// Why a peer is not let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// For the log: the whole truth in plain words, no password.
    pub reason: String,
    /// Text (58) of a Logout for the peer, where it helps no attacker; without it the connection ends without a word.
    pub told: Option<String>,
}

impl Refusal {
    /// A refusal that the peer is told.
    #[must_use]
    pub fn told(reason: impl Into<String>, told: impl Into<String>) -> Refusal {
        Refusal {
            reason: reason.into(),
            told: Some(told.into()),
        }
    }

    /// A refusal without a word to the peer.
    #[must_use]
    pub fn silent(reason: impl Into<String>) -> Refusal {
        Refusal {
            reason: reason.into(),
            told: None,
        }
    }
}

/// Lets everybody in whose CompIDs are a session's: for trusted networks and tests.
#[derive(Debug, Clone, Copy, Default)]
pub struct OpenDoor;

impl Doorkeeper for OpenDoor {
    fn admit<'a>(&'a self, _: &'a SessionId, _: &'a Arrival) -> Admission<'a> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// What one counterparty must show.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// Username (553); not asked for where it is `None`.
    pub username: Option<String>,
    /// Password (554); not asked for where it is `None`.
    pub password: Option<Password>,
    /// The certificate that it must show; not asked for where it is `None`.
    pub certificate: Option<CertificateBinding>,
    /// Addresses that it may come from; all where it is empty.
    pub addresses: Vec<IpAddr>,
}

/// Accounts by the peer's CompID. An unknown CompID is not let in. Passwords are kept in memory and compared in constant time;
/// a program that keeps hashes writes a [`Doorkeeper`] of its own.
#[derive(Debug, Clone, Default)]
pub struct Accounts(BTreeMap<String, Account>);

impl Accounts {
    /// Nobody yet.
    #[must_use]
    pub fn new() -> Accounts {
        Accounts::default()
    }

    /// The same with one more.
    #[must_use]
    pub fn with(mut self, comp_id: impl Into<String>, account: Account) -> Accounts {
        self.0.insert(comp_id.into(), account);
        self
    }

    fn check(&self, session: &SessionId, arrival: &Arrival) -> Result<(), Refusal> {
        let Some(account) = self.0.get(&session.theirs) else {
            return Err(Refusal::silent(format!("{session} has no account")));
        };
        let address = arrival.address.ip();
        if !account.addresses.is_empty() && !account.addresses.contains(&address) {
            return Err(Refusal::silent(format!(
                "{session} may not come from {address}"
            )));
        }
        if let Some(binding) = &account.certificate {
            bound(binding, session, arrival)?;
        }
        let request = &arrival.request;
        let is_named = account.username.is_none() || account.username == request.username;
        let is_known = match (&account.password, &request.password) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(right), Some(given)) => {
                same(right.reveal().as_bytes(), given.reveal().as_bytes())
            }
        };
        if is_named && is_known {
            Ok(())
        } else {
            Err(Refusal::told(
                format!("{session}: wrong username or password"),
                "invalid username or password",
            ))
        }
    }
}

impl Doorkeeper for Accounts {
    fn admit<'a>(&'a self, session: &'a SessionId, arrival: &'a Arrival) -> Admission<'a> {
        Box::pin(std::future::ready(self.check(session, arrival)))
    }
}

fn bound(
    binding: &CertificateBinding,
    session: &SessionId,
    arrival: &Arrival,
) -> Result<(), Refusal> {
    let told = "the client certificate bound to this CompID is required";
    match &arrival.certificate {
        Some(shown) if binding.is_met_by(shown) => Ok(()),
        Some(shown) => Err(Refusal::told(
            format!("{session}: the certificate {shown:?} is not the one bound to this CompID"),
            told,
        )),
        None => Err(Refusal::told(
            format!("{session}: no client certificate"),
            told,
        )),
    }
}

/// Compares two secrets in a time that depends on their lengths alone.
fn same(right: &[u8], given: &[u8]) -> bool {
    let differences = right.iter().zip(given).map(|(right, given)| right ^ given);
    right.len() == given.len() && differences.fold(0, |all, one| all | one) == 0
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn a_part_of_a_secret_is_not_the_secret() {
        assert!(same(b"secret", b"secret"));
        for given in [&b""[..], b"secre", b"secrets", b"secreT"] {
            assert!(!same(b"secret", given), "{given:?}");
        }
    }
}
