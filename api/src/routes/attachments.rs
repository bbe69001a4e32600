//! Evidence files of declarations (H10).

use std::sync::Arc;

use actix_multipart::Multipart;
use actix_web::http::header;
use actix_web::{HttpResponse, delete, get, post, web};
use utoipa_actix_web::service_config::ServiceConfig;
use xueshi_domain::learning::EvidenceKind;
use xueshi_persistence::{Concerns, ContentHash, Id, Keep};

use crate::auth::{Caller, permissions};
use crate::dto::attachments::{AttachmentDto, AttachmentList, NewAttachment};
use crate::extract::{DryRun, IdempotencyKey, PathId, PathText};
use crate::media::MediaType;
use crate::problem::{Code, Problem, Text};
use crate::services::declarations::{self, NewEvidence};
use crate::services::{Act, upload};
use crate::state::AppState;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_attachments)
        .service(add_attachment)
        .service(get_attachment)
        .service(remove_attachment);
}

/// Evidence of a declaration
///
/// Readable by those who can read the declaration.
#[utoipa::path(tag = "declarations", responses((status = 200, description = "The files", body = AttachmentList)))]
#[get("/v1/declarations/{id}/attachments")]
async fn list_attachments(
    caller: Caller<permissions::ReadOwnOrRecords>,
    id: PathId,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let read = state
        .desk
        .read(&caller, move |reader, asker| declarations::visible_attachments(reader, asker, id.0));
    let files = read.await?;
    Ok(HttpResponse::Ok()
        .json(AttachmentList { data: files.iter().map(AttachmentDto::from).collect() }))
}

/// Add evidence to a draft or returned declaration
///
/// A form with the parts `file` and `kind`. The file is PDF, JPEG, PNG or OFD by its content; the same content is stored
/// once. Adding evidence does not change the declaration's `ETag`.
#[utoipa::path(tag = "declarations", params(DryRun, IdempotencyKey),
    request_body(content = NewAttachment, content_type = "multipart/form-data"),
    responses((status = 201, description = "Added", body = AttachmentDto,
        headers(("Location" = String, description = "Its address")))),
    extensions(("x-codes" = json!([Code::WrongState, Code::AlreadyExists, Code::NoPolicy, Code::WindowClosed, Code::YearEndFreeze,
        Code::MalformedMultipart, Code::PayloadTooLarge, Code::UnsupportedMediaType, Code::UnsupportedAttachmentType, Code::AttachmentTooLarge,
        Code::TooManyAttachments, Code::ValidationFailed]))))]
#[post("/v1/declarations/{id}/attachments")]
async fn add_attachment(
    caller: Caller<permissions::DeclareOwn>,
    id: PathId,
    act: Act,
    form: Multipart,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    // Asked before the file is read: who may not add one does not upload one.
    state
        .desk
        .read(&caller, move |reader, asker| declarations::check_attachment(reader, asker, id.0, 0))
        .await?;
    let mut upload = upload::read(form, state.settings.upload_limit).await?;
    let text = upload.text("kind")?;
    let kind: EvidenceKind = text.parse().map_err(|_| {
        let expected = EvidenceKind::NAMES.join(", ");
        let detail =
            Text::new(format!("应为 {expected} 之一"), format!("expected one of {expected}"));
        Problem::new(Code::ValidationFailed).at("/kind", "unknown-value", detail)
    })?;
    let file = upload.file("file")?;
    let media_type =
        MediaType::of(&file.bytes).ok_or_else(|| Problem::new(Code::UnsupportedAttachmentType))?;
    let hash = ContentHash::of(&file.bytes);
    act.body().set(format!("{text}\n{}\n{}", file.name, hash.as_str()).as_bytes());
    let evidence =
        NewEvidence { kind, file_name: file.name, media_type, size: file.bytes.len() as u64, hash };
    let size = evidence.size;
    state
        .desk
        .read(&caller, move |reader, asker| {
            declarations::check_attachment(reader, asker, id.0, size)
        })
        .await?;
    let file = (act.keep == Keep::Yes).then(|| (evidence.hash.clone(), Arc::new(file.bytes)));
    if let Some(file) = &file {
        // The bytes are durable before the row that names them.
        put(&state, file).await?;
    }
    let act = act.concerning(Concerns::PeopleOf(vec![Id(id.0)]));
    let write = state.desk.write(&caller, act, move |writer, asker| {
        declarations::add_attachment(writer, asker, id.0, &evidence)
    });
    let answer = write.await?;
    if let Some(file) = &file {
        // Until there was a row the same content could be taken away, as what was somebody's who was erased (U4a).
        put(&state, file).await?;
    }
    Ok(answer)
}

async fn put(
    state: &web::Data<AppState>,
    (hash, bytes): &(ContentHash, Arc<Vec<u8>>),
) -> Result<(), Problem> {
    let (blobs, hash, bytes) = (state.blobs.clone(), hash.clone(), Arc::clone(bytes));
    let put = web::block(move || blobs.put(&hash, &bytes)).await;
    put.map_err(Problem::internal)?.map_err(Problem::internal)
}

/// The content of an evidence file
///
/// With the media type of its content. It is offered for download and never shown inside a page of ours.
#[utoipa::path(tag = "declarations",
    params(("attachment_id" = String, Path, format = Uuid, description = "The file")),
    responses((status = 200, description = "The file", content(
        (Vec<u8> = "application/pdf"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "application/ofd")))))]
#[get("/v1/declarations/{id}/attachments/{attachment_id}")]
async fn get_attachment(
    caller: Caller<permissions::ReadOwnOrRecords>,
    path: PathText,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, file) = (path.id("id")?, path.id("attachment_id")?);
    let read = state.desk.read(&caller, move |reader, asker| {
        declarations::visible_attachment(reader, asker, id, file)
    });
    let attachment = read.await?;
    let hash = ContentHash::parse(&attachment.content_hash)
        .ok_or_else(|| Problem::internal("a stored hash is none"))?;
    let blobs = state.blobs.clone();
    let bytes = web::block(move || blobs.get(&hash))
        .await
        .map_err(Problem::internal)?
        .map_err(Problem::internal)?;
    let bytes = bytes.ok_or_else(|| {
        Problem::internal(format!("the bytes of attachment {} are missing", attachment.id))
    })?;
    Ok(HttpResponse::Ok()
        .content_type(attachment.media_type)
        .insert_header((header::CONTENT_DISPOSITION, upload::disposition(&attachment.file_name)))
        .body(bytes))
}

/// Take evidence away again
///
/// While the declaration can be edited.
#[utoipa::path(tag = "declarations", params(DryRun,
        ("attachment_id" = String, Path, format = Uuid, description = "The file")),
    responses((status = 204, description = "Gone")),
    extensions(("x-codes" = json!([Code::WrongState, Code::NoPolicy, Code::WindowClosed, Code::YearEndFreeze]))))]
#[delete("/v1/declarations/{id}/attachments/{attachment_id}")]
async fn remove_attachment(
    caller: Caller<permissions::DeclareOwn>,
    path: PathText,
    act: Act,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let (id, file) = (path.id("id")?, path.id("attachment_id")?);
    let act = act.concerning(Concerns::PeopleOf(vec![Id(id)]));
    let write = state.desk.write_nothing(&caller, act, move |writer, asker| {
        declarations::remove_attachment(writer, asker, id, file)
    });
    write.await
}
