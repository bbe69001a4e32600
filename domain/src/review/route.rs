//! Who holds a declaration at each stage (rulebook, "Who").

use uuid::Uuid;

use super::state::Stage;
use crate::refusal::Refusal;

/// The two units that review a declaration: the employer, then the body that the employer names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Route {
    employer: Uuid,
    authority: Uuid,
}

impl Route {
    /// The route of an employer's declarations.
    ///
    /// # Errors
    /// [`Refusal::NoReviewingBody`] when it names none, [`Refusal::OwnReviewingBody`] when it names itself.
    pub fn new(employer: Uuid, reviewing_body: Option<Uuid>) -> Result<Self, Refusal> {
        match reviewing_body {
            None => Err(Refusal::NoReviewingBody),
            Some(authority) if authority == employer => Err(Refusal::OwnReviewingBody),
            Some(authority) => Ok(Self { employer, authority }),
        }
    }

    /// The unit that holds the declaration at a stage.
    #[must_use]
    pub const fn holder(&self, stage: Stage) -> Uuid {
        match stage {
            Stage::Employer => self.employer,
            Stage::Authority => self.authority,
        }
    }
}
