//! The bus: one set of expectations for the feed within the process and for Kafka; a golden file for each kind of envelope.

use crate::calendar::SetClock;
use crate::kit::{self, ACME, BUYER, PATIENCE, SELLER, cl_ord_id, enter, open, opening, submit};
use exchange::bus::envelope::envelopes;
use exchange::bus::local::LocalBus;
use exchange::hub::{self, Hub};
use journal::disk::Files;
use journal::entry::{Entry, Epoch, Instruction, Origin, TraceId};
use market::account::AccountTerms;
use market::breaker::BreakerLevel;
use market::command::Command;
use market::event::Event;
use market::fees::Fees;
use market::halt::Halt;
use market::id::{AccountId, AssetId, TradeId};
use market::money::Money;
use market::order::{OrdType, OrderTerms, Side, TimeInForce};
use market::refusal::Refusal;
use market::risk::limits::{PositionLimits, RiskLimit};
use market::rules::{Rules, Tier};
use market::scope::Instruments;
use market::time::Timestamp;
use market::topic::{Envelope, TopicEvent};
use market::trades::TradeChange;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A day of the market in which every kind of envelope is told.
fn day() -> Vec<Command> {
    let mut commands = opening();
    let repeated = commands[8];
    commands.push(repeated);
    commands.push(enter(Side::Sell, 1, "100.00", "10"));
    commands.push(enter(Side::Buy, 2, "100.00", "4"));
    commands.push(enter(Side::Buy, 3, "99.50", "20"));
    commands.push(Command::Replace {
        participant: BUYER,
        cl_ord_id: cl_ord_id(4),
        orig_cl_ord_id: cl_ord_id(3),
        terms: terms(enter(Side::Buy, 3, "99.75", "25")),
    });
    commands.push(Command::Cancel {
        participant: SELLER,
        cl_ord_id: cl_ord_id(5),
        orig_cl_ord_id: cl_ord_id(1),
    });
    commands.push(enter(Side::Buy, 6, "100.001", "1"));
    commands.push(Command::Enter {
        participant: BUYER,
        cl_ord_id: cl_ord_id(7),
        terms: OrderTerms {
            ord_type: OrdType::Market,
            time_in_force: TimeInForce::Ioc,
            account: AccountId(99),
            ..terms(enter(Side::Buy, 7, "1.00", "1"))
        },
    });
    let acme = Instruments::One(ACME);
    let reason = "news pending".parse().unwrap();
    commands.push(Command::Halt(Halt::new(acme, reason)));
    commands.push(Command::EndOfDay);
    commands
}

fn terms(command: Command) -> OrderTerms {
    match command {
        Command::Enter { terms, .. } => terms,
        other => panic!("{other:?} has no terms"),
    }
}

/// After it: a trade that costs the seller a fee, and a drill of the market-wide breaker.
fn day_with_fees() -> Vec<Command> {
    let fees = Fees {
        maker_ppm: 150,
        taker_ppm: 300,
        minimum: Money::ZERO,
    };
    vec![
        kit::resume(ACME),
        Command::OpenAccount {
            name: "FEES".parse().unwrap(),
            terms: AccountTerms::Cash,
        },
        Command::SetFeeAccount {
            account: AccountId(2),
        },
        Command::SetFees {
            instrument: ACME,
            tier: 0,
            fees,
        },
        enter(Side::Sell, 20, "100.00", "3"),
        enter(Side::Buy, 21, "100.00", "3"),
        Command::ProposeTradeChange {
            trade: TradeId(2),
            change: TradeChange::Correct {
                price: "99.50".parse().unwrap(),
                qty: "2".parse().unwrap(),
            },
            by: "ann".parse().unwrap(),
        },
        Command::ApproveTradeChange {
            trade: TradeId(2),
            by: "bob".parse().unwrap(),
        },
        Command::TripBreaker {
            level: BreakerLevel::One,
            drill: true,
            reason: "quarterly".parse().unwrap(),
        },
        Command::Resume {
            instruments: Instruments::All,
            at: None,
            at_once: true,
        },
    ]
}

/// After it: a bid at the upper band.
fn day_with_bands() -> Vec<Command> {
    let rules = Rules {
        limit_up_limit_down: Some(Tier::One),
        ..Rules::default()
    };
    vec![
        Command::SetRules {
            instrument: ACME,
            rules,
        },
        enter(Side::Buy, 30, "105.00", "1"),
    ]
}

