//! Serves the peer's ResendRequest (2) from the store: kept messages again with PossDupFlag (43), runs of others as
//! one GapFill, in pieces, so that neither memory nor other sessions suffer. Live messages keep their own, higher
//! numbers and go out as they come; a range ends at the last number used when it was asked for.

use std::ops::ControlFlow;

use bytes::{Bytes, BytesMut};

use crate::codec::body::Body;
use crate::codec::encode::{Header, encode, is_header};
use crate::codec::field::Field;
use crate::codec::index::read;
use crate::codec::message::Message;
use crate::codec::view::View;
use crate::dictionary::rejection::Rejection;
use crate::session::action::{Action, DisconnectReason, Note};
use crate::session::admin;
use crate::session::check;
use crate::session::config::SessionConfig;
use crate::session::machine::{Failed, Session, Turn};
use crate::session::resend::{Added, ResendRange};
use crate::session::store::Stored;
use crate::session::timers::Timer;
use crate::tag;
use crate::time::Timestamp;

impl Session {
    /// Takes a ResendRequest (2) and sends the first piece.
    pub(super) fn serve(
        &mut self,
        turn: &mut Turn<'_>,
        message: &Message,
        number: u64,
    ) -> Result<(), Failed> {
        let (begin, asked_end) = match asked_range(message) {
            Ok(range) => range,
            Err(rejection) => return self.reject(turn, message, number, &rejection),
        };
        let max = self.config.max_same_resend_requests;
        if self.resends.note_request(begin, asked_end) > max {
            let end = asked_end;
            let why = DisconnectReason::SameResendRequest { begin, end, max };
            return self.refuse_and_close(turn, &why.to_string(), why);
        }
        let (begin, end) = match served_range(begin, asked_end, turn.store.next_out() - 1) {
            Ok(range) => range,
            Err(rejection) => return self.reject(turn, message, number, &rejection),
        };
        let is_busy = self.resends.current().is_some();
        match self.resends.add(begin, end, self.config.max_resends) {
            Added::Waiting => Ok(()),
            Added::TooMany => {
                let text = format!(
                    "too many ResendRequests at once: at most {}",
                    self.config.max_resends
                );
                self.refuse_and_close(turn, &text, DisconnectReason::TooManyResendRequests)
            }
            Added::Queued => {
                turn.out
                    .push(Action::Noted(Note::ResendServed { begin, end }));
                if is_busy {
                    return Ok(());
                }
                self.serve_chunk(turn)
            }
        }
    }

    /// Sends what was kept between our Logon (A) and the peer's.
    pub(super) fn serve_unsent(&mut self, turn: &mut Turn<'_>) -> Result<(), Failed> {
        let Some(begin) = self.unsent.take() else {
            return Ok(());
        };
        self.resends
            .add(begin, turn.store.next_out() - 1, self.config.max_resends);
        self.serve_chunk(turn)
    }

    /// Sends the next piece of the current range.
    pub(super) fn serve_chunk(&mut self, turn: &mut Turn<'_>) -> Result<(), Failed> {
        let Some(range) = self.resends.current() else {
            return Ok(());
        };
        let last_processed = self.last_processed(turn);
        let messages_max = self.config.resend_chunk.max(1);
        let mut chunk = Chunk {
            config: &self.config,
            now: turn.now,
            last_processed,
            next: range.next,
            look: range.look,
            room: &mut self.scratch,
            index: Vec::new(),
            messages_left: messages_max,
            bytes_left: self.config.resend_chunk_bytes,
            sent: Vec::new(),
            stale: Vec::new(),
        };
        let mut is_whole = true;
        turn.store.read(range.look..=range.end, &mut |stored| {
            let flow = chunk.show(stored);
            is_whole = flow.is_continue();
            flow
        })?;
        if is_whole {
            chunk.finish(range);
        }
        let Chunk {
            next,
            look,
            messages_left,
            sent,
            stale,
            ..
        } = chunk;
        turn.out.extend(stale.into_iter().map(Action::Noted));
        for bytes in sent {
            self.transmit(turn, bytes);
        }
        self.resends.advance(next, look);
        let due = self.next_chunk_due(turn.now, messages_max - messages_left);
        match self.resends.current() {
            Some(_) => self.timers.set(Timer::ResendChunk, due),
            None => self.timers.stop(Timer::ResendChunk),
        }
        Ok(())
    }

    /// When the piece after one of so many messages may go out.
    fn next_chunk_due(&mut self, now: Timestamp, messages: usize) -> Timestamp {
        let per_sec = self.config.resend_messages_per_sec;
        let rested = now.plus_nanos(i64::from(self.config.resend_pause_millis) * 1_000_000);
        self.pace.sent(now, messages, per_sec).max(rested)
    }
}

/// BeginSeqNo (7) and EndSeqNo (16) as they are written.
fn asked_range(message: &Message) -> Result<(u64, u64), Rejection> {
    let number = |tag, name| match message.uint(tag) {
        Ok(Some(number)) => Ok(number),
        _ => Err(check::wrong_value(
            tag,
            format!("{name} ({tag}) must be a number"),
        )),
    };
    Ok((
        number(tag::BEGIN_SEQ_NO, "BeginSeqNo")?,
        number(tag::END_SEQ_NO, "EndSeqNo")?,
    ))
}

