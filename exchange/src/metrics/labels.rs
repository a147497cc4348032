//! Labels of the gateway's figures: each an enum of all its values, so that nothing can be counted that is not shown.

/// The values of one label.
pub trait Label: Copy + Send + Sync + 'static {
    /// All values; a value's place is its [`Label::place`].
    const ALL: &'static [Self];

    /// As `/metrics` shows it.
    fn text(self) -> &'static str;

    /// Its place among [`Label::ALL`].
    fn place(self) -> usize;
}

/// Enums whose variants have texts.
macro_rules! labels {
    ($($(#[$doc:meta])* $name:ident { $($(#[$meaning:meta])* $value:ident: $text:literal,)* })*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$meaning])* $value,)*
        }

        impl Label for $name {
            const ALL: &'static [Self] = &[$(Self::$value),*];

            fn text(self) -> &'static str {
                match self {
                    $(Self::$value => $text,)*
                }
            }

            fn place(self) -> usize {
                self as usize
            }
        }
    )* };
}

labels! {
    /// `limit` of connections that are dropped because there are too many.
    Limit {
        /// Of all together.
        All: "all",
        /// Of an address.
        Address: "address",
    }

    /// `result` of a connection: a session, or why not.
    LogonResult {
        /// It became a session.
        Accepted: "accepted",
        /// Something else than FIX.
        NotFix: "not_fix",
        /// Another message than a Logon, or none that can be read.
        NotLogon: "not_logon",
        /// No Logon in time.
        Timeout: "timeout",
        /// No TLS handshake.
        Tls: "tls",
        /// Gone by itself.
        Closed: "closed",
        /// BeginString (8) or a CompID that is not known here.
        Unknown: "unknown",
        /// From an address that is not the participant's.
        Address: "address",
        /// The session has a connection.
        Taken: "taken",
        /// Too many failed.
        Locked: "locked",
        /// No certificate, or another one's.
        Certificate: "certificate",
        /// Wrong, or none.
        Password: "password",
        /// The password is too old.
        Expired: "expired",
        /// By an operator.
        Disabled: "disabled",
        /// The session's store has failed.
        StoreFailed: "store_failed",
        /// By the session.
        Refused: "refused",
        /// The venue is closing.
        Closing: "closing",
    }

    /// `reason` why a session lost its connection.
    DisconnectLabel {
        /// In good order.
        LoggedOut: "logged_out",
        /// CompID, BeginString, SendingTime.
        Fault: "fault",
        /// MsgSeqNum (34) too low or absent.
        MsgSeqNum: "msg_seq_num",
        /// Nothing came.
        Silent: "silent",
        /// Too many ResendRequests (2), or one that is not answered.
        Resends: "resends",
        /// A message that is too long.
        TooLong: "too_long",
        /// Its hours are over.
        OutsideHours: "outside_hours",
        /// More than may wait for the journal.
        Overrun: "overrun",
        /// Its store has failed.
        StoreFailed: "store_failed",
        /// By the network or the peer.
        Lost: "lost",
        /// The peer does not read.
        SlowConsumer: "slow_consumer",
        /// Too many messages in a second.
        Throttled: "throttled",
        /// The certificate has been revoked.
        CertificateRevoked: "certificate_revoked",
        /// Anything else.
        Other: "other",
    }

    /// `kind` of a reject that is sent.
    RejectKind {
        /// Reject (3).
        Session: "session",
        /// BusinessMessageReject (j).
        Business: "business",
    }

    /// `side` of a ResendRequest (2).
    Side {
        /// Ours.
        Sent: "sent",
        /// The peer's.
        Received: "received",
    }

    /// `result` of a change of a password.
    PasswordChange {
        /// It is in the journal's hands.
        Changed: "changed",
        /// The old one is wrong, or was not looked at.
        WrongPassword: "wrong_password",
        /// The new one is not taken, or cannot be now.
        Refused: "refused",
    }

    /// `result` of a reading of certificates.
    Reload {
        /// They are in force.
        Done: "done",
        /// Everything is as before.
        Failed: "failed",
    }
    /// `msg_type`: MsgType (35) of a message, the frequent ones first.
    MsgTypeLabel {
        /// D.
        NewOrderSingle: "D",
        /// 8.
        ExecutionReport: "8",
        /// 0.
        Heartbeat: "0",
        /// F.
        OrderCancelRequest: "F",
        /// G.
        OrderCancelReplaceRequest: "G",
        /// W.
        MarketDataSnapshotFullRefresh: "W",
        /// X.
        MarketDataIncrementalRefresh: "X",
        /// 9.
        OrderCancelReject: "9",
        /// 1.
        TestRequest: "1",
        /// 2.
        ResendRequest: "2",
        /// 3.
        Reject: "3",
        /// 4.
        SequenceReset: "4",
        /// 5.
        Logout: "5",
        /// A.
        Logon: "A",
        /// j.
        BusinessMessageReject: "j",
        /// q.
        OrderMassCancelRequest: "q",
        /// r.
        OrderMassCancelReport: "r",
        /// H.
        OrderStatusRequest: "H",
        /// AF.
        OrderMassStatusRequest: "AF",
        /// V.
        MarketDataRequest: "V",
        /// Y.
        MarketDataRequestReject: "Y",
        /// e.
        SecurityStatusRequest: "e",
        /// f.
        SecurityStatus: "f",
        /// g.
        TradingSessionStatusRequest: "g",
        /// h.
        TradingSessionStatus: "h",
        /// x.
        SecurityListRequest: "x",
        /// y.
        SecurityList: "y",
        /// BE.
        UserRequest: "BE",
        /// BF.
        UserResponse: "BF",
        /// A type that the venue does not know.
        Other: "other",
    }
}

impl MsgTypeLabel {
    /// The label of a MsgType (35), whatever a peer sends.
    pub fn of(msg_type: &str) -> Self {
        let known = Self::ALL.iter().find(|label| label.text() == msg_type);
        known.copied().unwrap_or(Self::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fmt::Debug;

    fn check<L: Label + Debug>() {
        for (place, label) in L::ALL.iter().enumerate() {
            assert_eq!(label.place(), place, "{label:?}");
        }
        let texts: BTreeSet<_> = L::ALL.iter().map(|label| label.text()).collect();
        assert_eq!(texts.len(), L::ALL.len());
    }

    #[test]
    fn each_value_has_a_place_and_a_text_of_its_own() {
        check::<Limit>();
        check::<LogonResult>();
        check::<DisconnectLabel>();
        check::<RejectKind>();
        check::<Side>();
        check::<PasswordChange>();
        check::<Reload>();
        check::<MsgTypeLabel>();
    }

    #[test]
    fn a_message_type_that_is_not_known_is_another_one() {
        assert_eq!(MsgTypeLabel::of("D"), MsgTypeLabel::NewOrderSingle);
        assert_eq!(MsgTypeLabel::of("BF"), MsgTypeLabel::UserResponse);
        for unknown in ["", "d", "B", "other"] {
            assert_eq!(MsgTypeLabel::of(unknown), MsgTypeLabel::Other, "{unknown}");
        }
    }
}
