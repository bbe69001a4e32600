//! The commands against a store of their own.

use xueshi_domain::access::{Role, Scope};
use xueshi_persistence::{Reader, StoreError};

use super::super::{CommandError, Output};
use super::client::RegisterClient;
use super::create::Create;
use super::rotate_keys::RotateKeys;
use crate::auth::test_world::world;

const OUTPUT: fn() -> Output = || Output::new(true);

fn create(username: &str, force: bool) -> Create {
    let (name, bureau) = ("莫云舒".to_owned(), "市人社局".to_owned());
    Create { username: username.to_owned(), name, bureau, password_stdin: false, force }
}

fn client(client_id: &str, scope: Scope, platform: Option<&str>) -> RegisterClient {
    RegisterClient {
        client_id: client_id.to_owned(),
        name: "省平台".to_owned(),
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
