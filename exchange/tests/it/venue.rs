//! What the tests of the doors share: a whole exchange on a folder of its own, with certificates, and FIX peers that say what they send
//! and check what they get. Every message is checked against the FIX 4.4 dictionary on the way.

use bytes::{Bytes, BytesMut};
use exchange::bootstrap::{Declared, bootstrap};
use exchange::calendar::Calendar;
use exchange::clock::{Clock, SystemClock};
use exchange::config::{CalendarConfig, ControlConfig, Durability, FixConfig, JournalConfig};
use exchange::control::{Control, ControlParts};
use exchange::gateway::{Gateway, GatewayParts};
use exchange::hub::{self, Hub, Running};
use exchange::revoked::Revoked;
use fix_engine::codec::body::Body;
use fix_engine::codec::message::Message;
use fix_engine::dictionary::Dictionary;
use fix_engine::io::client::{Client, ClientError, Target};
use fix_engine::io::tls::live::LiveTls;
use fix_engine::io::tls::{
    ClientCertificates, Fingerprint, Identity, client_config, server_config,
};
use fix_engine::session::config::SessionConfig;
use fix_engine::session::logon::Password;
use journal::disk::{Disk, Files};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, IsCa, Issuer,
    KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SanType, SerialNumber, date_time_ymd,
};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a test waits for something that must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The dictionary that peers check with.
pub(crate) static FIX44: LazyLock<Arc<Dictionary>> =
    LazyLock::new(|| Arc::new(exchange::gateway::own_fields::dictionary()));

/// The number of the next certificate.
static SERIAL: AtomicU64 = AtomicU64::new(1_000);

/// A certificate and its key, PEM.
pub(crate) struct Papers {
    serial: SerialNumber,
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Papers {
    pub(crate) fn identity(&self) -> Identity<'_> {
        Identity {
            certificates: self.certificate.as_bytes(),
            key: self.key.as_bytes(),
        }
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of_pem(self.certificate.as_bytes()).unwrap()
    }
}

/// An authority that signs.
pub(crate) struct Authority {
    pub(crate) certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params
            .distinguished_name
            .push(DnType::CommonName, "test authority");
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().pem();
        Self {
            certificate,
            issuer: Issuer::new(params, key),
        }
    }

    pub(crate) fn sign(&self, common_name: &str, unit: &str) -> Papers {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.subject_alt_names = vec![SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST))];
        params
            .distinguished_name
            .push(DnType::CommonName, common_name);
        params
            .distinguished_name
            .push(DnType::OrganizationalUnitName, unit);
        let serial = SerialNumber::from(SERIAL.fetch_add(1, Ordering::Relaxed));
        params.serial_number = Some(serial.clone());
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap().pem();
        Papers {
            serial,
            certificate,
            key: key.serialize_pem(),
        }
    }
}

impl Authority {
    /// A list that revokes these, PEM.
    pub(crate) fn revoke(&self, papers: &[&Papers]) -> String {
        let revoked = papers.iter().map(|papers| RevokedCertParams {
            serial_number: papers.serial.clone(),
            revocation_time: date_time_ymd(2026, 1, 1),
            reason_code: None,
            invalidity_date: None,
        });
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 1, 1),
            next_update: date_time_ymd(2096, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        list.signed_by(&self.issuer).unwrap().pem().unwrap()
    }
}

/// One authority for all tests.
pub(crate) static AUTHORITY: LazyLock<Authority> = LazyLock::new(Authority::new);

/// The certificate that is bound to TLS01 in every test venue.
pub(crate) static TLS01: LazyLock<Papers> =
    LazyLock::new(|| AUTHORITY.sign("TLS01", "participant"));

