//! The last words to a peer that has proved who it is and gets no session all the same: a Logout (5) that says why, outside of the session's
//! numbers. In: the connection and a [`Stranger`]. Out: a line of the log, a figure, the Logout, and the end of the connection. Nobody waits for it.

use crate::gateway::connection::Connection;
use crate::gateway::logon::{Stranger, may_log_on};
use crate::gateway::roster::{Attachment, Mail, SessionHandle};
use crate::gateway::venue::Venue;
use bytes::Bytes;
use fix_engine::io::{clock, front};
use market::id::CompId;
use tokio::sync::mpsc::error::SendError;
use tracing::info;

/// The Logout that tells a participant why it gets no session; `None` where it is not told.
pub(crate) fn farewell(why: &Stranger, comp_id: CompId, venue: &Venue) -> Option<Bytes> {
    let comp_ids = (venue.config.sender_comp_id.as_str(), comp_id.as_str());
    let text = why.text()?;
    Some(front::farewell("FIX.4.4", comp_ids, &text, clock::now()))
}

impl SessionHandle {
    /// Hands a connection to the session. One that has ended meanwhile, since its participant is removed or the venue is closing, turns it away.
    pub(crate) async fn attach(&self, attachment: Attachment, venue: &Venue) {
        let mail = Mail::Attach(Box::new(attachment));
        if let Err(SendError(Mail::Attach(attachment))) = self.mailbox.send(mail).await {
            let record = venue.directory.participant_by_comp_id(self.comp_id);
            let removed = may_log_on(record.as_deref(), self.comp_id, self.life);
            let why = removed.err().unwrap_or(Stranger::Closing);
            attachment.turn_away(&why, self.comp_id, venue);
        }
    }
}

impl Attachment {
    /// Ends the connection, which gets no session.
    pub(crate) fn turn_away(self, why: &Stranger, comp_id: CompId, venue: &Venue) {
        info!(peer = %self.peer.address, %why, "turned away");
        let fix = &venue.metrics.fix;
        fix.logons.inc(why.result());
        let (config, waiting) = (&venue.config, fix.outbound_queue_messages.clone());
        let (max_bytes, queue) = (config.max_message_bytes, config.outbound_queue);
        let mut connection = Connection::start(self.peer, max_bytes, queue, waiting);
        if let Some(words) = farewell(why, comp_id, venue) {
            let _first = connection.put(&words);
        }
        connection.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::config::JournalConfig;
    use crate::directory::record::ParticipantRecord;
    use crate::gateway::connection::Peer;
    use crate::gateway::logon::{Shown, admit};
    use crate::gateway::roster::Roster;
    use crate::gateway::session_task::SessionTask;
    use crate::hub::{self, Hub, Running};
    use crate::metrics::labels::LogonResult;
    use bytes::BytesMut;
    use fix_engine::codec::message::Message;
    use fix_engine::io::limits::Limits;
    use fix_engine::io::stream::Stream;
    use fix_engine::session::logon::LogonRequest;
    use journal::disk::Files;
    use journal::entry::{Entry, Instruction, Origin, TraceId};
    use journal::participant::{ClientCert, Credentials, ParticipantChange, PasswordHash, Rights};
    use market::command::Command;
    use market::event::Event;
    use market::id::ParticipantId;
    use market::time::Timestamp;
    use std::net::Ipv4Addr;
    use std::sync::Arc;
    use std::sync::atomic::Ordering;
    use std::time::Duration;
    use tempfile::TempDir;
    use tokio::io::AsyncReadExt;
    use tokio::net::{TcpListener, TcpStream};
    use tokio::time::timeout;
    use tokio_util::sync::CancellationToken;

    const PATIENCE: Duration = Duration::from_secs(30);
    /// A race is run so often that each way it can go is gone.
    const ROUNDS: usize = 32;

    fn name() -> CompId {
        "BOT01".parse().expect("a CompID")
    }

    /// What a stage stands on.
    struct Ground {
        folder: TempDir,
        hub: Hub,
        running: Running,
    }

    impl Ground {
        fn open() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let (config, clock) = (JournalConfig::default(), SystemClock::default());
            let opened = hub::open(&config, folder.path(), Box::new(Files), Box::new(clock));
            let (hub, running) = opened.expect("a new journal opens");
            Self {
                folder,
                hub,
                running,
            }
        }

        fn close(self) {
            self.running.shut_down().expect("nothing stopped it");
        }
    }

