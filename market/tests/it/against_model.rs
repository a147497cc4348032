//! Random commands of every kind, given to the market and to the slow [`Model`]: after each, the same refusal or the same trades and
//! ends of orders, the same books in the same order, the same balances and reservations. Beside it, what holds of every event: nothing
//! changes on a refusal, cash and stock are conserved, level events rebuild the book, and the orders are those that were told
//! ([`Ledger`]).

mod acts;
mod cast;
mod comparison;
mod damage;
mod told;

use crate::image::reread;
use crate::ledger::Ledger;
use crate::model::{Model, Order};
use crate::variety::{Drawn, sample};
use acts::{Act, How, Keep, Names, Target, act, funds, mode, securities};
use cast::{
    ACCOUNTS, INSTRUMENTS, LOT, MARGIN, ON_MARGIN, PARTICIPANTS, SECOND, STEP, UNCHECKED,
    cl_ord_id, instrument, text,
};
use market::account::AccountTerms;
use market::breaker::BreakerLevel;
use market::command::{Amendment, Change, Command};
use market::event::{CxlRejResponseTo, Event};
use market::fees::Fees;
use market::halt::{Halt, HaltOrders};
use market::id::{AccountId, ClOrdId, InstrumentId, OrderId, ParticipantId};
use market::instrument::Auction;
use market::limits::{Limits, SelfTrade};
use market::luld::PriceBands;
use market::market::Market;
use market::money::Money;
use market::order::{OrdType, OrderTerms, Peg, Side, TimeInForce};
use market::price::Price;
use market::qty::Qty;
use market::risk::limits::{RiskLimit, Subject};
use market::rules::{Rules, StopTrigger, Tier};
use market::scope::{Instruments, Scope};
use market::time::Timestamp;
use market::trades::TradeChange;
use proptest::prelude::*;
use std::cell::Cell;
use std::collections::BTreeMap;
use told::{check_facts, check_price, check_status, ended_calls, tale};

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

/// So rare among random days that it was seen once in 160,000: limit-up limit-down with pauses of no length.
#[test]
fn a_pause_of_no_length_is_over_in_the_same_tick() -> Result<(), TestCaseError> {
    let mut pair = Pair::new(SelfTrade::Allow);
    let instrument = InstrumentId(1);
    let rules = Rules {
        limit_up_limit_down: Some(Tier::One),
        volatility_nanos: 0,
        random_end_nanos: 0,
        ..Rules::NONE
    };
    pair.step(&Command::SetRules { instrument, rules })?;
    let bands = pair
        .market
        .price_bands(instrument)
        .expect("it has the rule");
    let bid = OrderTerms::plain(
        AccountId(UNCHECKED),
        instrument,
        Side::Buy,
        OrdType::Limit(bands.upper),
        TimeInForce::Day,
        Qty::from_raw(3 * LOT),
    );
    pair.step(&Command::Enter {
        participant: ParticipantId(0),
        cl_ord_id: text("bid"),
        terms: bid,
    })?;
    for _ in 0..3 {
        let before = pair.seq;
        pair.until(pair.model.now + 16 * SECOND)?;
        prop_assert!(pair.market.price_bands(instrument).is_some(), "it trades");
        prop_assert!(pair.seq > before, "it paused, and is at its band again");
    }
    Ok(())
}

/// Seen once in 60,000 random days: a pegged order with nothing to follow gets something, and its account cannot pay for it. Its end told
/// a price that it had never worked at.
#[test]
fn a_peg_that_cannot_be_paid_for_ends_as_it_was_told() -> Result<(), TestCaseError> {
    let mut pair = Pair::new(SelfTrade::Allow);
    let instrument = InstrumentId(1);
    let rules = Rules::NONE;
    pair.step(&Command::SetRules { instrument, rules })?;
    pair.step(&funds("most", AccountId(1), -1_999 * i128::from(LOT)))?;
    let peg = OrdType::Pegged {
        peg: Peg::Market,
        offset: Price::ZERO,
        limit: None,
    };
    for (participant, account, side, ord_type) in [
        (1, 1, Side::Buy, peg),
        (
            2,
            UNCHECKED,
            Side::Sell,
            OrdType::Limit(Price::from_raw(1_015_000_000)),
        ),
    ] {
        pair.step(&Command::Enter {
            participant: ParticipantId(participant),
            cl_ord_id: text(&format!("o{participant}")),
            terms: OrderTerms::plain(
                AccountId(account),
                instrument,
                side,
                ord_type,
                TimeInForce::Day,
                Qty::from_raw(32 * LOT),
            ),
        })?;
    }
    prop_assert_eq!(pair.market.live_orders(), 1, "the offer");
    Ok(())
}