/// A venue with two instruments, four traders, a reader of market data and a certification participant.
pub(crate) fn declared() -> Declared {
    toml::from_str(&format!(
        r#"
        open_now = true
        instruments = [
            {{ symbol = "ACME", currency = "USD", tick = "0.01", lot = "1", min_qty = "1", max_qty = "100000", reference_px = "100" }},
            {{ symbol = "BOLT", currency = "USD", tick = "0.05", lot = "10", min_qty = "10", max_qty = "100000", reference_px = "20" }},
        ]
        accounts = [
            {{ name = "A1", cash = {{ USD = "1000000" }}, positions = {{ ACME = "100000", BOLT = "100000" }} }},
            {{ name = "A2", cash = {{ USD = "1000000" }}, positions = {{ ACME = "100000", BOLT = "100000" }} }},
            {{ name = "A3", cash = {{ USD = "1000000" }} }},
        ]
        participants = [
            {{ comp_id = "BOT01", password = "secret-BOT01", accounts = ["A1"] }},
            {{ comp_id = "BOT02", password = "secret-BOT02", accounts = ["A2"] }},
            {{ comp_id = "TWO01", password = "secret-TWO01", accounts = ["A2", "A3"] }},
            {{ comp_id = "TLS01", password = "secret-TLS01", accounts = ["A1"], client_cert = "required", cert_fingerprint = "{}" }},
            {{ comp_id = "MD01", password = "secret-MD01", orders = false }},
            {{ comp_id = "BLIND", password = "secret-BLIND", accounts = ["A3"], market_data = false }},
            {{ comp_id = "CERT01", password = "secret-CERT01", accounts = ["A1"], reset_on_logon = true }},
        ]
        "#,
        TLS01.fingerprint()
    ))
    .unwrap()
}

/// A running exchange with its doors.
pub(crate) struct Venue {
    pub(crate) hub: Hub,
    running: Running,
    pub(crate) gateway: Gateway,
    pub(crate) control: Control,
}

impl Venue {
    pub(crate) async fn open(data: &Path) -> Self {
        Self::open_with(data, |_| {}).await
    }

    pub(crate) async fn open_with(data: &Path, change: impl FnOnce(&mut FixConfig)) -> Self {
        let journal = JournalConfig {
            durability: Durability::Os,
            ..JournalConfig::default()
        };
        Self::open_on(data, journal, change).await
    }

    pub(crate) async fn open_on(
        data: &Path,
        journal: JournalConfig,
        change: impl FnOnce(&mut FixConfig),
    ) -> Self {
        let disk = Box::new(Files);
        Self::open_by(data, journal, disk, SystemClock::default(), change).await
    }

    /// A venue on this disk, that goes by this clock.
    pub(crate) async fn open_by(
        data: &Path,
        journal: JournalConfig,
        disk: Box<dyn Disk>,
        clock: impl Clock + Clone + 'static,
        change: impl FnOnce(&mut FixConfig),
    ) -> Self {
        let stamps = Box::new(clock.clone());
        let (hub, running) = hub::open(&journal, data, disk, stamps).unwrap();
        bootstrap(&hub, &declared()).await.unwrap();
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mut config = FixConfig {
            plain: any,
            tls: any,
            ..FixConfig::default()
        };
        change(&mut config);
        let server = AUTHORITY.sign("venue", "server");
        let authorities = AUTHORITY.certificate.as_bytes();
        let tls = |clients| LiveTls::new(server_config(server.identity(), clients).unwrap());
        let gateway = open_gateway(GatewayParts {
            config,
            calendar: Calendar::new(&CalendarConfig::default()).unwrap(),
            hub: hub.clone(),
            tls: tls(ClientCertificates::Optional { authorities }),
            revoked: Revoked::default(),
        })
        .await;
        let control = Control::open(ControlParts {
            config: ControlConfig { listen: any },
            tls: tls(ClientCertificates::Required { authorities }),
            revoked: Revoked::default(),
            hub: hub.clone(),
            roster: gateway.roster().clone(),
            view: gateway.view().clone(),
            clock: Box::new(clock),
        })
        .await
        .unwrap();
        hub.holds.settle();
        Self {
            hub,
            running,
            gateway,
            control,
        }
    }

