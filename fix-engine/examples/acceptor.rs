//! An acceptor that echoes every order: the drive loop of a session with a file store, one connection at a time.
//!
//! `cargo run -p fix-engine --example acceptor -- 127.0.0.1:9878 ISLD TW session.fixlog`

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use fix_engine::codec::body::Body;
use fix_engine::codec::message::Message;
use fix_engine::dictionary::Dictionary;
use fix_engine::io::clock;
use fix_engine::io::file_store::FileStore;
use fix_engine::io::frames::{Frame, Frames};
use fix_engine::session::Session;
use fix_engine::session::action::Action;
use fix_engine::session::config::SessionConfig;
use fix_engine::session::input::{Cause, Input, Send};
use fix_engine::session::logon::LogonRequest;
use fix_engine::session::store::Store;
use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::codec::FramedRead;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = env::args().skip(1).collect();
    let [address, ours, theirs, path] = words.as_slice() else {
        return Err("usage: acceptor ADDRESS OUR-COMP-ID THEIR-COMP-ID FILE".into());
    };
    let config =
        SessionConfig::acceptor(ours, theirs).with_dictionary(Arc::new(Dictionary::fix44()));
    let mut echo = Echo {
        session: Session::new(config),
        store: FileStore::open(path)?,
        actions: Vec::new(),
    };
    let listener = TcpListener::bind(address).await?;
    loop {
        let (stream, peer) = listener.accept().await?;
        let ended = echo.converse(stream).await;
        echo.handle(Input::Disconnected);
        echo.actions.clear();
        writeln!(io::stdout(), "{peer}: {ended:?}")?;
    }
}

/// One session, its store, and an application that echoes.
struct Echo {
    session: Session,
    store: FileStore,
    actions: Vec<Action>,
}

impl Echo {
    /// One connection from its Logon to its end.
    async fn converse(&mut self, stream: TcpStream) -> Result<(), Box<dyn Error>> {
        let mut framed = FramedRead::new(stream, Frames::default());
        let first = tokio::time::timeout(Duration::from_secs(10), framed.next()).await?;
        let Some(Ok(Frame::Message(logon))) = first else {
            return Err("no Logon".into());
        };
        let request = LogonRequest::read(&logon)?;
        let config = self.session.config();
        if request.sender != config.target_comp_id || request.target != config.sender_comp_id {
            return Err(
                format!("unknown CompIDs {} and {}", request.sender, request.target).into(),
            );
        }
        self.handle(Input::Connected);
        self.handle(Input::Message(logon));
        while self.carry_out(framed.get_mut()).await? {
            let input = self.wait(&mut framed).await?;
            self.handle(input);
        }
        Ok(())
    }

    async fn wait(
        &mut self,
        framed: &mut FramedRead<TcpStream, Frames>,
    ) -> Result<Input, Box<dyn Error>> {
        let wait = self
            .session
            .next_timeout()
            .map_or(Duration::from_secs(3600), |at| {
                Duration::from_nanos(u64::try_from(at.nanos_since(clock::now())).unwrap_or(0))
            });
        tokio::select! {
            frame = framed.next() => match frame {
                Some(Ok(frame)) => Ok(Input::from(frame)),
                Some(Err(error)) => Err(error.into()),
                None => Err("the peer hung up".into()),
            },
            () = tokio::time::sleep(wait) => Ok(Input::Tick),
        }
    }

    /// Carries out the actions; `false` once the connection is to be closed.
    async fn carry_out(&mut self, stream: &mut TcpStream) -> Result<bool, Box<dyn Error>> {
        while !self.actions.is_empty() {
            for action in std::mem::take(&mut self.actions) {
                match action {
                    Action::Transmit(bytes) => stream.write_all(&bytes).await?,
                    Action::Deliver(message) => self.deliver(&message),
                    Action::StoreFailed(error) => return Err(error.into()),
                    Action::Disconnect { .. } => {
                        stream.shutdown().await?;
                        return Ok(false);
                    }
                    _ => {}
                }
            }
        }
        Ok(true)
    }

    /// The application: sends the message back. Its effect is that answer, which is durable once it is stored.
    fn deliver(&mut self, message: &Message) {
        let entry = self.store.last_cause().map_or(1, |cause| cause.entry + 1);
        let echo = Body::of(message.msg_type(), message.view());
        self.handle(Input::Send(echo, Send::Durable(Cause { entry, index: 0 })));
        if let Ok(msg_seq_num) = message.msg_seq_num() {
            self.handle(Input::Confirm { msg_seq_num });
        }
    }

    fn handle(&mut self, input: Input) {
        self.session
            .handle(clock::now(), input, &mut self.store, &mut self.actions);
    }
}
