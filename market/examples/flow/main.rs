//! Prints a generated order flow as CSV, or what the market makes of it: `flow w1|w100|f1|t1|t5 [csv|digests|speed [DRIVE]]`. `digests` prints
//! sums and SHA-256 digests, of the market's lines and of those of books alone; `speed` how many operations a second are carried
//! out, parsing and printing left out, and how long one takes.

#[allow(dead_code, reason = "shared with the benches")]
#[path = "../../benches/cases/drive.rs"]
mod drive;
#[allow(
    dead_code,
    reason = "shared with the tests and the bench, which use other parts of it"
)]
mod generator;

use drive::Drive;
use generator::{Mix, alone, csv, results};
use market::flow::Outcome;
use market::limits::SelfTrade;
use sha2::{Digest, Sha256};
use std::error::Error;
use std::io::{Write as _, stdout};

const USAGE: &str = "usage: flow w1|w100|f1|t1|t5 [csv|digests|speed [DRIVE]]";

fn main() -> Result<(), Box<dyn Error>> {
    allocator::keep_memory();
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let mix = Mix::named(&name).ok_or(USAGE)?;
    let text = match arguments.next().as_deref() {
        None | Some("csv") => csv(mix)?,
        Some("digests") => digests(mix)?,
        Some("speed") => speed(mix, arguments.next().as_deref()),
        Some(_) => return Err(USAGE.into()),
    };
    stdout().write_all(text.as_bytes())?;
    Ok(())
}

fn digests(mix: Mix) -> Result<String, Box<dyn Error>> {
    let text = csv(mix)?;
    let (lines, book, replay) = results(&text, SelfTrade::Allow)?;
    let counts = replay.counts();
    let resting = replay.market().live_orders();
    let mut out = format!(
        "csv {}\ntrades {}\noutcomes {}\nbook {}\n",
        hex(&text),
        hex(&lines.trades),
        hex(&lines.outcomes),
        hex(&book)
    );
    out += &format!(
        "trades {} qty {} notional {} resting {resting}\n",
        counts.trades, counts.traded_qty, counts.notional
    );
    for (outcome, count) in Outcome::ALL.iter().zip(counts.outcomes) {
        out += &format!("{} {count}  ", outcome.code());
    }
    let is_same = alone(&text)? == (lines, book);
    out += match is_same {
        true => "\nbooks alone: the same\n",
        false => "\nbooks alone: OTHER LINES\n",
    };
    Ok(out)
}

fn speed(mix: Mix, only: Option<&str>) -> String {
    let operations = drive::operations(mix);
    let mut out = String::new();
    let wanted = |drive: &Drive| only.is_none_or(|name| name == drive.name());
    for drive in Drive::ALL.into_iter().filter(wanted) {
        out += &format!("{}\n", drive.line(&operations));
    }
    out
}

fn hex(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
