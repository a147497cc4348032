//! [`FixMetrics`]: the figures of the FIX gateway. Every name begins with `fix_`; every label has a fixed set of values
//! ([`crate::metrics::labels`]), all of which are there from the start. Counters count since the start of the process.

use crate::metrics::labels::{
    DisconnectLabel, Label, Limit, LogonResult, MsgTypeLabel, PasswordChange, RejectKind, Reload,
    Side,
};
use prometheus::{IntCounter, IntGauge, Opts, Registry};
use std::marker::PhantomData;

/// All figures of the gateway; cheap to clone, all clones count together.
#[derive(Clone, Debug)]
pub struct FixMetrics {
    /// Connections that are open, logged on or not.
    pub connections: IntGauge,
    /// Connections dropped because there are too many, by limit.
    pub connections_refused: ByLabel<Limit>,
    /// Connections that became a session or did not, by result.
    pub logons: ByLabel<LogonResult>,
    /// Waits that began after failed logons.
    pub lockouts: IntCounter,
    /// Sessions logged on now.
    pub sessions_logged_on: IntGauge,
    /// Sessions that lost their connection, by reason.
    pub disconnects: ByLabel<DisconnectLabel>,
    /// Messages of sessions that came, by MsgType (35).
    pub messages_received: ByLabel<MsgTypeLabel>,
    /// Messages of sessions that went, by MsgType (35).
    pub messages_sent: ByLabel<MsgTypeLabel>,
    /// Bytes of those that came.
    pub received_bytes: IntCounter,
    /// Bytes of those that went.
    pub sent_bytes: IntCounter,
    /// Pieces of bytes that were no message.
    pub garbled: IntCounter,
    /// Rejects sent, by kind.
    pub rejects_sent: ByLabel<RejectKind>,
    /// ResendRequests (2), by side.
    pub resend_requests: ByLabel<Side>,
    /// Messages sent again with PossDupFlag (43), gap fills among them.
    pub resent_messages: IntCounter,
    /// Messages refused because a session sent too many in a second.
    pub throttled: IntCounter,
    /// Messages that wait for sockets, of all sessions.
    pub outbound_queue_messages: IntGauge,
    /// Changes of passwords asked for by participants, by result.
    pub password_changes: ByLabel<PasswordChange>,
    /// Readings of certificates and revocation lists while the ports are open, by result.
    pub certificate_reloads: ByLabel<Reload>,
}

/// A counter for each value of one label.
#[derive(Clone, Debug)]
pub struct ByLabel<L> {
    /// In the order of [`Label::ALL`].
    counters: Vec<IntCounter>,
    label: PhantomData<L>,
}

impl<L: Label> ByLabel<L> {
    /// Counts one.
    pub fn inc(&self, value: L) {
        self.counter(value).inc();
    }

    /// How often a value was counted.
    pub fn count(&self, value: L) -> u64 {
        self.counter(value).get()
    }

    fn counter(&self, value: L) -> &IntCounter {
        let counter = self.counters.get(value.place());
        counter.expect("each value of the label has a counter from the start")
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
                "limit",
            ),
            logons: register.by_label(
                "fix_logons_total",
                "FIX connections that became a session, or why not.",
                "result",
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
                "reason",
            ),
            messages_received: register.by_label(
                "fix_messages_received_total",
                "Messages of FIX sessions that came.",
                "msg_type",
            ),
            messages_sent: register.by_label(
                "fix_messages_sent_total",
                "Messages of FIX sessions that went.",
                "msg_type",
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
                "kind",
            ),
            resend_requests: register.by_label(
                "fix_resend_requests_total",
                "ResendRequests (2).",
                "side",
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
                "result",
            ),
            certificate_reloads: register.by_label(
                "fix_certificate_reloads_total",
                "Readings of certificates and revocation lists while the ports are open.",
                "result",
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

    fn by_label<L: Label>(&self, name: &str, help: &str, label: &str) -> ByLabel<L> {
        let counter =
            |value: &L| self.counter_with(Opts::new(name, help).const_label(label, value.text()));
        ByLabel {
            counters: L::ALL.iter().map(counter).collect(),
            label: PhantomData,
        }
    }
}

const NAMED: &str = "every figure has a valid name and labels of its own";
