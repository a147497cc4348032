//! The arguments of `session …`, `audit` and `fix tail`. Text in, plain data out.

use clap::{Args, Subcommand, ValueEnum};
use market::control::session::{CertPolicy, Reason};
use market::id::{AccountName, CompId};
use std::path::PathBuf;

/// `session …`.
#[derive(Debug, Subcommand)]
pub enum Session {
    /// Show a participant with its session.
    Show {
        /// CompID.
        comp_id: CompId,
    },
    /// Add a participant; it can log on when this is done. Its password is made up and printed, unless one is given.
    Add(Box<Add>),
    /// Change a participant; what is not said stays. Rights and accounts count at once, the rest at the next logon.
    Change(Box<Change>),
    /// Log a session out and refuse its logons until it is enabled again.
    Disable {
        /// CompID.
        comp_id: CompId,
        /// Why, told to the participant: 1 to 80 printable characters.
        #[arg(long)]
        reason: Reason,
        /// Cancel its resting orders; else they stay.
        #[arg(long)]
        cancel_orders: bool,
    },
    /// Take the logons of a disabled participant again.
    Enable {
        /// CompID.
        comp_id: CompId,
    },
    /// Remove a participant: its session ends, its orders are cancelled, its CompID is unknown to logons.
    Remove {
        /// CompID.
        comp_id: CompId,
        /// Leave its resting orders until they trade or their time is over.
        #[arg(long)]
        keep_orders: bool,
    },
    /// Set both sequence numbers back to 1: at once with the peer's consent, or at its next logon.
    Reset {
        /// CompID.
        comp_id: CompId,
    },
    /// Set sequence numbers.
    #[command(group = clap::ArgGroup::new("numbers").required(true).multiple(true))]
    SetNumbers {
        /// CompID.
        comp_id: CompId,
        /// The next MsgSeqNum expected from the peer.
        #[arg(long, value_name = "N", group = "numbers")]
        next_in: Option<u64>,
        /// The next MsgSeqNum to the peer: only upwards, those left out are gap-filled.
        #[arg(long, value_name = "N", group = "numbers")]
        next_out: Option<u64>,
    },
    /// Log a session out; it may come back.
    Logout {
        /// CompID.
        comp_id: CompId,
        /// Text of the Logout: 1 to 80 printable characters.
        #[arg(long)]
        text: Option<Reason>,
    },
}

/// `session add`.
#[derive(Debug, Args)]
pub struct Add {
    /// CompID and username, 1 to 20 printable characters.
    pub comp_id: CompId,
    /// An account that it may trade for; may be given several times.
    #[arg(long = "account", value_name = "NAME")]
    pub accounts: Vec<AccountName>,
    /// It may not enter orders.
    #[arg(long)]
    pub no_orders: bool,
    /// It may not ask for market data.
    #[arg(long)]
    pub no_market_data: bool,
    /// Every logon starts at MsgSeqNum 1 (for certification).
    #[arg(long)]
    pub reset_on_logon: bool,
    /// Its password.
    #[command(flatten)]
    pub password: PasswordFrom,
    /// Its certificate and networks.
    #[command(flatten)]
    pub proof: Proof,
}

/// `session change`.
#[derive(Debug, Args)]
pub struct Change {
    /// CompID.
    pub comp_id: CompId,
    /// An account that it may trade for from now on; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub add_account: Vec<AccountName>,
    /// An account that it may not trade for any more; may be given several times.
    #[arg(long, value_name = "NAME")]
    pub remove_account: Vec<AccountName>,
    /// Whether it may enter orders.
    #[arg(long, value_name = "true|false")]
    pub orders: Option<bool>,
    /// Whether it may ask for market data.
    #[arg(long, value_name = "true|false")]
    pub market_data: Option<bool>,
    /// Whether every logon starts at MsgSeqNum 1.
    #[arg(long, value_name = "true|false")]
    pub reset_on_logon: Option<bool>,
    /// Have a new password made up, and print it.
    #[arg(long, conflicts_with_all = ["password_stdin", "password_env"])]
    pub new_password: bool,
    /// Its password.
    #[command(flatten)]
    pub password: PasswordFrom,
    /// Its certificate and networks.
    #[command(flatten)]
    pub proof: Proof,
}

/// Where a password comes from: never from the command line, which others can see.
#[derive(Debug, Default, Args)]
#[group(multiple = false)]
pub struct PasswordFrom {
    /// Read the password from standard input, its first line.
    #[arg(long)]
    pub password_stdin: bool,
    /// Take the password from this environment variable.
    #[arg(long, value_name = "NAME")]
    pub password_env: Option<String>,
}

/// How a participant proves who it is, besides its password.
#[derive(Debug, Default, Args)]
pub struct Proof {
    /// Whether a TLS connection must show the certificate that is bound to it [new participants: optional].
    #[arg(long, value_enum)]
    pub client_cert: Option<ClientCert>,
    /// Bind the certificate of this PEM file, by its fingerprint.
    #[arg(long, value_name = "FILE", conflicts_with = "cert_fingerprint")]
    pub client_cert_file: Option<PathBuf>,
    /// Bind the certificate with this SHA-256, 64 hex digits; an empty text unbinds it.
    #[arg(long, value_name = "HEX")]
    pub cert_fingerprint: Option<String>,
    /// Bind certificates whose subject says so, for instance CN=DESK1; an empty text unbinds them.
    #[arg(long, value_name = "SUBJECT")]
    pub cert_subject: Option<String>,
    /// A network that it may log on from, for instance 10.1.0.0/16; may be given several times.
    #[arg(long = "network", value_name = "NETWORK")]
    pub networks: Vec<String>,
    /// Days after which a password is good no more; 0 for never.
    #[arg(long, value_name = "DAYS")]
    pub password_max_age_days: Option<u32>,
}

/// Whether a client certificate must be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ClientCert {
    /// No logon without it.
    Required,
    /// One that is shown must be the bound one.
    Optional,
    /// Not looked at.
    Off,
}

impl From<ClientCert> for CertPolicy {
    fn from(policy: ClientCert) -> Self {
        match policy {
            ClientCert::Required => Self::Required,
            ClientCert::Optional => Self::Optional,
            ClientCert::Off => Self::Off,
        }
    }
}

/// `fix tail`.
#[derive(Debug, Args)]
pub struct Tail {
    /// CompID.
    pub comp_id: CompId,
    /// Only messages of the session itself: Logon, Heartbeat, ResendRequest …
    #[arg(long, conflicts_with = "app")]
    pub admin: bool,
    /// Only messages of the application: orders, reports, market data …
    #[arg(long)]
    pub app: bool,
    /// End after this many messages.
    #[arg(long, value_name = "N")]
    pub count: Option<u64>,
}
