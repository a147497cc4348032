//! The test application behind a session. In: delivered messages and the `app` lines. Out: what the session is told.
//!
//! It echoes orders (D) and what else it knows, drops a PossResend order whose ClOrdID it has seen, and answers
//! everything else with BusinessMessageReject 380=3.
//!
//! Its words: `hold` (confirm nothing any more), `confirm N`, `confirm` (all, from now on), `send 11=…` (an order; with
//! `35=` in front something else), `transient 11=…` (an order that is not kept), `logout TEXT`, `reset`, `next_in N`,
//! `next_out N`. The server knows some more: see `acceptor.rs`.

use std::collections::BTreeSet;

use fix_engine::codec::body::Body;
use fix_engine::codec::message::Message;
use fix_engine::session::input::{Cause, Input, Send};
use fix_engine::{msg_type, tag};

#[derive(Default)]
pub(super) struct Application {
    /// ClOrdIDs that it has seen.
    seen: BTreeSet<Vec<u8>>,
    pub(super) delivered: usize,
    is_holding: bool,
    held: Vec<u64>,
    sent: u64,
}

/// What it answers with the same message.
const ECHOED: [&str; 4] = [
    msg_type::SECURITY_DEFINITION,
    msg_type::NEWS,
    msg_type::EMAIL,
    msg_type::NEW_ORDER_LIST,
];

impl Application {
    /// A message of the peer's: what comes of it.
    pub(super) fn take(&mut self, message: &Message) -> Vec<Input> {
        self.delivered += 1;
        let msg_seq_num = message.msg_seq_num().expect("the session has read it");
        let answer = self.answer(message);
        let mut inputs: Vec<Input> = answer.into_iter().map(|body| self.sends(body)).collect();
        if self.is_holding {
            self.held.push(msg_seq_num);
        } else {
            inputs.push(Input::Confirm { msg_seq_num });
        }
        inputs
    }

    /// Its process has died: what it had not done yet is forgotten.
    pub(super) fn restart(&mut self) {
        self.held.clear();
    }

    /// An `app` line; `None` for a word that it does not know.
    pub(super) fn does(&mut self, word: &str, rest: &str) -> Option<Vec<Input>> {
        Some(vec![match word {
            "hold" => {
                self.is_holding = true;
                return Some(Vec::new());
            }
            "confirm" if rest.is_empty() => {
                self.is_holding = false;
                let held = std::mem::take(&mut self.held).into_iter();
                return Some(
                    held.map(|msg_seq_num| Input::Confirm { msg_seq_num })
                        .collect(),
                );
            }
            "confirm" => {
                let msg_seq_num = rest.parse().ok()?;
                self.held.retain(|held| *held != msg_seq_num);
                Input::Confirm { msg_seq_num }
            }
            "send" => self.sends(body(rest)?),
            "transient" => Input::Send(body(rest)?, Send::Transient),
            "logout" => Input::Logout {
                text: rest.to_owned(),
            },
            "reset" => Input::Reset,
            "next_in" => Input::SetNumbers {
                next_in: rest.parse().ok(),
                next_out: None,
            },
            "next_out" => Input::SetNumbers {
                next_in: None,
                next_out: rest.parse().ok(),
            },
            _ => return None,
        }])
    }

    fn answer(&mut self, message: &Message) -> Option<Body> {
        let echo = || Body::of(message.msg_type(), message.view());
        match message.msg_type() {
            msg_type::NEW_ORDER_SINGLE => {
                let is_new = self
                    .seen
                    .insert(message.value(tag::CL_ORD_ID).unwrap_or_default().to_vec());
                let is_resend = message.value(tag::POSS_RESEND) == Some(b"Y");
                (is_new || !is_resend).then(echo)
            }
            msg_type if ECHOED.contains(&msg_type) => Some(echo()),
            other => {
                let mut body = Body::new(msg_type::BUSINESS_MESSAGE_REJECT);
                body.push(tag::REF_SEQ_NUM, message.msg_seq_num().unwrap_or_default());
                body.push(tag::REF_MSG_TYPE, other)
                    .push(tag::BUSINESS_REJECT_REASON, 3_u32);
                body.push(tag::TEXT, "this application does not take such messages");
                Some(body)
            }
        }
    }

    fn sends(&mut self, body: Body) -> Input {
        self.sent += 1;
        let cause = Cause {
            entry: self.sent,
            index: 0,
        };
        Input::Send(body, Send::Durable(cause))
    }
}

/// The body of a `send` line.
fn body(text: &str) -> Option<Body> {
    let mut body = Body::new(msg_type::NEW_ORDER_SINGLE);
    for field in text.split('|').filter(|field| !field.is_empty()) {
        let (tag, value) = field.split_once('=')?;
        match tag.parse().ok()? {
            tag::MSG_TYPE => {
                body.start(known_type(value)?);
            }
            tag => {
                body.push(tag, value);
            }
        }
    }
    Some(body)
}

/// Types that the application sends of itself.
fn known_type(value: &str) -> Option<&'static str> {
    let known = [
        msg_type::ORDER_CANCEL_REQUEST,
        msg_type::EXECUTION_REPORT,
        msg_type::NEWS,
        msg_type::ORDER_CANCEL_REPLACE_REQUEST,
    ];
    known.into_iter().find(|known| *known == value)
}
