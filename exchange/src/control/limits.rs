//! The paths of limits, the restricted list and short sales: what is to change in, commands to the sequencer, what holds and
//! what of it is used out.

use crate::control::caller::Caller;
use crate::control::desk::{Desk, LOOK, OPERATE, read};
use crate::control::failure::Failure;
use crate::directory::record::ParticipantRecord;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, Path, State};
use market::command::Command;
use market::control::limits::{
    AccountLimitsChange, AccountLimitsStatus, ExposureStatus, ExposureUse, Locate,
    ParticipantLimitsChange, ParticipantLimitsStatus, ParticipantUse, PositionStatus, PositionUse,
    Restrictee, Restriction, RestrictionChange, ShortSalesChange,
};
use market::fault::Fault;
use market::id::{AccountId, AssetId, InstrumentId, Symbol};
use market::qty::Qty;
use market::risk::limits::{RiskLimit, Subject};

type Body = Result<Bytes, BytesRejection>;

pub(super) async fn participant(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    Path(comp_id): Path<String>,
) -> Result<Json<ParticipantLimitsStatus>, Failure> {
    caller.must_be(LOOK)?;
    let record = desk.participant(&comp_id)?;
    desk.participant_limits(&record).await.map(Json)
}

pub(super) async fn set_participant(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    Path(comp_id): Path<String>,
    body: Body,
) -> Result<Json<ParticipantLimitsStatus>, Failure> {
    let origin = caller.must_be(OPERATE)?;
    let change: ParticipantLimitsChange = read(body)?;
    let record = desk.participant(&comp_id)?;
    let _turn = desk.turns.lock().await;
    for limit in desk.participant_change(&record, &change)? {
        let command = Command::SetRiskLimit(limit);
        desk.set(&caller, origin, command).await?;
    }
    desk.participant_limits(&record).await.map(Json)
}

pub(super) async fn account(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    Path(name): Path<String>,
) -> Result<Json<AccountLimitsStatus>, Failure> {
    caller.must_be(LOOK)?;
    let account = desk.account(&name)?;
    desk.account_limits(account).await.map(Json)
}

pub(super) async fn set_account(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    Path(name): Path<String>,
    body: Body,
) -> Result<Json<AccountLimitsStatus>, Failure> {
    let origin = caller.must_be(OPERATE)?;
    let change: AccountLimitsChange = read(body)?;
    let account = desk.account(&name)?;
    let instrument = desk.instrument(change.symbol.as_str())?.id;
    let _turn = desk.turns.lock().await;
    let limits = change.of(desk.hub.settings.position(account, instrument));
    limits.examine()?;
    let command = Command::SetRiskLimit(RiskLimit::Position {
        account,
        instrument,
        limits,
    });
    desk.set(&caller, origin, command).await?;
    desk.account_limits(account).await.map(Json)
}

pub(super) async fn set_short_sales(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    Path(name): Path<String>,
    body: Body,
) -> Result<Json<AccountLimitsStatus>, Failure> {
    let origin = caller.must_be(OPERATE)?;
    let change: ShortSalesChange = read(body)?;
    let account = desk.account(&name)?;
    let mut limits = Vec::new();
    limits.extend(change.allowed.map(|is_allowed| RiskLimit::ShortSales {
        account,
        is_allowed,
    }));
    if let Some(Locate { symbol, qty }) = change.locate {
        if qty < Qty::ZERO {
            let (field, must) = ("locate.qty", "be zero or more");
            return Err(Fault { field, must }.into());
        }
        limits.push(RiskLimit::Locate {
            account,
            instrument: desk.instrument(symbol.as_str())?.id,
            qty,
        });
    }
    for limit in limits {
        let command = Command::SetRiskLimit(limit);
        desk.set(&caller, origin, command).await?;
    }
    desk.account_limits(account).await.map(Json)
}

pub(super) async fn restricted(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
) -> Result<Json<Vec<Restriction>>, Failure> {
    caller.must_be(LOOK)?;
    desk.restrictions().map(Json)
}

pub(super) async fn restrict(
    State(desk): State<Desk>,
    ConnectInfo(caller): ConnectInfo<Caller>,
    body: Body,
) -> Result<Json<Vec<Restriction>>, Failure> {
    let origin = caller.must_be(OPERATE)?;
    let change: RestrictionChange = read(body)?;
    let subject = match change.who {
        Restrictee::Participant(comp_id) => {
            Subject::Participant(desk.participant(comp_id.as_str())?.id)
        }
        Restrictee::Account(name) => Subject::Account(desk.account(name.as_str())?),
    };
    let command = Command::SetRiskLimit(RiskLimit::Restricted {
        subject,
        instrument: desk.instrument(change.symbol.as_str())?.id,
        is_restricted: change.restricted,
    });
    desk.set(&caller, origin, command).await?;
    desk.restrictions().map(Json)
}

