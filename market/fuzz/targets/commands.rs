//! Any commands, one after the other: nothing panics, something comes of each, orders are those that were told, cash and stock are
//! conserved, and the market that comes of them is sound: written down and read back it is the same, and goes on the same.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use market::command::Command;
use market::event::Event;
use market::id::{AccountId, AssetId, InstrumentId};
use market::market::Market;
use market_fuzz::{Trading, image, read, reread};
use std::collections::BTreeMap;

/// The reference automaton of the market's own tests.
#[allow(dead_code)]
#[path = "../../tests/it/ledger.rs"]
mod ledger;

/// Self-trade prevention, and after how many commands the market is read back.
const HEAD: usize = 2;

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    market_fuzz::change(data, size, max_size, seed, HEAD)
});

fuzz_target!(|input: &[u8]| {
    let Some((&[self_trade, cut], commands)) = input.split_first_chunk::<HEAD>() else {
        return;
    };
    let mut told = Told::default();
    let mut trading = Trading::begin(self_trade);
    told.open(&trading.market);
    let mut again: Option<Trading> = None;
    for (at, (later, command)) in read(commands).into_iter().enumerate() {
        if at == usize::from(cut) {
            again = Some(Trading::go_on(reread(&trading.market, self_trade)));
        }
        let events = trading.apply(later, &command).to_vec();
        told.hear(&command, &events);
        if let Err(why) = told.ledger.compare(&trading.market) {
            panic!("after {command:?}: {why}");
        }
        if let Some(again) = &mut again {
            assert_eq!(again.apply(later, &command), events, "it goes on otherwise");
        }
    }
    told.check(&trading.market);
    let bytes = image(&reread(&trading.market, self_trade));
    if let Some(again) = again {
        assert!(image(&again.market) == bytes, "it became another market");
    }
});

/// What the events have told.
#[derive(Default)]
struct Told {
    ledger: ledger::Ledger,
    accounts: u32,
    assets: u32,
    instruments: u32,
    /// What came in and did not go out again.
    cash: BTreeMap<AssetId, i128>,
    stock: BTreeMap<InstrumentId, i128>,
}

impl Told {
    /// What is there before the first command.
    fn open(&mut self, market: &Market) {
        self.accounts = (0..)
            .take_while(|id| market.cash(AccountId(*id), AssetId(0)).is_some())
            .last()
            .map_or(0, |last| last + 1);
        self.assets = 1;
        self.instruments = u32::try_from(market.instruments().count()).expect("few");
        let cash = (0..self.accounts).filter_map(|id| market.cash(AccountId(id), AssetId(0)));
        let _none = self
            .cash
            .insert(AssetId(0), cash.map(|it| it.total.raw()).sum());
    }

    fn hear(&mut self, command: &Command, events: &[Event]) {
        assert!(!events.is_empty(), "nothing came of {command:?}");
        if let Err(why) = self.ledger.hear_all(events) {
            panic!("after {command:?}: {why}");
        }
        for event in events {
            match *event {
                Event::AccountOpened { .. } => self.accounts += 1,
                Event::AssetListed { .. } => self.assets += 1,
                Event::InstrumentListed { .. } => self.instruments += 1,
                Event::FundsTransferred {
                    asset,
                    amount,
                    repeated: false,
                    ..
                } => *self.cash.entry(asset).or_default() += amount.raw(),
                Event::SecuritiesTransferred {
                    instrument,
                    qty,
                    repeated: false,
                    ..
                } => *self.stock.entry(instrument).or_default() += i128::from(qty.raw()),
                _ => {}
            }
        }
    }

    /// All cash is what came in, and all stock.
    fn check(&self, market: &Market) {
        let accounts = || (0..self.accounts).map(AccountId);
        for asset in (0..self.assets).map(AssetId) {
            let cash = accounts().map(|id| market.cash(id, asset).expect("known").total.raw());
            let told = self.cash.get(&asset).copied().unwrap_or(0);
            assert_eq!(cash.sum::<i128>(), told, "cash of asset {asset}");
        }
        for instrument in (0..self.instruments).map(InstrumentId) {
            let stock =
                accounts().map(|id| market.holding(id, instrument).expect("known").total.raw());
            let told = self.stock.get(&instrument).copied().unwrap_or(0);
            assert_eq!(stock.sum::<i128>(), told, "stock of {instrument}");
        }
    }
}
