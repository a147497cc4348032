//! What the configuration lists to be made at the start when it is new: instruments, accounts with their first cash and
//! stock, participants with their rights. Plain data; who makes it is the exchange's `bootstrap`.

use exchange::bootstrap::{DeclaredAccount, DeclaredInstrument, DeclaredLimits};
use journal::participant::network::Network;
use journal::participant::subject::CertSubject;
use journal::participant::{ClientCert, Password};
use market::id::{AccountName, CompId};
use serde::Deserialize;
use std::path::PathBuf;

/// `[[participants]]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParticipantListing {
    /// CompID and user name.
    pub comp_id: CompId,
    /// Password; left out in the development profile, one is made.
    #[serde(default)]
    pub password: Option<Password>,
    /// Accounts that it may trade for.
    #[serde(default)]
    pub accounts: Vec<AccountName>,
    /// Whether it may enter orders.
    #[serde(default = "yes")]
    pub orders: bool,
    /// Whether it may ask for market data.
    #[serde(default = "yes")]
    pub market_data: bool,
    /// Whether a TLS connection must show its certificate.
    #[serde(default = "optional")]
    pub client_cert: ClientCert,
    /// PEM file of its certificate; left out in the development profile, one is made.
    #[serde(default)]
    pub cert: Option<PathBuf>,
    /// What the subject of its certificate must say; with `cert` too, the certificate must fit both.
    #[serde(default)]
    pub cert_subject: Option<CertSubject>,
    /// Networks that it may log on from; none: any.
    #[serde(default)]
    pub networks: Vec<Network>,
    /// Days after which a password is good no more; none: never.
    #[serde(default)]
    pub password_max_age_days: Option<u32>,
    /// Whether every logon starts at MsgSeqNum 1.
    #[serde(default)]
    pub reset_on_logon: bool,
    /// Its limits, until an operator sets any.
    #[serde(default)]
    pub limits: DeclaredLimits,
    /// Its tier of fees, until an operator sets one.
    #[serde(default)]
    pub tier: Option<u8>,
}

const fn yes() -> bool {
    true
}

const fn optional() -> ClientCert {
    ClientCert::Optional
}

/// Everything that is to be there once the venue is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Instruments, in order of listing.
    pub instruments: Vec<DeclaredInstrument>,
    /// Accounts, in order of opening.
    pub accounts: Vec<DeclaredAccount>,
    /// Participants, in order of admission.
    pub participants: Vec<ParticipantListing>,
}

impl Listing {
    /// This listing with another over it: what both name is as the other has it.
    #[must_use]
    pub fn with(mut self, over: Self) -> Self {
        put_over(&mut self.instruments, over.instruments, |i| i.symbol);
        put_over(&mut self.accounts, over.accounts, |a| a.name);
        put_over(&mut self.participants, over.participants, |p| p.comp_id);
        self
    }
}

/// Replaces items of the same name in place and appends the others.
fn put_over<T, K: PartialEq>(items: &mut Vec<T>, over: Vec<T>, name: impl Fn(&T) -> K) {
    for item in over {
        match items.iter_mut().find(|i| name(i) == name(&item)) {
            Some(slot) => *slot = item,
            None => items.push(item),
        }
    }
}
