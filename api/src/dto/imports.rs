//! Imports on the wire (ADR 0024).

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use xueshi_domain::import::{ImportKind, ImportMode};
use xueshi_domain::job::JobState;
use xueshi_persistence::{Import, ImportError, Job};

use super::{Timestamp, words};
use crate::page;
use crate::problem::Language;

/// A file to take in.
#[derive(Debug, ToSchema)]
#[expect(
    dead_code,
    reason = "only the document reads it: the parts of a form are taken one by one"
)]
pub struct NewImport {
    /// The file: `.xlsx`, CSV in UTF-8 or GB18030, or NDJSON, told by its content.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
    /// What its rows are.
    #[schema(value_type = words::ImportKind)]
    kind: ImportKind,
    /// `row_by_row` where it is left out.
    #[schema(value_type = words::ImportMode, required = false)]
    mode: ImportMode,
    /// The class of a roster.
    #[schema(nullable = false)]
    class_id: Option<Uuid>,
    /// The unit for rows of people, units and plans that name none.
    #[schema(nullable = false)]
    unit_id: Option<Uuid>,
    /// Why a roster is corrected; needed from the second one of a class on, as soon as a row says something new.
    #[schema(nullable = false, max_length = 1000)]
    reason: Option<String>,
}

/// A file that is taken in, and what became of its rows so far.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Import)]
pub struct ImportDto {
    /// Its id, and that of its job.
    pub id: Uuid,
    /// What its rows are.
    #[schema(value_type = words::ImportKind)]
    pub kind: ImportKind,
    /// What one refused row does to the others.
    #[schema(value_type = words::ImportMode)]
    pub mode: ImportMode,
    /// Whether the rows are checked only.
    pub dry_run: bool,
    /// How far it has come.
    #[schema(value_type = words::JobState)]
    pub state: JobState,
    /// Why it was given up: a code. `rows-refused` where nothing was taken because a row was refused.
    #[schema(required = true)]
    pub failure: Option<String>,
    /// The class of a roster, or the unit for rows that name none.
    #[schema(required = true)]
    pub target_id: Option<Uuid>,
    /// Acting for which unit.
    pub unit_id: Uuid,
    /// Who asked for it.
    pub account_id: Uuid,
    /// The name that the file was sent under.
    pub file_name: String,
    /// `xlsx`, `csv` or `ndjson`.
    pub format: String,
    /// Bytes of the file.
    pub size: i64,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// Whether the file is still there for the report; it is removed some days after the import is over.
    pub file_kept: bool,
    /// Heads that name no column; what stands below them is not looked at.
    pub ignored_heads: Vec<String>,
    /// Sheets with something in them, but without the heads: their rows are in no count. The notes of a template are not among them.
    pub ignored_sheets: Vec<IgnoredSheetDto>,
    /// Rows with something in them.
    #[schema(minimum = 0)]
    pub rows: i32,
    /// Rows that made something, or would.
    #[schema(minimum = 0)]
    pub created: i32,
    /// Rows that changed something, or would.
    #[schema(minimum = 0)]
    pub changed: i32,
    /// Rows that say what stood already.
    #[schema(minimum = 0)]
    pub unchanged: i32,
    /// Rows that were refused.
    #[schema(minimum = 0)]
    pub refused: i32,
    /// Entries of `/errors`: a row can have several, and no more than 100,000 are kept.
    #[schema(minimum = 0)]
    pub errors: i32,
    /// The revision of the roster that it made.
    #[schema(required = true)]
    pub roster_revision: Option<i32>,
    /// Its job, with progress and pace.
    pub job: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was over.
    #[schema(required = true)]
    pub finished_at: Option<Timestamp>,
}

