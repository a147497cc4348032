//! Where a conversation stands (FIX 4.4 vol. 2, «Session protocol»). Plain data.

/// The states of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// No connection.
    Disconnected,
    /// Connected; the peer's Logon (A), or its answer to ours, has not come.
    AwaitingLogon,
    /// Both Logons are exchanged.
    LoggedOn,
    /// This side sent a Logon with ResetSeqNumFlag (141) while logged on; everything but its answer is void.
    AwaitingReset,
    /// This side sent Logout (5) in good order; messages are still taken until the peer answers.
    LoggingOut,
    /// This side sent Logout (5) because of a fault; only the peer's Logout counts.
    Refusing,
}

impl State {
    /// Whether messages are sequenced and taken.
    pub(super) fn takes_messages(self) -> bool {
        matches!(self, State::LoggedOn | State::LoggingOut)
    }
}