#[test]
fn every_command_is_drawn() {
    let (mut drawn, pair) = (Drawn::default(), Pair::new(SelfTrade::Allow));
    for act in sample(act(), 40_000) {
        drawn.see(&pair.command(act));
    }
    let once = [
        "list_asset",
        "list_instrument",
        "admit_participant",
        "open_account",
    ];
    assert_eq!(drawn.lacks::<Command>(""), once, "but what sets up");
    let lacking = [
        drawn.lacks::<Change>("amend.change"),
        drawn.lacks::<Side>("enter.terms.side"),
        drawn.lacks::<OrdType>("enter.terms.ord_type"),
        drawn.lacks::<Peg>("enter.terms.ord_type.pegged.peg"),
        drawn.lacks::<TimeInForce>("enter.terms.time_in_force"),
        drawn.lacks::<Instruments>("halt.instruments"),
        drawn.lacks::<HaltOrders>("halt.orders"),
        drawn.lacks::<Auction>("call.auction"),
        drawn.lacks::<Scope>("kill.scope"),
        drawn.lacks::<StopTrigger>("set_rules.rules.stop_trigger"),
        drawn.lacks::<Tier>("set_rules.rules.limit_up_limit_down"),
        drawn.lacks::<RiskLimit>("set_risk_limit"),
        drawn.lacks::<Subject>("set_risk_limit.restricted.subject"),
        drawn.lacks::<SelfTrade>("set_self_trade.mode"),
        drawn.lacks::<BreakerLevel>("trip_breaker.level"),
        drawn.lacks::<TradeChange>("propose_trade_change.change"),
    ];
    assert_eq!(lacking.concat(), Vec::<String>::new(), "never drawn");
}

/// Where own orders trade with each other, or take each other away, the market is a small one: its bounds are reached.
fn limits(self_trade: SelfTrade) -> Limits {
    let usual = Limits {
        self_trade,
        ..Limits::default()
    };
    match self_trade {
        SelfTrade::Allow | SelfTrade::CancelBoth => Limits {
            max_hidden_slices: 30,
            max_triggers: 2,
            max_repriced: 3,
            ..usual
        },
        _ => usual,
    }
}

