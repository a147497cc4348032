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
        } = self;
        let plural = if *orders == 1 { "order" } else { "orders" };
        match (reason, dry_run, suspended) {
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
        }
    }
}