/// After it: the buyer comes to the limit of its position, and trading is over.
fn day_that_ends() -> Vec<Command> {
    let limits = PositionLimits {
        max_long: Some("10".parse().unwrap()),
        max_short: None,
    };
    vec![
        Command::SetRiskLimit(RiskLimit::Position {
            account: AccountId(0),
            instrument: ACME,
            limits,
        }),
        enter(Side::Buy, 31, "100.00", "11"),
        Command::PostTrade { instrument: ACME },
    ]
}

/// What happens to an account on margin that has too little; times are far between.
fn at_risk() -> Vec<Event> {
    let (account, asset) = (AccountId(0), AssetId(0));
    let participant = Some(BUYER);
    let money = |text: &str| text.parse::<Money>().unwrap();
    vec![
        Event::MarginCall {
            account,
            participant,
            asset,
            equity: money("900"),
            required: money("1000"),
            until: Timestamp::from_nanos(1_767_229_200_000_000_000),
        },
        Event::MarginCallMet {
            account,
            participant,
            asset,
            equity: money("1100"),
            required: money("1000"),
        },
        Event::ForcedClose {
            account,
            instrument: ACME,
            side: Side::Sell,
            qty: "10".parse().unwrap(),
            participant: BUYER,
            cl_ord_id: "FORCED-1".parse().unwrap(),
        },
        Event::MarginDeficit {
            account,
            participant,
            asset,
            equity: money("-5"),
        },
        Event::Overdrawn {
            account,
            instrument: Some(ACME),
            asset,
            free: money("-3"),
        },
        Event::ForcedCloseFailed {
            account,
            instrument: ACME,
            side: Side::Sell,
            qty: "10".parse().unwrap(),
            refusal: Refusal::NobodyTrades,
        },
    ]
}

/// An entry in which a time has come.
fn tick(events: Vec<Event>) -> Entry {
    Entry {
        seq: 40,
        at: Timestamp::from_nanos(1_767_225_600_000_040_000),
        origin: Origin::System,
        trace: TraceId(0xD0),
        instruction: Instruction::Market(Command::Tick),
        events,
    }
}

async fn live_through(hub: &Hub, day: Vec<Command>) {
    for command in day {
        kit::run(hub, command).await;
    }
}

/// What every bus must have told of [`day`], in this order within each topic.
fn check(told: &[Envelope], hub: &Hub) {
    let mut places: Vec<_> = told.iter().map(|one| (one.seq, one.index)).collect();
    places.sort_unstable();
    let unique = places.len();
    places.dedup();
    assert_eq!(places.len(), unique, "an envelope came twice");
    assert!(told.iter().all(|one| one.epoch == hub.epoch.to_string()));
    let kinds: Vec<&str> = told.iter().map(|one| kind(&one.event)).collect();
    let expected = [
        "instrument_listed",
        "account_opened",
        "account_opened",
        "funds_transferred",
        "securities_transferred",
        "phase_changed",
        "market_open",
        "order_created",
        "order_created",
        "trade_executed",
        "price_updated",
        "order_created",
        "order_modified",
        "order_cancelled",
        "order_rejected",
        "phase_changed_halted",
        "order_expired",
    ];
    assert_eq!(kinds, expected);
    let trade = told.iter().find_map(|one| match &one.event {
        TopicEvent::TradeExecuted(trade) => Some(trade),
        _ => None,
    });
    let trade = trade.unwrap();
    assert_eq!(trade.notional, "400".parse().unwrap());
    assert_eq!(trade.aggressor, Some(Side::Buy));
    assert_eq!(
        (trade.buy.account.as_str(), trade.sell.account.as_str()),
        ("CASH", "STOCK")
    );
}

