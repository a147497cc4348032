//! Any text as a file of orders: each line is read or refused with its line and column, an operation that was written is read back
//! equal, and what can be carried out comes to one outcome a line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use market::account::AccountTerms;
use market::flow::{FlowError, HEADER, Kind, Lines, Operation, Replay, Tif};
use market::limits::SelfTrade;
use market::order::Side;

/// Symbols that a flow may name here: all below one that is named are listed.
const MOST_SYMBOLS: u32 = 4;

fuzz_target!(|input: &str| {
    let lines: Vec<&str> = input.split('\n').collect();
    for (at, line) in (1..).zip(&lines) {
        match Operation::parse(line, at) {
            Ok(operation) => {
                let written = text(&operation);
                is_said(&written, line);
                assert_eq!(Operation::parse(&written, at), Ok(operation), "{written}");
            }
            Err(error) => is_named(error, at),
        }
    }
    let too_many = |line: &&str| {
        let operation = Operation::parse(line, 1);
        operation.is_ok_and(|operation| operation.sym >= MOST_SYMBOLS)
    };
    if lines.iter().any(too_many) {
        return;
    }
    for accounts in [AccountTerms::Unchecked, AccountTerms::Cash] {
        replay(&lines, accounts);
    }
});

/// Each column was there and says the same, but for ids that such an operation does not have.
fn is_said(written: &str, line: &str) {
    let bare = |column: &str| column.trim_start_matches('0').to_owned();
    let columns = |text: &str| text.split(',').map(bare).collect::<Vec<_>>();
    let (written, said) = (columns(written), columns(line));
    assert_eq!(written.len(), said.len());
    for (at, (written, said)) in written.iter().zip(&said).enumerate() {
        let is_id = at == 3 || at == 4;
        assert!(
            written == said || is_id && written.is_empty(),
            "column {at}"
        );
    }
}

/// Carries the operations out until one is refused.
fn replay(lines: &[&str], accounts: AccountTerms) {
    let mut replay = Replay::with_accounts(SelfTrade::CancelOldest, accounts);
    let mut told = Lines::default();
    let mut operations = 0;
    for (at, line) in (1..).zip(lines) {
        match replay.line(line, &mut told) {
            Ok(()) => operations = at - 1,
            Err(error) => {
                is_named(error, at);
                break;
            }
        }
    }
    assert_eq!(replay.counts().operations, operations, "an outcome a line");
    assert_eq!(told.outcomes.lines().count() as u64, operations);
    assert_eq!(told.trades.lines().count() as u64, replay.counts().trades);
    let mut book = String::new();
    replay.book(&mut book);
    assert_eq!(book.lines().count() as u64, replay.market().live_orders());
}

/// The error says where and what.
fn is_named(error: FlowError, line: u64) {
    assert_eq!(error.line, line);
    assert!(error.field == "header" || HEADER.split(',').any(|column| column == error.field));
    let shown = error.to_string();
    assert!(shown.starts_with(&format!("line {line}, {}: ", error.field)));
}

/// An operation as it is written.
fn text(operation: &Operation) -> String {
    let side = match operation.side {
        Side::Buy => "B",
        Side::Sell => "S",
    };
    let (op, oid, orig, tif) = match operation.kind {
        Kind::New { oid, tif } => ("N", oid, 0, letter(tif)),
        Kind::Cancel { orig } => ("C", 0, orig, ""),
        Kind::Replace { oid, orig } => ("R", oid, orig, ""),
    };
    let Operation {
        seq,
        sym,
        acct,
        price,
        qty,
        disp,
        ..
    } = operation;
    format!("{seq},{op},{sym},{oid},{orig},{acct},{side},{tif},{price},{qty},{disp}")
}

const fn letter(tif: Tif) -> &'static str {
    match tif {
        Tif::Day => "D",
        Tif::Ioc => "I",
        Tif::Fok => "F",
        Tif::Market => "M",
        Tif::PostOnly => "P",
    }
}
