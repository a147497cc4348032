//! A market that can be traded in.

use super::value::text;
use market::account::{AccountTerms, MarginTerms};
use market::command::Command;
use market::id::{AccountId, AssetId, InstrumentId, ParticipantId};
use market::instrument::Instrument;
use market::money::Money;
use market::price::Price;
use market::qty::Qty;

/// Enough to trade with, at the edges of what numbers hold.
pub(crate) fn opening() -> Vec<Command> {
    let mut commands = vec![
        Command::ListAsset { code: text("A0") },
        Command::ListInstrument(wide("X", i64::MAX)),
        Command::ListInstrument(wide("Y", 1_000)),
        Command::Open {
            instrument: InstrumentId(0),
        },
        Command::Open {
            instrument: InstrumentId(1),
        },
        Command::AdmitParticipant {
            comp_id: text("P0"),
        },
        Command::AdmitParticipant {
            comp_id: text("P1"),
        },
    ];
    let margin = MarginTerms {
        initial_bps: 10_000,
        maintenance_bps: 1,
        grace_nanos: 1_000_000_000,
    };
    for (account, terms) in [
        AccountTerms::Cash,
        AccountTerms::Unchecked,
        AccountTerms::Margin(margin),
    ]
    .into_iter()
    .enumerate()
    {
        let account = AccountId(u32::try_from(account).expect("three"));
        commands.push(Command::OpenAccount {
            name: text(&format!("A{account}")),
            terms,
        });
        for participant in (0..2).map(ParticipantId) {
            commands.push(Command::GrantAccount {
                participant,
                account,
            });
        }
        commands.push(Command::TransferFunds {
            transfer_id: text(&format!("t{account}")),
            account,
            asset: AssetId(0),
            amount: Money::from_raw(10i128.pow(35)),
        });
    }
    commands
}

fn wide(symbol: &str, max: i64) -> Instrument {
    Instrument {
        id: InstrumentId(0),
        symbol: text(symbol),
        currency: text("A0"),
        tick: Price::from_raw(100_000_000),
        lot: Qty::from_raw(1),
        min_qty: Qty::from_raw(1),
        max_qty: Qty::from_raw(max),
        reference_px: Price::from_raw(100_000_000),
    }
}
