//! The composition root: config → open → wire → run. Everything else is the programs' own.
//!
//! | module | is |
//! |---|---|
//! | [`args`], [`config`] | flags, the documented default file, environment: one typed configuration with the source of each value |
//! | [`folder`], [`private_file`] | the data folder, held by one process; files for their owner's eyes |
//! | [`pki`], [`passwords`] | what the development profile makes up and finds again |
//! | [`demo`] | five instruments, traders, a user |
//! | [`credentials`], [`banner`] | what is told to scripts and to people once everything is open |
//! | [`log`] | the program's log |
//! | [`failure`] | why it does not run, and the exit codes |
//! | [`prepare`] | the listing with passwords and certificates filled in |
//! | [`front`], [`back`] | the exchange's and the back office's side of the wiring |
//! | [`process`] | signals, the time that ending may take |
//! | [`wire`], [`run`] | both in one process or apart; the whole program |

pub mod args;
pub mod back;
pub mod banner;
pub mod config;
pub mod credentials;
pub mod demo;
pub mod failure;
pub mod folder;
pub mod front;
pub mod log;
pub mod passwords;
pub mod pki;
pub mod prepare;
pub mod private_file;
pub mod process;
pub mod run;
pub mod wire;
