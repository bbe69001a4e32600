//! Whether everything that was accepted is there, and nothing that was refused.

use std::collections::HashMap;

use serde_json::Value;

use super::caller::Made;
use crate::Failure;
use crate::client::{Client, text};
use crate::world::World;

/// What the database has, beside what was answered.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Kept {
    /// Accepted, and not there or not in the state that was answered.
    pub(super) lost: usize,
    /// There, though nobody was told so.
    pub(super) untold: usize,
}

/// Compares the declarations of everybody with what was accepted.
pub(super) async fn compare(
    client: &Client,
    world: &World,
    made: &[Made],
) -> Result<Kept, Failure> {
    let mut told: Vec<HashMap<&str, bool>> = vec![HashMap::new(); world.people.len()];
    for made in made {
        let of = told.get_mut(made.person).ok_or("a declaration of nobody")?;
        of.insert(&made.id, made.submitted);
    }
    let mut kept = Kept::default();
    for (person, told) in world.people.iter().zip(told) {
        let there = declarations(client, &person.token).await?;
        kept.lost += told
            .iter()
            .filter(|(id, submitted)| there.get(**id).is_none_or(|there| *there != **submitted))
            .count();
        kept.untold += there.keys().filter(|id| !told.contains_key(id.as_str())).count();
    }
    Ok(kept)
}

/// Someone's declarations, and whether each is submitted.
async fn declarations(client: &Client, token: &str) -> Result<HashMap<String, bool>, Failure> {
    let mut all = HashMap::new();
    let first = "/v1/declarations?limit=200".to_owned();
    let mut path = first.clone();
    loop {
        let page: Value = serde_json::from_slice(&client.get(&path, Some(token)).await?)?;
        for item in page["data"].as_array().ok_or("a page without data")? {
            all.insert(text(item, "id")?, item["state"] == "employer_review");
        }
        let Some(cursor) = page["next_cursor"].as_str() else { return Ok(all) };
        path = format!("{first}&cursor={cursor}");
    }
}