    /// Closes in good order.
    pub(crate) async fn close(self) {
        self.control.shut_down().await;
        self.gateway.shut_down().await;
        self.running.shut_down().unwrap();
    }

    /// Drops the doors without a word, as a killed process would; the journal is free afterwards.
    pub(crate) fn kill(self) {
        self.without_doors().1.shut_down().unwrap();
    }

    /// Drops the doors without a word; the rest goes on.
    pub(crate) fn without_doors(self) -> (Hub, Running) {
        drop(self.control);
        drop(self.gateway);
        (self.hub, self.running)
    }

    pub(crate) fn target(&self) -> Target {
        Target::plain(self.gateway.plain())
    }

    /// A peer that has logged on.
    pub(crate) async fn peer(&self, comp_id: &str) -> Peer {
        let mut peer = Peer::new(comp_id, self.target());
        peer.connect().await;
        peer
    }

    /// A reader of market data that follows the status of an open instrument, as request `s`: statuses come beside reports, so it has a
    /// session of its own.
    pub(crate) async fn watcher(&self, symbol: &str) -> Peer {
        let mut reader = self.peer("MD01").await;
        reader.send("e", &format!("324=s|55={symbol}|263=1")).await;
        reader.expect("f", "324=s|326=17").await;
        reader
    }

    pub(crate) async fn raw(&self) -> Raw {
        Raw(TcpStream::connect(self.gateway.plain()).await.unwrap())
    }
}

/// The stores of a venue that was dropped are free once its tasks have ended: until then they are in use.
async fn open_gateway(parts: GatewayParts) -> Gateway {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let again = GatewayParts {
            config: parts.config.clone(),
            calendar: parts.calendar.clone(),
            hub: parts.hub.clone(),
            tls: parts.tls.clone(),
            revoked: parts.revoked.clone(),
        };
        match Gateway::open(again).await {
            Ok(gateway) => return gateway,
            Err(error) => {
                let in_use = error.to_string().contains("in use");
                assert!(in_use && tokio::time::Instant::now() < deadline, "{error}");
                tokio::task::yield_now().await;
            }
        }
    }
}

/// The body of a message from `tag=value|tag=value`.
pub(crate) fn body(msg_type: &'static str, fields: &str) -> Body {
    let mut body = Body::new(msg_type);
    for field in fields.split('|').filter(|field| !field.is_empty()) {
        let (tag, value) = field.split_once('=').unwrap();
        let tag: u32 = tag.parse().unwrap();
        if tag == 97 {
            body.push_head(tag, value);
        } else {
            body.push(tag, value);
        }
    }
    body
}

/// Checks that a message is of a type and has these fields: `tag=value`, or `tag!` for one that must be absent.
#[track_caller]
pub(crate) fn check(message: &Message, msg_type: &str, fields: &str) {
    assert_eq!(message.msg_type(), msg_type, "{}", message.to_pipe());
    for field in fields.split('|').filter(|field| !field.is_empty()) {
        if let Some(absent) = field.strip_suffix('!') {
            let tag: u32 = absent.parse().unwrap();
            assert!(!message.has(tag), "{tag} in {}", message.to_pipe());
            continue;
        }
        let (tag, value) = field.split_once('=').unwrap();
        let found = message.text(tag.parse().unwrap());
        assert_eq!(found, Some(value), "tag {tag} in {}", message.to_pipe());
    }
}

/// Now, as FIX writes it.
pub(crate) fn now() -> String {
    let now = fix_engine::io::clock::now().to_string();
    now[..21].to_owned()
}

/// A participant's FIX engine.
pub(crate) struct Peer(pub(crate) Client);

impl Peer {
    pub(crate) fn new(comp_id: &str, target: Target) -> Self {
        Self(Client::new(target, Self::config(comp_id)))
    }

