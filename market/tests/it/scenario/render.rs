//! [`Names`]: events, books and balances as lines a trader can read, with names for the market's numbers.

use market::account::AccountTerms;
use market::event::{CancelReason, CxlRejResponseTo, Event, Restatement};
use market::id::{AccountId, AssetId, InstrumentId, ParticipantId};
use market::instrument::{Auction, Phase};
use market::market::Market;
use market::money::Money;
use market::order::{OrdStatus, OrdType, OrderFacts, OrderTerms, Peg, Side, TimeInForce, Working};
use market::price::Price;
use market::qty::Qty;
use market::scope::Scope;
use market::time::Timestamp;
use market::trades::TradeChange;

/// The names that events have told, by number.
#[derive(Default)]
pub(super) struct Names {
    assets: Vec<String>,
    instruments: Vec<String>,
    participants: Vec<String>,
    accounts: Vec<String>,
}

impl Names {
    pub(super) fn learn(&mut self, event: &Event) {
        match event {
            Event::AssetListed { code, .. } => self.assets.push(code.to_string()),
            Event::InstrumentListed { instrument } => {
                self.instruments.push(instrument.symbol.to_string());
            }
            Event::ParticipantAdmitted { comp_id, .. } => {
                self.participants.push(comp_id.to_string());
            }
            Event::AccountOpened { name, .. } => self.accounts.push(name.to_string()),
            _ => {}
        }
    }

    pub(super) fn asset(&self, name: &str) -> Result<AssetId, String> {
        number(&self.assets, name).map(AssetId)
    }

    pub(super) fn instrument(&self, name: &str) -> Result<InstrumentId, String> {
        number(&self.instruments, name).map(InstrumentId)
    }

    pub(super) fn participant(&self, name: &str) -> Result<ParticipantId, String> {
        number(&self.participants, name).map(ParticipantId)
    }

    pub(super) fn account(&self, name: &str) -> Result<AccountId, String> {
        number(&self.accounts, name).map(AccountId)
    }

    pub(super) fn symbol(&self, id: InstrumentId) -> &str {
        name(&self.instruments, id.0)
    }

    pub(super) fn code(&self, id: AssetId) -> &str {
        name(&self.assets, id.0)
    }

    pub(super) fn who(&self, id: ParticipantId) -> &str {
        name(&self.participants, id.0)
    }

    pub(super) fn whose(&self, id: AccountId) -> &str {
        name(&self.accounts, id.0)
    }

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
                name(&self.assets, asset.0),
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

    fn meant(&self, scope: Scope) -> &str {
        match scope {
            Scope::All => "all",
            Scope::Participant(id) => self.who(id),
            Scope::Account(id) => self.whose(id),
            Scope::Instrument(id) => self.symbol(id),
        }
    }

    /// What a word of the kill switch means.
    pub(super) fn scope(&self, word: &str) -> Result<Scope, String> {
        if word == "all" {
            return Ok(Scope::All);
        }
        let participant = self.participant(word).map(Scope::Participant);
        let account = || self.account(word).map(Scope::Account);
        let instrument = || self.instrument(word).map(Scope::Instrument);
        participant.or_else(|_| account()).or_else(|_| instrument())
    }

