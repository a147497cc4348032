//! The time: the machine's clock, or a hand that a test moves. The one place of the crate that asks for the time.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;
use tokio::time::{Instant, Sleep};

use crate::time::Timestamp;

/// The time now by the machine, UTC.
#[must_use]
pub fn now() -> Timestamp {
    let nanos = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanos| -nanos),
    };
    Timestamp::from_nanos(nanos)
}

/// Waits this long by the machine. Where there is nothing to wait for, everything else that the runtime has ready comes first: a timer
/// would wait for its next millisecond.
pub async fn rest(wait: Duration) {
    if wait.is_zero() {
        tokio::task::yield_now().await;
    } else {
        tokio::time::sleep(wait).await;
    }
}

/// Where a driver takes the time from. Cheap to clone; the default is the machine's clock.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<watch::Receiver<Timestamp>>);

/// Moves a [`Clock::manual`]. Time stands still when it is dropped.
#[derive(Debug)]
pub struct Hand(watch::Sender<Timestamp>);

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn machine() -> Clock {
        Clock(None)
    }

    /// A clock that stands at `begin` until its hand moves it: whoever waits by it waits for the hand, and nothing sleeps.
    #[must_use]
    pub fn manual(begin: Timestamp) -> (Clock, Hand) {
        let (hand, clock) = watch::channel(begin);
        (Clock(Some(clock)), Hand(hand))
    }

    /// The time now, UTC.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.as_ref().map_or_else(now, |clock| *clock.borrow())
    }

    /// Waits until it is `at`. Cancelling it loses nothing.
    pub async fn until(&self, at: Timestamp) {
        let mut alarm = Alarm::new(self.clone());
        poll_fn(|context| alarm.poll_due(context, Some(at))).await;
    }

    /// Waits this long.
    pub async fn pause(&self, wait: Duration) {
        let nanos = i64::try_from(wait.as_nanos()).unwrap_or(i64::MAX);
        self.until(self.now().plus_nanos(nanos)).await;
    }
}

impl Hand {
    /// It is `at` now. A clock does not go back: an earlier time changes nothing.
    pub fn set(&self, at: Timestamp) {
        self.0.send_if_modified(|now| {
            let is_later = at > *now;
            *now = at.max(*now);
            is_later
        });
    }
}

/// One deadline that moves often: the timer behind it is only touched when it has to ring earlier than it is set.
pub(crate) struct Alarm {
    clock: Clock,
    armed: Option<Armed>,
}

struct Armed {
    at: Timestamp,
    timer: Timer,
}

enum Timer {
    Machine(Pin<Box<Sleep>>),
    Manual(Pin<Box<dyn Future<Output = ()> + Send + Sync>>),
}

impl Alarm {
    pub(crate) fn new(clock: Clock) -> Alarm {
        Alarm { clock, armed: None }
    }

    /// Ready once it is `at`.
    pub(crate) fn poll_due(
        &mut self,
        context: &mut Context<'_>,
        at: Option<Timestamp>,
    ) -> Poll<()> {
        let Some(at) = at else {
            return Poll::Pending;
        };
        loop {
            let now = self.clock.now();
            if now >= at {
                return Poll::Ready(());
            }
            let armed = self.armed(now, at);
            if armed.timer.poll(context).is_pending() {
                return Poll::Pending;
            }
            self.armed = None;
        }
    }

    /// The timer, set to ring at `at` or before.
    fn armed(&mut self, now: Timestamp, at: Timestamp) -> &mut Armed {
        let is_late = self.armed.as_ref().is_some_and(|armed| armed.at > at);
        if is_late {
            self.armed = None;
        }
        let clock = &self.clock;
        self.armed.get_or_insert_with(|| Armed {
            at,
            timer: Timer::new(clock, now, at),
        })
    }
}

impl Timer {
    fn new(clock: &Clock, now: Timestamp, at: Timestamp) -> Timer {
        match &clock.0 {
            None => {
                let wait = Duration::from_nanos(u64::try_from(at.nanos_since(now)).unwrap_or(0));
                Timer::Machine(Box::pin(tokio::time::sleep_until(Instant::now() + wait)))
            }
            Some(clock) => {
                let mut clock = clock.clone();
                Timer::Manual(Box::pin(async move {
                    if clock.wait_for(|now| *now >= at).await.is_err() {
                        std::future::pending::<()>().await;
                    }
                }))
            }
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match self {
            Timer::Machine(sleep) => sleep.as_mut().poll(context),
            Timer::Manual(moved) => moved.as_mut().poll(context),
        }
    }
}
