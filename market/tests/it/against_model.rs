//! Random commands of every kind, given to the market and to the slow [`Model`]: after each, the same refusal or the same trades,
//! the same books in the same order, the same balances and reservations. Beside it, what holds of every event: nothing changes
//! on a refusal, cash and stock are conserved, level events rebuild the book.

mod acts;
mod damage;

use crate::image::reread;
use crate::model::{Model, Order, Tale};
use acts::{Act, Keep, act, funds, mode, securities};
use market::account::{AccountTerms, MarginTerms};
use market::command::{Amendment, Change, Command};
use market::event::Event;
use market::fees::Fees;
use market::halt::Halt;
use market::id::{AccountId, AssetId, ClOrdId, InstrumentId, ParticipantId};
use market::instrument::Instrument;
use market::limits::{Limits, SelfTrade};
use market::luld::PriceBands;
use market::market::{LevelShown, Market};
use market::money::Money;
use market::order::{OrdStatus, OrderFacts, OrderTerms, Side, Working};
use market::price::Price;
use market::qty::Qty;
use market::text::Text;
use market::time::Timestamp;
use proptest::prelude::*;
use std::cell::Cell;
use std::collections::BTreeMap;

const PARTICIPANTS: u32 = 3;
const ACCOUNTS: u32 = 5;
/// The one that is unchecked, and the one on margin.
const UNCHECKED: u32 = 3;
const ON_MARGIN: u32 = 4;
/// A price that moves by a few ticks is felt.
const MARGIN: MarginTerms = MarginTerms {
    initial_bps: 320,
    maintenance_bps: 250,
    grace_nanos: 1_500_000_000,
};
const INSTRUMENTS: u32 = 2;
const CASH: AssetId = AssetId(0);
const LOT: i64 = 100_000_000;
const TICK: i64 = 5_000_000;
/// Time between two commands, in nanoseconds.
const STEP: i64 = 100_000_000;
const SECOND: i64 = 1_000_000_000;

/// Says how many commands there were, with `--nocapture`.
#[test]
fn the_market_does_as_the_model() {
    let commands = Cell::new(0);
    proptest!(crate::cases(96), |(
        mode in mode(),
        acts in prop::collection::vec(act(), 1..160),
    )| {
        let mut pair = Pair::new(mode);
        for act in acts {
            pair.play(act)?;
            if pair.seq.is_multiple_of(5) {
                pair.market = reread(&pair.market, &limits(mode));
            }
        }
        commands.set(commands.get() + pair.seq);
    });
    println!("{} commands", commands.get());
}

fn limits(self_trade: SelfTrade) -> Limits {
    Limits {
        self_trade,
        ..Limits::default()
    }
}

struct Pair {
    market: Market,
    model: Model,
    seq: u64,
    /// Levels as the events tell them.
    levels: BTreeMap<(InstrumentId, Side, Price), (Qty, u32)>,
    /// Bands as the events tell them.
    bands: BTreeMap<InstrumentId, PriceBands>,
    /// What transfers brought in.
    cash: i128,
    stock: [i128; INSTRUMENTS as usize],
}

impl Pair {
    fn new(self_trade: SelfTrade) -> Self {
        let mut pair = Self {
            market: Market::new(limits(self_trade)),
            model: Model::new(self_trade),
            seq: 0,
            levels: BTreeMap::new(),
            bands: BTreeMap::new(),
            cash: 0,
            stock: [0; INSTRUMENTS as usize],
        };
        pair.set_up();
        pair
    }

