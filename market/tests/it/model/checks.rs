//! What the [`Model`] refuses by an order's terms, and how it moves funds and securities.

use super::{Model, Order, qty, rests};
use market::account::AccountTerms;
use market::command::Command;
use market::id::{AccountId, AssetId, TransferId};
use market::money::Money;
use market::order::{OrdType, OrderTerms, Side, TimeInForce};
use market::qty::Qty;
use market::refusal::Refusal;
use market::refusal::term::Term;
use market::rules::Rules;

impl Model {
    /// What is wrong with an order of these terms, of at least this quantity.
    pub(super) fn check_terms(&self, terms: &OrderTerms, least: i64) -> Result<(), Refusal> {
        let instrument = &self.instruments[terms.instrument.0 as usize].0;
        let qty = terms.order_qty.raw();
        if terms.short_sale && terms.side == Side::Buy {
            return Err(Refusal::NotASale);
        }
        let apart = |term, with| Err(Refusal::NotTogether { term, with });
        let is_plain = matches!(terms.ord_type, OrdType::Market | OrdType::Limit(_));
        if terms.all_or_none {
            match terms.time_in_force {
                _ if !is_plain => return apart(Term::AllOrNone, Term::OrdType),
                TimeInForce::AtOpen | TimeInForce::AtClose => {
                    return apart(Term::AllOrNone, Term::TimeInForce);
                }
                _ if terms.post_only => return apart(Term::AllOrNone, Term::PostOnly),
                _ if terms.max_floor.is_some() => return apart(Term::AllOrNone, Term::MaxFloor),
                _ => {}
            }
        }
        match terms.ord_type {
            OrdType::Limit(_) | OrdType::StopLimit { .. } => {}
            _ if terms.reprice_to_band => return apart(Term::RepriceToBand, Term::OrdType),
            _ => {}
        }
        if let Some(price) = terms.ord_type.price() {
            if price.raw() <= 0 {
                return Err(Refusal::PriceNotPositive);
            }
            if price.raw() % instrument.tick.raw() != 0 {
                return Err(Refusal::PriceOffTick {
                    tick: instrument.tick,
                });
            }
        }
        let tick = instrument.tick;
        match terms.ord_type {
            OrdType::Stop { stop_px } | OrdType::StopLimit { stop_px, .. }
                if stop_px.raw() <= 0 || stop_px.raw() % tick.raw() != 0 =>
            {
                return Err(Refusal::BadStopPx { tick });
            }
            OrdType::TrailingStop { offset }
                if offset.raw() <= 0 || offset.raw() % tick.raw() != 0 =>
            {
                return Err(Refusal::BadOffset { tick });
            }
            OrdType::Pegged { offset, .. } if offset.raw() % tick.raw() != 0 => {
                return Err(Refusal::BadOffset { tick });
            }
            _ => {}
        }
        if qty <= 0 {
            return Err(Refusal::QtyNotPositive);
        }
        if qty % instrument.lot.raw() != 0 {
            return Err(Refusal::QtyOffLot {
                lot: instrument.lot,
            });
        }
        if qty < least {
            return Err(Refusal::QtyBelowMin {
                min: instrument.min_qty,
            });
        }
        if qty > instrument.max_qty.raw() {
            return Err(Refusal::QtyAboveMax {
                max: instrument.max_qty,
            });
        }
        if let Some(floor) = terms.max_floor
            && (floor.raw() <= 0 || floor.raw() % instrument.lot.raw() != 0)
        {
            return Err(Refusal::BadMaxFloor);
        }
        if let Some(min) = terms.min_qty {
            let is_qty = min.raw() > 0 && min.raw() % instrument.lot.raw() == 0 && min.raw() <= qty;
            let is_ioc = terms.time_in_force == TimeInForce::Ioc;
            if !is_qty || !is_ioc || terms.all_or_none {
                return Err(Refusal::BadMinQty);
            }
        }
        let rests = rests(terms.time_in_force);
        let is_for_long = matches!(terms.time_in_force, TimeInForce::Gtc | TimeInForce::Gtd(_));
        if terms.ord_type == OrdType::Market && is_for_long {
            return Err(Refusal::MarketCannotRest);
        }
        if terms.ord_type == OrdType::Market && terms.post_only {
            return Err(Refusal::PostOnlyMustRest);
        }
        let is_plain = matches!(terms.ord_type, OrdType::Market | OrdType::Limit(_));
        if terms.post_only && (!rests || !is_plain) {
            return Err(Refusal::PostOnlyMustRest);
        }
        if !is_plain && !rests {
            return Err(Refusal::NotImmediate);
        }
        Ok(())
    }

