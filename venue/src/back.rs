//! The back office's side of the wiring: its configuration, its source of events, its errors in the venue's words.

use crate::config::Config;
use crate::config::layers::{Layers, without_password};
use crate::credentials::UserCredentials;
use crate::demo;
use crate::failure::Failure;
use crate::folder::DataFolder;
use crate::front::port;
use crate::passwords::Passwords;
use backoffice::Backoffice;
use backoffice::config as back;
use backoffice::consumer::local::{JournalEnd, LocalFeed};
use backoffice::consumer::source::EventSource;
use backoffice::error::Error;
use backoffice::readiness::Probe;
use exchange::health::Health;
use exchange::open::Exchange;
use futures_util::stream::{self, StreamExt};
use journal::participant::Password;
use prometheus::Registry;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The passwords that were made up for users.
const PASSWORDS: &str = "user-passwords.json";
/// The part that stands for the back office in `/health`.
const PART: &str = "backoffice";
/// How often the back office is asked how it is.
const PROBE_INTERVAL: Duration = Duration::from_secs(2);

/// The demo user.
pub struct DemoUser {
    /// What people are told.
    pub credentials: UserCredentials,
    /// Whether its password was made up just now: an older one, of a file that was lost, is not in force any more.
    is_new: bool,
}

/// The demo user, if there is one.
///
/// # Errors
/// [`Failure`] when its password can neither be found nor made.
pub fn demo_user(config: &Config, data: &DataFolder) -> Result<Option<DemoUser>, Failure> {
    if !config.has_demo() {
        return Ok(None);
    }
    let mut passwords = Passwords::open(&data.join(PASSWORDS))?;
    let password = passwords.of(demo::USER_EMAIL)?;
    let is_new = passwords.has_new();
    passwords.save()?;
    Ok(Some(DemoUser {
        credentials: UserCredentials {
            email: demo::USER_EMAIL.into(),
            password,
        },
        is_new,
    }))
}

/// The user as the back office takes it.
///
/// # Errors
/// [`Failure::Internal`] when a constant of the demo is wrong.
pub fn as_configured(user: &DemoUser) -> Result<back::DemoUserConfig, Failure> {
    let DemoUser {
        credentials: user,
        is_new,
    } = user;
    let wrong = |what: &str| Failure::Internal(format!("the demo user's {what} cannot be used"));
    let password = |p: &Password| backoffice::users::password::Password::new(p.reveal().to_owned());
    Ok(back::DemoUserConfig {
        email: user.email.parse().map_err(|_| wrong("e-mail address"))?,
        password: password(&user.password).ok_or_else(|| wrong("password"))?,
        account: demo::USER_ACCOUNT.parse().map_err(|_| wrong("account"))?,
        renew: *is_new,
    })
}

/// The bus of the same process as a source of events.
pub fn local_source(exchange: &Exchange) -> EventSource {
    let (bus, hub) = (exchange.bus(), exchange.hub());
    let end = JournalEnd {
        epoch: hub.epoch.to_string(),
        seq: hub.replayed,
    };
    EventSource::Local(LocalFeed::new(end, move |after_seq| {
        let reader = bus.subscribe(after_seq);
        stream::unfold(Some(reader), |reader| async move {
            let mut reader = reader?;
            match reader.next().await {
                Ok(envelopes) => Some((Ok(envelopes), Some(reader))),
                // The stream ends behind its error; the back office subscribes anew.
                Err(error) => Some((Err(error.to_string()), None)),
            }
        })
        .boxed()
    }))
}

/// Opens the back office; its figures go into `registry`.
///
/// # Errors
/// [`Failure`] naming what cannot be had.
pub async fn open(
    config: back::Config,
    source: EventSource,
    registry: &Registry,
    layers: &Layers,
) -> Result<Backoffice, Failure> {
    let listen = config.http.listen;
    let database = config.database.url.clone();
    let opened = backoffice::open(config, source, registry).await;
    opened.map_err(|error| match error {
        Error::Config {
            key: "http.listen",
            why,
        } => port("http.listen", listen, &io::Error::other(why)),
        Error::Config { key, why } => {
            let key = key
                .strip_prefix("control.")
                .map_or_else(|| key.to_owned(), |rest| format!("exchange.{rest}"));
            layers.misconfigured(&key, why).into()
        }
        other => unavailable(&other, &database),
    })
}

/// A database in a file is data of ours; every other is somebody's server.
fn unavailable(error: &Error, database: &str) -> Failure {
    match error {
        Error::Database(_) if database.starts_with("sqlite:") => {
            Failure::Data(format!("the back office's database ({database}): {error}"))
        }
        Error::Database(_) => {
            let address = without_password(database);
            Failure::Outside(format!("database.url: {address}: {error}"))
        }
        Error::JournalBehind { .. } => Failure::Data(error.to_string()),
        Error::Internal(_) => Failure::Internal(error.to_string()),
        _ => Failure::Outside(error.to_string()),
    }
}

/// A running back office.
pub struct Serving {
    address: SocketAddr,
    task: JoinHandle<Result<(), Error>>,
    mirroring: JoinHandle<()>,
    stop: CancellationToken,
}

impl Serving {
    /// Runs it; `health` tells from now on how it is.
    pub fn start(backoffice: Backoffice, health: Health) -> Self {
        let stop = CancellationToken::new();
        Self {
            address: backoffice.address(),
            mirroring: mirror(backoffice.probe(), health),
            task: tokio::spawn(backoffice.run(stop.clone().cancelled_owned())),
            stop,
        }
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until it ends without being told to, and says why.
    pub async fn ended(&mut self) -> Failure {
        match (&mut self.task).await {
            Ok(Ok(())) => Failure::Internal("the back office has stopped".into()),
            Ok(Err(error)) => Failure::Internal(format!("the back office has stopped: {error}")),
            Err(error) => Failure::Internal(error.to_string()),
        }
    }

    /// Finishes what is being answered, and ends it.
    ///
    /// # Errors
    /// [`Failure::Internal`] when it does not end well.
    pub async fn close(mut self) -> Result<(), Failure> {
        self.mirroring.abort();
        self.stop.cancel();
        if self.task.is_finished() {
            // [`Self::ended`] has told how.
            return Ok(());
        }
        match (&mut self.task).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Failure::Internal(format!("the back office: {error}"))),
            Err(error) => Err(Failure::Internal(error.to_string())),
        }
    }
}

/// Tells a health that is shown elsewhere how the back office is, until the task is aborted: at once when its consumer changes, and from
/// time to time.
fn mirror(probe: Probe, health: Health) -> JoinHandle<()> {
    // At once, so that nobody sees the venue ready before its back office has spoken.
    health.ail(PART, "the back office is starting");
    tokio::spawn(async move {
        let consumer = probe.consumer();
        let mut states = consumer.watch();
        loop {
            states.mark_unchanged();
            let reasons = probe.now().await.reasons();
            if reasons.is_empty() {
                health.recover(PART);
            } else {
                health.ail(PART, reasons.join("; "));
            }
            tokio::select! {
                // The cell is held here: it does not end.
                _ = states.changed() => {}
                () = tokio::time::sleep(PROBE_INTERVAL) => {}
            }
        }
    })
}
