//! The port for whoever watches: figures, live, ready and why not; and the configuration's bounds.

use crate::kit::{PATIENCE, enter, open, open_market, run};
use exchange::config::{Config, Durability};
use exchange::observe::Observe;
use market::order::Side;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Status line and body of a GET.
async fn get(address: SocketAddr, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: venue\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.lines().next().unwrap().to_owned(), body.to_owned())
}

/// `name` of a line of Prometheus' text format, and the value of its one label if it has one.
fn sample(line: &str) -> Option<(&str, Option<&str>)> {
    let (name, rest) = line.split_at(line.find(['{', ' '])?);
    let value = rest.split('"').nth(1);
    Some((name, value))
}

/// The rows of the operators' tables: the name of a figure, and the row.
fn documented(text: &str) -> BTreeMap<&str, &str> {
    text.lines()
        .filter(|line| line.starts_with("| `fix_"))
        .map(|row| {
            let name = row.trim_start_matches("| `");
            (&name[..name.find(['`', '{']).unwrap()], row)
        })
        .collect()
}

/// The values of a row's label, in backticks in its last column.
fn values(row: &str) -> BTreeSet<&str> {
    let meaning = row.split(" | ").nth(3).unwrap();
    meaning.split('`').skip(1).step_by(2).collect()
}

#[tokio::test]
async fn every_figure_of_the_gateway_is_documented_and_every_documented_one_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open(folder.path());
    let any = "127.0.0.1:0".parse().unwrap();
    let registry = hub.metrics.registry().clone();
    let observe = Observe::bind(any, registry, hub.health.clone()).await;
    let observe = observe.unwrap();
    let address = observe.address();
    let stop = CancellationToken::new();
    let served = tokio::spawn(observe.serve(stop.clone().cancelled_owned()));
    let (_, body) = get(address, "/metrics").await;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operators.md");
    let text = std::fs::read_to_string(path).unwrap();
    let documented = documented(&text);
    let mut shown: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in body.lines().filter_map(sample) {
        if name.starts_with("fix_") {
            shown.entry(name).or_default().extend(value);
        }
    }
    for (name, row) in &documented {
        // Of the message types the table says only what they are.
        if row.contains("{") && !row.contains("{msg_type}") {
            assert_eq!(shown.get(name), Some(&values(row)), "{name}");
        }
    }
    let shown: BTreeSet<&str> = shown.into_keys().collect();
    let documented: BTreeSet<&str> = documented.into_keys().collect();
    assert_eq!(shown, documented);
    assert!(shown.len() > 10, "{shown:?}");
    stop.cancel();
    served.await.unwrap().unwrap();
    running.shut_down().unwrap();
}

#[tokio::test]
async fn the_port_shows_figures_and_health() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open(folder.path());
    open_market(&hub).await;
    run(&hub, enter(Side::Sell, 1, "100.00", "10")).await;
    run(&hub, enter(Side::Buy, 2, "100.00", "10")).await;
    let any = "127.0.0.1:0".parse().unwrap();
    let observe = Observe::bind(any, hub.metrics.registry().clone(), hub.health.clone())
        .await
        .unwrap();
    let address = observe.address();
    let stop = CancellationToken::new();
    let served = tokio::spawn(observe.serve(stop.clone().cancelled_owned()));

    let (status, body) = get(address, "/health/ready").await;
    assert!(
        status.contains("503") && body.contains("\"start\""),
        "{status} {body}"
    );
    assert!(get(address, "/health/live").await.0.contains("200"));
    hub.health.opened();
    let (status, body) = get(address, "/health/ready").await;
    assert!(
        status.contains("200") && body.contains("\"ready\":true"),
        "{status} {body}"
    );
    hub.health.ail("journal", "the disk is full");
    let (status, body) = get(address, "/health/ready").await;
    assert!(
        status.contains("503") && body.contains("the disk is full"),
        "{status} {body}"
    );
    let (status, body) = get(address, "/health").await;
    assert!(
        status.contains("200") && body.contains("the disk is full"),
        "{status} {body}"
    );
    let (status, body) = get(address, "/metrics").await;
    assert!(status.contains("200"));
    for line in [
        "loggia_trades_total 1",
        "loggia_orders_total 2",
        "loggia_last_seq 13",
    ] {
        assert!(body.contains(line), "{line} is not in {body}");
    }
    assert!(
        body.contains("loggia_journal_sync_seconds_count 13"),
        "{body}"
    );
    assert!(get(address, "/nothing").await.0.contains("404"));
    stop.cancel();
    served.await.unwrap().unwrap();
    running.shut_down().unwrap();
}

