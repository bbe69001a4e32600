//! By what a file of certain fields is known, so that it can be kept and found again without being drawn.

use std::fmt::Write as _;
use std::time::UNIX_EPOCH;

use sha2::{Digest, Sha256};

use super::font::FontFiles;
use super::{CertificateFields, Completion, PrintedState};

/// Raise it when the same fields make other bytes within one version of this program.
const REVISION: u32 = 1;

/// Two files with equal ones have equal bytes: a digest of everything that goes into the file, which is the fields, the program
/// and the font. Whoever knows it knows nothing of the fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Of what [`render`](super::render) would make of these fields now. Looks at the font files' sizes and times, and reads nothing.
    #[must_use]
    pub fn of(fields: &CertificateFields, fonts: &FontFiles) -> Self {
        // Taken apart, so that a new field cannot be forgotten here.
        let CertificateFields {
            name,
            masked_id,
            employer,
            year,
            public_hours,
            professional_hours,
            total_hours,
            issuing_body,
            city,
            number,
            issued_on,
            completed,
            verification_code,
            verification_url,
            state,
        } = fields;
        let completed = match completed {
            Completion::InYear => "in_year",
            Completion::ByMakeup => "by_makeup",
        };
        let state = match state {
            PrintedState::Valid => "valid",
            PrintedState::Superseded => "superseded",
            PrintedState::Revoked => "revoked",
        };
        let mut hash = Sha256::new();
        for text in [
            env!("CARGO_PKG_VERSION"),
            &REVISION.to_string(),
            name,
            masked_id,
            employer,
            &year.to_string(),
            public_hours,
            professional_hours,
            total_hours,
            issuing_body,
            city,
            number,
            &issued_on.to_string(),
            completed,
            verification_code,
            verification_url,
            state,
        ] {
            add(&mut hash, text);
        }
        for (path, metadata) in fonts.found() {
            let changed =
                metadata.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
            let changed = changed.map_or(0, |since| since.as_nanos());
            add(&mut hash, &format!("{} {} {changed}", path.display(), metadata.len()));
        }
        Self(hash.finalize().into())
    }

    /// As an entity tag without its quotation marks.
    #[must_use]
    pub fn tag(&self) -> String {
        self.0.iter().take(16).fold(String::new(), |mut tag, byte| {
            // Writing into a string cannot fail.
            let _ = write!(tag, "{byte:02x}");
            tag
        })
    }
}

/// Length and text: what stands in one field never looks like the end of another.
fn add(hash: &mut Sha256, text: &str) {
    hash.update(text.len().to_be_bytes());
    hash.update(text);
}
