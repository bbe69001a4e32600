//! Bringing digests up to date beside the service, and holding all of them against the records once a day.

use std::sync::Arc;
use std::time::{Duration, Instant};

use xueshi_domain::instant::in_china;
use xueshi_persistence::{
    Concerns, Id, Jurisdiction, Keep, Moment, Reader, Store, StoreLock, Writer,
};

use super::digest::compute;
use crate::problem::Problem;

/// People whose digests one step computes: it bounds memory, and how long a state of the database is held.
const STEP: usize = 200;
/// The lock under which digests are computed.
const DIGESTS: &str = "digests";
/// Real time between two looks at digests that another process computes.
const LOOK: Duration = Duration::from_millis(100);
/// The lock under which all digests are checked: one process at a time.
const CHECK: &str = "reconciliation";
/// The most that the daily check computes what has just changed before it looks at all, and again behind it: while others write all
/// the time there is no end to it.
const CATCH_UP: Duration = Duration::from_secs(10);
/// The hour of the day, in China, from which the daily check runs.
const HOUR: u8 = 3;

/// What a check of a city's digests found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Checked {
    /// People that were looked at.
    pub people: i64,
    /// People and units whose digests were not what the records say; they are put right.
    pub differing: i64,
}

/// Computes the digests of people whose records changed, until none are left or the time is up; whether none are left.
///
/// One process computes at a time, so that no two do the same; the others wait for it. Should two ever do, the turns that they take
/// let one of them stand.
///
/// # Errors
/// On a failure of the store.
pub async fn refresh(store: &Store, time: Option<Duration>) -> Result<bool, Problem> {
    let begun = Instant::now();
    let in_time = || time.is_none_or(|time| begun.elapsed() < time);
    while waits(store).await? {
        if let Some(_lock) = lock(store, DIGESTS).await? {
            while in_time() {
                if !step(store).await? {
                    return Ok(true);
                }
            }
        }
        if !in_time() {
            return Ok(false);
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(true)
}

async fn waits(store: &Store) -> Result<bool, Problem> {
    store.read(|reader| Ok::<_, Problem>(reader.stale_people(1)?.is_some())).await
}

/// Some people; whether there were any.
async fn step(store: &Store) -> Result<bool, Problem> {
    let plan = store.read(|reader| -> Result<_, Problem> {
        let Some(stale) = reader.stale_people(STEP)? else { return Ok(None) };
        let city = stale.city;
        let digests = compute(reader, city, &stale.people)?.by_person(city);
        Ok(Some((city, reader.plan_digests(stale, digests)?)))
    });
    let Some((city, plan)) = plan.await? else { return Ok(false) };
    let plan = Arc::new(plan);
    let apply = move |writer: &mut Writer<'_>| Ok::<_, Problem>(writer.apply_digests(&plan)?);
    // The digests of a city are written by who refreshes them, and in writes that concern everything.
    store.write_concerning(Concerns::one(city), Keep::Yes, apply).await?;
    Ok(true)
}

async fn lock(store: &Store, name: &'static str) -> Result<Option<StoreLock>, Problem> {
    let store = store.clone();
    let lock = tokio::task::spawn_blocking(move || store.try_lock(name)).await;
    Ok(lock.map_err(Problem::internal)??)
}

/// Computes all digests of a city anew and puts right what is not what the records say. Records that change meanwhile are left to
/// [`refresh`].
///
/// # Errors
/// On a failure of the store.
pub async fn check(store: &Store, city: Id, seen: impl FnMut(i64)) -> Result<Checked, Problem> {
    check_within(store, city, None, seen).await
}

/// The same, with a bound on each wait for digests of what has just changed. Whoever still waits then is passed over by the check, and
/// loses nothing: their digests are computed from their records anyway.
async fn check_within(
    store: &Store,
    city: Id,
    catch_up: Option<Duration>,
    mut seen: impl FnMut(i64),
) -> Result<Checked, Problem> {
    refresh(store, catch_up).await?;
    let mut checked = Checked::default();
    let mut after = None;
    loop {
        let look = move |reader: &mut Reader<'_>| differing_people(reader, city, after);
        let (people, wrong) = store.read(look).await?;
        let Some(last) = people.last() else { break };
        after = Some(*last);
        checked.people += i64::try_from(people.len()).unwrap_or(0);
        checked.differing += i64::try_from(wrong.len()).unwrap_or(0);
        if !wrong.is_empty() {
            let mark =
                move |writer: &mut Writer<'_>| Ok::<_, Problem>(writer.mark_stale(city, &wrong)?);
            store.write(Keep::Yes, mark).await?;
        }
        seen(checked.people);
    }
    refresh(store, catch_up).await?;
    let units = move |reader: &mut Reader<'_>| Ok::<_, Problem>(reader.digested_units(city)?);
    for (year, unit) in store.read(units).await? {
        let look = move |reader: &mut Reader<'_>| -> Result<bool, Problem> {
            Ok(reader.unit_digest_holds(city, year, unit)?)
        };
        if !store.read(look).await? {
            checked.differing += 1;
            let rebuild = move |writer: &mut Writer<'_>| -> Result<bool, Problem> {
                Ok(writer.rebuild_unit_digests(city, year, unit)?)
            };
            while !store.write(Keep::Yes, rebuild).await? {}
        }
    }
    let note = move |writer: &mut Writer<'_>| -> Result<(), Problem> {
        Ok(writer.note_digest_check(city, checked.people, checked.differing)?)
    };
    store.write(Keep::Yes, note).await?;
    Ok(checked)
}

