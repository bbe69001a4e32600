//! The demo world on SQLite. On PostgreSQL the integration tests start from it.

use std::path::PathBuf;
use std::sync::Arc;

use xueshi_domain::learning::Subject;
use xueshi_domain::ledger::{RecordState, assess};
use xueshi_domain::policy::Policy;
use xueshi_domain::registry::PersonState;
use xueshi_domain::review::State;
use xueshi_persistence::{
    AnnualRecordFilter, Clock, DatabaseUrl, DeclarationFilter, Id, Keep, LearningRecordFilter,
    MasterKey, Page, ProfessionalFilter, Purpose, QueueFilter, Reader, Scope, Store, StoreError,
    StoreOptions, Transparency,
};

use super::super::clock::START;
use super::load;

struct Still;

impl Clock for Still {
    fn now(&self) -> time::OffsetDateTime {
        START
    }
}

struct Loaded {
    store: Store,
    file: PathBuf,
}

impl Drop for Loaded {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", self.file.display()));
        }
    }
}

async fn loaded() -> Loaded {
    let file =
        std::env::temp_dir().join(format!("xueshi-world-{:x}.db", uuid::Uuid::now_v7().as_u128()));
    let options = StoreOptions {
        url: DatabaseUrl::Sqlite(file.clone()),
        pooler: None,
        replica: None,
        master_key: MasterKey([1; 32]),
        clock: Arc::new(Still),
        connections: 2,
        transparency: Transparency::Kept,
    };
    let store = Store::open(options).unwrap();
    let work = |writer: &mut xueshi_persistence::Writer<'_>| {
        writer.claim_for(Purpose::Sandbox, START)?;
        load(writer, "$argon2id$")
    };
    store.write::<(), StoreError, _>(Keep::Yes, work).await.unwrap();
    Loaded { store, file }
}

const ALL: Page<Id> = Page { limit: 500, after: None, descending: false, count: false };

fn whole_city(reader: &mut Reader<'_>) -> Result<Scope, StoreError> {
    let city = reader.jurisdiction_by_code(None)?.unwrap();
    let bureau = reader.municipal_bureau(city.id)?.unwrap();
    Ok(Scope { jurisdiction: city.id, own: None, subtrees: vec![bureau.path] })
}

#[tokio::test]
async fn the_totals_agree_and_every_state_follows_from_them() {
    let world = loaded().await;
    let work = |reader: &mut Reader<'_>| {
        let scope = whole_city(reader)?;
        assert_eq!(reader.discrepancies(scope.jurisdiction)?, []);
        for year in [2022, 2023] {
            let floors = Policy::zhengzhou(year).unwrap().unwrap().floors;
            let filter = AnnualRecordFilter { year, ..AnnualRecordFilter::default() };
            for record in reader.annual_records(&scope, &filter, ALL)?.rows {
                let totals = xueshi_domain::ledger::YearTotals {
                    approved: xueshi_domain::ledger::BySubject {
                        public: record.approved_public.0,
                        professional: record.approved_professional.0,
                    },
                    ..Default::default()
                };
                let satisfied = assess(floors, totals).satisfied;
                let complete =
                    matches!(record.state.0, RecordState::Satisfied | RecordState::Certified);
                assert_eq!(complete, satisfied);
                assert_eq!(
                    record.certificate_id.is_some(),
                    record.state.0 == RecordState::Certified
                );
                assert_eq!(record.satisfied_at.is_some(), satisfied);
            }
        }
        Ok::<_, StoreError>(())
    };
    world.store.read(work).await.unwrap();
}

