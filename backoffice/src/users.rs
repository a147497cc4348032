//! Users: who they are and how they prove it. An e-mail address (normalised) and an argon2id hash; nothing else is kept.

pub mod email;
pub mod hashing;
pub mod password;

use crate::clock;
use crate::db::retry::in_tx;
use crate::db::{Db, Tx};
use crate::error::Error;
use email::Email;
use hashing::Hasher;
use password::Password;
use sqlx::FromRow;
use uuid::Uuid;

/// A user as others see it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct User {
    /// Id.
    pub id: Uuid,
    /// Login.
    pub email: String,
    /// When it was made, in microseconds since the Unix epoch.
    pub created_us: i64,
}

/// Makes a user.
///
/// # Errors
/// [`Error::Unprocessable`] when the password is too short, [`Error::Conflict`] when the address is taken.
pub async fn register(
    db: &Db,
    hasher: &Hasher,
    email: &Email,
    password: Password,
) -> Result<User, Error> {
    if !password.is_long_enough() {
        return Err(Error::Unprocessable {
            code: "weak_password",
            field: Some("password"),
            message: format!(
                "a new password has at least {} bytes",
                password::NEW_BYTES_MIN
            ),
        });
    }
    let hash = hasher.hash(password).await?;
    let user = User {
        id: Uuid::now_v7(),
        email: email.as_str().to_owned(),
        created_us: clock::now_us(),
    };
    let made = in_tx!(db, |tx| insert(tx, &user, &hash).await?)?;
    if made {
        Ok(user)
    } else {
        Err(Error::Conflict {
            code: "email_taken",
            message: "this e-mail address is registered already".into(),
        })
    }
}

async fn insert(tx: &mut Tx, user: &User, hash: &str) -> Result<bool, Error> {
    let rows = tx
        .q("INSERT INTO users (id, email, password_hash, created_us) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
        .bind(user.id)
        .bind(user.email.clone())
        .bind(hash.to_owned())
        .bind(user.created_us)
        .exec()
        .await?;
    Ok(rows == 1)
}

/// Whose address and password these are. Takes the same time whether the address is known or not.
///
/// # Errors
/// [`Error::BadCredentials`] for both an unknown address and a wrong password.
pub async fn authenticate(
    db: &Db,
    hasher: &Hasher,
    email: &Email,
    password: Password,
) -> Result<Uuid, Error> {
    let mut tx = db.read().await?;
    let known: Option<(Uuid, String)> = tx
        .q("SELECT id, password_hash FROM users WHERE email = $1")
        .bind(email.as_str().to_owned())
        .opt()
        .await?;
    tx.rollback().await?;
    let (id, hash) = known.map_or((None, None), |(id, hash)| (Some(id), Some(hash)));
    let right = hasher.verify(password, hash).await?;
    match id {
        Some(id) if right => Ok(id),
        _ => Err(Error::BadCredentials),
    }
}

/// The user with this id.
///
/// # Errors
/// [`Error::NotLoggedIn`] when there is none (its token outlived it).
pub async fn by_id(tx: &mut Tx, id: Uuid) -> Result<User, Error> {
    tx.q("SELECT id, email, created_us FROM users WHERE id = $1")
        .bind(id)
        .opt()
        .await?
        .ok_or(Error::NotLoggedIn)
}

/// Gives a user another password.
///
/// # Errors
/// When the database or hashing fails.
pub async fn set_password(
    db: &Db,
    hasher: &Hasher,
    user: Uuid,
    password: Password,
) -> Result<(), Error> {
    let hash = hasher.hash(password).await?;
    in_tx!(db, |tx| {
        tx.q("UPDATE users SET password_hash = $2 WHERE id = $1")
            .bind(user)
            .bind(hash.clone())
            .exec()
            .await?
    })?;
    Ok(())
}

/// The user with this address, made now if there is none. The password of one that exists is left as it is.
///
/// # Errors
/// When the database or hashing fails.
pub async fn ensure(
    db: &Db,
    hasher: &Hasher,
    email: &Email,
    password: &Password,
) -> Result<Uuid, Error> {
    match register(db, hasher, email, password.clone()).await {
        Ok(user) => Ok(user.id),
        Err(Error::Conflict { .. }) => {
            let mut tx = db.read().await?;
            let (id,): (Uuid,) = tx
                .q("SELECT id FROM users WHERE email = $1")
                .bind(email.as_str().to_owned())
                .one()
                .await?;
            Ok(id)
        }
        Err(error) => Err(error),
    }
}
