//! Values: exact decimal text in and out, short texts, averages, and what an instrument's steps allow.

use market::command::{Amendment, Change, Command};
use market::decimal::{DecimalError, parse};
use market::event::CxlRejResponseTo;
use market::id::{AccountId, ClOrdId, ParticipantId};
use market::money::Money;
use market::price::Price;
use market::qty::Qty;
use market::refusal::Refusal;
use market::refusal::table::Table;
use market::refusal::term::Term;
use market::text::TextError;
use market::trades::Aggressor;
use proptest::prelude::*;

#[test]
fn decimals_are_read_exactly_or_refused() {
    for (text, value) in [
        ("0", Ok(0)),
        ("10.05", Ok(1_005_000_000)),
        ("-10.05", Ok(-1_005_000_000)),
        ("0.00000001", Ok(1)),
        ("1.1000000000000", Ok(110_000_000)),
        (".5", Ok(50_000_000)),
        ("5.", Ok(500_000_000)),
        ("007", Ok(700_000_000)),
        ("", Err(DecimalError::Empty)),
        ("-", Err(DecimalError::Empty)),
        (".", Err(DecimalError::Empty)),
        ("NaN", Err(DecimalError::Character)),
        ("1e5", Err(DecimalError::Character)),
        ("+1", Err(DecimalError::Character)),
        ("--1", Err(DecimalError::Character)),
        ("1.2.3", Err(DecimalError::Character)),
        ("1,5", Err(DecimalError::Character)),
        (" 1", Err(DecimalError::Character)),
        ("0.000000001", Err(DecimalError::TooManyDecimals)),
    ] {
        assert_eq!(parse(text, 8), value, "{text}");
    }
    assert_eq!(
        "92233720368.54775807".parse(),
        Ok(Price::from_raw(i64::MAX))
    );
    let too_large: Result<Price, _> = "92233720368.54775808".parse();
    assert_eq!(too_large, Err(DecimalError::Overflow));
    assert_eq!(parse(&"9".repeat(40), 8), Err(DecimalError::Overflow));
}

#[test]
fn texts_are_short_printable_ascii() {
    assert_eq!(ClOrdId::new("a1").map(|t| t.to_string()), Ok("a1".into()));
    assert_eq!(ClOrdId::new(""), Err(TextError::Empty));
    assert_eq!(
        ClOrdId::new(&"x".repeat(37)),
        Err(TextError::TooLong { limit: 36 })
    );
    for text in ["a\u{1}", "é", "a\n"] {
        assert_eq!(ClOrdId::new(text), Err(TextError::Character), "{text:?}");
    }
}

#[test]
fn a_notional_is_exact() {
    let price: Price = "10.05".parse().expect("a price");
    let qty: Qty = "3".parse().expect("a quantity");
    assert_eq!(Money::notional(price, qty).to_string(), "30.15");
    let (most_px, most_qty) = (Price::from_raw(i64::MAX), Qty::from_raw(i64::MAX));
    assert!(Money::notional(most_px, most_qty) > Money::ZERO);
}

/// Journals hold these numbers: what is new comes at the end.
#[test]
fn what_the_journal_holds_keeps_its_numbers() {
    let id: ClOrdId = "a".parse().expect("an id");
    let amend = Command::Amend(Amendment {
        participant: ParticipantId(0),
        cl_ord_id: id,
        orig_cl_ord_id: id,
        order_id: None,
        change: Change::Nothing {
            response_to: CxlRejResponseTo::Cancel,
            why: "why".parse().expect("a text"),
        },
    });
    let (participant, account) = (ParticipantId(0), AccountId(0));
    let revoke = Command::RevokeAccount {
        participant,
        account,
    };
    let cancel = Command::CancelAll { participant };
    let commands = [Command::EndOfDay, amend, revoke, cancel].map(|command| number(&command));
    assert_eq!(commands, [16, 17, 18, 19]);
    let refusals = [
        Refusal::PostOnlyWouldTrade,
        Refusal::OtherOrderId,
        Refusal::BadRequest,
    ];
    assert_eq!(refusals.map(|refusal| number(&refusal)), [31, 32, 36]);
    let (term, with) = (Term::AllOrNone, Term::MaxFloor);
    let refusals = [
        Refusal::OtherAccount,
        Refusal::NotASale,
        Refusal::NotInCall,
        Refusal::TableFull { of: Table::Pegs },
        Refusal::NotTogether { term, with },
        Refusal::NotReplaceable { term },
        Refusal::NotGathered { term },
        Refusal::TooManySlices { room: 1 },
        Refusal::NobodyTrades,
        Refusal::ClosedInADrill,
    ];
    let numbers = [20, 38, 71, 84, 85, 86, 87, 88, 89, 90];
    assert_eq!(refusals.map(|refusal| number(&refusal)), numbers);
    let arrived = [Aggressor::Buy, Aggressor::Sell, Aggressor::Neither];
    assert_eq!(arrived.map(|side| number(&side)), [0, 1, 2]);
}

fn number(value: &impl serde::Serialize) -> u8 {
    let mut bytes = [0; 512];
    let written = postcard::to_slice(value, &mut bytes).expect("it has room");
    written[0]
}

proptest! {
    #![proptest_config(crate::cases(256))]

    #[test]
    fn decimal_text_goes_there_and_back(raw in any::<i64>(), wide in any::<i128>()) {
        prop_assert_eq!(Price::from_raw(raw).to_string().parse(), Ok(Price::from_raw(raw)));
        prop_assert_eq!(Qty::from_raw(raw).to_string().parse(), Ok(Qty::from_raw(raw)));
        let wide = Money::from_raw(wide / 2);
        prop_assert_eq!(wide.to_string().parse(), Ok(wide));
    }
}
