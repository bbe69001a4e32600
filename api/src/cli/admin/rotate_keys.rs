//! `xueshi admin rotate-keys`.

use std::time::Duration;

use clap::Args;
use serde_json::json;
use xueshi_persistence::Store;

use super::super::{CommandError, Output};
use crate::auth::keys::{Former, rotate};

/// Arguments of `xueshi admin rotate-keys`.
#[derive(Debug, Args)]
pub(in crate::cli) struct RotateKeys {
    /// Revoke all older keys: within half a minute every access token is refused, and people refresh or log in again
    #[arg(long)]
    pub(super) revoke_old: bool,
}

impl RotateKeys {
    pub(super) async fn run(
        self,
        store: &Store,
        token_life: Duration,
        output: Output,
    ) -> Result<(), CommandError> {
        let life = time::Duration::try_from(token_life)
            .map_err(|error| CommandError::Failed(error.to_string()))?;
        let former = if self.revoke_old { Former::Revoked } else { Former::UntilTheirTokensEnd };
        let kid = rotate(store, life, former).await?;
        let text = format!(
            "tokens are signed with {kid} from now on; running services follow within half a minute"
        );
        output.result(&text, &json!({"kid": kid, "revoked_old": self.revoke_old}));
        Ok(())
    }
}
