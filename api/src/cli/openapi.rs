//! `xueshi openapi`.

use std::io::Write as _;

use clap::{Args, ValueEnum};

use super::CommandError;
use crate::openapi::document;

/// Arguments of `xueshi openapi`.
#[derive(Debug, Args)]
pub(super) struct Openapi {
    /// Form of the document
    #[arg(long, value_enum, default_value_t = Format::Yaml)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// YAML, as in openapi.yaml
    Yaml,
    /// JSON
    Json,
}

impl Openapi {
    pub(super) fn run(&self) -> Result<(), CommandError> {
        let document = document();
        let text = match self.format {
            Format::Yaml => document.yaml(),
            Format::Json => document.json(),
        };
        std::io::stdout()
            .write_all(text.as_bytes())
            .map_err(|error| CommandError::Failed(error.to_string()))
    }
}
