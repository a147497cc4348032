//! The phases of the calendar on a hub, by a clock that the test sets: each command once, whatever the clock, operators and restarts do.

mod stage;

use crate::calendar::at;
use crate::kit::{self, published};
use exchange::calendar::Calendar;
use exchange::calendar::bell::Bell;
use exchange::calendar::conductor::Conductor;
use exchange::clock::Clock;
use exchange::config::CalendarConfig;
use market::breaker::BreakerLevel;
use market::command::Command;
use market::event::Event;
use market::halt::Halt;
use market::instrument::{Auction, Phase};
use market::rules::Rules;
use market::scope::Instruments;
use market::seed::Seed;
use market::text::Text;
use market::time::Timestamp;
use stage::{ACME, Stage, markets};
use tokio_util::sync::CancellationToken;

const SECOND: i64 = 1_000_000_000;

fn halt() -> Command {
    let reason = Text::new("news").unwrap();
    Command::Halt(Halt::new(Instruments::One(ACME), reason))
}

const RESUME: Command = Command::Resume {
    instruments: Instruments::One(ACME),
    at: None,
    at_once: true,
};

#[tokio::test]
async fn a_day_is_gone_through_once() {
    let mut stage = Stage::begin("2026-01-06T07:00:00Z").await;
    let day = [
        ("07:59:59", "Closed"),
        ("08:00:00", "ends Tue 17:30:00, pre-open, PreOpen"),
        ("08:00:01", "PreOpen"),
        ("08:50:00", "Opening until Tue 09:00:00, OpeningAuction"),
        ("08:59:59", "OpeningAuction"),
        ("09:00:31", "Open"),
        ("12:00:00", "Open"),
        ("17:30:00", "Closing until Tue 17:35:00, ClosingAuction"),
        ("17:35:31", "PostTrade"),
        ("17:45:00", "close, Closed"),
        ("23:00:00", "Closed"),
    ];
    for (time, expected) in day {
        let told = stage.go(&format!("2026-01-06T{time}Z")).await;
        assert_eq!(told, expected, "at {time}");
    }
    // The clock is set back by some hours, and comes to those times again.
    for time in ["07:00:00", "08:30:00", "09:00:00", "17:30:00", "17:45:00"] {
        assert_eq!(stage.go(&format!("2026-01-06T{time}Z")).await, "Closed");
    }
    // Another start on that evening, and the next day.
    let mut stage = stage.restart("2026-01-06T23:30:00Z").await;
    assert_eq!(stage.look().await, "Closed");
    let told = stage.go("2026-01-07T08:00:00Z").await;
    assert_eq!(told, "ends Wed 17:30:00, pre-open, PreOpen");
    stage.end().await;
}

#[tokio::test]
async fn a_restart_in_every_phase_repeats_nothing() {
    let mut stage = Stage::begin("2026-01-06T07:00:00Z").await;
    let day = [
        ("08:00:00", "ends Tue 17:30:00, pre-open, PreOpen"),
        ("08:50:00", "Opening until Tue 09:00:00, OpeningAuction"),
        ("09:00:31", "Open"),
        ("12:00:00", "Intraday until Tue 12:05:00, IntradayAuction"),
        ("12:05:31", "Open"),
        ("17:30:00", "Closing until Tue 17:35:00, ClosingAuction"),
        ("17:35:31", "PostTrade"),
        ("17:45:00", "close, Closed"),
    ];
    let keys = "intraday = [\"12:00-12:05\"]";
    stage = stage.restart_with("2026-01-06T07:30:00Z", keys).await;
    for (time, expected) in day {
        let time = format!("2026-01-06T{time}Z");
        assert_eq!(stage.go(&time).await, expected, "at {time}");
        let phase = format!("{:?}", stage.phase());
        stage = stage.restart_with(&time, keys).await;
        assert_eq!(stage.look().await, phase, "started again at {time}");
    }
    stage.end().await;
}

