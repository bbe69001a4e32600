//! Units that train, and whether they are filed for a year (P1).

use xueshi_domain::instant::china_date;
use xueshi_persistence::{Id, Page, Reader, Slice};

use super::Asker;
use crate::dto::institutions::InstitutionDto;
use crate::problem::Problem;

/// The units of the asker's city that train, with their filing for a year, the present one where none is named.
///
/// # Errors
/// On a database failure.
pub fn list(
    reader: &mut Reader<'_>,
    asker: &Asker,
    year: Option<i32>,
    page: Page<Id>,
) -> Result<Slice<InstitutionDto>, Problem> {
    let year = year.unwrap_or_else(|| china_date(reader.now()).year());
    let found = reader.institutions(asker.jurisdiction, year, page)?;
    let rows =
        found.rows.into_iter().map(|institution| InstitutionDto::new(institution, year)).collect();
    Ok(Slice { rows, total: found.total })
}
