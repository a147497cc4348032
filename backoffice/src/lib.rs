//! Loggia.
