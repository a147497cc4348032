//! UserRequest (BE): a participant asks how its user stands, logs it off, or gives itself another password; UserResponse (BF) answers
//! (FIX 4.4 vol. 3, «User administration»). The one user that a session knows is its own: Username (553) is the CompID.
//!
//! A new password is compared and hashed off this task; it is in force, and answered, once it is in the journal.

use super::SessionTask;
use crate::gateway::lockouts::Attempt;
use crate::gateway::passwords::{Changed, Checked};
use crate::gateway::refused::Refused;
use crate::gateway::roster::Mail;
use crate::gateway::user::{UserStatus, user_response};
use crate::metrics::labels::PasswordChange;
use crate::sequencer::Submission;
use fix_engine::codec::body::Body;
use fix_engine::codec::message::Message;
use fix_engine::session::input::{Input, Send};
use fix_engine::session::logon::Password;
use fix_engine::tag;
use journal::entry::{Instruction, Origin, TraceId};
use journal::participant::{ParticipantChange, PasswordHash, new_password};
use market::id::ClOrdId;
use std::sync::Arc;
use tracing::info;

/// A change of the password that is being checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PasswordWish {
    /// UserRequestID (923).
    request_id: ClOrdId,
    /// Its message's number, and how often numbers were reset before it.
    msg_seq_num: u64,
    incarnation: u32,
}

/// What comes of a UserRequest.
enum Outcome {
    /// This answer, at once.
    Answer(UserStatus, String),
    /// The answer, and then the session is logged out.
    LogOff,
    /// The answer comes later.
    Later,
}

impl SessionTask {
    /// A UserRequest (BE).
    pub(super) fn user_request(&mut self, message: &Message, msg_seq_num: u64) {
        let request_id = message.text(tag::USER_REQUEST_ID).unwrap_or_default();
        let request_id = ClOrdId::new(request_id).map_err(|why| Refused::Identifier {
            tag: tag::USER_REQUEST_ID,
            why,
        });
        let outcome = request_id.and_then(|id| Ok((id, self.user(message, id, msg_seq_num)?)));
        match outcome {
            Err(refused) => self.refuse(message, msg_seq_num, &refused),
            Ok((_, Outcome::Later)) => return,
            Ok((id, Outcome::Answer(status, text))) => {
                let username = message.text(tag::USERNAME).unwrap_or_default();
                self.answer_user(user_response(id, username, status, &text));
            }
            Ok((id, Outcome::LogOff)) => {
                let text = "the session logs out with its user";
                let status = UserStatus::NotLoggedIn;
                let username = self.comp_id;
                self.answer_user(user_response(id, username.as_str(), status, text));
                self.handle(Input::Confirm { msg_seq_num });
                self.handle(Input::Logout {
                    text: "logged off at the user's request".to_owned(),
                });
                return;
            }
        }
        self.handle(Input::Confirm { msg_seq_num });
    }

    fn user(
        &mut self,
        message: &Message,
        request_id: ClOrdId,
        msg_seq_num: u64,
    ) -> Result<Outcome, Refused> {
        if message.text(tag::USERNAME) != Some(self.comp_id.as_str()) {
            let text = "Username (553): only the session's own user is known here, its CompID";
            return Ok(Outcome::Answer(UserStatus::NotRecognised, text.to_owned()));
        }
        match message.text(tag::USER_REQUEST_TYPE) {
            Some("1") => Ok(Outcome::Answer(
                UserStatus::LoggedIn,
                "the session's Logon (A) has logged the user on".to_owned(),
            )),
            Some("2") => Ok(Outcome::LogOff),
            Some("3") => self.wish(message, request_id, msg_seq_num),
            Some("4") => Ok(Outcome::Answer(
                UserStatus::LoggedIn,
                "logged on".to_owned(),
            )),
            _ => Err(Refused::Unsupported {
                tag: tag::USER_REQUEST_TYPE,
            }),
        }
    }

