//! Results: a table for people, JSON for programs and for the next run.

mod trial;

use std::fmt::Write as _;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::place::Database;
use crate::stats::Spread;
use crate::{Failure, Run};

pub(crate) use self::trial::{Bound, Trial};

/// Everything that a run measured.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    /// `release` or `debug`.
    build: String,
    /// Processors of the machine, which the load takes its part of.
    processors: usize,
    people: u32,
    rounds: u32,
    connections: u32,
    /// One for each case and database.
    pub(crate) comparisons: Vec<Comparison>,
    /// What is no comparison.
    pub(crate) trials: Vec<Trial>,
}

/// Two sides that did the same work in turn.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Comparison {
    case: String,
    database: String,
    /// What is counted.
    unit: String,
    goal: Goal,
    /// Throughput of the subject as a part of the yardstick's, round by round.
    ratio: Spread,
    /// Processor time of the subject for one of them, as a multiple of the yardstick's, round by round.
    cpu_ratio: Spread,
    subject: Side,
    yardstick: Side,
}

/// What the ratio of throughput is to be.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Goal {
    /// At least this.
    pub(crate) least: f64,
}

/// One of the two.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Side {
    /// Its name.
    pub(crate) name: String,
    /// What was measured, in the order of time.
    pub(crate) rounds: Vec<Round>,
}

/// One short measurement.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Round {
    /// How many were done.
    pub(crate) operations: usize,
    /// From the first request to the last answer.
    pub(crate) seconds: f64,
    /// The time that half of the requests did not exceed.
    pub(crate) p50_ms: f64,
    /// The time that 99 of 100 requests did not exceed.
    pub(crate) p99_ms: f64,
    /// Processor time of the service, what it does behind the answers included.
    pub(crate) service_cpu_seconds: f64,
    /// Processor time of the PostgreSQL server; that of SQLite is in the service's.
    pub(crate) database_cpu_seconds: Option<f64>,
    /// Resident memory of the service at the end.
    pub(crate) resident_mib: f64,
}

impl Round {
    fn count(&self) -> f64 {
        self.operations as f64
    }

    fn throughput(&self) -> f64 {
        self.count() / self.seconds
    }

    /// Milliseconds of processor time for one.
    fn cpu_ms(&self) -> f64 {
        let all = self.service_cpu_seconds + self.database_cpu_seconds.unwrap_or(0.0);
        all * 1e3 / self.count()
    }
}

impl Side {
    /// A side of which nothing is known yet.
    pub(crate) fn new(name: &str) -> Side {
        Side { name: name.to_owned(), rounds: Vec::new() }
    }

    /// The median of a figure of its rounds.
    fn median(&self, figure: impl Fn(&Round) -> f64) -> f64 {
        Spread::of(self.rounds.iter().map(figure)).map_or(0.0, |spread| spread.median)
    }

    /// Milliseconds of processor time of the PostgreSQL server for one; none on SQLite.
    fn database_cpu(&self) -> Option<f64> {
        let rounds = self.rounds.iter();
        let figures =
            rounds.filter_map(|round| Some(round.database_cpu_seconds? * 1e3 / round.count()));
        Spread::of(figures).map(|spread| spread.median)
    }
}

impl Comparison {
    /// Compares what each side did in the same round, so that what slows the machine down for a while cancels out.
    ///
    /// # Errors
    /// When nothing was measured.
    pub(crate) fn of(
        case: &str,
        database: Database,
        unit: &str,
        goal: Goal,
        subject: Side,
        yardstick: Side,
    ) -> Result<Comparison, Failure> {
        let ratio = |figure: fn(&Round) -> f64| {
            let pairs = subject.rounds.iter().zip(&yardstick.rounds);
            Spread::of(pairs.map(|(own, other)| figure(own) / figure(other)))
        };
        let (throughput, cpu) = (ratio(Round::throughput), ratio(Round::cpu_ms));
        Ok(Comparison {
            case: case.to_owned(),
            database: database.to_string(),
            unit: unit.to_owned(),
            goal,
            ratio: throughput.ok_or("nothing was measured")?,
            cpu_ratio: cpu.ok_or("nothing was measured")?,
            subject,
            yardstick,
        })
    }

    fn is_like(&self, other: &Comparison) -> bool {
        self.case == other.case && self.database == other.database
    }

