//! Measures how fast the service is, as ratios within one run: `make bench`. `docs/performance.md` says how to read it.
//!
//! A case (in [`cases`]) lets two sides do the same work in turn and gives a [`report::Comparison`]; everything else is what cases
//! are made of: databases of their own ([`place`]), services in processes of their own ([`service`]), a city ([`world`]), and a
//! load over HTTP ([`load`]).

mod bare;
mod cases;
mod client;
mod cpu;
mod growing;
mod load;
mod place;
mod progress;
mod report;
mod serve;
mod service;
mod stats;
mod world;

use std::error::Error;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use self::place::Database;
use self::report::Report;

/// Whatever goes wrong ends the run: a measurement with a failure in it is none.
type Failure = Box<dyn Error + Send + Sync>;

/// Measures speed on SQLite and PostgreSQL, as ratios within one run
#[derive(Debug, Parser)]
#[command(name = "xueshi-bench", version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: Run,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// One service until its standard input ends: what the measurement starts
    #[command(hide = true)]
    Serve(serve::Serve),
    /// A bare handler, to be measured beside it: for the run's own use
    #[command(hide = true)]
    Bare(bare::Bare),
}

/// What is measured, and how long.
#[derive(Debug, Args)]
struct Run {
    /// People of the city, who all act in every round
    #[arg(long, env = "PEOPLE", default_value_t = 500, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(8..=100_000))]
    people: u32,
    /// People of the large city, beside which the small one is measured
    #[arg(long, env = "CITY", default_value_t = 20_000, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1_000..=2_000_000))]
    city: u32,
    /// Rounds of each side that count; one before them does not
    #[arg(long, env = "ROUNDS", default_value_t = 7, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=99))]
    rounds: u32,
    /// Connections that are kept open, with one request at a time on each
    #[arg(long, default_value_t = 32, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1024))]
    connections: u32,
    /// Connections that are open in the rush
    #[arg(long, default_value_t = 5_000, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(8..=50_000))]
    open: u32,
    /// Seconds that the rush lasts
    #[arg(long, default_value_t = 60, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=600))]
    rush: u32,
    /// Only on this database [default: on both]
    #[arg(long, value_enum)]
    only: Option<Database>,
    /// Only these cases, with commas between them [default: all]
    #[arg(long, value_enum, value_delimiter = ',')]
    case: Vec<cases::Case>,
    /// PostgreSQL server on which databases may be made: scripts/with-postgres starts one
    #[arg(long, env = "XUESHI_TEST_POSTGRES", value_name = "URL", hide_env_values = true)]
    postgres: Option<String>,
    /// Directory on a real disk, for the databases of the run and for its results
    #[arg(long, default_value = "target/bench", value_name = "PATH")]
    folder: PathBuf,
    /// Seed of the order in which people act
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    seed: u64,
    /// Write the results as JSON to standard output, in place of the table
    #[arg(long)]
    json: bool,
}

impl Run {
    /// The databases that it runs on.
    fn databases(&self) -> Result<Vec<Database>, Failure> {
        let databases = match self.only {
            Some(one) => vec![one],
            None => vec![Database::Sqlite, Database::Postgres],
        };
        if databases.contains(&Database::Postgres) && self.postgres.is_none() {
            return Err("no PostgreSQL server is named: run `make bench`, or give --postgres, or --only sqlite".into());
        }
        Ok(databases)
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        Some(Command::Serve(command)) => command.run(),
        Some(Command::Bare(command)) => command.run(),
        None => run(&cli.run),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "xueshi-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(run: &Run) -> Result<(), Failure> {
    if cfg!(debug_assertions) {
        progress::say("this is a debug build: its figures say nothing about a release build");
    }
    let databases = run.databases()?;
    std::fs::create_dir_all(&run.folder)?;
    let file = run.folder.join("results.json");
    let last = Report::read(&file)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut report = Report::new(run);
    for database in databases {
        runtime.block_on(cases::measure(run, database, &mut report))?;
    }
    report.write(&file)?;
    let mut out = io::stdout();
    if run.json {
        writeln!(out, "{}", serde_json::to_string(&report)?)?;
    } else {
        write!(out, "{}", report.table(last.as_ref()))?;
    }
    Ok(())
}