    fn set_up(&mut self) {
        self.apply(&Command::ListAsset { code: text("USD") });
        for id in (0..INSTRUMENTS).map(InstrumentId) {
            let instrument = instrument(id);
            self.apply(&Command::ListInstrument(instrument));
            self.apply(&Command::Open { instrument: id });
            self.model.list(instrument);
        }
        for participant in 0..PARTICIPANTS {
            self.apply(&Command::AdmitParticipant {
                comp_id: text(&format!("P{participant}")),
            });
        }
        self.model.participants = PARTICIPANTS;
        self.model.members = vec![(None, None); PARTICIPANTS as usize];
        for account in 0..ACCOUNTS {
            let terms = match account {
                UNCHECKED => AccountTerms::Unchecked,
                ON_MARGIN => AccountTerms::Margin(MARGIN),
                _ => AccountTerms::Cash,
            };
            self.apply(&Command::OpenAccount {
                name: text(&format!("A{account}")),
                terms,
            });
            self.model.accounts.push(terms);
            self.model.cash.push(0);
            self.model.stock.push(vec![0; INSTRUMENTS as usize]);
        }
        // Account 0 is shared by participants 0 and 1; account 3 is everybody's.
        for (participant, account) in [
            (0, 0),
            (1, 0),
            (1, 1),
            (2, 2),
            (0, 3),
            (1, 3),
            (2, 3),
            (1, 4),
            (2, 4),
        ] {
            let (participant, account) = (ParticipantId(participant), AccountId(account));
            self.apply(&Command::GrantAccount {
                participant,
                account,
            });
            self.model.grants.push((participant, account));
        }
        self.set_fees();
        for instrument in (0..INSTRUMENTS).map(InstrumentId) {
            let rules = acts::first_rules(instrument);
            self.step(&Command::SetRules { instrument, rules })
                .expect("set up alike");
        }
        let instrument = InstrumentId(0);
        let weight = Command::SetIndexWeight {
            instrument,
            weight: 1,
        };
        let figures = acts::figures([50, 100, 5_000], 6, 10);
        for command in [weight, Command::SetBreaker(figures)] {
            self.step(&command).expect("set up alike");
        }
        for account in (0..ACCOUNTS).map(AccountId) {
            let cash = if account.0 == ON_MARGIN { 15 } else { 2_000 };
            self.step(&funds(
                &format!("c{account}"),
                account,
                cash * i128::from(LOT),
            ))
            .expect("set up alike");
            if account.0 == ON_MARGIN {
                continue;
            }
            for instrument in (0..INSTRUMENTS).map(InstrumentId) {
                let id = format!("s{account}{instrument}");
                self.step(&securities(&id, account, instrument, 120 * LOT))
                    .expect("set up alike");
            }
        }
    }

    /// Trades in the first instrument cost something from the beginning.
    fn set_fees(&mut self) {
        let fees = Fees {
            maker_ppm: -77,
            taker_ppm: 3_333,
            minimum: Money::from_raw(30_000_000),
        };
        let account = AccountId(0);
        let charged = Command::SetFees {
            instrument: InstrumentId(0),
            tier: 0,
            fees,
        };
        for command in [Command::SetFeeAccount { account }, charged] {
            self.step(&command).expect("set up alike");
        }
    }

    fn apply(&mut self, command: &Command) -> Vec<Event> {
        self.apply_at(self.model.now + STEP, command)
    }

    fn apply_at(&mut self, now: i64, command: &Command) -> Vec<Event> {
        self.seq += 1;
        let mut events = Vec::new();
        self.model.now = now;
        let now = Timestamp::from_nanos(self.model.now);
        self.market.apply(self.seq, now, command, &mut events);
        events
    }

    fn command(&self, act: Act) -> Command {
        match act {
            Act::Enter(participant, id, terms) => Command::Enter {
                participant: ParticipantId(participant),
                cl_ord_id: cl_ord_id(id),
                terms,
            },
            Act::Cancel(at, participant, id) => {
                let (participant, orig_cl_ord_id) = self.target(at, participant, id);
                let order = self.order(participant, orig_cl_ord_id);
                let (instrument, side) = order.map_or((InstrumentId(0), Side::Buy), |order| {
                    (order.terms.instrument, order.terms.side)
                });
                // Now and then what it says is wrong, or its ClOrdID was used.
                let (side, cl_ord_id) = match self.seq % 8 {
                    0 => (side.opposite(), text("cancel")),
                    1 => (side, orig_cl_ord_id),
                    _ => (side, text(&format!("c{}", self.seq))),
                };
                Command::Amend(Amendment {
                    participant,
                    cl_ord_id,
                    orig_cl_ord_id,
                    order_id: None,
                    change: Change::Cancel { instrument, side },
                })
            }
            Act::Replace(at, participant, id, new_id, terms, keep) => {
                let (participant, orig_cl_ord_id) = self.target(at, participant, id);
                let order = self.order(participant, orig_cl_ord_id);
                let terms = order.map_or(terms, |order| like(&order.terms, terms, keep));
                Command::Amend(Amendment {
                    participant,
                    cl_ord_id: cl_ord_id(new_id),
                    orig_cl_ord_id,
                    order_id: None,
                    change: Change::Replace(terms),
                })
            }
            Act::Other(command) => command,
            Act::Halt(halt, from, until) => {
                let time = |steps| Timestamp::from_nanos(self.model.now + steps * STEP);
                Command::Halt(Halt {
                    from: from.map(time),
                    until: until.map(time),
                    ..halt
                })
            }
            Act::IndexClose(percent) => Command::SetIndexClose {
                close: Some(Money::from_raw(self.model.index() * percent / 100)),
            },
            Act::Close(instrument, at) => Command::SetClose {
                instrument,
                at: at.map(|steps| Timestamp::from_nanos(self.model.now + steps * STEP)),
            },
            Act::Resume(instruments, at, at_once) => Command::Resume {
                instruments,
                at: at.map(|steps| Timestamp::from_nanos(self.model.now + steps * STEP)),
                at_once,
            },
            Act::Wait(_) => Command::Tick,
            Act::Late(instrument, seconds) => Command::SetClose {
                instrument,
                at: Some(Timestamp::from_nanos(
                    self.model.now + (1_500 + seconds) * SECOND,
                )),
            },
            Act::Call(instrument, auction, steps) => Command::Call {
                instrument,
                auction,
                until: Timestamp::from_nanos(self.model.now + steps * STEP),
            },
        }
    }

