//! An initiator that sends one order and shows what comes back. Give several hosts: they are tried in turn.
//!
//! `cargo run -p fix-engine --example initiator -- TW EXEC secret localhost:9878 localhost:9879`

use std::env;
use std::error::Error;
use std::io::{self, Write};

use fix_engine::codec::body::{Body, Decimal};
use fix_engine::codec::message::Message;
use fix_engine::io::application::{Application, Taken, Turn};
use fix_engine::io::initiator::{Initiator, InitiatorConfig};
use fix_engine::io::session_task::SessionParts;
use fix_engine::io::target::Target;
use fix_engine::session::config::SessionConfig;
use fix_engine::session::logon::Password;
use fix_engine::session::memory_store::MemoryStore;
use fix_engine::{msg_type, tag};
use tokio::sync::mpsc;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = env::args().skip(1).collect();
    let [ours, theirs, password, hosts @ ..] = words.as_slice() else {
        return Err("usage: initiator OUR-COMP-ID THEIR-COMP-ID PASSWORD HOST:PORT...".into());
    };
    let hosts = hosts.iter().map(|host| target(host));
    let hosts = hosts.collect::<Result<Vec<_>, _>>()?;
    let report = trade(ours, theirs, password, hosts).await?;
    writeln!(io::stdout(), "{}", report.to_pipe())?;
    Ok(())
}

fn target(host: &str) -> Result<Target, Box<dyn Error>> {
    let (name, port) = host.rsplit_once(':').ok_or("a host is NAME:PORT")?;
    Ok(Target::named(name, port.parse()?))
}

/// Sends an order, waits for its report and logs out.
pub async fn trade(
    ours: &str,
    theirs: &str,
    password: &str,
    hosts: Vec<Target>,
) -> Result<Message, Box<dyn Error>> {
    let mut config = SessionConfig::initiator(ours, theirs);
    config.password = Some(Password::new(password));
    // numbers are kept in memory: each run begins at 1
    config.reset_seq_num_flag = true;
    let (reports, mut inbox) = mpsc::unbounded_channel();
    let parts = SessionParts {
        config,
        store: Box::new(MemoryStore::new()),
        application: Box::new(Trader {
            has_sent: false,
            reports,
        }),
    };
    let initiator = Initiator::start(InitiatorConfig::new(hosts), parts)?;
    let report = inbox.recv().await.ok_or("the session ended")?;
    initiator.stop("").await;
    Ok(report)
}

/// Sends an order once it is logged on, and hands over what comes back.
struct Trader {
    /// A session logs on each time that it comes back; the order is sent once.
    has_sent: bool,
    reports: mpsc::UnboundedSender<Message>,
}

impl Application for Trader {
    fn on_logon(&mut self, turn: &mut Turn<'_>) {
        if std::mem::replace(&mut self.has_sent, true) {
            return;
        }
        let mut order = Body::new(msg_type::NEW_ORDER_SINGLE);
        order
            .push(tag::CL_ORD_ID, "ORDER1")
            .push(tag::SYMBOL, "LOGA")
            .push(tag::SIDE, '1')
            .push(tag::TRANSACT_TIME, turn.now())
            .push(tag::ORDER_QTY, 100_u32)
            .push(tag::ORD_TYPE, '2')
            .push(
                tag::PRICE,
                Decimal {
                    mantissa: 10_125,
                    scale: 2,
                },
            );
        turn.send(order);
    }

    fn on_message(&mut self, message: &Message, _: &mut Turn<'_>) -> Taken {
        // nobody waits any more once the program ends
        let _ended = self.reports.send(message.clone());
        Taken::Done
    }
}
