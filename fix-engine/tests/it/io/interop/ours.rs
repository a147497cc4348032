//! [`Ours`]: the library's initiator as these tests drive it, over a cable that can be cut. It stays away until it is told to connect. In: what to
//! do. Out: what came.

use std::sync::Arc;
use std::time::Duration;

use fix_engine::codec::body::Body;
use fix_engine::codec::message::Message;
use fix_engine::io::application::{Application, Taken, Turn};
use fix_engine::io::backoff::Backoff;
use fix_engine::io::client::Target;
use fix_engine::io::handle::SessionStatus;
use fix_engine::io::initiator::{Initiator, InitiatorConfig};
use fix_engine::io::session_task::SessionParts;
use fix_engine::session::config::SessionConfig;
use fix_engine::session::memory_store::MemoryStore;
use fix_engine::tag;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::super::PATIENCE;
use super::super::cable::Cable;
use super::super::echo::Diary;

/// So long that only [`Ours::connect`] ends it.
const AWAY: Backoff = Backoff {
    first: Duration::from_secs(100_000),
    max: Duration::from_secs(100_000),
    jitter_percent: 0,
};

/// What the diary says of a logout of ours that the peer has answered.
const LOGOUT_ANSWERED: &str = "Disconnected(LogoutAnswered)";

/// What happens to the session.
enum Happened {
    Message(Message),
    Rejected(Message),
    LoggedOut(String),
}

/// Passes on what happens.
struct Reporter(mpsc::UnboundedSender<Happened>);

impl Reporter {
    fn report(&self, happened: Happened) {
        let _nobody_looks = self.0.send(happened);
    }
}

impl Application for Reporter {
    fn on_message(&mut self, message: &Message, _: &mut Turn<'_>) -> Taken {
        self.report(Happened::Message(message.clone()));
        Taken::Done
    }

    fn on_logout(&mut self, text: &str, _: &mut Turn<'_>) {
        self.report(Happened::LoggedOut(text.to_owned()));
    }

    fn on_reject(&mut self, message: &Message, _: &mut Turn<'_>) {
        self.report(Happened::Rejected(message.clone()));
    }
}

/// Our side.
pub(super) struct Ours {
    initiator: Initiator,
    happened: mpsc::UnboundedReceiver<Happened>,
    cable: Cable,
    diary: Arc<Diary>,
    /// Messages of ours that the peer refused.
    pub(super) rejected: Vec<Message>,
}

impl Ours {
    /// An initiator of the host that `target` makes of the cable's address; not yet connected.
    pub(super) fn new(config: SessionConfig, target: Target, cable: Cable) -> Ours {
        let diary = Arc::new(Diary::default());
        let (sender, happened) = mpsc::unbounded_channel();
        let parts = SessionParts {
            config,
            store: Box::new(MemoryStore::new()),
            application: Box::new(Reporter(sender)),
        };
        let config = InitiatorConfig {
            backoff: AWAY,
            connects_at_start: false,
            observer: Arc::clone(&diary) as _,
            ..InitiatorConfig::new(vec![target])
        };
        Ours {
            initiator: Initiator::start(config, parts).expect("a host"),
            happened,
            cable,
            diary,
            rejected: Vec::new(),
        }
    }

    /// Connects, once both sides have closed the former connection, and waits until they are logged on. That the peer has forgotten the former one,
    /// too, [`Peer::logged_out`](super::peer::Peer::logged_out) waits for.
    pub(super) async fn connect(&mut self) {
        let gone = timeout(PATIENCE, self.cable.unused()).await;
        assert!(gone.is_ok(), "the peer holds on: {}", self.diary.all());
        let logons = self.status().await.logons;
        self.initiator.connect_now();
        let logged_on = async {
            loop {
                let status = self.status().await;
                if status.logons > logons && status.is_logged_on {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        let in_time = timeout(PATIENCE, logged_on).await;
        assert!(in_time.is_ok(), "no logon: {}", self.diary.all());
    }

    /// Sends a message, or keeps it while nobody is there; its MsgSeqNum.
    pub(super) async fn send(&mut self, body: Body) -> u64 {
        let number = self.status().await.next_out;
        let session = self.initiator.session();
        session.send(body).await.expect("it lives");
        assert_eq!(self.status().await.next_out, number + 1);
        number
    }

    /// The next application message, which must be this report.
    pub(super) async fn report(&mut self, id: &str, exec_type: &str) -> Message {
        loop {
            match self.next().await {
                Happened::Message(message) => {
                    let seen = [tag::CL_ORD_ID, tag::EXEC_TYPE].map(|tag| message.text(tag));
                    assert_eq!(seen, [Some(id), Some(exec_type)], "{message:?}");
                    return message;
                }
                Happened::Rejected(message) => self.rejected.push(message),
                Happened::LoggedOut(text) => panic!("logged out before {id}: {text}"),
            }
        }
    }

    /// Waits until it is logged out; why.
    pub(super) async fn logged_out(&mut self) -> String {
        match self.next().await {
            Happened::LoggedOut(text) => text,
            Happened::Message(message) | Happened::Rejected(message) => panic!("{message:?}"),
        }
    }

    /// Logs out, and waits for the answer.
    pub(super) async fn log_out(&mut self) {
        let answered = self.diary.count(LOGOUT_ANSWERED);
        let session = self.initiator.session();
        session.log_out("").await.expect("it lives");
        self.logged_out().await;
        self.diary.wait_for(answered + 1, LOGOUT_ANSWERED).await;
    }

    /// Cuts the cable; ours knows it then.
    pub(super) async fn cut(&mut self) {
        self.cable.cut();
        self.logged_out().await;
    }

    pub(super) async fn status(&self) -> SessionStatus {
        self.initiator.session().status().await.expect("it lives")
    }

    async fn next(&mut self) -> Happened {
        let next = timeout(PATIENCE, self.happened.recv()).await;
        let next = next.unwrap_or_else(|_| panic!("nothing comes: {}", self.diary.all()));
        next.expect("the session lives")
    }
}
