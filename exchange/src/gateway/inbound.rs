//! FIX → market. In: a message that passed session and dictionary, who sent it, the reference data, when days end. Out: a [`Command`], or a
//! [`Refused`]. Pure: it reads no clock, keeps nothing, knows no session and no book.
//!
//! Rules of this venue: a market order never rests in the book; GTC is taken as Day: it trades at once, or waits while orders gather for an auction. Account (1) may be left out by a
//! participant that has exactly one. Which type of order it is stands in `kind`. What would change the meaning of an order and is not offered is refused, never ignored: see
//! `unoffered`.

mod kind;
mod unoffered;

use crate::calendar::Calendar;
use crate::directory::Directory;
use crate::gateway::own_fields::REPRICE_TO_BAND;
use crate::gateway::refused::Refused;
use fix_engine::codec::field::{FieldError, FieldErrorKind};
use fix_engine::codec::message::Message;
use fix_engine::{msg_type, tag};
use market::command::{Amendment, Change, Command};
use market::event::CxlRejResponseTo;
use market::id::{AccountId, AccountName, ClOrdId, InstrumentId, OrderId, ParticipantId};
use market::instrument::Instrument;
use market::order::{OrderTerms, Side};
use market::qty::Qty;
use market::text::Text;

/// The command that a D, F, G, H, AF or q means. An F or G that asks for what cannot be is a command, too: only the market can answer
/// it with the state of its order.
///
/// # Errors
/// [`Refused`] by who is to blame; nothing has happened then.
pub fn command(
    message: &Message,
    participant: ParticipantId,
    directory: &Directory,
    calendar: &Calendar,
) -> Result<Command, Refused> {
    let request = Request {
        message,
        participant,
        directory,
        calendar,
    };
    match message.msg_type() {
        msg_type::NEW_ORDER_SINGLE => request.enter(),
        msg_type::ORDER_CANCEL_REQUEST => request.cancel(),
        msg_type::ORDER_CANCEL_REPLACE_REQUEST => request.replace(),
        msg_type::ORDER_STATUS_REQUEST => request.status(),
        msg_type::ORDER_MASS_STATUS_REQUEST => request.mass_status(),
        msg_type::ORDER_MASS_CANCEL_REQUEST => request.mass_cancel(),
        _ => Err(Refused::UnsupportedMsgType),
    }
}

/// Whether this type of message becomes a command.
pub fn is_order_flow(msg_type: &str) -> bool {
    matches!(
        msg_type,
        msg_type::NEW_ORDER_SINGLE
            | msg_type::ORDER_CANCEL_REQUEST
            | msg_type::ORDER_CANCEL_REPLACE_REQUEST
            | msg_type::ORDER_STATUS_REQUEST
            | msg_type::ORDER_MASS_STATUS_REQUEST
            | msg_type::ORDER_MASS_CANCEL_REQUEST
    )
}

/// Side (54): sell short.
const SHORT_SALE: u8 = b'5';

/// One message with what is needed to understand it.
struct Request<'a> {
    message: &'a Message,
    participant: ParticipantId,
    directory: &'a Directory,
    calendar: &'a Calendar,
}

