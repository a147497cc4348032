//! Our initiator with acceptors that we did not write, plain and over TLS with certificates on both sides: orders, gaps on
//! either side, resends, resets, logouts. A message of ours that an acceptor refuses fails the test, unless it was meant to.

mod event;
mod peer;

use std::sync::Arc;

use fix_engine::codec::body::Body;
use fix_engine::codec::message::Message;
use fix_engine::dictionary::Dictionary;
use fix_engine::io::client::{Client, ClientError, Target};
use fix_engine::io::clock;
use fix_engine::io::tls::ClientTls;
use fix_engine::session::config::SessionConfig;
use fix_engine::{msg_type, tag};
use peer::{Engine, Peer};
use tokio::time::timeout;

use super::PATIENCE;
use super::authority::Authority;

/// One module of tests for each line of the table.
macro_rules! table {
    ($($name:ident: $engine:ident, $is_tls:literal;)*) => { $(
        mod $name {
            use super::{Engine, Link};
            const LINK: Link = Link { engine: Engine::$engine, is_tls: $is_tls };

            #[tokio::test]
            async fn orders_and_logouts() {
                super::orders_and_logouts(LINK).await;
            }

            #[tokio::test]
            async fn gaps_that_we_find() {
                super::gaps_that_we_find(LINK).await;
            }

            #[tokio::test]
            async fn gaps_that_the_peer_finds() {
                super::gaps_that_the_peer_finds(LINK).await;
            }

            #[tokio::test]
            async fn resets() {
                super::resets(LINK).await;
            }
        }
    )* };
}

table! {
    quickfix_plain: QuickFix, false;
    quickfix_tls: QuickFix, true;
    quickfixj_plain: QuickFixJ, false;
    quickfixj_tls: QuickFixJ, true;
}

/// One line of the table: which acceptor, over what.
#[derive(Clone, Copy)]
struct Link {
    engine: Engine,
    is_tls: bool,
}

impl Link {
    fn open(self) -> (Peer, Client) {
        self.open_with(|_| {})
    }

    /// A running acceptor and our initiator, not yet connected.
    fn open_with(self, change: impl FnOnce(&mut SessionConfig)) -> (Peer, Client) {
        let (peer, target) = if self.is_tls {
            let authority = Authority::new();
            let (server, client) = (authority.issue("server"), authority.issue("client"));
            let peer = Peer::start(self.engine, Some((&authority, &server)));
            let config = ClientTls {
                authorities: authority.pem.as_bytes(),
                identity: Some(client.identity()),
                versions: self.engine.tls_versions(),
            };
            let config = config.config().expect("good certificates");
            let target = Target::tls(peer.address, config);
            (peer, target)
        } else {
            let peer = Peer::start(self.engine, None);
            let target = Target::plain(peer.address);
            (peer, target)
        };
        let mut config = SessionConfig::initiator("TW", "ISLD");
        config = config.with_dictionary(Arc::new(Dictionary::fix44()));
        change(&mut config);
        (peer, Client::new(target, config))
    }
}

