//! The FIX gateway over real sockets.

mod floods;
mod logon;
mod market_data;
mod order_types;
mod orders;
mod refusals;
mod restart;
mod schedules;
mod slow_consumer;
mod status;
mod store_failure;
mod strangers;
mod users;
