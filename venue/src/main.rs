//! Loggia.
fn main() {}
