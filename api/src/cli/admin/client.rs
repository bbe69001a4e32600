//! `xueshi admin client`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use xueshi_domain::TextEnum as _;
use xueshi_domain::access::Scope;
use xueshi_domain::event::EventType;
use xueshi_domain::policy::ZHENGZHOU;
use xueshi_domain::registry::Standing;
use xueshi_persistence::{Client, Keep, Moment, Store, StoreError, StoreFailure, Word, Writer};

use super::super::{CommandError, Output};
use super::{message, new_secret};
use crate::auth::password::hash_now;
use crate::dto::accounts::good_username;
use crate::services::events::Happening;
use crate::services::login::check_public_key;

/// Arguments of `xueshi admin client`.
#[derive(Debug, Args)]
pub(in crate::cli) struct RegisterClient {
    /// Name that the client authenticates with: small letters, digits, `.`, `_` and `-`
    #[arg(long)]
    pub(super) client_id: String,
    /// What it is, for people
    #[arg(long)]
    pub(super) name: String,
    /// Division code of the city whose data it works with
    #[arg(long, value_name = "CODE", default_value = ZHENGZHOU)]
    pub(super) city: String,
    /// A scope that it may ask for; repeat it for several
    #[arg(long = "scope", required = true, value_parser = scope)]
    pub(super) scopes: Vec<Scope>,
    /// Code of the learning platform that it delivers for; required for learning:write
    #[arg(long)]
    pub(super) platform: Option<String>,
    /// File with its public key as a JWK (Ed25519 or P-256), for private_key_jwt; without it a secret is made and printed once
    #[arg(long, value_name = "PATH")]
    pub(super) public_key: Option<PathBuf>,
}

fn scope(text: &str) -> Result<Scope, String> {
    Scope::from_text(text).ok_or_else(|| format!("expected one of {}", Scope::NAMES.join(", ")))
}

/// Why the client was not registered.
#[derive(Debug, thiserror::Error)]
enum NotRegistered {
    #[error("there is no such city: run `xueshi admin create` first")]
    NoCity,
    #[error("there is no platform with this code; a municipal officer registers it first")]
    NoPlatform,
    #[error("the client id is in use")]
    NameTaken,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl StoreFailure for NotRegistered {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::NoCity | Self::NoPlatform | Self::NameTaken => None,
        }
    }
}

impl RegisterClient {
    pub(super) async fn run(self, store: &Store, output: Output) -> Result<(), CommandError> {
        let refused = |text: String| CommandError::Refused(text);
        good_username(&self.client_id).map_err(|error| refused(message(&error)))?;
        if self.scopes.contains(&Scope::LearningWrite) && self.platform.is_none() {
            return Err(refused(
                "a client with learning:write delivers for one platform: name it with --platform"
                    .to_owned(),
            ));
        }
        let public_key = match &self.public_key {
            Some(path) => Some(
                std::fs::read_to_string(path)
                    .map_err(|error| refused(format!("{}: {error}", path.display())))?,
            ),
            None => None,
        };
        if let Some(key) = &public_key {
            check_public_key(key).map_err(refused)?;
        }
        let secret = public_key.is_none().then(new_secret);
        let secret_hash = secret
            .as_deref()
            .map(hash_now)
            .transpose()
            .map_err(|error| CommandError::Failed(error.to_string()))?;
        let scopes = self.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ");
        let client_id = self.client_id.clone();
        let registered = store.write(Keep::Yes, move |writer| {
            let (secret_hash, public_key) = (secret_hash.clone(), public_key.clone());
            register(writer, &self, &scopes, secret_hash, public_key)
        });
        registered.await.map_err(|error| match error {
            NotRegistered::Store(error) => error.into(),
            error @ (NotRegistered::NoCity
            | NotRegistered::NoPlatform
            | NotRegistered::NameTaken) => CommandError::Refused(error.to_string()),
        })?;
        let text = match &secret {
            Some(secret) => {
                format!("{client_id} is registered; the secret, shown only now: {secret}")
            }
            None => format!("{client_id} is registered with its public key"),
        };
        output.result(&text, &json!({"client_id": client_id, "client_secret": secret}));
        Ok(())
    }
}

fn register(
    writer: &mut Writer<'_>,
    wanted: &RegisterClient,
    scopes: &str,
    secret_hash: Option<String>,
    public_key: Option<String>,
) -> Result<(), NotRegistered> {
    let city = writer.jurisdiction_by_code(Some(&wanted.city))?.ok_or(NotRegistered::NoCity)?;
    let root = writer.municipal_bureau(city.id)?.ok_or(NotRegistered::NoCity)?;
    if let Some(code) = &wanted.platform {
        writer.platform(city.id, code)?.ok_or(NotRegistered::NoPlatform)?;
    }
    if writer.client(&wanted.client_id)?.is_some() {
        return Err(NotRegistered::NameTaken);
    }
    let now = writer.now();
    let client = Client {
        id: writer.new_id(),
        jurisdiction_id: city.id,
        client_id: wanted.client_id.clone(),
        name: wanted.name.clone(),
        secret_hash,
        public_key,
        scopes: scopes.to_owned(),
        organization_id: root.id,
        platform_code: wanted.platform.clone(),
        state: Word(Standing::Active),
        created_at: Moment(now),
    };
    writer.insert_client(&client)?;
    let told = Happening::new(EventType::ClientRegistered)
        .subject(client.id)
        .unit(root.id)
        .data(json!({"client_id": client.id, "scopes": client.scopes, "platform": client.platform_code}))
        .event(writer, city.id);
    writer.record_event(&told)?;
    Ok(())
}
