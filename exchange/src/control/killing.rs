//! The paths of the kill switch: names in, a command to the sequencer, what came of it out.

use crate::control::caller::Caller;
use crate::control::desk::{Desk, OPERATE, read};
use crate::control::failure::Failure;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, State};
use journal::entry::Instruction;
use market::command::Command;
use market::control::kill::{KillOutcome, KillRequest, ReinstateRequest, Target};
use market::event::Event;
use market::scope::Scope;
use std::string::ToString;

pub(super) async fn kill(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<KillOutcome>, Failure> {
    let origin = caller.must_be(OPERATE)?;
    let request: KillRequest = read(body)?;
    let command = Command::Kill {
        scope: desk.scope(request.target)?,
        suspend: request.suspend,
        dry_run: request.dry_run,
        reason: request.reason,
    };
    let entry = desk
        .submit(&caller, origin, Instruction::Market(command))
        .await?;
    let told = entry.events.iter().find_map(|event| match event {
        Event::Killed {
            orders,
            suspended,
            dry_run,
            reason,
            ..
        } => Some(Ok(KillOutcome {
            seq: entry.seq,
            target: request.target,
            orders: *orders,
            suspended: *suspended,
            dry_run: *dry_run,
            reason: Some(reason.to_string()),
        })),
        Event::Refused { refusal } => Some(Err(Failure::Refused(*refusal))),
        _ => None,
    });
    told.unwrap_or(Err(Failure::Defect)).map(Json)
}

pub(super) async fn reinstate(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<KillOutcome>, Failure> {
    let origin = caller.must_be(OPERATE)?;
    let request: ReinstateRequest = read(body)?;
    let command = Command::Reinstate {
        scope: desk.scope(request.target)?,
    };
    let entry = desk
        .submit(&caller, origin, Instruction::Market(command))
        .await?;
    match entry.events.first() {
        Some(Event::Reinstated { .. }) => Ok(Json(KillOutcome {
            seq: entry.seq,
            target: request.target,
            orders: 0,
            suspended: false,
            dry_run: false,
            reason: None,
        })),
        Some(Event::Refused { refusal }) => Err(Failure::Refused(*refusal)),
        _ => Err(Failure::Defect),
    }
}

impl Desk {
    /// What a name stands for.
    fn scope(&self, target: Target) -> Result<Scope, Failure> {
        let directory = &self.hub.directory;
        match target {
            Target::All => Ok(Scope::All),
            Target::Participant(comp_id) => self
                .participant(comp_id.as_str())
                .map(|record| Scope::Participant(record.id)),
            Target::Account(name) => directory
                .account_by_name(name)
                .map(Scope::Account)
                .ok_or_else(|| Failure::Account(name.to_string())),
            Target::Instrument(symbol) => directory
                .instrument_by_symbol(symbol.as_str())
                .map(|instrument| Scope::Instrument(instrument.id))
                .ok_or_else(|| Failure::Symbol(symbol.to_string())),
        }
    }
}
