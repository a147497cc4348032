//! The commands that ask the exchange: path and body in, what was answered out. Deciding is the exchange's part.

use crate::client::Client;
use crate::failure::Failure;
use market::control::{BookView, InstrumentStatus, SessionStatus, Status, path};
use market::id::Symbol;

/// `status`.
///
/// # Errors
/// See [`Client::ask`]; so for all of this file.
pub async fn status(client: &Client) -> Result<Status, Failure> {
    client.ask(path::STATUS).await
}

/// `sessions`.
///
/// # Errors
/// See [`Client::ask`].
pub async fn sessions(client: &Client) -> Result<Vec<SessionStatus>, Failure> {
    client.ask(path::SESSIONS).await
}

/// `instruments`.
///
/// # Errors
/// See [`Client::ask`].
pub async fn instruments(client: &Client) -> Result<Vec<InstrumentStatus>, Failure> {
    client.ask(path::INSTRUMENTS).await
}

/// `book SYMBOL`, with so many levels of a side at most.
///
/// # Errors
/// See [`Client::ask`].
pub async fn book(client: &Client, symbol: &Symbol, depth: u32) -> Result<BookView, Failure> {
    let book = with_name(path::BOOK, symbol.as_str());
    client.ask(&format!("{book}?depth={depth}")).await
}

/// Puts a symbol, a CompID or an account into the place of a path that is for it, percent-encoded (RFC 3986: all but unreserved characters).
pub(crate) fn with_name(template: &str, name: &str) -> String {
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    template
        .replace("{symbol}", &encoded)
        .replace("{comp_id}", &encoded)
        .replace("{account}", &encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_encoded_in_paths() {
        let path = |text: &str| with_name(path::RULES, text);
        assert_eq!(path("ACME"), "/v1/instruments/ACME/rules");
        assert_eq!(path("A/B ?#"), "/v1/instruments/A%2FB%20%3F%23/rules");
        assert_eq!(path(".."), "/v1/instruments/../rules");
    }
}