    /// A venue with one participant, whose session is open and whose task has not begun.
    struct Stage {
        venue: Arc<Venue>,
        session: SessionHandle,
        task: Option<SessionTask>,
    }

    impl Stage {
        fn new(ground: &Ground, round: usize) -> Self {
            let sessions = ground.folder.path().join(round.to_string());
            std::fs::create_dir(&sessions).expect("the folder is there");
            let venue = Arc::new(Venue::alone(&ground.hub, sessions));
            define(&venue);
            let record = record(&venue);
            let end = CancellationToken::new();
            let opened = SessionTask::open(&record, Arc::clone(&venue), 0, end.clone());
            let (session, task) = opened.expect("a new store opens");
            Self {
                venue,
                session,
                task: Some(task),
            }
        }

        fn begin(&mut self) {
            let task = self.task.take().expect("it has not begun");
            tokio::spawn(task.run(self.session.end.clone()));
        }

        /// A connection that has proved itself and has the session's claim; the peer's end of it.
        async fn proven(&self) -> (Attachment, TcpStream) {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
            let address = listener.local_addr().expect("bound");
            let peer = TcpStream::connect(address).await.expect("connected");
            let (stream, address) = listener.accept().await.expect("accepted");
            let permit = Limits::new(1, 1).take(address.ip()).expect("a place");
            let logon = "8=FIX.4.4|35=A|34=7|49=BOT01|56=LOGGIA|52=20260105-09:00:00|98=0|108=30|";
            let attachment = Attachment {
                peer: Peer {
                    stream: Stream::Plain(stream),
                    unread: BytesMut::new(),
                    address,
                    certificate: None,
                    permit,
                },
                logon: Message::from_pipe(logon).expect("a message"),
                claim: self.session.claim().expect("nobody has it"),
            };
            (attachment, peer)
        }

        /// What the peer is told; the session is free again then.
        async fn told(&self, mut peer: TcpStream) -> String {
            let mut bytes = Vec::new();
            let read = timeout(PATIENCE, peer.read_to_end(&mut bytes)).await;
            read.expect("it hangs up in time").expect("read");
            assert!(self.session.is_free().await);
            let text = String::from_utf8(bytes).expect("text");
            let fields = text.split('\u{1}');
            let wanted = ["35=", "34=", "49=", "56=", "58="];
            let fields = fields.filter(|field| wanted.iter().any(|tag| field.starts_with(tag)));
            fields.collect::<Vec<_>>().join("|")
        }

        fn counted(&self, result: LogonResult) -> u64 {
            self.venue.metrics.fix.logons.count(result)
        }
    }

    fn record(venue: &Venue) -> Arc<ParticipantRecord> {
        let record = venue.directory.participant(ParticipantId(0));
        record.expect("it is admitted")
    }

    fn apply(venue: &Venue, instruction: Instruction, events: Vec<Event>) {
        venue.directory.apply([&Entry {
            seq: 1,
            at: Timestamp::from_nanos(0),
            origin: Origin::System,
            trace: TraceId(0),
            instruction,
            events,
        }]);
    }

    fn define(venue: &Venue) {
        let (comp_id, participant) = (name(), ParticipantId(0));
        let command = Command::AdmitParticipant { comp_id };
        let admitted = Event::ParticipantAdmitted {
            participant,
            comp_id,
        };
        apply(venue, Instruction::Market(command), vec![admitted]);
        let credentials = Credentials {
            password_hash: PasswordHash::of("x").expect("hashed"),
            own_password: None,
            password_max_age_days: None,
            cert_fingerprint: None,
            cert_subject: None,
            client_cert: ClientCert::Off,
            networks: Vec::new(),
            rights: Rights {
                orders: true,
                market_data: true,
            },
            reset_on_logon: false,
        };
        change(
            venue,
            ParticipantChange::Define {
                comp_id,
                credentials,
            },
        );
    }

    fn change(venue: &Venue, change: ParticipantChange) {
        apply(venue, Instruction::Participant(change), Vec::new());
    }

