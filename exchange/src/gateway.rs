//! The gateway of the exchange.
