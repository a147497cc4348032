//! What the development profile makes up: five instruments, traders with cash and stock, a market-data reader, a certification
//! participant, a user. No input, a [`Listing`] out.

use crate::config::listing::{Listing, ParticipantListing};
use exchange::bootstrap::{DeclaredAccount, DeclaredInstrument, DeclaredLimits};
use journal::participant::ClientCert;
use market::control::rules::RulesChange;
use market::id::{AccountName, AssetCode, CompId, Symbol};
use market::money::Money;
use market::qty::Qty;
use market::text::Text;

/// The demo user's e-mail address.
pub const USER_EMAIL: &str = "demo@loggia.example";
/// The account that the demo user owns: BOT01's.
pub const USER_ACCOUNT: &str = "ACC01";

/// Symbol and reference price.
const INSTRUMENTS: [(&str, &str); 5] = [
    ("ACME", "100"),
    ("GLOBEX", "48.5"),
    ("INITECH", "12.25"),
    ("HOOLI", "320"),
    ("WONKA", "75.4"),
];
/// CompID and account.
const TRADERS: [(&str, &str); 5] = [
    ("BOT01", USER_ACCOUNT),
    ("BOT02", "ACC02"),
    ("BOT03", "ACC03"),
    ("BOT04", "ACC04"),
    (CERTIFICATION, "ACC-CERT"),
];
/// Its numbers start at 1 on every logon.
const CERTIFICATION: &str = "CERT01";
const MARKET_DATA: &str = "MD01";
const CURRENCY: &str = "USD";
const CASH: &str = "100000000";
const STOCK: &str = "1000000";

/// Instruments, accounts and participants of the demo.
pub fn listing() -> Listing {
    let mut participants: Vec<_> = TRADERS.iter().map(trader).collect();
    participants.push(ParticipantListing {
        comp_id: text(MARKET_DATA),
        password: None,
        accounts: Vec::new(),
        orders: false,
        market_data: true,
        client_cert: ClientCert::Optional,
        cert: None,
        cert_subject: None,
        networks: Vec::new(),
        password_max_age_days: None,
        reset_on_logon: false,
        limits: DeclaredLimits::default(),
        tier: None,
    });
    Listing {
        instruments: INSTRUMENTS.iter().map(instrument).collect(),
        accounts: TRADERS.iter().map(|(_, name)| account(name)).collect(),
        participants,
    }
}

fn instrument((symbol, reference): &(&str, &str)) -> DeclaredInstrument {
    DeclaredInstrument {
        symbol: text(symbol),
        currency: text(CURRENCY),
        tick: number("0.01"),
        lot: number("1"),
        min_qty: number("1"),
        max_qty: number("100000"),
        reference_px: number(reference),
        open_at_start: true,
        rules: RulesChange::default(),
        fees: Vec::new(),
    }
}

fn account(name: &str) -> DeclaredAccount {
    let currency: AssetCode = text(CURRENCY);
    let cash: Money = number(CASH);
    let stock: Qty = number(STOCK);
    let symbols = INSTRUMENTS.iter().map(|(symbol, _)| text(symbol));
    DeclaredAccount {
        name: text(name),
        cash: [(currency, cash)].into(),
        positions: symbols.map(|symbol: Symbol| (symbol, stock)).collect(),
        margin: None,
        takes_fees: false,
    }
}

fn trader((comp_id, account): &(&str, &str)) -> ParticipantListing {
    let (comp_id, account): (CompId, AccountName) = (text(comp_id), text(account));
    ParticipantListing {
        comp_id,
        password: None,
        accounts: vec![account],
        orders: true,
        market_data: true,
        client_cert: ClientCert::Optional,
        cert: None,
        cert_subject: None,
        networks: Vec::new(),
        password_max_age_days: None,
        reset_on_logon: comp_id == text(CERTIFICATION),
        limits: DeclaredLimits::default(),
        tier: None,
    }
}

fn text<const N: usize>(constant: &str) -> Text<N> {
    Text::new(constant).expect("a constant of this file, read by its test")
}

fn number<T: std::str::FromStr<Err = market::decimal::DecimalError>>(constant: &str) -> T {
    constant
        .parse()
        .expect("a constant of this file, read by its test")
}

#[cfg(test)]
mod tests {
    use super::*;
    use market::price::Price;

    #[test]
    fn the_demo_is_whole() {
        let demo = listing();
        let comp_ids: Vec<String> = demo
            .participants
            .iter()
            .map(|p| p.comp_id.to_string())
            .collect();
        assert_eq!(
            comp_ids,
            ["BOT01", "BOT02", "BOT03", "BOT04", "CERT01", "MD01"]
        );
        assert_eq!(demo.instruments.len(), 5);
        for instrument in &demo.instruments {
            let reference: Price = instrument.reference_px;
            assert!(
                reference.is_multiple_of(instrument.tick),
                "{}",
                instrument.symbol
            );
        }
        assert!(
            demo.accounts
                .iter()
                .all(|a| a.positions.len() == 5 && a.cash.len() == 1)
        );
        let reset: Vec<_> = demo
            .participants
            .iter()
            .filter(|p| p.reset_on_logon)
            .collect();
        assert_eq!(reset.len(), 1);
    }
}
