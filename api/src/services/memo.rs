//! What the lines of one transaction have in common, read once.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use xueshi_persistence::{Id, Organization, Reader};

use super::rules::Rules;
use crate::problem::Problem;

/// The rules of years, the registered platforms and the bureau, as of one transaction: no line of a batch changes them.
#[derive(Default)]
pub struct Memo {
    rules: BTreeMap<i32, Rules>,
    platforms: BTreeMap<String, bool>,
    root: Option<Organization>,
}

impl Memo {
    /// The rules in force for a year.
    ///
    /// # Errors
    /// `no-policy` when nothing is published for the year.
    pub fn rules(
        &mut self,
        reader: &mut Reader<'_>,
        city: Id,
        year: i32,
    ) -> Result<&Rules, Problem> {
        match self.rules.entry(year) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(new) => Ok(new.insert(Rules::of(reader, city, year)?)),
        }
    }

    /// The bureau at the root of the city's tree.
    ///
    /// # Errors
    /// On a database failure.
    pub fn root(&mut self, reader: &mut Reader<'_>, city: Id) -> Result<&Organization, Problem> {
        match &mut self.root {
            Some(root) => Ok(root),
            none => {
                let root = reader.municipal_bureau(city)?;
                Ok(none.insert(root.ok_or_else(|| Problem::internal("the city has no bureau"))?))
            }
        }
    }

    /// Whether a platform is registered.
    ///
    /// # Errors
    /// On a database failure.
    pub fn is_platform(
        &mut self,
        reader: &mut Reader<'_>,
        city: Id,
        code: &str,
    ) -> Result<bool, Problem> {
        if let Some(known) = self.platforms.get(code) {
            return Ok(*known);
        }
        let known = reader.platform(city, code)?.is_some();
        self.platforms.insert(code.to_owned(), known);
        Ok(known)
    }
}
