//! What a session answers by itself: market data and status requests, and messages that are refused before they reach the
//! sequencer. Such a message is confirmed at once, after its answer.

use super::SessionTask;
use crate::gateway::marketdata::desk::Desk;
use crate::gateway::marketdata::encode::{self, Occasion};
use crate::gateway::marketdata::publisher::Subscriber;
use crate::gateway::marketdata::request::{self, MarketDataRefused, Subscription};
use crate::gateway::refused::Refused;
use crate::gateway::{answer, inbound};
use fix_engine::codec::body::Body;
use fix_engine::codec::message::Message;
use fix_engine::io::clock;
use fix_engine::session::input::{Input, Send};
use fix_engine::{msg_type, tag};
use journal::participant::Rights;
use std::sync::Arc;
use tracing::debug;

/// Instruments in one SecurityList (y).
const LIST_FRAGMENT: usize = 100;

impl SessionTask {
    /// An application message of the peer.
    pub(super) fn deliver(&mut self, message: &Message) {
        let Ok(msg_seq_num) = message.msg_seq_num() else {
            return;
        };
        if self.is_throttled(msg_seq_num) {
            let refused = Refused::TooFast {
                per_sec: self.venue.config.messages_per_sec,
            };
            self.refuse(message, msg_seq_num, &refused);
            return self.handle(Input::Confirm { msg_seq_num });
        }
        let outcome = match message.msg_type() {
            msg_type::USER_REQUEST => return self.user_request(message, msg_seq_num),
            kind if inbound::is_order_flow(kind) => {
                // Confirmed by the journal.
                match self.order(message, msg_seq_num) {
                    Ok(()) => return,
                    Err(refused) => Err(refused),
                }
            }
            msg_type::MARKET_DATA_REQUEST => self.market_data(message),
            msg_type::SECURITY_STATUS_REQUEST => self.security_status(message),
            msg_type::SECURITY_LIST_REQUEST => self.security_list(message, msg_seq_num),
            msg_type::TRADING_SESSION_STATUS_REQUEST => self.trading_session_status(message),
            _ => Err(Refused::UnsupportedMsgType),
        };
        match outcome {
            Ok(answers) => {
                for body in answers {
                    self.handle(Input::Send(body, Send::Transient));
                }
            }
            Err(refused) => self.refuse(message, msg_seq_num, &refused),
        }
        self.handle(Input::Confirm { msg_seq_num });
    }

    pub(super) fn rights(&self) -> Option<Rights> {
        let record = self.venue.directory.participant(self.participant)?;
        let may = record.disabled.is_none() && record.life == self.life;
        let credentials = record.credentials.as_ref().filter(|_| may);
        credentials.map(|it| it.rights)
    }

    pub(super) fn refuse(&mut self, message: &Message, msg_seq_num: u64, refused: &Refused) {
        debug!(
            comp_id = %self.comp_id,
            msg_type = message.msg_type(),
            msg_seq_num,
            why = refused.text(),
            "message refused"
        );
        let exec_id = format!("R{}-{}-{msg_seq_num}", self.participant, self.incarnation());
        let body = answer::refusal(message, refused, &exec_id, clock::now());
        // A Reject (3) is a session message: a resend fills its place. The others are kept; their place in the journal is
        // that of the last report, since no entry caused them.
        let send = match body.msg_type() {
            msg_type::REJECT => Send::Transient,
            _ => Send::Durable(self.last_cause()),
        };
        self.handle(Input::Send(body, send));
    }

    /// MarketDataRequest (V).
    fn market_data(&mut self, message: &Message) -> Result<Vec<Body>, Refused> {
        let id = request::id(message, tag::MD_REQ_ID)?;
        match self.take_market_data(message, &id)? {
            Ok(()) => Ok(Vec::new()),
            Err(refused) => Ok(vec![encode::request_reject(&id, refused)]),
        }
    }

