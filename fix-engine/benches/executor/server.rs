//! The server: an acceptor with the application of the example `acceptor`, which answers each order with an ExecutionReport. In: `--serve SESSIONS [--dictionary]
//! [--files] [--fill MESSAGES] [--chunk MESSAGES] [--pace MESSAGES] [--threads THREADS]`: `--fill` for messages that the first session keeps from before, `--chunk` and
//! `--pace` for the pieces of a resend and for how many a second, `--threads` for a runtime of several threads. Out: its address on standard output; it ends when it is
//! killed.

use std::error::Error;
use std::io::{self, Write};
use std::sync::Arc;

use fix_engine::codec::body::Body;
use fix_engine::dictionary::Dictionary;
use fix_engine::io::acceptor::{Acceptor, AcceptorConfig};
use fix_engine::io::file_store::FileStore;
use fix_engine::io::handle::SessionHandle;
use fix_engine::io::session_task::SessionParts;
use fix_engine::session::config::SessionConfig;
use fix_engine::session::memory_store::MemoryStore;
use fix_engine::session::store::Store;
use fix_engine::{msg_type, tag};

#[path = "../../examples/acceptor.rs"]
#[allow(dead_code, unreachable_pub)]
mod example;

use example::Executor;

/// The CompID of the session with this number.
pub(crate) fn comp_id(number: usize) -> String {
    format!("C{number:05}")
}

fn after<'a>(words: &'a [String], word: &str) -> Option<&'a str> {
    let at = words.iter().position(|given| given == word)?;
    words.get(at + 1).map(String::as_str)
}

/// Messages that are kept for a peer that is not there yet.
async fn fill(session: &SessionHandle, messages: u64) -> Result<(), Box<dyn Error>> {
    for number in 1..=messages {
        let mut body = Body::new(msg_type::EXECUTION_REPORT);
        body.push(tag::ORDER_ID, number)
            .push(tag::CL_ORD_ID, "FROM BEFORE")
            .push(tag::EXEC_ID, number)
            .push(tag::EXEC_TYPE, '0')
            .push(tag::ORD_STATUS, '0')
            .push(tag::SYMBOL, "LOGA")
            .push(tag::SIDE, '1')
            .push(tag::ORDER_QTY, 100_u32)
            .push(tag::LEAVES_QTY, 100_u32)
            .push(tag::CUM_QTY, 0_u32)
            .push(tag::AVG_PX, 0_u32);
        session.send(body).await?;
    }
    session.status().await?;
    Ok(())
}

/// Serves until it is killed.
pub(crate) fn serve(words: &[String]) -> Result<(), Box<dyn Error>> {
    let sessions: usize = words.get(1).ok_or("how many sessions?")?.parse()?;
    let has = |word: &str| words.iter().any(|given| given == word);
    let dictionary = has("--dictionary").then(|| Arc::new(Dictionary::fix44()));
    let folder = tempfile::tempdir()?;
    let runtime = match after(words, "--threads") {
        Some(threads) => tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads.parse()?)
            .enable_all()
            .build()?,
        None => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?,
    };
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
            if let Some(chunk) = after(words, "--chunk") {
                config.resend_chunk = chunk.parse()?;
            }
            if let Some(pace) = after(words, "--pace") {
                config.resend_messages_per_sec = pace.parse()?;
            }
            let application = Box::new(Executor::default());
            acceptor.add(SessionParts {
                config,
                store,
                application,
            })?;
        }
        if let Some(messages) = after(words, "--fill") {
            fill(&acceptor.sessions()[0], messages.parse()?).await?;
        }
        let address = acceptor.listen("127.0.0.1:0").await?;
        writeln!(io::stdout(), "{address}")?;
        std::future::pending::<()>().await;
        Ok(())
    })
}
