//! The two programs apart, with Kafka, PostgreSQL and Redis between and under them, give the same portfolio as the one process.

use crate::harness::{Venue, loggia, provided};
use crate::http;
use crate::quickfix::Client;
use crate::web::{User, position};
use serde_json::{Value, json};
use sqlx::Connection;
use std::path::Path;

/// The same orders on any venue; what BOT01 holds of ACME in the end.
const HOLDS: &str = "1000030";

fn trade(venue: &Venue, folder: &Path) {
    let mut buyer = Client::log_on(venue, folder, "BOT01");
    let mut seller = Client::log_on(venue, folder, "BOT02");
    buyer.order("p1", "1", "100", "101", &[]);
    buyer.report("p1", "0");
    seller.order("p2", "2", "60", "101", &[]);
    seller.report("p2", "F");
    buyer.order("p3", "2", "30", "102", &[]);
    buyer.report("p3", "0");
    seller.order("p4", "1", "30", "102", &[]);
    seller.report("p4", "F");
    buyer.send(
        "F",
        &[
            (11, "p5"),
            (41, "p1"),
            (55, "ACME"),
            (54, "1"),
            (60, "$now"),
            (38, "100"),
        ],
    );
    buyer.report("p5", "4");
    buyer.quit();
    seller.quit();
}

/// The portfolio once all of it has arrived, without the place in the journal, which differs.
fn portfolio(user: &User) -> Value {
    user.portfolio_with("ACME", HOLDS);
    let mut portfolio = crate::harness::wait_for("the cancelled order's cash", || {
        let portfolio = user.portfolio();
        (portfolio["cash"][0]["reserved"] == "0").then_some(portfolio)
    });
    portfolio["as_of"] = json!(null);
    portfolio
}

/// A schema of its own in the PostgreSQL of the tests; the address to use it.
fn schema(name: &str) -> String {
    let server = provided("LOGGIA_TEST_POSTGRES_URL");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut connection = sqlx::PgConnection::connect(&server).await.unwrap();
        let sql = sqlx::AssertSqlSafe(format!("CREATE SCHEMA {name}"));
        sqlx::query(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
    format!("{server}?options[search_path]={name}")
}

/// A name that no other run uses.
fn unique() -> String {
    let nanos = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_nanos();
    format!("venue_split_{}_{nanos}", std::process::id())
}

#[test]
fn apart_and_together_give_the_same_portfolio() {
    let together = tempfile::tempdir().unwrap();
    let venue = Venue::start(together.path());
    trade(&venue, together.path());
    let expected = portfolio(&User::demo(&venue));
    assert_eq!(
        position(&expected, "ACME").unwrap()["realized_pnl"],
        "59.99820011"
    );

    let apart = tempfile::tempdir().unwrap();
    let name = unique();
    let (brokers, prefix) = (provided("LOGGIA_TEST_KAFKA"), format!("{name}."));
    let kafka = [
        ("LOGGIA__KAFKA__BROKERS", brokers.as_str()),
        ("LOGGIA__KAFKA__TOPIC_PREFIX", &prefix),
    ];
    let exchange = open_exchange(apart.path(), &kafka);
    let control = format!("https://{}", exchange.at("/control"));
    let (database, redis) = (schema(&name), provided("LOGGIA_TEST_REDIS_URL"));
    let mut settings = kafka.to_vec();
    settings.extend([
        ("LOGGIA__EXCHANGE__URL", control.as_str()),
        ("LOGGIA__DATABASE__URL", &database),
        ("LOGGIA__REDIS__URL", &redis),
    ]);
    let backoffice = open_backoffice(apart.path(), &settings);
    trade(&exchange, apart.path());
    let user = User::demo(&backoffice);
    assert_eq!(portfolio(&user), expected);
    let figures = http::get(backoffice.at("/metrics"), "/metrics").unwrap();
    assert_eq!(figures.status, 200);
    assert!(
        figures
            .body
            .contains("backoffice_consumer_events_total{type=\"TradeExecuted\"} 2")
            && !figures.body.contains("loggia_"),
        "{}",
        figures.body
    );

    // Killed and started again it goes on where it was; what happened meanwhile arrives, once.
    backoffice.kill();
    let mut seller = Client::log_on(&exchange, apart.path(), "BOT01");
    let mut buyer = Client::log_on(&exchange, apart.path(), "BOT02");
    seller.order("late1", "2", "30", "100", &[]);
    buyer.order("late2", "1", "30", "100", &[]);
    buyer.report("late2", "F");
    let backoffice = open_backoffice(apart.path(), &settings);
    let user = User::demo(&backoffice);
    user.portfolio_with("ACME", "1000000");
    let trades = user.get("/api/v1/trades").json();
    assert_eq!(trades["trades"].as_array().unwrap().len(), 3);
}

fn open_exchange(folder: &Path, settings: &[(&str, &str)]) -> Venue {
    let mut command = loggia(folder, &["exchange", "--data", "data"]);
    command.envs(settings.iter().copied());
    Venue::open(command, folder, "data/credentials.json")
}

fn open_backoffice(folder: &Path, settings: &[(&str, &str)]) -> Venue {
    let mut command = loggia(folder, &["backoffice", "--data", "data"]);
    command.envs(settings.iter().copied());
    Venue::open(command, folder, "data/backoffice-credentials.json")
}

#[test]
fn a_back_office_alone_needs_kafka() {
    let dir = tempfile::tempdir().unwrap();
    let said = crate::harness::ends(loggia(dir.path(), &["backoffice", "--data", "data"]));
    assert_eq!(said.code, Some(78), "{said:?}");
    assert!(said.err.contains("kafka"), "{said:?}");
}
