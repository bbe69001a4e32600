//! `xueshi admin`: what has to be done before anybody can log in, and with the keys of the service.

mod client;
mod create;
mod rotate_credential_key;
mod rotate_keys;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Subcommand;
use xueshi_persistence::Store;

use super::{CommandError, Output};
use crate::settings::Settings;
use crate::storage::Storage;

#[derive(Debug, Subcommand)]
pub(super) enum Admin {
    /// Create a municipal administrator, the first account of a production database
    Create(create::Create),
    /// Register a machine client with a secret, or with its public key
    Client(client::RegisterClient),
    /// Make a new signing key for tokens; the old one verifies until its tokens have expired
    RotateKeys(rotate_keys::RotateKeys),
    /// Make a new signing key for credentials of certificates; the former ones verify for ever
    RotateCredentialKey(rotate_credential_key::RotateCredentialKey),
}

impl Admin {
    pub(super) async fn run(self, settings: Settings, output: Output) -> Result<(), CommandError> {
        if settings.sandbox {
            let text = "a sandbox has the accounts, clients and keys of its demo world";
            return Err(CommandError::Refused(text.to_owned()));
        }
        let storage = Storage::open(&settings).await?;
        let store: &Store = storage.desk.store();
        match self {
            Admin::Create(command) => command.run(store, output).await,
            Admin::Client(command) => command.run(store, output).await,
            Admin::RotateKeys(command) => {
                command.run(store, settings.access_token_life, output).await
            }
            Admin::RotateCredentialKey(command) => {
                command.run(store, settings.credential_suite, output).await
            }
        }
    }
}

/// A secret of 192 random bits, for a person or a program to keep.
fn new_secret() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 24]>())
}

/// The message of a check that a request would answer with, in English.
fn message(error: &validator::ValidationError) -> String {
    error
        .message
        .as_deref()
        .map(|text| crate::problem::Text::unpack(text).en.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