    fn order(&self, participant: ParticipantId, cl_ord_id: ClOrdId) -> Option<&Order> {
        let orders = &mut self.model.orders.iter();
        orders.find(|o| (o.participant, o.cl_ord_id) == (participant, cl_ord_id))
    }

    fn target(&self, at: Option<usize>, participant: u32, id: u16) -> (ParticipantId, ClOrdId) {
        let live = &self.model.orders;
        match at {
            Some(at) if !live.is_empty() => {
                let order = &live[at % live.len()];
                (order.participant, order.cl_ord_id)
            }
            _ => (ParticipantId(participant), cl_ord_id(id)),
        }
    }

    fn play(&mut self, act: Act) -> Result<(), TestCaseError> {
        if let Act::Wait(seconds) = act {
            return self.until(self.model.now + seconds * SECOND);
        }
        let command = self.command(act);
        self.step(&command)
    }

    /// One command to both, and everything that is compared.
    fn step(&mut self, command: &Command) -> Result<(), TestCaseError> {
        let next = self.model.now + STEP;
        self.until(next)?;
        self.step_at(next, command)
    }

    /// Time passes, and whatever is due is done in its turn.
    fn until(&mut self, time: i64) -> Result<(), TestCaseError> {
        while let Some(due) = self.market.next_deadline().map(Timestamp::nanos)
            && due <= time
        {
            self.step_at(due.max(self.model.now), &Command::Tick)?;
        }
        self.model.now = time;
        Ok(())
    }

    fn step_at(&mut self, now: i64, command: &Command) -> Result<(), TestCaseError> {
        let events = self.apply_at(now, command);
        let told = self.model.apply(command);
        prop_assert_eq!(tale(&events), told.clone(), "{:?}", command);
        if told.refusal.is_some() {
            prop_assert_eq!(events.len(), 1, "a refusal is all that comes of it");
        }
        for event in &events {
            self.count(event);
            check_price(event)?;
            self.check_bands(event)?;
            for order in orders_of(event) {
                check_facts(order)?;
            }
        }
        self.check_levels(&events)?;
        self.check_books()?;
        self.check_waiting()?;
        self.check_stakes()?;
        self.check_margin()?;
        self.check_index()?;
        self.check_balances()
    }

    /// What the index is, and what it is measured against.
    fn check_index(&self) -> Result<(), TestCaseError> {
        let (level, close) = self.market.index();
        prop_assert_eq!(level.raw(), self.model.index());
        prop_assert_eq!(close.map(Money::raw), self.model.index_close());
        Ok(())
    }

