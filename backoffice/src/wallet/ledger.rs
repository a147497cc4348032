//! The double-entry ledger. A [`Transaction`] is one or more lines, each moving an amount above zero from one account to another: it
//! balances by construction. Postings are never changed (the database refuses); a correction is a new transaction.
//!
//! Accounts: the demo bank and the outside world may be overdrawn (what they owe is what the venue holds), transit and the mirrors of
//! the exchange's accounts too, since events of different topics arrive in any order; wallets and holds never.

use crate::amount;
use crate::db::Tx;
use crate::error::Error;
use market::id::{AccountName, AssetCode};
use market::money::Money;
use uuid::Uuid;

/// An account of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LedgerAccount {
    /// Where demo money comes from.
    Bank,
    /// A user's own money.
    Wallet(Uuid),
    /// A user's money on its way to the exchange, until the outcome is known.
    Hold(Uuid),
    /// Posted to the exchange, its event not yet seen.
    Transit,
    /// Money that came to an account of the exchange, or left it, without us.
    Outside,
    /// What the exchange holds for an account.
    Exchange(AccountName),
}

impl LedgerAccount {
    /// Word for its kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Bank => "bank",
            Self::Wallet(_) => "wallet",
            Self::Hold(_) => "hold",
            Self::Transit => "transit",
            Self::Outside => "outside",
            Self::Exchange(_) => "exchange",
        }
    }

    /// Its name in the ledger, for one asset. Two accounts never share a name.
    pub fn name(&self, asset: &AssetCode) -> String {
        let (kind, asset) = (self.kind(), escape(asset.as_str()));
        match self {
            Self::Bank | Self::Transit | Self::Outside => format!("{kind}/{asset}"),
            Self::Wallet(user) | Self::Hold(user) => format!("{kind}/{asset}/{user}"),
            Self::Exchange(account) => format!("{kind}/{asset}/{}", escape(account.as_str())),
        }
    }

    const fn may_overdraw(&self) -> bool {
        !matches!(self, Self::Wallet(_) | Self::Hold(_))
    }

    const fn owner(&self) -> Option<Uuid> {
        match self {
            Self::Wallet(user) | Self::Hold(user) => Some(*user),
            _ => None,
        }
    }

    fn venue_account(&self) -> Option<String> {
        match self {
            Self::Exchange(account) => Some(account.to_string()),
            _ => None,
        }
    }
}

fn escape(part: &str) -> String {
    part.replace('%', "%25").replace('/', "%2F")
}

/// Why money moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Demo money into a wallet.
    Deposit,
    /// Wallet into hold: first phase.
    Hold,
    /// Hold to the exchange: second phase, done.
    Post,
    /// Hold back to the wallet and the bank: second phase, refused.
    Void,
    /// The exchange told of cash that came or went.
    Funding,
    /// The exchange told of a trade.
    Trade,
    /// The exchange told of the fee of a trade, or of a rebate.
    Fee,
}

impl Kind {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::Hold => "hold",
            Self::Post => "post",
            Self::Void => "void",
            Self::Funding => "funding",
            Self::Trade => "trade",
            Self::Fee => "fee",
        }
    }
}

/// One line: `amount`, above zero, from `source` to `target`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// From where.
    pub source: LedgerAccount,
    /// To where.
    pub target: LedgerAccount,
    /// How much.
    pub amount: Money,
}

/// Lines that are posted together or not at all, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    key: String,
    kind: Kind,
    asset: AssetCode,
    at_us: i64,
    lines: Vec<Line>,
}

/// Why lines are no transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerFault {
    /// No line.
    #[error("a transaction has at least one line")]
    Empty,
    /// An amount of zero or below.
    #[error("a line moves an amount above zero")]
    NotPositive,
    /// From an account to itself.
    #[error("a line moves between two accounts")]
    SameAccount,
}

impl Transaction {
    /// A transaction. `key` is its identity: posting the same key twice is once.
    ///
    /// # Errors
    /// A [`LedgerFault`] naming the rule that the lines break.
    pub fn new(
        key: String,
        kind: Kind,
        asset: AssetCode,
        at_us: i64,
        lines: Vec<Line>,
    ) -> Result<Self, LedgerFault> {
        if lines.is_empty() {
            return Err(LedgerFault::Empty);
        }
        for line in &lines {
            if line.amount <= Money::ZERO {
                return Err(LedgerFault::NotPositive);
            }
            if line.source == line.target {
                return Err(LedgerFault::SameAccount);
            }
        }
        Ok(Self {
            key,
            kind,
            asset,
            at_us,
            lines,
        })
    }

    /// The change of each account, in order of its name; the changes sum to zero.
    pub fn changes(&self) -> Vec<(LedgerAccount, i128)> {
        let mut changes = std::collections::BTreeMap::new();
        for line in &self.lines {
            *changes.entry(line.source).or_insert(0) -= line.amount.raw();
            *changes.entry(line.target).or_insert(0) += line.amount.raw();
        }
        changes.into_iter().collect()
    }
}