    fn order_event(&self, event: &Event) -> String {
        match event {
            Event::OrderAccepted { order } => {
                format!("accepted {}: {}", order.cl_ord_id, self.terms(&order.terms)) + &held(order)
            }
            Event::OrderRejected {
                cl_ord_id, refusal, ..
            } => format!("rejected {cl_ord_id}: {refusal}"),
            Event::Traded {
                trade_id,
                price,
                qty,
                notional,
                maker,
                taker,
                fees,
                auction,
                ..
            } => {
                let (one, other) = match auction {
                    None => ("maker", "taker"),
                    Some(_) => ("buyer", "seller"),
                };
                let fees = fees.map_or_else(String::new, |fees| {
                    format!("; fees: maker {}, taker {}", fees.maker, fees.taker)
                });
                format!(
                    "trade {trade_id}: {qty} @ {price} = {notional}; {one} {}; {other} {}{fees}",
                    self.stands(maker),
                    self.stands(taker)
                )
            }
            Event::OrderCanceled {
                order,
                request,
                reason,
            } => {
                let reason = match reason {
                    CancelReason::Requested => "as asked",
                    CancelReason::MassCancel => "with others",
                    CancelReason::Unfilled => "nothing more to trade with",
                    CancelReason::NotWhole => "cannot trade whole",
                    CancelReason::WouldTrade => "would trade",
                    CancelReason::SelfTrade => "met its own account",
                    CancelReason::Operator => "by an operator",
                    CancelReason::TradingHalt => "its trading is halted",
                    CancelReason::Drill => "in a drill",
                    CancelReason::BelowMinQty => "cannot trade its least quantity",
                    CancelReason::Collar => "the rest is beyond the collar",
                    CancelReason::MarginCall => "margin call not met",
                    CancelReason::AuctionOver => "its auction is over",
                    CancelReason::BeyondBand => "beyond a price band",
                    CancelReason::Band => "would trade outside a band",
                    CancelReason::Unaffordable => "its account cannot pay the price",
                };
                let request = request.map_or(String::new(), |id| format!(" by {id}"));
                format!("canceled{request}, {reason}: {}", self.stands(order))
            }
            Event::OrderExpired { order } => format!("expired: {}", self.stands(order)),
            Event::OrderReplaced {
                order,
                orig_cl_ord_id,
            } => format!(
                "replaced {orig_cl_ord_id} by {}: {}; {}",
                order.cl_ord_id,
                self.terms(&order.terms),
                self.stands(order)
            ),
            Event::OrderRestated { order, reason } => {
                let reason = match reason {
                    Restatement::NewDay => "for the new day",
                    Restatement::Repriced => "at another price",
                };
                let pegged = matches!(order.terms.ord_type, OrdType::Pegged { .. })
                    || order.terms.reprice_to_band;
                let at = match order.working.price() {
                    Some(price) if pegged => format!(" {price}"),
                    _ => String::new(),
                };
                format!("restated {reason}{at}: {}", self.stands(order))
            }
            Event::OrderTriggered { order } => format!("triggered: {}", self.stands(order)),
            Event::OrderDecremented { order, qty } => {
                format!("lost {qty}: {}", self.stands(order))
            }
            Event::CancelRejected {
                cl_ord_id,
                response_to,
                order,
                refusal,
                ..
            } => {
                let what = match response_to {
                    CxlRejResponseTo::Cancel => "cancel",
                    CxlRejResponseTo::Replace => "replace",
                };
                let order = order.map_or(String::new(), |o| format!("; {}", self.stands(&o)));
                format!("{what} {cl_ord_id} rejected: {refusal}{order}")
            }
            Event::OrderStatus {
                order, total, last, ..
            } => {
                let order = order.map_or("no order".into(), |o| {
                    format!("{}; {}", self.terms(&o.terms), self.stands(&o))
                });
                let last = if *last { ", last" } else { "" };
                format!("status ({total} in all{last}): {order}")
            }
            Event::MassCanceled {
                cl_ord_id, outcome, ..
            } => match outcome {
                Ok(count) => format!("mass cancel {cl_ord_id}: {count} canceled"),
                Err(refusal) => format!("mass cancel {cl_ord_id} rejected: {refusal}"),
            },
            _ => unreachable!("told by event()"),
        }
    }

    fn terms(&self, terms: &OrderTerms) -> String {
        let price = match terms.ord_type {
            OrdType::Market => "market".to_owned(),
            OrdType::Limit(price) => price.to_string(),
            OrdType::Stop { stop_px } => format!("market stop={stop_px}"),
            OrdType::StopLimit { stop_px, price } => format!("{price} stop={stop_px}"),
            OrdType::MarketToLimit => "market-to-limit".to_owned(),
            OrdType::Pegged { peg, offset, limit } => {
                let limit = limit.map_or_else(String::new, |limit| format!(" limit={limit}"));
                let peg = match peg {
                    Peg::Primary => "primary",
                    Peg::Market => "opposite",
                    Peg::Mid => "mid",
                };
                let offset = match offset {
                    Price::ZERO => String::new(),
                    offset => format!(" offset={offset}"),
                };
                format!("peg={peg}{offset}{limit}")
            }
            OrdType::TrailingStop { offset } => format!("market trail={offset}"),
        };
        let tif = match terms.time_in_force {
            TimeInForce::Day => "day".to_owned(),
            TimeInForce::Gtc => "gtc".to_owned(),
            TimeInForce::Ioc => "ioc".to_owned(),
            TimeInForce::Fok => "fok".to_owned(),
            TimeInForce::Gtd(until) => format!("until={}", clock(until)),
            TimeInForce::AtOpen => "at-open".to_owned(),
            TimeInForce::AtClose => "at-close".to_owned(),
        };
        let mut text = format!(
            "{} {} {} @ {price} {tif} for {}",
            if terms.short_sale {
                "short"
            } else {
                side_word(terms.side)
            },
            terms.order_qty,
            self.symbol(terms.instrument),
            self.whose(terms.account)
        );
        if terms.post_only {
            text += " post-only";
        }
        if let Some(floor) = terms.max_floor {
            text += &format!(" showing {floor}");
        }
        if terms.all_or_none {
            text += " all-or-none";
        }
        if let Some(min) = terms.min_qty {
            text += &format!(" at least {min}");
        }
        if terms.reprice_to_band {
            text += ", or at the band";
        }
        text
    }

