//! [`Fees`]: what a trade costs each side, by instrument and by the participant's tier; `FeeBook`: what holds now. In: a notional. Out: an
//! amount that goes from the account of a side to the venue's own, or back when it is a rebate. Knows no orders and no balances.

use crate::fault::Fault;
use crate::id::{AccountId, InstrumentId, ParticipantId};
use crate::money::Money;
use crate::refusal::Refusal;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// Tiers that a participant may be in: 0 to one less.
pub const TIERS: u8 = 16;
/// Greatest rate, as a fee or as a rebate: 10 %.
pub const MAX_FEE_PPM: i32 = 100_000;
/// Greatest minimum: a million whole units.
pub const MAX_MINIMUM: Money = Money::from_raw(100_000_000_000_000);

/// One millionth is the unit of a rate: 100 of them are a basis point.
const MILLION: i128 = 1_000_000;

/// What a trade costs each side. Rates are in millionths of the notional; one below zero is a rebate, which the side is paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fees {
    /// The rate of the side that rested.
    pub maker_ppm: i32,
    /// The rate of the side that arrived.
    pub taker_ppm: i32,
    /// The least fee of an order: its first trade costs at least this, unless that trade earns a rebate. Never more than the
    /// notional of that trade.
    pub minimum: Money,
}

/// What the sides of one trade paid to the venue; below zero, what they were paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradeFees {
    /// The venue's account that they went to.
    pub account: AccountId,
    /// Of the resting side.
    pub maker: Money,
    /// Of the arriving side.
    pub taker: Money,
}

impl Fees {
    /// Whether the rates are in range and a trade between two of this tier costs the venue nothing.
    ///
    /// # Errors
    /// [`Refusal::BadFees`] otherwise.
    pub fn check(&self) -> Result<(), Refusal> {
        self.examine().map_err(|_| Refusal::BadFees)
    }

    /// The same, and which figure is not.
    ///
    /// # Errors
    /// The first [`Fault`].
    pub fn examine(&self) -> Result<(), Fault> {
        for (field, ppm) in [("maker_ppm", self.maker_ppm), ("taker_ppm", self.taker_ppm)] {
            let is_rate = (-MAX_FEE_PPM..=MAX_FEE_PPM).contains(&ppm);
            Fault::unless(is_rate, field, "be -100000 to 100000 millionths")?;
        }
        let is_minimum = (Money::ZERO..=MAX_MINIMUM).contains(&self.minimum);
        Fault::unless(is_minimum, "minimum", "be 0 to 1000000")?;
        let is_paid = self.maker_ppm + self.taker_ppm >= 0;
        let must = "add up to zero or more: a rebate is paid from the fee of the other side";
        Fault::unless(is_paid, "maker_ppm, taker_ppm", must)
    }

    /// What one trade at this rate costs; `is_first` for the first trade of its order. Rounded towards zero at eight decimals: a fee in
    /// favour of the participant, a rebate in favour of the venue.
    fn charge(&self, ppm: i32, notional: Money, is_first: bool) -> Money {
        let share = Money::from_raw(notional.raw() * i128::from(ppm) / MILLION);
        if is_first && ppm >= 0 {
            share.max(self.minimum).min(notional)
        } else {
            share
        }
    }

    /// The most that trades of this notional can cost. Since each fee is rounded towards zero, many trades never cost more than one.
    #[inline(always)]
    fn worst(&self, notional: Money, is_untraded: bool) -> Money {
        let ppm = self.maker_ppm.max(self.taker_ppm).max(0);
        let share = notional.raw() * i128::from(ppm) / MILLION;
        let minimum = if is_untraded {
            self.minimum.min(notional)
        } else {
            Money::ZERO
        };
        Money::from_raw(share + minimum.raw())
    }
}

/// A side of a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Liquidity {
    Maker,
    Taker,
}

/// The fees that hold now. Empty until an operator sets some: then no trade looks any further.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct FeeBook {
    /// Where fees go.
    account: Option<AccountId>,
    /// By instrument, by tier; as far as any were set.
    schedules: Vec<Vec<Option<Fees>>>,
    /// By participant, as far as any were set; 0 for the others.
    tiers: Vec<u8>,
}

