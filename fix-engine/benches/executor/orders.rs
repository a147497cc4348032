//! Sixteen initiators that keep the server busy. In: how many orders. Out: what each cost the server; every answer is checked.

use std::error::Error;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use fix_engine::codec::body::{Body, Decimal};
use fix_engine::io::client::{Client, Target};
use fix_engine::io::clock;
use fix_engine::session::config::SessionConfig;
use fix_engine::session::memory_store::MemoryStore;
use fix_engine::{msg_type, tag};

use super::delays::Delays;
use super::process::{Process, hundredths};
use super::server::comp_id;

const SESSIONS: usize = 16;
/// Orders under way on each session.
const WINDOW: usize = 64;

/// One run; prints its figures.
pub(crate) fn run(is_validated: bool, is_quick: bool) -> Result<(), Box<dyn Error>> {
    let orders: usize = if is_quick { 1_000 } else { 25_000 };
    let sessions = SESSIONS.to_string();
    let mut words = vec![sessions.as_str(), "--files"];
    if is_validated {
        words.push("--dictionary");
    }
    let server = Process::start(&words)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (cpu, elapsed) = runtime.block_on(async {
        let mut traders = Vec::new();
        for number in 0..SESSIONS {
            traders.push(Trader::log_on(server.address, number).await?);
        }
        // once round, so that the files and tables of both sides exist
        let traders = trade(traders, WINDOW * 4).await?;
        let (cpu, begun) = (server.cpu()?, Instant::now());
        let _traders = trade(traders, orders).await?;
        Ok::<_, Box<dyn Error>>((server.cpu()? - cpu, begun.elapsed()))
    })?;
    let all = u32::try_from(orders * SESSIONS)?;
    writeln!(
        io::stdout(),
        "orders  {all} over {SESSIONS} sessions, window {WINDOW}, dictionary {}: server {} us of processor time an order, {} orders/s, all answers right",
        if is_validated { "on" } else { "off" },
        hundredths((cpu / all).as_nanos(), 1000),
        u128::from(all) * 1_000_000 / elapsed.as_micros().max(1),
    )?;
    Ok(())
}

async fn trade(traders: Vec<Trader>, orders: usize) -> Result<Vec<Trader>, Box<dyn Error>> {
    let trading = traders.into_iter().map(|trader| trader.trade(orders));
    futures_util::future::try_join_all(trading).await
}

/// An initiator that checks each answer.
pub(crate) struct Trader {
    client: Client,
    sent: usize,
    answered: usize,
}

impl Trader {
    /// Logs on as the session with this number.
    pub(crate) async fn log_on(
        address: SocketAddr,
        number: usize,
    ) -> Result<Trader, Box<dyn Error>> {
        let config = SessionConfig::initiator(comp_id(number), "EXEC");
        let store = Box::new(MemoryStore::with_kept_max(WINDOW));
        let mut client = Client::with_store(Target::plain(address), config, store);
        client.connect().await?;
        Ok(Trader {
            client,
            sent: 0,
            answered: 0,
        })
    }

    /// Sends so many orders, a window at a time under way, and checks each answer.
    async fn trade(mut self, orders: usize) -> Result<Trader, Box<dyn Error>> {
        let end = self.answered + orders;
        while self.answered < end {
            // half a window at a time: a write for each order would measure the writes
            if self.sent - self.answered <= WINDOW / 2 {
                while self.sent < end && self.sent - self.answered < WINDOW {
                    self.client.enqueue(order(self.sent))?;
                    self.sent += 1;
                }
                self.client.flush().await?;
            }
            self.check_answer().await?;
        }
        Ok(self)
    }

    /// One order at a time until it is over; how long each answer took.
    pub(crate) async fn trade_alone(
        &mut self,
        is_over: &AtomicBool,
    ) -> Result<Delays, Box<dyn Error>> {
        let mut delays = Delays::default();
        while !is_over.load(Ordering::Relaxed) {
            let begun = Instant::now();
            self.client.send(order(self.sent)).await?;
            self.sent += 1;
            self.check_answer().await?;
            delays.add(begun.elapsed());
        }
        Ok(delays)
    }

    async fn check_answer(&mut self) -> Result<(), Box<dyn Error>> {
        let report = self.client.next().await?;
        let expected = format!("ORDER{:010}", self.answered);
        let is_right = report.msg_type() == msg_type::EXECUTION_REPORT
            && report.text(tag::CL_ORD_ID) == Some(expected.as_str())
            && report.text(tag::ORD_STATUS) == Some("2");
        if !is_right {
            return Err(format!("{expected}: wrong answer {}", report.to_pipe()).into());
        }
        self.answered += 1;
        Ok(())
    }
}

fn order(number: usize) -> Body {
    let mut body = Body::new(msg_type::NEW_ORDER_SINGLE);
    body.push(tag::CL_ORD_ID, format!("ORDER{number:010}").as_str())
        .push(tag::ACCOUNT, "ACCOUNT1")
        .push(tag::HANDL_INST, '1')
        .push(tag::SYMBOL, "LOGA")
        .push(tag::SIDE, '1')
        .push(tag::TRANSACT_TIME, clock::now())
        .push(tag::ORDER_QTY, 100_u32)
        .push(tag::ORD_TYPE, '2')
        .push(
            tag::PRICE,
            Decimal {
                mantissa: 10_125,
                scale: 2,
            },
        )
        .push(tag::TIME_IN_FORCE, '0');
    body
}