impl Desk {
    /// What a change of a participant's limits sets: all is checked before anything is done.
    fn participant_change(
        &self,
        record: &ParticipantRecord,
        change: &ParticipantLimitsChange,
    ) -> Result<Vec<RiskLimit>, Failure> {
        let settings = &self.hub.settings;
        let participant = record.id;
        let mut set = Vec::new();
        if let Some(limits) = change.limits(settings.participant(participant)) {
            limits.examine()?;
            set.push(RiskLimit::Participant {
                participant,
                limits,
            });
        }
        let asset = match change.asset {
            Some(code) => {
                let known = self.hub.directory.asset_by_code(code);
                Some(known.ok_or_else(|| Failure::Asset(code.to_string()))?)
            }
            None => None,
        };
        let before = asset.map(|asset| settings.exposure(participant, asset));
        let exposure = change.exposure(before.unwrap_or_default());
        match (asset, exposure) {
            (Some(asset), Some(limits)) => {
                limits.examine()?;
                set.push(RiskLimit::Exposure {
                    participant,
                    asset,
                    limits,
                });
            }
            (None, Some(_)) => {
                let (field, must) = ("asset", "be there with credit, gross or net");
                return Err(Fault { field, must }.into());
            }
            (_, None) => {}
        }
        Ok(set)
    }

    /// The limits of a participant, and what of them the market counts as used.
    async fn participant_limits(
        &self,
        record: &ParticipantRecord,
    ) -> Result<ParticipantLimitsStatus, Failure> {
        let settings = &self.hub.settings;
        let id = record.id;
        let set = settings.exposures(id);
        let assets: Vec<AssetId> = set.iter().map(|(asset, _)| *asset).collect();
        let counted = self.look(move |market| {
            let exposures = assets.into_iter().map(|asset| market.exposure(id, asset));
            let exposures: Vec<_> = exposures.collect();
            (market.open_orders(id), exposures)
        });
        let (seq, (open_orders, counted)) = counted.await?;
        let exposures = set.into_iter().zip(counted);
        Ok(ParticipantLimitsStatus {
            participant: record.comp_id,
            limits: settings.participant(id),
            used: open_orders.map(|open_orders| ParticipantUse { open_orders }),
            exposures: exposures
                .map(|((asset, limits), counted)| {
                    let asset = self.hub.directory.asset(asset).ok_or(Failure::Defect)?;
                    let used = counted.map(ExposureUse::from);
                    Ok(ExposureStatus {
                        asset,
                        limits,
                        used,
                    })
                })
                .collect::<Result<_, Failure>>()?,
            restricted: self.symbols(settings.restricted_of(Subject::Participant(id)))?,
            seq,
        })
    }

    /// The limits of an account, and what of them the market counts as used.
    async fn account_limits(&self, account: AccountId) -> Result<AccountLimitsStatus, Failure> {
        let settings = &self.hub.settings;
        let set = settings.positions(account);
        let instruments: Vec<InstrumentId> =
            set.iter().map(|(instrument, _)| *instrument).collect();
        let counted = self.look(move |market| -> Vec<Option<PositionUse>> {
            let used = |instrument| {
                let open = market.open_qty(account, instrument)?;
                let held = market.holding(account, instrument)?;
                Some(PositionUse::new(held.total, open))
            };
            instruments.into_iter().map(used).collect()
        });
        let (seq, counted) = counted.await?;
        let positions = set.into_iter().zip(counted);
        let locates = settings.locates(account).into_iter();
        Ok(AccountLimitsStatus {
            account: self.account_name(account)?,
            margin: settings.margin(account),
            short_sales: settings.may_sell_short(account),
            positions: positions
                .map(|((instrument, limits), used)| {
                    let symbol = self.symbol(instrument)?;
                    Ok(PositionStatus {
                        symbol,
                        limits,
                        used,
                    })
                })
                .collect::<Result<_, Failure>>()?,
            locates: locates
                .map(|(instrument, qty)| {
                    let symbol = self.symbol(instrument)?;
                    Ok(Locate { symbol, qty })
                })
                .collect::<Result<_, Failure>>()?,
            restricted: self.symbols(settings.restricted_of(Subject::Account(account)))?,
            seq,
        })
    }

    fn restrictions(&self) -> Result<Vec<Restriction>, Failure> {
        let restricted = self.hub.settings.restricted().into_iter();
        restricted
            .map(|(subject, instrument)| {
                let who = match subject {
                    Subject::Participant(id) => Restrictee::Participant(self.comp_id(id)?),
                    Subject::Account(id) => Restrictee::Account(self.account_name(id)?),
                };
                let symbol = self.symbol(instrument)?;
                Ok(Restriction { who, symbol })
            })
            .collect()
    }

    fn symbols(&self, instruments: Vec<InstrumentId>) -> Result<Vec<Symbol>, Failure> {
        instruments.into_iter().map(|it| self.symbol(it)).collect()
    }
}
