//! What a resting order takes of memory, all told: the order, its level, its ClOrdID and the lists between them, as the allocator is asked for
//! it. `scripts/bench memory` measures a million; here few enough for every run of the tests.

use crate::flow::generator::{Generator, Mix, RULES};
use allocation_counter::measure;
use market::account::AccountTerms;
use market::flow::Commands;
use market::limits::Limits;
use market::market::Market;
use market::time::Timestamp;

/// A thousand orders an instrument, as in the bench.
const INSTRUMENTS: u32 = 20;
const ORDERS: u64 = 20_400;

/// Bytes an order, at most. The target is 160 of a million; here the windows of the books and what tables keep free weigh more.
const MOST: u64 = 175;

#[test]
fn a_resting_order_takes_no_more_than_it_may() {
    let mix = Mix {
        ops: ORDERS,
        preload: ORDERS,
        symbols: INSTRUMENTS,
        ..Mix::named("w1").expect("a known flow")
    };
    let operations: Result<Vec<_>, _> = Generator::new(mix).collect();
    let operations = operations.expect("a generated flow");
    let commands = Commands::of(&operations, AccountTerms::Cash, RULES).expect("a generated flow");
    let mut market = Market::new(Limits::default());
    let mut events = Vec::with_capacity(1_000);
    for command in &commands.opening {
        market.apply(0, Timestamp::default(), command, &mut events);
    }
    let before = market.live_orders();
    let info = measure(|| {
        for command in &commands.orders {
            events.clear();
            market.apply(0, Timestamp::default(), command, &mut events);
        }
    });
    let orders = market.live_orders() - before;
    assert!(orders > ORDERS * 9 / 10, "only {orders} rest");
    let taken = u64::try_from(info.bytes_current).expect("more than before");
    let each = taken / orders;
    println!("{orders} resting orders take {taken} bytes, {each} each");
    assert!(each <= MOST, "{each} bytes a resting order");
}
