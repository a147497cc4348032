//! The paths of the market-wide breaker and of the index that it looks at: what is to change in, a command to the sequencer, what holds out.

use crate::control::caller::Caller;
use crate::control::desk::{Desk, LOOK, OPERATE, read};
use crate::control::failure::Failure;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, State};
use market::command::Command;
use market::control::breaker::{
    BreakerChange, BreakerHold, BreakerStatus, ComponentStatus, IndexCloseChange, IndexStatus,
    TripRequest, WeightChange,
};
use market::control::halt::HaltOutcome;
use market::money::Money;

pub(super) async fn show(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
) -> Result<Json<BreakerStatus>, Failure> {
    caller.must_be(LOOK)?;
    desk.breaker().map(Json)
}

pub(super) async fn set(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<BreakerStatus>, Failure> {
    let origin = caller.must_be(OPERATE)?;
    let change: BreakerChange = read(body)?;
    let _turn = desk.turns.lock().await;
    let rules = change.of(desk.hub.halts.rules());
    rules.examine()?;
    desk.set(&caller, origin, Command::SetBreaker(rules))
        .await?;
    desk.breaker().map(Json)
}

pub(super) async fn trip(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<HaltOutcome>, Failure> {
    let origin = caller.must_be(OPERATE)?;
    let TripRequest {
        level,
        drill,
        reason,
    } = read(body)?;
    let command = Command::TripBreaker {
        level,
        drill,
        reason,
    };
    desk.change_phases(&caller, origin, command).await
}

pub(super) async fn index(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
) -> Result<Json<IndexStatus>, Failure> {
    caller.must_be(LOOK)?;
    desk.index().map(Json)
}

pub(super) async fn weigh(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<IndexStatus>, Failure> {
    let origin = caller.must_be(OPERATE)?;
    let WeightChange { symbol, weight } = read(body)?;
    let instrument = desk.instrument(symbol.as_str())?.id;
    let command = Command::SetIndexWeight { instrument, weight };
    desk.set(&caller, origin, command).await?;
    desk.index().map(Json)
}

pub(super) async fn close(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<IndexStatus>, Failure> {
    let origin = caller.must_be(OPERATE)?;
    let IndexCloseChange { close } = read(body)?;
    let command = Command::SetIndexClose { close };
    desk.set(&caller, origin, command).await?;
    desk.index().map(Json)
}

impl Desk {
    fn breaker(&self) -> Result<BreakerStatus, Failure> {
        let IndexStatus { level, close, .. } = self.index()?;
        let tables = self.hub.halts.tables();
        Ok(BreakerStatus {
            rules: tables.rules,
            index: level,
            close,
            tripped: tables.tripped,
            holds: tables.hold.map(|hold| BreakerHold {
                level: hold.level,
                until: hold.until,
                drill: hold.drill,
                reason: hold.reason,
            }),
        })
    }

    /// The index, from the prices of the last trades.
    fn index(&self) -> Result<IndexStatus, Failure> {
        let tables = self.hub.halts.tables();
        let view = self.view.read();
        let components = tables.weights.iter().map(|(id, weight)| {
            let instrument = self.hub.directory.instrument(*id).ok_or(Failure::Defect)?;
            let last_px = view.book(*id).and_then(|book| book.tape().last_px());
            Ok(ComponentStatus {
                symbol: instrument.symbol,
                weight: *weight,
                price: last_px.unwrap_or(instrument.reference_px),
            })
        });
        let components = components.collect::<Result<Vec<_>, Failure>>()?;
        let worth = components
            .iter()
            .map(|it| i128::from(it.price.raw()) * i128::from(it.weight));
        Ok(IndexStatus {
            level: Money::from_raw(worth.sum()),
            close: tables.close,
            components,
        })
    }
}
