//! Scenarios: text files that a trader can read. A line is a command; the indented lines under it are all that comes of it.
//! `UPDATE_EXPECT=1` writes what comes of each command into the file: read the difference before keeping it.
//!
//! ```text
//! BOT01 buy 100 ACME @ 10.05 as a1          a limit order; then any of: gtc ioc fok at-open at-close until=10:00:00 post-only
//!                                           show=20 for=A2
//! BOT01 sell 50 ACME @ market ioc as a2
//! BOT01 sell 50 ACME @ market stop=9.50 as s1       a stop; with a price: a stop-limit; market trail=0.50: a trailing stop
//! BOT01 sell 50 ACME @ market-to-limit as k1
//! rules ACME collar=500|off trigger=last|opposite [needs-opposite] [max-notional=N] [fat-finger=BPS] [duplicates=NANOS]     what is not said is off
//! BOT01 buy 50 ACME @ 10 aon as w1, BOT01 buy 50 ACME @ 10 ioc min=20 as i1
//! BOT01 buy 50 ACME @ peg=primary|opposite|mid [offset=-0.05] [limit=10.05] as p1
//! self-trade of BOT01: [group=1] [mode=cancel-oldest]
//! BOT01 replace a1 as a3: 120 @ 10.10       what is not said stays: side, symbol, account, show
//! BOT01 cancel a3 as c1
//! BOT01 asks cancel a3 as c2: [id 7] buy ACME       as an F says it; what it says is compared
//! BOT01 asks replace a3 as a4: [id 7] 90 @ 10       as a G says it; or: but WHAT IS WRONG WITH IT
//! BOT01 mass-cancel as m1 [ACME] [buy|sell]
//! BOT01 status a3 | BOT01 status all [ACME]
//! grant A1 to BOT01, revoke A1 of BOT01; cancel all of BOT01        what an operator does
//! kill all|BOT01|A1|ACME [and suspend] [dry] why; reinstate all|BOT01|A1|ACME
//! at 10:00:00                               the time of all that follows; what is due by then happens first
//! pre-open ACME, call ACME opening|intraday|volatility|closing until 09:00:00
//! BOT01 buy 50 ACME @ 11 reprice as r1      works at the band of limit-up limit-down, where its price is beyond
//! rules ACME [luld=1|2]                     limit-up limit-down, by tier
//! rules ACME [collar=BPS] [static=BPS] [dynamic=BPS] [volatility=SECONDS] [random=SECONDS]      what is not said is off
//! open|close ACME, end of day
//! index ACME 3, index close 30.00|none; breaker 700/1300/2000 halt=900 quiet=2100 (seconds); trip breaker 1 [drill] why
//! group ACME METALS, group ACME none
//! halt ACME|group=METALS|all [stay|cancel] [from=10:00:00] [until=10:15:00] [at-once] [code=news-pending] why; withdraw halt 1
//! resume ACME|group=METALS|all [at=10:15:00] [at-once]
//! fees go to A3; fees in ACME for tier 0: maker -0.2bps, taker 0.3bps, at least 1; put BOT01 into tier 1
//! limit BOT01 rate=10/20 open=5; limit BOT01 in USD credit=100 gross=200 net=150; limit A1 in ACME long=100 short=50
//! restrict A1 in ACME, free A1 in ACME; let A1 sell short; locate 50 ACME for A1; show stakes BOT01
//! account M1 on margin 5000/2500 grace 01:00:00; show standing M1
//! BOT01 short 10 ACME @ 10 as s1            a short sale
//! propose bust of 1 by ann, propose trade 1 as 5 @ 9.95 by ann, approve trade 1 by bob, drop proposal of 1
//! deposit 100 USD to A1 as t1, withdraw …; bring 10 ACME to A1 at 9.5 as t2, take …
//! show book ACME, show balances A1
//! given the usual market [self-trade=MODE] [live-orders=N] [ids=N] [transfers=N]
//!                        [slices=N] [hidden-slices=N] [triggers=N] [repriced=N] [settings=N]
//! ```

