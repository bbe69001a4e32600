//! Audit events as files: streamed, so that they need the memory of one page, however many they are.

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;
use serde_json::Value;
use xueshi_persistence::{AuditFilter, Id, Page};

use super::AuditEventList;
use crate::auth::{Needs as _, permissions};
use crate::dto::audit_events::AuditEventDto;
use crate::export::{CSV, Cell, NDJSON, line_of_csv};
use crate::extract::invalid_parameter;
use crate::problem::{Code, Language, Problem, Text};
use crate::request::RequestInfo;
use crate::routes::sync_stream::Right;
use crate::services::{Asker, Desk, audit_events};
use crate::state::AppState;

/// Events of a file at most; the description of the operation says so too.
const MOST: usize = 1_000_000;
/// Events that are read in one transaction.
const AT_ONCE: i64 = 1_000;
/// The columns of CSV.
const COLUMNS: [&str; 22] = [
    "id",
    "occurred_at",
    "kind",
    "rule",
    "rule_title",
    "rule_clause",
    "actor_id",
    "actor_username",
    "actor_name",
    "actor_offices",
    "subject",
    "subject_id",
    "professional_id",
    "organization_id",
    "authority_id",
    "year",
    "address",
    "request_id",
    "data",
    "leaf_index",
    "leaf",
    "salt",
];

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Comma-separated, for a spreadsheet.
    Csv,
    /// One JSON object in each line.
    Ndjson,
}

impl Form {
    const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ndjson => NDJSON,
        }
    }

    /// What stands before the first row: of CSV a byte order mark, so that a spreadsheet opens it in the right characters, and the
    /// heads.
    fn opening(self) -> String {
        match self {
            Self::Csv => {
                let heads = COLUMNS.map(|name| Cell::Text(name.to_owned()));
                format!("\u{feff}{}", line_of_csv(&heads))
            }
            Self::Ndjson => String::new(),
        }
    }

    fn rows(self, events: &[AuditEventDto]) -> Result<String, Problem> {
        let mut text = String::new();
        for event in events {
            match self {
                Self::Csv => text.push_str(&line_of_csv(&cells(event)?)),
                Self::Ndjson => {
                    let line = serde_json::to_string(event).map_err(Problem::internal)?;
                    text.push_str(&line);
                    text.push('\n');
                }
            }
        }
        Ok(text)
    }
}

/// The file that a request asks for by the first known kind in its `Accept`; none for a page of JSON.
pub(super) fn form_of(request: &HttpRequest) -> Option<Form> {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let mut kinds = accept
        .unwrap_or_default()
        .split(',')
        .map(|kind| kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    kinds
        .find_map(|kind| match kind.as_str() {
            CSV => Some(Some(Form::Csv)),
            NDJSON => Some(Some(Form::Ndjson)),
            "application/json" | "*/*" => Some(None),
            _ => None,
        })
        .flatten()
}

/// A file that is asked for.
pub(super) struct File {
    pub(super) form: Form,
    pub(super) filter: AuditFilter,
    /// Where it begins and in which order it goes on.
    pub(super) page: Page<Id>,
}

/// Answers with a file: of the whole result, or of one page where the request says how many rows that has.
///
/// # Errors
/// 400 for `include`, which has no place in a file; failures of the store.
pub(super) async fn answer(
    file: File,
    asker: &Asker,
    list: &AuditEventList,
    (info, request): (&RequestInfo, &HttpRequest),
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    if list.wants_total() {
        let text = Text::new("文件中没有总数", "a file has no place for it");
        return Err(invalid_parameter("include", "no-place", text));
    }
    let File { form, filter, page } = file;
    let need = permissions::ReadAudit::NEED;
    let asked = filter.clone();
    let tell = state.desk.tell(asker, info, move |writer, asker| {
        audit_events::file_told(writer, asker, need, (form.name(), &asked))
    });
    tell.await?;
    let mut response = HttpResponse::Ok();
    response
        .content_type(form.media_type())
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::VARY, "Accept, Accept-Language"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"audit-events.{}\"", form.name()),
        ));
    let reading = Reading { filter, language: info.language };
    if list.is_limited() {
        let rows = reading.read(&state.desk, asker, page).await?;
        let (rows, next) = list.cut(rows, |event| Id(event.id));
        if let Some(next) = &next {
            response.insert_header((header::LINK, list.link(next)?));
        }
        return Ok(response.body(form.opening() + &form.rows(&rows)?));
    }
    let lines = Lines {
        desk: state.desk.clone(),
        right: Right::to(need, request, state.clone())?,
        asker: asker.clone(),
        form,
        reading,
        page: Some(Page { limit: AT_ONCE, ..page }),
        first: Some(form.opening()),
        written: 0,
    };
    Ok(response.streaming(stream::unfold(lines, |lines| lines.next())))
}

