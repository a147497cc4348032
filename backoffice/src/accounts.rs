//! Accounts of the exchange that belong to users. A user never names an account: the name is made here, so that nobody can claim
//! one that exists. Opening is two steps (`opening` → `open`), the second repeated until the exchange has confirmed it.

use crate::clock;
use crate::db::retry::in_tx;
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::exchange_control::ExchangeControl;
use market::id::AccountName;
use sqlx::FromRow;
use uuid::Uuid;

/// An account as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Account {
    /// Name at the exchange.
    pub name: String,
    /// `opening` or `open`.
    pub state: String,
    /// How often the exchange was asked without an answer.
    pub attempts: i64,
    /// When it was made, in microseconds since the Unix epoch.
    pub created_us: i64,
}

/// Most accounts of one user.
pub const ACCOUNTS_MAX: i64 = 10;
/// Characters of a made name: no vowels, no digits that look like letters.
const ALPHABET: &[u8; 32] = b"23456789BCDFGHJKLMNPQRSTVWXYZbdf";
const NAME_CHARACTERS: usize = 12;

/// The accounts of a user.
///
/// # Errors
/// The database's.
pub async fn of_user(tx: &mut Tx, user: Uuid) -> Result<Vec<Account>, Error> {
    Ok(tx
        .q("SELECT name, state, attempts, created_us FROM accounts WHERE owner = $1 ORDER BY name")
        .bind(user)
        .all()
        .await?)
}

/// Makes an account for a user and asks the exchange to open it. Without an answer it stays `opening` and is tried again.
///
/// # Errors
/// [`Error::Conflict`] when the user has [`ACCOUNTS_MAX`] already.
pub async fn open(db: &Db, control: &dyn ExchangeControl, user: Uuid) -> Result<Account, Error> {
    let name = fresh_name()?;
    let account = in_tx!(db, |tx| insert(tx, user, &name).await?)?;
    confirm(db, control, &account).await
}

async fn insert(tx: &mut Tx, user: Uuid, name: &str) -> Result<Account, Error> {
    tx.q("UPDATE users SET email = email WHERE id = $1")
        .bind(user)
        .exec()
        .await?;
    let (count,): (i64,) = tx
        .q("SELECT COUNT(*) FROM accounts WHERE owner = $1")
        .bind(user)
        .one()
        .await?;
    if count >= ACCOUNTS_MAX {
        return Err(Error::Conflict {
            code: "too_many_accounts",
            message: format!("a user has at most {ACCOUNTS_MAX} accounts"),
        });
    }
    let now_us = clock::now_us();
    tx.q("INSERT INTO accounts (name, owner, state, created_us, next_attempt_us) VALUES ($1, $2, 'opening', $3, $3)")
        .bind(name.to_owned())
        .bind(user)
        .bind(now_us)
        .exec()
        .await?;
    by_name(tx, name).await
}

async fn by_name(tx: &mut Tx, name: &str) -> Result<Account, Error> {
    Ok(tx
        .q("SELECT name, state, attempts, created_us FROM accounts WHERE name = $1")
        .bind(name.to_owned())
        .one()
        .await?)
}

/// Asks the exchange to open an account that is `opening`; an exchange that does not answer is no error here.
///
/// # Errors
/// The database's.
pub async fn confirm(
    db: &Db,
    control: &dyn ExchangeControl,
    account: &Account,
) -> Result<Account, Error> {
    let name: AccountName = account
        .name
        .parse()
        .map_err(|_| Error::Internal("a stored account has no name"))?;
    let open = match control.open_account(name).await {
        Ok(_) => true,
        Err(why) => {
            tracing::warn!(account = %name, %why, "account is not open yet");
            false
        }
    };
    let next_us = clock::now_us() + 1_000_000;
    in_tx!(db, |tx| {
        if open {
            tx.q("UPDATE accounts SET state = 'open' WHERE name = $1")
                .bind(account.name.clone())
                .exec()
                .await?;
        } else {
            tx.q(
                "UPDATE accounts SET attempts = attempts + 1, next_attempt_us = $2 WHERE name = $1",
            )
            .bind(account.name.clone())
            .bind(next_us)
            .exec()
            .await?;
        }
        by_name(tx, &account.name).await?
    })
}

/// Accounts that are `opening` and due at `now_us`, at most `limit`.
///
/// # Errors
/// The database's.
pub async fn due(tx: &mut Tx, now_us: i64, limit: i64) -> Result<Vec<Account>, Error> {
    Ok(tx
        .q("SELECT name, state, attempts, created_us FROM accounts \
            WHERE state = 'opening' AND next_attempt_us <= $1 ORDER BY next_attempt_us, name LIMIT $2")
        .bind(now_us)
        .bind(limit)
        .all()
        .await?)
}

/// The exchange told that an account is open.
///
/// # Errors
/// The database's.
pub async fn opened(tx: &mut Tx, name: &AccountName, at_us: i64) -> Result<(), Error> {
    tx.q(
        "INSERT INTO accounts (name, state, created_us) VALUES ($1, 'open', $2) \
          ON CONFLICT (name) DO UPDATE SET state = 'open'",
    )
    .bind(name.to_string())
    .bind(at_us)
    .exec()
    .await?;
    Ok(())
}

/// Makes `user` the owner of an account of the exchange that nobody owns. For the operator's configuration, never for a request.
///
/// # Errors
/// [`Error::Config`] when somebody else owns it.
pub async fn assign(db: &Db, name: &AccountName, user: Uuid) -> Result<(), Error> {
    let rows = in_tx!(db, |tx| {
        tx
        .q("INSERT INTO accounts (name, owner, state, created_us, next_attempt_us) VALUES ($1, $2, 'opening', $3, $3) \
            ON CONFLICT (name) DO UPDATE SET owner = excluded.owner WHERE accounts.owner IS NULL OR accounts.owner = excluded.owner")
        .bind(name.to_string())
        .bind(user)
        .bind(clock::now_us())
        .exec()
        .await?
    })?;
    if rows == 1 {
        Ok(())
    } else {
        Err(Error::Config {
            key: "demo_user.account",
            why: format!("{name} belongs to another user"),
        })
    }
}

fn fresh_name() -> Result<String, Error> {
    let mut bytes = [0; NAME_CHARACTERS];
    getrandom::fill(&mut bytes).map_err(|_| Error::Internal("no random numbers"))?;
    let characters = bytes
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
    Ok(['U', '-'].into_iter().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_names_are_account_names_and_differ() {
        let (a, b) = (fresh_name().unwrap(), fresh_name().unwrap());
        assert!(a.parse::<AccountName>().is_ok(), "{a}");
        assert_ne!(a, b);
    }
}
