//! Risk before the book: what accounts have and reserve (`ledger`), what operators allow (`limits`), what participants have at stake
//! (`watch`), how fast they send (`pace`), what they may borrow (`shorts`), and who is called for margin (`margin`).

pub(crate) mod ledger;
pub mod limits;
pub(crate) mod margin;
pub(crate) mod pace;
pub(crate) mod shorts;
pub(crate) mod watch;

pub use ledger::Balance;
pub(crate) use ledger::{Claim, Ledger, MAX_NOTIONAL, units};
pub use margin::Standing;
pub use watch::{Exposure, OpenQty};
