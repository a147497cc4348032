//! The FIX gateway over real sockets.

mod logon;
mod market_data;
mod orders;
mod refusals;
mod restart;
mod slow_consumer;
mod strangers;