impl ImportDto {
    /// An import with its job.
    #[must_use]
    pub fn new(import: &Import, job: &Job) -> Self {
        Self {
            id: import.id.0,
            kind: import.kind.0,
            mode: import.mode.0,
            dry_run: import.dry_run,
            state: job.state.0,
            failure: job.failure.clone(),
            target_id: import.target_id.map(|id| id.0),
            unit_id: import.unit_id.0,
            account_id: import.account_id.0,
            file_name: import.file_name.clone(),
            format: import.file_format.clone(),
            size: import.file_size,
            sha256: import.content_hash.clone(),
            file_kept: import.blob_hash.is_some(),
            ignored_heads: serde_json::from_str(&import.ignored_heads).unwrap_or_default(),
            ignored_sheets: serde_json::from_str(&import.ignored_sheets).unwrap_or_default(),
            rows: import.row_count,
            created: import.created,
            changed: import.changed,
            unchanged: import.unchanged,
            refused: import.refused,
            errors: import.error_count,
            roster_revision: import.roster_revision,
            job: format!("/v1/jobs/{}", job.id),
            created_at: import.created_at.into(),
            finished_at: import.finished_at.map(Timestamp::from),
        }
    }
}

/// A sheet that was passed over, since no row of it has the heads that its kind needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = IgnoredSheet)]
pub struct IgnoredSheetDto {
    /// Its name.
    pub sheet: String,
    /// Its rows with something in them.
    #[schema(minimum = 0)]
    pub rows: u32,
    /// The heads that are missing in the row that has most of them.
    pub missing: Vec<String>,
    /// A head that stands there more than once.
    #[schema(required = true)]
    pub repeated: Option<String>,
}

/// One thing that is wrong with a row.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ImportError)]
pub struct ImportErrorDto {
    /// 1, 2, 3 … within the import.
    pub number: i32,
    /// The sheet; null for files without sheets.
    #[schema(required = true)]
    pub sheet: Option<String>,
    /// The row of the sheet, from 1; the line of an NDJSON file.
    pub row: i32,
    /// The letter of the column; null where the row as a whole was refused, and in NDJSON.
    #[schema(required = true)]
    pub column: Option<String>,
    /// The name of the column; null where the row as a whole was refused.
    #[schema(required = true)]
    pub field: Option<String>,
    /// What is wrong: a code.
    pub code: String,
    /// What is wrong, without what the cell holds.
    pub detail: String,
}

impl ImportErrorDto {
    /// An error in a language.
    #[must_use]
    pub fn new(error: &ImportError, language: Language) -> Self {
        let detail = match language {
            Language::Chinese => &error.detail_zh,
            Language::English => &error.detail_en,
        };
        Self {
            number: error.number,
            sheet: Some(error.sheet.clone()).filter(|sheet| !sheet.is_empty()),
            row: error.line,
            column: error.letter.clone(),
            field: error.field.clone(),
            code: error.code.clone(),
            detail: detail.clone(),
        }
    }
}

page! {
    /// Imports, the newest first.
    pub struct ImportPage of ImportDto, list ImportList,
    sort ImportSort { CreatedAt = "created_at" } default "-created_at",
    expand [], sparse true
}

page! {
    /// What is wrong with the rows of an import, in their order.
    pub struct ImportErrorPage of ImportErrorDto, list ImportErrorList,
    sort ImportErrorSort { Number = "number" } default "number",
    expand [], sparse true
}

/// Which imports are wanted.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportParams {
    /// Only of this kind.
    #[param(value_type = Option<words::ImportKind>)]
    pub kind: Option<ImportKind>,
}

/// What a file of errors is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorsFormat {
    /// A page.
    Json,
    /// All of them as CSV.
    Csv,
}

/// In which form the errors are wanted.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ErrorsParams {
    /// As JSON or CSV; otherwise `Accept` decides.
    #[param(inline)]
    pub format: Option<ErrorsFormat>,
}

/// What a template is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TemplateFormat {
    /// A workbook whose number columns are text, with notes.
    Xlsx,
    /// The heads alone, as CSV.
    Csv,
}

/// In which form the template is wanted.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TemplateParams {
    /// As a workbook, or as CSV; a workbook where it is left out.
    #[param(inline)]
    pub format: Option<TemplateFormat>,
}
