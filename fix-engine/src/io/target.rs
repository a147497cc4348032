//! [`Target`]: where an initiator connects to, plain or with TLS. In: a name or an address. Out: a stream. No word of FIX.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::BytesMut;
use rustls_pki_types::{InvalidDnsNameError, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::io::link::Peer;
use crate::io::stream::Stream;

/// Where an initiator connects to.
#[derive(Debug, Clone)]
pub struct Target {
    host: Host,
    /// TLS, and the name that the server's certificate must have; `None` for a plain connection.
    tls: Option<(Arc<rustls::ClientConfig>, ServerName<'static>)>,
}

#[derive(Debug, Clone)]
enum Host {
    Address(SocketAddr),
    Name { name: String, port: u16 },
}

impl Target {
    /// A plain connection.
    #[must_use]
    pub fn plain(address: SocketAddr) -> Target {
        Target {
            host: Host::Address(address),
            tls: None,
        }
    }

    /// A plain connection to a host by its name; it is looked up at each connection, and every address it has is tried.
    #[must_use]
    pub fn named(name: impl Into<String>, port: u16) -> Target {
        let name = name.into();
        Target {
            host: Host::Name { name, port },
            tls: None,
        }
    }

    /// A connection with TLS to a server whose certificate names its IP address.
    #[must_use]
    pub fn tls(address: SocketAddr, config: Arc<rustls::ClientConfig>) -> Target {
        Target {
            host: Host::Address(address),
            tls: Some((config, ServerName::from(address.ip()))),
        }
    }

    /// A connection with TLS to a host by its name, which is sent along (SNI) and which the server's certificate must have.
    ///
    /// # Errors
    /// The name is no DNS name.
    pub fn tls_named(
        name: impl Into<String>,
        port: u16,
        config: Arc<rustls::ClientConfig>,
    ) -> Result<Target, InvalidDnsNameError> {
        let name = name.into();
        let server_name = ServerName::try_from(name.clone())?;
        Ok(Target {
            host: Host::Name { name, port },
            tls: Some((config, server_name)),
        })
    }

    /// The same with another name for the server's certificate and for SNI than where it is: behind a tunnel, for instance. Changes
    /// nothing for a plain connection.
    ///
    /// # Errors
    /// The name is no DNS name.
    pub fn with_server_name(mut self, name: &str) -> Result<Target, InvalidDnsNameError> {
        let name = ServerName::try_from(name.to_owned())?;
        self.tls = self.tls.map(|(config, _)| (config, name));
        Ok(self)
    }

    /// Connects.
    ///
    /// # Errors
    /// What the operating system or TLS says.
    pub async fn connect(&self) -> io::Result<Peer> {
        let tcp = match &self.host {
            Host::Address(address) => TcpStream::connect(address).await?,
            Host::Name { name, port } => TcpStream::connect((name.as_str(), *port)).await?,
        };
        tcp.set_nodelay(true)?;
        let address = tcp.peer_addr()?;
        let stream = match &self.tls {
            None => Stream::Plain(tcp),
            Some((config, name)) => {
                let connector = TlsConnector::from(Arc::clone(config));
                let stream = connector.connect(name.clone(), tcp).await?;
                Stream::Tls(Box::new(stream.into()))
            }
        };
        Ok(Peer {
            stream,
            unread: BytesMut::new(),
            bytes_in: 0,
            address,
            permit: None,
        })
    }
}

impl fmt::Display for Target {
    /// `HOST:PORT`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Address(address) => write!(out, "{address}"),
            Host::Name { name, port } => write!(out, "{name}:{port}"),
        }
    }
}