/// Posts a transaction, once: `false` when its key was posted before, and nothing moves.
///
/// # Errors
/// [`Error::Unprocessable`] when a wallet or hold does not have the amount, [`Error::OutOfRange`], or the database's.
pub async fn post(tx: &mut Tx, transaction: &Transaction) -> Result<bool, Error> {
    for (number, line) in (0_i64..).zip(&transaction.lines) {
        let rows = tx
            .q("INSERT INTO postings (transaction_key, line, kind, source, target, asset, amount, at_us) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING")
            .bind(transaction.key.clone())
            .bind(number)
            .bind(transaction.kind.word().to_owned())
            .bind(line.source.name(&transaction.asset))
            .bind(line.target.name(&transaction.asset))
            .bind(transaction.asset.to_string())
            .bind(amount::to_sql("posting", line.amount)?)
            .bind(transaction.at_us)
            .exec()
            .await?;
        if rows == 0 {
            return Ok(false);
        }
    }
    for (account, change) in transaction.changes() {
        let change = amount::to_sql("posting", Money::from_raw(change))?;
        if change < 0 && !account.may_overdraw() {
            take(tx, &account, &transaction.asset, change).await?;
        } else if change != 0 {
            add(tx, &account, &transaction.asset, change).await?;
        }
    }
    Ok(true)
}

async fn take(
    tx: &mut Tx,
    account: &LedgerAccount,
    asset: &AssetCode,
    change: i64,
) -> Result<(), Error> {
    let rows = tx
        .q("UPDATE ledger_accounts SET balance = balance + $2 WHERE name = $1 AND balance + $2 >= 0")
        .bind(account.name(asset))
        .bind(change)
        .exec()
        .await?;
    if rows == 1 {
        Ok(())
    } else {
        Err(Error::Unprocessable {
            code: "insufficient_funds",
            field: None,
            message: format!("the {} does not hold that much {asset}", account.kind()),
        })
    }
}

async fn add(
    tx: &mut Tx,
    account: &LedgerAccount,
    asset: &AssetCode,
    change: i64,
) -> Result<(), Error> {
    let (balance,): (i64,) = tx
        .q("INSERT INTO ledger_accounts (name, kind, asset, owner, venue_account, balance) VALUES ($1, $2, $3, $4, $5, 0) \
            ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING balance")
        .bind(account.name(asset))
        .bind(account.kind().to_owned())
        .bind(asset.to_string())
        .bind(account.owner())
        .bind(account.venue_account())
        .one()
        .await?;
    let after = Money::from_raw(i128::from(balance) + i128::from(change));
    tx.q("UPDATE ledger_accounts SET balance = $2 WHERE name = $1")
        .bind(account.name(asset))
        .bind(amount::to_sql("ledger balance", after)?)
        .exec()
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset() -> AssetCode {
        "USD".parse().unwrap()
    }

    fn line(source: LedgerAccount, target: LedgerAccount, raw: i128) -> Line {
        Line {
            source,
            target,
            amount: Money::from_raw(raw),
        }
    }

    fn transaction(lines: Vec<Line>) -> Result<Transaction, LedgerFault> {
        Transaction::new("k".into(), Kind::Void, asset(), 0, lines)
    }

    #[test]
    fn every_broken_rule_has_its_name() {
        let (bank, transit) = (LedgerAccount::Bank, LedgerAccount::Transit);
        for (lines, fault) in [
            (vec![], LedgerFault::Empty),
            (vec![line(bank, transit, 0)], LedgerFault::NotPositive),
            (vec![line(bank, transit, -1)], LedgerFault::NotPositive),
            (vec![line(bank, bank, 1)], LedgerFault::SameAccount),
        ] {
            assert_eq!(transaction(lines), Err(fault));
        }
    }

    #[test]
    fn changes_sum_to_zero_and_what_passes_through_stays_as_it_was() {
        let user = Uuid::from_u128(1);
        let (wallet, hold) = (LedgerAccount::Wallet(user), LedgerAccount::Hold(user));
        let voided = transaction(vec![
            line(hold, wallet, 7),
            line(wallet, LedgerAccount::Bank, 7),
        ]);
        let changes = voided.unwrap().changes();
        assert_eq!(changes, [(LedgerAccount::Bank, 7), (wallet, 0), (hold, -7)]);
        assert_eq!(changes.iter().map(|(_, change)| change).sum::<i128>(), 0);
    }

    #[test]
    fn names_never_meet() {
        let account = |text: &str| LedgerAccount::Exchange(text.parse().unwrap());
        let slash: AssetCode = "A/B".parse().unwrap();
        let plain: AssetCode = "A".parse().unwrap();
        assert_ne!(account("C").name(&slash), account("B/C").name(&plain));
        assert_eq!(account("BOT01").name(&asset()), "exchange/USD/BOT01");
        assert_ne!(account("a%2Fb").name(&plain), account("a/b").name(&plain));
    }
}
