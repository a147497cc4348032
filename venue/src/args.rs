//! The command line of `loggia`. Text in, [`Args`] out; what a flag overrides in the configuration is told by [`Args::overrides`].

use crate::failure::EXIT_CODES;
use clap::{Parser, Subcommand, ValueEnum};
use std::path::{Path, PathBuf};

/// The venue: exchange and back office in one process, or apart.
#[derive(Debug, Parser)]
#[command(name = "loggia", version, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Args {
    /// The configuration file [default: DATA/loggia.toml, else ./loggia.toml, whichever is there].
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The data folder: journal, sessions, certificates, database [default: loggia-data].
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// What the venue may make up by itself [default: dev].
    #[arg(long, global = true, value_enum)]
    pub profile: Option<Profile>,
    /// Cut a damaged journal at this place, as the refusal named it, and start; everything behind it is lost.
    #[arg(long, global = true, value_name = "SEGMENT:BYTE")]
    pub accept_journal_damage: Option<String>,
    /// What to run; without it exchange and back office, in this one process.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the venue may make up by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Certificates, participants, instruments and a user are made at the first start; passwords are printed.
    Dev,
    /// Nothing is made up: certificates and passwords come from the configuration, and nothing is printed.
    Prod,
}

impl Profile {
    /// The word in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Prod => "prod",
        }
    }
}

/// What to run.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The exchange alone; events go to Kafka.
    Exchange,
    /// The back office alone; events come from Kafka.
    Backoffice,
    /// Print the configuration in force, with the source of each value.
    Config {
        /// Print the documented default file instead.
        #[arg(long)]
        default: bool,
    },
}

impl Args {
    /// The keys that flags set.
    pub fn overrides(&self) -> Vec<(&'static str, String)> {
        let data = self.data.as_deref().map(Path::to_string_lossy);
        let profile = self.profile.map(Profile::name);
        let damage = self.accept_journal_damage.clone();
        data.map(|d| ("data", d.into_owned()))
            .into_iter()
            .chain(profile.map(|p| ("profile", p.to_owned())))
            .chain(damage.map(|d| ("journal.accept_damage", d)))
            .collect()
    }
}
