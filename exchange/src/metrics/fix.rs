//! [`FixMetrics`]: the figures of the FIX gateway. Every name begins with `fix_`; every label has a fixed set of values, all of which
//! are there from the start. Counters count since the start of the process.

use prometheus::{IntCounter, IntGauge, Opts, Registry};

/// All figures of the gateway; cheap to clone, all clones count together.
#[derive(Clone, Debug)]
pub struct FixMetrics {
    /// Connections that are open, logged on or not.
    pub connections: IntGauge,
    /// Connections dropped because there are too many, by limit: see [`LIMITS`].
    pub connections_refused: ByLabel,
    /// Connections that became a session or did not, by result: see [`LOGON_RESULTS`].
    pub logons: ByLabel,
    /// Waits that began after failed logons.
    pub lockouts: IntCounter,
    /// Sessions logged on now.
    pub sessions_logged_on: IntGauge,
    /// Sessions that lost their connection, by reason: see [`DISCONNECT_REASONS`].
    pub disconnects: ByLabel,
    /// Messages of sessions that came, by MsgType (35): see [`MSG_TYPES`].
    pub messages_received: ByLabel,
    /// Messages of sessions that went, by MsgType (35).
    pub messages_sent: ByLabel,
    /// Bytes of those that came.
    pub received_bytes: IntCounter,
    /// Bytes of those that went.
    pub sent_bytes: IntCounter,
    /// Pieces of bytes that were no message.
    pub garbled: IntCounter,
    /// Rejects sent, by kind: see [`REJECT_KINDS`].
    pub rejects_sent: ByLabel,
    /// ResendRequests (2), by side: see [`SIDES`].
    pub resend_requests: ByLabel,
    /// Messages sent again with PossDupFlag (43), gap fills among them.
    pub resent_messages: IntCounter,
    /// Messages refused because a session sent too many in a second.
    pub throttled: IntCounter,
    /// Messages that wait for sockets, of all sessions.
    pub outbound_queue_messages: IntGauge,
    /// Changes of passwords asked for by participants, by result: see [`PASSWORD_CHANGE_RESULTS`].
    pub password_changes: ByLabel,
    /// Readings of certificates and revocation lists while the ports are open, by result: see [`RELOAD_RESULTS`].
    pub certificate_reloads: ByLabel,
}

/// Values of `limit`.
pub const LIMITS: &[&str] = &["all", "address"];
/// Values of `result` of logons.
pub const LOGON_RESULTS: &[&str] = &[
    "accepted",
    "not_fix",
    "not_logon",
    "timeout",
    "tls",
    "closed",
    "unknown",
    "address",
    "taken",
    "locked",
    "certificate",
    "password",
    "expired",
    "disabled",
    "store_failed",
    "refused",
    "closing",
];
/// Values of `reason`.
pub const DISCONNECT_REASONS: &[&str] = &[
    "logged_out",
    "fault",
    "msg_seq_num",
    "silent",
    "resends",
    "too_long",
    "outside_hours",
    "overrun",
    "store_failed",
    "lost",
    "slow_consumer",
    "throttled",
    "certificate_revoked",
    "other",
];
/// Values of `kind`.
pub const REJECT_KINDS: &[&str] = &["session", "business"];
/// Values of `side`.
pub const SIDES: &[&str] = &["sent", "received"];
/// Values of `result` of changes of passwords.
pub const PASSWORD_CHANGE_RESULTS: &[&str] = &["changed", "wrong_password", "refused"];
/// Values of `result` of readings of certificates.
pub const RELOAD_RESULTS: &[&str] = &["done", "failed"];
/// Values of `msg_type`, the frequent ones first.
pub const MSG_TYPES: &[&str] = &[
    "D", "8", "0", "F", "G", "W", "X", "9", "1", "2", "3", "4", "5", "A", "j", "q", "r", "H", "AF",
    "V", "Y", "e", "f", "g", "h", "x", "y", "BE", "BF", "other",
];

/// A counter for each value of one label.
#[derive(Clone, Debug)]
pub struct ByLabel {
    values: &'static [&'static str],
    counters: Vec<IntCounter>,
}

impl ByLabel {
    /// Counts one; a value that is not in the set counts as the last one of it.
    pub fn inc(&self, value: &str) {
        let place = self.values.iter().position(|known| *known == value);
        let counter = place.map_or(self.counters.last(), |place| self.counters.get(place));
        if let Some(counter) = counter {
            counter.inc();
        }
    }