fn kind(event: &TopicEvent) -> &'static str {
    match event {
        TopicEvent::OrderCreated(_) => "order_created",
        TopicEvent::OrderModified(_) => "order_modified",
        TopicEvent::OrderCancelled(_) => "order_cancelled",
        TopicEvent::OrderExpired(_) => "order_expired",
        TopicEvent::OrderRejected { .. } => "order_rejected",
        TopicEvent::TradeExecuted(_) => "trade_executed",
        TopicEvent::PriceUpdated { .. } => "price_updated",
        TopicEvent::InstrumentListed { .. } => "instrument_listed",
        TopicEvent::PhaseChanged { halt: Some(_), .. } => "phase_changed_halted",
        TopicEvent::PhaseChanged { .. } => "phase_changed",
        TopicEvent::BreakerTripped { .. } => "breaker_tripped",
        TopicEvent::BreakerEnded { .. } => "breaker_ended",
        TopicEvent::AccountOpened { .. } => "account_opened",
        TopicEvent::FundsTransferred { .. } => "funds_transferred",
        TopicEvent::SecuritiesTransferred { .. } => "securities_transferred",
        TopicEvent::FeeCharged { .. } => "fee_charged",
        TopicEvent::TradeChanged(_) => "trade_changed",
        TopicEvent::BandsMoved { .. } => "bands_moved",
        TopicEvent::LimitStateChanged { .. } => "limit_state_changed",
        TopicEvent::MarginCall { .. } => "margin_call",
        TopicEvent::MarginCallMet { .. } => "margin_call_met",
        TopicEvent::ForcedClose { .. } => "forced_close",
        TopicEvent::MarginDeficit { .. } => "margin_deficit",
        TopicEvent::Overdrawn { .. } => "overdrawn",
        TopicEvent::PositionLimitBreached { .. } => "position_limit_breached",
        TopicEvent::MarketOpen { .. } => "market_open",
        TopicEvent::MarketClose { .. } => "market_close",
        TopicEvent::ForcedCloseFailed { .. } => "forced_close_failed",
    }
}

/// Everything that the bus within the process tells from `start` on.
async fn local(hub: &Hub, start: u64) -> Vec<Envelope> {
    let mut reader = LocalBus::new(hub).subscribe(start);
    let mut told = Vec::new();
    while reader.position() < hub.feed.last_seq() {
        let next = tokio::time::timeout(PATIENCE, reader.next()).await;
        told.extend(next.unwrap().unwrap());
    }
    told
}

#[tokio::test]
async fn the_local_bus_tells_the_day_from_any_place() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open(folder.path());
    live_through(&hub, day()).await;
    let told = local(&hub, 0).await;
    check(&told, &hub);
    for start in 0..=hub.feed.last_seq() {
        let rest: Vec<_> = told.iter().filter(|one| one.seq > start).cloned().collect();
        assert_eq!(local(&hub, start).await, rest, "from {start}");
    }
    running.shut_down().unwrap();
}

#[tokio::test]
async fn every_kind_of_envelope_has_its_golden_file() {
    let folder = tempfile::tempdir().unwrap();
    // Its clock stands: how often the sequencer looks at it, while something is due, depends on the machine.
    let clock = SetClock::at(1_767_225_600_000_000_000);
    let disk = Box::new(Files);
    let (hub, running) = hub::open(&kit::config(), folder.path(), disk, Box::new(clock)).unwrap();
    let days = day().into_iter().chain(day_with_fees());
    let days = days.chain(day_with_bands()).chain(day_that_ends());
    for (n, command) in (0xA0..).zip(days) {
        let reply = submit(&hub, Origin::System, n, Instruction::Market(command));
        reply.unwrap().await.unwrap();
    }
    let mut seen = BTreeMap::new();
    for entry in kit::published(&hub).await {
        for envelope in envelopes(&entry, &hub.directory, Epoch(0xE)) {
            seen.entry(kind(&envelope.event)).or_insert(envelope);
        }
    }
    for envelope in envelopes(&tick(at_risk()), &hub.directory, Epoch(0xE)) {
        seen.insert(kind(&envelope.event), envelope);
    }
    assert_eq!(seen.len(), 28, "one kind is not told");
    for (kind, envelope) in &seen {
        golden(kind, envelope);
    }
    running.shut_down().unwrap();
}

#[tokio::test]
async fn a_trade_tells_what_its_orders_hold_then() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open(folder.path());
    live_through(&hub, opening()).await;
    // Up to where the fees are set.
    live_through(&hub, day_with_fees()[1..4].to_vec()).await;
    kit::run(&hub, enter(Side::Sell, 1, "100.00", "5")).await;
    let entry = kit::run(
        &hub,
        Command::Enter {
            participant: BUYER,
            cl_ord_id: cl_ord_id(2),
            terms: OrderTerms {
                ord_type: OrdType::MarketToLimit,
                ..terms(enter(Side::Buy, 2, "1.00", "8"))
            },
        },
    )
    .await;
    let told = envelopes(&entry, &hub.directory, hub.epoch);
    let (TopicEvent::OrderCreated(order), TopicEvent::TradeExecuted(trade)) =
        (&told[0].event, &told[1].event)
    else {
        panic!("{told:?}")
    };
    assert_eq!(order.price, Some("100".parse().unwrap()));
    // 3 × 100 and the taker's fee of it, which is the worse one.
    assert_eq!(trade.buy.reserved, Some("300.09".parse().unwrap()));
    assert_eq!(trade.sell.reserved, Some(Money::ZERO));
    running.shut_down().unwrap();
}

