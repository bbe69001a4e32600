//! Databases of both purposes, opened again and again.

use time::macros::datetime;
use xueshi_persistence::{Keep, Reader, StoreError, Writer};

use super::scratch::Scratch;
use super::*;
use crate::sandbox::clock::START;
use crate::sandbox::{keep_setting, restore};

fn settings(scratch: &Scratch, sandbox: bool, named: bool) -> Settings {
    let mut settings = Settings::for_tests(scratch.path().join("data"));
    settings.sandbox = sandbox;
    settings.database_url =
        named.then(|| format!("sqlite://{}", scratch.path().join("named.db").display()));
    settings
}

async fn accounts_of_professional(storage: &Storage) -> usize {
    let find = |reader: &mut Reader<'_>| reader.account_by_username("professional");
    storage.desk.store().read::<_, StoreError, _>(find).await.unwrap().into_iter().count()
}

async fn refusal(settings: &Settings) -> String {
    Storage::open(settings).await.unwrap_err().to_string()
}

#[actix_web::test]
async fn a_sandbox_goes_on_in_a_named_database_and_starts_anew_in_its_own() {
    let midnight = datetime!(2023-12-20 00:00 +8);
    for named in [true, false] {
        let scratch = Scratch::new();
        let settings = settings(&scratch, true, named);
        let first = Storage::open(&settings).await.unwrap();
        assert_eq!(accounts_of_professional(&first).await, 1);
        assert!(first.clock.now() - START < time::Duration::MINUTE);
        let setting = first.sandbox.as_ref().unwrap().clock().setting_for(midnight, true);
        let work = move |writer: &mut Writer<'_>| keep_setting(writer, setting);
        first.desk.store().write::<(), StoreError, _>(Keep::Yes, work).await.unwrap();
        drop(first);
        let again = Storage::open(&settings).await.unwrap();
        assert_eq!(again.clock.now() == midnight, named);
        assert_eq!(accounts_of_professional(&again).await, 1);
    }
}

#[actix_web::test]
async fn a_reset_restores_the_world_and_the_clock() {
    let scratch = Scratch::new();
    let storage = Storage::open(&settings(&scratch, true, true)).await.unwrap();
    let beginning = storage.sandbox.as_ref().unwrap().beginning();
    let work = move |writer: &mut Writer<'_>| restore(writer, beginning);
    for keep in [Keep::No, Keep::Yes, Keep::Yes] {
        storage.desk.store().write::<(), StoreError, _>(keep, work).await.unwrap();
        assert_eq!(accounts_of_professional(&storage).await, 1);
    }
}

#[actix_web::test]
async fn production_and_sandbox_data_never_share_a_database() {
    let scratch = Scratch::new();
    drop(Storage::open(&settings(&scratch, true, true)).await.unwrap());
    assert!(refusal(&settings(&scratch, false, true)).await.contains("sandbox database"));
    assert!(!scratch.path().join("data/secret.key").exists());

    let scratch = Scratch::new();
    let storage = Storage::open(&settings(&scratch, false, true)).await.unwrap();
    assert_eq!(accounts_of_professional(&storage).await, 0);
    assert!(storage.sandbox.is_none());
    let empty = |writer: &mut Writer<'_>| writer.empty_sandbox();
    storage.desk.store().write::<(), StoreError, _>(Keep::Yes, empty).await.unwrap_err();
    drop(storage);
    assert!(refusal(&settings(&scratch, true, true)).await.contains("production data"));
    Storage::open(&settings(&scratch, false, true)).await.unwrap();
}

#[actix_web::test]
async fn a_database_with_data_is_not_opened_without_its_key() {
    let scratch = Scratch::new();
    let settings = settings(&scratch, false, true);
    drop(Storage::open(&settings).await.unwrap());
    std::fs::remove_file(scratch.path().join("data/secret.key")).unwrap();
    assert!(refusal(&settings).await.contains("its master key is missing"));
    assert!(!scratch.path().join("data/secret.key").exists());
}

#[actix_web::test]
async fn a_check_changes_nothing() {
    let scratch = Scratch::new();
    let settings = settings(&scratch, false, true);
    let error = open_for_checks(&settings).err().unwrap();
    assert!(error.to_string().contains("xueshi migrate"));
    assert!(!scratch.path().join("named.db").exists());
}
