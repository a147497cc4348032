//! The kill switch: arguments in, a request to the exchange, its outcome out. Without `--yes` the orders are only counted.

use crate::args::kill::{Kill, Whose};
use crate::client::Client;
use crate::failure::Failure;
use market::control::kill::{KillOutcome, KillRequest, ReinstateRequest, Target};
use market::control::path;

/// `kill`.
///
/// # Errors
/// See [`Client::tell`].
pub async fn kill(client: &Client, kill: &Kill) -> Result<KillOutcome, Failure> {
    let request = KillRequest {
        target: target(&kill.whose),
        suspend: kill.suspend,
        dry_run: !kill.yes,
        reason: kill.reason,
    };
    client.tell(path::KILL, &request).await
}

/// `reinstate`.
///
/// # Errors
/// See [`Client::tell`].
pub async fn reinstate(client: &Client, whose: &Whose) -> Result<KillOutcome, Failure> {
    let request = ReinstateRequest {
        target: target(whose),
    };
    client.tell(path::REINSTATE, &request).await
}

/// The arguments name exactly one.
fn target(whose: &Whose) -> Target {
    let participant = whose.participant.map(Target::Participant);
    let account = whose.account.map(Target::Account);
    let instrument = whose.instrument.map(Target::Instrument);
    participant
        .or(account)
        .or(instrument)
        .unwrap_or(Target::All)
}
