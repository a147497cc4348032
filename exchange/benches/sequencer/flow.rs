//! What 64 participants do in a busy market: most orders rest near the middle and are cancelled later, some take, a few are replaced.
//! The shares are those of the flow `w1` of the replays; each participant has a cash account of its own and its own stream of numbers.

use market::account::AccountTerms;
use market::command::{Amendment, Change, Command};
use market::id::{AccountId, AssetId, ClOrdId, InstrumentId, ParticipantId};
use market::instrument::Instrument;
use market::order::{OrdType, OrderTerms, Side, TimeInForce};
use market::price::Price;
use market::qty::Qty;

/// Participants, each with an account.
pub(crate) const PARTICIPANTS: u32 = 64;
/// Instruments.
const INSTRUMENTS: u32 = 16;
/// The middle of every book, in cents.
const MIDDLE: i64 = 10_000;
/// Orders of one participant that rest at the same time, about.
const MOST_RESTING: usize = 16_384;
/// One cent, and one share: both have eight decimals.
const CENT: i64 = 1_000_000;
const SHARE: i64 = 100_000_000;

/// Everything before the first order: instruments that are open, accounts with cash and stock for all that comes.
pub(crate) fn opening() -> Vec<Command> {
    let code = "USD".parse().unwrap();
    let mut commands = vec![Command::ListAsset { code }];
    for n in 0..INSTRUMENTS {
        commands.push(Command::ListInstrument(Instrument {
            id: InstrumentId(n),
            symbol: format!("ACME{n}").parse().unwrap(),
            currency: code,
            tick: "0.01".parse().unwrap(),
            lot: "1".parse().unwrap(),
            min_qty: "1".parse().unwrap(),
            max_qty: "1000".parse().unwrap(),
            reference_px: "100".parse().unwrap(),
        }));
    }
    for n in 0..PARTICIPANTS {
        commands.extend(participant(n));
    }
    commands.extend((0..INSTRUMENTS).map(|n| Command::Open {
        instrument: InstrumentId(n),
    }));
    commands
}

fn participant(n: u32) -> Vec<Command> {
    let name = format!("BENCH{n}").parse().unwrap();
    let account = AccountId(n);
    let mut commands = vec![
        Command::AdmitParticipant { comp_id: name },
        Command::OpenAccount {
            name,
            terms: AccountTerms::Cash,
        },
        Command::GrantAccount {
            participant: ParticipantId(n),
            account,
        },
        Command::TransferFunds {
            transfer_id: format!("cash{n}").parse().unwrap(),
            account,
            asset: AssetId(0),
            amount: "1000000000000".parse().unwrap(),
        },
    ];
    commands.extend(
        (0..INSTRUMENTS).map(|instrument| Command::TransferSecurities {
            transfer_id: format!("stock{n}-{instrument}").parse().unwrap(),
            account,
            instrument: InstrumentId(instrument),
            qty: "1000000000".parse().unwrap(),
            cost_px: "100".parse().unwrap(),
        }),
    );
    commands
}

/// One participant's orders.
pub(crate) struct Flow {
    participant: u32,
    random: u64,
    next_id: u32,
    /// Its orders that may rest.
    resting: Vec<Resting>,
}

/// What it takes to ask for it again: small, so that what is measured is not the askers' memory.
#[derive(Clone, Copy)]
struct Resting {
    id: u32,
    instrument: u16,
    side: Side,
    cents: u32,
}

impl Flow {
    pub(crate) fn new(participant: u32) -> Self {
        Self {
            participant,
            random: 42 + u64::from(participant),
            next_id: 1,
            resting: Vec::with_capacity(MOST_RESTING),
        }
    }

    /// An order that rests: to fill the books before anything is measured.
    pub(crate) fn rest(&mut self) -> Command {
        let r = i64::try_from(self.next() >> 48).unwrap();
        let away = 1 + ((400 * r * r * r) >> 48);
        self.enter(-away, TimeInForce::Day)
    }

    /// What comes next: of a hundred 50 rest, 40 cancel, 8 take, 2 replace.
    pub(crate) fn command(&mut self) -> Command {
        let roll = self.below(100);
        match roll {
            50..90 if !self.resting.is_empty() => self.cancel(),
            90..98 => self.take(),
            98.. if !self.resting.is_empty() => self.replace(),
            _ => self.rest(),
        }
    }

    fn take(&mut self) -> Command {
        let through = i64::try_from(self.below(21)).unwrap();
        let time_in_force = if self.below(2) == 1 {
            TimeInForce::Ioc
        } else {
            TimeInForce::Day
        };
        self.enter(through, time_in_force)
    }

    /// An order so many cents beyond the middle; below zero: on its own side of it.
    fn enter(&mut self, through: i64, time_in_force: TimeInForce) -> Command {
        let side = [Side::Sell, Side::Buy][usize::from(self.below(2) == 1)];
        let cents = match side {
            Side::Buy => MIDDLE + through,
            Side::Sell => MIDDLE - through,
        };
        let order = Resting {
            id: self.id(),
            instrument: u16::try_from(self.below(u64::from(INSTRUMENTS))).unwrap(),
            side,
            cents: u32::try_from(cents).unwrap(),
        };
        if time_in_force == TimeInForce::Day {
            self.resting.push(order);
        }
        let terms = self.terms(order, time_in_force);
        Command::Enter {
            participant: ParticipantId(self.participant),
            cl_ord_id: cl_ord_id(order.id),
            terms,
        }
    }

    /// Terms of an order, of any quantity.
    fn terms(&mut self, order: Resting, time_in_force: TimeInForce) -> OrderTerms {
        let price = Price::from_raw(i64::from(order.cents) * CENT);
        OrderTerms::plain(
            AccountId(self.participant),
            InstrumentId(order.instrument.into()),
            order.side,
            OrdType::Limit(price),
            time_in_force,
            self.qty(),
        )
    }

    fn cancel(&mut self) -> Command {
        let order = self.pick();
        self.amend(
            order.id,
            Change::Cancel {
                instrument: InstrumentId(order.instrument.into()),
                side: order.side,
            },
        )
    }

    fn replace(&mut self) -> Command {
        let order = self.pick();
        let terms = self.terms(order, TimeInForce::Day);
        let command = self.amend(order.id, Change::Replace(terms));
        let id = self.next_id - 1;
        self.resting.push(Resting { id, ..order });
        command
    }

    fn amend(&mut self, orig: u32, change: Change) -> Command {
        Command::Amend(Amendment {
            participant: ParticipantId(self.participant),
            cl_ord_id: cl_ord_id(self.id()),
            orig_cl_ord_id: cl_ord_id(orig),
            order_id: None,
            change,
        })
    }

    fn pick(&mut self) -> Resting {
        let place = self.below(u64::try_from(self.resting.len()).unwrap());
        self.resting.swap_remove(usize::try_from(place).unwrap())
    }

    fn qty(&mut self) -> Qty {
        let shares = 1 + i64::try_from(self.below(100)).unwrap();
        Qty::from_raw(shares * SHARE)
    }

    fn id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id - 1
    }

    fn below(&mut self, bound: u64) -> u64 {
        ((self.next() >> 32) * bound) >> 32
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// ClOrdID (11) of a participant's order.
fn cl_ord_id(id: u32) -> ClOrdId {
    let mut digits = [b'0'; 12];
    let mut left = id;
    for digit in digits.iter_mut().rev() {
        *digit += u8::try_from(left % 10).unwrap();
        left /= 10;
    }
    std::str::from_utf8(&digits).unwrap().parse().unwrap()
}
