//! [`step`]: what the calendar has to do with an instrument, if anything. In: what the calendar has now, and what the journal says of the
//! instrument. Out: one command; asked again after it, until there is nothing more to do. Pure, and so the same after a restart.
//!
//! The rules, each in the operators' manual, too:
//! - A phase of the calendar is commanded once: not again when somebody has placed the instrument since it began. An operator's hand so
//!   counts until the next phase, and his closing until the next trading day. Pre-open by hand after a trading day has ended is the next
//!   one's: its orders stay.
//! - Nothing is commanded in a halt, except the close. After it the phase that the calendar has then follows.
//! - Of phases that the venue has missed only the last is made up for, without an auction in which nobody could have taken part: a missed
//!   opening call begins late, a missed closing call does not take place.

use crate::calendar::standing::{Planned, Standing};
use crate::directory::place::Place;
use market::command::Command;
use market::id::InstrumentId;
use market::instrument::{Auction, Phase};
use market::time::Timestamp;

/// The next command, at `now`. `missed`: the calendar's phase began before the venue did.
pub fn step(
    instrument: InstrumentId,
    place: Place,
    standing: &Standing,
    now: Timestamp,
    missed: bool,
) -> Option<Command> {
    let Place {
        phase,
        placed,
        closes,
    } = place;
    let is_placed_since = |moment: Timestamp| placed.is_some_and(|placed| placed >= moment);
    if standing.phase != Planned::Closed && closes != Some(standing.closes) {
        return Some(Command::SetClose {
            instrument,
            at: Some(standing.closes),
        });
    }
    if is_placed_since(standing.since) {
        return None;
    }
    let close = Command::Close { instrument };
    let post_trade = Command::PostTrade { instrument };
    let call = |auction, until| Command::Call {
        instrument,
        auction,
        until,
    };
    let is_of_today = is_placed_since(standing.day_began);
    if standing.phase == Planned::Closed {
        return match phase {
            Phase::Closed => None,
            Phase::ClosingAuction if !missed => Some(post_trade),
            _ => Some(close),
        };
    }
    // Placed by hand before the calendar's day begins, behind the end of the one before: orders are gathered for this day.
    let is_early = phase == Phase::PreOpen && standing.last_ended.is_none_or(is_placed_since);
    if !is_of_today && !is_early && phase != Phase::Closed {
        // The close of a day before was missed.
        return Some(close);
    }
    let may_begin = phase == Phase::PreOpen || (phase == Phase::Closed && !is_of_today);
    match standing.phase {
        Planned::PreOpen if phase == Phase::Closed && !is_of_today => {
            Some(Command::PreOpen { instrument })
        }
        Planned::Call(Auction::Opening, until) if may_begin => Some(call(Auction::Opening, until)),
        Planned::Continuous if may_begin && standing.opening_nanos == 0 => {
            Some(Command::Open { instrument })
        }
        Planned::Continuous if may_begin => {
            let until = now.nanos().saturating_add(standing.opening_nanos);
            let until = Timestamp::from_nanos(until);
            let until = standing.next.map_or(until, |next| until.min(next));
            Some(call(Auction::Opening, until))
        }
        Planned::Call(Auction::Intraday, until) if phase == Phase::Open => {
            Some(call(Auction::Intraday, until))
        }
        Planned::Call(Auction::Closing, until)
            if matches!(
                phase,
                Phase::Open | Phase::IntradayAuction | Phase::VolatilityAuction
            ) =>
        {
            Some(call(Auction::Closing, until))
        }
        Planned::PostTrade => match phase {
            Phase::Open => Some(post_trade),
            Phase::OpeningAuction | Phase::IntradayAuction | Phase::VolatilityAuction => {
                Some(if missed { close } else { post_trade })
            }
            _ => None,
        },
        _ => None,
    }
}
