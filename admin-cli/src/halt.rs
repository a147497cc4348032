//! Halts and groups: arguments in, a request to the exchange, its outcome out.

use crate::args::Output;
use crate::args::figure::Span;
use crate::args::halt::{Code, Group, Halt, Halts, Moment, Orders, Resume, Which};
use crate::client::Client;
use crate::failure::Failure;
use crate::show::Show;
use crate::show::halt::Withdrawn;
use market::control::halt::{
    GroupChange, GroupStatus, HaltOutcome, HaltRequest, HaltsStatus, ResumeRequest, When,
    Which as Target, WithdrawHalt,
};
use market::control::path;
use market::halt::{HaltCode, HaltOrders};

/// `halt`.
///
/// # Errors
/// See [`Client::ask`] and [`Client::tell`]; so for all of this file.
pub async fn halt(client: &Client, halt: &Halt) -> Result<HaltOutcome, Failure> {
    let request = HaltRequest {
        target: target(&halt.which),
        reason: halt.reason,
        code: halt.code.map_or(HaltCode::Other, code),
        orders: match halt.orders {
            Orders::CancelOnly => HaltOrders::CancelOnly,
            Orders::Stay => HaltOrders::Stay,
            Orders::Cancel => HaltOrders::Cancel,
        },
        from: when(halt.from, halt.after),
        until: when(halt.until, halt.lasts),
        at_once: halt.at_once,
    };
    client.tell(path::HALT, &request).await
}

/// `resume`.
///
/// # Errors
/// See [`halt`].
pub async fn resume(client: &Client, resume: &Resume) -> Result<HaltOutcome, Failure> {
    let request = ResumeRequest {
        target: target(&resume.which),
        at: when(resume.at, resume.after),
        at_once: resume.at_once,
    };
    client.tell(path::RESUME, &request).await
}

/// `halts …`, as text: it is one of two.
///
/// # Errors
/// See [`halt`].
pub async fn halts(client: &Client, command: &Halts, output: Output) -> Result<String, Failure> {
    match command {
        Halts::Show => {
            let halts: HaltsStatus = client.ask(path::HALTS).await?;
            Ok(halts.text(output))
        }
        Halts::Withdraw { id } => {
            let request = WithdrawHalt { id: *id };
            let outcome: HaltOutcome = client.tell(path::WITHDRAW_HALT, &request).await?;
            Ok(Withdrawn(outcome).text(output))
        }
    }
}

/// `group …`.
///
/// # Errors
/// See [`halt`].
pub async fn group(client: &Client, command: &Group) -> Result<Vec<GroupStatus>, Failure> {
    let (symbol, group) = match command {
        Group::Show => return client.ask(path::GROUPS).await,
        Group::Set { symbol, group } => (*symbol, Some(*group)),
        Group::Remove { symbol } => (*symbol, None),
    };
    client
        .tell(path::GROUPS, &GroupChange { symbol, group })
        .await
}

/// The arguments name exactly one.
fn target(which: &Which) -> Target {
    let symbol = which.symbol.map(Target::Instrument);
    symbol
        .or(which.group.map(Target::Group))
        .unwrap_or(Target::All)
}

/// The arguments name at most one.
fn when(at: Option<Moment>, after: Option<Span>) -> Option<When> {
    let at = at.map(|moment| When::AtNanos(moment.0));
    at.or(after.map(|span| When::AfterNanos(span.0)))
}

const fn code(code: Code) -> HaltCode {
    match code {
        Code::OrderImbalance => HaltCode::OrderImbalance,
        Code::EquipmentChangeover => HaltCode::EquipmentChangeover,
        Code::NewsPending => HaltCode::NewsPending,
        Code::NewsDissemination => HaltCode::NewsDissemination,
        Code::OrderInflux => HaltCode::OrderInflux,
        Code::AdditionalInformation => HaltCode::AdditionalInformation,
    }
}
