//! `xueshi demo`.

use clap::Args;
use serde_json::json;
use xueshi_persistence::{Keep, StoreError, Writer};

use super::{CommandError, Output};
use crate::sandbox::{restore, world};
use crate::settings::Settings;
use crate::storage::Storage;

/// Arguments of `xueshi demo`.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Restore the demo world if the sandbox database has one already
    #[arg(long)]
    reset: bool,
}

impl Demo {
    pub(super) async fn run(
        self,
        mut settings: Settings,
        output: Output,
    ) -> Result<(), CommandError> {
        if settings.database_url.is_none() {
            let text = "name the database with --database-url: without one, `serve --sandbox` makes its own at every start";
            return Err(CommandError::Refused(text.to_owned()));
        }
        settings.sandbox = true;
        let storage = Storage::open(&settings).await?;
        if self.reset {
            let setting = storage.sandbox.as_ref().map(|sandbox| sandbox.beginning());
            let work = move |writer: &mut Writer<'_>| {
                setting.map_or(Ok(()), |setting| restore(writer, setting))
            };
            storage.desk.store().write::<(), StoreError, _>(Keep::Yes, work).await?;
        }
        let text = format!(
            "The demo world is in; every password is \"{}\". Serve it with `xueshi serve --sandbox` and the same --database-url.",
            world::PASSWORD
        );
        output.result(&text, &json!({"accounts": world::usernames().collect::<Vec<_>>(), "password": world::PASSWORD}));
        Ok(())
    }
}