/// Compares with `tests/golden/KIND.json`; with UPDATE_EXPECT=1 rewrites it.
fn golden(kind: &str, envelope: &Envelope) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let file = folder.join(format!("{kind}.json"));
    let text = serde_json::to_string_pretty(envelope).unwrap() + "\n";
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(
        text,
        expected,
        "{}: UPDATE_EXPECT=1 rewrites it",
        file.display()
    );
    let back: Envelope = serde_json::from_str(&expected).unwrap();
    assert_eq!(back, *envelope);
}

#[cfg(feature = "kafka")]
mod kafka {
    use super::{check, day, live_through, local};
    use crate::kit::{self, PATIENCE, enter, open};
    use exchange::bus::BusError;
    use exchange::bus::kafka::KafkaBus;
    use exchange::config::{JournalConfig, KafkaConfig, OldSegments};
    use exchange::hub::Hub;
    use journal::disk::Files;
    use journal::entry::Epoch;
    use market::order::Side;
    use market::topic::{Envelope, Topic};
    use rdkafka::ClientConfig;
    use rdkafka::consumer::{Consumer, StreamConsumer};
    use rdkafka::message::{Headers, Message};
    use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
    use std::net::TcpListener;
    use std::time::Duration;
    use tokio::task::JoinHandle;
    use tokio_util::sync::CancellationToken;

