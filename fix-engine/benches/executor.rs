//! The library's acceptor as an order executor over loopback TCP: what an order costs the server, how
//! fast a million messages are sent again, and what an idle session holds.
//!
//! The server is a process of its own (this program again), so that its processor time and memory are its own. Sixteen initiators
//! keep a window of orders under way each; every answer is checked. The store is a file without a sync for each message.
//!
//! `cargo bench -p fix-engine --bench executor -- [--quick] [orders] [resend] [idle] [--set WORDS]`; the words are for the servers of the
//! resend (`server.rs`): `--set --chunk 256 --pace 0` is a resend in large pieces and without a pace.

mod executor {
    pub(super) mod beside;
    pub(super) mod delays;
    pub(super) mod idle;
    pub(super) mod orders;
    pub(super) mod peer;
    pub(super) mod process;
    pub(super) mod resend;
    pub(super) mod server;
}

use std::env;
use std::error::Error;

use executor::{idle, orders, resend, server};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = env::args().skip(1).collect();
    let has = |word: &str| words.iter().any(|given| given == word);
    if has("--serve") {
        return server::serve(&words);
    }
    let is_all = !["orders", "idle", "resend"].into_iter().any(has);
    if is_all || has("orders") {
        for is_validated in [true, false] {
            orders::run(is_validated, has("--quick"))?;
        }
    }
    if is_all || has("resend") {
        let settings: Vec<&str> = words
            .iter()
            .skip_while(|word| *word != "--set")
            .map(String::as_str)
            .collect();
        resend::run(has("--quick"), &settings)?;
    }
    if is_all || has("idle") {
        idle::run(has("--quick"))?;
    }
    Ok(())
}
