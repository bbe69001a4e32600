//! Where a unit stands in the tree.

use std::fmt;

use uuid::Uuid;

/// The ids from the root of the tree down to a unit, as one text: `/{uuid}/{uuid}/`.
///
/// Because every id is closed by a slash, one path contains another exactly when its text begins the other's; a store can ask
/// the same with a prefix.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrgPath(String);

/// A text that is not a path of units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OrgPathError;

impl fmt::Display for OrgPathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a path of units such as /{uuid}/{uuid}/")
    }
}

impl std::error::Error for OrgPathError {}

impl OrgPath {
    /// The path of the root.
    #[must_use]
    pub fn root(id: Uuid) -> Self {
        Self(format!("/{id}/"))
    }

    /// The path of a unit directly below this one.
    #[must_use]
    pub fn child(&self, id: Uuid) -> Self {
        Self(format!("{}{id}/", self.0))
    }

    /// Reads a path as it is stored: lower-case hyphenated ids, each once.
    ///
    /// # Errors
    /// [`OrgPathError`].
    pub fn parse(text: &str) -> Result<Self, OrgPathError> {
        let inner =
            text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).ok_or(OrgPathError)?;
        let mut seen = std::collections::BTreeSet::new();
        for part in inner.split('/') {
            let id = Uuid::try_parse(part).map_err(|_| OrgPathError)?;
            if id.to_string() != part || !seen.insert(id) {
                return Err(OrgPathError);
            }
        }
        Ok(Self(text.to_owned()))
    }

    /// Whether the other path is this one or lies below it.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// The path as it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many units it names: 1 for the root.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.0.matches('/').count().saturating_sub(1)
    }
}

impl fmt::Display for OrgPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for OrgPath {
    type Err = OrgPathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}
