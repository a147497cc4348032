//! The market-wide breaker and its index as text.

use crate::args::figure::{Share, Span};
use crate::show::halt::moment;
use crate::show::{Column, Show, pairs, table};
use market::breaker::BreakerLevel;
use market::control::breaker::{BreakerHold, BreakerStatus, ComponentStatus, IndexStatus};

impl Show for BreakerStatus {
    fn table(&self) -> String {
        let [one, two, three] = self.rules.falls_bps;
        let level = |level: Option<BreakerLevel>| {
            level.map_or_else(|| "none".to_owned(), |level| level.number().to_string())
        };
        pairs(&[
            ("level 1", Share(one).to_string()),
            ("level 2", Share(two).to_string()),
            ("level 3", Share(three).to_string()),
            ("halts for", Span(self.rules.halt_nanos).to_string()),
            ("not in the last", Span(self.rules.quiet_nanos).to_string()),
            ("index", self.index.to_string()),
            (
                "yesterday's close",
                self.close.map_or_else(
                    || "unknown: it does not trip by itself".to_owned(),
                    |close| close.to_string(),
                ),
            ),
            ("tripped today", level(self.tripped)),
            (
                "holds",
                self.holds
                    .as_ref()
                    .map_or_else(|| "nothing".to_owned(), held),
            ),
        ])
    }
}

fn held(hold: &BreakerHold) -> String {
    let until = hold.until.map_or_else(
        || "everything closed until the end of the day".to_owned(),
        |until| format!("everything halted until {}", moment(until)),
    );
    format!("{until}: {}", hold.reason)
}

impl Show for IndexStatus {
    fn table(&self) -> String {
        use Column::{Numbers, Words};
        let close = self
            .close
            .map_or_else(|| "unknown".to_owned(), |close| close.to_string());
        let head = pairs(&[
            ("index", self.level.to_string()),
            ("yesterday's close", close),
        ]);
        if self.components.is_empty() {
            return head;
        }
        let row = |it: &ComponentStatus| {
            vec![
                it.symbol.to_string(),
                it.weight.to_string(),
                it.price.to_string(),
            ]
        };
        let columns = [Words("SYMBOL"), Numbers("UNITS"), Numbers("PRICE")];
        head + "\n" + &table(&columns, self.components.iter().map(row))
    }
}
