//! Order flows whose trades, outcomes and final book are known line by line or by digest; the generator that makes them.

#[path = "../../examples/flow/generator.rs"]
pub(crate) mod generator;

use generator::{Generator, Mix, csv, results};
use market::account::AccountTerms;
use market::command::Command;
use market::flow::{Commands, FlowError, FlowFault, Lines, Operation, Replay};
use market::id::InstrumentId;
use market::limits::{Limits, SelfTrade};
use market::market::Market;
use market::refusal::Refusal;
use market::time::Timestamp;
use sha2::{Digest, Sha256};
use std::path::PathBuf;

const T1: &str = "0cf69bfefb0cf2b2725f4e38b59ec1f9284dbe490cc0d7ae0a4687a8078668ef";
const T5: &str = "75892f335bf886afabd9891648d249869a75bdfa4e55cd9a533e171cb6556644";

/// Self-trade prevention on t1: mode, trades, outcomes, book.
const T1_STP: [(SelfTrade, &str, &str, &str); 4] = [
    (
        SelfTrade::CancelNewest,
        "69fcac601e4c4242619abee281d8b6077a56a320ed98edaa583645184bcbf0a2",
        "7fe418d1e94bd9d906e13d2f50f39840e642b31fc736020dc0b1fbfb7ed380de",
        "10ce32e71c4c8e291c3ba4c66c16f3f1117ff97df0b21ae159d1a85b26f71c5a",
    ),
    (
        SelfTrade::CancelOldest,
        "455bc1a5ff235e095fb5aa7b45e042d1b9286db0ba6946585f7a7308c30b6c60",
        "12368bb78e376bd198c3e62aefbab4c8dbd3840fa1be35f1879352009b22cb34",
        "e54c30c843d812dcb6d0a23d64fff3a7a9deda54346896bfb392da4a3ef0f79e",
    ),
    (
        SelfTrade::CancelBoth,
        "6d3d75dae76d5a181481f2149df47ed03f060a7db5d2590a535593bb14d0ce91",
        "e83920cab0d978993df1a0ff1a073f89246d77562a954c322ad2ce09c29d1c58",
        "5df746a5d2ce8a517bfbdf32bfc52a39ae4963fe4d50efdc4365e4b58d7e58c1",
    ),
    (
        SelfTrade::DecrementAndCancel,
        "aa79454d6df36cc3610cf25dcefcb68e293549c8b9827aa3b4f34ddfac15d883",
        "b35e6e7dce4e452120cbeae260cbaaf6970874ec48a712344013ec987a601113",
        "7dd54403f4b99f36d7b3fe1a515f76c138afb397fff25dcffb6eeeb697d3dc49",
    ),
];

#[test]
fn t1_gives_the_known_lines() {
    check_lines("t1");
}

#[test]
fn t5_gives_the_known_lines() {
    check_lines("t5");
}

#[test]
fn t1_with_self_trade_prevention_gives_the_known_digests() {
    let csv = fixture("t1.csv");
    for (mode, trades, outcomes, book) in T1_STP {
        let (lines, end, _) = results(&csv, mode).unwrap();
        assert_eq!(hex(&lines.trades), trades, "{mode:?}: trades");
        assert_eq!(hex(&lines.outcomes), outcomes, "{mode:?}: outcomes");
        assert_eq!(hex(&end), book, "{mode:?}: book");
    }
}

#[test]
fn the_generator_makes_the_known_flows() {
    for (name, digest) in [("t1", T1), ("t5", T5)] {
        let text = csv(Mix::named(name).unwrap()).unwrap();
        assert!(text == fixture(&format!("{name}.csv")), "{name}: lines");
        assert_eq!(hex(&text), digest, "{name}: digest");
    }
}

#[test]
fn accounts_with_plenty_give_the_same_trades() {
    let mut replay = Replay::with_accounts(SelfTrade::Allow, AccountTerms::Cash);
    let mut lines = Lines::default();
    for line in fixture("t5.csv").lines() {
        replay.line(line, &mut lines).unwrap();
    }
    assert!(lines.trades == fixture("t5.trades"));
    assert!(lines.outcomes == fixture("t5.outcomes"));
}

