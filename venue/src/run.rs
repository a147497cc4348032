//! The whole program: arguments in, exit code out.

use crate::args::{Args, Command};
use crate::config::layers::Layers;
use crate::config::{Config, DEFAULT_TOML};
use crate::failure::Failure;
use crate::{log, wire};
use clap::Parser;
use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

/// Runs until told to stop.
pub fn run<I: IntoIterator<Item = OsString>>(arguments: I) -> ExitCode {
    let args = match Args::try_parse_from(arguments) {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    match carry_out(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody is left to tell when standard error is closed.
            let _ = writeln!(std::io::stderr().lock(), "loggia: {failure}");
            failure.exit_code()
        }
    }
}

fn carry_out(args: &Args) -> Result<(), Failure> {
    if let Some(Command::Config { default: true }) = args.command {
        return print(DEFAULT_TOML);
    }
    let (config, layers) = Config::read(args)?;
    if let Some(Command::Config { .. }) = args.command {
        return print(&effective(&layers));
    }
    log::start(&config.log).map_err(|why| layers.misconfigured("log.filter", why))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::Outside(format!("the system gives no threads: {e}")))?;
    let done = runtime.block_on(async {
        match args.command {
            None => wire::whole(&config, &layers).await,
            Some(Command::Exchange) => wire::exchange(&config, &layers).await,
            Some(Command::Backoffice) => wire::backoffice(&config, &layers).await,
            Some(Command::Config { .. }) => Ok(()),
        }
    });
    runtime.shutdown_background();
    done
}

/// Every key with its value, and behind it where the value comes from.
fn effective(layers: &Layers) -> String {
    let rows = layers.effective();
    let width = rows
        .iter()
        .map(|(key, value, _)| key.len() + value.len() + 3)
        .filter(|width| *width <= WIDTH_MAX)
        .max()
        .unwrap_or(0);
    rows.iter()
        .map(|(key, value, source)| {
            let setting = format!("{key} = {value}");
            format!("{setting:width$}  # {source}\n")
        })
        .collect()
}

/// Longer settings do not push the sources of all others to the right.
const WIDTH_MAX: usize = 72;

fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::Data(format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// `--help` and `--version` are answers; everything else is wrong usage.
fn usage(error: &clap::Error) -> ExitCode {
    // Nobody is left to tell when the stream is closed.
    let _ = error.print();
    if error.use_stderr() {
        ExitCode::from(2)
    } else {
        ExitCode::SUCCESS
    }
}
