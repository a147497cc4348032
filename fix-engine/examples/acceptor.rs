//! An acceptor that fills every order at its price: a session with its numbers and messages in a file, and a password.
//!
//! `cargo run -p fix-engine --example acceptor -- 127.0.0.1:9878 EXEC TW secret FOLDER`

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use fix_engine::codec::body::Body;
use fix_engine::codec::message::Message;
use fix_engine::dictionary::Dictionary;
use fix_engine::io::acceptor::{Acceptor, AcceptorConfig};
use fix_engine::io::admission::{Account, Accounts};
use fix_engine::io::application::{Application, Event, Observer, SessionId, Taken, Turn};
use fix_engine::io::file_store::FileStore;
use fix_engine::io::session_task::SessionParts;
use fix_engine::session::config::SessionConfig;
use fix_engine::session::logon::Password;
use fix_engine::{msg_type, tag};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = env::args().skip(1).collect();
    let [address, ours, theirs, password, folder] = words.as_slice() else {
        return Err("usage: acceptor ADDRESS OUR-COMP-ID THEIR-COMP-ID PASSWORD FOLDER".into());
    };
    let acceptor = open(ours, theirs, password, Path::new(folder))?;
    let address = acceptor.listen(address).await?;
    writeln!(io::stdout(), "listening at {address}; Ctrl-C ends it")?;
    tokio::signal::ctrl_c().await?;
    acceptor.stop("the executor is closing").await;
    Ok(())
}

/// An acceptor with one session. More are added by more calls of [`Acceptor::add`], at any time.
pub fn open(
    ours: &str,
    theirs: &str,
    password: &str,
    folder: &Path,
) -> Result<Acceptor, Box<dyn Error>> {
    let account = Account {
        password: Some(Password::new(password)),
        ..Account::default()
    };
    let acceptor = Acceptor::new(AcceptorConfig {
        doorkeeper: Arc::new(Accounts::new().with(theirs, account)),
        observer: Arc::new(Log),
        ..AcceptorConfig::default()
    });
    let dictionary = Arc::new(Dictionary::fix44());
    acceptor.add(SessionParts {
        config: SessionConfig::acceptor(ours, theirs).with_dictionary(dictionary),
        store: Box::new(FileStore::open(folder.join(theirs))?),
        application: Box::new(Executor::default()),
    })?;
    Ok(acceptor)
}

/// Fills every order at its price.
#[derive(Debug, Default)]
pub struct Executor {
    /// Orders filled since the start.
    filled: u64,
}

impl Application for Executor {
    fn on_message(&mut self, message: &Message, turn: &mut Turn<'_>) -> Taken {
        let answer = match message.msg_type() {
            msg_type::NEW_ORDER_SINGLE => self.fill(message, turn),
            _ => not_taken(message),
        };
        turn.send(answer);
        // the answer is in the store before the peer is told that its order was taken
        Taken::Done
    }
}

impl Executor {
    fn fill(&mut self, order: &Message, turn: &Turn<'_>) -> Body {
        self.filled += 1;
        // unique after a restart, too
        let id = format!("{}-{}", turn.now().nanos(), self.filled);
        let value = |tag| order.value(tag).unwrap_or_default();
        // a market order has no price of its own
        let price = order.value(tag::PRICE).unwrap_or(b"100");
        let mut report = Body::new(msg_type::EXECUTION_REPORT);
        report
            .push(tag::ORDER_ID, id.as_str())
            .push(tag::CL_ORD_ID, value(tag::CL_ORD_ID))
            .push(tag::EXEC_ID, id.as_str())
            .push(tag::EXEC_TYPE, 'F')
            .push(tag::ORD_STATUS, '2')
            .push(tag::SYMBOL, value(tag::SYMBOL))
            .push(tag::SIDE, value(tag::SIDE))
            .push(tag::ORDER_QTY, value(tag::ORDER_QTY))
            .push(tag::LAST_QTY, value(tag::ORDER_QTY))
            .push(tag::LAST_PX, price)
            .push(tag::LEAVES_QTY, 0_u32)
            .push(tag::CUM_QTY, value(tag::ORDER_QTY))
            .push(tag::AVG_PX, price)
            .push(tag::TRANSACT_TIME, turn.now());
        report
    }
}

/// BusinessMessageReject (j): a message that this application does not take.
fn not_taken(message: &Message) -> Body {
    let mut body = Body::new(msg_type::BUSINESS_MESSAGE_REJECT);
    body.push(tag::REF_SEQ_NUM, message.msg_seq_num().unwrap_or_default())
        .push(tag::REF_MSG_TYPE, message.msg_type())
        .push(tag::BUSINESS_REJECT_REASON, 3_u32)
        .push(tag::TEXT, "only orders are taken");
    body
}

/// A line on standard error for everything that happens.
struct Log;

impl Observer for Log {
    fn session(&self, session: &SessionId, event: &Event<'_>) {
        let _closed = writeln!(io::stderr(), "{session}: {event:?}");
    }

    fn turned_away(&self, peer: SocketAddr, why: &str) {
        let _closed = writeln!(io::stderr(), "{peer} turned away: {why}");
    }
}
