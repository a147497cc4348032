//! Transfers of funds and securities, idempotent by their id: repeating one answers as the first time and moves nothing.

use crate::event::Event;
use crate::id::{AccountId, AssetId, InstrumentId, TransferId};
use crate::money::Money;
use crate::price::Price;
use crate::qty::Qty;
use crate::refusal::Refusal;
use crate::refusal::table::Table;
use crate::registry::Registry;
use crate::state::State;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// What a transfer moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Moved {
    Funds {
        asset: AssetId,
        amount: Money,
    },
    Securities {
        instrument: InstrumentId,
        qty: Qty,
        cost_px: Price,
    },
}

/// A transfer that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Transfer {
    pub(crate) account: AccountId,
    pub(crate) moved: Moved,
}

/// Transfers that were done, with what the account had after each.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Transfers {
    done: BTreeMap<TransferId, (Transfer, Money)>,
}

impl Transfers {
    /// Whether each is of an account, and what it said is told again as it was: asked of those that were read back.
    pub(crate) fn is_sound(&self, registry: &Registry) -> bool {
        self.done.values().all(|(transfer, after)| {
            let is_known = registry.account(transfer.account).is_ok();
            is_known
                && match transfer.moved {
                    Moved::Funds { asset, .. } => registry.asset(asset).is_ok(),
                    Moved::Securities { instrument, .. } => {
                        registry.listing(instrument).is_ok() && i64::try_from(after.raw()).is_ok()
                    }
                }
        })
    }
}

impl State {
    /// Carries a transfer out, once.
    pub(crate) fn transfer(
        &mut self,
        transfer_id: TransferId,
        transfer: Transfer,
        events: &mut Vec<Event>,
    ) {
        events.push(match self.transfer_once(transfer_id, transfer) {
            Ok((after, repeated)) => told(transfer_id, transfer, after, repeated),
            Err(refusal) => Event::TransferRefused {
                transfer_id,
                account: transfer.account,
                refusal,
            },
        });
    }

    fn transfer_once(
        &mut self,
        transfer_id: TransferId,
        transfer: Transfer,
    ) -> Result<(Money, bool), Refusal> {
        if let Some((done, after)) = self.transfers.done.get(&transfer_id) {
            return if *done == transfer {
                Ok((*after, true))
            } else {
                Err(Refusal::TransferMismatch)
            };
        }
        if self.transfers.done.len() as u64 >= self.limits.max_transfers {
            return Err(Refusal::TableFull {
                of: Table::Transfers,
            });
        }
        let after = self.carry(transfer)?;
        self.transfers.done.insert(transfer_id, (transfer, after));
        Ok((after, false))
    }

    fn carry(&mut self, Transfer { account, moved }: Transfer) -> Result<Money, Refusal> {
        self.registry.account(account)?;
        match moved {
            Moved::Funds { asset, amount } => {
                self.registry.asset(asset)?;
                if amount == Money::ZERO || amount.raw() == i128::MIN {
                    return Err(Refusal::BadAmount);
                }
                self.check_withdrawal(account, asset, amount)?;
                self.ledger.transfer_cash(account, asset, amount)
            }
            Moved::Securities {
                instrument,
                qty,
                cost_px,
            } => {
                let lot = self.registry.listing(instrument)?.instrument.lot;
                if qty == Qty::ZERO || cost_px < Price::ZERO {
                    return Err(Refusal::BadAmount);
                }
                if !qty.is_multiple_of(lot) {
                    return Err(Refusal::QtyOffLot { lot });
                }
                self.check_removal(account, instrument, qty)?;
                let position = self.ledger.transfer_holding(account, instrument, qty)?;
                Ok(crate::risk::units(position))
            }
        }
    }
}

fn told(transfer_id: TransferId, transfer: Transfer, after: Money, repeated: bool) -> Event {
    let account = transfer.account;
    match transfer.moved {
        Moved::Funds { asset, amount } => Event::FundsTransferred {
            transfer_id,
            account,
            asset,
            amount,
            balance: after,
            repeated,
        },
        Moved::Securities {
            instrument,
            qty,
            cost_px,
        } => Event::SecuritiesTransferred {
            transfer_id,
            account,
            instrument,
            qty,
            cost_px,
            position: Qty::from_raw(
                i64::try_from(after.raw()).expect("checked to fit when it was done"),
            ),
            repeated,
        },
    }
}
