//! What is wrong with certificates or keys; the operator is to blame. Plain data.

use thiserror::Error;

/// What is wrong with certificates or keys; the operator is to blame.
#[derive(Debug, Error)]
pub enum TlsError {
    /// The PEM text has no certificate, key or revocation list, or a malformed one.
    #[error("{what}: {why}")]
    Pem {
        /// Which text.
        what: &'static str,
        /// What is wrong.
        why: String,
    },
    /// rustls refuses certificates and key.
    #[error("certificate and key cannot be used: {0}")]
    Unusable(String),
}
