//! Work in bulk: files of rows that are taken in, what was wrong with them, and templates (ADR 0024).

use std::convert::Infallible;

use actix_multipart::Multipart;
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use futures_util::stream;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use xueshi_domain::import::{ImportKind, ImportMode};
use xueshi_persistence::{Id, ImportError, Keep};

use crate::auth::{Caller, LoggedIn, permissions};
use crate::dto::imports::{
    ErrorsFormat, ErrorsParams, ImportDto, ImportErrorDto, ImportErrorList, ImportErrorPage,
    ImportList, ImportPage, ImportParams, NewImport, TemplateFormat, TemplateParams,
};
use crate::export::{CSV, Cell, Table, XLSX, column};
use crate::extract::{DryRun, IdempotencyKey, Params, PathId, PathText};
use crate::problem::{Code, Language, Problem, Text};
use crate::request::RequestInfo;
use crate::services::heavy::with_a_turn;
use crate::services::imports::{self, Wanted, report, templates};
use crate::services::jobs::asked::accepted;
use crate::services::{Act, Asker, Desk, upload};
use crate::state::AppState;

/// Errors that are read at once for a file of them.
const PART: i64 = 1_000;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(get_import_template)
        .service(create_import)
        .service(list_imports)
        .service(get_import)
        .service(list_import_errors)
        .service(get_import_report)
        .service(resume_import);
}

/// Take a file of rows in
///
/// A form with the file, the `kind` of its rows and the `mode`: people, units, items of training plans, the roster of a class, or
/// declarations. A job takes it in, by the rules and rights of the operations for one of its kind; the `Location` is the job's. With
/// `dry_run=true` every row is tried and nothing of it kept but the report. The same file again doubles nothing. A number of a document or
/// a unit that a spreadsheet has turned into a number is refused.
#[utoipa::path(tag = "imports", params(DryRun, IdempotencyKey),
    request_body(content = NewImport, content_type = "multipart/form-data"),
    responses((status = 202, description = "It is being taken in", body = ImportDto,
        headers(("Location" = String, description = "The job's address")))),
    extensions(("x-codes" = json!([Code::MalformedMultipart, Code::PayloadTooLarge, Code::UnsupportedMediaType, Code::ValidationFailed,
        Code::UnknownReference, Code::WrongState, Code::LearningNotFinished, Code::NotEmployed, Code::ImportFormatUnknown,
        Code::ImportUnreadable, Code::ImportColumnsMissing, Code::ImportTooLarge, Code::Overloaded]))))]
#[post("/v1/imports")]
async fn create_import(
    caller: Caller<permissions::ImportRows>,
    act: Act,
    form: Multipart,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let parts = ["file", "kind", "mode", "class_id", "unit_id", "reason"];
    let mut upload = upload::read_parts(form, state.settings.upload_limit, &parts).await?;
    let wanted = wanted(&mut upload, act.keep == Keep::No)?;
    let file = upload.file("file")?;
    let asked = wanted.clone();
    state.desk.read(&caller, move |reader, asker| imports::admit(reader, asker, &asked)).await?;
    let (asked, max_rows) = (wanted.clone(), state.settings.import_rows);
    let (file, checked) = with_a_turn(Code::ImportUnreadable, move || {
        let checked = imports::check(&asked, &file.name, &file.bytes, max_rows)?;
        Ok((file, checked))
    })
    .await?;
    act.body().set(format!("{wanted:?}\n{}\n{}", file.name, checked.hash.as_str()).as_bytes());
    let id = state.desk.store().new_id();
    let (store, blobs) = (state.desk.store().clone(), state.blobs.clone());
    let put = move || imports::put_down(&store, blobs.as_ref(), id, &file.bytes);
    // The sealed bytes are durable before the row that names them.
    let sealed = web::block(put).await.map_err(Problem::internal)??;
    let named = sealed.clone();
    // A dry run is a job too: what it keeps is its report.
    let act = act.kept();
    let write = state.desk.write(&caller, act, move |writer, asker| {
        let (import, job) = imports::ask(writer, asker, id, &wanted, (&checked, &named))?;
        Ok(accepted(&import, &job))
    });
    let answer = write.await;
    let is_new = answer.as_ref().is_ok_and(|answer| {
        answer.status().is_success() && !answer.headers().contains_key("idempotent-replayed")
    });
    if is_new {
        state.bell.ring();
    } else {
        let blobs = state.blobs.clone();
        let removed = web::block(move || blobs.remove(&sealed)).await;
        if let Ok(Err(error)) = removed {
            log::warn!("a sealed file that nothing names was not removed: {error}");
        }
    }
    answer
}

