//! Following a session: its messages as they pass, a JSON object a line, over one answer that does not end. The session waits for nobody: a
//! follower that does not read loses the oldest and is told how many. In: a session's tap. Out: lines.

use crate::control::caller::Caller;
use crate::control::desk::{Desk, OPERATE};
use crate::control::failure::Failure;
use crate::gateway::tap::Passing;
use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use fix_engine::codec::message::Message;
use fix_engine::time::Timestamp;
use futures_util::stream;
use market::control::session::{Direction, TailLine};
use serde::Deserialize;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::info;

/// Followers at the same time, over all sessions.
pub(crate) const FOLLOWERS: usize = 16;
/// An empty line is sent after so much silence, so that both ends learn of a connection that is dead.
const BEAT: Duration = Duration::from_secs(15);

/// Which messages.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    only: Option<Only>,
}

/// Messages of the session itself, or those of the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Only {
    Admin,
    App,
}

/// One follower.
struct Follower {
    /// Who follows: may do so no longer when its certificate is revoked.
    caller: Caller,
    passing: Receiver<(Timestamp, Passing)>,
    only: Option<Only>,
    /// The session ends.
    end: CancellationToken,
    /// The control port ends.
    stop: CancellationToken,
    first: Option<TailLine>,
    /// When an empty line is due, for want of another.
    beat_at: Instant,
    is_over: bool,
    _place: OwnedSemaphorePermit,
}

