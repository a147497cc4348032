//! Prints a generated order flow as CSV, or what the market makes of it: `flow w1|w100|f1|t1|t5 [csv|digests]`. With `digests`
//! it prints sums, SHA-256 digests, and how many operations a second the market carried out, parsing and printing left out.

#[allow(
    dead_code,
    reason = "shared with the tests and the bench, which use other parts of it"
)]
mod generator;

use generator::{Generator, Mix, csv, results};
use market::flow::{Outcome, Replay};
use market::limits::SelfTrade;
use sha2::{Digest, Sha256};
use std::error::Error;
use std::io::{Write as _, stdout};
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let mix = Mix::named(&name).ok_or("usage: flow w1|w100|f1|t1|t5 [csv|digests]")?;
    match arguments.next().as_deref() {
        None | Some("csv") => stdout().write_all(csv(mix)?.as_bytes())?,
        Some("digests") => stdout().write_all(digests(mix)?.as_bytes())?,
        Some(_) => return Err("usage: flow w1|w100|f1|t1|t5 [csv|digests]".into()),
    }
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
    out += &format!("\n{} operations a second\n", speed(mix)?);
    Ok(out)
}

fn speed(mix: Mix) -> Result<u128, Box<dyn Error>> {
    let operations = Generator::new(mix).collect::<Result<Vec<_>, _>>()?;
    let mut replay = Replay::new(SelfTrade::Allow);
    let mut events = Vec::new();
    let start = Instant::now();
    for operation in &operations {
        replay.apply(operation, &mut events)?;
        events.clear();
    }
    let nanos = start.elapsed().as_nanos().max(1);
    Ok(u128::from(mix.ops) * 1_000_000_000 / nanos)
}

fn hex(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
