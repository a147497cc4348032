//! The control of the exchange.
