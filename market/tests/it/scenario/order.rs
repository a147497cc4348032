//! Orders in words: what was asked, how it stands, and what became of it.

use super::names::Names;
use super::word::{clock, side_word};
use market::event::{CancelReason, CxlRejResponseTo, Event, Restatement};
use market::money::Money;
use market::order::{OrdStatus, OrdType, OrderFacts, OrderTerms, Peg, TimeInForce};
use market::price::Price;
use market::qty::Qty;

impl Names {
    pub(super) fn order_event(&self, event: &Event) -> String {
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

    pub(super) fn stands(&self, order: &OrderFacts) -> String {
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
}

fn held(order: &OrderFacts) -> String {
    if order.reserved == Money::ZERO {
        String::new()
    } else {
        format!(", holds {}", order.reserved)
    }
}