    /// The broker that `scripts/test` starts.
    #[expect(
        clippy::print_stdout,
        reason = "says which half of the suite did not run, and why"
    )]
    fn broker() -> Option<String> {
        let broker = std::env::var("LOGGIA_TEST_KAFKA").ok();
        if broker.is_none() {
            println!(
                "LOGGIA_TEST_KAFKA is not set: the Kafka half of the bus suite has no broker (scripts/test starts one)"
            );
        }
        broker
    }

    fn config(brokers: String) -> KafkaConfig {
        KafkaConfig {
            brokers,
            topic_prefix: format!("test-{}.", Epoch::random()),
            ..KafkaConfig::default()
        }
    }

    /// Starts the bus; it ends when the token is cancelled.
    fn start(hub: &Hub, config: &KafkaConfig) -> (CancellationToken, JoinHandle<()>) {
        let stop = CancellationToken::new();
        let bus = KafkaBus::open(hub, config).unwrap();
        hub.holds.settle();
        (stop.clone(), tokio::spawn(bus.run(stop)))
    }

    /// Reads the topics until `count` envelopes have come, in the order of `(seq, index)`.
    async fn consume(config: &KafkaConfig, count: usize) -> Vec<Envelope> {
        let consumer: StreamConsumer = ClientConfig::new()
            .set("bootstrap.servers", &config.brokers)
            .set("group.id", "test")
            .set("enable.auto.commit", "false")
            .create()
            .unwrap();
        let mut topics = TopicPartitionList::new();
        for topic in Topic::ALL {
            let name = format!("{}{}", config.topic_prefix, topic.name());
            topics
                .add_partition_offset(&name, 0, Offset::Beginning)
                .unwrap();
        }
        consumer.assign(&topics).unwrap();
        let mut told = Vec::new();
        while told.len() < count {
            let message = tokio::time::timeout(PATIENCE, consumer.recv()).await;
            let message = message.expect("the broker has the rest").unwrap();
            let envelope: Envelope = serde_json::from_slice(message.payload().unwrap()).unwrap();
            assert_eq!(
                message.topic(),
                format!("{}{}", config.topic_prefix, envelope.event.topic().name())
            );
            assert_eq!(message.key().unwrap(), envelope.event.key().as_bytes());
            let headers = message.headers().unwrap();
            let traceparent = headers.get_as::<str>(0).unwrap();
            assert_eq!(traceparent.key, "traceparent");
            assert_eq!(
                traceparent.value.unwrap(),
                format!("00-{}-{:016x}-01", envelope.trace_id, envelope.seq)
            );
            assert_eq!(headers.get(1).key, "schema");
            assert_eq!(headers.get(1).value, Some(&b"1"[..]));
            let earlier = told
                .iter()
                .rev()
                .find(|one: &&Envelope| one.event.topic() == envelope.event.topic());
            assert!(
                earlier.is_none_or(|one| (one.seq, one.index) < (envelope.seq, envelope.index))
            );
            told.push(envelope);
        }
        // There is nothing behind them: what the topics hold is what was told, once each.
        let held = Topic::ALL.into_iter().map(|topic| {
            let name = format!("{}{}", config.topic_prefix, topic.name());
            let (low, high) = consumer.fetch_watermarks(&name, 0, PATIENCE).unwrap();
            usize::try_from(high - low).unwrap()
        });
        assert_eq!(held.sum::<usize>(), told.len());
        told.sort_by_key(|one| (one.seq, one.index));
        told
    }

    /// Waits until everything published is acknowledged.
    async fn acknowledged(hub: &Hub, folder: &std::path::Path) {
        let expected = format!("{} {}\n", hub.epoch, hub.feed.last_seq());
        let file = folder.join("bus").join("kafka.position");
        tokio::time::timeout(PATIENCE, async {
            while hub.metrics.bus_lag_entries.get() != 0 || hub.feed.last_seq() == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await
        .unwrap_or_else(|_| panic!("the bus is behind: {expected} is not in {}", file.display()));
    }

    #[tokio::test]
    async fn kafka_tells_the_day_and_goes_on_after_a_restart() {
        let Some(broker) = broker() else { return };
        let config = config(broker);
        let folder = tempfile::tempdir().unwrap();
        let (hub, running) = open(folder.path());
        hub.metrics.bus_lag_entries.set(-1);
        let (stop, bus) = start(&hub, &config);
        live_through(&hub, day()).await;
        acknowledged(&hub, folder.path()).await;
        stop.cancel();
        bus.await.unwrap();
        let position = std::fs::read_to_string(folder.path().join("bus/kafka.position")).unwrap();
        assert_eq!(position, format!("{} {}\n", hub.epoch, hub.feed.last_seq()));
        let expected = local(&hub, 0).await;
        let told = consume(&config, expected.len()).await;
        assert_eq!(told, expected);
        check(&told, &hub);
        running.shut_down().unwrap();

        // The next process: what happened while the bus was away, and after.
        let (hub, running) = open(folder.path());
        let reopened = kit::run(&hub, kit::resume(kit::ACME)).await;
        hub.metrics.bus_lag_entries.set(-1);
        let (stop, bus) = start(&hub, &config);
        for n in 100..400 {
            kit::run(&hub, enter(Side::Buy, n, "1.00", "1")).await;
        }
        acknowledged(&hub, folder.path()).await;
        let expected = local(&hub, 0).await;
        assert!(expected.last().unwrap().seq > reopened.seq);
        assert_eq!(consume(&config, expected.len()).await, expected);
        stop.cancel();
        bus.await.unwrap();
        running.shut_down().unwrap();
    }

    #[tokio::test]
    async fn a_shutdown_of_the_venue_ends_the_bus_with_everything_sent() {
        let Some(broker) = broker() else { return };
        let config = KafkaConfig {
            in_flight: 3,
            ..config(broker)
        };
        let folder = tempfile::tempdir().unwrap();
        let (hub, running) = open(folder.path());
        live_through(&hub, day()).await;
        let (_stop, bus) = start(&hub, &config);
        let hub_then = hub.clone();
        tokio::task::spawn_blocking(|| running.shut_down())
            .await
            .unwrap()
            .unwrap();
        tokio::time::timeout(PATIENCE, bus).await.unwrap().unwrap();
        let expected = local(&hub_then, 0).await;
        assert_eq!(consume(&config, expected.len()).await, expected);
    }

    #[tokio::test]
    async fn without_a_broker_the_venue_goes_on_and_the_bus_says_so() {
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = nobody.local_addr().unwrap();
        drop(nobody);
        let folder = tempfile::tempdir().unwrap();
        let (hub, running) = open(folder.path());
        let (stop, bus) = start(&hub, &config(address.to_string()));
        live_through(&hub, day()).await;
        tokio::time::timeout(PATIENCE, async {
            while hub.metrics.bus_failures.get() == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await
        .unwrap();
        kit::run(&hub, kit::resume(kit::ACME)).await;
        stop.cancel();
        tokio::time::timeout(PATIENCE, bus).await.unwrap().unwrap();
        assert!(!folder.path().join("bus/kafka.position").exists());
        running.shut_down().unwrap();
    }

    #[tokio::test]
    async fn a_journal_that_ends_before_what_kafka_has_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (hub, running) = open(folder.path());
        live_through(&hub, day()).await;
        running.shut_down().unwrap();
        let (hub, running) = open(folder.path());
        let position = folder.path().join("bus/kafka.position");
        std::fs::create_dir_all(folder.path().join("bus")).unwrap();
        let write = |seq: u64| std::fs::write(&position, format!("{} {seq}\n", hub.epoch)).unwrap();
        write(hub.replayed + 1);
        // What the start itself has written is not what Kafka has.
        kit::run(&hub, kit::resume(kit::ACME)).await;
        let config = config("127.0.0.1:1".to_owned());
        let refused = KafkaBus::open(&hub, &config).unwrap_err();
        assert!(matches!(refused, BusError::Ahead { .. }), "{refused}");
        write(hub.replayed);
        KafkaBus::open(&hub, &config).unwrap();
        running.shut_down().unwrap();
    }

    fn ails(hub: &Hub) -> bool {
        let reasons = hub.health.reasons();
        reasons.iter().any(|(part, _)| *part == "bus")
    }

    #[tokio::test]
    async fn while_the_journal_cannot_be_read_the_bus_is_not_well() {
        let Some(broker) = broker() else { return };
        let folder = tempfile::tempdir().unwrap();
        let journal = JournalConfig {
            window: 1,
            ..kit::config()
        };
        let (hub, running) = kit::open_on(folder.path(), &journal, Box::new(Files)).unwrap();
        live_through(&hub, day()).await;
        let segment = folder.path().join("journal/0000000001.seg");
        let away = folder.path().join("away.seg");
        std::fs::rename(&segment, &away).unwrap();
        hub.metrics.bus_lag_entries.set(-1);
        let (stop, bus) = start(&hub, &config(broker));
        crate::venue::until("the bus is not well", || ails(&hub)).await;
        std::fs::rename(&away, &segment).unwrap();
        acknowledged(&hub, folder.path()).await;
        assert!(!ails(&hub));
        stop.cancel();
        bus.await.unwrap();
        running.shut_down().unwrap();
    }

    /// Small segments, removed as soon as nobody needs them.
    fn short_lived() -> JournalConfig {
        JournalConfig {
            segment_bytes: 4_096,
            snapshot_entries: 40,
            old_segments: OldSegments::Remove,
            ..kit::config()
        }
    }

    async fn orders(hub: &Hub, numbers: std::ops::Range<u64>) {
        for n in numbers {
            crate::written::order(hub, &short_lived(), n).await;
        }
    }

    fn first_segment(folder: &std::path::Path) -> bool {
        folder.join("journal/0000000001.seg").exists()
    }

    #[tokio::test]
    async fn what_no_broker_has_acknowledged_holds_its_segments() {
        let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = nobody.local_addr().unwrap();
        drop(nobody);
        let folder = tempfile::tempdir().unwrap();
        let (hub, running) = kit::open_on(folder.path(), &short_lived(), Box::new(Files)).unwrap();
        let (stop, bus) = start(&hub, &config(address.to_string()));
        kit::open_market(&hub).await;
        orders(&hub, 0..200).await;
        assert_eq!(hub.holds.furthest_behind(), Some(("kafka".to_owned(), 0)));
        assert!(first_segment(folder.path()));
        stop.cancel();
        tokio::time::timeout(PATIENCE, bus).await.unwrap().unwrap();
        running.shut_down().unwrap();
    }

    #[tokio::test]
    async fn what_a_broker_has_acknowledged_holds_nothing() {
        let Some(broker) = broker() else { return };
        let folder = tempfile::tempdir().unwrap();
        let (hub, running) = kit::open_on(folder.path(), &short_lived(), Box::new(Files)).unwrap();
        hub.metrics.bus_lag_entries.set(-1);
        let (stop, bus) = start(&hub, &config(broker));
        kit::open_market(&hub).await;
        orders(&hub, 0..160).await;
        acknowledged(&hub, folder.path()).await;
        // The position is written down now and then, as acknowledgements come.
        let mut next = 160;
        tokio::time::timeout(PATIENCE, async {
            while hub.holds.furthest_behind().unwrap().1 < 160 {
                orders(&hub, next..next + 1).await;
                next += 1;
            }
        })
        .await
        .unwrap();
        orders(&hub, next..next + 80).await;
        assert!(!first_segment(folder.path()));
        stop.cancel();
        tokio::time::timeout(PATIENCE, bus).await.unwrap().unwrap();
        running.shut_down().unwrap();
    }
}
