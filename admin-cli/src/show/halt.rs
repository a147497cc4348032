//! Halts and groups as text.

use crate::show::{Column, Show, phase, table};
use market::control::halt::{GroupStatus, HaltOutcome, HaltsStatus, PhaseStatus, ScheduledHalt};
use market::halt::HaltOrders;
use market::time::Timestamp;
use serde::Serialize;

/// A halt that was taken back.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Withdrawn(pub(crate) HaltOutcome);

impl Show for Withdrawn {
    fn table(&self) -> String {
        let HaltOutcome { seq, scheduled, .. } = &self.0;
        let id = scheduled.map_or_else(String::new, |id| format!(" {id}"));
        format!("halt{id} is withdrawn (entry {seq})\n")
    }
}

impl Show for HaltOutcome {
    fn table(&self) -> String {
        let seq = self.seq;
        if let Some(id) = self.scheduled {
            return format!("halt {id} waits for its time (entry {seq})\n");
        }
        let canceled = match self.canceled {
            0 => String::new(),
            1 => "1 order cancelled\n".to_owned(),
            canceled => format!("{canceled} orders cancelled\n"),
        };
        if self.instruments.is_empty() {
            return format!("no instrument is in another phase (entry {seq})\n");
        }
        phases(&self.instruments) + &canceled
    }
}

impl Show for HaltsStatus {
    fn table(&self) -> String {
        let mut text = if self.halted.is_empty() {
            "nothing is halted\n".to_owned()
        } else {
            phases(&self.halted)
        };
        if !self.scheduled.is_empty() {
            text.push('\n');
            text.push_str(&scheduled(&self.scheduled));
        }
        text
    }
}

impl Show for Vec<GroupStatus> {
    fn table(&self) -> String {
        if self.is_empty() {
            return "no instrument is in a group\n".to_owned();
        }
        use Column::Words;
        let row = |group: &GroupStatus| {
            let symbols: Vec<String> = group.symbols.iter().map(ToString::to_string).collect();
            vec![group.group.to_string(), symbols.join(", ")]
        };
        table(
            &[Words("GROUP"), Words("INSTRUMENTS")],
            self.iter().map(row),
        )
    }
}

fn phases(all: &[PhaseStatus]) -> String {
    use Column::Words;
    let columns = [
        Words("SYMBOL"),
        Words("PHASE"),
        Words("UNTIL"),
        Words("ORDERS"),
        Words("REASON"),
    ];
    let row = |it: &PhaseStatus| {
        let until = it.halt.and_then(|halt| halt.until);
        vec![
            it.symbol.to_string(),
            phase(it.phase).to_owned(),
            until.map_or_else(|| "-".to_owned(), moment),
            it.halt.map_or("-", |halt| orders(halt.orders)).to_owned(),
            it.reason.clone().unwrap_or_default(),
        ]
    };
    table(&columns, all.iter().map(row))
}

fn scheduled(all: &[ScheduledHalt]) -> String {
    use Column::{Numbers, Words};
    let columns = [
        Numbers("HALT"),
        Words("OF"),
        Words("FROM"),
        Words("UNTIL"),
        Words("ORDERS"),
        Words("REASON"),
    ];
    let row = |it: &ScheduledHalt| {
        vec![
            it.id.to_string(),
            it.target.to_string(),
            moment(it.from),
            it.until.map_or_else(|| "-".to_owned(), moment),
            orders(it.orders).to_owned(),
            it.reason.to_string(),
        ]
    };
    table(&columns, all.iter().map(row))
}

const fn orders(orders: HaltOrders) -> &'static str {
    match orders {
        HaltOrders::CancelOnly => "cancel only",
        HaltOrders::Stay => "stay",
        HaltOrders::Cancel => "cancelled",
    }
}

/// UTC, to the second.
pub(super) fn moment(at: Timestamp) -> String {
    let nanos = i128::from(at.nanos());
    jiff::Timestamp::from_nanosecond(nanos).map_or_else(
        |_| at.nanos().to_string(),
        |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    )
}
