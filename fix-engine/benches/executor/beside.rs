//! A trader beside whatever else happens: one order at a time, on a thread of its own. In: the start and the end of a phase. Out:
//! how long each answer took.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use tokio::runtime::Runtime;

use super::delays::Delays;
use super::orders::Trader;

/// The trader and what it runs on, between two phases.
pub(crate) struct Beside {
    runtime: Runtime,
    trader: Trader,
}

/// A phase that is on.
pub(crate) struct Phase {
    is_over: Arc<AtomicBool>,
    trading: JoinHandle<Result<(Beside, Delays), String>>,
}

impl Beside {
    /// Logs on as the session with this number.
    pub(crate) fn log_on(address: SocketAddr, number: usize) -> Result<Beside, Box<dyn Error>> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let trader = runtime.block_on(Trader::log_on(address, number))?;
        Ok(Beside { runtime, trader })
    }

    /// Begins to trade.
    pub(crate) fn begin(mut self) -> Phase {
        let is_over = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&is_over);
        let trading = thread::spawn(move || {
            let traded = self.runtime.block_on(self.trader.trade_alone(&stop));
            let delays = traded.map_err(|error| error.to_string())?;
            Ok((self, delays))
        });
        Phase { is_over, trading }
    }
}

impl Phase {
    /// Ends the phase.
    pub(crate) fn end(self) -> Result<(Beside, Delays), Box<dyn Error>> {
        self.is_over.store(true, Ordering::Relaxed);
        let traded = self.trading.join().map_err(|_| "the trader panicked")?;
        Ok(traded?)
    }
}
