//! Enough of everything that is remembered: each kind of thing once. The tests of snapshots on a hub begin with it, too.

use journal::entry::Instruction;
use journal::participant::{ClientCert, Credentials, ParticipantChange, PasswordHash, Rights};
use market::account::{AccountTerms, MarginTerms};
use market::command::Command;
use market::fees::Fees;
use market::id::{AccountId, AssetId, InstrumentId, ParticipantId};
use market::instrument::Instrument;
use market::limits::SelfTrade;
use market::order::{OrdType, OrderTerms, Peg, Side, TimeInForce};
use market::risk::limits::RiskLimit;
use market::rules::{Rules, Tier};
use market::scope::Scope;
use market::text::Text;
use market::time::Timestamp;
use market::trades::TradeChange;

const ACME: InstrumentId = InstrumentId(0);

/// The instructions, in order.
pub(crate) fn day() -> Vec<Instruction> {
    let mut day = reference();
    day.extend(rules());
    day.extend(orders());
    day.extend([
        Command::ProposeTradeChange {
            trade: market::id::TradeId(1),
            change: TradeChange::Bust,
            by: text("ops"),
        },
        Command::Kill {
            scope: Scope::Account(AccountId(3)),
            suspend: true,
            dry_run: false,
            reason: text("a test"),
        },
        Command::Call {
            instrument: InstrumentId(1),
            auction: market::instrument::Auction::Opening,
            until: Timestamp::from_nanos(1_800_000_100_000_000_000),
        },
    ]);
    let mut day: Vec<Instruction> = day.into_iter().map(Instruction::Market).collect();
    day.push(Instruction::Participant(ParticipantChange::Define {
        comp_id: text("P0"),
        credentials: credentials(),
    }));
    day
}

fn text<const N: usize>(text: &str) -> Text<N> {
    text.parse().unwrap()
}

fn credentials() -> Credentials {
    let hash: PasswordHash = serde_json::from_value(
        "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0$Z2l2ZSBtZSB0aGlydHkgdHdvIGJ5dGVzISEhISEhISE"
            .into(),
    )
    .unwrap();
    Credentials {
        own_password: Some(hash.clone()),
        password_hash: hash,
        password_max_age_days: Some(90),
        cert_fingerprint: None,
        cert_subject: None,
        client_cert: ClientCert::Optional,
        networks: vec!["10.0.0.0/8".parse().unwrap()],
        rights: Rights {
            orders: true,
            market_data: true,
        },
        reset_on_logon: false,
    }
}

fn reference() -> Vec<Command> {
    let margin = MarginTerms {
        initial_bps: 5_000,
        maintenance_bps: 2_500,
        grace_nanos: 60_000_000_000,
    };
    let mut commands = vec![Command::ListAsset { code: text("USD") }];
    commands.extend(["ACME", "BOLT"].map(|symbol| {
        Command::ListInstrument(Instrument {
            id: ACME,
            symbol: text(symbol),
            currency: text("USD"),
            tick: "0.01".parse().unwrap(),
            lot: "1".parse().unwrap(),
            min_qty: "1".parse().unwrap(),
            max_qty: "100000".parse().unwrap(),
            reference_px: "100".parse().unwrap(),
        })
    }));
    let terms = [
        AccountTerms::Cash,
        AccountTerms::Cash,
        AccountTerms::Margin(margin),
        AccountTerms::Unchecked,
    ];
    for (n, terms) in (0..).zip(terms) {
        let account = AccountId(n);
        commands.extend([
            Command::AdmitParticipant {
                comp_id: text(&format!("P{n}")),
            },
            Command::OpenAccount {
                name: text(&format!("A{n}")),
                terms,
            },
            Command::GrantAccount {
                participant: ParticipantId(n),
                account,
            },
            Command::TransferFunds {
                transfer_id: text(&format!("open:cash-{n}")),
                account,
                asset: AssetId(0),
                amount: "1000000".parse().unwrap(),
            },
            Command::TransferSecurities {
                transfer_id: text(&format!("stock-{n}")),
                account,
                instrument: ACME,
                qty: "10000".parse().unwrap(),
                cost_px: "90".parse().unwrap(),
            },
        ]);
    }
    commands
}

fn rules() -> Vec<Command> {
    vec![
        Command::SetRules {
            instrument: ACME,
            rules: Rules {
                collar_bps: Some(1_000),
                duplicate_nanos: Some(1),
                limit_up_limit_down: Some(Tier::One),
                ..Rules::NONE
            },
        },
        Command::SetFeeAccount {
            account: AccountId(3),
        },
        Command::SetFees {
            instrument: ACME,
            tier: 0,
            fees: Fees {
                maker_ppm: 100,
                taker_ppm: 200,
                minimum: "0".parse().unwrap(),
            },
        },
        Command::SetTier {
            participant: ParticipantId(1),
            tier: 1,
        },
        Command::SetRiskLimit(RiskLimit::ShortSales {
            account: AccountId(2),
            is_allowed: true,
        }),
        Command::SetSelfTrade {
            participant: ParticipantId(0),
            group: Some(7),
            mode: Some(SelfTrade::CancelOldest),
        },
        Command::Open { instrument: ACME },
    ]
}

fn orders() -> Vec<Command> {
    let price = |text: &str| text.parse().unwrap();
    let limit = |text| OrdType::Limit(price(text));
    let stop_px = price("150");
    let offset = price("0");
    let (primary, none) = (Peg::Primary, None);
    let gtd = TimeInForce::Gtd(Timestamp::from_nanos(1_800_001_000_000_000_000));
    let kinds = [
        (0, Side::Sell, limit("100"), TimeInForce::Day),
        (1, Side::Buy, limit("100"), TimeInForce::Day),
        (0, Side::Sell, limit("101"), TimeInForce::Gtc),
        (0, Side::Sell, limit("102"), gtd),
        (1, Side::Buy, limit("99"), TimeInForce::Day),
        (2, Side::Buy, limit("98"), TimeInForce::Day),
        (1, Side::Buy, OrdType::Stop { stop_px }, TimeInForce::Day),
        (
            1,
            Side::Buy,
            OrdType::Pegged {
                peg: primary,
                offset,
                limit: none,
            },
            TimeInForce::Day,
        ),
        (0, Side::Sell, limit("110"), TimeInForce::AtClose),
        (3, Side::Sell, limit("120"), TimeInForce::Day),
    ];
    let enter = |(n, (who, side, ord_type, time_in_force)): (usize, (u32, Side, _, _))| {
        let qty = "10".parse().unwrap();
        Command::Enter {
            participant: ParticipantId(who),
            cl_ord_id: text(&format!("order-{n}")),
            terms: OrderTerms {
                max_floor: (n == 2).then_some(qty),
                order_qty: if n == 1 { "5".parse().unwrap() } else { qty },
                ..OrderTerms::plain(AccountId(who), ACME, side, ord_type, time_in_force, qty)
            },
        }
    };
    kinds.into_iter().enumerate().map(enter).collect()
}
