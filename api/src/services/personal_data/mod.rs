//! Personal data (U4a): shown whole for a purpose, given to the person concerned, erased.

mod copy;
mod erase;
mod reveal;

use uuid::Uuid;
use xueshi_domain::access::Permission;
use xueshi_persistence::{Id, Professional, Reader};

pub use copy::{copy, copy_told};
pub use erase::{erase, remove_orphans};
pub use reveal::reveal;

use super::Asker;
use crate::problem::{Code, Problem};

/// A person with everything that is stored under another name of theirs.
struct Person {
    /// Their record, and those that were merged into it (U4).
    records: Vec<Id>,
    /// Their accounts: the present one, and those that were closed by a merge.
    accounts: Vec<Id>,
}

impl Person {
    fn of(reader: &mut Reader<'_>, city: Id, id: Id) -> Result<Self, Problem> {
        let mut records = vec![id];
        records.extend(reader.merged_into(city, id)?);
        let mut accounts = reader.closed_accounts_of(city, id)?;
        for record in &records {
            accounts.extend(reader.account_of(city, *record)?.map(|account| account.id));
        }
        accounts.sort_unstable();
        accounts.dedup();
        Ok(Self { records, accounts })
    }
}

/// A person whose data the asker may have to do with: whom they see, and for an office of the whole city also somebody who works
/// nowhere. Not a record that was merged: what is done, is done to the one that stands (U4).
///
/// # Errors
/// 404 for everyone else, whether or not they exist.
fn subject(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
    permission: Permission,
) -> Result<Professional, Problem> {
    let (city, id) = (asker.jurisdiction, Id(id));
    if let Some(person) = reader.visible_professional(&asker.scope(Permission::ReadPeople), id)? {
        return Ok(person);
    }
    let not_found = || Problem::new(Code::NotFound);
    let root = reader.municipal_bureau(city)?.ok_or_else(not_found)?;
    asker.acting_for(permission, &root.path).map_err(|_| not_found())?;
    let person = reader.professional(city, id)?.filter(|person| person.employer_id.is_none());
    let person = person.ok_or_else(not_found)?;
    match reader.merged_with(city, id)? {
        None => Ok(person),
        Some(_) => Err(not_found()),
    }
}
