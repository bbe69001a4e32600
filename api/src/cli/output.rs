//! Results and errors of commands, for people or as JSON.

use std::io::Write as _;
use std::process::ExitCode;

use serde_json::{Value, json};
use xueshi_persistence::StoreError;

use crate::app::StartError;
use crate::settings::SettingsError;
use crate::storage::StorageError;

/// Why a command did not succeed. Each kind has its own exit code.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Something failed (exit code 1).
    #[error("{0}")]
    Failed(String),
    /// A setting cannot be used (exit code 2).
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The state of things does not allow it, or a check found something (exit code 3).
    #[error("{0}")]
    Refused(String),
    /// The store cannot be reached (exit code 4).
    #[error("{0}")]
    Unavailable(String),
}

impl From<StartError> for CommandError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Bind { .. } | StartError::Thread(_) => {
                CommandError::Failed(error.to_string())
            }
            StartError::Settings(error) => error.into(),
            StartError::Storage(error) => error.into(),
        }
    }
}

impl From<StorageError> for CommandError {
    fn from(error: StorageError) -> Self {
        let text = error.to_string();
        match error {
            StorageError::Store(error) => error.into(),
            StorageError::Key(_) => CommandError::Refused(text),
            StorageError::Url(_) | StorageError::Directory { .. } => CommandError::Failed(text),
        }
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        let text = error.to_string();
        match error {
            StoreError::Unreachable(_) | StoreError::Busy | StoreError::Conflict => {
                CommandError::Unavailable(text)
            }
            StoreError::WrongPurpose(_) | StoreError::Taken(_) => CommandError::Refused(text),
            StoreError::Unfinished(_) | StoreError::Corrupt(_) | StoreError::Database(_) => {
                CommandError::Failed(text)
            }
        }
    }
}

impl CommandError {
    fn exit_code(&self) -> u8 {
        match self {
            CommandError::Failed(_) => 1,
            CommandError::Settings(_) => 2,
            CommandError::Refused(_) => 3,
            CommandError::Unavailable(_) => 4,
        }
    }
}

/// Where results go: plain lines, or one JSON value with `--json`.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    json: bool,
}

impl Output {
    /// An output in one of the two forms.
    #[must_use]
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Writes a result to standard output: `text` for people, `value` with `--json`.
    pub fn result(self, text: &str, value: &Value) {
        let line = if self.json { value.to_string() } else { text.to_owned() };
        // A reader that has gone away (a closed pipe) is no failure of the command.
        let _ = writeln!(std::io::stdout(), "{line}");
    }

    /// Writes an error to standard error and gives its exit code.
    pub(super) fn fail(self, error: &CommandError) -> ExitCode {
        let code = error.exit_code();
        let line = if self.json {
            json!({"error": error.to_string(), "exit_code": code}).to_string()
        } else {
            format!("xueshi: {error}")
        };
        let _ = writeln!(std::io::stderr(), "{line}");
        ExitCode::from(code)
    }
}
