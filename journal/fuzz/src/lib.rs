//! What the targets share: a sound journal's entries from a few bytes, and a folder of this process.

use journal::engine::Engine;
use journal::entry::{Entry, Instruction, Origin, TraceId};
use journal::participant::{ClientCert, Credentials, ParticipantChange, PasswordHash, Rights};
use market::account::AccountTerms;
use market::command::Command;
use market::decimal::ONE;
use market::id::{AccountId, AssetId, InstrumentId, ParticipantId};
use market::instrument::Instrument;
use market::money::Money;
use market::order::{OrdType, OrderTerms, Side, TimeInForce};
use market::price::Price;
use market::qty::Qty;
use market::text::Text;
use market::time::Timestamp;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

static HASH: LazyLock<PasswordHash> =
    LazyLock::new(|| PasswordHash::of("correct horse battery").expect("a hash"));

/// A new folder of this process and target.
pub fn folder(target: &str) -> PathBuf {
    let name = format!("loggia-fuzz-{target}-{}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    fs::create_dir_all(&folder).expect("a temporary folder");
    folder
}

/// The entries that these bytes stand for, one each, and the engine behind them.
pub fn entries(bytes: &[u8]) -> (Vec<Entry>, Engine) {
    let mut engine = Engine::new();
    let entries = (1..).zip(bytes).map(|(seq, byte)| {
        let instruction = instruction(seq, *byte);
        let at = Timestamp::from_nanos(1_000 * i64::try_from(seq).expect("few"));
        Entry {
            seq,
            at,
            origin: match byte % 3 {
                0 => Origin::System,
                1 => Origin::Operator { name: text("ann") },
                _ => Origin::Session {
                    participant: ParticipantId(0),
                    incarnation: 1,
                    msg_seq_num: seq,
                },
            },
            trace: TraceId(u128::from(seq) << 64),
            events: engine.apply(seq, at, &instruction),
            instruction,
        }
    });
    (entries.collect(), engine)
}

/// What comes first is needed by what comes later; then the byte says what.
fn instruction(seq: u64, byte: u8) -> Instruction {
    let command = match (seq, byte % 16) {
        (1, _) => Command::ListAsset { code: text("EUR") },
        (2, _) => Command::ListInstrument(instrument()),
        (3, _) | (_, 0) => Command::AdmitParticipant {
            comp_id: text(&format!("P{}", byte / 64)),
        },
        (4, _) | (_, 1) => Command::OpenAccount {
            name: text(&format!("A{byte}")),
            terms: AccountTerms::Unchecked,
        },
        (5, _) => Command::GrantAccount {
            participant: ParticipantId(0),
            account: AccountId(0),
        },
        (6, _) => Command::Open {
            instrument: InstrumentId(0),
        },
        (_, 2) => Command::TransferFunds {
            transfer_id: text(&format!("t{byte}")),
            account: AccountId(0),
            asset: AssetId(0),
            amount: Money::from_raw(i128::from(byte) - 100),
        },
        (_, 3) => Command::EndOfDay,
        (_, 4 | 5) => return Instruction::Participant(change(byte)),
        (_, 6) => {
            return Instruction::Note {
                text: text(&"remark ".repeat(usize::from(byte / 16) + 1)),
            };
        }
        _ => Command::Enter {
            participant: ParticipantId(0),
            cl_ord_id: text(&format!("C{seq}")),
            terms: OrderTerms::plain(
                AccountId(0),
                InstrumentId(0),
                if byte.is_multiple_of(2) {
                    Side::Buy
                } else {
                    Side::Sell
                },
                OrdType::Limit(Price::from_raw(ONE * (100 + i64::from(byte / 32)))),
                TimeInForce::Day,
                Qty::from_raw(ONE * (1 + i64::from(byte % 7))),
            ),
        },
    };
    Instruction::Market(command)
}

fn instrument() -> Instrument {
    Instrument {
        id: InstrumentId(0),
        symbol: text("ACME"),
        currency: text("EUR"),
        tick: Price::from_raw(ONE),
        lot: Qty::from_raw(ONE),
        min_qty: Qty::from_raw(ONE),
        max_qty: Qty::from_raw(ONE * 1_000),
        reference_px: Price::from_raw(ONE * 100),
    }
}

fn change(byte: u8) -> ParticipantChange {
    let comp_id = text(&format!("P{}", byte / 64));
    match byte / 16 % 3 {
        0 => ParticipantChange::Define {
            comp_id,
            credentials: Credentials {
                password_hash: HASH.clone(),
                own_password: None,
                password_max_age_days: Some(90),
                cert_fingerprint: None,
                cert_subject: "CN=DESK1".parse().ok(),
                client_cert: ClientCert::Optional,
                networks: vec!["10.1.0.0/16".parse().expect("a network")],
                rights: Rights {
                    orders: true,
                    market_data: false,
                },
                reset_on_logon: false,
            },
        },
        1 => ParticipantChange::Disable {
            comp_id,
            reason: text("no fees paid"),
        },
        _ => ParticipantChange::ResetNumbers { comp_id },
    }
}

fn text<const N: usize>(text: &str) -> Text<N> {
    Text::new(&text[..text.len().min(N)]).expect("plain")
}