#[tokio::test]
async fn of_missed_phases_only_the_last_is_made_up_for() {
    // Down from the evening before until the time: what a start does.
    let table = [
        ("08:20:00", "ends Tue 17:30:00, pre-open, PreOpen"),
        (
            "08:55:00",
            "ends Tue 17:30:00, Opening until Tue 09:00:00, OpeningAuction",
        ),
        // The opening was missed: its call begins late, as long as it is on other days.
        (
            "11:00:00",
            "ends Tue 17:30:00, Opening until Tue 11:10:00, OpeningAuction",
        ),
        (
            "17:25:00",
            "ends Tue 17:30:00, Opening until Tue 17:30:00, OpeningAuction",
        ),
        // Nothing was opened: nothing is closed.
        ("17:32:00", "ends Tue 17:30:00, Closed"),
        ("17:40:00", "ends Tue 17:30:00, Closed"),
        ("18:00:00", "Closed"),
    ];
    for (time, expected) in table {
        let stage = Stage::begin("2026-01-05T20:00:00Z").await;
        let mut stage = stage.restart(&format!("2026-01-06T{time}Z")).await;
        assert_eq!(stage.look().await, expected, "at {time}");
        stage.end().await;
    }
    // Down while it was open: up in the closing call it begins then; behind it there is none.
    let table = [
        ("06T16:00:00", "Open"),
        ("06T17:32:00", "Closing until Tue 17:35:00, ClosingAuction"),
        ("06T17:40:00", "post-trade, PostTrade"),
        ("06T18:00:00", "close, Closed"),
        ("07T03:00:00", "close, Closed"),
        ("07T08:20:00", "ends Wed 17:30:00, close, pre-open, PreOpen"),
        (
            "07T10:00:00",
            "ends Wed 17:30:00, close, Opening until Wed 10:10:00, OpeningAuction",
        ),
        ("10T12:00:00", "close, Closed"),
    ];
    for (time, expected) in table {
        let mut stage = Stage::begin("2026-01-06T08:55:00Z").await;
        stage.go("2026-01-06T08:55:00Z").await;
        assert_eq!(stage.go("2026-01-06T09:00:31Z").await, "Open");
        let mut stage = stage.restart(&format!("2026-01-{time}Z")).await;
        assert_eq!(stage.look().await, expected, "at {time}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_halt_outlasts_the_phases_and_the_calendar_goes_on_behind_it() {
    let mut stage = Stage::begin("2026-01-06T08:55:00Z").await;
    stage.go("2026-01-06T08:55:00Z").await;
    stage.go("2026-01-06T09:00:31Z").await;
    stage.operator("2026-01-06T16:00:00Z", halt()).await;
    assert_eq!(stage.go("2026-01-06T17:31:00Z").await, "Halted");
    let mut stage = stage.restart("2026-01-06T17:32:00Z").await;
    assert_eq!(stage.look().await, "Halted");
    stage.operator("2026-01-06T17:33:00Z", RESUME).await;
    assert_eq!(
        stage.look().await,
        "Closing until Tue 17:35:00, ClosingAuction"
    );
    stage.operator("2026-01-06T17:34:00Z", halt()).await;
    assert_eq!(stage.go("2026-01-06T17:44:59Z").await, "Halted");
    assert_eq!(stage.go("2026-01-06T17:45:00Z").await, "close, Closed");
    // Halted before it opens: the opening call comes when the halt ends.
    stage.go("2026-01-07T08:00:00Z").await;
    stage.operator("2026-01-07T08:10:00Z", halt()).await;
    assert_eq!(stage.go("2026-01-07T09:30:00Z").await, "Halted");
    stage.operator("2026-01-07T10:00:00Z", RESUME).await;
    assert_eq!(
        stage.look().await,
        "Opening until Wed 10:10:00, OpeningAuction"
    );
    stage.end().await;
}

#[tokio::test]
async fn what_the_market_wide_breaker_holds_is_asked_for_again() {
    // Still closed, it is not halted by the breaker: the calendar's commands are refused.
    let mut stage = Stage::begin("2026-01-06T07:00:00Z").await;
    let trip = |level| Command::TripBreaker {
        level,
        drill: false,
        reason: Text::new("by hand").unwrap(),
    };
    stage
        .operator("2026-01-06T08:49:00Z", trip(BreakerLevel::One))
        .await;
    // Fifteen minutes from 08:49 on nothing begins, and is asked for once a minute.
    let mut refused = 0;
    for second in (0..840).step_by(20) {
        let (minute, second) = (50 + second / 60, second % 60);
        let time = format!(
            "2026-01-06T{:02}:{:02}:{second:02}Z",
            8 + minute / 60,
            minute % 60
        );
        let told = stage.go(&time).await;
        assert!(!told.contains("OpeningAuction"), "{time}: {told}");
        refused += usize::from(told.contains("refused"));
    }
    assert_eq!(refused, 14);
    stage.go("2026-01-06T09:05:01Z").await;
    assert_eq!(stage.phase(), Phase::OpeningAuction);
    assert_eq!(stage.go("2026-01-06T09:16:00Z").await, "Open");
    // Closed for the day: until the next one, whatever phases come.
    stage
        .operator("2026-01-06T10:00:00Z", trip(BreakerLevel::Three))
        .await;
    for time in ["10:00:01", "12:00:00", "17:30:00", "17:45:00"] {
        assert_eq!(stage.go(&format!("2026-01-06T{time}Z")).await, "Closed");
    }
    kit::run(&stage.hub, Command::EndOfDay).await;
    let told = stage.go("2026-01-07T08:00:00Z").await;
    assert_eq!(told, "ends Wed 17:30:00, pre-open, PreOpen");
    stage.end().await;
}

#[tokio::test]
async fn a_drill_of_level_three_does_not_cost_the_day() {
    let mut stage = Stage::begin("2026-01-06T07:00:00Z").await;
    for time in ["08:00:00", "08:50:00", "09:00:31"] {
        stage.go(&format!("2026-01-06T{time}Z")).await;
    }
    assert_eq!(stage.phase(), Phase::Open);
    let drill = Command::TripBreaker {
        level: BreakerLevel::Three,
        drill: true,
        reason: Text::new("yearly").unwrap(),
    };
    stage.operator("2026-01-06T10:00:00Z", drill).await;
    assert_eq!(stage.go("2026-01-06T10:00:01Z").await, "Closed");
    let resume = Command::Resume {
        instruments: Instruments::All,
        at: None,
        at_once: false,
    };
    stage.operator("2026-01-06T10:05:00Z", resume).await;
    let told = stage.go("2026-01-06T10:05:01Z").await;
    assert_eq!(told, "VolatilityAuction");
    assert_eq!(stage.go("2026-01-06T10:10:31Z").await, "Open");
    let told = stage.go("2026-01-06T17:30:00Z").await;
    assert_eq!(told, "Closing until Tue 17:35:00, ClosingAuction");
    stage.end().await;
}

#[tokio::test]
async fn a_call_that_was_to_end_while_the_venue_was_down_goes_on() {
    let mut stage = Stage::begin("2026-01-06T08:55:00Z").await;
    stage.go("2026-01-06T08:55:00Z").await;
    let mut stage = stage.restart("2026-01-06T11:00:00Z").await;
    // Five minutes, and half a minute at random.
    assert_eq!(stage.go("2026-01-06T11:00:00Z").await, "OpeningAuction");
    assert_eq!(stage.go("2026-01-06T11:04:59Z").await, "OpeningAuction");
    assert_eq!(stage.go("2026-01-06T11:05:31Z").await, "Open");
    // A closing call that nobody ended is not held in the night.
    stage.go("2026-01-06T17:30:00Z").await;
    let mut stage = stage.restart("2026-01-07T03:00:00Z").await;
    assert_eq!(stage.go("2026-01-07T03:00:00Z").await, "close, Closed");
    stage.end().await;
}

#[tokio::test]
async fn an_operators_hand_counts_until_the_next_phase_and_a_close_until_the_next_day() {
    let mut stage = Stage::begin("2026-01-06T07:00:00Z").await;
    stage.go("2026-01-06T08:00:00Z").await;
    let open = Command::Open { instrument: ACME };
    stage.operator("2026-01-06T08:30:00Z", open).await;
    for time in ["08:30:01", "08:50:00", "09:00:00"] {
        assert_eq!(stage.go(&format!("2026-01-06T{time}Z")).await, "Open");
    }
    let close = Command::Close { instrument: ACME };
    stage.operator("2026-01-06T10:00:00Z", close).await;
    let mut stage = stage.restart("2026-01-06T10:30:00Z").await;
    for time in ["10:30:00", "17:30:00", "17:35:00", "17:45:00"] {
        assert_eq!(stage.go(&format!("2026-01-06T{time}Z")).await, "Closed");
    }
    // Opened by hand in the night, it is closed before the next day begins.
    stage.operator("2026-01-06T22:00:00Z", open).await;
    assert_eq!(stage.go("2026-01-06T23:00:00Z").await, "Open");
    let told = stage.go("2026-01-07T08:00:00Z").await;
    assert_eq!(told, "ends Wed 17:30:00, close, pre-open, PreOpen");
    // A closing auction by hand ends the day early.
    stage.go("2026-01-07T08:50:00Z").await;
    stage.go("2026-01-07T09:00:31Z").await;
    let call = Command::Call {
        instrument: ACME,
        auction: Auction::Closing,
        until: Timestamp::from_nanos(at("2026-01-07T15:05:00Z")),
    };
    stage.operator("2026-01-07T15:00:00Z", call).await;
    assert_eq!(stage.go("2026-01-07T15:05:31Z").await, "PostTrade");
    assert_eq!(stage.go("2026-01-07T17:30:00Z").await, "PostTrade");
    assert_eq!(stage.go("2026-01-07T17:45:00Z").await, "close, Closed");
    stage.end().await;
}

#[tokio::test]
async fn pre_open_by_hand_is_of_the_day_that_it_is_before() {
    let pre_open = Command::PreOpen { instrument: ACME };
    for early in ["2026-01-05T18:00:00Z", "2026-01-06T07:30:00Z"] {
        let mut stage = Stage::begin("2026-01-05T17:50:00Z").await;
        stage.operator(early, pre_open).await;
        // No close: orders that were entered since then stay.
        let told = stage.go("2026-01-06T08:00:00Z").await;
        assert_eq!(told, "ends Tue 17:30:00, PreOpen", "since {early}");
        let told = stage.go("2026-01-06T08:50:00Z").await;
        assert_eq!(told, "Opening until Tue 09:00:00, OpeningAuction");
        stage.end().await;
    }
    // The venue was down over the whole day: what was placed for it is closed.
    let stage = Stage::begin("2026-01-05T17:50:00Z").await;
    stage.operator("2026-01-06T07:30:00Z", pre_open).await;
    let mut stage = stage.restart("2026-01-07T08:20:00Z").await;
    let told = stage.look().await;
    assert_eq!(told, "ends Wed 17:30:00, close, pre-open, PreOpen");
    stage.end().await;
}

#[tokio::test]
async fn a_closing_call_that_still_goes_on_ends_with_its_auction_when_trading_closes() {
    // One seed draws 17:36:37, the other one an end far behind the end of trading: either way the call is over with the day.
    let table = [
        (7, "PostTrade", "close, Closed"),
        (4, "ClosingAuction", "post-trade, close, Closed"),
    ];
    for (seed, before, expected) in table {
        let mut stage = Stage::begin("2026-01-06T08:55:00Z").await;
        let rules = Rules {
            random_end_nanos: 3_600 * SECOND.unsigned_abs(),
            ..Rules::default()
        };
        let instrument = ACME;
        stage.go("2026-01-06T08:55:00Z").await;
        stage.go("2026-01-06T09:00:31Z").await;
        kit::run(&stage.hub, Command::SetRules { instrument, rules }).await;
        let seed = Seed::new([seed; 16]);
        kit::run(&stage.hub, Command::Seed { seed }).await;
        stage.go("2026-01-06T17:30:00Z").await;
        assert_eq!(stage.go("2026-01-06T17:36:38Z").await, before);
        assert_eq!(stage.go("2026-01-06T17:45:00Z").await, expected);
        let last = published(&stage.hub).await;
        let auctions = last.iter().flat_map(|entry| &entry.events).filter(
            |event| matches!(event, Event::Uncrossed { auction, .. } if *auction == Auction::Closing),
        );
        assert_eq!(auctions.count(), 1);
        stage.end().await;
    }
}

/// A clock that fails after so many looks.
struct Broken(u32);

impl Clock for Broken {
    fn now(&mut self) -> Timestamp {
        self.0 = self.0.checked_sub(1).expect("a defect of the clock");
        Timestamp::from_nanos(at("2026-01-06T12:00:00Z"))
    }
}

#[tokio::test]
async fn a_defect_that_stops_the_conductor_or_the_bell_shows_at_once() {
    let stage = Stage::begin("2026-01-06T12:00:00Z").await;
    let hub = &stage.hub;
    hub.health.opened();
    assert!(hub.health.is_ready());
    let stop = CancellationToken::new();
    let conductor = Conductor::new(markets(""), Box::new(Broken(1)), hub.clone());
    let calendar = Calendar::new(&CalendarConfig::default()).unwrap();
    let bell = Bell::new(calendar, Box::new(Broken(0)), hub.clone());
    let tasks = [
        tokio::spawn(conductor.run(stop.clone())),
        tokio::spawn(bell.run(stop.clone())),
    ];
    for task in tasks {
        assert!(task.await.unwrap_err().is_panic());
    }
    let why = "a defect stopped it".to_owned();
    assert_eq!(
        hub.health.reasons(),
        [("bell", why.clone()), ("conductor", why)]
    );
    stage.end().await;
}
