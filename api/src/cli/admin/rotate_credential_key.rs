//! `xueshi admin rotate-credential-key`.

use clap::Args;
use serde_json::json;
use xueshi_persistence::Store;

use super::super::{CommandError, Output};
use crate::auth::credential_keys::rotate;
use crate::settings::CredentialSuite;

/// Arguments of `xueshi admin rotate-credential-key`.
#[derive(Debug, Args)]
pub(in crate::cli) struct RotateCredentialKey {}

impl RotateCredentialKey {
    pub(super) async fn run(
        self,
        store: &Store,
        suite: CredentialSuite,
        output: Output,
    ) -> Result<(), CommandError> {
        let kid = rotate(store, suite).await?;
        let text = format!(
            "credentials are signed with {kid} from now on; what was signed before goes on verifying"
        );
        output.result(&text, &json!({"kid": kid}));
        Ok(())
    }
}
