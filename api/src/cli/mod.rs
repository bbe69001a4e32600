//! The command line: one binary, one file for each command.

mod admin;
mod audit;
mod bench;
mod demo;
mod export;
mod import;
mod keys;
mod migrate;
mod openapi;
mod output;
mod progress;
mod reconcile;
mod serve;
mod settle;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::settings::{Settings, SettingsArgs};

pub use audit::{findings as audit_findings, log_findings, rebuild_figures};
pub use output::{CommandError, Output};

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  failed
  2  the command line or a setting is wrong
  3  refused: the state of things does not allow it, or a check found something
  4  the store cannot be reached";

/// Continuing-education hours of professionals, from learning to certificate
#[derive(Debug, Parser)]
#[command(name = "xueshi", version, propagate_version = true, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Write results as JSON, one value in all
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API until stopped (SIGTERM or Ctrl-C finish what is under way)
    Serve(serve::Serve),
    /// Bring the database to this version's tables
    Migrate(migrate::Migrate),
    /// Fill a sandbox database with the demo world
    Demo(demo::Demo),
    /// Administrators and keys
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Settle a year: outcomes, what lapses, sealed snapshots
    Settle(settle::Settle),
    /// Print counts and digests of records by district, to compare them with another system's
    Reconcile(reconcile::Reconcile),
    /// Take a file of rows in: people, units, plans, a roster, declarations
    Import(import::Import),
    /// Take a list out as a file: xlsx, csv or ndjson
    Export(export::Export),
    /// The keys that ids, phones and secrets are encrypted under
    #[command(subcommand)]
    Keys(keys::Keys),
    /// The audit log
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Print the OpenAPI document; needs no database
    Openapi(openapi::Openapi),
    /// Measure speed with xueshi-bench, on databases of its own
    Bench(bench::Bench),
}

/// Runs the command that the process's arguments name.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let output = Output::new(cli.json);
    match run(cli, output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => output.fail(&error),
    }
}

fn run(cli: Cli, output: Output) -> Result<(), CommandError> {
    if let Command::Openapi(command) = &cli.command {
        return command.run();
    }
    if let Command::Bench(command) = &cli.command {
        return command.run(cli.json);
    }
    let settings = Settings::load(cli.settings)?;
    // A second logger in the same process stays out; the first one keeps logging.
    let _ = env_logger::Builder::new().parse_filters(&settings.log).try_init();
    actix_web::rt::System::new().block_on(async {
        match cli.command {
            Command::Serve(command) => command.run(settings, output).await,
            Command::Migrate(command) => command.run(settings, output).await,
            Command::Demo(command) => command.run(settings, output).await,
            Command::Admin(command) => command.run(settings, output).await,
            Command::Settle(command) => command.run(settings, output).await,
            Command::Reconcile(command) => command.run(settings, output).await,
            Command::Import(command) => command.run(settings, output).await,
            Command::Export(command) => command.run(settings, output).await,
            Command::Keys(command) => command.run(settings, output).await,
            Command::Audit(command) => command.run(settings, output).await,
            Command::Openapi(command) => command.run(),
            Command::Bench(command) => command.run(cli.json),
        }
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn settings_stand_before_or_behind_the_command() {
        for words in [
            ["xueshi", "serve", "--sandbox", "--bind=127.0.0.1:0"],
            ["xueshi", "--sandbox=true", "serve", "--bind=127.0.0.1:0"],
        ] {
            let cli = Cli::try_parse_from(words).unwrap();
            assert_eq!(cli.settings.sandbox, Some(true));
            assert_eq!(cli.settings.bind.unwrap().port(), 0);
        }
    }
}
