//! Accounts, for those who keep them.

use serde_json::{Value, json};
use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_domain::event::EventType;
use xueshi_domain::registry::Standing;
use xueshi_persistence::{
    Account, AccountFilter, Id, Moment, Page, Reader, Slice, StoreError, Word, Writer,
};

use super::administrators::refuse_own;
use super::events::Happening;
use super::login::check_new_password;
use super::references::unknown;
use super::{Asker, Reply, offices};
use crate::dto::accounts::{AccountChanges, AccountDetail, AccountDto, GrantDto, NewAccount};
use crate::extract::RequiredIfMatch;
use crate::problem::{Code, Problem, Text};

/// The accounts of the city.
///
/// # Errors
/// 403 for those who keep the accounts of a part of it only.
pub fn list(
    reader: &mut Reader<'_>,
    asker: &Asker,
    filter: &AccountFilter,
    page: Page<Id>,
) -> Result<Slice<Account>, Problem> {
    require_city(reader, asker, Permission::ReadAudit)?;
    Ok(reader.accounts(asker.jurisdiction, filter, page)?)
}

/// An account of the asker's city, under a permission on the whole of it.
///
/// # Errors
/// 403 for those who have that on a part of it only; 404 when there is none.
pub fn of_city(
    reader: &mut Reader<'_>,
    asker: &Asker,
    permission: Permission,
    id: Uuid,
) -> Result<Account, Problem> {
    require_city(reader, asker, permission)?;
    let account =
        reader.account(Id(id))?.filter(|account| account.jurisdiction_id == asker.jurisdiction);
    account.ok_or_else(|| Problem::new(Code::NotFound))
}

/// An account with its roles.
///
/// # Errors
/// As [`of_city`].
pub fn get(reader: &mut Reader<'_>, asker: &Asker, id: Uuid) -> Result<AccountDetail, Problem> {
    let account = of_city(reader, asker, Permission::ReadAudit, id)?;
    detail(reader, &account)
}

/// Makes an account; `password_hash` is that of its password.
///
/// # Errors
/// 409 when the name is in use or the person has an account; 422 for an unknown person or a weak password.
pub fn create(
    writer: &mut Writer<'_>,
    asker: &Asker,
    new: &NewAccount,
    password_hash: &str,
) -> Result<Reply<AccountDetail>, Problem> {
    require_city(writer, asker, Permission::ManageAccounts)?;
    check_new_password(&new.username, &new.password, "/password")?;
    let professional_id = new.professional_id.map(Id);
    check_person(writer, asker, professional_id)?;
    let now = writer.now();
    let account = Account {
        id: writer.new_id(),
        jurisdiction_id: asker.jurisdiction,
        username: new.username.clone(),
        password_hash: password_hash.to_owned(),
        display_name: new.display_name.clone(),
        professional_id,
        state: Word(Standing::Active),
        version: 1,
        created_at: Moment(now),
        updated_at: Moment(now),
    };
    writer.insert_account(&account).map_err(|error| match error {
        StoreError::Taken(_) => taken("/username", "该用户名已被使用", "the user name is in use"),
        error @ (StoreError::Conflict
        | StoreError::Busy
        | StoreError::Unfinished(_)
        | StoreError::Unreachable(_)
        | StoreError::WrongPurpose(_)
        | StoreError::Corrupt(_)
        | StoreError::Database(_)) => error.into(),
    })?;
    let about = json!({"account_id": account.id, "professional_id": account.professional_id});
    tell(writer, asker, EventType::AccountCreated, &account, about)?;
    let location = format!("/v1/accounts/{}", account.id);
    Ok(Reply::created(&location, detail(writer, &account)?).version(account.version))
}

