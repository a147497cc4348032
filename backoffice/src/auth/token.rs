//! Access tokens: JWS with HMAC-SHA-256 and no other algorithm. The key is a file of its own, made at the first start.

use crate::error::Error;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use uuid::Uuid;

const ISSUER: &str = "loggia";
const AUDIENCE: &str = "loggia-api";
const KEY_BYTES: usize = 32;
/// Longest text that is looked at as a token, in bytes.
const TOKEN_BYTES_MAX: usize = 2048;

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who made it.
    pub iss: String,
    /// Whom it is for.
    pub aud: String,
    /// The user.
    pub sub: Uuid,
    /// The session.
    pub jti: Uuid,
    /// When it was made, in seconds since the Unix epoch.
    pub iat: u64,
    /// From when on it is refused, in seconds since the Unix epoch.
    pub exp: u64,
}

impl Claims {
    /// Claims of a session that begins now.
    pub fn new(user: Uuid, session: Uuid, now_secs: u64, ttl_secs: u64) -> Self {
        Self {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            sub: user,
            jti: session,
            iat: now_secs,
            exp: now_secs + ttl_secs,
        }
    }
}

/// A signed token. Its `Debug` is redacted.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken(String);

impl AccessToken {
    /// The text, for its owner only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(…)")
    }
}

/// The key that signs. Its `Debug` is redacted.
#[derive(Clone)]
pub struct TokenKey(Arc<(EncodingKey, DecodingKey)>);

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(…)")
    }
}

impl TokenKey {
    /// The key of these bytes.
    pub fn from_bytes(bytes: &[u8; KEY_BYTES]) -> Self {
        let keys = (
            EncodingKey::from_secret(bytes),
            DecodingKey::from_secret(bytes),
        );
        Self(Arc::new(keys))
    }

    /// The key in `file` (64 hex digits). A missing file is made with a random key, mode 0600.
    ///
    /// # Errors
    /// When the file can neither be read nor made, or does not hold a key.
    pub fn from_file(file: &Path) -> Result<Self, Error> {
        let wrong = |why: String| Error::Config {
            key: "token.key_file",
            why: format!("{}: {why}", file.display()),
        };
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                make(file).map_err(|e| wrong(e.to_string()))?
            }
            Err(e) => return Err(wrong(e.to_string())),
        };
        let bytes = hex::decode(text.trim()).unwrap_or_default();
        let bytes = <[u8; KEY_BYTES]>::try_from(bytes)
            .map_err(|_| wrong("does not hold 64 hex digits".into()))?;
        Ok(Self::from_bytes(&bytes))
    }

    /// The signed text of these claims.
    ///
    /// # Errors
    /// When signing fails, which a key of bytes does not.
    pub fn sign(&self, claims: &Claims) -> Result<AccessToken, Error> {
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &self.0.0)
            .map(AccessToken)
            .map_err(|_| Error::Internal("a token could not be signed"))
    }

    /// The claims of a token that this key signed and that is not over at `now_secs`.
    ///
    /// # Errors
    /// [`Error::NotLoggedIn`] for everything else: another algorithm, key, issuer or audience, or expired.
    pub fn open(&self, token: &str, now_secs: u64) -> Result<Claims, Error> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(Error::NotLoggedIn);
        }
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        rules.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.0.1, &rules)
            .map_err(|_| Error::NotLoggedIn)?
            .claims;
        if now_secs < claims.exp {
            Ok(claims)
        } else {
            Err(Error::NotLoggedIn)
        }
    }
}

fn make(file: &Path) -> std::io::Result<String> {
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    let text = hex::encode(bytes);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut made = options.open(file)?;
    made.write_all(text.as_bytes())?;
    made.sync_all()?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    fn key() -> TokenKey {
        TokenKey::from_bytes(&[7; KEY_BYTES])
    }

    fn claims() -> Claims {
        Claims::new(Uuid::from_u128(1), Uuid::from_u128(2), 1000, 900)
    }

    #[test]
    fn lives_until_its_end_and_not_a_second_longer() {
        let token = key().sign(&claims()).unwrap();
        assert_eq!(key().open(token.expose(), 1899).unwrap(), claims());
        assert!(key().open(token.expose(), 1900).is_err());
        assert_eq!(
            format!("{token:?} {:?}", key()),
            "AccessToken(…) TokenKey(…)"
        );
    }

    #[test]
    fn everything_else_is_refused() {
        let open = |text: &str| key().open(text, 1001).is_ok();
        let token = key().sign(&claims()).unwrap();
        let (_, rest) = token.expose().split_once('.').unwrap();
        let (body, signature) = rest.split_once('.').unwrap();
        let header = |json: &str| URL_SAFE_NO_PAD.encode(json);
        assert!(open(token.expose()));
        assert!(!open(""));
        assert!(!open("a.b.c"));
        assert!(!open(&"x".repeat(3000)));
        assert!(!open(&format!("{}.{body}.", header(r#"{"alg":"none"}"#))));
        assert!(!open(&format!(
            "{}.{body}.{signature}",
            header(r#"{"alg":"HS512"}"#)
        )));
        let forged = serde_json::to_vec(&Claims::new(Uuid::from_u128(9), claims().jti, 1000, 900));
        let forged = URL_SAFE_NO_PAD.encode(forged.unwrap());
        let head = token.expose().split('.').next().unwrap();
        assert!(!open(&format!("{head}.{forged}.{signature}")));
        let other = TokenKey::from_bytes(&[8; KEY_BYTES])
            .sign(&claims())
            .unwrap();
        assert!(!open(other.expose()));
        for (iss, aud) in [("other", AUDIENCE), (ISSUER, "other")] {
            let strange = Claims {
                iss: iss.into(),
                aud: aud.into(),
                ..claims()
            };
            assert!(!open(key().sign(&strange).unwrap().expose()), "{iss} {aud}");
        }
    }

    #[test]
    fn the_key_file_is_made_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token.key");
        let token = TokenKey::from_file(&file).unwrap().sign(&claims()).unwrap();
        let again = TokenKey::from_file(&file).unwrap();
        assert!(again.open(token.expose(), 1001).is_ok());
        std::fs::write(&file, "short").unwrap();
        let error = TokenKey::from_file(&file).unwrap_err().to_string();
        assert!(
            error.contains("token.key_file") && error.contains("64 hex digits"),
            "{error}"
        );
    }
}