    /// The inner result is what goes into a Y. What is refused has changed nothing.
    fn take_market_data(
        &mut self,
        message: &Message,
        id: &str,
    ) -> Result<Result<(), MarketDataRefused>, Refused> {
        if !self.rights().is_some_and(|rights| rights.market_data) {
            return Ok(Err(MarketDataRefused::NotAuthorised));
        }
        let venue = Arc::clone(&self.venue);
        let request = match request::market_data(message, id.to_owned(), &venue.directory) {
            Ok(request) => request,
            Err(refused) => return Ok(Err(refused)),
        };
        let Some((subscriber, desk)) = self.subscriber() else {
            return Ok(Ok(()));
        };
        let (publisher, number) = (&venue.publisher, subscriber.number);
        if request.kind == Subscription::Unsubscribe {
            desk.forget_market_data(id, || publisher.forget_market_data(number, id.to_owned()))?;
            return Ok(Ok(()));
        }
        let is_snapshot = request.kind == Subscription::Snapshot;
        let symbols = request.instruments.len();
        let outbox = Arc::clone(&subscriber.outbox);
        let waiting = if is_snapshot { outbox.snapshots() } else { 0 };
        let checked = desk.check_market_data(id, symbols, waiting);
        if let Err(refused) = checked.and_then(|()| request.check_levels(&venue.view.read())) {
            return Ok(Err(refused));
        }
        if is_snapshot {
            outbox.ask_snapshot(symbols);
            if let Err(busy) = publisher.market_data(subscriber, request) {
                outbox.settle_snapshots(symbols);
                return Err(busy.into());
            }
        } else {
            desk.enter_market_data(id, symbols, || publisher.market_data(subscriber, request))?;
        }
        Ok(Ok(()))
    }

    /// SecurityStatusRequest (e).
    fn security_status(&mut self, message: &Message) -> Result<Vec<Body>, Refused> {
        let id = request::id(message, tag::SECURITY_STATUS_REQ_ID)?;
        let kind = request::subscription(message)?;
        let venue = Arc::clone(&self.venue);
        let instrument = request::instrument(message, &venue.directory)?;
        if !self
            .rights()
            .is_some_and(|rights| rights.market_data || rights.orders)
        {
            return Err(Refused::NotAuthorised);
        }
        let view = venue.view.read();
        let phase = view.book(instrument.id).map(|book| book.phase());
        drop(view);
        let Some((subscriber, desk)) = self.subscriber() else {
            return Ok(Vec::new());
        };
        let (publisher, number) = (&venue.publisher, subscriber.number);
        match kind {
            Subscription::Unsubscribe => {
                desk.forget_status(&id, || publisher.forget_status(number, id.clone()))?;
                return Ok(Vec::new());
            }
            Subscription::Subscribe => {
                let told = phase.map_or(0, |phase| phase.seq);
                let publish = || publisher.status(subscriber, id.clone(), instrument.id, told);
                desk.enter_status(&id, publish)?;
            }
            Subscription::Snapshot => {}
        }
        Ok(phase
            .map(|phase| encode::security_status(Some(&id), &instrument, phase, Occasion::Asked))
            .into_iter()
            .collect())
    }

    /// SecurityListRequest (x).
    fn security_list(&self, message: &Message, msg_seq_num: u64) -> Result<Vec<Body>, Refused> {
        let id = request::id(message, tag::SECURITY_REQ_ID)?;
        let response_id = format!("{}-{msg_seq_num}", self.incarnation());
        let directory = &self.venue.directory;
        let instruments = match message.value(tag::SECURITY_LIST_REQUEST_TYPE) {
            Some(b"4") => directory.instruments(),
            Some(b"0") => {
                let symbol = message.text(tag::SYMBOL);
                let known = symbol.and_then(|symbol| directory.instrument_by_symbol(symbol));
                known.into_iter().collect()
            }
            _ => return Ok(vec![encode::security_list_refused(&id, &response_id)]),
        };
        let total = instruments.len();
        if total == 0 {
            return Ok(vec![encode::security_list(&id, &response_id, &[], 0, true)]);
        }
        let parts: Vec<_> = instruments.chunks(LIST_FRAGMENT).collect();
        let last = parts.len() - 1;
        let bodies = parts.iter().enumerate().map(|(index, part)| {
            encode::security_list(&id, &response_id, part, total, index == last)
        });
        Ok(bodies.collect())
    }

    /// TradingSessionStatusRequest (g).
    fn trading_session_status(&self, message: &Message) -> Result<Vec<Body>, Refused> {
        let id = request::id(message, tag::TRAD_SES_REQ_ID)?;
        if request::subscription(message)? != Subscription::Snapshot {
            return Err(Refused::Unsupported {
                tag: tag::SUBSCRIPTION_REQUEST_TYPE,
            });
        }
        let session = message.text(tag::TRADING_SESSION_ID);
        if let Some(other) = session.filter(|session| *session != encode::TRADING_SESSION) {
            return Ok(vec![encode::trading_session_refused(&id, other)]);
        }
        let view = self.venue.view.read();
        Ok(vec![encode::trading_session_status(&id, view.phases())])
    }

    /// The connection as the publisher knows it, and what it is subscribed to.
    fn subscriber(&mut self) -> Option<(Subscriber, &mut Desk)> {
        let link = self.link.as_mut()?;
        let subscriber = Subscriber {
            number: link.number,
            outbox: Arc::clone(link.connection.outbox()),
            bodies: self.transient_sender.clone(),
        };
        Some((subscriber, &mut link.desk))
    }
}