/// The range cut to what was sent.
fn served_range(begin: u64, end: u64, last_sent: u64) -> Result<(u64, u64), Rejection> {
    let fault = |text| Err(check::wrong_value(tag::BEGIN_SEQ_NO, text));
    match end {
        _ if begin == 0 => fault("BeginSeqNo (7) is 0: the first message is 1".to_owned()),
        1.. if begin > end => fault(format!(
            "BeginSeqNo (7) {begin} is above EndSeqNo (16) {end}"
        )),
        _ if begin > last_sent => fault(format!(
            "BeginSeqNo (7) {begin} is above {last_sent}, the last message sent"
        )),
        0 => Ok((begin, last_sent)),
        end => Ok((begin, end.min(last_sent))),
    }
}

/// One piece of a resend while it is put together.
struct Chunk<'a> {
    config: &'a SessionConfig,
    now: Timestamp,
    last_processed: Option<u64>,
    /// Everything before this number is in `sent`.
    next: u64,
    /// Everything before this number has been looked at.
    look: u64,
    room: &'a mut BytesMut,
    /// Room for the index of one message after the other.
    index: Vec<Field>,
    messages_left: usize,
    bytes_left: usize,
    sent: Vec<Bytes>,
    /// What is kept and not sent again.
    stale: Vec<Note>,
}

impl<'a> Chunk<'a> {
    /// Adds one kept message, and before it a GapFill for what was not kept or is not sent again.
    fn show(&mut self, stored: Stored<'_>) -> ControlFlow<()> {
        let mut index = std::mem::take(&mut self.index);
        if let Some(kept) = Kept::read(stored.bytes, &mut index) {
            let replay = &self.config.replay;
            if replay.allows(kept.msg_type, kept.sent_at, self.now) {
                self.again(stored.msg_seq_num, &kept);
            } else {
                self.stale.push(Note::NotSentAgain {
                    msg_seq_num: stored.msg_seq_num,
                    msg_type: kept.msg_type.to_owned(),
                });
            }
        }
        self.index = index;
        self.look = stored.msg_seq_num + 1;
        self.messages_left = self.messages_left.saturating_sub(1);
        self.bytes_left = self.bytes_left.saturating_sub(stored.bytes.len());
        if self.messages_left == 0 || self.bytes_left == 0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    /// The range is read to its end: fills what is left of it.
    fn finish(&mut self, range: ResendRange) {
        self.fill_up_to(range.end + 1);
        self.look = range.end + 1;
    }

    fn again(&mut self, msg_seq_num: u64, kept: &Kept<'_>) {
        self.fill_up_to(msg_seq_num);
        let header = self.header(msg_seq_num, kept.sent_at);
        let body = kept.body();
        self.push(|room, header| encode(header, &body, room), header);
        self.next = msg_seq_num + 1;
    }

    fn fill_up_to(&mut self, next: u64) {
        if self.next >= next {
            return;
        }
        let header = self.header(self.next, self.now);
        self.push(
            |room, header| encode(header, &admin::gap_fill(next), room),
            header,
        );
        self.next = next;
    }

    /// The header of a message sent again.
    fn header(&self, msg_seq_num: u64, sent_at: Timestamp) -> Header<'a> {
        let mut header = self.config.header(msg_seq_num, self.now);
        header.poss_dup_flag = true;
        header.orig_sending_time = Some(sent_at);
        header.last_msg_seq_num_processed = self.last_processed;
        header
    }

    fn push(&mut self, write: impl FnOnce(&mut BytesMut, &Header<'_>), header: Header<'_>) {
        write(self.room, &header);
        self.sent.push(self.room.split().freeze());
    }
}

/// A kept message.
struct Kept<'a> {
    view: View<'a>,
    msg_type: &'a str,
    /// When it was first sent.
    sent_at: Timestamp,
}

impl<'a> Kept<'a> {
    /// Bytes that are no message any more are filled like a gap: the store has checked them, so they were never one.
    fn read(bytes: &'a [u8], index: &'a mut Vec<Field>) -> Option<Kept<'a>> {
        read(bytes, index).ok()?;
        let view = View::new(bytes, index);
        Some(Kept {
            msg_type: view.text(tag::MSG_TYPE)?,
            sent_at: view.timestamp(tag::SENDING_TIME).ok()??,
            view,
        })
    }

    /// Its body, with the header fields that the application had added.
    fn body(&self) -> Body {
        let mut body = Body::of(self.msg_type, self.view);
        let fields = self.view.fields();
        for (tag, value) in fields.filter(|(tag, _)| is_header(*tag) && !is_ours(*tag)) {
            body.push_head(tag, value);
        }
        body
    }
}

/// Header fields that the session writes itself.
fn is_ours(tag: u32) -> bool {
    matches!(
        tag,
        tag::BEGIN_STRING
            | tag::BODY_LENGTH
            | tag::MSG_TYPE
            | tag::MSG_SEQ_NUM
            | tag::SENDER_COMP_ID
            | tag::TARGET_COMP_ID
            | tag::SENDING_TIME
            | tag::POSS_DUP_FLAG
            | tag::ORIG_SENDING_TIME
            | tag::LAST_MSG_SEQ_NUM_PROCESSED
    )
}
