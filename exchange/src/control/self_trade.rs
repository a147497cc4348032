//! The path of a participant's self-trade prevention: what is to change in, a command to the sequencer, what holds out.

use crate::control::caller::Caller;
use crate::control::desk::{Desk, LOOK, OPERATE, read};
use crate::control::failure::Failure;
use crate::directory::record::ParticipantRecord;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, Path, State};
use market::command::Command;
use market::control::self_trade::{SelfTradeChange, SelfTradeStatus};

pub(super) async fn show(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    Path(comp_id): Path<String>,
) -> Result<Json<SelfTradeStatus>, Failure> {
    caller.must_be(LOOK)?;
    let record = desk.participant(&comp_id)?;
    Ok(Json(desk.self_trade(&record)))
}

pub(super) async fn set(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    Path(comp_id): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<SelfTradeStatus>, Failure> {
    let origin = caller.must_be(OPERATE)?;
    let change: SelfTradeChange = read(body)?;
    let record = desk.participant(&comp_id)?;
    let _turn = desk.turns.lock().await;
    let (group, mode) = change.of(desk.hub.settings.self_trade(record.id));
    let command = Command::SetSelfTrade {
        participant: record.id,
        group,
        mode,
    };
    desk.set(&caller, origin, command).await?;
    Ok(Json(desk.self_trade(&record)))
}

impl Desk {
    fn self_trade(&self, record: &ParticipantRecord) -> SelfTradeStatus {
        let (group, mode) = self.hub.settings.self_trade(record.id);
        SelfTradeStatus {
            participant: record.comp_id,
            group,
            mode,
        }
    }
}
