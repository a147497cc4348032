//! The market-wide breaker and its index: arguments in, a request to the exchange, its outcome out.

use crate::args::Output;
use crate::args::breaker::{Breaker, Index};
use crate::client::Client;
use crate::failure::Failure;
use crate::show::Show;
use market::breaker::BreakerLevel;
use market::control::breaker::{
    BreakerChange, BreakerStatus, IndexCloseChange, IndexStatus, TripRequest, WeightChange,
};
use market::control::halt::HaltOutcome;
use market::control::path;

/// `breaker …`, as text: it is one of two.
///
/// # Errors
/// See [`Client::ask`] and [`Client::tell`]; so for all of this file.
pub async fn breaker(
    client: &Client,
    command: &Breaker,
    output: Output,
) -> Result<String, Failure> {
    let status: BreakerStatus = match command {
        Breaker::Show => client.ask(path::BREAKER).await?,
        Breaker::Set(set) => {
            let change = BreakerChange {
                level_1_bps: set.one.map(|share| share.0),
                level_2_bps: set.two.map(|share| share.0),
                level_3_bps: set.three.map(|share| share.0),
                halt_nanos: set.halt.map(|span| span.0),
                quiet_nanos: set.quiet.map(|span| span.0),
            };
            client.tell(path::BREAKER, &change).await?
        }
        Breaker::Trip {
            level,
            drill,
            reason,
            yes: _,
        } => {
            let request = TripRequest {
                level: match level {
                    1 => BreakerLevel::One,
                    2 => BreakerLevel::Two,
                    _ => BreakerLevel::Three,
                },
                drill: *drill,
                reason: *reason,
            };
            let outcome: HaltOutcome = client.tell(path::TRIP_BREAKER, &request).await?;
            return Ok(outcome.text(output));
        }
    };
    Ok(status.text(output))
}

/// `index …`.
///
/// # Errors
/// See [`breaker`].
pub async fn index(client: &Client, command: &Index) -> Result<IndexStatus, Failure> {
    match command {
        Index::Show => client.ask(path::INDEX).await,
        Index::Weight { symbol, weight } => {
            let change = WeightChange {
                symbol: *symbol,
                weight: *weight,
            };
            client.tell(path::INDEX_WEIGHTS, &change).await
        }
        Index::Close { close } => {
            let change = IndexCloseChange { close: close.0 };
            client.tell(path::INDEX_CLOSE, &change).await
        }
    }
}
