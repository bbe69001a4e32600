//! Declarations: from draft to submission, and taking back. What reviewers do is in [`super::reviews`].

mod cap;
mod draft;
mod evidence;
mod facts;
mod road;
mod submit;
mod upheld;
mod withdraw;

use xueshi_domain::access::Permission;
use xueshi_persistence::{Declaration, Reader};

pub use cap::check_upheld;
pub use draft::{begin, create, current_route, edit};
pub use evidence::{
    NewEvidence, add_attachment, check_attachment, remove_attachment, visible_attachment,
    visible_attachments,
};
pub(super) use facts::all_declared;
pub use road::{Cause, moved};
pub use submit::{hand_in, submit};
pub use upheld::declare_upheld;
pub use withdraw::withdraw;

use super::Asker;
use crate::problem::{Code, Problem};

/// A declaration that the asker may see.
///
/// # Errors
/// 404 for everything else, whether or not it exists.
pub fn visible(
    reader: &mut Reader<'_>,
    asker: &Asker,
    id: uuid::Uuid,
) -> Result<Declaration, Problem> {
    let scope = asker.scope(Permission::ReadRecords);
    reader.visible_declaration(&scope, id.into())?.ok_or_else(|| Problem::new(Code::NotFound))
}

/// The asker's own declaration.
///
/// # Errors
/// 404 when they may not see it, 403 when they may but it is someone else's.
fn own(reader: &mut Reader<'_>, asker: &Asker, id: uuid::Uuid) -> Result<Declaration, Problem> {
    let declaration = visible(reader, asker, id)?;
    if asker.actor.is_professional(declaration.professional_id.0) {
        Ok(declaration)
    } else {
        Err(Problem::new(Code::Forbidden))
    }
}
