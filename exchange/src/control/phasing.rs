//! The path that places an instrument into a phase by hand: a name and a goal in, a command to the sequencer, the phase that it brought out.

use crate::control::caller::Caller;
use crate::control::desk::{Desk, OPERATE, read};
use crate::control::failure::Failure;
use crate::control::routes::unexpected;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, Path, State};
use journal::entry::Origin;
use market::command::Command;
use market::control::InstrumentStatus;
use market::control::phase::{Goal, PhaseRequest};
use market::event::Event;
use market::id::InstrumentId;
use market::instrument::Instrument;
use market::time::Timestamp;

/// Longest time that a call may be given, in seconds: a day.
const CALL_SECS_MAX: i64 = 86_400;

pub(super) async fn place(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    Path(symbol): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<InstrumentStatus>, Failure> {
    let origin = caller.must_be(OPERATE)?;
    let PhaseRequest { to } = read(body)?;
    let instrument = desk.instrument(&symbol)?;
    let command = command(instrument.id, &to, desk.now().nanos())?;
    desk.change_phase(&caller, origin, command, &instrument)
        .await
}

impl Desk {
    /// Places an instrument; the answer shows the phase that the entry brought.
    async fn change_phase(
        &self,
        caller: &Caller,
        origin: Origin,
        command: Command,
        instrument: &Instrument,
    ) -> Result<Json<InstrumentStatus>, Failure> {
        let entry = self.order(caller, origin, command).await?;
        if let Some(refusal) = entry.refusal() {
            return Err(refusal.into());
        }
        // Its trades can move the index, which then changes the phases of others, too.
        let entered = entry.events.iter().rev().find_map(|event| match event {
            Event::PhaseChanged {
                instrument: of,
                phase,
                reason,
                ..
            } if *of == instrument.id => Some((*phase, *reason)),
            _ => None,
        });
        let (phase, reason) = entered.ok_or_else(|| unexpected(&entry, entry.events.last()))?;
        Ok(Json(InstrumentStatus {
            phase,
            reason: reason.map(|it| it.to_string()),
            ..self.instrument_status(instrument)
        }))
    }
}

fn command(instrument: InstrumentId, to: &Goal, now: i64) -> Result<Command, Failure> {
    Ok(match to {
        Goal::PreOpen => Command::PreOpen { instrument },
        Goal::Open => Command::Open { instrument },
        Goal::PostTrade => Command::PostTrade { instrument },
        Goal::Close => Command::Close { instrument },
        Goal::Call { auction, until } => {
            let wrong = "until: a time like 2026-11-26T17:35:00Z, or +90s, +5m or +1h from now on; within a day";
            let nanos = moment(until, now).ok_or_else(|| Failure::Body(wrong.to_owned()))?;
            Command::Call {
                instrument,
                auction: *auction,
                until: Timestamp::from_nanos(nanos),
            }
        }
    })
}

/// The moment that a text means, when it is not more than a day ahead.
fn moment(text: &str, now: i64) -> Option<i64> {
    let nanos = match text.strip_prefix('+') {
        None => {
            let instant: jiff::Timestamp = text.parse().ok()?;
            i64::try_from(instant.as_nanosecond()).ok()?
        }
        Some(span) => {
            let unit = span.chars().next_back()?;
            let seconds = match unit {
                's' => 1,
                'm' => 60,
                'h' => 3_600,
                _ => return None,
            };
            let digits = span.strip_suffix(unit)?;
            let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            let count: i64 = digits.parse().ok().filter(|_| is_number)?;
            let seconds = count.checked_mul(seconds)?;
            now.checked_add(seconds.checked_mul(1_000_000_000)?)?
        }
    };
    let longest = now.saturating_add(CALL_SECS_MAX * 1_000_000_000);
    (nanos <= longest).then_some(nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_time_or_a_span() {
        let now = 1_767_603_600_000_000_000;
        let ahead = |seconds: i64| Some(now + seconds * 1_000_000_000);
        let table = [
            ("2026-01-05T09:01:00Z", ahead(60)),
            ("2026-01-05T10:01:00+01:00", ahead(60)),
            ("2026-01-05T08:00:00Z", ahead(-3_600)),
            ("+90s", ahead(90)),
            ("+5m", ahead(300)),
            ("+24h", ahead(86_400)),
            ("+25h", None),
            ("2026-01-06T09:00:01Z", None),
            ("+", None),
            ("+m", None),
            ("+-5m", None),
            ("+5", None),
            ("+5d", None),
            ("+5é", None),
            ("+99999999999999999h", None),
            ("5m", None),
            ("09:30", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(moment(text, now), expected, "{text}");
        }
    }
}