async fn orders_and_logouts(link: Link) {
    let (mut peer, mut client) = link.open();
    connect(&mut client).await;
    peer.session("logon");
    send(&mut client, order("A")).await;
    report(&mut client, "A", "0").await;
    send(&mut client, cancel("B", "A")).await;
    let cancelled = report(&mut client, "B", "4").await;
    assert_eq!(cancelled.text(tag::ORIG_CL_ORD_ID), Some("A"));
    assert!(!peer.has_refused());
    // It lacks Side (54); the order behind it is taken.
    let mut bad = Body::new(msg_type::NEW_ORDER_SINGLE);
    bad.push(tag::CL_ORD_ID, "C").push(tag::SYMBOL, "INTC");
    let number = send(&mut client, bad).await;
    send(&mut client, order("D")).await;
    report(&mut client, "D", "0").await;
    let refused = client.next_rejected().expect("the Reject came before D");
    assert_eq!(refused.uint(tag::REF_SEQ_NUM), Ok(Some(number)));
    assert!(client.next_rejected().is_none());
    // The peer logs out, then we do.
    peer.tell("logout", r#","text":"come back later""#);
    match in_time(client.next()).await {
        Err(ClientError::Ended { text, .. }) => assert_eq!(text, "come back later"),
        other => panic!("{other:?}"),
    }
    peer.session("logout");
    peer.tell("login", "");
    connect(&mut client).await;
    send(&mut client, order("E")).await;
    report(&mut client, "E", "0").await;
    log_out(&mut client, &mut peer).await;
}

async fn gaps_that_we_find(link: Link) {
    let (mut peer, mut client) = link.open();
    connect(&mut client).await;
    send(&mut client, order("A")).await;
    report(&mut client, "A", "0").await;
    log_out(&mut client, &mut peer).await;
    // Reports that were made while we were away.
    let ids = ["R1", "R2", "R3"];
    for id in ids {
        assert!(!peer.report(id), "it is sent after the next logon");
    }
    connect(&mut client).await;
    for id in ids {
        let late = report(&mut client, id, "0").await;
        assert_eq!(late.bool(tag::POSS_DUP_FLAG), Ok(Some(true)), "{late:?}");
    }
    send(&mut client, order("B")).await;
    report(&mut client, "B", "0").await;
    // Numbers that the peer never used.
    let next = client.session().next_in();
    peer.force("next_sender", next + 7);
    peer.report("ahead");
    report(&mut client, "ahead", "0").await;
    peer.message("sent", &[(35, "4"), (123, "Y")]);
    assert_eq!(client.session().next_in(), next + 8);
    send(&mut client, order("C")).await;
    let live = report(&mut client, "C", "0").await;
    assert_eq!(live.bool(tag::POSS_DUP_FLAG), Ok(None), "{live:?}");
    log_out(&mut client, &mut peer).await;
}

async fn gaps_that_the_peer_finds(link: Link) {
    let (mut peer, mut client) = link.open();
    connect(&mut client).await;
    send(&mut client, order("A")).await;
    report(&mut client, "A", "0").await;
    // Numbered and stored, but the connection breaks before they leave.
    let ids = ["L1", "L2", "L3"];
    for id in ids {
        client.enqueue(order(id)).expect("a connection stands");
    }
    client.abandon();
    peer.session("logout");
    connect(&mut client).await;
    for id in ids {
        report(&mut client, id, "0").await;
        let order = peer.message("app", &[(35, "D"), (11, id), (43, "Y")]);
        assert!(order.has(tag::ORIG_SENDING_TIME), "{order:?}");
    }
    log_out(&mut client, &mut peer).await;
    // A peer that has forgotten everything asks for everything: orders go again, session messages are gap-filled.
    peer.force("next_target", 1);
    connect(&mut client).await;
    for id in ["A", "L1", "L2", "L3"] {
        report(&mut client, id, "0").await;
        peer.message("app", &[(35, "D"), (11, id), (43, "Y")]);
    }
    peer.message("admin", &[(35, "4"), (34, "1"), (123, "Y")]);
    send(&mut client, order("B")).await;
    report(&mut client, "B", "0").await;
    let live = peer.message("app", &[(35, "D"), (11, "B")]);
    assert_eq!(live.bool(tag::POSS_DUP_FLAG), Ok(None), "{live:?}");
    log_out(&mut client, &mut peer).await;
    assert!(!peer.has_refused());
}

async fn resets(link: Link) {
    let (mut peer, mut client) = link.open_with(|config| config.reset_seq_num_flag = true);
    for id in ["A", "B"] {
        connect(&mut client).await;
        peer.message("admin", &[(35, "A"), (34, "1"), (141, "Y")]);
        peer.message("sent", &[(35, "A"), (34, "1"), (141, "Y")]);
        assert_eq!(send(&mut client, order(id)).await, 2);
        let new = report(&mut client, id, "0").await;
        assert_eq!(new.msg_seq_num(), Ok(2));
        log_out(&mut client, &mut peer).await;
    }
    assert!(!peer.has_refused());
}

async fn in_time<T>(what: impl Future<Output = T>) -> T {
    timeout(PATIENCE, what).await.expect("it comes in time")
}

/// Sends a message; its MsgSeqNum.
async fn send(client: &mut Client, body: Body) -> u64 {
    client.send(body).await.expect("the session stands")
}

async fn connect(client: &mut Client) {
    in_time(client.connect()).await.expect("a session");
}

/// Logs out; the peer sees it.
async fn log_out(client: &mut Client, peer: &mut Peer) {
    in_time(client.logout()).await.expect("an answer");
    peer.session("logout");
}

/// The next message, which must be this report.
async fn report(client: &mut Client, id: &str, exec_type: &str) -> Message {
    let message = in_time(client.next()).await.expect("a report");
    let seen = [tag::CL_ORD_ID, tag::EXEC_TYPE].map(|tag| message.text(tag));
    assert_eq!(seen, [Some(id), Some(exec_type)], "{message:?}");
    message
}

fn order(id: &str) -> Body {
    let mut body = Body::new(msg_type::NEW_ORDER_SINGLE);
    body.push(tag::CL_ORD_ID, id).push(tag::SYMBOL, "INTC");
    body.push(tag::SIDE, "1").push(tag::ORDER_QTY, "100");
    body.push(tag::TRANSACT_TIME, clock::now());
    body.push(tag::ORD_TYPE, "2").push(tag::PRICE, "10.5");
    body
}

fn cancel(id: &str, orig: &str) -> Body {
    let mut body = Body::new(msg_type::ORDER_CANCEL_REQUEST);
    body.push(tag::ORIG_CL_ORD_ID, orig)
        .push(tag::CL_ORD_ID, id);
    body.push(tag::SYMBOL, "INTC").push(tag::SIDE, "1");
    body.push(tag::TRANSACT_TIME, clock::now());
    body.push(tag::ORDER_QTY, "100");
    body
}
