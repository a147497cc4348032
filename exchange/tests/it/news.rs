//! What an entry comes to on the bus: when the market is open and when it is closed, and who came to the limit of a position.

use crate::kit::{ACME, BUYER, cl_ord_id, enter, open, opening, resume, run};
use exchange::bus::envelope::envelopes;
use exchange::hub::Hub;
use market::breaker::BreakerLevel;
use market::command::Command;
use market::halt::Halt;
use market::id::AccountId;
use market::instrument::Auction;
use market::order::Side;
use market::risk::limits::{PositionLimits, RiskLimit};
use market::scope::Instruments;
use market::time::Timestamp;
use market::topic::{Envelope, Topic, TopicEvent};

/// What the bus tells of a command.
async fn told(hub: &Hub, command: Command) -> Vec<Envelope> {
    let entry = run(hub, command).await;
    envelopes(&entry, &hub.directory, hub.epoch)
}

/// The news of a command about the market as a whole, in words; they stand behind all else.
async fn news(hub: &Hub, command: Command) -> Vec<String> {
    let told = told(hub, command).await;
    let word = |envelope: &Envelope| match &envelope.event {
        TopicEvent::MarketOpen { symbol } => Some(format!("{symbol} is open")),
        TopicEvent::MarketClose {
            symbol,
            phase,
            drill,
        } => Some(format!("{symbol} is over: {phase:?}, drill {drill}")),
        _ => None,
    };
    let first = told.iter().position(|it| word(it).is_some());
    let news: Vec<_> = told[first.unwrap_or(told.len())..]
        .iter()
        .map(word)
        .collect();
    news.into_iter()
        .map(|it| it.expect("news are told last"))
        .collect()
}

fn call(auction: Auction) -> Command {
    Command::Call {
        instrument: ACME,
        auction,
        until: Timestamp::from_nanos(i64::MAX),
    }
}

#[tokio::test]
async fn the_market_opens_once_a_day_and_closes() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open(folder.path());
    let (opens, mut listing) = {
        let mut commands = opening();
        (commands.pop().unwrap(), commands)
    };
    for command in listing.drain(..) {
        assert!(news(&hub, command).await.is_empty());
    }
    let halt = Command::Halt(Halt::new(
        Instruments::One(ACME),
        "news pending".parse().unwrap(),
    ));
    let none: [&str; 0] = [];
    let steps: [(Command, &[&str]); 17] = [
        // Without a call, and with a halt and two auctions within the day.
        (opens, &["ACME is open"]),
        (halt, &none),
        (resume(ACME), &none),
        (call(Auction::Intraday), &none),
        (opens, &none),
        (call(Auction::Volatility), &none),
        (enter(Side::Sell, 1, "100.00", "10"), &none),
        (enter(Side::Buy, 2, "100.00", "4"), &none),
        (opens, &none),
        (
            Command::PostTrade { instrument: ACME },
            &["ACME is over: PostTrade, drill false"],
        ),
        (
            Command::Close { instrument: ACME },
            &["ACME is over: Closed, drill false"],
        ),
        // Out of pre-open, and after the opening auction.
        (Command::PreOpen { instrument: ACME }, &none),
        (opens, &["ACME is open"]),
        (
            Command::Close { instrument: ACME },
            &["ACME is over: Closed, drill false"],
        ),
        (call(Auction::Opening), &none),
        (opens, &["ACME is open"]),
        (
            Command::TripBreaker {
                level: BreakerLevel::Three,
                drill: true,
                reason: "quarterly".parse().unwrap(),
            },
            &["ACME is over: Closed, drill true"],
        ),
    ];
    for (n, (command, expected)) in steps.into_iter().enumerate() {
        assert_eq!(news(&hub, command).await, expected, "step {n}");
    }
    running.shut_down().unwrap();
}

#[tokio::test]
async fn an_order_and_a_replace_beyond_a_position_limit_are_told_as_a_risk() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open(folder.path());
    for command in opening() {
        run(&hub, command).await;
    }
    let limit = |max_long: &str, max_short: &str| {
        Command::SetRiskLimit(RiskLimit::Position {
            account: AccountId(0),
            instrument: ACME,
            limits: PositionLimits {
                max_long: Some(max_long.parse().unwrap()),
                max_short: Some(max_short.parse().unwrap()),
            },
        })
    };
    run(&hub, limit("10", "0")).await;
    run(&hub, enter(Side::Buy, 1, "99.00", "10")).await;
    let Command::Enter { terms, .. } = enter(Side::Buy, 3, "99.00", "12") else {
        unreachable!("an order")
    };
    let replace = Command::Replace {
        participant: BUYER,
        cl_ord_id: cl_ord_id(3),
        orig_cl_ord_id: cl_ord_id(1),
        terms,
    };
    let beyond = enter(Side::Buy, 2, "99.00", "1");
    for (command, n, would) in [(beyond, 2, "11"), (replace, 3, "12")] {
        let told = told(&hub, command).await;
        let last = told.last().unwrap();
        assert_eq!(last.event.topic(), Topic::RiskEvents);
        let expected = TopicEvent::PositionLimitBreached {
            account: "CASH".parse().unwrap(),
            symbol: "ACME".parse().unwrap(),
            side: Side::Buy,
            participant: "BUYER".parse().unwrap(),
            cl_ord_id: cl_ord_id(n),
            limit: "10".parse().unwrap(),
            would: would.parse().unwrap(),
        };
        assert_eq!(last.event, expected);
        assert_eq!(last.event.key(), "CASH");
    }
    // Another refusal is none.
    let told = told(&hub, enter(Side::Buy, 4, "99.001", "1")).await;
    assert!(matches!(
        told[..],
        [Envelope {
            event: TopicEvent::OrderRejected { .. },
            ..
        }]
    ));
    running.shut_down().unwrap();
}
