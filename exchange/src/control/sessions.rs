//! The paths of participants and their sessions: a request of an operator in, its outcome out. Each is refused or done by the
//! [`registrar`](super::registrar), and leaves a line in the log either way.

use crate::control::caller::Caller;
use crate::control::desk::{Desk, LOOK, Nothing, read};
use crate::control::failure::Failure;
use crate::control::registrar::Registrar;
use crate::directory::record::ParticipantRecord;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, Path, Query, State};
use market::control::SessionStatus;
use market::control::session::{AddSession, AuditLine, SessionDetail, SessionOutcome};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tracing::info;

/// Lines of the audit trail that are shown when the request does not say.
const AUDIT_LINES: usize = 50;

type Body = Result<Bytes, BytesRejection>;
/// What a request about one participant comes with: its CompID stands in the path.
type Asked = (State<Desk>, ConnectInfo<Caller>, Path<String>, Body);
type Outcome = Result<Json<SessionOutcome>, Failure>;

/// Which part of the audit trail.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    last: Option<usize>,
}

pub(crate) async fn list(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
) -> Result<Json<Vec<SessionStatus>>, Failure> {
    caller.must_be(LOOK)?;
    let mut statuses = desk.roster.statuses();
    for status in &mut statuses {
        let record = desk.hub.directory.participant_by_comp_id(status.comp_id);
        status.disabled = record.is_some_and(|record| record.disabled.is_some());
    }
    Ok(Json(statuses))
}

pub(crate) async fn show(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    Path(comp_id): Path<String>,
) -> Result<Json<SessionDetail>, Failure> {
    caller.must_be(LOOK)?;
    let record = desk.participant(&comp_id)?;
    Ok(Json(desk.session_detail(&record)))
}

pub(crate) async fn audit(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    which: Result<Query<Which>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Vec<AuditLine>>, Failure> {
    caller.must_be(LOOK)?;
    let Query(which) = which.map_err(|why| Failure::Body(why.body_text()))?;
    let count = which.last.unwrap_or(AUDIT_LINES);
    Ok(Json(desk.hub.audit.last(count)))
}

pub(crate) async fn add(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    body: Body,
) -> Outcome {
    let work = async {
        let mut registrar = Registrar::new(&desk, &caller).await?;
        let request: AddSession = read(body)?;
        registrar.add(request).await
    };
    noted(&caller, "add", "", work.await)
}

pub(crate) async fn change(asked: Asked) -> Outcome {
    let work = async |registrar: &mut Registrar<'_>, record: &ParticipantRecord, request| {
        registrar.change(record, request).await
    };
    done(asked, "change", work).await
}

pub(crate) async fn disable(asked: Asked) -> Outcome {
    let work = async |registrar: &mut Registrar<'_>, record: &ParticipantRecord, request| {
        registrar.disable(record, &request).await
    };
    done(asked, "disable", work).await
}

pub(crate) async fn enable(asked: Asked) -> Outcome {
    let work = async |registrar: &mut Registrar<'_>, record: &ParticipantRecord, Nothing {}| {
        registrar.enable(record).await
    };
    done(asked, "enable", work).await
}

pub(crate) async fn remove(asked: Asked) -> Outcome {
    let work = async |registrar: &mut Registrar<'_>, record: &ParticipantRecord, request| {
        registrar.remove(record, &request).await
    };
    done(asked, "remove", work).await
}

pub(crate) async fn reset(asked: Asked) -> Outcome {
    let work = async |registrar: &mut Registrar<'_>, record: &ParticipantRecord, Nothing {}| {
        registrar.reset(record).await
    };
    done(asked, "reset", work).await
}

pub(crate) async fn set_numbers(asked: Asked) -> Outcome {
    let work = async |registrar: &mut Registrar<'_>, record: &ParticipantRecord, request| {
        registrar.set_numbers(record, request).await
    };
    done(asked, "set numbers", work).await
}

pub(crate) async fn log_out(asked: Asked) -> Outcome {
    let work = async |registrar: &mut Registrar<'_>, record: &ParticipantRecord, request| {
        registrar.log_out(record, &request).await
    };
    done(asked, "log out", work).await
}

/// The work of a request about one participant. In this order: the role, the turn, the body, the participant, the work.
async fn done<B: DeserializeOwned>(
    (State(desk), ConnectInfo(caller), Path(comp_id), body): Asked,
    what: &'static str,
    work: impl AsyncFnOnce(&mut Registrar<'_>, &ParticipantRecord, B) -> Result<SessionOutcome, Failure>,
) -> Outcome {
    let outcome = async {
        let mut registrar = Registrar::new(&desk, &caller).await?;
        let request = read(body)?;
        let record = desk.participant(&comp_id)?;
        work(&mut registrar, &record, request).await
    };
    noted(&caller, what, &comp_id, outcome.await)
}

/// The audit line of a request, done or refused. What was done stands in the journal too; what was refused only here.
fn noted(
    caller: &Caller,
    what: &'static str,
    comp_id: &str,
    outcome: Result<SessionOutcome, Failure>,
) -> Outcome {
    let (by, peer) = (caller.name(), caller.address);
    match &outcome {
        Ok(done) => {
            let comp_id = done.session.comp_id;
            info!(by, %peer, what, %comp_id, changed = done.changed, seq = done.seq, outcome = "done", "audit: session");
        }
        Err(why) => {
            let why = why.message();
            info!(by, %peer, what, comp_id, outcome = "refused", why, "audit: session");
        }
    }
    outcome.map(Json)
}
