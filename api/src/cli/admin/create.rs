//! `xueshi admin create`.

use std::io::Read as _;

use clap::Args;
use serde_json::json;
use xueshi_domain::access::{OrgPath, Role};
use xueshi_domain::policy::ZHENGZHOU;
use xueshi_domain::registry::{OrganizationKind, Standing};
use xueshi_persistence::{
    Account, Grant, Jurisdiction, Keep, Moment, Organization, Store, StoreError, StoreFailure,
    Word, Writer,
};

use super::super::{CommandError, Output};
use super::{message, new_secret};
use crate::auth::password::hash_now;
use crate::dto::accounts::good_username;
use crate::dto::auth::good_password;
use crate::services::ids::new_id;

/// The environment variable from which the password is taken where it is not read from standard input.
const PASSWORD_VARIABLE: &str = "XUESHI_ADMIN_PASSWORD";

/// Arguments of `xueshi admin create`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Create {
    /// Name to log in with: small letters, digits, `.`, `_` and `-`
    #[arg(long)]
    pub(super) username: String,
    /// Name of the person
    #[arg(long)]
    pub(super) name: String,
    /// Name of the municipal bureau, if the database has no units yet
    #[arg(long, default_value = "郑州市人力资源和社会保障局")]
    pub(super) bureau: String,
    /// Read the password from standard input; otherwise it is taken from XUESHI_ADMIN_PASSWORD, or made and printed once
    #[arg(long)]
    pub(super) password_stdin: bool,
    /// Create one although there is a municipal administrator already
    #[arg(long)]
    pub(super) force: bool,
}

/// Why the account was not made.
#[derive(Debug, thiserror::Error)]
enum NotCreated {
    #[error(
        "there is a municipal administrator already, who can create accounts; use --force to add another one"
    )]
    AdministratorExists,
    #[error("the user name is in use")]
    NameTaken,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl StoreFailure for NotCreated {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            Self::AdministratorExists | Self::NameTaken => None,
        }
    }
}

impl Create {
    pub(super) async fn run(self, store: &Store, output: Output) -> Result<(), CommandError> {
        let username = self.username.to_lowercase();
        good_username(&username).map_err(|error| CommandError::Refused(message(&error)))?;
        let (password, is_new) = self.password()?;
        good_password(&password).map_err(|error| CommandError::Refused(message(&error)))?;
        let hash = hash_now(&password).map_err(|error| CommandError::Failed(error.to_string()))?;
        let (name, bureau, force) = (self.name, self.bureau, self.force);
        let login = username.clone();
        let made = store
            .write(Keep::Yes, move |writer| create(writer, &login, &name, &bureau, &hash, force));
        made.await.map_err(|error| match error {
            NotCreated::Store(error) => error.into(),
            error @ (NotCreated::AdministratorExists | NotCreated::NameTaken) => {
                CommandError::Refused(error.to_string())
            }
        })?;
        let shown = is_new.then_some(password);
        let text = match &shown {
            Some(password) => format!(
                "{username} is a municipal administrator; the password, shown only now: {password}"
            ),
            None => format!("{username} is a municipal administrator"),
        };
        output.result(&text, &json!({"username": username, "password": shown}));
        Ok(())
    }

    /// The password, and whether it was made here.
    fn password(&self) -> Result<(String, bool), CommandError> {
        if self.password_stdin {
            let mut text = String::new();
            let read = std::io::stdin().lock().take(1024).read_to_string(&mut text);
            read.map_err(|error| CommandError::Failed(format!("standard input: {error}")))?;
            return Ok((text.trim_end_matches(['\r', '\n']).to_owned(), false));
        }
        match std::env::var(PASSWORD_VARIABLE) {
            Ok(password) if !password.is_empty() => Ok((password, false)),
            _ => Ok((new_secret(), true)),
        }
    }
}

/// Makes the account and its role, and before them the city and its bureau where they are missing.
fn create(
    writer: &mut Writer<'_>,
    username: &str,
    name: &str,
    bureau: &str,
    password_hash: &str,
    force: bool,
) -> Result<(), NotCreated> {
    if !force && writer.role_is_held(Role::MunicipalAdministrator)? {
        return Err(NotCreated::AdministratorExists);
    }
    let now = writer.now();
    let city = match writer.jurisdiction_by_code(Some(ZHENGZHOU))? {
        Some(city) => city,
        None => {
            let city = Jurisdiction {
                id: new_id(now),
                code: ZHENGZHOU.to_owned(),
                name: "郑州市".to_owned(),
                is_default: true,
                created_at: Moment(now),
            };
            writer.insert_jurisdiction(&city)?;
            city
        }
    };
    let root = match writer.municipal_bureau(city.id)? {
        Some(root) => root,
        None => {
            let id = new_id(now);
            let root = Organization {
                jurisdiction_id: city.id,
                id,
                parent_id: None,
                path: OrgPath::root(id.0).as_str().to_owned(),
                kind: Word(OrganizationKind::MunicipalBureau),
                name: bureau.to_owned(),
                unit_code: None,
                is_public_institution: false,
                reviewing_body_id: None,
                state: Word(Standing::Active),
                version: 1,
                created_at: Moment(now),
                updated_at: Moment(now),
            };
            writer.insert_organization(&root)?;
            root
        }
    };
    let account = Account {
        id: new_id(now),
        jurisdiction_id: city.id,
        username: username.to_owned(),
        password_hash: password_hash.to_owned(),
        display_name: name.to_owned(),
        professional_id: None,
        state: Word(Standing::Active),
        version: 1,
        created_at: Moment(now),
        updated_at: Moment(now),
    };
    if writer.account_by_username(username)?.is_some() {
        return Err(NotCreated::NameTaken);
    }
    writer.insert_account(&account)?;
    writer.insert_grant(&Grant {
        id: new_id(now),
        jurisdiction_id: city.id,
        account_id: account.id,
        role: Word(Role::MunicipalAdministrator),
        organization_id: root.id,
        granted_at: Moment(now),
        granted_by: None,
        ended_at: None,
        ended_by: None,
    })?;
    Ok(())
}
