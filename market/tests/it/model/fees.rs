//! What trades cost in the [`Model`].

use super::{Model, Order};
use market::command::Command;
use market::fees::{Fees, MAX_FEE_PPM, MAX_MINIMUM, TIERS};
use market::id::{AccountId, InstrumentId, ParticipantId};
use market::money::Money;
use market::order::OrdType;
use market::refusal::Refusal;

#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    account: Option<AccountId>,
    rows: Vec<(InstrumentId, u8, Fees)>,
    tiers: Vec<(ParticipantId, u8)>,
}

impl Table {
    /// The last word about a tier, else about tier 0.
    fn of(&self, order: &Order) -> Option<Fees> {
        let tier = self
            .tiers
            .iter()
            .rfind(|(who, _)| *who == order.participant);
        let tier = tier.map_or(0, |(_, tier)| *tier);
        let row = |wanted| {
            let mut rows = self.rows.iter().rev();
            rows.find(|(instrument, tier, _)| {
                *instrument == order.terms.instrument && *tier == wanted
            })
        };
        row(tier).or_else(|| row(0)).map(|(_, _, fees)| *fees)
    }
}

impl Model {
    pub(super) fn set_fees(&mut self, command: &Command) -> Result<(), Refusal> {
        match *command {
            Command::SetFeeAccount { account } => {
                self.known_account(account)?;
                self.fees.account = Some(account);
            }
            Command::SetFees {
                instrument,
                tier,
                fees,
            } => {
                self.phase(instrument)?;
                let rates = [fees.maker_ppm, fees.taker_ppm];
                if rates.iter().any(|rate| rate.abs() > MAX_FEE_PPM)
                    || rates[0] + rates[1] < 0
                    || fees.minimum < Money::ZERO
                    || fees.minimum > MAX_MINIMUM
                {
                    return Err(Refusal::BadFees);
                }
                if tier >= TIERS {
                    return Err(Refusal::BadTier { tiers: TIERS });
                }
                if self.fees.account.is_none() {
                    return Err(Refusal::NoFeeAccount);
                }
                // Whoever meets whom: what one side is paid comes from the other.
                let paid = |tier_of: u8| {
                    if tier_of == tier {
                        return Some(fees);
                    }
                    let mut rows = self.fees.rows.iter().rev();
                    let row = rows.find(|(it, of, _)| (*it, *of) == (instrument, tier_of));
                    row.map(|(_, _, fees)| *fees)
                };
                let all: Vec<Fees> = (0..TIERS).filter_map(paid).collect();
                let is_paid = |it: &Fees, other: &Fees| it.maker_ppm + other.taker_ppm >= 0;
                if !all
                    .iter()
                    .all(|it| all.iter().all(|other| is_paid(it, other)))
                {
                    return Err(Refusal::BadFees);
                }
                self.fees.rows.push((instrument, tier, fees));
                self.bind_where(|order| order.terms.instrument == instrument);
            }
            Command::SetTier { participant, tier } => {
                self.known_participant(participant)?;
                if tier >= TIERS {
                    return Err(Refusal::BadTier { tiers: TIERS });
                }
                self.fees.tiers.push((participant, tier));
                self.bind_where(|order| order.participant == participant);
            }
            _ => unreachable!("asked only of fees"),
        }
        Ok(())
    }

    /// What is held, and what waits for an auction at any price, reserves anew where its fees change.
    pub(super) fn bind_where(&mut self, is_meant: impl Fn(&Order) -> bool) {
        for at in 0..self.orders.len() {
            let mut order = self.orders[at].clone();
            if is_meant(&order) {
                self.bind(&mut order);
                let is_at_market = matches!(order.terms.ord_type, OrdType::Market);
                if is_at_market && order.price().is_none() && order.trigger.is_none() {
                    order.cover = self.cover(&order.terms);
                    order.most = None;
                }
                self.orders[at] = order;
            }
        }
    }

    /// The most that what is left of an order can cost in fees, where it may cost `cost`.
    pub(super) fn worst_fee(&self, order: &Order, cost: i128) -> i128 {
        let Some(fees) = self.fees.of(order) else {
            return 0;
        };
        let rate = fees.maker_ppm.max(fees.taker_ppm).max(0);
        let first = if order.cum == 0 {
            fees.minimum.raw().min(cost)
        } else {
            0
        };
        first + cost * i128::from(rate) / 1_000_000
    }

    /// Takes the fee of a trade from an order's account; the order has not counted the trade yet.
    pub(super) fn charge(&mut self, order: &Order, is_maker: bool, notional: i128) -> i128 {
        let Some(fees) = self.fees.of(order) else {
            return 0;
        };
        let rate = if is_maker {
            fees.maker_ppm
        } else {
            fees.taker_ppm
        };
        let mut fee = notional * i128::from(rate) / 1_000_000;
        if order.cum == 0 && rate >= 0 {
            fee = fee.max(fees.minimum.raw()).min(notional);
        }
        let to = self.fees.account.expect("set before any fees");
        self.cash[order.terms.account.0 as usize] -= fee;
        self.cash[to.0 as usize] += fee;
        fee
    }

    /// Where the fees of an instrument go, where any are set.
    pub(super) fn venue(&self, instrument: InstrumentId) -> Option<AccountId> {
        let mut rows = self.fees.rows.iter();
        let any = rows.any(|(it, _, _)| *it == instrument);
        self.fees.account.filter(|_| any)
    }
}
