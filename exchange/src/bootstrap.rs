//! Opening the venue from a declarative list: assets, instruments, participants, accounts with their opening funds, grants. Run at every
//! start: what is there already is left alone, what is new is submitted, and credentials that the list has changed are changed.
//!
//! In: a [`Declared`] list, as it stands in the configuration. Out: entries of origin `System`. It deliberately reads no file and
//! makes no certificate.

mod run;
mod settings;

pub use run::{BootstrapError, bootstrap, bootstrap_beside, seed};

use journal::participant::network::Network;
use journal::participant::subject::CertSubject;
use journal::participant::{ClientCert, Fingerprint, Password};
use market::account::MarginTerms;
use market::control::fees::FeesChange;
use market::control::rules::RulesChange;
use market::id::{AccountName, AssetCode, CompId, Symbol};
use market::instrument::Instrument;
use market::money::Money;
use market::price::Price;
use market::qty::Qty;
use market::risk::limits::{ExposureLimits, OrderRate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the venue is to hold at least.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Declared {
    /// Assets beside the currencies of the instruments.
    pub assets: Vec<AssetCode>,
    /// Instruments.
    pub instruments: Vec<DeclaredInstrument>,
    /// Accounts.
    pub accounts: Vec<DeclaredAccount>,
    /// Participants.
    pub participants: Vec<DeclaredParticipant>,
    /// Whether all closed instruments of the list open at every start, whatever each says itself: a demo is always open.
    pub open_now: bool,
}

/// An instrument, `[[instruments]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredInstrument {
    /// Symbol (55), 1 to 20 characters.
    pub symbol: Symbol,
    /// Currency (15) that prices and cash are in; made known if it is not.
    pub currency: AssetCode,
    /// Smallest price step.
    pub tick: Price,
    /// Smallest quantity step.
    pub lot: Qty,
    /// Least quantity of an order, a multiple of the lot.
    pub min_qty: Qty,
    /// Greatest quantity of an order, a multiple of the lot.
    pub max_qty: Qty,
    /// Price for valuation before the first trade, a multiple of the tick.
    pub reference_px: Price,
    /// Whether it opens at a start when it is closed. Default false.
    #[serde(default)]
    pub open_at_start: bool,
    /// Rules other than the default ones, until an operator sets any.
    #[serde(default)]
    pub rules: RulesChange,
    /// What tiers pay, until an operator sets it.
    #[serde(default)]
    pub fees: Vec<FeesChange>,
}

impl DeclaredInstrument {
    /// As the market takes it; the market gives the number.
    pub fn instrument(&self) -> Instrument {
        Instrument {
            id: market::id::InstrumentId::default(),
            symbol: self.symbol,
            currency: self.currency,
            tick: self.tick,
            lot: self.lot,
            min_qty: self.min_qty,
            max_qty: self.max_qty,
            reference_px: self.reference_px,
        }
    }
}

/// An account, `[[accounts]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredAccount {
    /// Its name, 1 to 20 characters.
    pub name: AccountName,
    /// Cash to begin with, by asset. Given once; a changed amount is not given again.
    #[serde(default)]
    pub cash: BTreeMap<AssetCode, Money>,
    /// Stock to begin with, by symbol, at the instrument's reference price. Given once.
    #[serde(default)]
    pub positions: BTreeMap<Symbol, Qty>,
    /// Its terms, when it is opened on margin. Default: its buys need cash.
    #[serde(default)]
    pub margin: Option<MarginTerms>,
    /// Whether fees go to it, until an operator names another. Default false.
    #[serde(default)]
    pub takes_fees: bool,
}

/// What binds a participant, until an operator sets anything of the kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeclaredLimits {
    /// Orders and replaces that it may send in a second, and at once. Default: no limit.
    pub order_rate: Option<OrderRate>,
    /// Its orders that may be open. Default: no limit.
    pub max_open_orders: Option<u32>,
    /// What it may have at stake, by currency. Default: no limits.
    pub exposures: BTreeMap<AssetCode, ExposureLimits>,
}

/// A participant, `[[participants]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredParticipant {
    /// CompID (49, 56) and Username (553), 1 to 20 characters.
    pub comp_id: CompId,
    /// Password (554) in plain text; the journal keeps its hash. One that the participant has given itself stays until this one is
    /// changed.
    pub password: Password,
    /// Days after which a password is good no more. Default: never.
    #[serde(default)]
    pub password_max_age_days: Option<u32>,
    /// Networks that it may log on from. Default: any.
    #[serde(default)]
    pub networks: Vec<Network>,
    /// SHA-256 of the client certificate that is bound to it.
    #[serde(default)]
    pub cert_fingerprint: Option<Fingerprint>,
    /// What the subject of its client certificate must say, for instance `CN=DESK1`.
    #[serde(default)]
    pub cert_subject: Option<CertSubject>,
    /// Whether a TLS connection must show that certificate. Default `optional`.
    #[serde(default = "optional")]
    pub client_cert: ClientCert,
    /// Whether it may enter orders. Default true.
    #[serde(default = "yes")]
    pub orders: bool,
    /// Whether it may ask for market data. Default true.
    #[serde(default = "yes")]
    pub market_data: bool,
    /// Whether every logon starts at MsgSeqNum 1. Default false.
    #[serde(default)]
    pub reset_on_logon: bool,
    /// Accounts that it may trade for.
    #[serde(default)]
    pub accounts: Vec<AccountName>,
    /// Its limits.
    #[serde(default)]
    pub limits: DeclaredLimits,
    /// Its tier of fees, until an operator sets one. Default 0.
    #[serde(default)]
    pub tier: Option<u8>,
}

fn optional() -> ClientCert {
    ClientCert::Optional
}

fn yes() -> bool {
    true
}
