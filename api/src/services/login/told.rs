//! What auditors are told of logins: those of people who hold an office, and wrong passwords for their accounts.
//!
//! A success is told in the transaction that begins the session. A failure is told later, by the sweep or with the next success: the
//! answer to it, and the time that the answer takes, are the same whether or not there is such a user. What is told is bounded by the
//! waits: nothing before the first one, and one event at most for each further one of a name from an address.

use serde_json::{Value, json};
use xueshi_domain::access::Role;
use xueshi_domain::event::EventType;
use xueshi_persistence::{Account, Grant, Id, LoginFailure, Origin, Writer};

use super::lockout::{self, Subject};
use crate::dto::Timestamp;
use crate::problem::Problem;
use crate::services::events::Happening;
use crate::services::sweep::MOST;

/// The offices that an account holds now; the highest unit of them is the one that its logins concern.
struct Offices {
    unit: Id,
    held: Vec<Grant>,
}

impl Offices {
    fn of(writer: &mut Writer<'_>, account: &Account) -> Result<Option<Self>, Problem> {
        let mut held = writer.grants_of(account.id)?;
        // Being a professional is no office: whoever declares their own hours is not watched.
        held.retain(|(grant, _)| grant.role.0 != Role::Professional);
        let highest = held.iter().min_by_key(|(_, path)| path.len());
        let unit = highest.map(|(grant, _)| grant.organization_id);
        let held = held.into_iter().map(|(grant, _)| grant).collect();
        Ok(unit.map(|unit| Self { unit, held }))
    }

    fn shown(&self) -> Vec<Value> {
        let office =
            |grant: &Grant| json!({"role": grant.role.0, "organization_id": grant.organization_id});
        self.held.iter().map(office).collect()
    }
}

/// Tells that somebody logged in, and what had failed before from the same address.
///
/// # Errors
/// On a database failure.
pub(super) fn success(
    writer: &mut Writer<'_>,
    account: &Account,
    (session, subject): (Id, &Subject),
    origin: &Origin,
) -> Result<(), Problem> {
    if let Some(failure) = lockout::untold(writer, subject)? {
        tell_failure(writer, &failure)?;
    }
    let Some(offices) = Offices::of(writer, account)? else { return Ok(()) };
    writer.comes_from(origin.clone());
    Happening::new(EventType::AccountLoggedIn)
        .by_account(Some(account.id))
        .subject(account.id)
        .unit(offices.unit)
        .data(json!({"session_id": session, "offices": offices.shown()}))
        .tell(writer, account.jurisdiction_id)
}

/// Tells of failures that made the next attempt wait: a round of the sweep.
///
/// # Errors
/// On a database failure.
pub(in crate::services) fn round(writer: &mut Writer<'_>, city: Id) -> Result<usize, Problem> {
    let found = writer.login_failures_to_tell(city, i64::try_from(MOST).unwrap_or(i64::MAX))?;
    for failure in &found {
        tell_failure(writer, failure)?;
    }
    Ok(found.len())
}

fn tell_failure(writer: &mut Writer<'_>, failure: &LoginFailure) -> Result<(), Problem> {
    writer.login_failures_are_told(&failure.subject)?;
    let account = match failure.account_id {
        Some(account) => writer.account(account)?,
        None => None,
    };
    let Some(account) = account else { return Ok(()) };
    let Some(offices) = Offices::of(writer, &account)? else { return Ok(()) };
    let (address, request_id) = (failure.address.clone(), failure.request_id.clone());
    writer.comes_from(Origin { address, request_id });
    Happening::new(EventType::AccountLoginFailed)
        .subject(account.id)
        .unit(offices.unit)
        .data(json!({
            "failures": failure.failures,
            "failed_at": Timestamp::from(failure.last_failure_at),
            "locked_until": failure.locked_until.map(Timestamp::from),
            "offices": offices.shown(),
        }))
        .tell(writer, account.jurisdiction_id)
}
