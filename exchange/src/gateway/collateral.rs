//! What a participant is told about the margin of an account: a CollateralRequest (AX) when it is called for more, a CollateralReport (BA) when the
//! call is over, or when nothing is left to close. In: an event of the market. Out: a body. Pure.

use crate::directory::Directory;
use crate::gateway::report;
use fix_engine::codec::body::Body;
use fix_engine::time::Timestamp;
use fix_engine::{msg_type, tag};
use market::event::Event;
use market::id::{AccountId, AssetId, ParticipantId};
use market::money::Money;

/// CollAsgnReason (895): margin deficiency.
const MARGIN_DEFICIENCY: u32 = 3;
/// CollStatus (910): what is there is not enough.
const PARTIALLY_ASSIGNED: u32 = 1;
/// CollStatus (910): what is needed is there.
const ASSIGNED: u32 = 3;

/// The message about an event, and to whom; nothing about events of anything else than margin.
pub(crate) fn told(
    event: &Event,
    id: &str,
    transact_time: Timestamp,
    directory: &Directory,
) -> Option<(ParticipantId, Body)> {
    match *event {
        Event::MarginCall {
            account,
            participant,
            asset,
            equity,
            required,
            until,
        } => {
            let mut body = Body::new(msg_type::COLLATERAL_REQUEST);
            body.push(tag::COLL_REQ_ID, id);
            body.push(tag::COLL_ASGN_REASON, MARGIN_DEFICIENCY);
            body.push(tag::TRANSACT_TIME, transact_time);
            let until = Timestamp::from_nanos(until.nanos());
            body.push(tag::EXPIRE_TIME, until);
            worth(&mut body, (account, asset), equity, required, directory);
            let text = format!(
                "margin call: equity {equity}, needs {required}; at {until} open orders are cancelled and positions closed"
            );
            body.push(tag::TEXT, text.as_str());
            Some((participant?, body))
        }
        Event::MarginCallMet {
            account,
            participant,
            asset,
            equity,
            required,
        } => {
            let text = format!("the margin call is met: equity {equity}, needs {required}");
            let mut body = state(id, ASSIGNED);
            worth(&mut body, (account, asset), equity, required, directory);
            body.push(tag::TEXT, text.as_str());
            Some((participant?, body))
        }
        Event::MarginDeficit {
            account,
            participant,
            asset,
            equity,
        } => {
            let text = format!("nothing is left to close, and the account is worth {equity}");
            let mut body = state(id, PARTIALLY_ASSIGNED);
            worth(&mut body, (account, asset), equity, Money::ZERO, directory);
            body.push(tag::TEXT, text.as_str());
            Some((participant?, body))
        }
        _ => None,
    }
}

/// Who is told of an event about margin.
pub(crate) fn concerned(event: &Event) -> Option<ParticipantId> {
    match event {
        Event::MarginCall { participant, .. }
        | Event::MarginCallMet { participant, .. }
        | Event::MarginDeficit { participant, .. } => *participant,
        _ => None,
    }
}

fn state(id: &str, status: u32) -> Body {
    let mut body = Body::new(msg_type::COLLATERAL_REPORT);
    body.push(tag::COLL_RPT_ID, id);
    body.push(tag::COLL_STATUS, status);
    body
}

/// Account, Currency, MarginExcess (899; below zero: what is missing) and TotalNetValue (900).
fn worth(
    body: &mut Body,
    (account, asset): (AccountId, AssetId),
    equity: Money,
    required: Money,
    directory: &Directory,
) {
    let account = directory.account(account);
    body.push_some(tag::ACCOUNT, account.as_ref().map(|name| name.as_str()));
    let currency = directory.asset(asset);
    body.push_some(tag::CURRENCY, currency.as_ref().map(|code| code.as_str()));
    let excess = equity.checked_sub(required).unwrap_or(equity);
    body.push(tag::MARGIN_EXCESS, report::money(excess).as_str());
    body.push(tag::TOTAL_NET_VALUE, report::money(equity).as_str());
}