#[test]
fn commands_that_were_foreseen_give_the_same_events_and_the_same_market() {
    let mix = Mix {
        ops: 26_000,
        ..Mix::named("w1").unwrap()
    };
    let replay = Replay::new(SelfTrade::Allow);
    let commands: Vec<Command> = market::flow::opening(AccountTerms::Unchecked)
        .chain(market::flow::symbol(
            InstrumentId(0),
            AccountTerms::Unchecked,
        ))
        .chain(Generator::new(mix).map(|one| replay.command(&one.unwrap()).unwrap()))
        .collect();
    let mut markets = [
        Market::new(Limits::default()),
        Market::new(Limits::default()),
    ];
    for (number, together) in commands.chunks(100).enumerate() {
        // Also what was done already, and what comes much later.
        let others = commands.iter().skip(number * 37 % 20_000).take(50);
        let [_, foresees] = &markets;
        foresees.foresee(together.iter().chain(others));
        let [plain, foreseen] = markets.each_mut().map(|market| {
            let mut events = Vec::new();
            for (seq, command) in (1..).zip(together) {
                let seq = number as u64 * 100 + seq;
                let at = Timestamp::from_nanos(seq as i64);
                market.apply(seq, at, command, &mut events);
            }
            events
        });
        assert_eq!(foreseen, plain, "commands {number} hundred");
    }
    let [plain, foreseen] = markets.each_ref().map(crate::image::image);
    assert!(foreseen == plain, "the same market");
}

#[test]
fn accounts_with_rules_that_nobody_breaks_give_the_same_trades() {
    for name in ["t1", "t5"] {
        let mut replay = Replay::with_rules(SelfTrade::Allow, AccountTerms::Cash, generator::RULES);
        let mut lines = Lines::default();
        for line in fixture(&format!("{name}.csv")).lines() {
            replay.line(line, &mut lines).unwrap();
        }
        same(&lines.trades, &fixture(&format!("{name}.trades")));
        same(&lines.outcomes, &fixture(&format!("{name}.outcomes")));
    }
}

#[test]
fn books_alone_give_the_same_lines() {
    for name in ["t1", "t5"] {
        let (lines, book) = generator::alone(&fixture(&format!("{name}.csv"))).unwrap();
        same(&lines.trades, &fixture(&format!("{name}.trades")));
        same(&lines.outcomes, &fixture(&format!("{name}.outcomes")));
        same(&book, &fixture(&format!("{name}.book")));
    }
}

#[test]
fn commands_of_a_flow_do_what_its_replay_does() {
    let csv = fixture("t5.csv");
    let operations: Vec<_> = (1..)
        .zip(csv.lines())
        .skip(1)
        .map(|(line, text)| Operation::parse(text, line).unwrap())
        .collect();
    let commands = Commands::of(&operations, AccountTerms::Cash, generator::RULES).unwrap();
    let mut market = Market::new(Limits::default());
    let mut events = Vec::new();
    for (seq, command) in (1..).zip(commands.opening.iter().chain(&commands.orders)) {
        market.apply(seq, Timestamp::default(), command, &mut events);
    }
    let (_, _, replay) = results(&csv, SelfTrade::Allow).unwrap();
    assert_eq!(market.trades(), replay.counts().trades);
    assert_eq!(market.live_orders(), 950);
}

#[test]
fn sums_agree_with_the_lines() {
    let (_, _, replay) = results(&fixture("t5.csv"), SelfTrade::Allow).unwrap();
    let counts = replay.counts();
    assert_eq!(counts.operations, 10_000);
    assert_eq!(
        (counts.trades, counts.traded_qty, counts.notional),
        (1815, 34_019, 340_183_600)
    );
    assert_eq!(counts.outcomes, [3801, 1, 663, 7, 85, 5437, 6]);
    assert_eq!(replay.market().live_orders(), 950);
}

