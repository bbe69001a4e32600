//! What time brings about: deadlines that come near or pass, windows that open and close.
//!
//! Each road that has such things adds a [`Round`] to [`ROUNDS`]. A round looks for what has come due by the service's clock,
//! changes and tells it, and is called again until it finds nothing more. It must be harmless to run at any time, by several
//! instances at once: what it has done it does not do again.

mod due_days;
mod windows;

use xueshi_persistence::{Id, Jurisdiction, Keep, Store, Writer};

use super::{appeals, departures, login};
use crate::problem::Problem;
use crate::services::makeup;

/// One kind of thing that time brings about, in one city: how many it did, none if nothing was due. At most [`MOST`] in one transaction.
type Round = fn(&mut Writer<'_>, Id) -> Result<usize, Problem>;

/// What a round takes up at most in one transaction, so that writers in between do not wait for long.
pub const MOST: usize = 200;

/// Every kind.
const ROUNDS: &[Round] = &[
    due_days::round,
    windows::round,
    appeals::round,
    departures::round,
    makeup::expire,
    login::tell_failures,
];

/// Runs every round in every city until nothing is left to do.
///
/// # Errors
/// On a failure of the store.
pub async fn sweep(store: &Store) -> Result<(), Problem> {
    let cities: Vec<Jurisdiction> =
        store.read(|reader| Ok::<_, Problem>(reader.jurisdictions()?)).await?;
    for city in cities.iter().map(|city| city.id) {
        for round in ROUNDS.iter().copied() {
            let work = move |writer: &mut Writer<'_>| round(writer, city);
            // Most of the time there is nothing to do, and nobody is kept waiting to find that out. Where that fails, because another
            // instance is at it, the round itself says what there is.
            let is_due = store.write(Keep::No, work).await.map_or(true, |found| found > 0);
            if is_due {
                while store.write(Keep::Yes, work).await? >= MOST {}
            }
        }
    }
    store.fold_figures().await?;
    Ok(())
}
