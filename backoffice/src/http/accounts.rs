//! The caller's accounts at the exchange.

use crate::accounts::{self, Account};
use crate::app::App;
use crate::clock;
use crate::error::Error;
use crate::http::body::JsonBody;
use crate::http::guard::Caller;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Nothing to say: the name is made by the venue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenAccountBody {}

/// An account at the exchange.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountView {
    /// Name, as in Account (1) of FIX.
    #[schema(example = "U-7KXQ2M9DPBVT")]
    pub account: String,
    /// `opening` (the exchange has not confirmed it yet) or `open`.
    #[schema(example = "open")]
    pub state: String,
    /// When it was made.
    #[schema(example = "2026-01-05T09:00:00Z")]
    pub created_at: String,
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        Self {
            account: account.name,
            state: account.state,
            created_at: clock::rfc3339(account.created_us),
        }
    }
}

/// My accounts.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "accounts", security(("bearer" = [])),
    responses((status = 200, description = "My accounts, by name.", body = [AccountView])))]
pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<Vec<AccountView>>, Error> {
    let mut tx = app.db.read().await?;
    let accounts = accounts::of_user(&mut tx, caller.0.user).await?;
    Ok(Json(accounts.into_iter().map(AccountView::from).collect()))
}

/// Opens one more account at the exchange.
#[utoipa::path(post, path = "/api/v1/accounts", tag = "accounts", security(("bearer" = [])), request_body = OpenAccountBody,
    responses((status = 201, description = "Open.", body = AccountView),
              (status = 202, description = "The exchange has not confirmed it yet; it is asked again until it does.", body = AccountView)))]
pub async fn open(
    State(app): State<Arc<App>>,
    caller: Caller,
    JsonBody(OpenAccountBody {}): JsonBody<OpenAccountBody>,
) -> Result<(StatusCode, Json<AccountView>), Error> {
    let account = accounts::open(&app.db, app.control.as_ref(), caller.0.user).await?;
    let status = if account.state == "open" {
        StatusCode::CREATED
    } else {
        StatusCode::ACCEPTED
    };
    Ok((status, Json(account.into())))
}
