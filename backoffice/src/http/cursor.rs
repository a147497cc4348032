//! Opaque cursors: base64url of a version and the place behind which the next page begins.

use crate::error::Error;
use crate::trades::TradeCursor;
use crate::wallet::PostingCursor;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Most items of a page.
pub const LIMIT_MAX: i64 = 500;
/// Items of a page when nothing is said.
pub const LIMIT_DEFAULT: i64 = 50;

fn bad() -> Error {
    Error::field("cursor", "not a cursor of this list")
}

fn open(text: &str, kind: &str) -> Result<String, Error> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
    let text = String::from_utf8(bytes).map_err(|_| bad())?;
    if !text.bytes().all(|b| (0x20..=0x7e).contains(&b)) {
        return Err(bad());
    }
    text.strip_prefix(kind).map(str::to_owned).ok_or_else(bad)
}

/// How many items a page has.
///
/// # Errors
/// [`Error::BadRequest`] when it is not from 1 to [`LIMIT_MAX`].
pub fn limit(told: Option<i64>) -> Result<i64, Error> {
    let limit = told.unwrap_or(LIMIT_DEFAULT);
    if (1..=LIMIT_MAX).contains(&limit) {
        Ok(limit)
    } else {
        Err(Error::field("limit", format!("from 1 to {LIMIT_MAX}")))
    }
}

/// Text of a place in the list of trades.
pub fn of_trade(cursor: TradeCursor) -> String {
    URL_SAFE_NO_PAD.encode(format!("t1.{}.{}.{}", cursor.seq, cursor.idx, cursor.leg))
}

/// Place of a text in the list of trades.
///
/// # Errors
/// [`Error::BadRequest`] when it is no cursor of this list.
pub fn to_trade(text: &str) -> Result<TradeCursor, Error> {
    let text = open(text, "t1.")?;
    let mut parts = text.split('.').map(str::parse::<i64>);
    let mut part = || parts.next().and_then(Result::ok).ok_or_else(bad);
    let cursor = TradeCursor {
        seq: part()?,
        idx: part()?,
        leg: part()?,
    };
    parts.next().map_or(Ok(cursor), |_| Err(bad()))
}

/// Text of a place in the list of postings.
pub fn of_posting(cursor: &PostingCursor) -> String {
    let PostingCursor {
        at_us,
        transaction_key,
        line,
    } = cursor;
    URL_SAFE_NO_PAD.encode(format!("p1.{at_us}.{line}.{transaction_key}"))
}

/// Place of a text in the list of postings.
///
/// # Errors
/// [`Error::BadRequest`] when it is no cursor of this list.
pub fn to_posting(text: &str) -> Result<PostingCursor, Error> {
    let text = open(text, "p1.")?;
    let mut parts = text.splitn(3, '.');
    let mut part = || parts.next().ok_or_else(bad);
    Ok(PostingCursor {
        at_us: part()?.parse().map_err(|_| bad())?,
        line: part()?.parse().map_err(|_| bad())?,
        transaction_key: part()?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips() {
        let trade = TradeCursor {
            seq: 7,
            idx: 1,
            leg: 0,
        };
        assert_eq!(to_trade(&of_trade(trade)).unwrap(), trade);
        let posting = PostingCursor {
            at_us: 5,
            transaction_key: "deposit/a.b/post".into(),
            line: 1,
        };
        assert_eq!(to_posting(&of_posting(&posting)).unwrap(), posting);
    }

    #[test]
    fn what_is_no_cursor() {
        let posting = of_posting(&PostingCursor {
            at_us: 5,
            transaction_key: "k".into(),
            line: 1,
        });
        for text in [
            "",
            "!",
            "dDE",
            &posting,
            &URL_SAFE_NO_PAD.encode("t1.1.2.3.4"),
            &URL_SAFE_NO_PAD.encode("t1.a.2.3"),
        ] {
            assert!(to_trade(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_cursor_cannot_carry_what_no_database_takes() {
        let nul = URL_SAFE_NO_PAD.encode("p1.5.1.a\0b");
        assert!(to_posting(&nul).is_err());
        assert!(to_posting(&URL_SAFE_NO_PAD.encode("p1.5.1.ab")).is_ok());
    }

    #[test]
    fn limits() {
        assert_eq!(limit(None).unwrap(), LIMIT_DEFAULT);
        assert!(limit(Some(0)).is_err() && limit(Some(501)).is_err() && limit(Some(500)).is_ok());
    }
}
