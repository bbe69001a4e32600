//! The same learning counts once (rule H7).

use uuid::Uuid;

use crate::learning::LearningSpan;
use crate::refusal::{DuplicateGround, Refusal};
use crate::review::State;

/// What makes a declaration's learning recognisable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The learning record that it was made from.
    pub learning_record: Option<Uuid>,
    /// The class.
    pub class: Option<Uuid>,
    /// The advanced seminar (P6).
    pub seminar: Option<Uuid>,
    /// The platform's code and the course's id there.
    pub platform_course: Option<(String, String)>,
    /// The content hash of each attachment, in the one form that the caller stores.
    pub content_hashes: Vec<String>,
    /// The days of learning.
    pub span: LearningSpan,
}

/// Another declaration of the same person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its id.
    pub id: Uuid,
    /// Its state: only those of [`State::STANDING`] stand.
    pub state: State,
    /// Its learning.
    pub trace: Trace,
}

/// H7: whether the learning of declaration `id` stands already in another declaration of the same person.
///
/// # Errors
/// [`Refusal::DuplicateLearning`], naming the first declaration that stands.
pub fn duplicate_of(id: Uuid, trace: &Trace, others: &[Standing]) -> Result<(), Refusal> {
    let found = others
        .iter()
        .filter(|other| other.id != id && other.state.is_standing())
        .find_map(|other| common_ground(trace, &other.trace).map(|ground| (other.id, ground)));
    match found {
        Some((standing_id, ground)) => Err(Refusal::DuplicateLearning { standing_id, ground }),
        None => Ok(()),
    }
}

fn common_ground(one: &Trace, other: &Trace) -> Option<DuplicateGround> {
    let same_file = || one.content_hashes.iter().any(|hash| other.content_hashes.contains(hash));
    if is_same(one.learning_record.as_ref(), other.learning_record.as_ref()) {
        Some(DuplicateGround::LearningRecord)
    } else if is_same(one.class.as_ref(), other.class.as_ref()) {
        Some(DuplicateGround::Class)
    } else if is_same(one.seminar.as_ref(), other.seminar.as_ref()) {
        Some(DuplicateGround::Seminar)
    } else if is_same(one.platform_course.as_ref(), other.platform_course.as_ref()) {
        Some(DuplicateGround::PlatformCourse)
    } else if one.span.overlaps(other.span) && same_file() {
        Some(DuplicateGround::Evidence)
    } else {
        None
    }
}

/// Two unknown things are not the same thing.
fn is_same<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
    one.is_some() && one == other
}
