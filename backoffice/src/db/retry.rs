//! `in_tx!`: a writing transaction that is repeated when the database asks for it (serialisation failure, deadlock, busy file),
//! at most [`ATTEMPTS_MAX`] times. What stands in its body may run several times: it holds no effect outside the database.

use crate::error::Error;
use std::time::Duration;

/// How often a transaction is tried.
pub const ATTEMPTS_MAX: u32 = 6;

/// Whether the database would take the same transaction again: PostgreSQL 40001 and 40P01, SQLite 5 (busy) and 517 (busy snapshot).
pub fn is_retryable(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(e)
        if matches!(e.code().as_deref(), Some("40001" | "40P01" | "5" | "517")))
}

/// Whether this failed attempt is to be followed by another; sleeps before it says yes.
pub async fn again(error: &Error, attempt: u32) -> bool {
    let Error::Database(error) = error else {
        return false;
    };
    if attempt + 1 >= ATTEMPTS_MAX || !is_retryable(error) {
        return false;
    }
    tokio::time::sleep(Duration::from_millis(5 << attempt)).await;
    true
}

/// `in_tx!(db, |tx| { … })`: the body's `Result<T, Error>`; committed when it is `Ok`, rolled back when it is `Err`.
macro_rules! in_tx {
    ($db:expr, |$tx:ident| $body:expr) => {{
        let mut attempt: u32 = 0;
        loop {
            let done: Result<_, $crate::error::Error> = async {
                let mut owned = $db.write().await?;
                let value = {
                    let $tx = &mut owned;
                    $body
                };
                owned.commit().await?;
                Ok(value)
            }
            .await;
            match done {
                Ok(value) => break Ok(value),
                Err(error) => {
                    if !$crate::db::retry::again(&error, attempt).await {
                        break Err(error);
                    }
                    attempt += 1;
                }
            }
        }
    }};
}
pub(crate) use in_tx;