    fn stands(&self, order: &OrderFacts) -> String {
        let status = match order.ord_status {
            OrdStatus::New => "new",
            OrdStatus::PartiallyFilled => "partially filled",
            OrdStatus::Filled => "filled",
            OrdStatus::Canceled => "canceled",
            OrdStatus::Rejected => "rejected",
            OrdStatus::Expired => "expired",
        };
        let mut text = format!(
            "{} {status}, {} done, {} left",
            order.cl_ord_id, order.cum_qty, order.leaves_qty
        );
        if order.cum_qty > Qty::ZERO {
            text += &format!(", avg {}", order.avg_px());
        }
        text + &held(order)
    }

    pub(super) fn book(&self, market: &Market, instrument: InstrumentId) -> Vec<String> {
        let mut lines = Vec::new();
        for side in [Side::Buy, Side::Sell] {
            for resting in market.resting(instrument, side) {
                let order = resting.order;
                let price = order.working.price().expect("what rests has a price");
                let mut line = format!(
                    "{} {price}: {} {}",
                    side_word(side),
                    order.cl_ord_id,
                    order.leaves_qty
                );
                if resting.shown != order.leaves_qty {
                    line += &format!(", shows {}", resting.shown);
                }
                lines.push(line);
            }
        }
        for order in market.waiting(instrument) {
            let side = side_word(order.terms.side);
            let how = match order.working {
                Working::Held { stop_px } => format!(" stop {stop_px}"),
                Working::At(price) => format!(" whole {price}"),
                _ if matches!(order.terms.ord_type, OrdType::Pegged { .. }) => " peg".to_owned(),
                _ => ", beside the book".to_owned(),
            };
            lines.push(format!(
                "{side}{how}: {} {}",
                order.cl_ord_id, order.leaves_qty
            ));
        }
        if lines.is_empty() {
            lines.push("empty".into());
        }
        lines
    }

    pub(super) fn standing(&self, market: &Market, account: AccountId) -> Vec<String> {
        let asset = AssetId(0);
        let it = market.standing(account, asset).expect("a known account");
        let call = match market.margin_call(account, asset) {
            None => String::new(),
            Some(None) => ", called".into(),
            Some(Some(until)) => format!(", called until {}", clock(until)),
        };
        vec![format!("equity {}, positions {}{call}", it.equity, it.held)]
    }

    pub(super) fn balances(&self, market: &Market, account: AccountId) -> Vec<String> {
        let mut lines = Vec::new();
        for asset in (0..).take(self.assets.len()) {
            let cash = market.cash(account, AssetId(asset));
            let cash = cash.expect("a known account");
            if asset == 0 || cash.total != Money::ZERO {
                lines.push(balance(
                    name(&self.assets, asset),
                    cash.total,
                    cash.reserved,
                ));
            }
        }
        lines.extend(market.holdings(account).map(|(instrument, holding)| {
            balance(self.symbol(instrument), holding.total, holding.reserved)
        }));
        lines
    }
}

fn balance(what: &str, total: Money, reserved: Money) -> String {
    if reserved == Money::ZERO {
        format!("{total} {what}")
    } else {
        format!("{total} {what}, {reserved} of it reserved")
    }
}

fn change_word(change: TradeChange) -> String {
    match change {
        TradeChange::Bust => "to undo".to_owned(),
        TradeChange::Correct { price, qty } => format!("{qty} @ {price} for"),
    }
}

/// Millionths as basis points.
fn bps(ppm: i32) -> String {
    format!("{} bps", Price::from_raw(i64::from(ppm) * 1_000_000))
}

fn held(order: &OrderFacts) -> String {
    if order.reserved == Money::ZERO {
        String::new()
    } else {
        format!(", holds {}", order.reserved)
    }
}

/// Time of day, to the second and whatever is beyond.
pub(super) fn clock(at: Timestamp) -> String {
    let (seconds, part) = (at.nanos() / 1_000_000_000, at.nanos() % 1_000_000_000);
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    let mut text = format!("{hours:02}:{minutes:02}:{:02}", seconds % 60);
    if part != 0 {
        text += format!(".{part:09}").trim_end_matches('0');
    }
    text
}

const fn again(repeated: bool) -> &'static str {
    if repeated { " (as before)" } else { "" }
}

const fn side_word(side: Side) -> &'static str {
    match side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    }
}

fn name(names: &[String], id: u32) -> &str {
    names.get(id as usize).map_or("?", String::as_str)
}

fn number(names: &[String], name: &str) -> Result<u32, String> {
    let at = names.iter().position(|known| known == name);
    let at = at.ok_or_else(|| format!("{name} is unknown"))?;
    u32::try_from(at).map_err(|why| why.to_string())
}