    /// Its lines of the table.
    fn lines(&self, last: Option<&Comparison>, out: &mut String) -> std::fmt::Result {
        writeln!(out, "{} on {}", self.case, self.database)?;
        for side in [&self.subject, &self.yardstick] {
            writeln!(
                out,
                "  {:<24} {:>10.0} {:>9.2} {:>9.2} {:>12.2} {:>13} {:>8.0}",
                side.name,
                side.median(Round::throughput),
                side.median(|round| round.p50_ms),
                side.median(|round| round.p99_ms),
                side.median(|round| round.service_cpu_seconds * 1e3 / round.count()),
                side.database_cpu().map_or("–".to_owned(), |cpu| format!("{cpu:.2}")),
                side.median(|round| round.resident_mib),
            )?;
        }
        let verdict = if self.ratio.median >= self.goal.least { "reached" } else { "missed" };
        writeln!(
            out,
            "  {} a second: ratio {} (goal at least {:.2}: {verdict}); processor time of each: ratio {}",
            self.unit,
            shown(self.ratio),
            self.goal.least,
            shown(self.cpu_ratio),
        )?;
        if let Some(last) = last {
            writeln!(
                out,
                "  last run: ratio {}, processor time {}",
                shown(last.ratio),
                shown(last.cpu_ratio)
            )?;
        }
        writeln!(out)
    }
}

fn shown(spread: Spread) -> String {
    format!("{:.3} ({:.3}–{:.3})", spread.median, spread.least, spread.most)
}

impl Report {
    /// A report without results.
    pub(crate) fn new(run: &Run) -> Report {
        Report {
            build: if cfg!(debug_assertions) { "debug" } else { "release" }.to_owned(),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            people: run.people,
            rounds: run.rounds,
            connections: run.connections,
            comparisons: Vec::new(),
            trials: Vec::new(),
        }
    }

    /// The results of the last run, if there was one that this version can read.
    pub(crate) fn read(file: &Path) -> Result<Option<Report>, Failure> {
        match fs::read(file) {
            Ok(text) => Ok(serde_json::from_slice(&text).ok()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("{}: {error}", file.display()).into()),
        }
    }

    /// Keeps it for the next run.
    pub(crate) fn write(&self, file: &Path) -> Result<(), Failure> {
        fs::write(file, serde_json::to_string_pretty(self)?)?;
        Ok(())
    }

    /// The table, with what the last run had in the same places.
    pub(crate) fn table(&self, last: Option<&Report>) -> String {
        let mut out = if self.comparisons.is_empty() { String::new() } else { self.head() };
        for comparison in &self.comparisons {
            let last = last
                .and_then(|last| last.comparisons.iter().find(|other| comparison.is_like(other)));
            // Writing to a string does not fail.
            let _ = comparison.lines(last, &mut out);
        }
        for trial in &self.trials {
            let last = last.and_then(|last| last.trials.iter().find(|other| trial.is_like(other)));
            let _ = trial.lines(last, &mut out);
        }
        out
    }

    /// What stands above the comparisons.
    fn head(&self) -> String {
        let mut out = format!(
            "{} build, {} processors, {} people, {} connections; medians of {} rounds, ratios round by round (least–most)\n\n",
            self.build, self.processors, self.people, self.connections, self.rounds
        );
        out.push_str(
            "                           per second    p50 ms    p99 ms  CPU service  CPU database      MiB\n",
        );
        out.push_str(
            "                                                             ms for one    ms for one\n",
        );
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(name: &str, seconds: [f64; 3], cpu: f64) -> Side {
        let rounds = seconds.map(|seconds| Round {
            operations: 100,
            seconds,
            p50_ms: 1.0,
            p99_ms: 2.0,
            service_cpu_seconds: cpu,
            database_cpu_seconds: Some(0.1),
            resident_mib: 50.0,
        });
        Side { name: name.to_owned(), rounds: rounds.into() }
    }

    #[test]
    fn ratios_are_taken_round_by_round() {
        // The machine is half as fast in the last round: each pair says the same.
        let (subject, yardstick) =
            (side("a", [1.25, 1.25, 2.5], 0.4), side("b", [1.0, 1.0, 2.0], 0.3));
        let goal = Goal { least: 0.9 };
        let compared =
            Comparison::of("case", Database::Sqlite, "acts", goal, subject, yardstick).unwrap();
        assert_eq!(compared.ratio, Spread { median: 0.8, least: 0.8, most: 0.8 });
        assert!((compared.cpu_ratio.median - 1.25).abs() < 1e-9);
        let mut text = String::new();
        compared.lines(Some(&compared), &mut text).unwrap();
        assert!(text.contains("ratio 0.800 (0.800–0.800) (goal at least 0.90: missed)"), "{text}");
        assert!(text.contains("last run: ratio 0.800"), "{text}");
    }

    #[test]
    fn nothing_measured_is_no_result() {
        let compared = Comparison::of(
            "case",
            Database::Sqlite,
            "acts",
            Goal { least: 1.0 },
            Side::new("a"),
            Side::new("b"),
        );
        assert!(compared.is_err());
    }
}