impl FeeBook {
    /// Where fees go from now on.
    pub(crate) fn set_account(&mut self, account: AccountId) {
        self.account = Some(account);
    }

    /// Sets what a tier pays in an instrument. There must be an account for it.
    pub(crate) fn set(
        &mut self,
        instrument: InstrumentId,
        tier: u8,
        fees: Fees,
    ) -> Result<(), Refusal> {
        fees.check()?;
        if tier >= TIERS {
            return Err(Refusal::BadTier { tiers: TIERS });
        }
        if self.account.is_none() {
            return Err(Refusal::NoFeeAccount);
        }
        self.check_rebates(instrument, tier, fees)?;
        let schedule = grown(&mut self.schedules, instrument.0 as usize);
        *grown(schedule, usize::from(tier)) = Some(fees);
        Ok(())
    }

    /// Whether a trade still costs the venue nothing, whichever tiers of an instrument meet, once a tier pays this.
    fn check_rebates(&self, instrument: InstrumentId, tier: u8, fees: Fees) -> Result<(), Refusal> {
        let schedule = self.schedules.get(instrument.0 as usize);
        let others = schedule.into_iter().flatten().enumerate();
        let others = others.filter(|(other, _)| *other != usize::from(tier));
        let (mut maker, mut taker) = (fees.maker_ppm, fees.taker_ppm);
        for other in others.filter_map(|(_, other)| *other) {
            maker = maker.min(other.maker_ppm);
            taker = taker.min(other.taker_ppm);
        }
        (maker + taker >= 0).then_some(()).ok_or(Refusal::BadFees)
    }

    /// Puts a participant into a tier.
    pub(crate) fn set_tier(&mut self, participant: ParticipantId, tier: u8) -> Result<(), Refusal> {
        if tier >= TIERS {
            return Err(Refusal::BadTier { tiers: TIERS });
        }
        *grown(&mut self.tiers, participant.0 as usize) = tier;
        Ok(())
    }

    /// Where fees go, if any are charged in this instrument.
    #[inline(always)]
    pub(crate) fn account(&self, instrument: InstrumentId) -> Option<AccountId> {
        let schedule = self.schedules.get(instrument.0 as usize)?;
        self.account.filter(|_| !schedule.is_empty())
    }

    /// What one trade costs a side.
    pub(crate) fn charge(
        &self,
        participant: ParticipantId,
        instrument: InstrumentId,
        liquidity: Liquidity,
        notional: Money,
        is_first: bool,
    ) -> Money {
        let fees = self.of(participant, instrument).unwrap_or_default();
        let ppm = match liquidity {
            Liquidity::Maker => fees.maker_ppm,
            Liquidity::Taker => fees.taker_ppm,
        };
        fees.charge(ppm, notional, is_first)
    }

    /// The most that trades of this notional can cost a participant.
    #[inline(always)]
    pub(crate) fn worst(
        &self,
        participant: ParticipantId,
        instrument: InstrumentId,
        notional: Money,
        is_untraded: bool,
    ) -> Money {
        self.of(participant, instrument)
            .map_or(Money::ZERO, |fees| fees.worst(notional, is_untraded))
    }

    /// The notional that an order of which nothing has traded can pay for with `amount`, its worst fee included; rounded down.
    pub(crate) fn before(
        &self,
        participant: ParticipantId,
        instrument: InstrumentId,
        amount: Money,
    ) -> Money {
        let fees = self.of(participant, instrument).unwrap_or_default();
        let ppm = i128::from(fees.maker_ppm.max(fees.taker_ppm).max(0));
        let minimum = fees.minimum.raw();
        let notional = (amount.raw() - minimum) * MILLION / (MILLION + ppm);
        Money::from_raw(if notional >= minimum {
            notional
        } else {
            // So small that the minimum is the notional itself.
            amount.raw() * MILLION / (2 * MILLION + ppm)
        })
    }