    /// How often a value was counted.
    pub fn count(&self, value: &str) -> u64 {
        let place = self.values.iter().position(|known| *known == value);
        let counter = place.and_then(|place| self.counters.get(place));
        counter.map_or(0, IntCounter::get)
    }
}

impl FixMetrics {
    /// Figures at zero, shown by `registry`.
    pub(crate) fn new(registry: &Registry) -> Self {
        let register = Register(registry);
        Self {
            connections: register.gauge("fix_connections", "FIX connections that are open."),
            connections_refused: register.by_label(
                "fix_connections_refused_total",
                "FIX connections dropped because there are too many.",
                ("limit", LIMITS),
            ),
            logons: register.by_label(
                "fix_logons_total",
                "FIX connections that became a session, or why not.",
                ("result", LOGON_RESULTS),
            ),
            lockouts: register.counter(
                "fix_lockouts_total",
                "Waits that began after failed logons.",
            ),
            sessions_logged_on: register
                .gauge("fix_sessions_logged_on", "FIX sessions that are logged on."),
            disconnects: register.by_label(
                "fix_disconnects_total",
                "FIX sessions that lost their connection.",
                ("reason", DISCONNECT_REASONS),
            ),
            messages_received: register.by_label(
                "fix_messages_received_total",
                "Messages of FIX sessions that came.",
                ("msg_type", MSG_TYPES),
            ),
            messages_sent: register.by_label(
                "fix_messages_sent_total",
                "Messages of FIX sessions that went.",
                ("msg_type", MSG_TYPES),
            ),
            received_bytes: register.counter(
                "fix_received_bytes_total",
                "Bytes of messages of FIX sessions that came.",
            ),
            sent_bytes: register.counter(
                "fix_sent_bytes_total",
                "Bytes of messages of FIX sessions that went.",
            ),
            garbled: register.counter(
                "fix_garbled_total",
                "Pieces of bytes in FIX sessions that were no message.",
            ),
            rejects_sent: register.by_label(
                "fix_rejects_sent_total",
                "Reject (3) and BusinessMessageReject (j) sent.",
                ("kind", REJECT_KINDS),
            ),
            resend_requests: register.by_label(
                "fix_resend_requests_total",
                "ResendRequests (2).",
                ("side", SIDES),
            ),
            resent_messages: register.counter(
                "fix_resent_messages_total",
                "Messages sent again with PossDupFlag (43), gap fills among them.",
            ),
            throttled: register.counter(
                "fix_throttled_total",
                "Messages refused because a session sent too many in a second.",
            ),
            outbound_queue_messages: register.gauge(
                "fix_outbound_queue_messages",
                "Messages that wait for sockets, of all FIX sessions.",
            ),
            password_changes: register.by_label(
                "fix_password_changes_total",
                "Changes of passwords asked for by UserRequest (BE).",
                ("result", PASSWORD_CHANGE_RESULTS),
            ),
            certificate_reloads: register.by_label(
                "fix_certificate_reloads_total",
                "Readings of certificates and revocation lists while the ports are open.",
                ("result", RELOAD_RESULTS),
            ),
        }
    }
}

struct Register<'a>(&'a Registry);

impl Register<'_> {
    fn counter(&self, name: &str, help: &str) -> IntCounter {
        self.counter_with(Opts::new(name, help))
    }

    fn counter_with(&self, opts: Opts) -> IntCounter {
        let counter = IntCounter::with_opts(opts).expect(NAMED);
        self.0.register(Box::new(counter.clone())).expect(NAMED);
        counter
    }

    fn gauge(&self, name: &str, help: &str) -> IntGauge {
        let gauge = IntGauge::new(name, help).expect(NAMED);
        self.0.register(Box::new(gauge.clone())).expect(NAMED);
        gauge
    }

    fn by_label(
        &self,
        name: &str,
        help: &str,
        (label, values): (&str, &'static [&'static str]),
    ) -> ByLabel {
        let counter =
            |value: &&str| self.counter_with(Opts::new(name, help).const_label(label, *value));
        ByLabel {
            values,
            counters: values.iter().map(counter).collect(),
        }
    }
}

const NAMED: &str = "every figure has a valid name and labels of its own";
