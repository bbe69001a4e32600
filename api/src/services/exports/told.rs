//! What auditors are told of files: who asked for one, and who took it.

use std::collections::BTreeMap;

use serde_json::json;
use xueshi_domain::event::EventType;
use xueshi_persistence::{Export, Id, Reader};

use super::acting_for;
use crate::auth::Need;
use crate::problem::Problem;
use crate::services::Asker;
use crate::services::events::Happening;

/// That an export was asked for. Its filters are named and not told: among them may be somebody's name.
///
/// # Errors
/// 500 when its parameters do not read back.
pub(super) fn asked(export: &Export) -> Result<Happening, Problem> {
    let parameters: BTreeMap<String, String> =
        serde_json::from_str(&export.parameters).map_err(Problem::internal)?;
    let filters: Vec<&String> = parameters.keys().collect();
    let about = json!({"list": export.list.0, "format": export.format.0, "filters": filters});
    Ok(Happening::new(EventType::ExportAsked).unit(export.unit_id).subject(export.id).data(about))
}

/// That the file of an export is handed over.
pub fn downloaded(export: &Export) -> Happening {
    let about = json!({"list": export.list.0, "format": export.format.0, "rows": export.row_count});
    Happening::new(EventType::ExportDownloaded).unit(export.unit_id).subject(export.id).data(about)
}

/// A file that is made while it is answered.
#[derive(Debug, Clone)]
pub struct MadeAtOnce {
    /// What is in it.
    pub list: String,
    /// What it is: `csv`, `xlsx`, `ndjson`.
    pub format: &'static str,
    /// The unit that it is about; none for the one that the asker acts for.
    pub unit: Option<Id>,
    /// The year that it is about.
    pub year: Option<i32>,
}

/// That such a file is handed over, to somebody with one of the rights that it needs.
///
/// # Errors
/// On a database failure.
pub fn made_at_once(
    reader: &mut Reader<'_>,
    asker: &Asker,
    need: Need,
    file: &MadeAtOnce,
) -> Result<Happening, Problem> {
    let unit = match file.unit {
        Some(unit) => unit,
        None => acting_for(reader, asker, need)?,
    };
    let told = Happening::new(EventType::ExportDownloaded)
        .unit(unit)
        .data(json!({"list": file.list, "format": file.format}));
    Ok(match file.year {
        Some(year) => told.year(year),
        None => told,
    })
}
