//! Phases by hand: arguments in, a request to the exchange, the instrument as it stands then out.

use crate::args::phase::{Phase, To};
use crate::client::Client;
use crate::control::with_name;
use crate::failure::Failure;
use market::control::phase::{Goal, PhaseRequest};
use market::control::{InstrumentStatus, path};

/// `phase SYMBOL …`.
///
/// # Errors
/// See [`Client::tell`].
pub async fn place(client: &Client, phase: &Phase) -> Result<InstrumentStatus, Failure> {
    let to = match &phase.to {
        To::PreOpen => Goal::PreOpen,
        To::Call { auction, until } => Goal::Call {
            auction: (*auction).into(),
            until: until.clone(),
        },
        To::Open => Goal::Open,
        To::PostTrade => Goal::PostTrade,
        To::Close => Goal::Close,
    };
    let path = with_name(path::PHASE, phase.symbol.as_str());
    client.tell(&path, &PhaseRequest { to }).await
}
