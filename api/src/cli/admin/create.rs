//! `xueshi admin create`.

use std::io::Read as _;

use clap::Args;
use serde_json::json;
use xueshi_domain::access::Role;
use xueshi_domain::policy::ZHENGZHOU;
use xueshi_persistence::{Keep, Store, StoreError, StoreFailure, Writer};

use super::super::{CommandError, Output};
use super::{message, new_secret};
use crate::auth::password::hash_now;
use crate::dto::accounts::good_username;
use crate::dto::auth::good_password;
use crate::dto::cities::is_city_code;
use crate::services::founding::{self, CityName, FirstAdministrator};

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
    /// Division code of the city that they administrate; a further city is added to the installation
    #[arg(long, value_name = "CODE", default_value = ZHENGZHOU)]
    pub(super) city: String,
    /// Name of the city; required for a further one
    #[arg(long, value_name = "NAME")]
    pub(super) city_name: Option<String>,
    /// Name of the municipal bureau, if the city has no units yet; otherwise made from the city's name
    #[arg(long)]
    pub(super) bureau: Option<String>,
    /// Read the password from standard input; otherwise it is taken from XUESHI_ADMIN_PASSWORD, or made and printed once
    #[arg(long)]
    pub(super) password_stdin: bool,
    /// Create one although the city has a municipal administrator already
    #[arg(long)]
    pub(super) force: bool,
}

/// Why the account was not made.
#[derive(Debug, thiserror::Error)]
enum NotCreated {
    #[error(
        "the city has a municipal administrator already, who can create accounts; use --force to add another one"
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
        let city = self.city()?;
        let (password, is_new) = self.password()?;
        good_password(&password).map_err(|error| CommandError::Refused(message(&error)))?;
        let hash = hash_now(&password).map_err(|error| CommandError::Failed(error.to_string()))?;
        let administrator =
            FirstAdministrator { username: username.clone(), name: self.name, password_hash: hash };
        let force = self.force;
        let made =
            store.write(Keep::Yes, move |writer| create(writer, &city, &administrator, force));
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

    /// The city, with the names that it gets if it is new.
    fn city(&self) -> Result<CityName, CommandError> {
        let refused = |text: &str| CommandError::Refused(text.to_owned());
        if !is_city_code(&self.city) {
            return Err(refused("the city's division code has six digits, for instance 410100"));
        }
        let name = match &self.city_name {
            Some(name) => name.clone(),
            None if self.city == ZHENGZHOU => "郑州市".to_owned(),
            None => return Err(refused("name the city with --city-name")),
        };
        let bureau = self.bureau.clone();
        let bureau = bureau.unwrap_or_else(|| format!("{name}人力资源和社会保障局"));
        Ok(CityName { code: self.city.clone(), name, bureau })
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
    city: &CityName,
    administrator: &FirstAdministrator,
    force: bool,
) -> Result<(), NotCreated> {
    let (city, root) = founding::city_with_bureau(writer, city)?;
    if !force && writer.role_is_held(city.id, Role::MunicipalAdministrator)? {
        return Err(NotCreated::AdministratorExists);
    }
    if writer.account_by_username(&administrator.username)?.is_some() {
        return Err(NotCreated::NameTaken);
    }
    Ok(founding::administrator(writer, &root, administrator)?)
}