    /// What a participant pays: its tier's fees, else those of tier 0.
    #[inline(always)]
    fn of(&self, participant: ParticipantId, instrument: InstrumentId) -> Option<Fees> {
        let schedule = self.schedules.get(instrument.0 as usize)?;
        let tier = self.tiers.get(participant.0 as usize).copied().unwrap_or(0);
        let own = schedule.get(usize::from(tier)).copied().flatten();
        own.or_else(|| schedule.first().copied().flatten())
    }

    /// Whether it fits the reference data: asked of one that was read back.
    pub(crate) fn is_sound(
        &self,
        accounts: usize,
        instruments: usize,
        participants: usize,
    ) -> bool {
        let mut fees = self.schedules.iter().flatten().flatten();
        let has_account = self.account.is_some_and(|id| (id.0 as usize) < accounts);
        self.schedules.len() <= instruments
            && self.tiers.len() <= participants
            && self.tiers.iter().all(|tier| *tier < TIERS)
            && self
                .schedules
                .iter()
                .all(|it| it.len() <= usize::from(TIERS))
            && fees.all(|fees| fees.check().is_ok())
            && (has_account || self.account.is_none() && self.schedules.is_empty())
    }
}

/// The place at `at` of a table that grows as far as it is used.
fn grown<T: Clone + Default>(table: &mut Vec<T>, at: usize) -> &mut T {
    if table.len() <= at {
        table.resize(at + 1, T::default());
    }
    &mut table[at]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().expect("money")
    }

    #[test]
    fn a_fee_is_rounded_towards_zero_and_a_rebate_too() {
        let fees = Fees {
            maker_ppm: -333,
            taker_ppm: 333,
            minimum: Money::ZERO,
        };
        let notional = money("0.00001");
        assert_eq!(fees.charge(333, notional, false), Money::ZERO);
        let notional = money("0.01");
        assert_eq!(fees.charge(333, notional, false), money("0.00000333"));
        assert_eq!(fees.charge(-333, notional, true), money("-0.00000333"));
    }

    #[test]
    fn the_first_trade_costs_the_minimum_and_never_more_than_itself() {
        let fees = Fees {
            maker_ppm: 0,
            taker_ppm: 1_000,
            minimum: money("2"),
        };
        assert_eq!(fees.charge(1_000, money("100"), true), money("2"));
        assert_eq!(fees.charge(1_000, money("100"), false), money("0.1"));
        assert_eq!(fees.charge(1_000, money("9000"), true), money("9"));
        assert_eq!(fees.charge(0, money("1.5"), true), money("1.5"));
        assert_eq!(fees.worst(money("100"), true), money("2.1"));
        assert_eq!(fees.worst(money("100"), false), money("0.1"));
    }

    #[test]
    fn a_rebate_is_no_more_than_the_least_fee_of_any_tier() {
        let mut book = FeeBook::default();
        book.set_account(AccountId(0));
        let mut set = |tier, maker_ppm, taker_ppm| {
            let fees = Fees {
                maker_ppm,
                taker_ppm,
                minimum: Money::ZERO,
            };
            book.set(InstrumentId(0), tier, fees)
        };
        assert_eq!(set(0, 0, 100), Ok(()));
        assert_eq!(set(1, -500, 600), Err(Refusal::BadFees));
        assert_eq!(set(0, 0, 500), Ok(()));
        assert_eq!(set(1, -500, 600), Ok(()));
        assert_eq!(set(0, 0, 499), Err(Refusal::BadFees));
        // What a tier paid before does not count.
        assert_eq!(set(1, -100, 100), Ok(()));
        assert_eq!(set(0, 0, 499), Ok(()));
    }

    #[test]
    fn rebates_are_paid_from_the_fee_of_the_other_side() {
        let fees = |maker_ppm, taker_ppm| Fees {
            maker_ppm,
            taker_ppm,
            minimum: Money::ZERO,
        };
        assert!(fees(-200, 200).check().is_ok());
        assert!(fees(200, -200).check().is_ok());
        assert_eq!(fees(-201, 200).check(), Err(Refusal::BadFees));
        assert_eq!(fees(0, MAX_FEE_PPM + 1).check(), Err(Refusal::BadFees));
    }
}
