//! The commands against a store of their own.

use xueshi_domain::access::{Role, Scope};
use xueshi_persistence::{Reader, StoreError};

use super::super::{CommandError, Output};
use super::client::RegisterClient;
use super::create::Create;
use super::rotate_credential_key::RotateCredentialKey;
use super::rotate_keys::RotateKeys;
use crate::auth::credential_keys::published;
use crate::auth::test_world::world;
use crate::settings::CredentialSuite;

const OUTPUT: fn() -> Output = || Output::new(true);

fn create(username: &str, force: bool) -> Create {
    create_in("410100", None, username, force)
}

fn create_in(city: &str, city_name: Option<&str>, username: &str, force: bool) -> Create {
    Create {
        username: username.to_owned(),
        name: "莫云舒".to_owned(),
        city: city.to_owned(),
        city_name: city_name.map(str::to_owned),
        bureau: (city == "410100").then(|| "市人社局".to_owned()),
        password_stdin: false,
        force,
    }
}

fn client(client_id: &str, scope: Scope, platform: Option<&str>) -> RegisterClient {
    RegisterClient {
        client_id: client_id.to_owned(),
        name: "省平台".to_owned(),
        city: "410100".to_owned(),
        scopes: vec![scope],
        platform: platform.map(str::to_owned),
        public_key: None,
    }
}

#[actix_web::test]
async fn the_first_administrator_comes_with_city_and_bureau_and_alone() {
    let (store, _clock, _directory) = world();
    let refused =
        |result: Result<(), CommandError>| matches!(result, Err(CommandError::Refused(_)));
    assert!(refused(create("City Admin", false).run(&store, OUTPUT()).await), "no plain name");
    create("City.Admin", false).run(&store, OUTPUT()).await.unwrap();
    assert!(refused(create("other", false).run(&store, OUTPUT()).await), "there is one");
    assert!(refused(create("city.admin", true).run(&store, OUTPUT()).await), "the name is in use");
    create("other", true).run(&store, OUTPUT()).await.unwrap();
    let find = |reader: &mut Reader<'_>| {
        let account = reader.account_by_username("city.admin")?.unwrap();
        let bureau = reader.municipal_bureau(account.jurisdiction_id)?.unwrap();
        Ok((reader.grants_of(account.id)?, bureau))
    };
    let (grants, bureau) = store.read::<_, StoreError, _>(find).await.unwrap();
    let (grant, path) = &grants[0];
    assert_eq!((grant.role.0, grant.organization_id), (Role::MunicipalAdministrator, bureau.id));
    assert_eq!(*path, bureau.path);
    assert_eq!(bureau.name, "市人社局");
}

/// W3: a second city comes into the installation with its own tree and administrator; the first one stays the default.
#[actix_web::test]
async fn w3_a_second_city_has_its_own_bureau_and_administrator() {
    let (store, _clock, _directory) = world();
    let refused =
        |result: Result<(), CommandError>| matches!(result, Err(CommandError::Refused(_)));
    create("city.admin", false).run(&store, OUTPUT()).await.unwrap();
    let kaifeng = |name, force| create_in("410200", name, "kaifeng.admin", force);
    assert!(refused(kaifeng(None, false).run(&store, OUTPUT()).await), "it needs a name");
    let bad = create_in("4102", Some("开封市"), "kaifeng.admin", false);
    assert!(refused(bad.run(&store, OUTPUT()).await), "six digits");
    let taken = create_in("410200", Some("开封市"), "city.admin", false);
    assert!(refused(taken.run(&store, OUTPUT()).await), "the name is in use");
    kaifeng(Some("开封市"), false).run(&store, OUTPUT()).await.unwrap();
    let again = create_in("410200", Some("开封市"), "other", false);
    assert!(refused(again.run(&store, OUTPUT()).await), "it has one");
    let find = |reader: &mut Reader<'_>| {
        let cities = reader.jurisdictions()?;
        let bureau = reader.municipal_bureau(cities[1].id)?.unwrap();
        Ok((cities, bureau, reader.account_by_username("kaifeng.admin")?.unwrap()))
    };
    let (cities, bureau, account) = store.read::<_, StoreError, _>(find).await.unwrap();
    let shown: Vec<_> = cities.iter().map(|city| (city.code.as_str(), city.is_default)).collect();
    assert_eq!(shown, [("410100", true), ("410200", false)]);
    assert_eq!(bureau.name, "开封市人力资源和社会保障局");
    assert_eq!(account.jurisdiction_id, cities[1].id);
}

#[actix_web::test]
async fn clients_are_registered_once_and_for_platforms_that_exist() {
    let (store, _clock, _directory) = world();
    let refused =
        |result: Result<(), CommandError>| matches!(result, Err(CommandError::Refused(_)));
    assert!(
        refused(client("province", Scope::SyncRead, None).run(&store, OUTPUT()).await),
        "no city yet"
    );
    create("city.admin", false).run(&store, OUTPUT()).await.unwrap();
    client("province", Scope::SyncRead, None).run(&store, OUTPUT()).await.unwrap();
    assert!(
        refused(client("province", Scope::SyncRead, None).run(&store, OUTPUT()).await),
        "the name is in use"
    );
    assert!(
        refused(client("platform", Scope::LearningWrite, None).run(&store, OUTPUT()).await),
        "for no platform"
    );
    assert!(
        refused(client("platform", Scope::LearningWrite, Some("x")).run(&store, OUTPUT()).await),
        "an unknown one"
    );
    let find = |reader: &mut Reader<'_>| reader.client("province");
    let (stored, _) = store.read::<_, StoreError, _>(find).await.unwrap().unwrap();
    assert_eq!(stored.scopes, "sync:read");
    assert!(stored.secret_hash.unwrap().starts_with("$argon2id$"));
}

#[actix_web::test]
async fn keys_are_rotated_from_the_command_line() {
    let (store, _clock, _directory) = world();
    for revoke_old in [false, true] {
        let life = std::time::Duration::from_secs(900);
        RotateKeys { revoke_old }.run(&store, life, OUTPUT()).await.unwrap();
    }
    let keys = store
        .read::<_, StoreError, _>(|reader: &mut Reader<'_>| reader.signing_keys())
        .await
        .unwrap();
    assert_eq!(keys.len(), 1);
}

#[actix_web::test]
async fn credential_keys_are_rotated_and_none_is_forgotten() {
    let (store, _clock, _directory) = world();
    for (suite, curve) in [(CredentialSuite::Ed25519, "Ed25519"), (CredentialSuite::Sm2, "SM2")] {
        RotateCredentialKey {}.run(&store, suite, OUTPUT()).await.unwrap();
        let keys = published(&store).await.unwrap();
        assert!(keys.iter().any(|key| key["crv"] == curve), "{keys:?}");
    }
    assert_eq!(published(&store).await.unwrap().len(), 2);
}
