//! [`LiveTls`]: a port's TLS that can be replaced while it is open: a renewed certificate, a longer revocation list, another
//! authority. In: configurations. Out: the newest one, for the next connection.

use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use tokio_rustls::TlsAcceptor;

/// The configuration of a port, replaceable. Cheap to clone; all clones are one.
///
/// Connections that stand keep what they were made with. Nobody resumes an older connection past a replacement: the memory of
/// connections that can be resumed belongs to the configuration and goes with it.
#[derive(Debug, Clone)]
pub struct LiveTls(Arc<RwLock<Arc<ServerConfig>>>);

impl LiveTls {
    /// Begins with this configuration.
    #[must_use]
    pub fn new(config: Arc<ServerConfig>) -> LiveTls {
        LiveTls(Arc::new(RwLock::new(config)))
    }

    /// Every connection from now on gets `config`.
    pub fn replace(&self, config: Arc<ServerConfig>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = config;
    }

    /// What a connection that comes now gets.
    #[must_use]
    pub fn acceptor(&self) -> TlsAcceptor {
        let config = self.0.read().unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(Arc::clone(&config))
    }
}
