//! `xueshi migrate`.

use clap::Args;
use serde_json::json;
use xueshi_persistence::{migrate, pending_migrations};

use super::{CommandError, Output};
use crate::settings::Settings;
use crate::storage::{self, make_data_dir};

/// Arguments of `xueshi migrate`.
#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
}

impl Migrate {
    pub(super) async fn run(self, settings: Settings, output: Output) -> Result<(), CommandError> {
        let url = storage::database(&settings)?;
        let names = if self.dry_run {
            pending_migrations(&url)?
        } else {
            make_data_dir(&settings)?;
            migrate(&url)?
        };
        let what = if self.dry_run { "to apply" } else { "applied" };
        let text = match names.as_slice() {
            [] => format!("{url}: up to date"),
            names => format!("{url}: {} {what}\n{}", names.len(), names.join("\n")),
        };
        output.result(
            &text,
            &json!({"database": url.to_string(), "dry_run": self.dry_run, "migrations": names}),
        );
        Ok(())
    }
}
