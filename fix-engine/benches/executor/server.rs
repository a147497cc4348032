//! The server: an acceptor whose application answers each order with an ExecutionReport. In: `--serve SESSIONS [--dictionary]
//! [--files]`. Out: its address on standard output; it ends when it is killed.

use std::error::Error;
use std::io::{self, Write};
use std::sync::Arc;

use fix_engine::codec::body::{Body, Decimal};
use fix_engine::codec::message::Message;
use fix_engine::dictionary::Dictionary;
use fix_engine::io::acceptor::{Acceptor, AcceptorConfig};
use fix_engine::io::application::{Application, Taken, Turn};
use fix_engine::io::file_store::FileStore;
use fix_engine::io::session_task::SessionParts;
use fix_engine::session::config::SessionConfig;
use fix_engine::session::memory_store::MemoryStore;
use fix_engine::session::store::Store;
use fix_engine::{msg_type, tag};

/// The CompID of the session with this number.
pub(crate) fn comp_id(number: usize) -> String {
    format!("C{number:05}")
}

/// Serves until it is killed.
pub(crate) fn serve(words: &[String]) -> Result<(), Box<dyn Error>> {
    let sessions: usize = words.get(1).ok_or("how many sessions?")?.parse()?;
    let has = |word: &str| words.iter().any(|given| given == word);
    let dictionary = has("--dictionary").then(|| Arc::new(Dictionary::fix44()));
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let acceptor = Acceptor::new(AcceptorConfig {
            connections_max: usize::MAX,
            connections_per_address_max: usize::MAX,
            ..AcceptorConfig::default()
        });
        for number in 0..sessions {
            let name = comp_id(number);
            let store: Box<dyn Store + Send> = if has("--files") {
                Box::new(FileStore::open(folder.path().join(&name))?)
            } else {
                Box::new(MemoryStore::new())
            };
            let mut config = SessionConfig::acceptor("EXEC", name);
            config.dictionary = dictionary.clone();
            let application = Box::new(Executor { answered: 0 });
            acceptor.add(SessionParts {
                config,
                store,
                application,
            })?;
        }
        let address = acceptor.listen("127.0.0.1:0").await?;
        writeln!(io::stdout(), "{address}")?;
        std::future::pending::<()>().await;
        Ok(())
    })
}

/// Fills every order at its price.
struct Executor {
    answered: u64,
}

impl Application for Executor {
    fn on_message(&mut self, order: &Message, turn: &mut Turn<'_>) -> Taken {
        if order.msg_type() == msg_type::NEW_ORDER_SINGLE {
            self.answered += 1;
            turn.send(report(order, self.answered, turn));
        }
        Taken::Done
    }
}

fn report(order: &Message, number: u64, turn: &Turn<'_>) -> Body {
    let value = |tag| order.value(tag).unwrap_or_default();
    let mut body = Body::new(msg_type::EXECUTION_REPORT);
    body.push(tag::ORDER_ID, number)
        .push(tag::CL_ORD_ID, value(tag::CL_ORD_ID))
        .push(tag::EXEC_ID, number)
        .push(tag::EXEC_TYPE, 'F')
        .push(tag::ORD_STATUS, '2')
        .push(tag::ACCOUNT, value(tag::ACCOUNT))
        .push(tag::SYMBOL, value(tag::SYMBOL))
        .push(tag::SIDE, value(tag::SIDE))
        .push(tag::ORDER_QTY, value(tag::ORDER_QTY))
        .push(tag::ORD_TYPE, value(tag::ORD_TYPE))
        .push(tag::PRICE, value(tag::PRICE))
        .push(tag::LAST_QTY, value(tag::ORDER_QTY))
        .push(tag::LAST_PX, value(tag::PRICE))
        .push(
            tag::LEAVES_QTY,
            Decimal {
                mantissa: 0,
                scale: 0,
            },
        )
        .push(tag::CUM_QTY, value(tag::ORDER_QTY))
        .push(tag::AVG_PX, value(tag::PRICE))
        .push(tag::TRANSACT_TIME, turn.now());
    body
}