#[test]
fn a_line_that_is_no_operation_is_named() {
    for (line, field, fault) in [
        ("", "seq", FlowFault::Number),
        ("0,N,0,1,0,1,B,D,10,5", "disp", FlowFault::Missing),
        ("0,N,0,1,0,1,B,D,10,5,0,", "disp", FlowFault::Extra),
        ("0,Q,0,1,0,1,B,D,10,5,0", "op", FlowFault::Letter),
        ("0,N,-1,1,0,1,B,D,10,5,0", "sym", FlowFault::Number),
        ("0,N,4294967296,1,0,1,B,D,10,5,0", "sym", FlowFault::Range),
        ("0,N,0,x,0,1,B,D,10,5,0", "oid", FlowFault::Number),
        ("0,N,0,1,0,0,B,D,10,5,0", "acct", FlowFault::Range),
        ("0,N,0,1,0,51,B,D,10,5,0", "acct", FlowFault::Range),
        ("0,N,0,1,0,1,b,D,10,5,0", "side", FlowFault::Letter),
        ("0,N,0,1,0,1,B,G,10,5,0", "tif", FlowFault::Letter),
        ("0,C,0,0,1,1,B,D,0,0,0", "tif", FlowFault::Letter),
        ("0,N,0,1,0,1,B,D,1.5,5,0", "price", FlowFault::Number),
        (
            "0,N,0,1,0,1,B,D,99999999999999999999,5,0",
            "price",
            FlowFault::Range,
        ),
        ("0,N,0,1,0,1,B,D,10,1000000001,0", "qty", FlowFault::Range),
        (
            "0,N,0,1,0,1,B,D,10,0,0",
            "op",
            FlowFault::Refused(Refusal::QtyNotPositive),
        ),
        (
            "0,N,100000,1,0,1,B,D,10,5,0",
            "sym",
            FlowFault::Refused(Refusal::CapacityReached),
        ),
    ] {
        let mut replay = Replay::new(SelfTrade::Allow);
        let mut lines = Lines::default();
        replay
            .line(market::flow::HEADER, &mut lines)
            .expect("the header");
        let error = replay.line(line, &mut lines).expect_err(line);
        let expected = FlowError {
            line: 2,
            field,
            fault,
        };
        assert_eq!(error, expected, "{line}");
        assert_eq!(lines, Lines::default(), "{line}: nothing is told");
    }
    let mut replay = Replay::new(SelfTrade::Allow);
    let error = replay.line("0,N,0,1,0,1,B,D,10,5,0", &mut Lines::default());
    assert_eq!(error.unwrap_err().fault, FlowFault::Header);
}

#[test]
fn the_line_of_an_error_is_the_one_of_the_file_whatever_its_number_says() {
    for line in ["7,N,0,1,0,51,B,D,10,5,0", "7,N,0,1,0,1,B,D,10,0,0"] {
        let mut replay = Replay::new(SelfTrade::Allow);
        let mut lines = Lines::default();
        replay
            .line(market::flow::HEADER, &mut lines)
            .expect("the header");
        let error = replay.line(line, &mut lines).expect_err(line);
        assert_eq!(error.line, 2, "{error}");
    }
}

fn check_lines(name: &str) {
    let (lines, book, _) =
        results(&fixture(&format!("{name}.csv")), SelfTrade::Allow).expect("a known flow");
    same(&lines.trades, &fixture(&format!("{name}.trades")));
    same(&lines.outcomes, &fixture(&format!("{name}.outcomes")));
    same(&book, &fixture(&format!("{name}.book")));
}

fn same(got: &str, want: &str) {
    for (at, (got, want)) in got.lines().zip(want.lines()).enumerate() {
        assert_eq!(got, want, "line {}", at + 1);
    }
    assert!(got == want, "one goes on after the other ends");
}

fn fixture(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/flow");
    std::fs::read_to_string(path.join(name)).expect(name)
}

fn hex(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
