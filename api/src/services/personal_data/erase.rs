//! Erasing a person whose records need not be kept any more (U4a, ADR 0030).

use std::sync::Arc;

use serde_json::json;
use time::Duration;
use uuid::Uuid;
use xueshi_domain::Refusal;
use xueshi_domain::access::Permission;
use xueshi_domain::certificate::CertificateContent;
use xueshi_domain::event::EventType;
use xueshi_domain::instant::china_date;
use xueshi_domain::personal_data::{ErasureFacts, admit_erasure};
use xueshi_domain::registry::{PersonState, Standing};
use xueshi_persistence::{
    BlobStore, ContentHash, Erasure, Id, Keep, Moment, Professional, Reader, Store, StoreError,
    Word, Writer,
};

use super::{Person, subject};
use crate::dto::personal_data::{ErasureDto, ErasureRequest};
use crate::problem::{Code, Problem};
use crate::services::events::Happening;
use crate::services::{Asker, Reply, professionals};

/// How long a file is kept after nobody's record names it any more: what is being uploaded now was asked for before.
const KEPT: Duration = Duration::hours(1);
/// Files that are removed in one round.
const AT_ONCE: i64 = 100;

/// Erases a person, with the records that were merged into theirs: names, numbers, words and evidence go; years, hours, outcomes and
/// ids stay, so that figures, seals and log go on being what they were. Once more it changes nothing.
///
/// # Errors
/// 403, 404; `own-case`; 422 `erasure-barred` for someone who is active, of whom something waits, or whose records have to be kept.
pub fn erase(
    writer: &mut Writer<'_>,
    asker: &Asker,
    id: Uuid,
    request: &ErasureRequest,
    retention_years: u8,
) -> Result<Reply<ErasureDto>, Problem> {
    let city = asker.jurisdiction;
    let root = writer.municipal_bureau(city)?.ok_or_else(|| Problem::new(Code::Forbidden))?;
    let person = subject(writer, asker, id, Permission::ErasePeople)?;
    let unit = Id(asker.acting_for(Permission::ErasePeople, &root.path)?.organization_id);
    if asker.actor.is_professional(id) {
        return Err(Refusal::OwnCase.into());
    }
    if let Some(erasure) = writer.erasure(city, person.professional_id)? {
        return Ok(Reply::ok(ErasureDto::new(&erasure)));
    }
    let all = Person::of(writer, city, person.professional_id)?;
    admit(writer, &person, &all, retention_years)?;
    for account in &all.accounts {
        close_account(writer, asker, *account)?;
    }
    writer.erase_people(city, &all.records, &all.accounts, nameless)?;
    let erasure = Erasure {
        jurisdiction_id: city,
        professional_id: person.professional_id,
        account_id: asker.account(),
        unit_id: unit,
        reason: Word(request.reason),
        erased_at: Moment(writer.now()),
    };
    writer.insert_erasure(&erasure)?;
    Happening::new(EventType::ProfessionalErased)
        .by(asker)
        .person(person.professional_id, person.employer_id, None)
        .subject(person.professional_id)
        .data(
            json!({"reason": request.reason, "acting_for": unit, "merged_ids": &all.records[1..]}),
        )
        .tell(writer, city)?;
    // Whoever keeps a copy hears of an erasure as of any other change: that there is something to fetch anew.
    for record in &all.records {
        if let Some(erased) = writer.professional(city, *record)? {
            professionals::tell(writer, asker, EventType::ProfessionalChanged, &erased)?;
        }
    }
    for record in &all.records {
        writer.seal_person_anew(city, *record)?;
    }
    Ok(Reply::ok(ErasureDto::new(&erasure)))
}

/// Whether it may be done now.
fn admit(
    writer: &mut Writer<'_>,
    person: &Professional,
    all: &Person,
    retention_years: u8,
) -> Result<(), Problem> {
    let city = person.jurisdiction_id;
    let open = writer.open_cases(city, &all.records, &all.accounts)?;
    admit_erasure(&ErasureFacts {
        active: person.state.0 == PersonState::Active,
        open: u32::try_from(open).unwrap_or(u32::MAX),
        last_year: writer.last_recorded_year(city, &all.records)?,
        retention_years: i32::from(retention_years),
        this_year: china_date(writer.now()).year(),
    })?;
    Ok(())
}

/// Nobody logs in with it any more, and it acts for no unit.
fn close_account(writer: &mut Writer<'_>, asker: &Asker, id: Id) -> Result<(), Problem> {
    let Some(mut account) = writer.account(id)? else { return Ok(()) };
    for (grant, _) in writer.grants_of(id)? {
        writer.end_grant(grant.id, Some(asker.account()))?;
    }
    writer.end_sessions_of(id, "erased")?;
    account.state = Word(Standing::Disabled);
    if !writer.update_account(&mut account)? {
        return Err(StoreError::Conflict.into());
    }
    Ok(writer.erase_account(id)?)
}

/// What a certificate states, without whose it is: year, hours, employer, number and code stay.
fn nameless(content: &str) -> Result<String, Problem> {
    let mut content: CertificateContent =
        serde_json::from_str(content).map_err(Problem::internal)?;
    // How readers know it (`CertificateContent::is_erased`); each says in its own words that it was erased.
    content.name = String::new();
    content.masked_id_number = String::new();
    serde_json::to_string(&content).map_err(Problem::internal)
}

/// Removes files of evidence that erased people alone had, an hour after. Somebody else may bring the same content at any moment: so a
/// file is taken away first, and put back when it is found to be in use after all. Whoever brings one stores it once more when their row
/// is there.
///
/// # Errors
/// On a database failure, or when files cannot be removed.
pub async fn remove_orphans(store: &Store, blobs: &Arc<dyn BlobStore>) -> Result<(), Problem> {
    let read = |reader: &mut Reader<'_>| {
        let until = Moment(reader.now().saturating_sub(KEPT));
        reader.orphaned_files(until, AT_ONCE)
    };
    for text in store.read::<_, StoreError, _>(read).await? {
        if let Some(hash) = ContentHash::parse(&text) {
            // Asked before anything is touched; then once more, because it may have come between.
            let mut in_use = is_in_use(store, &text).await?;
            if !in_use {
                on_file(blobs, &hash, |blobs, hash| blobs.set_aside(hash)).await?;
                in_use = is_in_use(store, &text).await?;
            }
            match in_use {
                true => on_file(blobs, &hash, |blobs, hash| blobs.put_back(hash)).await?,
                false => on_file(blobs, &hash, |blobs, hash| blobs.forget_aside(hash)).await?,
            }
        }
        let forget = move |writer: &mut Writer<'_>| writer.forget_orphaned_file(&text);
        store.write::<_, StoreError, _>(Keep::Yes, forget).await?;
    }
    Ok(())
}

async fn is_in_use(store: &Store, content_hash: &str) -> Result<bool, Problem> {
    let asked = content_hash.to_owned();
    let in_use = move |reader: &mut Reader<'_>| reader.is_evidence(&asked);
    Ok(store.read::<_, StoreError, _>(in_use).await?)
}

/// Does something to a file, on a thread that may wait.
async fn on_file(
    blobs: &Arc<dyn BlobStore>,
    hash: &ContentHash,
    work: fn(&dyn BlobStore, &ContentHash) -> std::io::Result<()>,
) -> Result<(), Problem> {
    let (blobs, hash) = (Arc::clone(blobs), hash.clone());
    let done = tokio::task::spawn_blocking(move || work(blobs.as_ref(), &hash)).await;
    done.map_err(Problem::internal)?.map_err(Problem::internal)
}