/// Changes an account. Disabling it, and a new password, end its sessions at once.
///
/// # Errors
/// 403 `own-rights` for anything but the display name of one's own; 404; 409; 412; 422.
pub fn edit(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    condition: &RequiredIfMatch,
    changes: &AccountChanges,
    password_hash: Option<&str>,
) -> Result<Reply<AccountDetail>, Problem> {
    let mut account = of_city(writer, asker, Permission::ManageAccounts, id)?;
    condition.check(account.version.into())?;
    if changes.state.is_some() || changes.professional_id.is_some() || changes.password.is_some() {
        refuse_own(asker, account.id)?;
    }
    if let Some(name) = &changes.display_name {
        account.display_name.clone_from(name);
    }
    if let Some(person) = changes.professional_id.map(|id| id.map(Id))
        && person != account.professional_id
    {
        check_person(writer, asker, person)?;
        account.professional_id = person;
    }
    account.state = changes.state.map_or(account.state, Word);
    if let (Some(password), Some(hash)) = (&changes.password, password_hash) {
        check_new_password(&account.username, password, "/password")?;
        hash.clone_into(&mut account.password_hash);
        writer.end_sessions_of(account.id, "password-reset")?;
    }
    if account.state.0 == Standing::Disabled {
        writer.end_sessions_of(account.id, "account-disabled")?;
    }
    if !writer.update_account(&mut account)? {
        return Err(Problem::new(Code::PreconditionFailed));
    }
    let about =
        json!({"account_id": account.id, "state": account.state.0, "changed": changed(changes)});
    tell(writer, asker, EventType::AccountChanged, &account, about)?;
    if changes.state == Some(Standing::Disabled) {
        // U1: a unit whose administrator cannot log in has none.
        for (grant, _) in writer.grants_of(account.id)? {
            if let Some(unit) =
                writer.organization(account.jurisdiction_id, grant.organization_id)?
            {
                offices::tell_if_missing(writer, Some(asker.account()), &unit)?;
            }
        }
    }
    Ok(Reply::ok(detail(writer, &account)?).version(account.version))
}

/// The members that were given.
fn changed(changes: &AccountChanges) -> Vec<&'static str> {
    [
        ("display_name", changes.display_name.is_some()),
        ("professional_id", changes.professional_id.is_some()),
        ("state", changes.state.is_some()),
        ("password", changes.password.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, given)| given.then_some(name))
    .collect()
}

/// Tells auditors what became of an account. It says which members changed, never what they hold.
fn tell(
    writer: &mut Writer<'_>,
    asker: &Asker,
    event: EventType,
    account: &Account,
    about: Value,
) -> Result<(), Problem> {
    Happening::new(event)
        .by(asker)
        .for_the_city(writer, account.jurisdiction_id)?
        .subject(account.id)
        .data(about)
        .tell(writer, account.jurisdiction_id)
}

/// Accounts belong to the city as a whole: only a right on its root covers them.
fn require_city(
    reader: &mut Reader<'_>,
    asker: &Asker,
    permission: Permission,
) -> Result<(), Problem> {
    let root = reader.municipal_bureau(asker.jurisdiction)?;
    let root = root.ok_or_else(|| Problem::internal("the city has no municipal bureau"))?;
    asker.acting_for(permission, &root.path).map(drop)
}

/// The person exists in the city, was not erased (U4a), and has no account yet.
fn check_person(reader: &mut Reader<'_>, asker: &Asker, person: Option<Id>) -> Result<(), Problem> {
    let Some(person) = person else { return Ok(()) };
    let known = reader.professional(asker.jurisdiction, person)?.is_some();
    if !known || reader.erasure(asker.jurisdiction, person)?.is_some() {
        return Err(unknown("/professional_id"));
    }
    match reader.account_of(asker.jurisdiction, person)? {
        Some(_) => {
            Err(taken("/professional_id", "该人员已有账号", "the person has an account already"))
        }
        None => Ok(()),
    }
}

fn taken(pointer: &str, zh: &'static str, en: &'static str) -> Problem {
    Problem::new(Code::AlreadyExists).detail(zh, en).at(
        pointer,
        "already-exists",
        Text::new(zh, en),
    )
}

fn detail(reader: &mut Reader<'_>, account: &Account) -> Result<AccountDetail, Problem> {
    let grants = reader.grants_of(account.id)?;
    let grants = grants.iter().map(|(grant, _)| GrantDto::from(grant)).collect();
    Ok(AccountDetail { account: AccountDto::from(account), grants })
}
