//! Events as lines a trader can read.

use super::names::Names;
use super::word::{again, bps, change_word, clock, side_word};
use market::account::AccountTerms;
use market::event::Event;
use market::instrument::{Auction, Phase};
use market::order::Side;

impl Names {
    pub(super) fn event(&self, event: &Event) -> String {
        match event {
            Event::Refused { refusal } => format!("refused: {refusal}"),
            Event::AssetListed { code, .. } => format!("asset {code}"),
            Event::InstrumentListed { instrument } => format!("listed {}", instrument.symbol),
            Event::ParticipantAdmitted { comp_id, .. } => format!("admitted {comp_id}"),
            Event::AccountOpened { name, terms, .. } => match terms {
                AccountTerms::Cash => format!("opened {name}"),
                AccountTerms::Unchecked => format!("opened {name}, unchecked"),
                AccountTerms::Margin(terms) => format!(
                    "opened {name}, on margin: initial {} bps, maintenance {} bps",
                    terms.initial_bps, terms.maintenance_bps
                ),
            },
            Event::AccountGranted {
                participant,
                account,
            } => format!(
                "{} may trade for {}",
                self.who(*participant),
                self.whose(*account)
            ),
            Event::AccountRevoked {
                participant,
                account,
            } => format!(
                "{} may not trade for {} any more",
                self.who(*participant),
                self.whose(*account)
            ),
            Event::AllCanceled {
                participant,
                canceled,
            } => format!("{canceled} of {} cancelled", self.who(*participant)),
            Event::FundsTransferred {
                transfer_id,
                account,
                asset,
                amount,
                balance,
                repeated,
            } => format!(
                "{transfer_id}: {amount} {} for {}, which has {balance}{}",
                self.code(*asset),
                self.whose(*account),
                again(*repeated)
            ),
            Event::SecuritiesTransferred {
                transfer_id,
                account,
                instrument,
                qty,
                cost_px,
                position,
                repeated,
            } => format!(
                "{transfer_id}: {qty} {} at {cost_px} for {}, which has {position}{}",
                self.symbol(*instrument),
                self.whose(*account),
                again(*repeated)
            ),
            Event::TransferRefused {
                transfer_id,
                account,
                refusal,
            } => format!(
                "{transfer_id} for {} refused: {refusal}",
                self.whose(*account)
            ),
            Event::LevelChanged {
                instrument,
                side,
                price,
                qty,
                orders,
            } => format!(
                "level {} {} {price}: {qty} in {orders}",
                self.symbol(*instrument),
                side_word(*side)
            ),
            Event::PhaseChanged {
                instrument,
                phase,
                reason,
                halt,
            } => {
                let phase = match phase {
                    Phase::Open => "open",
                    Phase::Halted => "halted",
                    Phase::Closed => "closed",
                    Phase::PreOpen => "in pre-open",
                    Phase::OpeningAuction => "in its opening auction",
                    Phase::IntradayAuction => "in an intraday auction",
                    Phase::VolatilityAuction => "in a volatility auction",
                    Phase::ClosingAuction => "in its closing auction",
                    Phase::PostTrade => "in post-trade",
                };
                let reason = reason.map_or(String::new(), |reason| format!(": {reason}"));
                let halt = halt.map_or(String::new(), |halt| super::halt::told(&halt));
                format!("{} is {phase}{halt}{reason}", self.symbol(*instrument))
            }
            Event::DayEnded => "the day is over".into(),
            Event::BandsMoved { instrument, bands } => {
                let symbol = self.symbol(*instrument);
                bands.map_or_else(
                    || format!("{symbol} has no bands"),
                    |it| {
                        format!(
                            "{symbol} trades from {} to {}, around {}",
                            it.lower, it.upper, it.reference
                        )
                    },
                )
            }
            Event::LimitStateChanged {
                instrument,
                side,
                until,
            } => {
                let symbol = self.symbol(*instrument);
                let until =
                    until.map_or_else(String::new, |until| format!(", until {}", clock(until)));
                match side {
                    None => format!("{symbol} is not in a limit state any more"),
                    Some(Side::Buy) => {
                        format!("{symbol} is in a limit state: bid at the upper band{until}")
                    }
                    Some(Side::Sell) => {
                        format!("{symbol} is in a limit state: offer at the lower band{until}")
                    }
                }
            }
            Event::RulesSet { instrument, .. } => {
                format!("new rules for {}", self.symbol(*instrument))
            }
            Event::Killed {
                scope,
                orders,
                suspended,
                dry_run,
                reason,
            } => {
                let how = match (dry_run, suspended) {
                    (true, _) => "would be killed",
                    (false, false) => "killed",
                    (false, true) => "killed, and suspended",
                };
                format!("{orders} orders of {} {how}: {reason}", self.meant(*scope))
            }
            Event::Reinstated { scope } => format!("{} may trade again", self.meant(*scope)),
            Event::SelfTradeSet {
                participant, group, ..
            } => format!(
                "self-trade of {} is set, group {}",
                self.who(*participant),
                group.map_or("none".to_owned(), |group| group.to_string())
            ),
            Event::CloseSet { instrument, at } => {
                let symbol = self.symbol(*instrument);
                at.map_or_else(
                    || format!("trading of {symbol} has no end"),
                    |at| {
                        format!(
                            "trading of {symbol} ends {} s into the day",
                            at.nanos() / 1_000_000_000
                        )
                    },
                )
            }
            Event::Seeded => "another seed".into(),
            Event::Ticked => "the time has come".into(),
            Event::FeeAccountSet { account } => format!("fees go to {}", self.whose(*account)),
            Event::FeesSet {
                instrument,
                tier,
                fees,
            } => format!(
                "{} costs tier {tier}: maker {}, taker {}, at least {}",
                self.symbol(*instrument),
                bps(fees.maker_ppm),
                bps(fees.taker_ppm),
                fees.minimum
            ),
            Event::RiskLimitSet(limit) => super::limit::told(limit, self),
            Event::MarginCall {
                account,
                equity,
                required,
                until,
                ..
            } => format!(
                "margin call for {}: equity {equity}, needs {required}, by {}",
                self.whose(*account),
                clock(*until)
            ),
            Event::MarginCallMet {
                account,
                equity,
                required,
                ..
            } => format!(
                "margin call for {} is met: equity {equity}, needs {required}",
                self.whose(*account)
            ),
            Event::ForcedClose {
                account,
                instrument,
                side,
                qty,
                cl_ord_id,
                ..
            } => format!(
                "closing for {}: {} {qty} {} by {cl_ord_id}",
                self.whose(*account),
                side_word(*side),
                self.symbol(*instrument)
            ),
            Event::ForcedCloseFailed {
                account,
                instrument,
                side,
                qty,
                refusal,
            } => format!(
                "cannot close for {}: {} {qty} {}: {refusal}",
                self.whose(*account),
                side_word(*side),
                self.symbol(*instrument)
            ),
            Event::MarginDeficit {
                account, equity, ..
            } => format!(
                "nothing left to close for {}, equity {equity}",
                self.whose(*account)
            ),
            Event::TradeChangeProposed {
                trade,
                change,
                by,
                until,
            } => format!(
                "{by} proposes {} trade {trade}, until {}",
                change_word(*change),
                clock(*until)
            ),
            Event::TradeChangeDropped { trade, change, by } => format!(
                "what {by} proposed, {} trade {trade}, is dropped",
                change_word(*change)
            ),
            Event::TradeChanged {
                was,
                now,
                proposed_by,
                approved_by,
            } => {
                let now = if now.is_busted {
                    "is undone".to_owned()
                } else {
                    format!("was {} @ {} = {}", now.qty, now.price, now.notional)
                };
                format!(
                    "trade {} of {} @ {} = {} {now} (by {proposed_by} and {approved_by})",
                    was.trade_id, was.qty, was.price, was.notional
                )
            }
            Event::ExecutionChanged { trade, side, order } => {
                let leg = trade.leg(*side);
                let stands = order.as_ref().map_or_else(
                    || format!("order {} is forgotten", leg.order_id),
                    |order| self.stands(order),
                );
                format!("{} side: {stands}; fee {}", side_word(*side), leg.fee)
            }
            Event::Overdrawn {
                account,
                instrument,
                free,
                ..
            } => {
                let what = instrument.map_or("cash", |it| self.symbol(it));
                format!("{} has {free} {what} free", self.whose(*account))
            }
            Event::TierSet { participant, tier } => {
                format!("{} is in tier {tier}", self.who(*participant))
            }
            Event::Indicative {
                instrument,
                price,
                volume,
                surplus,
                surplus_side,
            } => {
                let symbol = self.symbol(*instrument);
                let Some(price) = price else {
                    return format!("{symbol} would not trade");
                };
                let more = surplus_side.map_or(String::new(), |side| {
                    format!(", {surplus} more to {}", side_word(side))
                });
                format!("{symbol} would trade {volume} at {price}{more}")
            }
            Event::Uncrossed {
                instrument,
                auction,
                price,
                volume,
            } => {
                let auction = match auction {
                    Auction::Opening => "opening",
                    Auction::Intraday => "intraday",
                    Auction::Volatility => "volatility",
                    Auction::Closing => "closing",
                };
                let symbol = self.symbol(*instrument);
                match price {
                    Some(price) => format!("{symbol} {auction} auction: {volume} at {price}"),
                    None => format!("{symbol} {auction} auction: nothing trades"),
                }
            }
            Event::IndexWeightSet { .. }
            | Event::IndexCloseSet { .. }
            | Event::BreakerRulesSet(_)
            | Event::BreakerTripped { .. }
            | Event::BreakerEnded { .. } => super::breaker::told(event, self),
            Event::HaltScheduled { .. }
            | Event::HaltUnscheduled { .. }
            | Event::GroupSet { .. } => super::halt::scheduled(event, self),
            _ => self.order_event(event),
        }
    }
}