mod ask;
mod breaker;
mod halt;
mod limit;
mod names;
mod order;
mod render;
mod shown;
mod word;

use ask::Ask;
use market::market::Market;
use market::time::Timestamp;
use names::Names;
use std::path::{Path, PathBuf};

#[test]
fn every_scenario_comes_out_as_written() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder of scenarios")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    assert!(files.len() >= 100, "only {} scenarios", files.len());
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let failed: Vec<String> = files
        .iter()
        .filter_map(|file| check(file, update))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// The first difference, if there is one.
fn check(file: &Path, update: bool) -> Option<String> {
    let text = std::fs::read_to_string(file).expect("a readable scenario");
    let played = play(&text, file);
    if update {
        std::fs::write(file, &played).expect("a writable scenario");
        return None;
    }
    let mut wanted = text.lines();
    for (at, got) in played.lines().enumerate() {
        let want = wanted.next().unwrap_or("(end)");
        if got != want {
            let name = file.display();
            return Some(format!(
                "{name}:{}\n  written: {want}\n  got:     {got}",
                at + 1
            ));
        }
    }
    wanted
        .next()
        .map(|line| format!("{}: nothing comes of: {line}", file.display()))
}

/// The scenario with what really comes of each command.
fn play(text: &str, file: &Path) -> String {
    let mut stage = Stage::default();
    let mut out = String::new();
    for line in text.lines() {
        if line.starts_with("    ") {
            continue;
        }
        out.push_str(line);
        out.push('\n');
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let ask = Ask::parse(line, &stage)
            .unwrap_or_else(|why| panic!("{}: {line}: {why}", file.display()));
        for told in stage.carry_out(ask) {
            out.push_str("    ");
            out.push_str(&told);
            out.push('\n');
        }
    }
    out
}

/// The market that a scenario plays on, and the names that stand for its numbers.
#[derive(Default)]
struct Stage {
    market: Option<Market>,
    names: Names,
    seq: u64,
    /// Nanoseconds since midnight.
    now: i64,
}

impl Stage {
    fn market(&self) -> &Market {
        self.market.as_ref().expect("given the usual market, first")
    }

    fn carry_out(&mut self, ask: Ask) -> Vec<String> {
        match ask {
            Ask::Usual(limits) => {
                self.market = Some(Market::new(limits));
                self.names = Names::default();
                self.now = 1;
                for command in ask::usual() {
                    self.apply(&command);
                }
                Vec::new()
            }
            Ask::Do(command) => self.apply(&command),
            Ask::At(nanos) => self.advance(nanos),
            Ask::ShowBook(instrument) => self.names.book(self.market(), instrument),
            Ask::ShowStanding(account) => self.names.standing(self.market(), account),
            Ask::ShowStakes(who) => limit::stakes(self.market(), &self.names, &who),
            Ask::ShowBalances(account) => self.names.balances(self.market(), account),
        }
    }

    /// The time has come to `nanos`; the market is told as the sequencer tells it: by one tick when something is due.
    fn advance(&mut self, nanos: i64) -> Vec<String> {
        assert!(nanos >= self.now, "time does not go back");
        self.now = nanos;
        let now = Timestamp::from_nanos(nanos);
        let mut told = Vec::new();
        while self.market().next_deadline().is_some_and(|due| due <= now) {
            told.extend(self.apply(&market::command::Command::Tick));
        }
        told
    }

    fn apply(&mut self, command: &market::command::Command) -> Vec<String> {
        self.seq += 1;
        let mut events = Vec::new();
        let market = self.market.as_mut().expect("given the usual market, first");
        market.apply(
            self.seq,
            Timestamp::from_nanos(self.now),
            command,
            &mut events,
        );
        assert!(!events.is_empty(), "something comes of every command");
        events
            .iter()
            .map(|event| {
                self.names.learn(event);
                self.names.event(event)
            })
            .collect()
    }
}
