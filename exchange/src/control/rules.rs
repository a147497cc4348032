//! The path of an instrument's rules: what is to change in, a command to the sequencer, what holds out.

use crate::control::caller::Caller;
use crate::control::desk::{Desk, LOOK, OPERATE, read};
use crate::control::failure::Failure;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, Path, State};
use market::command::Command;
use market::control::rules::{RulesChange, RulesStatus};
use market::instrument::Instrument;

pub(super) async fn show(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    Path(symbol): Path<String>,
) -> Result<Json<RulesStatus>, Failure> {
    caller.must_be(LOOK)?;
    let instrument = desk.instrument(&symbol)?;
    Ok(Json(desk.rules(&instrument)))
}

pub(super) async fn set(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    Path(symbol): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<RulesStatus>, Failure> {
    let origin = caller.must_be(OPERATE)?;
    let change: RulesChange = read(body)?;
    let instrument = desk.instrument(&symbol)?;
    let _turn = desk.turns.lock().await;
    let rules = change.of(desk.rules(&instrument).rules);
    rules.examine()?;
    let command = Command::SetRules {
        instrument: instrument.id,
        rules,
    };
    desk.set(&caller, origin, command).await?;
    Ok(Json(desk.rules(&instrument)))
}

impl Desk {
    fn rules(&self, instrument: &Instrument) -> RulesStatus {
        RulesStatus {
            symbol: instrument.symbol,
            rules: self.hub.settings.rules(instrument.id),
        }
    }
}
