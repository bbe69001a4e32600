//! Evidence of self-declared learning (H10).

use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::calendar::Action;
use xueshi_domain::learning::EvidenceKind;
use xueshi_domain::review::Event;
use xueshi_persistence::{
    Attachment, ContentHash, Declaration, Moment, Reader, StoreError, Word, Writer,
};

use super::{own, visible};
use crate::dto::attachments::AttachmentDto;
use crate::media::MediaType;
use crate::problem::{Code, Problem};
use crate::services::rules::Rules;
use crate::services::{Asker, Reply};

/// A received file.
pub struct NewEvidence {
    /// What it proves.
    pub kind: EvidenceKind,
    /// The name that its owner gave it.
    pub file_name: String,
    /// What its content is.
    pub media_type: MediaType,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of its content.
    pub hash: ContentHash,
}

/// Whether a file of this size may be added now: asked before the file is stored, and again with it.
///
/// # Errors
/// 409 in a state that cannot be edited, 422 beyond the policy's limits or outside the window.
pub fn check_attachment(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
    size: u64,
) -> Result<(Declaration, Option<time::OffsetDateTime>), Problem> {
    let declaration = own(reader, asker, id)?;
    let state = declaration.state.0;
    if !state.is_editable() {
        return Err(Refusal::WrongState { state, event: Event::Submit }.into());
    }
    let rules = Rules::for_declaration(reader, &declaration)?;
    let admission = rules.timetable.admit(Action::Draft, reader.now())?;
    let existing = reader.attachments_of(
        declaration.jurisdiction_id,
        declaration.professional_id,
        declaration.id,
    )?;
    let existing = u32::try_from(existing.len()).unwrap_or(u32::MAX);
    rules.policy.limits.check_attachment(existing, size)?;
    Ok((declaration, admission.valid_until))
}

/// Adds a file whose bytes are in the blob store.
///
/// # Errors
/// As [`check_attachment`]; 409 when the declaration has the same content already.
pub fn add_attachment(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    evidence: &NewEvidence,
) -> Result<Reply<AttachmentDto>, Problem> {
    let (declaration, valid_until) = check_attachment(writer, asker, id, evidence.size)?;
    writer.valid_until(valid_until);
    let now = writer.now();
    let attachment = Attachment {
        jurisdiction_id: declaration.jurisdiction_id,
        professional_id: declaration.professional_id,
        id: writer.new_id(),
        declaration_id: declaration.id,
        kind: Word(evidence.kind),
        file_name: evidence.file_name.clone(),
        media_type: evidence.media_type.as_str().to_owned(),
        size: i32::try_from(evidence.size).map_err(Problem::internal)?,
        content_hash: evidence.hash.as_str().to_owned(),
        created_at: Moment(now),
    };
    match writer.insert_attachment(&attachment) {
        Ok(()) => {}
        Err(error @ StoreError::Taken(_)) => {
            return Err(Problem::from(error).detail(
                "该申报已有内容相同的附件",
                "the declaration has a file with the same content already",
            ));
        }
        Err(error) => return Err(error.into()),
    }
    let location = format!("/v1/declarations/{}/attachments/{}", declaration.id, attachment.id);
    Ok(Reply::created(&location, AttachmentDto::from(&attachment)))
}

/// Takes a file away again while the declaration can be edited.
///
/// # Errors
/// 404 for an unknown file, otherwise as [`check_attachment`].
pub fn remove_attachment(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    file: Uuid,
) -> Result<(), Problem> {
    let declaration = own(writer, asker, id)?;
    let state = declaration.state.0;
    if !state.is_editable() {
        return Err(Refusal::WrongState { state, event: Event::Submit }.into());
    }
    let rules = Rules::for_declaration(writer, &declaration)?;
    let admission = rules.timetable.admit(Action::Draft, writer.now())?;
    writer.valid_until(admission.valid_until);
    let attachment = find(writer, &declaration, file)?;
    writer.delete_attachment(&attachment)?;
    Ok(())
}

/// The files of a declaration that the asker may see (H10: readable only by those who can read the declaration).
///
/// # Errors
/// 404 when they may not.
pub fn visible_attachments(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
) -> Result<Vec<Attachment>, Problem> {
    let declaration = visible(reader, asker, id)?;
    Ok(reader.attachments_of(
        declaration.jurisdiction_id,
        declaration.professional_id,
        declaration.id,
    )?)
}

/// One file of a declaration that the asker may see.
///
/// # Errors
/// 404 when they may not, or there is none.
pub fn visible_attachment(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: Uuid,
    file: Uuid,
) -> Result<Attachment, Problem> {
    let declaration = visible(reader, asker, id)?;
    find(reader, &declaration, file)
}

fn find(
    reader: &mut Reader<'_>,
    declaration: &Declaration,
    file: Uuid,
) -> Result<Attachment, Problem> {
    let files = reader.attachments_of(
        declaration.jurisdiction_id,
        declaration.professional_id,
        declaration.id,
    )?;
    files
        .into_iter()
        .find(|attachment| attachment.id.0 == file)
        .ok_or_else(|| Problem::new(Code::NotFound))
}
