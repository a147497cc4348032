//! Our initiator ([`fix_engine::io::initiator`]) with acceptors that we did not write, plain and over TLS with certificates on both sides: orders, gaps on
//! either side, resends, resets, logouts. A message of ours that an acceptor refuses fails the test, unless it was meant to.
//! The peer is waited for on the thread of the test; ours lives on others meanwhile.

mod event;
mod ours;
mod peer;

use std::sync::Arc;

use fix_engine::codec::body::Body;
use fix_engine::dictionary::Dictionary;
use fix_engine::io::client::Target;
use fix_engine::io::clock;
use fix_engine::io::tls::ClientTls;
use fix_engine::session::config::SessionConfig;
use fix_engine::{msg_type, tag};
use ours::Ours;
use peer::{Engine, Peer};

use super::authority::Authority;
use super::cable::Cable;

/// One module of tests for each line of the table.
macro_rules! table {
    ($($name:ident: $engine:ident, $is_tls:literal;)*) => { $(
        mod $name {
            use super::{Engine, Link};
            const LINK: Link = Link { engine: Engine::$engine, is_tls: $is_tls };

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn orders_and_logouts() {
                super::orders_and_logouts(LINK).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn gaps_that_we_find() {
                super::gaps_that_we_find(LINK).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn gaps_that_the_peer_finds() {
                super::gaps_that_the_peer_finds(LINK).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
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
    async fn open(self) -> (Peer, Ours) {
        self.open_with(|_| {}).await
    }

    /// A running acceptor and our initiator, not yet connected.
    async fn open_with(self, change: impl FnOnce(&mut SessionConfig)) -> (Peer, Ours) {
        let authority = self.is_tls.then(Authority::new);
        let server = authority
            .as_ref()
            .map(|authority| authority.issue("server"));
        let peer = Peer::start(self.engine, authority.as_ref().zip(server.as_ref()));
        let cable = Cable::between(peer.address).await;
        let target = match &authority {
            Some(authority) => {
                let client = authority.issue("client");
                let config = ClientTls {
                    authorities: authority.pem.as_bytes(),
                    identity: Some(client.identity()),
                    versions: self.engine.tls_versions(),
                };
                Target::tls(cable.address, config.config().expect("good certificates"))
            }
            None => Target::plain(cable.address),
        };
        let mut config = SessionConfig::initiator("TW", "ISLD");
        config = config.with_dictionary(Arc::new(Dictionary::fix44()));
        change(&mut config);
        (peer, Ours::new(config, target, cable))
    }
}

async fn orders_and_logouts(link: Link) {
    let (mut peer, mut ours) = link.open().await;
    ours.connect().await;
    peer.logged_on();
    ours.send(order("A")).await;
    ours.report("A", "0").await;
    ours.send(cancel("B", "A")).await;
    let cancelled = ours.report("B", "4").await;
    assert_eq!(cancelled.text(tag::ORIG_CL_ORD_ID), Some("A"));
    assert!(!peer.has_refused());
    // It lacks Side (54); the order behind it is taken.
    let mut bad = Body::new(msg_type::NEW_ORDER_SINGLE);
    bad.push(tag::CL_ORD_ID, "C").push(tag::SYMBOL, "INTC");
    let number = ours.send(bad).await;
    ours.send(order("D")).await;
    ours.report("D", "0").await;
    let refused: Vec<_> = ours
        .rejected
        .iter()
        .map(|it| it.uint(tag::REF_SEQ_NUM))
        .collect();
    assert_eq!(refused, [Ok(Some(number))], "the Reject came before D");
    // The peer logs out, then we do.
    peer.tell("logout", r#","text":"come back later""#);
    assert_eq!(ours.logged_out().await, "come back later");
    peer.logged_out();
    peer.tell("login", "");
    ours.connect().await;
    ours.send(order("E")).await;
    ours.report("E", "0").await;
    log_out(&mut ours, &mut peer).await;
}

async fn gaps_that_we_find(link: Link) {
    let (mut peer, mut ours) = link.open().await;
    ours.connect().await;
    ours.send(order("A")).await;
    ours.report("A", "0").await;
    log_out(&mut ours, &mut peer).await;
    // Reports that were made while we were away.
    let ids = ["R1", "R2", "R3"];
    for id in ids {
        assert!(!peer.report(id), "it is sent after the next logon");
    }
    ours.connect().await;
    for id in ids {
        let late = ours.report(id, "0").await;
        assert_eq!(late.bool(tag::POSS_DUP_FLAG), Ok(Some(true)), "{late:?}");
    }
    ours.send(order("B")).await;
    ours.report("B", "0").await;
    // Numbers that the peer never used.
    let next = ours.status().await.next_in;
    peer.force("next_sender", next + 7);
    peer.report("ahead");
    ours.report("ahead", "0").await;
    peer.message("sent", &[(35, "4"), (123, "Y")]);
    assert_eq!(ours.status().await.next_in, next + 8);
    ours.send(order("C")).await;
    let live = ours.report("C", "0").await;
    assert_eq!(live.bool(tag::POSS_DUP_FLAG), Ok(None), "{live:?}");
    log_out(&mut ours, &mut peer).await;
}

async fn gaps_that_the_peer_finds(link: Link) {
    let (mut peer, mut ours) = link.open().await;
    ours.connect().await;
    ours.send(order("A")).await;
    ours.report("A", "0").await;
    // Numbered and stored while the connection is broken.
    ours.cut().await;
    peer.logged_out();
    let ids = ["L1", "L2", "L3"];
    for id in ids {
        ours.send(order(id)).await;
    }
    ours.connect().await;
    for id in ids {
        ours.report(id, "0").await;
        let order = peer.message("app", &[(35, "D"), (11, id), (43, "Y")]);
        assert!(order.has(tag::ORIG_SENDING_TIME), "{order:?}");
    }
    log_out(&mut ours, &mut peer).await;
    // A peer that has forgotten everything asks for everything: orders go again, session messages are gap-filled.
    peer.force("next_target", 1);
    ours.connect().await;
    for id in ["A", "L1", "L2", "L3"] {
        ours.report(id, "0").await;
        peer.message("app", &[(35, "D"), (11, id), (43, "Y")]);
    }
    peer.message("admin", &[(35, "4"), (34, "1"), (123, "Y")]);
    ours.send(order("B")).await;
    ours.report("B", "0").await;
    let live = peer.message("app", &[(35, "D"), (11, "B")]);
    assert_eq!(live.bool(tag::POSS_DUP_FLAG), Ok(None), "{live:?}");
    log_out(&mut ours, &mut peer).await;
    assert!(!peer.has_refused());
}

async fn resets(link: Link) {
    let (mut peer, mut ours) = link
        .open_with(|config| config.reset_seq_num_flag = true)
        .await;
    for id in ["A", "B"] {
        ours.connect().await;
        peer.message("admin", &[(35, "A"), (34, "1"), (141, "Y")]);
        peer.message("sent", &[(35, "A"), (34, "1"), (141, "Y")]);
        assert_eq!(ours.send(order(id)).await, 2);
        let new = ours.report(id, "0").await;
        assert_eq!(new.msg_seq_num(), Ok(2));
        log_out(&mut ours, &mut peer).await;
    }
    assert!(!peer.has_refused());
}

/// Logs out; the peer sees it.
async fn log_out(ours: &mut Ours, peer: &mut Peer) {
    ours.log_out().await;
    peer.logged_out();
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
