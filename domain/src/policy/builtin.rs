//! The policies of Zhengzhou that come with the project, as the documents that an administrator would publish.

use super::{Policy, PolicyDocumentError};

/// The division code of Zhengzhou, the first jurisdiction.
pub const ZHENGZHOU: &str = "410100";

/// The years that come with the project.
pub const ZHENGZHOU_YEARS: &[i32] = &[2022, 2023, 2024];

/// The JSON document of Zhengzhou's policy for a year, if it comes with the project.
#[must_use]
pub const fn zhengzhou_document(year: i32) -> Option<&'static str> {
    match year {
        2022 => Some(include_str!("../../data/policies/410100-2022.json")),
        2023 => Some(include_str!("../../data/policies/410100-2023.json")),
        2024 => Some(include_str!("../../data/policies/410100-2024.json")),
        _ => None,
    }
}

impl Policy {
    /// Zhengzhou's policy for a year (W3), or `None` when it does not come with the project.
    ///
    /// # Errors
    /// [`PolicyDocumentError`] when the document were malformed; the tests read every one of them.
    pub fn zhengzhou(year: i32) -> Result<Option<Self>, PolicyDocumentError> {
        zhengzhou_document(year).map(Self::from_json).transpose()
    }
}
