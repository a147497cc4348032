//! What kind of order a D or G asks for: type, time in force, execution instructions, and the fields that each of them needs. A field
//! that belongs to another kind is a contradiction, never ignored.

use super::Request;
use crate::gateway::refused::Refused;
use fix_engine::codec::field::{FieldError, FieldErrorKind};
use fix_engine::tag;
use market::order::{OrdType, Peg, TimeInForce};
use market::price::Price;
use market::time::Timestamp;

/// ExecInst (18), as far as it is offered: single characters with spaces between them.
#[derive(Clone, Copy, Default)]
pub(super) struct ExecInst {
    /// 6.
    pub(super) post_only: bool,
    /// G.
    pub(super) all_or_none: bool,
    /// R, P, M: what a pegged order follows; a: a trailing stop.
    follows: Option<Follows>,
}

#[derive(Clone, Copy)]
enum Follows {
    Peg(Peg),
    LastTrade,
}

impl Request<'_> {
    pub(super) fn exec_inst(&self) -> Result<ExecInst, Refused> {
        let unsupported = Err(Refused::Unsupported {
            tag: tag::EXEC_INST,
        });
        let mut asked = ExecInst::default();
        let instructions = self.message.text(tag::EXEC_INST).unwrap_or_default();
        for one in instructions.split(' ').filter(|one| !one.is_empty()) {
            let follows = match one {
                "6" => {
                    asked.post_only = true;
                    continue;
                }
                "G" => {
                    asked.all_or_none = true;
                    continue;
                }
                "R" => Follows::Peg(Peg::Primary),
                "P" => Follows::Peg(Peg::Market),
                "M" => Follows::Peg(Peg::Mid),
                "a" => Follows::LastTrade,
                _ => return unsupported,
            };
            if asked.follows.replace(follows).is_some() {
                return unsupported;
            }
        }
        Ok(asked)
    }

    pub(super) fn ord_type(&self, exec_inst: ExecInst) -> Result<OrdType, Refused> {
        let kind = self.required_char(tag::ORD_TYPE)?;
        let price = || self.needed_price(tag::PRICE);
        let stop_px = || self.needed_price(tag::STOP_PX);
        let (price_is, stop_px_is, offset_is) = (
            self.message.has(tag::PRICE),
            self.message.has(tag::STOP_PX),
            self.message.has(tag::PEG_OFFSET_VALUE),
        );
        let refuse = |is_there: bool, tag: u32, with: &'static str| match is_there {
            true => Err(Refused::Contradiction { tag, with }),
            false => Ok(()),
        };
        if kind != b'P' {
            let with = "an order that is not pegged";
            refuse(offset_is, tag::PEG_OFFSET_VALUE, with)?;
            refuse(exec_inst.follows.is_some(), tag::EXEC_INST, with)?;
        }
        if !matches!(kind, b'3' | b'4') {
            refuse(stop_px_is, tag::STOP_PX, "an order that is not a stop")?;
        }
        match kind {
            b'1' => {
                refuse(price_is, tag::PRICE, "a market order")?;
                Ok(OrdType::Market)
            }
            b'2' => Ok(OrdType::Limit(price()?)),
            b'3' => {
                refuse(price_is, tag::PRICE, "a stop order")?;
                let stop_px = stop_px()?;
                Ok(OrdType::Stop { stop_px })
            }
            b'4' => Ok(OrdType::StopLimit {
                stop_px: stop_px()?,
                price: price()?,
            }),
            b'K' => {
                refuse(price_is, tag::PRICE, "a market-to-limit order")?;
                Ok(OrdType::MarketToLimit)
            }
            b'P' => self.pegged(exec_inst, price_is),
            _ => Err(Refused::Unsupported { tag: tag::ORD_TYPE }),
        }
    }

    fn pegged(&self, exec_inst: ExecInst, price_is: bool) -> Result<OrdType, Refused> {
        let offset = self.price(tag::PEG_OFFSET_VALUE)?;
        match exec_inst.follows {
            Some(Follows::Peg(peg)) => Ok(OrdType::Pegged {
                peg,
                offset: offset.unwrap_or(Price::ZERO),
                limit: self.price(tag::PRICE)?,
            }),
            Some(Follows::LastTrade) if price_is => Err(Refused::Contradiction {
                tag: tag::PRICE,
                with: "a trailing stop",
            }),
            Some(Follows::LastTrade) => Ok(OrdType::TrailingStop {
                offset: offset.ok_or(Refused::Missing {
                    tag: tag::PEG_OFFSET_VALUE,
                })?,
            }),
            None => Err(Refused::Missing {
                tag: tag::EXEC_INST,
            }),
        }
    }

    pub(super) fn time_in_force(&self, ord_type: OrdType) -> Result<TimeInForce, Refused> {
        let asked = match self.message.char(tag::TIME_IN_FORCE)? {
            None | Some(b'0') => TimeInForce::Day,
            Some(b'1') => TimeInForce::Gtc,
            Some(b'2') => TimeInForce::AtOpen,
            Some(b'3') => TimeInForce::Ioc,
            Some(b'4') => TimeInForce::Fok,
            Some(b'6') => return Ok(TimeInForce::Gtd(self.expiry()?)),
            Some(b'7') => TimeInForce::AtClose,
            Some(_) => {
                return Err(Refused::Unsupported {
                    tag: tag::TIME_IN_FORCE,
                });
            }
        };
        for tag in [tag::EXPIRE_DATE, tag::EXPIRE_TIME] {
            if self.message.has(tag) {
                let with = "an order that is not GTD";
                return Err(Refused::Contradiction { tag, with });
            }
        }
        // A least quantity is for what trades at once.
        let at_once = self.message.has(tag::MIN_QTY);
        Ok(match (ord_type, asked) {
            (OrdType::Market, TimeInForce::Day | TimeInForce::Gtc) if at_once => TimeInForce::Ioc,
            (OrdType::Market, TimeInForce::Gtc) => TimeInForce::Day,
            _ => asked,
        })
    }

    /// ExpireTime (126), else the end of the trading day of ExpireDate (432).
    fn expiry(&self) -> Result<Timestamp, Refused> {
        if let Some(time) = self.message.timestamp(tag::EXPIRE_TIME)? {
            return Ok(Timestamp::from_nanos(time.nanos()));
        }
        let date = self
            .message
            .text(tag::EXPIRE_DATE)
            .ok_or(Refused::Missing {
                tag: tag::EXPIRE_TIME,
            })?;
        let wrong = FieldError::new(tag::EXPIRE_DATE, FieldErrorKind::OutOfRange);
        self.calendar.end_of_day(date).ok_or(Refused::Field(wrong))
    }

    fn needed_price(&self, tag: u32) -> Result<Price, Refused> {
        self.price(tag)?.ok_or(Refused::Missing { tag })
    }

    fn price(&self, tag: u32) -> Result<Option<Price>, Refused> {
        self.message
            .text(tag)
            .map(|text| text.parse().map_err(|why| Refused::Number { tag, why }))
            .transpose()
    }
}