pub(crate) async fn messages(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    Path(comp_id): Path<String>,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Response, Failure> {
    caller.must_be(OPERATE)?;
    let Query(which) = which.map_err(|why| Failure::Body(why.body_text()))?;
    let record = desk.participant(&comp_id)?;
    let session = desk.roster.session(record.id);
    let session = session.ok_or_else(|| Failure::Participant(comp_id.clone()))?;
    let place = Arc::clone(&desk.followers).try_acquire_owned();
    let place = place.map_err(|_| Failure::TooManyFollowers)?;
    info!(by = caller.name(), peer = %caller.address, comp_id = %record.comp_id, "audit: session followed");
    let follower = Follower {
        caller,
        passing: session.standing.tap.follow(),
        only: which.only,
        end: session.end.clone(),
        stop: desk.stop.clone(),
        first: Some(TailLine::Following {
            comp_id: record.comp_id,
            logged_on: session.standing.is_logged_on.load(Ordering::Relaxed),
        }),
        beat_at: Instant::now() + BEAT,
        is_over: false,
        _place: place,
    };
    let lines = stream::unfold(follower, async |mut follower| {
        let line = follower.next().await?;
        Some((Ok::<_, Infallible>(line), follower))
    });
    let head = [(CONTENT_TYPE, "application/x-ndjson")];
    Ok((head, Body::from_stream(lines)).into_response())
}

impl Follower {
    /// The next line; `None` after the last.
    async fn next(&mut self) -> Option<Bytes> {
        if self.is_over {
            return None;
        }
        let next = match self.first.take() {
            Some(first) => line(&first),
            None => self.follow().await,
        };
        self.beat_at = Instant::now() + BEAT;
        Some(next)
    }

    /// Waits for what is to be shown.
    async fn follow(&mut self) -> Bytes {
        loop {
            let received = tokio::select! {
                () = self.end.cancelled() => return self.over("the session has ended"),
                () = self.stop.cancelled() => return self.over("the venue is closing"),
                received = self.passing.recv() => Some(received),
                // Also where messages pass that are not shown.
                () = sleep_until(self.beat_at) => None,
            };
            if self.caller.must_be(OPERATE).is_err() {
                return self.over("the certificate has been revoked");
            }
            match received {
                None => return Bytes::from_static(b"\n"),
                Some(Ok((at, passing))) => {
                    if let Some(shown) = self.shown(at, passing) {
                        return line(&shown);
                    }
                }
                Some(Err(RecvError::Lagged(messages))) => {
                    return line(&TailLine::Lost { messages });
                }
                Some(Err(RecvError::Closed)) => return self.over("the session has ended"),
            }
        }
    }

    fn over(&mut self, why: &str) -> Bytes {
        self.is_over = true;
        let why = why.to_owned();
        line(&TailLine::Ended { why })
    }

    fn shown(&self, at: Timestamp, passing: Passing) -> Option<TailLine> {
        let at = at.to_string();
        let (direction, bytes) = match passing {
            Passing::In(bytes) => (Direction::In, bytes),
            Passing::Out(bytes) => (Direction::Out, bytes),
            Passing::Garbled(why) => {
                let why = why.to_string();
                return Some(TailLine::Garbled { at, why });
            }
        };
        // The session has read or written it: it is whole.
        let message = Message::parse(bytes).ok()?;
        let is_admin = is_admin(message.msg_type());
        let is_wanted = match self.only {
            None => true,
            Some(Only::Admin) => is_admin,
            Some(Only::App) => !is_admin,
        };
        is_wanted.then(|| TailLine::Message {
            at,
            direction,
            msg_type: message.msg_type().to_owned(),
            text: message.to_pipe(),
        })
    }
}

/// Whether a message is the session's own (FIX 4.4 vol. 2).
fn is_admin(msg_type: &str) -> bool {
    matches!(msg_type, "0" | "1" | "2" | "3" | "4" | "5" | "A")
}

fn line(line: &TailLine) -> Bytes {
    let mut text =
        serde_json::to_vec(line).expect("the words of the control port have string keys");
    text.push(b'\n');
    Bytes::from(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::caller::tests::Authority;
    use crate::gateway::tap::Tap;
    use tokio::sync::Semaphore;
    use tokio::time::timeout;

    async fn next(follower: &mut Follower) -> TailLine {
        let line = follower.next().await.expect("a line");
        serde_json::from_slice(&line).expect("a JSON object")
    }

    fn follower(tap: &Tap, caller: Caller, only: Option<Only>) -> Follower {
        let places = Arc::new(Semaphore::new(1));
        Follower {
            caller,
            passing: tap.follow(),
            only,
            end: CancellationToken::new(),
            stop: CancellationToken::new(),
            first: None,
            beat_at: Instant::now() + BEAT,
            is_over: false,
            _place: places.try_acquire_owned().expect("a place"),
        }
    }

    /// A heartbeat goes by.
    fn heartbeat(tap: &Tap, number: u64) {
        let text = format!("8=FIX.4.4|35=0|34={number}|49=A|56=B|52=20260101-00:00:00|");
        let message = Message::from_pipe(&text).expect("a message");
        let at = Timestamp::from_nanos(0);
        tap.pass(|| at, || Passing::Out(message.bytes().clone()));
    }

    #[tokio::test]
    async fn a_follower_that_was_too_slow_is_told_what_it_lost() {
        let tap = Tap::default();
        let (_, caller) = Authority::with_operator();
        let mut follower = follower(&tap, caller, None);
        let passed = 1_000;
        for number in 1..=passed {
            heartbeat(&tap, number);
        }
        let TailLine::Lost { messages } = next(&mut follower).await else {
            panic!("it has lost messages");
        };
        let TailLine::Message { text, .. } = next(&mut follower).await else {
            panic!("the rest is shown");
        };
        assert!(text.contains(&format!("|34={}|", messages + 1)), "{text}");
        for _ in messages + 1..passed {
            next(&mut follower).await;
        }
        drop(tap);
        assert!(matches!(next(&mut follower).await, TailLine::Ended { .. }));
        assert_eq!(follower.next().await, None);
    }

    #[tokio::test]
    async fn messages_that_are_not_shown_do_not_put_off_the_beat() {
        let tap = Tap::default();
        let (_, caller) = Authority::with_operator();
        let mut follower = follower(&tap, caller, Some(Only::App));
        for number in 1..100 {
            heartbeat(&tap, number);
        }
        follower.beat_at = Instant::now();
        let line = timeout(BEAT / 3, follower.next()).await.expect("the beat");
        assert_eq!(line.as_deref(), Some(&b"\n"[..]));
        assert!(
            follower.beat_at > Instant::now(),
            "the next one is due later"
        );
    }

    #[tokio::test]
    async fn who_follows_with_a_certificate_that_is_revoked_sees_no_more() {
        for is_busy in [true, false] {
            let tap = Tap::default();
            let (authority, caller) = Authority::with_operator();
            let mut follower = follower(&tap, caller, None);
            heartbeat(&tap, 1);
            let line = next(&mut follower).await;
            assert!(matches!(line, TailLine::Message { .. }), "{line:?}");
            authority.revoke();
            if is_busy {
                heartbeat(&tap, 2);
            } else {
                follower.beat_at = Instant::now();
            }
            let TailLine::Ended { why } = next(&mut follower).await else {
                panic!("it ends");
            };
            assert_eq!(why, "the certificate has been revoked");
            assert_eq!(follower.next().await, None);
        }
    }
}