impl Request<'_> {
    fn enter(&self) -> Result<Command, Refused> {
        let participant = self.participant;
        let cl_ord_id = self.id(tag::CL_ORD_ID)?;
        let terms = self.terms()?;
        Ok(if self.message.bool(tag::POSS_RESEND)? == Some(true) {
            Command::PossResend {
                participant,
                cl_ord_id,
                terms,
            }
        } else {
            Command::Enter {
                participant,
                cl_ord_id,
                terms,
            }
        })
    }

    fn cancel(&self) -> Result<Command, Refused> {
        let change = self.instrument().and_then(|instrument| {
            Ok(Change::Cancel {
                instrument: instrument.id,
                side: self.side()?,
            })
        });
        self.amend(CxlRejResponseTo::Cancel, change)
    }

    fn replace(&self) -> Result<Command, Refused> {
        self.amend(CxlRejResponseTo::Replace, self.terms().map(Change::Replace))
    }

    /// A faulty message gets a Reject (3); a faulty wish is answered by the market, which knows how the order stands.
    fn amend(
        &self,
        response_to: CxlRejResponseTo,
        change: Result<Change, Refused>,
    ) -> Result<Command, Refused> {
        let cl_ord_id = self.id(tag::CL_ORD_ID)?;
        let orig_cl_ord_id = self.id(tag::ORIG_CL_ORD_ID)?;
        let change = match change {
            Ok(change) => change,
            Err(refused) if refused.session_reject_reason().is_some() => return Err(refused),
            Err(refused) => Change::Nothing {
                response_to,
                why: short(&refused.text()),
            },
        };
        Ok(Command::Amend(Amendment {
            participant: self.participant,
            cl_ord_id,
            orig_cl_ord_id,
            order_id: self.order_id(),
            change,
        }))
    }

    /// OrderID (37); 0, which no order has, for what cannot be one.
    fn order_id(&self) -> Option<OrderId> {
        let text = self.message.text(tag::ORDER_ID)?;
        Some(OrderId(text.parse().unwrap_or(0)))
    }

    fn status(&self) -> Result<Command, Refused> {
        Ok(Command::Status {
            participant: self.participant,
            request_id: self.optional_id(tag::ORD_STATUS_REQ_ID)?,
            cl_ord_id: Some(self.id(tag::CL_ORD_ID)?),
            instrument: Some(self.instrument()?.id),
        })
    }

    fn mass_status(&self) -> Result<Command, Refused> {
        let request_id = Some(self.id(tag::MASS_STATUS_REQ_ID)?);
        let instrument = match self.required_char(tag::MASS_STATUS_REQ_TYPE)? {
            b'1' => Some(self.instrument()?.id),
            b'7' => None,
            _ => {
                return Err(Refused::Unsupported {
                    tag: tag::MASS_STATUS_REQ_TYPE,
                });
            }
        };
        Ok(Command::Status {
            participant: self.participant,
            request_id,
            cl_ord_id: None,
            instrument,
        })
    }

    fn mass_cancel(&self) -> Result<Command, Refused> {
        let cl_ord_id = self.id(tag::CL_ORD_ID)?;
        let instrument: Option<InstrumentId> =
            match self.required_char(tag::MASS_CANCEL_REQUEST_TYPE)? {
                b'1' => Some(self.instrument()?.id),
                b'7' => None,
                _ => {
                    return Err(Refused::Unsupported {
                        tag: tag::MASS_CANCEL_REQUEST_TYPE,
                    });
                }
            };
        let side = match self.message.char(tag::SIDE)? {
            None => None,
            Some(_) => Some(self.side()?),
        };
        Ok(Command::MassCancel {
            participant: self.participant,
            cl_ord_id,
            instrument,
            side,
        })
    }

    fn terms(&self) -> Result<OrderTerms, Refused> {
        let instrument = self.instrument()?;
        unoffered::check_order(self.message, &instrument)?;
        let account = self.account()?;
        let side = self.side()?;
        let exec_inst = self.exec_inst()?;
        let ord_type = self.ord_type(exec_inst)?;
        let time_in_force = self.time_in_force(ord_type)?;
        let order_qty = self.qty(tag::ORDER_QTY)?.ok_or(Refused::Missing {
            tag: tag::ORDER_QTY,
        })?;
        Ok(OrderTerms {
            post_only: exec_inst.post_only,
            all_or_none: exec_inst.all_or_none,
            min_qty: self.qty(tag::MIN_QTY)?,
            short_sale: self.short_sale()?,
            max_floor: self.qty(tag::MAX_FLOOR)?,
            reprice_to_band: self.message.bool(REPRICE_TO_BAND)?.unwrap_or(false),
            ..OrderTerms::plain(
                account,
                instrument.id,
                side,
                ord_type,
                time_in_force,
                order_qty,
            )
        })
    }

    fn instrument(&self) -> Result<Instrument, Refused> {
        let symbol = self
            .message
            .text(tag::SYMBOL)
            .ok_or(Refused::Missing { tag: tag::SYMBOL })?;
        let instrument = self
            .directory
            .instrument_by_symbol(symbol)
            .ok_or(Refused::UnknownSymbol)?;
        unoffered::check_instrument(self.message, &instrument, self.directory)?;
        Ok(instrument)
    }

    fn account(&self) -> Result<AccountId, Refused> {
        let Some(name) = self.message.text(tag::ACCOUNT) else {
            return self.only_account().ok_or(Refused::AccountRequired);
        };
        AccountName::new(name)
            .ok()
            .and_then(|name| self.directory.account_by_name(name))
            .filter(|account| self.directory.may_trade(self.participant, *account))
            .ok_or(Refused::UnknownAccount)
    }

    fn only_account(&self) -> Option<AccountId> {
        let record = self.directory.participant(self.participant)?;
        match record.accounts.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }

    fn side(&self) -> Result<Side, Refused> {
        match self.required_char(tag::SIDE)? {
            b'1' => Ok(Side::Buy),
            b'2' | SHORT_SALE => Ok(Side::Sell),
            _ => Err(Refused::Unsupported { tag: tag::SIDE }),
        }
    }

    /// Whether an order sells short; what it borrows is located before (114=N), and never by the venue.
    fn short_sale(&self) -> Result<bool, Refused> {
        Ok(self.required_char(tag::SIDE)? == SHORT_SALE)
    }

    fn qty(&self, tag: u32) -> Result<Option<Qty>, Refused> {
        self.message
            .text(tag)
            .map(|text| text.parse().map_err(|why| Refused::Number { tag, why }))
            .transpose()
    }

    fn id(&self, tag: u32) -> Result<ClOrdId, Refused> {
        let text = self.message.require_text(tag)?;
        ClOrdId::new(text).map_err(|why| Refused::Identifier { tag, why })
    }

    fn optional_id(&self, tag: u32) -> Result<Option<ClOrdId>, Refused> {
        self.message.has(tag).then(|| self.id(tag)).transpose()
    }

    fn required_char(&self, tag: u32) -> Result<u8, Refused> {
        let value = self.message.require(tag)?;
        match value {
            [one] => Ok(*one),
            _ => Err(FieldError::new(tag, FieldErrorKind::Format).into()),
        }
    }
}

/// As much of a text as a command carries.
fn short<const N: usize>(text: &str) -> Text<N> {
    let plain: String = text
        .chars()
        .filter(|c| (' '..='~').contains(c))
        .take(N)
        .collect();
    Text::new(&plain).expect("a reason has words, and they are cut to the length")
}
