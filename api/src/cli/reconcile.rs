//! `xueshi reconcile`.

use std::io::IsTerminal as _;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use xueshi_persistence::{Id, Jurisdiction, Reader, Store};

use super::settle::failed;
use super::{CommandError, Output};
use crate::problem::{Code, Problem};
use crate::services::sync::reconciliation::{self, Checked, District};
use crate::settings::Settings;
use crate::storage::open_for_checks;

/// Arguments of `xueshi reconcile`.
#[derive(Debug, Args)]
#[command(after_help = "\
Prints how many records of people there are, and their digests, by year and district: the same as /v1/sync/reconciliation shows, for \
comparing with what another system holds. docs/sync.md says how a digest is computed.

Exit codes:
  0  printed, and with --check all digests were what the records say
  1  failed
  3  with --check: digests were not what the records say (they are put right); or no such city
  4  the store cannot be reached")]
pub(super) struct Reconcile {
    /// Only this year; all years and the people themselves without it
    #[arg(value_parser = clap::value_parser!(i32).range(1990..=2100))]
    year: Option<i32>,
    /// Division code of the city, where the installation has several
    #[arg(long)]
    city: Option<String>,
    /// First compute all digests anew from the records
    #[arg(long)]
    check: bool,
}

impl Reconcile {
    pub(super) async fn run(self, settings: Settings, output: Output) -> Result<(), CommandError> {
        let store = open_for_checks(&settings)?;
        let (year, code) = (self.year, self.city);
        let find = move |reader: &mut Reader<'_>| {
            let city = reader.jurisdiction_by_code(code.as_deref())?;
            city.ok_or_else(|| Problem::new(Code::NotFound))
        };
        let city: Jurisdiction = store.read(find).await.map_err(failed)?;
        let checked = match self.check {
            true => Some(check(&store, city.id).await?),
            false => {
                reconciliation::refresh(&store, None).await.map_err(failed)?;
                None
            }
        };
        let id = city.id;
        let read = move |reader: &mut Reader<'_>| reconciliation::districts(reader, id, year);
        let districts = store.read(read).await.map_err(failed)?;
        print(&districts, checked, output);
        match checked {
            Some(Checked { differing, .. }) if differing > 0 => Err(CommandError::Refused(
                format!("{differing} digests were not what the records say, and were put right"),
            )),
            Some(_) | None => Ok(()),
        }
    }
}

fn print(districts: &[District], checked: Option<Checked>, output: Output) {
    let mut lines: Vec<String> = districts.iter().map(ToString::to_string).collect();
    if let Some(checked) = checked {
        lines.push(format!(
            "checked {} people: {} digests were not what the records say",
            checked.people, checked.differing
        ));
    }
    let districts: Vec<Value> = districts.iter().map(District::value).collect();
    let checked = checked.map(|it| json!({"people": it.people, "differing": it.differing}));
    output.result(&lines.join("\n"), &json!({"districts": districts, "checked": checked}));
}

/// Holds all digests against the records, with the number of people on standard error where that is a terminal.
async fn check(store: &Store, city: Id) -> Result<Checked, CommandError> {
    let bar = std::io::stderr().is_terminal().then(|| {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("checking: {human_pos} people, {per_sec}") {
            bar.set_style(style);
        }
        bar
    });
    let seen = |people: i64| {
        if let Some(bar) = &bar {
            bar.set_position(u64::try_from(people).unwrap_or(0));
        }
    };
    let checked = reconciliation::check(store, city, seen).await.map_err(failed);
    if let Some(bar) = &bar {
        bar.finish_and_clear();
    }
    checked
}
