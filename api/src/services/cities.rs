//! The city that a request is about, and acts that concern all of it.

use xueshi_domain::access::Permission;
use xueshi_persistence::{Jurisdiction, Reader};

use super::Asker;
use crate::dto::cities::{CityCode, code_of};
use crate::problem::{Code, Problem};

/// The city that a public request names, or the installation's own.
///
/// # Errors
/// 404 for a city that is not here.
pub fn city(reader: &mut Reader<'_>, code: Option<&CityCode>) -> Result<Jurisdiction, Problem> {
    reader
        .jurisdiction_by_code(code_of(code))?
        .ok_or_else(|| Problem::new(Code::NotFound).detail("没有这个城市", "there is no such city"))
}

/// The asker's own city.
///
/// # Errors
/// On a database failure.
pub fn own_city(reader: &mut Reader<'_>, asker: &Asker) -> Result<Jurisdiction, Problem> {
    let city = reader.jurisdiction(asker.jurisdiction)?;
    city.ok_or_else(|| Problem::internal(format!("city {} is missing", asker.jurisdiction)))
}

/// Whether the asker may do something that concerns the whole city: by a grant on the root of its tree.
///
/// # Errors
/// 403 `forbidden` for a grant on a smaller subtree.
pub fn whole_city(
    reader: &mut Reader<'_>,
    asker: &Asker,
    permission: Permission,
) -> Result<(), Problem> {
    let root = reader
        .municipal_bureau(asker.jurisdiction)?
        .ok_or_else(|| Problem::new(Code::Forbidden))?;
    asker.acting_for(permission, &root.path).map(|_| ())
}
