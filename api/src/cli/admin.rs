//! `xueshi admin`.

use clap::{Args, Subcommand};

use super::{CommandError, Output};
use crate::settings::Settings;

#[derive(Debug, Subcommand)]
pub(super) enum Admin {
    /// Create a municipal administrator, the first account of a production database
    Create(Create),
    /// Make a new signing key for tokens; the old one verifies until its tokens have expired
    RotateKeys(RotateKeys),
}

/// Arguments of `xueshi admin create`.
#[derive(Debug, Args)]
pub(super) struct Create {
    /// Name to log in with
    #[arg(long)]
    username: String,
    /// Name of the person
    #[arg(long)]
    name: String,
    /// Name of the municipal bureau, if the database has no units yet
    #[arg(long, default_value = "郑州市人力资源和社会保障局")]
    bureau: String,
    /// Read the password from standard input; otherwise one is made and printed once
    #[arg(long)]
    password_stdin: bool,
}

/// Arguments of `xueshi admin rotate-keys`.
#[derive(Debug, Args)]
pub(super) struct RotateKeys {
    /// Forget all older keys at once, which logs everybody out
    #[arg(long)]
    revoke_old: bool,
}

impl Admin {
    pub(super) async fn run(self, _: Settings, _: Output) -> Result<(), CommandError> {
        let act = match self {
            Admin::Create(Create { username, name, bureau, password_stdin }) => {
                format!("create {username} ({name}, {bureau}, password given: {password_stdin})")
            }
            Admin::RotateKeys(RotateKeys { revoke_old }) => {
                format!("rotate keys (revoke old: {revoke_old})")
            }
        };
        Err(CommandError::Unavailable(format!("no store to {act}")))
    }
}
