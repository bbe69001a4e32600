//! What is no comparison of two sides: figures of one run, some of which have a bound of their own.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::place::Database;

/// A trial, and what was found.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Trial {
    case: String,
    database: String,
    findings: Vec<Finding>,
}

/// A figure.
#[derive(Debug, Serialize, Deserialize)]
struct Finding {
    name: String,
    value: f64,
    bound: Bound,
}

/// What a figure is held to.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Bound {
    /// Nothing: it says something about the others.
    None,
    /// It is not to be greater.
    AtMost(f64),
    /// It is not to be less.
    AtLeast(f64),
}

impl Bound {
    /// What it says of a figure; nothing if it holds it to nothing.
    fn verdict(self, value: f64) -> Option<String> {
        let (words, bound, holds) = match self {
            Bound::None => return None,
            Bound::AtMost(most) => ("at most", most, value <= most),
            Bound::AtLeast(least) => ("at least", least, value >= least),
        };
        Some(format!("({words} {bound:.0}: {})", if holds { "reached" } else { "missed" }))
    }
}

impl Trial {
    /// A trial of which nothing is known yet.
    pub(crate) fn new(case: &str, database: Database) -> Trial {
        Trial { case: case.to_owned(), database: database.to_string(), findings: Vec::new() }
    }

    /// Adds a figure.
    pub(crate) fn found(&mut self, name: &str, value: f64, bound: Bound) {
        self.findings.push(Finding { name: name.to_owned(), value, bound });
    }

    pub(super) fn is_like(&self, other: &Trial) -> bool {
        self.case == other.case && self.database == other.database
    }

    /// Its lines, with what the last run found.
    pub(super) fn lines(&self, last: Option<&Trial>, out: &mut String) -> std::fmt::Result {
        writeln!(out, "{} on {}", self.case, self.database)?;
        for Finding { name, value, bound } in &self.findings {
            write!(out, "  {name:<40} {value:>10.1}")?;
            if let Some(verdict) = bound.verdict(*value) {
                write!(out, "  {verdict}")?;
            }
            let before =
                last.and_then(|last| last.findings.iter().find(|finding| finding.name == *name));
            if let Some(before) = before {
                write!(out, "  last run {:.1}", before.value)?;
            }
            writeln!(out)?;
        }
        writeln!(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_beside_their_bounds() {
        let mut trial = Trial::new("case", Database::Sqlite);
        trial.found("free", 7.0, Bound::None);
        trial.found("held", 0.0, Bound::AtMost(0.0));
        trial.found("broken", 3.0, Bound::AtMost(2.0));
        trial.found("few", 1.0, Bound::AtLeast(2.0));
        let mut text = String::new();
        trial.lines(Some(&trial), &mut text).unwrap();
        let lines: Vec<String> = text
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(
            lines,
            [
                "case on SQLite",
                "free 7.0 last run 7.0",
                "held 0.0 (at most 0: reached) last run 0.0",
                "broken 3.0 (at most 2: missed) last run 3.0",
                "few 1.0 (at least 2: missed) last run 1.0",
                "",
            ]
        );
    }
}