/// What is read, page by page.
#[derive(Clone)]
struct Reading {
    filter: AuditFilter,
    language: Language,
}

impl Reading {
    async fn read(
        &self,
        desk: &Desk,
        asker: &Asker,
        page: Page<Id>,
    ) -> Result<Vec<AuditEventDto>, Problem> {
        let Self { filter, language } = self.clone();
        let read = desk.read(asker, move |reader, asker| {
            audit_events::list(reader, asker, &filter, page, language)
        });
        Ok(read.await?.rows)
    }
}

/// A file on its way. The next page is read when the one before has been taken.
struct Lines {
    desk: Desk,
    right: Right,
    asker: Asker,
    form: Form,
    reading: Reading,
    page: Option<Page<Id>>,
    first: Option<String>,
    written: usize,
}

impl Lines {
    async fn next(mut self) -> Option<(Result<Bytes, Problem>, Self)> {
        let page = self.page.take()?;
        match self.right.look_again().await {
            // What came before was read with other rights.
            Ok(Some(asker)) if asker.actor != self.asker.actor => {
                return Some((Err(Problem::new(Code::Forbidden)), self));
            }
            Ok(Some(asker)) => self.asker = asker,
            Ok(None) => {}
            Err(problem) => return Some((Err(problem), self)),
        }
        let rows = match self.reading.read(&self.desk, &self.asker, page).await {
            Ok(rows) => rows,
            Err(problem) => return Some((Err(problem), self)),
        };
        self.written += rows.len();
        if self.written > MOST {
            // The connection breaks off: nobody takes what came for the whole.
            return Some((Err(Problem::new(Code::TooManyRows)), self));
        }
        let is_full = i64::try_from(rows.len()).is_ok_and(|count| count == page.limit);
        let last = rows.last().filter(|_| is_full).map(|event| Id(event.id));
        self.page = last.map(|last| Page { after: Some(last), ..page });
        let text = self.form.rows(&rows);
        let text = text.map(|rows| Bytes::from(self.first.take().unwrap_or_default() + &rows));
        Some((text, self))
    }
}

/// An event as a row below [`COLUMNS`].
fn cells(event: &AuditEventDto) -> Result<[Cell; 22], Problem> {
    let id = |id: Option<uuid::Uuid>| Cell::text(id.map(|id| id.to_string()));
    let json = |value: &Value| Cell::Text(value.to_string());
    let actor = event.actor.as_ref();
    let offices = actor.map(|actor| serde_json::to_value(&actor.offices)).transpose();
    let offices = offices.map_err(Problem::internal)?;
    let log = event.log.as_ref();
    Ok([
        Cell::Text(event.id.to_string()),
        Cell::Text(event.occurred_at.to_string()),
        Cell::Text(event.kind.to_string()),
        Cell::Text(event.rule.id.to_string()),
        Cell::Text(event.rule.title.clone()),
        Cell::Text(event.rule.clause.clone()),
        id(actor.map(|actor| actor.id)),
        Cell::text(actor.and_then(|actor| actor.username.clone())),
        Cell::text(actor.and_then(|actor| actor.name.clone())),
        offices.as_ref().map_or(Cell::Empty, json),
        Cell::Text(event.subject.clone()),
        id(event.subject_id),
        id(event.professional_id),
        id(event.organization_id),
        id(event.authority_id),
        event.year.map_or(Cell::Empty, |year| Cell::Whole(i64::from(year))),
        Cell::text(event.address.clone()),
        Cell::text(event.request_id.clone()),
        json(&Value::Object(event.data.clone())),
        log.and_then(|log| log.leaf_index).map_or(Cell::Empty, Cell::Whole),
        Cell::text(log.map(|log| log.leaf.clone())),
        Cell::text(log.and_then(|log| log.salt.clone())),
    ])
}