#[tokio::test]
async fn what_a_client_leaves_half_said_holds_up_neither_others_nor_the_end() {
    const CONNECTIONS: usize = 256;
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open(folder.path());
    let any = "127.0.0.1:0".parse().unwrap();
    let observe = Observe::bind(any, hub.metrics.registry().clone(), hub.health.clone())
        .await
        .unwrap();
    let address = observe.address();
    let stop = CancellationToken::new();
    let served = tokio::spawn(observe.serve(stop.clone().cancelled_owned()));
    let mut halves = Vec::new();
    for _ in 1..CONNECTIONS {
        let mut half = TcpStream::connect(address).await.unwrap();
        half.write_all(b"GET /metrics HTTP/1.1\r\nX-")
            .await
            .unwrap();
        halves.push(half);
    }
    assert!(get(address, "/health/live").await.0.contains("200"));
    // One place was left; with it taken, the next connection is closed at once.
    let _last = TcpStream::connect(address).await.unwrap();
    let mut one_more = TcpStream::connect(address).await.unwrap();
    let closed = timeout(PATIENCE, one_more.read(&mut [0])).await;
    assert!(matches!(closed.unwrap(), Ok(0) | Err(_)));
    stop.cancel();
    let ended = timeout(PATIENCE, served).await;
    ended.expect("the port ends").unwrap().unwrap();
    running.shut_down().unwrap();
}

#[test]
fn the_configuration_has_defaults_and_names_what_is_wrong() {
    let config: Config = toml::from_str("").unwrap();
    assert_eq!(config, Config::default());
    assert_eq!(config.check(), Ok(()));
    assert_eq!(config.journal.durability, Durability::Fsync);
    let config: Config =
        toml::from_str("[journal]\ndurability = \"none\"\n[fix]\nplain = \"127.0.0.1:0\"").unwrap();
    assert_eq!(config.journal.durability, Durability::None);
    let unknown = toml::from_str::<Config>("[fix]\nplane = 1").unwrap_err();
    assert!(unknown.to_string().contains("plane"), "{unknown}");
    let out_of_range = [
        ("[fix]\nplain = \"0.0.0.0:9878\"", "fix.plain"),
        ("[fix]\nsender_comp_id = \"\"", "fix.sender_comp_id"),
        ("[fix]\nlogon_timeout_secs = 61", "fix.logon_timeout_secs"),
        ("[fix]\nmax_message_bytes = 511", "fix.max_message_bytes"),
        ("[fix]\nheartbeat_max_secs = 0", "fix.heartbeat_max_secs"),
        ("[fix]\nkeep_days = 0", "fix.keep_days"),
        (
            "[fix]\nmax_unauthenticated_bytes = 100",
            "fix.max_unauthenticated_bytes",
        ),
        ("[fix]\nlockout_failures = 0", "fix.lockout_failures"),
        ("[fix]\nlockout_max_secs = 0", "fix.lockout_max_secs"),
        ("[fix]\nmessages_burst = 0", "fix.messages_burst"),
        ("[journal]\nsegment_bytes = 100", "journal.segment_bytes"),
        ("[journal]\nqueue = 0", "journal.queue"),
        ("[kafka]\nin_flight = 0", "kafka.in_flight"),
    ];
    for (text, key) in out_of_range {
        let config: Config = toml::from_str(text).unwrap();
        assert_eq!(config.check().unwrap_err().key, key);
    }
}
