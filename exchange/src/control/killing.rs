//! The paths of the kill switch: names in, a command to the sequencer, what came of it and how long until the last report out.

use crate::control::caller::Caller;
use crate::control::desk::{Desk, OPERATE, read};
use crate::control::failure::Failure;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, State};
use journal::entry::Entry;
use market::command::Command;
use market::control::kill::{KillOutcome, KillRequest, ReinstateRequest, Target};
use market::event::Event;
use market::id::ParticipantId;
use market::scope::Scope;
use std::collections::BTreeSet;
use std::string::ToString;
use std::time::Duration;
use tokio::time::Instant;

pub(super) async fn kill(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<KillOutcome>, Failure> {
    let origin = caller.must_be(OPERATE)?;
    let began = Instant::now();
    let request: KillRequest = read(body)?;
    let command = Command::Kill {
        scope: desk.scope(request.target)?,
        suspend: request.suspend,
        dry_run: request.dry_run,
        reason: request.reason,
    };
    let entry = desk.order(&caller, origin, command).await?;
    let late = desk.reported(&entry, began + PATIENCE).await;
    let took = began.elapsed();
    let is_told = late == Some(0);
    if is_told {
        desk.hub.metrics.kill_seconds.observe(took.as_secs_f64());
    }
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    if let Some(refusal) = entry.refusal() {
        return Err(refusal.into());
    }
    let told = entry.events.iter().find_map(|event| match event {
        Event::Killed {
            orders,
            suspended,
            dry_run,
            reason,
            ..
        } => Some(KillOutcome {
            seq: entry.seq,
            target: request.target,
            orders: *orders,
            suspended: *suspended,
            dry_run: *dry_run,
            reason: Some(reason.to_string()),
            reported_micros: is_told.then_some(micros),
            unreported: late.unwrap_or(0),
        }),
        _ => None,
    });
    told.map(Json).ok_or(Failure::Defect)
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
    let entry = desk.order(&caller, origin, command).await?;
    if let Some(refusal) = entry.refusal() {
        return Err(refusal.into());
    }
    Ok(Json(KillOutcome {
        seq: entry.seq,
        target: request.target,
        orders: 0,
        suspended: false,
        dry_run: false,
        reason: None,
        reported_micros: None,
        unreported: 0,
    }))
}

/// How long an operator waits for the last report of a kill.
const PATIENCE: Duration = Duration::from_secs(5);

impl Desk {
    /// Waits until the reports of all orders that a kill has cancelled are written, until `deadline` at most; how many sessions have not
    /// taken theirs then. None when there is nothing to report.
    async fn reported(&self, entry: &Entry, deadline: Instant) -> Option<u32> {
        let owners: BTreeSet<ParticipantId> = entry
            .events
            .iter()
            .filter_map(|event| match event {
                Event::OrderCanceled { order, .. } => Some(order.participant),
                _ => None,
            })
            .collect();
        if owners.is_empty() {
            return None;
        }
        let sessions = owners.iter().filter_map(|id| self.roster.session(*id));
        let mut late = 0;
        for session in sessions {
            if !session.passed(entry.seq, deadline).await {
                late += 1;
            }
        }
        Some(late)
    }

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
