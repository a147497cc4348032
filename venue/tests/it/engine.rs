//! [`Engine`]: the FIX engines that we did not write. In: which one. Out: the command that starts its client; all take the same
//! arguments and lines of JSON (`tests/clients/README.md`).

use crate::harness::{provided, repository};
use std::process::Command;

/// A FIX engine with a client for the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// QuickFIX, the one in C++, from Python.
    QuickFix,
    /// QuickFIX/J, the one in Java.
    QuickFixJ,
    /// quickfixgo, the one in Go.
    QuickFixGo,
}

impl Engine {
    /// Starts its client, arguments to follow.
    pub(crate) fn client(self) -> Command {
        match self {
            Self::QuickFix => {
                let mut command = Command::new(provided("LOGGIA_TEST_PYTHON"));
                command.arg(repository("tests/clients/fix_client.py"));
                command
            }
            Self::QuickFixJ => {
                let mut command = Command::new("java");
                command.args(["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]);
                command.args(["-cp", &provided("LOGGIA_TEST_QUICKFIXJ"), "FixPeer"]);
                command
            }
            Self::QuickFixGo => Command::new(provided("LOGGIA_TEST_QUICKFIXGO")),
        }
    }
}