#[tokio::test]
async fn it_holds_what_the_contract_promises() {
    let world = loaded().await;
    let work = |reader: &mut Reader<'_>| {
        let scope = whole_city(reader)?;
        let city = scope.jurisdiction;
        let people = reader.professionals(&scope, &ProfessionalFilter::default(), ALL)?.rows;
        assert_eq!(people.len(), 20);
        assert_eq!(people.iter().filter(|person| person.state.0 == PersonState::Ended).count(), 1);

        let account = reader.account_by_username("professional")?.unwrap();
        let doctor = account.professional_id.unwrap();
        let own = Scope { jurisdiction: city, own: Some(doctor), subtrees: Vec::new() };
        let filter = LearningRecordFilter { year: Some(2023), ..LearningRecordFilter::default() };
        let records = reader.learning_records(&own, &filter, ALL)?.rows;
        let offer: Vec<_> =
            records.iter().map(|r| (r.subject.0, r.hours.0.to_string(), r.declared)).collect();
        assert_eq!(
            offer,
            [(Subject::Public, "30".into(), false), (Subject::Professional, "60".into(), false)]
        );
        assert!(reader.declarations_of_year(city, doctor, 2023)?.is_empty());

        let queue = Page { limit: 50, after: None, descending: false, count: false };
        let late = QueueFilter { overdue: Some(true), ..QueueFilter::default() };
        assert_eq!(reader.review_queue(&scope, &late, queue)?.rows.len(), 1);
        let waiting = reader.review_queue(&scope, &QueueFilter::default(), queue)?.rows;
        let at = |state| waiting.iter().filter(|one| one.state.0 == state).count();
        assert_eq!((at(State::EmployerReview), at(State::AuthorityReview)), (5, 3));
        assert_eq!(waiting[0].due_at.unwrap().to_string(), "2023-10-12 0:00:00.0 +08:00:00");

        for state in [State::Returned, State::Rejected] {
            let filter = DeclarationFilter { states: vec![state], ..DeclarationFilter::default() };
            assert_eq!(reader.declarations(&scope, &filter, ALL)?.rows.len(), 1);
        }
        for (year, state, count) in [
            (2022, RecordState::Certified, 17),
            (2022, RecordState::Incomplete, 1),
            (2023, RecordState::Certified, 4),
            (2023, RecordState::Satisfied, 2),
        ] {
            let filter = AnnualRecordFilter { year, state: Some(state), employer: None };
            assert_eq!(
                reader.annual_records(&scope, &filter, ALL)?.rows.len(),
                count,
                "{year} {state}"
            );
        }
        Ok::<_, StoreError>(())
    };
    world.store.read(work).await.unwrap();
}

#[tokio::test]
async fn it_is_the_same_at_every_load() {
    let world = loaded().await;
    let first = world.store.read(everything).await.unwrap();
    let reload = |writer: &mut xueshi_persistence::Writer<'_>| {
        writer.empty_sandbox()?;
        load(writer, "$argon2id$")
    };
    world.store.write::<(), StoreError, _>(Keep::Yes, reload).await.unwrap();
    assert_eq!(world.store.read(everything).await.unwrap(), first);
    assert_eq!(loaded().await.store.read(everything).await.unwrap(), first);
}

/// All that has no ciphertext in it, as text.
fn everything(reader: &mut Reader<'_>) -> Result<String, StoreError> {
    let scope = whole_city(reader)?;
    let mut text = format!("{:?}", reader.organizations(&scope, &Default::default(), ALL)?.rows);
    for person in reader.professionals(&scope, &ProfessionalFilter::default(), ALL)?.rows {
        text += &format!(
            "{:?} {:?}",
            (person.professional_id, person.name, person.id_masked),
            person.created_at
        );
        for year in [2022, 2023] {
            text += &format!(
                "{:?}",
                reader.certificates_of_year(scope.jurisdiction, person.professional_id, year)?
            );
        }
    }
    text += &format!(
        "{:?}",
        reader.learning_records(&scope, &LearningRecordFilter::default(), ALL)?.rows
    );
    for declaration in reader.declarations(&scope, &DeclarationFilter::default(), ALL)?.rows {
        text += &format!("{declaration:?}");
        text += &format!(
            "{:?}",
            reader.reviews_of(scope.jurisdiction, declaration.professional_id, declaration.id)?
        );
    }
    for year in [2022, 2023] {
        let filter = AnnualRecordFilter { year, ..AnnualRecordFilter::default() };
        text += &format!("{:?}", reader.annual_records(&scope, &filter, ALL)?.rows);
    }
    Ok(text)
}