/// Some people, and those of them whose digests are not what their records say.
fn differing_people(
    reader: &mut Reader<'_>,
    city: Id,
    after: Option<Id>,
) -> Result<(Vec<Id>, Vec<Id>), Problem> {
    let people =
        reader.people_with_digests(city, after, i64::try_from(STEP).unwrap_or(i64::MAX))?;
    let stale = reader.stale_among(city, &people)?;
    let computed = compute(reader, city, &people)?.by_person(city);
    let stored = reader.person_digests(city, &people)?;
    let mut wrong: Vec<Id> = computed
        .iter()
        .filter(|row| !stored.contains(row))
        .chain(stored.iter().filter(|row| !computed.contains(row)))
        .map(|row| row.professional_id)
        .filter(|person| !stale.contains(person))
        .collect();
    wrong.sort_unstable();
    wrong.dedup();
    Ok((people, wrong))
}

/// The daily job: from three o'clock on, once a day, every city whose digests were not checked on that day.
///
/// # Errors
/// On a failure of the store.
pub async fn daily(store: &Store) -> Result<(), Problem> {
    let now = in_china(store.now());
    if now.hour() < HOUR {
        return Ok(());
    }
    for city in due(store).await? {
        let Some(_lock) = lock(store, CHECK).await? else { return Ok(()) };
        let checked = check_within(store, city.id, Some(CATCH_UP), |_| ()).await?;
        log::info!("reconciliation of {}: {} people checked", city.code, checked.people);
        if checked.differing > 0 {
            log::error!(
                "reconciliation of {}: {} digests were not what the records say, and were put right",
                city.code,
                checked.differing
            );
        }
        let id = city.id;
        let read = move |reader: &mut Reader<'_>| super::districts(reader, id, None);
        for line in store.read(read).await? {
            log::info!("reconciliation of {}: {line}", city.code);
        }
    }
    Ok(())
}

/// The cities that were not checked today.
async fn due(store: &Store) -> Result<Vec<Jurisdiction>, Problem> {
    let read = |reader: &mut Reader<'_>| -> Result<Vec<Jurisdiction>, Problem> {
        let today = in_china(reader.now()).date();
        let mut due = Vec::new();
        for city in reader.jurisdictions()? {
            let state = reader.digest_state(city.id)?;
            let checked = state.and_then(|state| state.checked_at);
            if checked.is_none_or(|Moment(at)| in_china(at).date() != today) {
                due.push(city);
            }
        }
        Ok(due)
    };
    store.read(read).await
}
