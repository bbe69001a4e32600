//! The demo world: a small city with known accounts, the same at every load.
//!
//! [`load`] fills an empty sandbox database. Everything in it passes the domain's own checks as of its day: a world that the
//! rules would not have let come about does not load.

mod accounts;
mod city;
mod classes;
mod evidence;
mod history;
mod ids;
mod learning;
mod people;
mod records;
mod rosters;
mod seminars;
mod settled;
mod units;
mod years;

use std::fmt::Display;
use std::io;

use xueshi_domain::Refusal;
use xueshi_persistence::{BlobStore, Id, StoreError, Writer};

use self::accounts::Accounts;
use self::classes::Classes;
use self::history::History;
use self::ids::Ids;
use self::people::People;
use self::units::Units;

/// The password of every account, and the secret of every client.
pub const PASSWORD: &str = "sandbox";

/// What the files of the demo world write with.
struct World<'w, 'c> {
    writer: &'w mut Writer<'c>,
    ids: Ids,
    city: Id,
}

/// Fills an empty sandbox database. `password_hash` is the hash of [`PASSWORD`].
///
/// # Errors
/// On a database failure, and when the rules refuse the world.
pub fn load(writer: &mut Writer<'_>, password_hash: &str) -> Result<(), StoreError> {
    let now = writer.now();
    let mut ids = Ids::default();
    let city = ids.at(city::FOUNDED);
    let world = &mut World { writer, ids, city };
    city::load(world)?;
    let units = Units::load(world)?;
    let people = People::load(world, &units)?;
    let accounts = Accounts::load(world, &units, &people, password_hash)?;
    let classes = Classes::load(world, &units)?;
    let mut history = History::new(&units, &people, &classes, &accounts)?;
    for entry in years::entries() {
        history.tell(world, &entry)?;
    }
    rosters::store(world, &units, &classes, &accounts)?;
    records::store(world, &mut history)?;
    seminars::store(world, &units, &people, &accounts)?;
    world.writer.as_of(now)
}

/// The names that can log in.
pub fn usernames() -> impl Iterator<Item = &'static str> {
    accounts::usernames()
}

/// Puts the evidence files of the demo world into the blob store.
///
/// # Errors
/// When the blob store cannot keep them.
pub fn store_evidence(blobs: &dyn BlobStore) -> io::Result<()> {
    evidence::store(blobs)
}

/// The world contradicts itself.
fn wrong(what: &str, error: impl Display) -> StoreError {
    StoreError::Corrupt(format!("demo world: {what}: {error}"))
}

/// The rules refuse the world.
fn refused(refusal: Refusal) -> StoreError {
    wrong("the rules refuse it", refusal.code())
}

#[cfg(test)]
mod tests;
