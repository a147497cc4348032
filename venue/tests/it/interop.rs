//! Every FIX engine that we test with, plain and over TLS, goes through the same conversations with a real venue: orders, gaps
//! on either side, resends, resets, logouts. A message of ours that an engine refuses fails the test, whatever the test is about.

use crate::conversation;
use crate::engine::Engine;
use crate::harness::Venue;
use crate::quickfix::{Client, Login};
use std::path::Path;
use tempfile::TempDir;

/// One line of the table: which engine, over what.
#[derive(Clone, Copy)]
struct Link {
    engine: Engine,
    is_tls: bool,
}

/// One module of tests for each line of the table.
macro_rules! table {
    ($($name:ident: $engine:ident, $is_tls:literal;)*) => { $(
        mod $name {
            use super::{Engine, Link};
            const LINK: Link = Link { engine: Engine::$engine, is_tls: $is_tls };

            #[test]
            fn orders_and_logouts() {
                super::orders_and_logouts(LINK);
            }

            #[test]
            fn gaps_that_the_venue_finds() {
                super::gaps_that_the_venue_finds(LINK);
            }

            #[test]
            fn gaps_that_the_client_finds() {
                super::gaps_that_the_client_finds(LINK);
            }

            #[test]
            fn resets() {
                super::resets(LINK);
            }
        }
    )* };
}

table! {
    quickfix_plain: QuickFix, false;
    quickfix_tls: QuickFix, true;
    quickfixj_plain: QuickFixJ, false;
    quickfixj_tls: QuickFixJ, true;
    quickfixgo_plain: QuickFixGo, false;
    quickfixgo_tls: QuickFixGo, true;
}

impl Link {
    /// A venue and BOT01, logged on.
    fn open(self) -> (TempDir, Venue, Client) {
        let dir = tempfile::tempdir().unwrap();
        let venue = Venue::start(dir.path());
        let mut client = Client::start(&self.login(&venue, dir.path()));
        client.logged_on();
        let client = client.trading_for(&venue, "BOT01");
        (dir, venue, client)
    }

    /// How BOT01 connects; over TLS it shows its certificate.
    fn login(self, venue: &Venue, folder: &Path) -> Login {
        let login = if self.is_tls {
            Login::tls(venue, folder, "BOT01").showing(venue, "BOT01")
        } else {
            Login::plain(venue, folder, "BOT01")
        };
        login.engine(self.engine)
    }
}

fn orders_and_logouts(link: Link) {
    let (dir, venue, mut buyer) = link.open();
    let mut seller = Client::log_on(&venue, dir.path(), "BOT02");
    conversation::trade(&mut buyer, &mut seller);
    conversation::log_out(&mut buyer);
    conversation::log_in(&mut buyer);
    buyer.order("after", "1", "1", "50", &[]);
    buyer.report("after", "0");
    assert!(venue.stop().success());
    let last = conversation::ended(&mut buyer);
    assert_eq!(last["text"], "the venue is closing", "{last}");
}

fn gaps_that_the_venue_finds(link: Link) {
    let (_dir, _venue, mut client) = link.open();
    conversation::orders_sent_while_away(&mut client);
    conversation::numbers_never_used(&mut client);
}

fn gaps_that_the_client_finds(link: Link) {
    let (dir, venue, mut buyer) = link.open();
    let mut seller = Client::log_on(&venue, dir.path(), "BOT02");
    conversation::fills_while_away(&mut buyer, &mut seller);
}

fn resets(link: Link) {
    let (dir, venue, mut client) = link.open();
    client.order("kept", "1", "1", "50", &[]);
    let kept = client.report("kept", "0");
    client.quit();
    let login = link.login(&venue, dir.path()).more(&["--reset"]);
    for round in ["r1", "r2"] {
        let mut client = Client::start(&login).trading_for(&venue, "BOT01");
        conversation::logged_on_anew(&mut client, round);
        // Orders outlive numbers.
        client.send("H", &[(11, "kept"), (55, "ACME"), (54, "1")]);
        let status = client.report("kept", "I");
        status.assert(&[(39, "0"), (151, "1"), (37, kept.get(37))]);
        client.quit();
    }
}
