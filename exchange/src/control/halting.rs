//! The paths of halts and groups: names and times in, a command to the sequencer, what came of it out.

use crate::control::caller::Caller;
use crate::control::desk::{Desk, LOOK, OPERATE, read};
use crate::control::failure::Failure;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, State};
use journal::entry::{Entry, Origin};
use market::command::Command;
use market::control::halt::{
    GroupChange, GroupStatus, HaltOutcome, HaltRequest, HaltsStatus, PhaseStatus, ResumeRequest,
    ScheduledHalt, When, Which, WithdrawHalt, canceled,
};
use market::event::Event;
use market::halt::Halt;
use market::id::{GroupName, InstrumentId, Symbol};
use market::instrument::Phase;
use market::scope::Instruments;
use std::collections::BTreeMap;

pub(super) async fn list(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
) -> Result<Json<HaltsStatus>, Failure> {
    caller.must_be(LOOK)?;
    let tables = desk.hub.halts.tables();
    let halted = tables.halted.iter().map(|(id, (facts, reason))| {
        Ok(PhaseStatus {
            symbol: desk.symbol(*id)?,
            phase: Phase::Halted,
            reason: Some(reason.to_string()),
            halt: Some(*facts),
        })
    });
    let scheduled = tables.scheduled.iter().map(|(id, halt)| {
        Ok(ScheduledHalt {
            id: *id,
            target: desk.which(halt.instruments)?,
            from: halt.from.unwrap_or_default(),
            until: halt.until,
            at_once: halt.at_once,
            orders: halt.orders,
            code: halt.code,
            reason: halt.reason,
        })
    });
    Ok(Json(HaltsStatus {
        halted: halted.collect::<Result<_, Failure>>()?,
        scheduled: scheduled.collect::<Result<_, Failure>>()?,
    }))
}

pub(super) async fn halt(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<HaltOutcome>, Failure> {
    let origin = caller.must_be(OPERATE)?;
    let request: HaltRequest = read(body)?;
    let now = desk.now();
    let from = request.from.map(|from| from.from(now));
    let until = request.until.map(|until| match until {
        // As long as is said, from its beginning.
        When::AfterNanos(_) => until.from(from.unwrap_or(now)),
        When::AtNanos(at) => at,
    });
    let command = Command::Halt(Halt {
        instruments: desk.instruments_of(request.target)?,
        orders: request.orders,
        from,
        until,
        at_once: request.at_once,
        code: request.code,
        reason: request.reason,
    });
    desk.change_phases(&caller, origin, command).await
}

pub(super) async fn resume(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<HaltOutcome>, Failure> {
    let origin = caller.must_be(OPERATE)?;
    let request: ResumeRequest = read(body)?;
    let now = desk.now();
    let command = Command::Resume {
        instruments: desk.instruments_of(request.target)?,
        at: request.at.map(|at| at.from(now)),
        at_once: request.at_once,
    };
    desk.change_phases(&caller, origin, command).await
}

pub(super) async fn withdraw(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<HaltOutcome>, Failure> {
    let origin = caller.must_be(OPERATE)?;
    let WithdrawHalt { id } = read(body)?;
    let command = Command::WithdrawHalt { id };
    desk.change_phases(&caller, origin, command).await
}

pub(super) async fn groups(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
) -> Result<Json<Vec<GroupStatus>>, Failure> {
    caller.must_be(LOOK)?;
    desk.groups().map(Json)
}

pub(super) async fn set_group(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Vec<GroupStatus>>, Failure> {
    let origin = caller.must_be(OPERATE)?;
    let GroupChange { symbol, group } = read(body)?;
    let instrument = desk.instrument(symbol.as_str())?.id;
    let command = Command::SetGroup { instrument, group };
    desk.set(&caller, origin, command).await?;
    desk.groups().map(Json)
}

impl Desk {
    /// What a name stands for.
    fn instruments_of(&self, which: Which) -> Result<Instruments, Failure> {
        Ok(match which {
            Which::All => Instruments::All,
            Which::Group(group) => Instruments::Group(group),
            Which::Instrument(symbol) => Instruments::One(self.instrument(symbol.as_str())?.id),
        })
    }

    fn which(&self, instruments: Instruments) -> Result<Which, Failure> {
        Ok(match instruments {
            Instruments::All => Which::All,
            Instruments::Group(group) => Which::Group(group),
            Instruments::One(id) => Which::Instrument(self.symbol(id)?),
        })
    }

    fn groups(&self) -> Result<Vec<GroupStatus>, Failure> {
        let mut groups: BTreeMap<GroupName, Vec<Symbol>> = BTreeMap::new();
        for (id, group) in self.hub.halts.tables().groups {
            groups.entry(group).or_default().push(self.symbol(id)?);
        }
        let all = groups.into_iter();
        Ok(all
            .map(|(group, symbols)| GroupStatus { group, symbols })
            .collect())
    }

    /// Halts, resumes or trips; the answer shows the phases that the entry brought.
    pub(super) async fn change_phases(
        &self,
        caller: &Caller,
        origin: Origin,
        command: Command,
    ) -> Result<Json<HaltOutcome>, Failure> {
        let entry = self.order(caller, origin, command).await?;
        if let Some(refusal) = entry.refusal() {
            return Err(refusal.into());
        }
        let scheduled = entry.events.iter().rev().find_map(|event| match event {
            Event::HaltScheduled { id, .. } | Event::HaltUnscheduled { id, .. } => Some(*id),
            _ => None,
        });
        Ok(Json(HaltOutcome {
            seq: entry.seq,
            scheduled,
            instruments: self.phases_of(&entry)?,
            canceled: canceled(&entry.events),
        }))
    }

    /// The phases that an entry brought.
    fn phases_of(&self, entry: &Entry) -> Result<Vec<PhaseStatus>, Failure> {
        let changed = entry.events.iter().filter_map(|event| match event {
            Event::PhaseChanged {
                instrument,
                phase,
                reason,
                halt,
            } => Some((*instrument, *phase, *reason, *halt)),
            _ => None,
        });
        changed
            .map(
                |(id, phase, reason, halt): (InstrumentId, _, Option<_>, _)| {
                    Ok(PhaseStatus {
                        symbol: self.symbol(id)?,
                        phase,
                        reason: reason.map(|reason| reason.to_string()),
                        halt,
                    })
                },
            )
            .collect()
    }
}
