//! The commands of the market's own tests, from where they are.
#![allow(dead_code)]

#[path = "../../tests/it/arbitrary/command.rs"]
pub(crate) mod command;
#[path = "../../tests/it/arbitrary/opening.rs"]
pub(crate) mod opening;
#[path = "../../tests/it/arbitrary/order.rs"]
pub(crate) mod order;
#[path = "../../tests/it/arbitrary/setting.rs"]
pub(crate) mod setting;
#[path = "../../tests/it/arbitrary/value.rs"]
pub(crate) mod value;
