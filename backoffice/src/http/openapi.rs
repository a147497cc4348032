//! The OpenAPI document: its head, and what every operation has in common.

use crate::http::response::ErrorBody;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder};
use utoipa::{OpenApi as _, ToSchema};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Loggia back office",
        description = "Users, wallets, portfolios and trades of a Loggia venue. Amounts, prices and quantities are decimal strings with at most eight decimals, never floating-point numbers. Times are RFC 3339 in UTC.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "accounts", description = "Accounts at the exchange"),
        (name = "auth", description = "Register, log in, log out"),
        (name = "health", description = "Is it alive, is it ready"),
        (name = "instruments", description = "What can be traded"),
        (name = "portfolio", description = "Cash, positions, profit and loss"),
        (name = "trades", description = "Trades of your accounts"),
        (name = "wallet", description = "Balances, postings, deposits")
    ),
    components(schemas(ErrorBody))
)]
struct Document;

/// The document without its operations.
pub fn base() -> OpenApi {
    let mut document = Document::openapi();
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .build();
    document
        .components
        .get_or_insert_default()
        .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    document
}

/// The document with the one error shape on every operation.
pub fn complete(mut document: OpenApi) -> OpenApi {
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            let content = ContentBuilder::new()
                .schema(Some(Ref::from_schema_name(ErrorBody::name())))
                .build();
            let response = ResponseBuilder::new()
                .description("Anything else: what went wrong, and the field to blame.")
                .content("application/json", content)
                .build();
            operation
                .responses
                .responses
                .insert("default".into(), RefOr::T(response));
        }
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.post,
        &mut item.put,
        &mut item.patch,
        &mut item.delete,
    ]
    .into_iter()
    .filter_map(Option::as_mut)
}
