//! [`Connection`]: where the exchange is and who asks, put together from flags and the credentials file. No socket here.

use crate::args::Reach;
use crate::failure::Failure;
use hyper::Uri;
use rustls_pki_types::ServerName;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where a venue with default settings has its control port.
pub const DEFAULT_SERVER: &str = "https://127.0.0.1:9443";
/// Where a venue that was started in this folder with default settings writes its credentials.
pub const DEFAULT_CREDENTIALS: &str = "loggia-data/credentials.json";
const DEFAULT_PORT: u16 = 9443;

/// Everything that is needed to ask the exchange.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Host name or IP address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// The name that the server's certificate must carry.
    pub name: ServerName<'static>,
    /// PEM file of the CA.
    pub ca: PathBuf,
    /// PEM file of our certificate.
    pub cert: PathBuf,
    /// PEM file of our key.
    pub key: PathBuf,
    /// For the whole exchange of one request and its answer.
    pub timeout: Duration,
}

/// The part of credentials.json that matters here.
#[derive(Debug, Deserialize)]
struct Credentials {
    control: String,
    ca: PathBuf,
    operator: Identity,
}

#[derive(Debug, Deserialize)]
struct Identity {
    cert: PathBuf,
    key: PathBuf,
}

impl Connection {
    /// Puts flags over the credentials file over defaults.
    ///
    /// # Errors
    /// [`Failure::Usage`] when something is missing or malformed.
    pub fn resolve(reach: &Reach) -> Result<Self, Failure> {
        let found = credentials(reach)?;
        let server = reach
            .server
            .clone()
            .or_else(|| found.as_ref().map(|c| format!("https://{}", c.control)))
            .unwrap_or_else(|| DEFAULT_SERVER.to_owned());
        let (host, port, name) = address(&server)?;
        let (ca, identity) = found.map_or((None, None), |c| (Some(c.ca), Some(c.operator)));
        let (cert, key) = match (reach.cert.clone(), reach.key.clone(), identity) {
            (Some(cert), Some(key), _) => (cert, key),
            (None, None, Some(identity)) => (identity.cert, identity.key),
            (None, None, None) => return Err(missing("a client certificate", "--cert and --key")),
            _ => {
                return Err(Failure::Usage(
                    "--cert and --key belong together: give both".into(),
                ));
            }
        };
        Ok(Self {
            host,
            port,
            name,
            ca: reach
                .ca
                .clone()
                .or(ca)
                .ok_or_else(|| missing("the CA of the exchange", "--ca"))?,
            cert,
            key,
            timeout: Duration::from_secs(reach.timeout_secs),
        })
    }

    /// The address as people write it.
    pub fn server(&self) -> String {
        if self.host.contains(':') {
            format!("https://[{}]:{}", self.host, self.port)
        } else {
            format!("https://{}:{}", self.host, self.port)
        }
    }
}

/// The credentials file that was named, or the default one when it is there and needed.
fn credentials(reach: &Reach) -> Result<Option<Credentials>, Failure> {
    if let Some(path) = &reach.credentials {
        return read(path).map(Some);
    }
    let complete = reach.ca.is_some() && reach.cert.is_some() && reach.key.is_some();
    let default = Path::new(DEFAULT_CREDENTIALS);
    if complete || !default.exists() {
        return Ok(None);
    }
    read(default).map(Some)
}

fn read(path: &Path) -> Result<Credentials, Failure> {
    let wrong = |why: String| Failure::Usage(format!("credentials {}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| wrong(e.to_string()))?;
    serde_json::from_str(&text).map_err(|e| wrong(e.to_string()))
}

fn address(server: &str) -> Result<(String, u16, ServerName<'static>), Failure> {
    let wrong =
        |why: &str| Failure::Usage(format!("--server {server}: {why}, like {DEFAULT_SERVER}"));
    let uri: Uri = server.parse().map_err(|_| wrong("must be an address"))?;
    if uri.scheme_str() != Some("https") {
        return Err(wrong("must begin with https://"));
    }
    if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
        return Err(wrong("must be only scheme, host and port"));
    }
    let host = uri.host().ok_or_else(|| wrong("must name a host"))?;
    let host = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned();
    let name = ServerName::try_from(host.clone())
        .map_err(|_| wrong("the host must be a name or an IP"))?;
    Ok((host, uri.port_u16().unwrap_or(DEFAULT_PORT), name))
}

fn missing(what: &str, flags: &str) -> Failure {
    Failure::Usage(format!(
        "{what} is needed: give {flags}, or --credentials DATA/credentials.json of a development venue"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let ok = [
            ("https://127.0.0.1:9443", "127.0.0.1", 9443),
            ("https://[::1]:1", "::1", 1),
            ("https://exchange.example/", "exchange.example", 9443),
        ];
        for (text, host, port) in ok {
            let (h, p, _) = address(text).unwrap();
            assert_eq!((h.as_str(), p), (host, port), "{text}");
        }
        for text in [
            "http://127.0.0.1:9443",
            "127.0.0.1:9443",
            "https://",
            "https://h/v1",
            "https://h?x",
            "ftp://h",
            "",
        ] {
            assert!(
                matches!(address(text), Err(Failure::Usage(_))),
                "{text} must be refused"
            );
        }
    }

    #[test]
    fn flags_win_over_the_file_and_halves_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("credentials.json");
        std::fs::write(
            &file,
            r#"{"control":"127.0.0.1:5","ca":"/a","operator":{"cert":"/c","key":"/k"},"more":1}"#,
        )
        .unwrap();
        let reach = Reach {
            credentials: Some(file),
            timeout_secs: 10,
            ..Reach::default()
        };
        let from_file = Connection::resolve(&reach).unwrap();
        assert_eq!(from_file.server(), "https://127.0.0.1:5");
        assert_eq!(from_file.cert, Path::new("/c"));
        let flags = Reach {
            server: Some("https://[::1]:7".into()),
            ca: Some("/other".into()),
            ..reach.clone()
        };
        let both = Connection::resolve(&flags).unwrap();
        assert_eq!(both.server(), "https://[::1]:7");
        assert_eq!(both.ca, Path::new("/other"));
        let half = Reach {
            cert: Some("/only".into()),
            ..reach
        };
        assert!(matches!(Connection::resolve(&half), Err(Failure::Usage(_))));
    }
}