fn wanted(form: &mut upload::Upload, dry_run: bool) -> Result<Wanted, Problem> {
    let kind = form.text("kind")?.parse().map_err(|_| unknown("kind", ImportKind::NAMES))?;
    let mode = match form.optional_text("mode")? {
        Some(text) => text.parse().map_err(|_| unknown("mode", ImportMode::NAMES))?,
        None => ImportMode::RowByRow,
    };
    let mut id = |name: &str| -> Result<Option<Uuid>, Problem> {
        let text = form.optional_text(name)?;
        let id = text.map(|text| Uuid::parse_str(&text)).transpose();
        id.map_err(|_| {
            let text = Text::new("不是有效的标识", "is no id");
            Problem::new(Code::ValidationFailed).at(format!("/{name}"), "invalid-value", text)
        })
    };
    let (class, unit) = (id("class_id")?, id("unit_id")?);
    let reason = form.optional_text("reason")?;
    Ok(Wanted { kind, mode, dry_run, class, unit, reason })
}

fn unknown(part: &str, names: &[&str]) -> Problem {
    let expected = names.join(", ");
    let detail = Text::new(format!("应为 {expected} 之一"), format!("expected one of {expected}"));
    Problem::new(Code::ValidationFailed).at(format!("/{part}"), "unknown-value", detail)
}

/// Imports that the caller may see
///
/// Their own, and those for units whose records they read; the newest first.
#[utoipa::path(tag = "imports", params(ImportList, ImportParams),
    responses((status = 200, description = "A page", body = ImportPage)))]
#[get("/v1/imports")]
async fn list_imports(
    caller: Caller<LoggedIn>,
    list: ImportList,
    wanted: Params<ImportParams>,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let page = list.page::<Id>()?;
    let kind = wanted.0.kind;
    let read =
        state.desk.read(&caller, move |reader, asker| imports::list(reader, asker, kind, page));
    let slice = read.await?;
    let (rows, next) = list.cut(slice.rows, |import| Id(import.id));
    list.respond(rows, next, slice.total)
}

/// An import
///
/// What became of its rows so far. Its job has the progress and the pace.
#[utoipa::path(tag = "imports", responses((status = 200, description = "The import", body = ImportDto)))]
#[get("/v1/imports/{id}")]
async fn get_import(
    caller: Caller<LoggedIn>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| imports::read(reader, asker, id.0));
    Ok(HttpResponse::Ok().json(read.await?))
}

/// What is wrong with the rows of an import
///
/// By sheet, row and column, in the order of the file; also while it is taken in. As JSON, or all of them as CSV (UTF-8 with a byte order
/// mark). No entry repeats what a cell holds.
#[utoipa::path(tag = "imports", params(ImportErrorList, ErrorsParams),
    responses((status = 200, description = "A page, or a file with all of them", content(
        (ImportErrorPage = "application/json"),
        (String = "text/csv", example = json!("sheet,row,column,field,code,detail"))))))]
#[get("/v1/imports/{id}/errors")]
async fn list_import_errors(
    caller: Caller<LoggedIn>,
    id: PathId,
    list: ImportErrorList,
    wanted: Params<ErrorsParams>,
    info: RequestInfo,
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let as_csv = match wanted.0.format {
        Some(format) => format == ErrorsFormat::Csv,
        None => accepts_csv(&request),
    };
    let page = list.page::<i32>()?;
    let page = if as_csv { imports::errors_behind(None, PART) } else { page };
    let read =
        state.desk.read(&caller, move |reader, asker| imports::errors(reader, asker, id.0, page));
    let first = read.await?;
    if as_csv {
        let asker = Asker::clone(&caller);
        return Ok(csv(state.desk.clone(), asker, id.0, first.rows, info.language));
    }
    let rows = first.rows.iter().map(|error| ImportErrorDto::new(error, info.language)).collect();
    let (rows, next) = list.cut(rows, |error: &ImportErrorDto| error.number);
    list.respond(rows, next, first.total)
}

fn accepts_csv(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let first = accept.unwrap_or_default().split([',', ';']).next().unwrap_or_default();
    first.trim().eq_ignore_ascii_case(CSV)
}

/// All errors as CSV, part by part.
fn csv(
    desk: Desk,
    asker: Asker,
    id: Uuid,
    first: Vec<ImportError>,
    language: Language,
) -> HttpResponse {
    let state = (desk, asker, Some((first, true)));
    let parts = stream::unfold(state, move |(desk, asker, part)| async move {
        let (part, has_heads) = part?;
        let after = part.last().map(|error| error.number);
        let bytes = part_of_csv(&part, has_heads, language);
        let next = match after {
            Some(after) if part.len() as i64 == PART => {
                let read = desk.read(&asker, move |reader, asker| {
                    imports::errors(reader, asker, id, imports::errors_behind(Some(after), PART))
                });
                // What is not to be seen any more ends the file.
                read.await.ok().map(|part| (part.rows, false))
            }
            Some(_) | None => None,
        };
        Some((Ok::<_, Infallible>(bytes), (desk, asker, next)))
    });
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"errors.csv\""))
        .insert_header((header::VARY, "Accept, Accept-Language"))
        .streaming(parts)
}