    #[tokio::test]
    async fn a_store_that_has_failed_is_no_secret_to_who_has_the_password() {
        let ground = Ground::open();
        let stage = Stage::new(&ground, 0);
        let roster = Roster::default();
        roster.add(ParticipantId(0), stage.session.clone());
        let has_failed = &stage.session.standing.has_failed;
        has_failed.store(true, Ordering::Relaxed);
        let ask = async |password: &str| {
            let logon = "8=FIX.4.4|35=A|34=1|49=BOT01|56=LOGGIA|52=20260105-09:00:00|98=0|108=30|";
            let logon = Message::from_pipe(&format!("{logon}554={password}|"));
            let request = LogonRequest::read(&logon.expect("a message")).expect("a Logon");
            let shown = Shown {
                address: Ipv4Addr::LOCALHOST.into(),
                certificate: None,
                request: &request,
            };
            admit(shown, &stage.venue, &roster).await
        };
        let refused = ask("x").await;
        assert!(
            matches!(refused, Err(Stranger::StoreFailed(_))),
            "{refused:?}"
        );
        let refused = ask("y").await;
        assert!(matches!(refused, Err(Stranger::Password(_))), "{refused:?}");
        has_failed.store(false, Ordering::Relaxed);
        assert!(ask("x").await.is_ok());
        ground.close();
    }

    #[tokio::test]
    async fn a_store_that_fails_after_the_proof_is_told() {
        let ground = Ground::open();
        let mut stage = Stage::new(&ground, 0);
        stage.begin();
        let (attachment, peer) = stage.proven().await;
        stage
            .session
            .standing
            .has_failed
            .store(true, Ordering::Relaxed);
        stage.session.attach(attachment, &stage.venue).await;
        let told = "35=5|34=1|49=LOGGIA|56=BOT01|58=the session's store has failed, ask the venue's operator";
        assert_eq!(stage.told(peer).await, told);
        assert_eq!(stage.counted(LogonResult::StoreFailed), 1);
        ground.close();
    }

    #[tokio::test]
    async fn who_is_disabled_after_the_proof_is_told_the_reason() {
        let ground = Ground::open();
        let mut stage = Stage::new(&ground, 0);
        stage.begin();
        let (attachment, peer) = stage.proven().await;
        let (comp_id, reason) = (name(), "margin call".parse().expect("a text"));
        change(&stage.venue, ParticipantChange::Disable { comp_id, reason });
        stage.session.attach(attachment, &stage.venue).await;
        let told = "35=5|34=1|49=LOGGIA|56=BOT01|58=disabled by the venue: margin call";
        assert_eq!(stage.told(peer).await, told);
        assert_eq!(stage.counted(LogonResult::Disabled), 1);
        ground.close();
    }

    #[tokio::test]
    async fn who_is_removed_after_the_proof_is_told_so_whether_the_session_has_ended_or_is_about_to()
     {
        let told =
            "35=5|34=1|49=LOGGIA|56=BOT01|58=you are not a participant of this venue any more";
        let ground = Ground::open();
        for round in 0..ROUNDS {
            let mut stage = Stage::new(&ground, round);
            let (attachment, peer) = stage.proven().await;
            change(&stage.venue, ParticipantChange::Remove { comp_id: name() });
            stage.session.end.cancel();
            if round % 2 == 0 {
                stage.begin();
                assert!(stage.session.ended(PATIENCE).await);
                stage.session.attach(attachment, &stage.venue).await;
            } else {
                stage.session.attach(attachment, &stage.venue).await;
                stage.begin();
            }
            assert_eq!(stage.told(peer).await, told, "round {round}");
            assert_eq!(stage.counted(LogonResult::Unknown), 1);
        }
        ground.close();
    }

    #[tokio::test]
    async fn who_comes_while_the_venue_closes_is_told_so() {
        let ground = Ground::open();
        let mut stage = Stage::new(&ground, 0);
        let (attachment, peer) = stage.proven().await;
        stage.session.end.cancel();
        stage.begin();
        assert!(stage.session.ended(PATIENCE).await);
        stage.session.attach(attachment, &stage.venue).await;
        let told = "35=5|34=1|49=LOGGIA|56=BOT01|58=the venue is closing";
        assert_eq!(stage.told(peer).await, told);
        assert_eq!(stage.counted(LogonResult::Closing), 1);
        ground.close();
    }
}
