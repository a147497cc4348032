//! UserResponse (BF), the answer to a UserRequest (BE) (FIX 4.4 vol. 3, «User administration»). Pure.

use fix_engine::codec::body::Body;
use fix_engine::{msg_type, tag};
use market::id::ClOrdId;

/// UserStatus (926).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UserStatus {
    /// 1.
    LoggedIn,
    /// 2.
    NotLoggedIn,
    /// 3.
    NotRecognised,
    /// 4.
    PasswordIncorrect,
    /// 5.
    PasswordChanged,
    /// 6: UserStatusText (927) says what.
    Other,
}

/// The answer to the request with this id about this user.
pub(crate) fn user_response(
    request_id: ClOrdId,
    username: &str,
    status: UserStatus,
    text: &str,
) -> Body {
    let mut body = Body::new(msg_type::USER_RESPONSE);
    body.push(tag::USER_REQUEST_ID, request_id.as_str());
    body.push(tag::USERNAME, username);
    let status = match status {
        UserStatus::LoggedIn => '1',
        UserStatus::NotLoggedIn => '2',
        UserStatus::NotRecognised => '3',
        UserStatus::PasswordIncorrect => '4',
        UserStatus::PasswordChanged => '5',
        UserStatus::Other => '6',
    };
    body.push(tag::USER_STATUS, status);
    body.push(tag::USER_STATUS_TEXT, text);
    body
}
