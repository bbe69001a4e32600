//! What of a person's year is sealed, in a form that can be hashed and compared (A3).

use serde::Serialize;
use uuid::Uuid;

use crate::hours::Hours;
use crate::ledger::{BySubject, Outcome};

/// Hours as they are sealed: whole tenths, so that one amount has one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SealedHours {
    /// Public-required.
    pub public: u32,
    /// Professional.
    pub professional: u32,
}

impl From<BySubject> for SealedHours {
    fn from(hours: BySubject) -> Self {
        Self { public: hours.public.tenths(), professional: hours.professional.tenths() }
    }
}

/// One person's year as it was when it was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seal {
    /// The person.
    pub professional_id: Uuid,
    /// The year.
    pub year: i32,
    /// The employer when the freeze began.
    pub employer_id: Uuid,
    /// Its reviewing body.
    pub authority_id: Uuid,
    /// Whether the employer is a public institution, whose annual appraisal this is for (A4).
    pub public_institution: bool,
    /// How the year ended.
    pub outcome: Outcome,
    /// Approved hours.
    pub approved: SealedHours,
    /// The part of them that was registered under a make-up grant.
    pub makeup: SealedHours,
    /// The certificate that stood.
    pub certificate_id: Option<Uuid>,
    /// The version of the policy whose floors it was measured by.
    pub policy_version: i32,
    /// Declarations that lapsed.
    pub lapsed: u32,
    /// Those of them that a unit had held beyond its time (A3a).
    pub lapsed_overdue: u32,
}

impl Seal {
    /// The one text of this snapshot, of which the digest is taken: JSON without spaces, members in the order above. No
    /// instant is in it: settled once more from the same facts, it is the same.
    #[must_use]
    pub fn canonical(&self) -> String {
        // Only maps with other keys than texts fail to serialise; there are none.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// All approved hours.
    #[must_use]
    pub fn total(&self) -> Hours {
        Hours::from_tenths(self.approved.public.saturating_add(self.approved.professional))
    }
}
