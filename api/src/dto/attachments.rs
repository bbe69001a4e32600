//! Evidence on the wire.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use xueshi_domain::learning::EvidenceKind;
use xueshi_persistence::Attachment;

use super::{Timestamp, words};

/// A piece of evidence.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Attachment)]
pub struct AttachmentDto {
    /// Its id.
    pub id: Uuid,
    /// The declaration.
    pub declaration_id: Uuid,
    /// What it proves.
    #[schema(value_type = words::EvidenceKind)]
    pub kind: EvidenceKind,
    /// The name that its owner gave it.
    pub file_name: String,
    /// What its content is, whatever its name says.
    pub media_type: String,
    /// Bytes.
    pub size: i32,
    /// SHA-256 of the content, in hexadecimal.
    pub sha256: String,
    /// When it was added.
    pub created_at: Timestamp,
}

impl From<&Attachment> for AttachmentDto {
    fn from(attachment: &Attachment) -> Self {
        Self {
            id: attachment.id.0,
            declaration_id: attachment.declaration_id.0,
            kind: attachment.kind.0,
            file_name: attachment.file_name.clone(),
            media_type: attachment.media_type.clone(),
            size: attachment.size,
            sha256: attachment.content_hash.clone(),
            created_at: attachment.created_at.into(),
        }
    }
}

/// The evidence of a declaration, oldest first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AttachmentList {
    /// The files.
    pub data: Vec<AttachmentDto>,
}

/// A file to add, as `multipart/form-data`.
#[derive(Debug, ToSchema)]
#[expect(
    dead_code,
    reason = "only the document reads it: the parts of a form are taken one by one"
)]
pub struct NewAttachment {
    /// The file: PDF, JPEG, PNG or OFD, told by its content.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
    /// What it proves.
    #[schema(value_type = words::EvidenceKind)]
    kind: EvidenceKind,
}