    pub(crate) fn config(comp_id: &str) -> SessionConfig {
        let mut config =
            SessionConfig::initiator(comp_id, "LOGGIA").with_dictionary(Arc::clone(&FIX44));
        config.username = Some(comp_id.to_owned());
        config.password = Some(Password::new(format!("secret-{comp_id}")));
        config.heart_bt_int_secs = 30;
        config
    }

    pub(crate) async fn connect(&mut self) {
        timeout(PATIENCE, self.0.connect()).await.unwrap().unwrap();
    }

    /// Connects and says why it cannot.
    pub(crate) async fn refused(&mut self) -> ClientError {
        let outcome = timeout(PATIENCE, self.0.connect()).await.unwrap();
        outcome.expect_err("the logon is refused")
    }

    pub(crate) async fn send(&mut self, msg_type: &'static str, fields: &str) {
        self.0.send(body(msg_type, fields)).await.unwrap();
    }

    /// The next application message.
    pub(crate) async fn next(&mut self) -> Message {
        timeout(PATIENCE, self.0.next())
            .await
            .expect("a message comes in time")
            .unwrap()
    }

    /// The next application message, checked.
    #[track_caller]
    pub(crate) fn expect<'a>(
        &'a mut self,
        msg_type: &'a str,
        fields: &'a str,
    ) -> impl Future<Output = Message> + 'a {
        let place = std::panic::Location::caller();
        async move {
            let message = self.next().await;
            let checked = std::panic::catch_unwind(|| check(&message, msg_type, fields));
            assert!(checked.is_ok(), "expected at {place}");
            message
        }
    }

    /// An order of ACME with these fields.
    pub(crate) async fn enter(&mut self, fields: &str) {
        let order = format!("{fields}|55=ACME|60={}", now());
        self.send("D", &order).await;
    }

    /// A limit order of ACME.
    pub(crate) async fn limit(&mut self, id: &str, side: char, qty: &str, price: &str) {
        let order = format!("11={id}|54={side}|38={qty}|40=2|44={price}");
        self.enter(&order).await;
    }

    /// A limit order of ACME that is acknowledged.
    pub(crate) async fn rest(&mut self, id: &str, side: char, qty: &str, price: &str) -> String {
        self.limit(id, side, qty, price).await;
        let expected = format!("150=0|39=0|11={id}|38={qty}|151={qty}|14=0|6=0");
        let message = self.expect("8", &expected).await;
        message.text(37).unwrap().to_owned()
    }
}

/// A socket without a FIX engine.
pub(crate) struct Raw(pub(crate) TcpStream);

impl Raw {
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// A message from pipes, with BodyLength and CheckSum computed.
    pub(crate) async fn send_message(&mut self, fields: &str) {
        let message = Message::from_pipe(fields).unwrap();
        self.send(message.bytes()).await;
    }

    /// What comes next.
    pub(crate) async fn some(&mut self) -> String {
        let mut bytes = BytesMut::new();
        let read = timeout(PATIENCE, self.0.read_buf(&mut bytes)).await;
        read.expect("something comes").unwrap();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    /// Everything that comes until the venue closes the connection.
    pub(crate) async fn until_closed(&mut self) -> Bytes {
        let mut bytes = BytesMut::new();
        let closed = timeout(PATIENCE, async {
            loop {
                match self.0.read_buf(&mut bytes).await {
                    Ok(0) | Err(_) => return,
                    Ok(_) => {}
                }
            }
        });
        closed.await.expect("the venue closes the connection");
        bytes.freeze()
    }
}

/// A TLS target with an optional client certificate.
pub(crate) fn tls_target(address: SocketAddr, papers: Option<&Papers>) -> Target {
    let authority = AUTHORITY.certificate.as_bytes();
    let config = client_config(authority, papers.map(Papers::identity)).unwrap();
    Target::tls(address, config)
}

/// Waits until `holds`, or fails.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while !holds() {
        assert!(tokio::time::Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}
