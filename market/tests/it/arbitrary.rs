//! Commands of any content: nothing panics, something comes of each, the orders are those that were told ([`Ledger`]), and the journal's
//! and the bus's formats keep every event.

mod command;
mod opening;
mod order;
mod setting;
mod value;

use crate::ledger::Ledger;
use crate::variety::{Drawn, sample};
pub(crate) use command::command;
use market::account::AccountTerms;
use market::breaker::BreakerLevel;
use market::command::{Change, Command};
use market::event::{CxlRejResponseTo, Event};
use market::halt::{HaltCode, HaltOrders};
use market::instrument::Auction;
use market::limits::{Limits, SelfTrade};
use market::market::Market;
use market::order::{OrdType, Peg, Side, TimeInForce};
use market::risk::limits::{RiskLimit, Subject};
use market::rules::{StopTrigger, Tier};
use market::scope::{Instruments, Scope};
use market::time::Timestamp;
use market::trades::TradeChange;
pub(crate) use opening::opening;
use proptest::prelude::*;
use setting::self_trade;
use value::step;

proptest! {
    #![proptest_config(crate::cases(128))]

    #[test]
    fn no_command_panics_and_every_event_survives_its_formats(
        commands in prop::collection::vec((command(), step()), 1..120),
        self_trade in self_trade(),
    ) {
        let limits = Limits { max_live_orders: 20, max_cl_ord_ids: 60, max_final_orders: 3, self_trade, ..Limits::default() };
        let opening = opening().into_iter().map(|command| (command, 1));
        let (mut market, mut again) = (Market::new(limits), Market::new(limits));
        let mut ledger = Ledger::default();
        let mut nanos = 0i64;
        for (seq, (command, later)) in (0..).zip(opening.chain(commands)) {
            nanos += later;
            let (command, at) = (&command, Timestamp::from_nanos(nanos));
            let (mut events, mut same) = (Vec::new(), Vec::new());
            market.apply(seq, at, command, &mut events);
            prop_assert!(!events.is_empty(), "nothing came of {:?}", command);
            ledger.hear_all(&events)?;
            ledger.compare(&market)?;

            let bytes = postcard::to_allocvec(command).expect("a command can be written");
            let back: Command = postcard::from_bytes(&bytes).expect("and read");
            prop_assert_eq!(&back, command);
            again.apply(seq, at, &back, &mut same);
            prop_assert_eq!(&same, &events, "the same commands give the same events");

            let bytes = postcard::to_allocvec(&events).expect("events can be written");
            let back: Vec<Event> = postcard::from_bytes(&bytes).expect("and read");
            prop_assert_eq!(&back, &events);
            let json = serde_json::to_string(&events).expect("as JSON too");
            let back: Vec<Event> = serde_json::from_str(&json).expect("and read");
            prop_assert_eq!(&back, &events);
        }
    }
}

#[test]
fn every_variant_and_every_field_is_drawn() {
    let mut drawn = Drawn::default();
    for command in sample(command(), 20_000) {
        drawn.see(&command);
    }
    let lacking = [
        drawn.lacks::<Command>(""),
        drawn.lacks::<Change>("amend.change"),
        drawn.lacks::<CxlRejResponseTo>("amend.change.nothing.response_to"),
        drawn.lacks::<Side>("enter.terms.side"),
        drawn.lacks::<OrdType>("enter.terms.ord_type"),
        drawn.lacks::<Peg>("enter.terms.ord_type.pegged.peg"),
        drawn.lacks::<TimeInForce>("enter.terms.time_in_force"),
        drawn.lacks::<AccountTerms>("open_account.terms"),
        drawn.lacks::<Instruments>("halt.instruments"),
        drawn.lacks::<HaltOrders>("halt.orders"),
        drawn.lacks::<HaltCode>("halt.code"),
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
    assert_eq!(drawn.fixed(), Vec::<&str>::new(), "always the same");
}
