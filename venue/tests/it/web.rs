//! Scenario 3: the demo user in the REST API and in a real browser.

use crate::harness::{Venue, ends, repository, wait_for};
use crate::http::{self, Answer};
use crate::quickfix::Client;
use serde_json::{Value, json};
use std::process::Command;

/// A logged-in user.
pub(crate) struct User {
    address: String,
    authorization: String,
}

impl User {
    /// The demo user of a venue.
    pub(crate) fn demo(venue: &Venue) -> Self {
        let body =
            json!({ "email": venue.at("/user/email"), "password": venue.at("/user/password") });
        let answer = http::post(venue.at("/http"), "/api/v1/auth/login", &body);
        assert_eq!(answer.status, 200, "{answer:?}");
        let token = answer.json()["access_token"].as_str().unwrap().to_owned();
        Self {
            address: venue.at("/http").to_owned(),
            authorization: format!("Bearer {token}"),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        let headers = [("authorization", self.authorization.as_str())];
        http::request(&self.address, "GET", path, &headers, "").unwrap()
    }

    pub(crate) fn portfolio(&self) -> Value {
        let answer = self.get("/api/v1/portfolio");
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// The portfolio once the position in `symbol` is `qty`.
    pub(crate) fn portfolio_with(&self, symbol: &str, qty: &str) -> Value {
        wait_for(&format!("{qty} of {symbol}"), || {
            let portfolio = self.portfolio();
            (position(&portfolio, symbol)?["qty"] == qty).then_some(portfolio)
        })
    }
}

/// The position in a symbol.
pub(crate) fn position<'a>(portfolio: &'a Value, symbol: &str) -> Option<&'a Value> {
    let positions = portfolio["positions"].as_array().unwrap();
    positions.iter().find(|p| p["symbol"] == symbol)
}

#[test]
fn cash_and_positions_move_with_the_trades_of_the_account() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let user = User::demo(&venue);
    let before = user.portfolio_with("ACME", "1000000");
    assert_eq!(before["cash"][0]["cash"], "100000000");
    assert_eq!(before["cash"][0]["account"], "ACC01");
    let mut buyer = Client::log_on(&venue, dir.path(), "BOT01");
    let mut seller = Client::log_on(&venue, dir.path(), "BOT02");
    buyer.order("w1", "1", "100", "110", &[]);
    buyer.report("w1", "0");
    seller.order("w2", "2", "60", "110", &[]);
    seller.report("w2", "F");
    let after = user.portfolio_with("ACME", "1000060");
    // 60 × 110 paid, 40 × 110 held for the rest of the order.
    assert_eq!(after["cash"][0]["cash"], "99993400");
    assert_eq!(after["cash"][0]["reserved"], "4400");
    let acme = position(&after, "ACME").unwrap();
    assert_eq!(
        (&acme["last_px"], &acme["realized_pnl"]),
        (&json!("110"), &json!("0"))
    );
    // 1,000,000 at 100 and 60 at 110, all worth 110 now.
    assert_eq!(acme["cost"], "100006600");
    assert_eq!(acme["unrealized_pnl"], "10000000");
    let trades = user.get("/api/v1/trades").json();
    let trade = &trades["trades"][0];
    assert_eq!(
        (&trade["side"], &trade["qty"], &trade["price"]),
        (&json!("buy"), &json!("60"), &json!("110"))
    );
    assert_eq!(trade["cl_ord_id"], "w1");
}

#[test]
fn a_deposit_reaches_the_account_at_the_exchange() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let user = User::demo(&venue);
    user.portfolio_with("ACME", "1000000");
    let headers = [
        ("authorization", user.authorization.as_str()),
        ("content-type", "application/json"),
        ("idempotency-key", "first"),
    ];
    let body = json!({ "account": "ACC01", "asset": "USD", "amount": "250.5" }).to_string();
    for _ in 0..2 {
        let answer = http::request(
            &user.address,
            "POST",
            "/api/v1/wallet/deposits",
            &headers,
            &body,
        );
        let answer = answer.unwrap();
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(answer.json()["state"], "posted");
    }
    wait_for("the deposit in the portfolio, once", || {
        (user.portfolio()["cash"][0]["cash"] == "100000250.5").then_some(())
    });
}

#[test]
fn one_port_shows_the_figures_of_both() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    User::demo(&venue).portfolio_with("ACME", "1000000");
    let answer = http::get(venue.at("/metrics"), "/metrics").unwrap();
    assert_eq!(answer.status, 200);
    let value = |name: &str| -> i64 {
        let mut lines = answer.body.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        let value = value.unwrap_or_else(|| panic!("no {name} in {}", answer.body));
        value.parse().unwrap()
    };
    assert_eq!(value("backoffice_logins_total{outcome=\"accepted\"}"), 1);
    assert_eq!(value("backoffice_consumer_stopped"), 0);
    let read = value("backoffice_consumer_last_seq");
    assert!((1..=value("loggia_last_seq")).contains(&read), "{read}");
}

#[test]
fn openapi_and_its_page() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let document = http::get(venue.at("/http"), "/api-docs/openapi.json").unwrap();
    assert_eq!(document.status, 200);
    let document = document.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
    for path in ["/api/v1/auth/login", "/api/v1/portfolio", "/api/v1/trades"] {
        assert!(document["paths"][path].is_object(), "{path}");
    }
    let page = format!("http://{}/swagger-ui/", venue.at("/http"));
    shows(&page, "/api/v1/portfolio");
    shows(&format!("http://{}/", venue.at("/http")), "Loggia");
}

/// Opens a page in a real browser.
fn shows(url: &str, text: &str) {
    let mut command = Command::new(repository("tests/clients/page_check.sh"));
    command.args([url, text]);
    let said = ends(command);
    assert_eq!(said.code, Some(0), "{url}: {}", said.err);
}

#[test]
fn without_a_login_there_is_nothing_to_see() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    for path in [
        "/api/v1/portfolio",
        "/api/v1/trades",
        "/api/v1/wallet",
        "/api/v1/me",
    ] {
        let answer = http::get(venue.at("/http"), path).unwrap();
        assert_eq!(answer.status, 401, "{path}");
    }
}