struct Pair {
    market: Market,
    model: Model,
    seq: u64,
    /// Orders as the events tell them.
    ledger: Ledger,
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
            model: Model::new(limits(self_trade)),
            seq: 0,
            ledger: Ledger::default(),
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
            let grant = Command::GrantAccount {
                participant,
                account,
            };
            self.step(&grant).expect("set up alike");
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
                self.step(&securities(&id, account, instrument, 120 * LOT, 0))
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
                terms: self.dated(terms),
            },
            Act::PossResend(target, terms) => {
                let (participant, cl_ord_id) = self.target(target);
                Command::PossResend {
                    participant,
                    cl_ord_id,
                    terms: self.dated(terms),
                }
            }
            Act::Cancel(target, how) => {
                let (participant, orig_cl_ord_id) = self.target(target);
                let order = self.order(participant, orig_cl_ord_id);
                let (instrument, side) = order.map_or((InstrumentId(0), Side::Buy), |order| {
                    (order.terms.instrument, order.terms.side)
                });
                let side = match how.is_side_wrong {
                    true => side.opposite(),
                    false => side,
                };
                let change = Change::Cancel { instrument, side };
                let cl_ord_id = text(&format!("c{}", self.seq));
                self.request(participant, orig_cl_ord_id, cl_ord_id, change, how)
            }
            Act::Replace(target, new_id, terms, keep, how) => {
                let (participant, orig_cl_ord_id) = self.target(target);
                let order = self.order(participant, orig_cl_ord_id);
                let terms = order.map_or(terms, |order| like(&order.terms, terms, keep));
                let terms = match keep.time {
                    true => terms,
                    false => self.dated(terms),
                };
                let change = Change::Replace(terms);
                self.request(participant, orig_cl_ord_id, cl_ord_id(new_id), change, how)
            }
            Act::Status(target) => {
                let (participant, cl_ord_id) = self.target(target);
                Command::Status {
                    participant,
                    request_id: None,
                    cl_ord_id: Some(cl_ord_id),
                    instrument: None,
                }
            }
            Act::Resize(at, new_id, lots) => {
                let (participant, orig_cl_ord_id) = self.target(Target::Live(at));
                let order = self.order(participant, orig_cl_ord_id);
                let Some(order) = order else {
                    return Command::Tick;
                };
                let order_qty = Qty::from_raw(order.total + lots * LOT);
                Command::Amend(Amendment {
                    participant,
                    cl_ord_id: cl_ord_id(new_id),
                    orig_cl_ord_id,
                    order_id: None,
                    change: Change::Replace(OrderTerms {
                        order_qty,
                        ..order.terms
                    }),
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

    fn target(&self, target: Target) -> (ParticipantId, ClOrdId) {
        let live = &self.model.orders;
        match target {
            Target::Live(at) if !live.is_empty() => {
                let order = &live[at % live.len()];
                (order.participant, order.cl_ord_id)
            }
            Target::Live(at) => (ParticipantId(0), text(&format!("id{}", at % 30))),
            Target::Named(participant, id) => (ParticipantId(participant), cl_ord_id(id)),
        }
    }

    /// A cancel or a replace, said as it is to be said.
    fn request(
        &self,
        participant: ParticipantId,
        orig_cl_ord_id: ClOrdId,
        cl_ord_id: ClOrdId,
        change: Change,
        how: How,
    ) -> Command {
        let cl_ord_id = match how.is_id_used {
            true => orig_cl_ord_id,
            false => cl_ord_id,
        };
        let told = self.ledger.named(participant, orig_cl_ord_id);
        let right = told.map_or(0, |order| order.order_id.0);
        let (order_id, change) = match (how.names, change) {
            (Names::Ids, Change::Cancel { .. }) => {
                return Command::Cancel {
                    participant,
                    cl_ord_id,
                    orig_cl_ord_id,
                };
            }
            (Names::Ids, Change::Replace(terms)) => {
                return Command::Replace {
                    participant,
                    cl_ord_id,
                    orig_cl_ord_id,
                    terms,
                };
            }
            (Names::Ids | Names::NoOrderId, change) => (None, change),
            (Names::OrderId, change) => (Some(OrderId(right)), change),
            (Names::OtherOrderId(more), change) => {
                (Some(OrderId(right.wrapping_add(more))), change)
            }
            (Names::Nothing, change) => {
                let response_to = match change {
                    Change::Cancel { .. } => CxlRejResponseTo::Cancel,
                    _ => CxlRejResponseTo::Replace,
                };
                let why = text("why");
                (None, Change::Nothing { response_to, why })
            }
        };
        Command::Amend(Amendment {
            participant,
            cl_ord_id,
            orig_cl_ord_id,
            order_id,
            change,
        })
    }

    /// A time of expiry is drawn from now on.
    fn dated(&self, terms: OrderTerms) -> OrderTerms {
        let time_in_force = match terms.time_in_force {
            TimeInForce::Gtd(after) => {
                TimeInForce::Gtd(Timestamp::from_nanos(self.model.now + after.nanos()))
            }
            other => other,
        };
        OrderTerms {
            time_in_force,
            ..terms
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
        if *command == Command::Tick {
            ended_calls(&events).for_each(|instrument| self.model.hear_of_end(instrument));
        }
        let told = self.model.apply(command);
        prop_assert_eq!(tale(&events), told.clone(), "{:?}", command);
        if told.refusal.is_some() {
            prop_assert_eq!(events.len(), 1, "a refusal is all that comes of it");
        }
        self.ledger.hear_all(&events)?;
        self.ledger.compare(&self.market)?;
        check_status(&events)?;
        for event in &events {
            self.count(event);
            check_price(event)?;
            self.check_bands(event)?;
            for order in event.orders().into_iter().flatten() {
                check_facts(order)?;
            }
        }
        self.check_levels(&events)?;
        self.check_books()?;
        self.check_waiting()?;
        self.check_stakes()?;
        self.check_margin()?;
        self.check_index()?;
        self.check_halts()?;
        self.check_balances()
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
        time_in_force: if keep.time {
            order.time_in_force
        } else {
            wanted.time_in_force
        },
        ..wanted
    }
}
