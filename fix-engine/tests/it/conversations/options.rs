//! How a conversation's server is set up. In: the `option` lines. Out: the session's settings and the front's.
//!
//! Fields of [`SessionConfig`] by their names: `reset_on_logon=Y`, `max_unconfirmed=N`, `resend_request_max=N` and so
//! on; of [`Rules`](fix_engine::dictionary::rules::Rules) too: `check_values=N`. Besides: `role=initiator`,
//! `dictionary=off`, `replay=everything`, `replay=D:60` (35=D up to 60 s), `heartbeat=N` (an initiator's),
//! `user=NAME:PASSWORD` (the front admits only those named), `locked=NAME`, `message_max_bytes=N` (the front's limit),
//! `schedule=TEXT` (`hours.rs` says how it is written), `now=20260307-12:00:00` (when the conversation begins).

use std::sync::Arc;

use fix_engine::codec::index::CheckSum;
use fix_engine::dictionary::rules::Rules;
use fix_engine::session::config::{Role, SessionConfig};
use fix_engine::session::logon::Password;
use fix_engine::session::replay::ReplayPolicy;
use fix_engine::time::{Precision, Timestamp};

use super::hours;

pub(super) struct Options {
    pub(super) config: SessionConfig,
    /// Names and passwords.
    pub(super) users: Vec<(String, String)>,
    pub(super) locked: Vec<String>,
    pub(super) message_max_bytes: usize,
    /// When the conversation begins.
    pub(super) now: Timestamp,
}

/// The moment at which a conversation begins that does not say when: 2026-01-05 09:00:00 UTC.
const BEGIN_SECS: i64 = 1_767_603_600;

impl Options {
    pub(super) fn new(config: SessionConfig) -> Options {
        Options {
            config,
            users: Vec::new(),
            locked: Vec::new(),
            message_max_bytes: 64 * 1024,
            now: Timestamp::from_secs(BEGIN_SECS),
        }
    }

    /// Takes one option; `None` when there is no such thing.
    pub(super) fn set(&mut self, option: &str) -> Option<()> {
        let (name, value) = option.split_once('=')?;
        match name {
            "user" => {
                let (name, password) = value.split_once(':')?;
                self.users.push((name.to_owned(), password.to_owned()));
            }
            "locked" => self.locked.push(value.to_owned()),
            "message_max_bytes" => self.message_max_bytes = value.parse().ok()?,
            "now" => self.now = Timestamp::read(value.as_bytes()).ok()?,
            "schedule" => self.config.schedule = Some(Arc::new(hours::schedule(value)?)),
            "role" if value == "initiator" => self.become_initiator(),
            _ => {
                return number(&mut self.config, name, value)
                    .or_else(|| switch(&mut self.config, name, value))
                    .or_else(|| rule(&mut self.config.rules, name, value));
            }
        }
        Some(())
    }

    /// The role, and what an initiator has as its default.
    fn become_initiator(&mut self) {
        self.config.role = Role::Initiator;
        self.config.replay = SessionConfig::initiator("", "").replay;
    }

    /// Everything that no log may show.
    pub(super) fn secrets(&self) -> Vec<&str> {
        let ours = self.config.password.as_ref().map(Password::reveal);
        let theirs = self.users.iter().map(|(_, password)| password.as_str());
        ours.into_iter().chain(theirs).collect()
    }
}

fn number(config: &mut SessionConfig, name: &str, value: &str) -> Option<()> {
    match name {
        "heartbeat" => config.heart_bt_int_secs = value.parse().ok()?,
        "max_unconfirmed" => config.max_unconfirmed = value.parse().ok()?,
        "max_early_bytes" => config.max_early_bytes = value.parse().ok()?,
        "max_early" => config.max_early = value.parse().ok()?,
        "max_resends" => config.max_resends = value.parse().ok()?,
        "max_same_resend_requests" => config.max_same_resend_requests = value.parse().ok()?,
        "resend_chunk" => config.resend_chunk = value.parse().ok()?,
        "resend_pause_millis" => config.resend_pause_millis = value.parse().ok()?,
        "resend_messages_per_sec" => config.resend_messages_per_sec = value.parse().ok()?,
        "resend_request_max" => config.resend_request_max = value.parse().ok()?,
        "sending_time_window_secs" => config.sending_time_window_secs = value.parse().ok()?,
        _ => return None,
    }
    Some(())
}

fn switch(config: &mut SessionConfig, name: &str, value: &str) -> Option<()> {
    let is_on = value == "Y";
    match name {
        "dictionary" if value == "off" => config.dictionary = None,
        "check_sum" if value == "ignored" => config.check_sum = CheckSum::Ignored,
        "sending_time_precision" => config.sending_time_precision = precision(value)?,
        "replay" => config.replay = replay(&config.replay, value)?,
        "username" => config.username = Some(value.to_owned()),
        "password" => config.password = Some(Password::new(value)),
        "reset_on_logon" => config.reset_on_logon = is_on,
        "reset_seq_num_flag" => config.reset_seq_num_flag = is_on,
        "closed_resend_ranges" => config.closed_resend_ranges = is_on,
        "reject_garbled" => config.reject_garbled = is_on,
        "require_orig_sending_time" => config.require_orig_sending_time = is_on,
        "send_last_msg_seq_num_processed" => config.send_last_msg_seq_num_processed = is_on,
        "use_next_expected_msg_seq_num" => config.use_next_expected_msg_seq_num = is_on,
        _ => return None,
    }
    Some(())
}

fn rule(rules: &mut Rules, name: &str, value: &str) -> Option<()> {
    let rule = match name {
        "allow_unknown_fields" => &mut rules.allow_unknown_fields,
        "allow_user_defined_fields" => &mut rules.allow_user_defined_fields,
        "allow_fields_of_other_messages" => &mut rules.allow_fields_of_other_messages,
        "allow_empty_fields" => &mut rules.allow_empty_fields,
        "check_values" => &mut rules.check_values,
        "check_section_order" => &mut rules.check_section_order,
        "check_group_order" => &mut rules.check_group_order,
        "check_required" => &mut rules.check_required,
        _ => return None,
    };
    *rule = value == "Y";
    Some(())
}

fn precision(value: &str) -> Option<Precision> {
    Some(match value {
        "seconds" => Precision::Seconds,
        "millis" => Precision::Millis,
        "micros" => Precision::Micros,
        "nanos" => Precision::Nanos,
        "picos" => Precision::Picos,
        _ => return None,
    })
}

fn replay(policy: &ReplayPolicy, value: &str) -> Option<ReplayPolicy> {
    if value == "everything" {
        return Some(ReplayPolicy::everything());
    }
    let (msg_type, secs) = value.split_once(':')?;
    let policy = policy.clone();
    Some(policy.with_max_age(msg_type.to_owned(), secs.parse().ok()?))
}