fn part_of_csv(part: &[ImportError], has_heads: bool, language: Language) -> Bytes {
    let text = |text: Option<String>| Cell::text(text);
    let rows = part.iter().map(|error| ImportErrorDto::new(error, language)).map(|error| {
        vec![
            text(error.sheet),
            Cell::Whole(error.row.into()),
            text(error.column),
            text(error.field),
            Cell::Text(error.code),
            Cell::Text(error.detail),
        ]
    });
    let table = Table {
        name: "errors".to_owned(),
        columns: vec![
            column("sheet", "工作表"),
            column("row", "行"),
            column("column", "列"),
            column("field", "字段"),
            column("code", "错误代码"),
            column("detail", "错误说明"),
        ],
        rows: rows.collect(),
        notes: Vec::new(),
    };
    let bytes = table.csv(language);
    let from = match has_heads {
        true => 0,
        false => bytes.iter().position(|byte| *byte == b'\n').map_or(0, |place| place + 1),
    };
    Bytes::copy_from_slice(bytes.get(from..).unwrap_or_default())
}

/// The file with what is wrong beside each row
///
/// A workbook: the rows as they were sent, bad cells marked, and what is wrong with a row in the column behind its last one. Only for whoever
/// asked for the import, since the file holds personal data, and for some days after it is over.
#[utoipa::path(tag = "imports",
    responses((status = 200, description = "The workbook",
        content((Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::Overloaded]))))]
#[get("/v1/imports/{id}/report.xlsx")]
async fn get_import_report(
    caller: Caller<LoggedIn>,
    id: PathId,
    info: RequestInfo,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state.desk.read(&caller, move |reader, asker| {
        let import = imports::own_file(reader, asker, id.0)?;
        let kept = i64::from(import.error_count);
        let errors = imports::errors(reader, asker, id.0, imports::errors_behind(None, kept))?;
        Ok((import, errors.rows))
    });
    let (import, errors) = read.await?;
    let bytes = imports::feed::file(state.desk.store(), &state.blobs, &import).await?;
    let kind = import.kind.0;
    let bytes = with_a_turn(Code::Internal, move || {
        report::annotated(kind, &bytes, &errors, info.language)
    })
    .await?;
    Ok(file(XLSX, &format!("{}-{kind}.xlsx", import.id), bytes))
}

/// Take up an import again
///
/// One that was cancelled goes on behind the rows that it had taken; so does one that a failure of the service had stopped.
#[utoipa::path(tag = "imports", params(DryRun, IdempotencyKey),
    responses((status = 202, description = "It goes on", body = ImportDto,
        headers(("Location" = String, description = "The job's address")))),
    extensions(("x-codes" = json!([Code::WrongState]))))]
#[post("/v1/imports/{id}/resumption")]
async fn resume_import(
    caller: Caller<LoggedIn>,
    id: PathId,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let write =
        state.desk.write(&caller, act, move |writer, asker| imports::resume(writer, asker, id.0));
    let answer = write.await?;
    state.bell.ring();
    Ok(answer)
}

/// A file to fill in
///
/// With the heads of a kind. In the workbook the columns of numbers are text, so that a spreadsheet leaves them as they are, and a second
/// sheet says what stands in each column.
#[utoipa::path(tag = "imports", params(TemplateParams,
        ("kind" = String, Path, description = "`people`, `units`, `plans`, `rosters` or `declarations`", example = "people")),
    responses((status = 200, description = "The file", content(
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/csv", example = json!("姓名,证件类型"))))))]
#[get("/v1/import-templates/{kind}")]
async fn get_import_template(
    _caller: Caller<LoggedIn>,
    path: PathText,
    wanted: Params<TemplateParams>,
) -> Result<HttpResponse, Problem> {
    let kind: ImportKind = path.get("kind").parse().map_err(|_| Problem::new(Code::NotFound))?;
    Ok(match wanted.0.format.unwrap_or(TemplateFormat::Xlsx) {
        TemplateFormat::Xlsx => file(XLSX, &format!("{kind}.xlsx"), templates::xlsx(kind)?),
        TemplateFormat::Csv => {
            file("text/csv; charset=utf-8", &format!("{kind}.csv"), templates::csv(kind))
        }
    })
}

fn file(media_type: &str, name: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(media_type)
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(bytes)
}
