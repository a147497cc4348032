//! Outcomes of the kill switch as text.

use crate::show::Show;
use market::control::kill::KillOutcome;

impl Show for KillOutcome {
    fn table(&self) -> String {
        let Self {
            seq,
            target,
            orders,
            suspended,
            dry_run,
            reason,
            reported_micros,
            unreported,
        } = self;
        let plural = if *orders == 1 { "order" } else { "orders" };
        let outcome = match (reason, dry_run, suspended) {
            (None, ..) => format!("{target} may trade again (entry {seq})\n"),
            (Some(_), true, _) => format!(
                "{target}: {orders} open {plural} would be cancelled; nothing was done: add --yes to do it\n"
            ),
            (Some(_), false, false) => {
                format!("{target}: {orders} {plural} cancelled (entry {seq})\n")
            }
            (Some(_), false, true) => format!(
                "{target}: {orders} {plural} cancelled, suspended until reinstated (entry {seq})\n"
            ),
        };
        let reported = match (reported_micros, unreported) {
            (Some(micros), _) => {
                let (millis, part) = (micros / 1_000, micros % 1_000);
                format!("the last report was written after {millis}.{part:03} ms\n")
            }
            (None, 0) => String::new(),
            (None, 1) => "1 session has not taken its reports yet\n".to_owned(),
            (None, late) => format!("{late} sessions have not taken their reports yet\n"),
        };
        outcome + &reported
    }
}