    /// Another password: looked at first, then compared and hashed elsewhere.
    fn wish(
        &mut self,
        message: &Message,
        request_id: ClOrdId,
        msg_seq_num: u64,
    ) -> Result<Outcome, Refused> {
        let required = |tag| message.text(tag).ok_or(Refused::Missing { tag });
        let old = required(tag::PASSWORD)?;
        let new = required(tag::NEW_PASSWORD)?;
        let refused = |text: String| Ok(Outcome::Answer(UserStatus::Other, text));
        if self.password_wish.is_some() {
            return refused("one change of the password at a time".to_owned());
        }
        if let Err(why) = new_password::check(new, Some(old), self.comp_id) {
            self.count_password_change(PasswordChange::Refused);
            return refused(format!("NewPassword (925): {why}"));
        }
        let record = self.venue.directory.participant(self.participant);
        let Some(credentials) = record.and_then(|record| record.credentials.clone()) else {
            return Err(Refused::NotAuthorised);
        };
        let Some(link) = &self.link else {
            return refused("the connection is gone".to_owned());
        };
        let attempt = Attempt {
            comp_id: Some(self.comp_id),
            address: link.connection.address().ip(),
            is_listed: !credentials.networks.is_empty(),
        };
        self.password_wish = Some(PasswordWish {
            request_id,
            msg_seq_num,
            incarnation: self.incarnation(),
        });
        let (old, new) = (Password::new(old), Password::new(new));
        let (venue, mailbox) = (Arc::clone(&self.venue), self.own_mailbox.clone());
        tokio::spawn(async move {
            let desk = &venue.passwords;
            let changed = desk.change(attempt, old, new, credentials).await;
            // Without a mailbox the venue is closing; the message was not confirmed and is asked for again.
            if let Some(mailbox) = mailbox.upgrade() {
                let _gone = mailbox.send(Mail::Password(changed)).await;
            }
        });
        Ok(Outcome::Later)
    }

    /// A wish for another password has been looked at.
    pub(super) fn password(&mut self, changed: Changed) {
        let Some(wish) = self.password_wish.take() else {
            return;
        };
        let (result, status, text) = match changed {
            Changed::Hashed(hash) => match self.submit_password(wish, hash) {
                // The answer is told, and the message confirmed, by the journal.
                Ok(()) => {
                    info!(comp_id = %self.comp_id, "the participant has given itself another password");
                    return self.count_password_change(PasswordChange::Changed);
                }
                Err(refused) => (PasswordChange::Refused, UserStatus::Other, refused.text()),
            },
            Changed::Refused(Checked::Locked(locked)) => (
                PasswordChange::WrongPassword,
                UserStatus::Other,
                format!(
                    "too many failed logons, try again in {} seconds",
                    locked.wait_secs
                ),
            ),
            Changed::Refused(_) => {
                info!(comp_id = %self.comp_id, "a change of the password is refused: the old one is wrong");
                let text = "Password (554): not the present one".to_owned();
                (
                    PasswordChange::WrongPassword,
                    UserStatus::PasswordIncorrect,
                    text,
                )
            }
            Changed::Failed => (
                PasswordChange::Refused,
                UserStatus::Other,
                Refused::Busy.text(),
            ),
        };
        self.count_password_change(result);
        let username = self.comp_id;
        self.answer_user(user_response(
            wish.request_id,
            username.as_str(),
            status,
            &text,
        ));
        self.handle(Input::Confirm {
            msg_seq_num: wish.msg_seq_num,
        });
    }

    fn submit_password(&self, wish: PasswordWish, hash: PasswordHash) -> Result<(), Refused> {
        let submission = Submission {
            origin: Origin::Session {
                participant: self.participant,
                incarnation: wish.incarnation,
                msg_seq_num: wish.msg_seq_num,
            },
            trace: TraceId::random(),
            instruction: Instruction::Participant(ParticipantChange::ChangePassword {
                comp_id: self.comp_id,
                password_hash: hash,
                request_id: wish.request_id,
            }),
            reply: None,
        };
        let submitted = self.venue.submitter.put(submission);
        submitted.map_err(Refused::from)
    }

    /// Answers that no entry caused are kept like refusals: their place in the journal is that of the last report.
    fn answer_user(&mut self, body: Body) {
        let cause = self.last_cause();
        self.handle(Input::Send(body, Send::Durable(cause)));
    }

    fn count_password_change(&self, result: PasswordChange) {
        self.venue.metrics.fix.password_changes.inc(result);
    }
}
