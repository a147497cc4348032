//! Runs one command: arguments in, text on standard output, a failure as one message on standard error, an exit code out.

use crate::args::session::Session;
use crate::args::{Cli, Command, Fix, Journal, Market, Output, Reach, Store};
use crate::client::Client;
use crate::connection::Connection;
use crate::failure::Failure;
use crate::show::Show;
use crate::{
    breaker, control, explain, halt, journal, kill, phase, replay, session, settings, store, tail,
    trade,
};
use clap::Parser;
use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

/// The whole program.
pub fn run<I: IntoIterator<Item = OsString>>(arguments: I) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    match answer(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => fail(&failure, cli.output),
    }
}

/// Carries out the command and prints what came of it.
fn answer(cli: &Cli) -> Result<(), Failure> {
    match &cli.command {
        Command::Fix(Fix::Explain {
            message,
            file,
            dictionary,
        }) => {
            let input = match (message, file) {
                (Some(message), _) => explain::Input::Any(message),
                (None, file) => explain::Input::File(file.as_deref().unwrap_or("-")),
            };
            let mut out = BufWriter::new(io::stdout().lock());
            let explained = explain::explain(input, dictionary.as_deref(), cli.output, &mut out);
            flushed(out.flush())?;
            explained
        }
        Command::Fix(Fix::Store(Store::Inspect {
            path,
            messages: None,
        })) => print(&store::inspect(path)?.text(cli.output)),
        Command::Fix(Fix::Store(Store::Inspect {
            path,
            messages: Some(range),
        })) => print(&store::messages(path, range)?.text(cli.output)),
        Command::Fix(Fix::Store(Store::Verify { path })) => {
            let verdict = store::verify(path)?;
            print(&verdict.text(cli.output))?;
            verdict.failure().map_or(Ok(()), Err)
        }
        Command::Journal(command) => offline(command, cli.output),
        Command::Market(Market::Replay(arguments)) => {
            print(&replay::replay(arguments)?.text(cli.output))
        }
        Command::Fix(Fix::Tail(arguments)) => runtime()?.block_on(async {
            let client = Client::new(Connection::resolve(&cli.reach)?)?;
            tail::tail(&client, arguments, cli.output, &mut io::stdout()).await
        }),
        online => print(&runtime()?.block_on(ask(online, &cli.reach, cli.output))?),
    }
}

/// What is asked of a journal's files.
fn offline(command: &Journal, output: Output) -> Result<(), Failure> {
    match command {
        Journal::Stat { data } => print(&journal::stat(data)?.text(output)),
        Journal::Verify { data } => {
            let verdict = journal::verify(data)?;
            print(&verdict.text(output))?;
            verdict.failure().map_or(Ok(()), Err)
        }
        Journal::Replay {
            data,
            from_snapshot,
        } => print(&journal::replay(data, *from_snapshot)?.text(output)),
        Journal::Dump { data, entries } => {
            let mut out = BufWriter::new(io::stdout().lock());
            let dumped = journal::dump(data, entries.as_ref(), output, &mut out);
            flushed(out.flush())?;
            dumped
        }
    }
}

async fn ask(command: &Command, reach: &Reach, output: Output) -> Result<String, Failure> {
    let client = Client::new(Connection::resolve(reach)?)?;
    Ok(match command {
        Command::Status => control::status(&client).await?.text(output),
        Command::Sessions => control::sessions(&client).await?.text(output),
        Command::Instruments => control::instruments(&client).await?.text(output),
        Command::Book { symbol, depth } => {
            control::book(&client, symbol, *depth).await?.text(output)
        }
        Command::Halt(arguments) => halt::halt(&client, arguments).await?.text(output),
        Command::Resume(arguments) => halt::resume(&client, arguments).await?.text(output),
        Command::Halts(command) => halt::halts(&client, command, output).await?,
        Command::Group(command) => halt::group(&client, command).await?.text(output),
        Command::Breaker(command) => breaker::breaker(&client, command, output).await?,
        Command::Index(command) => breaker::index(&client, command).await?.text(output),
        Command::Phase(arguments) => phase::place(&client, arguments).await?.text(output),
        Command::Kill(arguments) => kill::kill(&client, arguments).await?.text(output),
        Command::Reinstate(whose) => kill::reinstate(&client, whose).await?.text(output),
        Command::Rules(command) => settings::rules(&client, command).await?.text(output),
        Command::Limits(command) => settings::limits(&client, command, output).await?,
        Command::Restrict(command) => settings::restrict(&client, command).await?.text(output),
        Command::Short(command) => settings::short(&client, command).await?.text(output),
        Command::Account(command) => settings::account(&client, command, output).await?,
        Command::Fees(command) => settings::fees(&client, command).await?.text(output),
        Command::Tier(command) => settings::tier(&client, command).await?.text(output),
        Command::SelfTrade(command) => settings::self_trade(&client, command).await?.text(output),
        Command::Trade(command) => trade::trade(&client, command, output).await?,
        Command::Session(Session::Show { comp_id }) => {
            session::show(&client, *comp_id).await?.text(output)
        }
        Command::Session(command) => session::change(&client, command).await?.text(output),
        Command::Audit { last } => session::audit(&client, *last).await?.text(output),
        Command::Fix(_) | Command::Journal(_) | Command::Market(_) => {
            unreachable!("carried out before")
        }
    })
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Failure::Usage(format!("this system gives no event loop: {e}")))
}

/// Writes to standard output. A reader that went away (`loggiactl … | head`) is no failure.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    flushed(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

fn flushed(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::file("standard output", error))
        }
        _ => Ok(()),
    }
}

/// Says what went wrong on standard error, in the wanted form.
fn fail(failure: &Failure, output: Output) -> ExitCode {
    let text = match output {
        Output::Table => format!("loggiactl: {failure}\n"),
        Output::Json => {
            let body =
                serde_json::json!({ "error": failure.to_string(), "exit_code": failure.code() });
            format!("{body}\n")
        }
    };
    // Nobody is left to tell when standard error is closed.
    let _ = io::stderr().lock().write_all(text.as_bytes());
    failure.exit_code()
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
