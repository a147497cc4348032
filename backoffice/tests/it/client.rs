//! A client of the API: one connection a request, JSON out and in.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{HeaderMap, Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// The JSON of the body.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// The JSON of the body of an answer with this status.
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        if self.text.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    /// `(status, code, field)` of an error.
    pub(crate) fn error(&self) -> (u16, String, Option<String>) {
        let json = self.json();
        let text = |key: &str| json[key].as_str().map(str::to_owned);
        assert!(text("message").is_some_and(|m| !m.is_empty()), "{self:?}");
        (self.status, text("code").unwrap(), text("field"))
    }
}

/// A client, logged in or not.
#[derive(Clone)]
pub(crate) struct Client {
    address: SocketAddr,
    token: Option<String>,
}

impl Client {
    /// Of this address, not logged in.
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            token: None,
        }
    }

    /// The same client with this token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.into()),
            ..self.clone()
        }
    }

    /// Where it connects to.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The token of the session.
    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().unwrap()
    }

    /// Registers a user and logs in.
    pub(crate) async fn register(&self, email: &str) -> Self {
        let credentials = serde_json::json!({"email": email, "password": "correct horse battery"});
        self.post("/api/v1/auth/register", &credentials)
            .await
            .expect(201);
        self.login(email, "correct horse battery").await
    }

    /// Logs in.
    pub(crate) async fn login(&self, email: &str, password: &str) -> Self {
        let credentials = serde_json::json!({"email": email, "password": password});
        let login = self
            .post("/api/v1/auth/login", &credentials)
            .await
            .expect(200);
        self.with_token(login["access_token"].as_str().unwrap())
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Bytes::new()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_with(path, &[], body).await
    }

    /// With more headers.
    pub(crate) async fn post_with(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        let mut all = vec![(CONTENT_TYPE.as_str(), "application/json")];
        all.extend_from_slice(headers);
        self.send(Method::POST, path, &all, body.to_string().into())
            .await
    }

    /// Exactly this.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Answer {
        let tcp = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(tcp))
            .await
            .unwrap();
        let driver = tokio::spawn(connection);
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, "test");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Full::new(body)).unwrap();
        let response = sender.send_request(request).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        driver.abort();
        Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }
}