    /// All icebergs that live hide only so many slices together. What hides no more than it did is taken, and what never rests.
    pub(super) fn check_slices(
        &self,
        terms: &OrderTerms,
        former: Option<&Order>,
    ) -> Result<(), Refusal> {
        let hidden = |qty: i64, floor: Option<Qty>| {
            let floor = floor.map_or(qty, Qty::raw);
            let (mut slices, mut left) = (0u64, qty);
            while left > floor {
                left -= floor;
                slices += 1;
            }
            slices
        };
        let of = |order: &Order| hidden(order.total, order.terms.max_floor);
        let all: u64 = self.orders.iter().map(of).sum();
        let former = former.map_or(0, of);
        let more = hidden(terms.order_qty.raw(), terms.max_floor);
        let is_at_once = matches!(terms.time_in_force, TimeInForce::Ioc | TimeInForce::Fok);
        let room = self.bounds.max_hidden_slices.saturating_sub(all - former);
        if more > room && more > former && !is_at_once {
            return Err(Refusal::TooManySlices { room });
        }
        Ok(())
    }

    /// Whether the time of an order that has one is still to come.
    pub(super) fn check_expiry(&self, terms: &OrderTerms) -> Result<(), Refusal> {
        match terms.time_in_force {
            TimeInForce::Gtd(until) if until.nanos() <= self.now => Err(Refusal::ExpireTimePast),
            _ => Ok(()),
        }
    }

    /// Every share is above zero and at most all, every time at most a day.
    pub(super) fn check_rules(&self, rules: &Rules) -> Result<(), Refusal> {
        let shares = [
            rules.collar_bps,
            rules.static_band_bps,
            rules.dynamic_band_bps,
            rules.fat_finger_bps,
        ];
        let times = [
            rules.duplicate_nanos.unwrap_or(0),
            rules.volatility_nanos,
            rules.random_end_nanos,
        ];
        let is_share = |bps: &u32| *bps > 0 && *bps <= 10_000;
        let is_sound = shares.iter().flatten().all(is_share)
            && rules.max_notional.is_none_or(|most| most > Money::ZERO)
            && times
                .iter()
                .all(|nanos| *nanos <= 24 * 3_600 * 1_000_000_000);
        is_sound.then_some(()).ok_or(Refusal::BadRules)
    }

    pub(super) fn transfer(&mut self, id: TransferId, command: &Command) -> Result<(), Refusal> {
        if let Some((_, done)) = self.transfers.iter().find(|(done, _)| *done == id) {
            let same = done == command;
            return if same {
                Ok(())
            } else {
                Err(Refusal::TransferMismatch)
            };
        }
        match *command {
            Command::TransferFunds {
                account,
                asset,
                amount,
                ..
            } => {
                self.known_account(account)?;
                if asset != AssetId(0) {
                    return Err(Refusal::UnknownAsset);
                }
                if amount == Money::ZERO {
                    return Err(Refusal::BadAmount);
                }
                self.check_withdrawal(account, -amount.raw())?;
                let available = self.cash[account.0 as usize] - self.cash_reserved(account);
                if amount.raw() < 0 && self.is_checked(account) && available < -amount.raw() {
                    return Err(Refusal::InsufficientFunds {
                        needed: amount.negated(),
                        available: Money::from_raw(available),
                    });
                }
                self.cash[account.0 as usize] += amount.raw();
            }
            Command::TransferSecurities {
                account,
                instrument,
                qty: moved,
                cost_px,
                ..
            } => {
                self.known_account(account)?;
                self.phase(instrument)?;
                if moved == Qty::ZERO || cost_px.raw() < 0 {
                    return Err(Refusal::BadAmount);
                }
                let lot = self.instruments[instrument.0 as usize].0.lot;
                if moved.raw() % lot.raw() != 0 {
                    return Err(Refusal::QtyOffLot { lot });
                }
                let available = self.stock[account.0 as usize][instrument.0 as usize]
                    - self.stock_reserved(account, instrument);
                let needed = -i128::from(moved.raw());
                self.check_removal(account, instrument, needed)?;
                let is_checked = self.accounts[account.0 as usize] != AccountTerms::Unchecked;
                if needed > 0 && is_checked && available < needed {
                    return Err(Refusal::InsufficientPosition {
                        needed: qty(needed),
                        available: qty(available),
                    });
                }
                self.stock[account.0 as usize][instrument.0 as usize] -= needed;
            }
            _ => unreachable!("asked only of transfers"),
        }
        self.transfers.push((id, *command));
        Ok(())
    }

    pub(super) fn is_checked(&self, account: AccountId) -> bool {
        self.accounts[account.0 as usize] == AccountTerms::Cash
    }
}
