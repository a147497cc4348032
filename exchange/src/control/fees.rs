//! The paths of fees: what is to change in, a command to the sequencer, all fees out.

use crate::control::caller::Caller;
use crate::control::desk::{Desk, LOOK, OPERATE, read};
use crate::control::failure::Failure;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, Path, State};
use market::command::Command;
use market::control::fees::{
    FeeAccountChange, FeesChange, FeesLine, FeesStatus, TierChange, TierStatus,
};

type Body = Result<Bytes, BytesRejection>;
type Outcome = Result<Json<FeesStatus>, Failure>;

pub(super) async fn show(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
) -> Outcome {
    caller.must_be(LOOK)?;
    desk.fees().map(Json)
}

pub(super) async fn set_account(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    body: Body,
) -> Outcome {
    let origin = caller.must_be(OPERATE)?;
    let FeeAccountChange { account } = read(body)?;
    let command = Command::SetFeeAccount {
        account: desk.account(account.as_str())?,
    };
    desk.set(&caller, origin, command).await?;
    desk.fees().map(Json)
}

pub(super) async fn set(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    Path(symbol): Path<String>,
    body: Body,
) -> Outcome {
    let origin = caller.must_be(OPERATE)?;
    let change: FeesChange = read(body)?;
    let instrument = desk.instrument(&symbol)?.id;
    let _turn = desk.turns.lock().await;
    let before = desk.hub.settings.fees(instrument, change.tier);
    let fees = change.of(before.unwrap_or_default());
    fees.examine()?;
    let command = Command::SetFees {
        instrument,
        tier: change.tier,
        fees,
    };
    desk.set(&caller, origin, command).await?;
    desk.fees().map(Json)
}

pub(super) async fn set_tier(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    Path(comp_id): Path<String>,
    body: Body,
) -> Outcome {
    let origin = caller.must_be(OPERATE)?;
    let TierChange { tier } = read(body)?;
    let command = Command::SetTier {
        participant: desk.participant(&comp_id)?.id,
        tier,
    };
    desk.set(&caller, origin, command).await?;
    desk.fees().map(Json)
}

impl Desk {
    fn fees(&self) -> Result<FeesStatus, Failure> {
        let settings = &self.hub.settings;
        let fees = settings.all_fees().into_iter();
        let tiers = settings.tiers().into_iter();
        let account = settings.fee_account();
        Ok(FeesStatus {
            account: account.map(|it| self.account_name(it)).transpose()?,
            fees: fees
                .map(|((instrument, tier), fees)| {
                    let symbol = self.symbol(instrument)?;
                    Ok(FeesLine { symbol, tier, fees })
                })
                .collect::<Result<_, Failure>>()?,
            tiers: tiers
                .map(|(participant, tier)| {
                    let participant = self.comp_id(participant)?;
                    Ok(TierStatus { participant, tier })
                })
                .collect::<Result<_, Failure>>()?,
        })
    }
}
