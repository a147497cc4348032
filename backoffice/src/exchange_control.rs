//! [`ExchangeControl`]: the two things that the back office asks of the exchange, both harmless to repeat. The real one speaks to the
//! control port ([`https::ControlPort`]).

pub mod https;

use crate::error::Error;
use market::control::{AccountStatus, Transfer, TransferOutcome};
use market::id::AccountName;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

/// What the exchange answers, later.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// The exchange, as far as the back office may move it.
pub trait ExchangeControl: Debug + Send + Sync {
    /// Opens an account, or finds it open.
    fn open_account(&self, account: AccountName) -> Answer<'_, AccountStatus>;

    /// Moves cash; the same `transfer_id` has the same outcome, once. [`Error::ExchangeRefused`] is an outcome too: nothing was moved, nor will
    /// be. Any other error says nothing about the outcome.
    fn transfer(&self, transfer: Transfer) -> Answer<'_, TransferOutcome>;
}
