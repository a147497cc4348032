//! The real `loggiactl`, run as its users run it: exit codes, standard output, standard error.

mod commands;
mod offline;
mod program;
mod reaching;