    /// In continuous trading nothing trades outside the bands that were told last.
    fn check_bands(&mut self, event: &Event) -> Result<(), TestCaseError> {
        match event {
            Event::BandsMoved { instrument, bands } => {
                self.bands.remove(instrument);
                self.bands.extend(bands.map(|bands| (*instrument, bands)));
            }
            Event::Traded {
                instrument,
                price,
                auction: None,
                ..
            } => {
                if let Some(bands) = self.bands.get(instrument) {
                    prop_assert!((bands.lower..=bands.upper).contains(price));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What accounts on margin are worth, and whether they are called.
    fn check_margin(&self) -> Result<(), TestCaseError> {
        let account = AccountId(ON_MARGIN);
        let standing = self.market.standing(account, CASH).expect("it is open");
        prop_assert_eq!(standing.equity.raw(), self.model.equity(account));
        prop_assert_eq!(standing.held.raw(), self.model.held(account));
        let call = self.market.margin_call(account, CASH);
        let call = call.map(|until| until.map(Timestamp::nanos));
        prop_assert_eq!(call, self.model.called(account));
        Ok(())
    }

    /// What is counted for limits is what is open and was traded, exactly.
    fn check_stakes(&self) -> Result<(), TestCaseError> {
        for who in (0..PARTICIPANTS).map(ParticipantId) {
            if self.model.counts_exposure(who) {
                let real = self.market.exposure(who, CASH);
                prop_assert_eq!(real, Some(self.model.exposure(who)));
            }
            if let Some(open) = self.market.open_orders(who) {
                let model = self.model.orders.iter().filter(|it| it.participant == who);
                prop_assert_eq!(open as usize, model.count());
            }
        }
        for account in (0..ACCOUNTS).map(AccountId) {
            for instrument in (0..INSTRUMENTS).map(InstrumentId) {
                if self.model.counts_position(account, instrument) {
                    let real = self.market.open_qty(account, instrument);
                    prop_assert_eq!(
                        real.unwrap_or_default(),
                        self.model.open_qty(account, instrument)
                    );
                }
            }
        }
        Ok(())
    }

    fn count(&mut self, event: &Event) {
        match event {
            Event::FundsTransferred {
                amount,
                repeated: false,
                ..
            } => self.cash += amount.raw(),
            Event::SecuritiesTransferred {
                instrument,
                qty,
                repeated: false,
                ..
            } => self.stock[instrument.0 as usize] += i128::from(qty.raw()),
            _ => {}
        }
    }

    /// Level events stand last, one a level, each a change, and together they give the book.
    fn check_levels(&mut self, events: &[Event]) -> Result<(), TestCaseError> {
        let first = events
            .iter()
            .position(|e| matches!(e, Event::LevelChanged { .. }))
            .unwrap_or(events.len());
        let mut seen = Vec::new();
        for event in &events[first..] {
            let Event::LevelChanged {
                instrument,
                side,
                price,
                qty,
                orders,
            } = *event
            else {
                return Err(TestCaseError::fail("something after a level"));
            };
            let key = (instrument, side, price);
            prop_assert!(!seen.contains(&key), "a level told twice");
            seen.push(key);
            let before = if orders == 0 {
                prop_assert_eq!(qty, Qty::ZERO);
                self.levels.remove(&key)
            } else {
                self.levels.insert(key, (qty, orders))
            };
            prop_assert_ne!(before.unwrap_or_default(), (qty, orders), "no change");
        }
        for instrument in (0..INSTRUMENTS).map(InstrumentId) {
            for side in [Side::Buy, Side::Sell] {
                let shown: Vec<LevelShown> = self.market.levels(instrument, side).collect();
                let mut told: Vec<LevelShown> = self
                    .levels
                    .iter()
                    .filter(|((i, s, _), _)| (*i, *s) == (instrument, side))
                    .map(|((_, _, price), (qty, orders))| LevelShown {
                        price: *price,
                        qty: *qty,
                        orders: *orders,
                    })
                    .collect();
                if side == Side::Buy {
                    told.reverse();
                }
                prop_assert_eq!(shown, told);
            }
        }
        Ok(())
    }

    fn check_books(&self) -> Result<(), TestCaseError> {
        prop_assert_eq!(self.market.live_orders(), self.model.orders.len() as u64);
        for instrument in (0..INSTRUMENTS).map(InstrumentId) {
            for side in [Side::Buy, Side::Sell] {
                let real: Vec<_> = self
                    .market
                    .resting(instrument, side)
                    .map(|r| {
                        let o = r.order;
                        let total = o.terms.order_qty.raw();
                        (
                            o.participant,
                            o.cl_ord_id,
                            o.working.price().map(Price::raw),
                            total,
                            o.cum_qty.raw(),
                            r.shown.raw(),
                            o.reserved.raw(),
                        )
                    })
                    .collect();
                let model: Vec<_> = self
                    .model
                    .book(instrument, side)
                    .iter()
                    .map(|o| {
                        (
                            o.participant,
                            o.cl_ord_id,
                            o.works_at,
                            o.total,
                            o.cum,
                            o.shown,
                            self.model.needs(o),
                        )
                    })
                    .collect();
                prop_assert_eq!(real, model);
            }
            let real: Vec<_> = self
                .market
                .waiting(instrument)
                .map(|o| {
                    (
                        o.participant,
                        o.cl_ord_id,
                        o.leaves_qty.raw(),
                        o.reserved.raw(),
                    )
                })
                .collect();
            let model: Vec<_> = self
                .model
                .waiting(instrument)
                .iter()
                .map(|o| (o.participant, o.cl_ord_id, o.leaves(), self.model.needs(o)))
                .collect();
            prop_assert_eq!(real, model);
        }
        Ok(())
    }

    /// What waits outside the books.
    fn check_waiting(&self) -> Result<(), TestCaseError> {
        for instrument in (0..INSTRUMENTS).map(InstrumentId) {
            let real: Vec<_> = self
                .market
                .waiting(instrument)
                .map(|o| {
                    let trigger = match o.working {
                        Working::Held { stop_px } => (Some(stop_px.raw()), None),
                        other => (None, other.price().map(Price::raw)),
                    };
                    let total = o.terms.order_qty.raw();
                    let reserved = o.reserved.raw();
                    (o.participant, o.cl_ord_id, trigger, total, reserved)
                })
                .collect();
            let model: Vec<_> = self
                .model
                .waiting(instrument)
                .iter()
                .map(|o| {
                    let reserved = self.model.needs(o);
                    let at = o.works_at.filter(|_| o.trigger.is_none());
                    let trigger = (o.trigger, at);
                    (o.participant, o.cl_ord_id, trigger, o.total, reserved)
                })
                .collect();
            prop_assert_eq!(real, model);
        }
        Ok(())
    }

    fn check_balances(&self) -> Result<(), TestCaseError> {
        let (mut cash, mut stock) = (0, [0; INSTRUMENTS as usize]);
        for account in (0..ACCOUNTS).map(AccountId) {
            let real = self.market.cash(account, CASH).expect("it is open");
            let at = account.0 as usize;
            prop_assert_eq!(real.total.raw(), self.model.cash[at]);
            prop_assert_eq!(real.reserved.raw(), self.model.cash_reserved(account));
            cash += real.total.raw();
            for instrument in (0..INSTRUMENTS).map(InstrumentId) {
                let real = self.market.holding(account, instrument).expect("listed");
                let i = instrument.0 as usize;
                prop_assert_eq!(real.total.raw(), self.model.stock[at][i]);
                let reserved = self.model.stock_reserved(account, instrument);
                prop_assert_eq!(real.reserved.raw(), reserved);
                stock[i] += real.total.raw();
            }
        }
        prop_assert_eq!(cash, self.cash, "cash is conserved");
        prop_assert_eq!(stock, self.stock, "stock is conserved");
        Ok(())
    }
}

/// What the market's events say, in the model's words.
fn tale(events: &[Event]) -> Tale {
    let mut tale = Tale::default();
    for event in events {
        match event {
            Event::Refused { refusal }
            | Event::TransferRefused { refusal, .. }
            | Event::OrderRejected { refusal, .. }
            | Event::CancelRejected { refusal, .. }
            | Event::MassCanceled {
                outcome: Err(refusal),
                ..
            } => tale.refusal = Some(*refusal),
            Event::Traded {
                instrument,
                price,
                qty,
                maker,
                taker,
                ..
            } => {
                tale.traded_in.push(*instrument);
                let ids = (maker.cl_ord_id, taker.cl_ord_id);
                tale.trades.push((ids.0, ids.1, price.raw(), qty.raw()));
            }
            Event::BreakerTripped { level, drill, .. } => tale.tripped.push((*level, *drill)),
            Event::OrderTriggered { order } => tale.triggered.push(order.cl_ord_id),
            Event::PhaseChanged {
                instrument, phase, ..
            } => tale.phases.push((*instrument, *phase)),
            Event::BandsMoved { instrument, bands } => {
                let bands = bands.map(|it| (it.reference.raw(), it.lower.raw(), it.upper.raw()));
                tale.bands.push((*instrument, bands));
            }
            Event::LimitStateChanged {
                instrument, side, ..
            } => tale.limit_states.push((*instrument, *side)),
            Event::Uncrossed {
                instrument, price, ..
            } => tale.auctions.push((*instrument, price.map(Price::raw))),
            Event::Indicative {
                instrument,
                price,
                volume,
                surplus,
                surplus_side,
            } => {
                let surplus = match surplus_side {
                    Some(Side::Sell) => -surplus.raw(),
                    _ => surplus.raw(),
                };
                let found = price.map(|price| (price.raw(), volume.raw(), surplus));
                tale.indications.push((*instrument, found));
            }
            _ => {}
        }
    }
    tale
}

fn orders_of(event: &Event) -> Vec<&OrderFacts> {
    match event {
        Event::OrderAccepted { order }
        | Event::OrderCanceled { order, .. }
        | Event::OrderExpired { order }
        | Event::OrderReplaced { order, .. }
        | Event::OrderTriggered { order }
        | Event::OrderRestated { order, .. }
        | Event::OrderDecremented { order, .. } => vec![order],
        Event::Traded { maker, taker, .. } => vec![maker, taker],
        Event::ExecutionChanged { order, .. } => order.iter().collect(),
        _ => Vec::new(),
    }
}

/// What holds of every order that is told.
fn check_facts(order: &OrderFacts) -> Result<(), TestCaseError> {
    let (total, cum, leaves) = (
        order.terms.order_qty.raw(),
        order.cum_qty.raw(),
        order.leaves_qty.raw(),
    );
    match order.ord_status {
        OrdStatus::New | OrdStatus::PartiallyFilled => {
            prop_assert_eq!(total, cum + leaves);
            prop_assert!(leaves > 0);
            prop_assert_eq!(order.ord_status == OrdStatus::New, cum == 0);
        }
        OrdStatus::Filled => {
            prop_assert_eq!((total, leaves), (cum, 0));
            prop_assert_eq!(order.reserved, Money::ZERO);
        }
        OrdStatus::Canceled | OrdStatus::Expired => {
            prop_assert_eq!((leaves, order.reserved), (0, Money::ZERO));
        }
        OrdStatus::Rejected => return Err(TestCaseError::fail("a rejected order has no facts")),
    }
    Ok(())
}

/// A trade is within both limits, at the maker's; in an auction at the one of all.
fn check_price(event: &Event) -> Result<(), TestCaseError> {
    let Event::Traded {
        price,
        maker,
        taker,
        auction,
        ..
    } = event
    else {
        return Ok(());
    };
    if auction.is_some() {
        if let Some(limit) = maker.terms.ord_type.price() {
            prop_assert!(*price <= limit, "the buyer's limit");
        }
    } else {
        prop_assert_eq!(maker.working, Working::At(*price));
    }
    let whole = maker.terms.all_or_none;
    prop_assert!(!whole || maker.leaves_qty == Qty::ZERO, "all or none");
    if let Some(limit) = taker.terms.ord_type.price() {
        match taker.terms.side {
            Side::Buy => prop_assert!(*price <= limit),
            Side::Sell => prop_assert!(*price >= limit),
        }
    }
    Ok(())
}

fn like(order: &OrderTerms, wanted: OrderTerms, keep: Keep) -> OrderTerms {
    OrderTerms {
        account: order.account,
        instrument: order.instrument,
        side: if keep.side { order.side } else { wanted.side },
        short_sale: if keep.side {
            order.short_sale
        } else {
            wanted.short_sale
        },
        ord_type: if keep.price {
            order.ord_type
        } else {
            wanted.ord_type
        },
        max_floor: if keep.floor {
            order.max_floor
        } else {
            wanted.max_floor
        },
        ..wanted
    }
}

fn instrument(id: InstrumentId) -> Instrument {
    Instrument {
        id,
        symbol: text(&format!("I{id}")),
        currency: text("USD"),
        tick: Price::from_raw(TICK),
        lot: Qty::from_raw(LOT),
        min_qty: Qty::from_raw(LOT),
        max_qty: Qty::from_raw(50 * LOT),
        reference_px: Price::from_raw(200 * TICK),
    }
}

fn cl_ord_id(id: u16) -> ClOrdId {
    text(&format!("id{id}"))
}

fn text<const N: usize>(text: &str) -> Text<N> {
    Text::new(text).expect("short and plain")
}
