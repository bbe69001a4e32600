//! Logging in against a store of its own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;
use xueshi_domain::access::{OrgPath, Permission, Role, Scope};
use xueshi_domain::registry::OrganizationKind;
use xueshi_persistence::{Client, Grant, Jurisdiction, Organization, Word};

use super::*;
use crate::auth::password::hash_now;
use crate::auth::test_world::{Directory, HandClock, world};
use crate::auth::{Admission, Need};
use crate::services::Asker;

const ISSUER: &str = "https://xueshi.example";
/// PKCS #8 of an Ed25519 key for tests, and its public half.
const CLIENT_KEY: [u8; 48] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
    0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
];
const CLIENT_JWK: &str =
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

/// PKCS #8 of a P-256 key for tests in base64, and its public half.
const EC_KEY: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg0ESEfAs4x0yV31XXEVe6aDhUc6YiOLuko+B9oFGAiRqhRANCAASnC4M5FBw8fA69tsijNW2ns+wKt9ZkUEpU0b9CaLc4iE0O4sCgMcRj/FVnBizi7uXf9jNftbSAPoUx6Je3Kxto";
const EC_JWK: &str = r#"{"kty":"EC","crv":"P-256","x":"pwuDORQcPHwOvbbIozVtp7PsCrfWZFBKVNG_Qmi3OIg","y":"TQ7iwKAxxGP8VWcGLOLu5d_2M1-1tIA-hTHol7crG2g"}"#;

struct Fixture {
    logins: Logins,
    store: Store,
    clock: HandClock,
    account: Id,
    unit: Id,
    _directory: Directory,
}

/// A city with one unit, the account `wang` that reviews for it (password `sandbox`), and the clients `secretive` and `signing`.
async fn fixture() -> Fixture {
    let (store, clock, directory) = world();
    let hash = hash_now("sandbox").unwrap();
    let now = store.now();
    let [city, unit, account] = [new_id(now), new_id(now), new_id(now)];
    store
        .write::<_, StoreError, _>(Keep::Yes, move |writer| {
            let at = Moment(now);
            writer.insert_jurisdiction(&Jurisdiction {
                id: city,
                code: "410100".into(),
                name: "郑州市".into(),
                is_default: true,
                created_at: at,
            })?;
            writer.insert_organization(&Organization {
                jurisdiction_id: city,
                id: unit,
                parent_id: None,
                path: OrgPath::root(unit.0).as_str().to_owned(),
                kind: Word(OrganizationKind::MunicipalBureau),
                name: "市人社局".into(),
                unit_code: None,
                is_public_institution: false,
                reviewing_body_id: None,
                state: Word(Standing::Active),
                version: 1,
                created_at: at,
                updated_at: at,
            })?;
            writer.insert_account(&Account {
                id: account,
                jurisdiction_id: city,
                username: "wang".into(),
                password_hash: hash.clone(),
                display_name: "王".into(),
                professional_id: None,
                state: Word(Standing::Active),
                version: 1,
                created_at: at,
                updated_at: at,
            })?;
            writer.insert_grant(&Grant {
                id: new_id(now),
                jurisdiction_id: city,
                account_id: account,
                role: Word(Role::Reviewer),
                organization_id: unit,
                granted_at: at,
                granted_by: None,
                ended_at: None,
                ended_by: None,
            })?;
            for (name, secret, key) in [
                ("secretive", Some(hash.clone()), None),
                ("signing", None, Some(CLIENT_JWK.to_owned())),
            ] {
                writer.insert_client(&Client {
                    id: new_id(now),
                    jurisdiction_id: city,
                    client_id: name.into(),
                    name: name.into(),
                    secret_hash: secret,
                    public_key: key,
                    scopes: "sync:read sync:write".into(),
                    organization_id: unit,
                    platform_code: None,
                    state: Word(Standing::Active),
                    created_at: at,
                })?;
            }
            Ok(())
        })
        .await
        .unwrap();
    let life = |seconds| std::time::Duration::from_secs(seconds);
    let logins =
        Logins::open(store.clone(), ISSUER.into(), life(900), life(14 * 86_400)).await.unwrap();
    Fixture { logins, store, clock, account, unit, _directory: directory }
}

impl Fixture {
    async fn login(&self, username: &str, password: &str) -> Result<Tokens, Code> {
        let request = LoginRequest { username: username.to_owned(), password: password.to_owned() };
        let address = Some(IpAddr::from([192, 0, 2, 1]));
        self.logins.login(request, address).await.map_err(|problem| problem.code())
    }

    async fn refresh(&self, token: &str) -> Result<Tokens, Code> {
        self.logins.refresh(token).await.map_err(|problem| problem.code())
    }

    async fn admit(&self, token: &str, need: Need) -> Result<Asker, Code> {
        let admitted = self.logins.admission().admit(Some(token.to_owned()), need).await;
        admitted.map(Option::unwrap).map_err(|problem| problem.code())
    }

    async fn change(
        &self,
        work: impl Fn(&mut Writer<'_>) -> Result<(), StoreError> + Send + 'static,
    ) {
        self.store.write(Keep::Yes, work).await.unwrap();
    }

    async fn client_token(
        &self,
        credential: Credential,
        scope: Option<&str>,
    ) -> Result<(Asker, String), Code> {
        let request = ClientTokenRequest { credential, scope: scope.map(str::to_owned) };
        let tokens =
            self.logins.client_token(request, None).await.map_err(|problem| problem.code())?;
        Ok((self.admit(&tokens.access_token, Need::Login).await?, tokens.scope))
    }

    /// An assertion of `signing`, with some claims changed.
    fn assertion(&self, changes: serde_json::Value) -> Credential {
        let mut claims = json!({
            "iss": "signing", "sub": "signing", "aud": format!("{ISSUER}/v1/oauth/token"),
            "exp": self.store.now().unix_timestamp() + 300, "jti": Uuid::now_v7(),
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let key = EncodingKey::from_ed_der(&CLIENT_KEY);
        Credential::Assertion(encode(&Header::new(Algorithm::EdDSA), &claims, &key).unwrap())
    }
}

const REVIEW: Need = Need::OneOf(&[Permission::ReviewAtAuthority]);
const MANAGE: Need = Need::OneOf(&[Permission::ManageAccounts]);

#[actix_web::test]
async fn a_login_admits_for_what_the_account_may_do() {
    let f = fixture().await;
    let tokens = f.login("WANG", "sandbox").await.unwrap();
    assert_eq!((tokens.token_type, tokens.expires_in), ("Bearer", 900));
    let asker = f.admit(&tokens.access_token, REVIEW).await.unwrap();
    assert_eq!(asker.account(), f.account);
    assert_eq!(asker.actor.grants.len(), 1);
    assert_eq!(f.admit(&tokens.access_token, MANAGE).await.unwrap_err(), Code::Forbidden);
    let nobody = f.logins.admission().admit(None, Need::Login).await.unwrap_err();
    assert_eq!(nobody.code(), Code::Unauthenticated);
    f.clock.advance(Duration::minutes(15));
    assert_eq!(f.admit(&tokens.access_token, REVIEW).await.unwrap_err(), Code::TokenExpired);
}

#[actix_web::test]
async fn wrong_names_and_wrong_passwords_are_one_answer_and_make_wait() {
    let f = fixture().await;
    for name in ["wang", "nobody"] {
        for _ in 0..5 {
            assert_eq!(
                f.login(name, "wrong").await.err(),
                Some(Code::InvalidCredentials),
                "{name}"
            );
        }
        assert_eq!(f.login(name, "sandbox").await.err(), Some(Code::TooManyAttempts), "{name}");
    }
    f.clock.advance(Duration::seconds(30));
    assert!(f.login("wang", "sandbox").await.is_ok());
    assert!(f.login("wang", "wrong").await.is_err());
    assert!(f.login("wang", "sandbox").await.is_ok(), "a success forgets the failures");
}

#[actix_web::test]
async fn guesses_at_once_are_counted_one_by_one() {
    let f = fixture().await;
    let guesses = futures_util::future::join_all((0..12).map(|_| f.login("wang", "wrong"))).await;
    let refused = guesses
        .iter()
        .filter(|guess| guess.as_ref().err() == Some(&Code::InvalidCredentials))
        .count();
    assert_eq!(refused, 5);
}

#[actix_web::test]
async fn a_refresh_token_is_good_once_and_its_reuse_ends_the_session() {
    let f = fixture().await;
    let first = f.login("wang", "sandbox").await.unwrap();
    let second = f.refresh(&first.refresh_token).await.unwrap();
    assert!(f.admit(&second.access_token, REVIEW).await.is_ok());
    assert_ne!(first.refresh_token, second.refresh_token);
    assert_eq!(f.refresh(&first.refresh_token).await.err(), Some(Code::InvalidToken));
    assert_eq!(
        f.refresh(&second.refresh_token).await.err(),
        Some(Code::InvalidToken),
        "the thief's successor is out too"
    );
    for token in [first, second] {
        assert_eq!(f.admit(&token.access_token, REVIEW).await.unwrap_err(), Code::InvalidToken);
    }
    assert_eq!(f.refresh("xsr_nonsense").await.err(), Some(Code::InvalidToken));
}

#[actix_web::test]
async fn a_forged_refresh_token_ends_nothing() {
    let f = fixture().await;
    let tokens = f.login("wang", "sandbox").await.unwrap();
    let session = RefreshToken::decode(&tokens.refresh_token).unwrap().session;
    for generation in [0, 1] {
        let forged = RefreshToken::generate(session, generation).encode();
        assert_eq!(f.refresh(&forged).await.err(), Some(Code::InvalidToken));
    }
    assert!(f.refresh(&tokens.refresh_token).await.is_ok());
}

#[actix_web::test]
async fn a_refresh_token_expires_unless_it_is_used() {
    let f = fixture().await;
    let mut tokens = f.login("wang", "sandbox").await.unwrap();
    for _ in 0..3 {
        f.clock.advance(Duration::days(13));
        tokens = f.refresh(&tokens.refresh_token).await.unwrap();
    }
    f.clock.advance(Duration::days(14));
    assert_eq!(f.refresh(&tokens.refresh_token).await.err(), Some(Code::TokenExpired));
}

#[actix_web::test]
async fn logout_disabling_and_lost_roles_work_on_the_next_request() {
    let f = fixture().await;
    let (account, unit) = (f.account, f.unit);
    let token = f.login("wang", "sandbox").await.unwrap().access_token;
    let asker = f.admit(&token, REVIEW).await.unwrap();
    let city = asker.jurisdiction;
    f.change(move |writer| {
        for (grant, _) in writer.administrators_of(city, unit)? {
            writer.end_grant(grant.id, None)?;
        }
        Ok(())
    })
    .await;
    assert_eq!(f.admit(&token, REVIEW).await.unwrap_err(), Code::Forbidden);
    let session = f.admit(&token, Need::Login).await.unwrap().session.unwrap();
    f.change(move |writer| writer.end_session(session, "logout")).await;
    assert_eq!(f.admit(&token, Need::Login).await.unwrap_err(), Code::InvalidToken);
    let again = f.login("wang", "sandbox").await.unwrap();
    f.change(move |writer| {
        let mut account = writer.account(account)?.unwrap();
        account.state = Word(Standing::Disabled);
        writer.update_account(&mut account).map(drop)
    })
    .await;
    assert_eq!(f.admit(&again.access_token, Need::Login).await.unwrap_err(), Code::InvalidToken);
    assert_eq!(f.refresh(&again.refresh_token).await.err(), Some(Code::InvalidToken));
    assert_eq!(
        f.login("wang", "sandbox").await.err(),
        Some(Code::InvalidCredentials),
        "no word of being disabled"
    );
}

#[actix_web::test]
async fn a_client_gets_the_scopes_that_it_may_ask_for() {
    let f = fixture().await;
    let secret = |secret: &str| Credential::Secret {
        client_id: "secretive".to_owned(),
        secret: secret.to_owned(),
    };
    let (asker, scope) = f.client_token(secret("sandbox"), None).await.unwrap();
    assert_eq!(scope, "sync:read sync:write");
    assert_eq!(asker.actor.scopes, [Scope::SyncRead, Scope::SyncWrite]);
    let (asker, _) = f.client_token(secret("sandbox"), Some("sync:read sync:read")).await.unwrap();
    assert_eq!(asker.actor.scopes, [Scope::SyncRead]);
    for scope in ["learning:write", "sync:read everything", " "] {
        assert_eq!(
            f.client_token(secret("sandbox"), Some(scope)).await.err(),
            Some(Code::InvalidScope),
            "{scope}"
        );
    }
    assert_eq!(f.client_token(secret("wrong"), None).await.err(), Some(Code::InvalidClient));
    let unknown =
        Credential::Secret { client_id: "signing".to_owned(), secret: "sandbox".to_owned() };
    assert_eq!(
        f.client_token(unknown, None).await.err(),
        Some(Code::InvalidClient),
        "it has no secret"
    );
    for _ in 0..4 {
        assert_eq!(f.client_token(secret("wrong"), None).await.err(), Some(Code::InvalidClient));
    }
    assert_eq!(f.client_token(secret("sandbox"), None).await.err(), Some(Code::TooManyAttempts));
}

#[actix_web::test]
async fn a_program_lacks_scopes_where_a_person_lacks_rights() {
    let f = fixture().await;
    let credential =
        Credential::Secret { client_id: "secretive".to_owned(), secret: "sandbox".to_owned() };
    let request = ClientTokenRequest { credential, scope: Some("sync:read".to_owned()) };
    let token = f.logins.client_token(request, None).await.unwrap().access_token;
    assert!(f.admit(&token, Need::OneOf(&[Permission::SyncRead])).await.is_ok());
    assert_eq!(
        f.admit(&token, Need::OneOf(&[Permission::SyncWrite])).await.unwrap_err(),
        Code::InsufficientScope
    );
    assert_eq!(f.admit(&token, REVIEW).await.unwrap_err(), Code::InsufficientScope);
}

#[actix_web::test]
async fn an_assertion_proves_the_client_once() {
    let f = fixture().await;
    assert!(f.client_token(f.assertion(json!({})), None).await.is_ok());
    assert!(f.client_token(f.assertion(json!({"aud": ISSUER})), Some("sync:read")).await.is_ok());
    let Credential::Assertion(once) = f.assertion(json!({})) else { panic!() };
    assert!(f.client_token(Credential::Assertion(once.clone()), None).await.is_ok());
    assert_eq!(
        f.client_token(Credential::Assertion(once), None).await.err(),
        Some(Code::InvalidClient)
    );
    let now = f.store.now().unix_timestamp();
    for wrong in [
        json!({"iss": "secretive", "sub": "secretive"}),
        json!({"iss": "nobody", "sub": "nobody"}),
        json!({"sub": "other"}),
        json!({"aud": "https://other.example"}),
        json!({"exp": now}),
        json!({"exp": now + 3600}),
        json!({"iat": now + 600}),
        json!({"nbf": now + 600}),
        json!({"jti": ""}),
        json!({"jti": "j".repeat(129)}),
        json!({"jti": null}),
    ] {
        assert_eq!(
            f.client_token(f.assertion(wrong.clone()), None).await.err(),
            Some(Code::InvalidClient),
            "{wrong}"
        );
    }
    let Credential::Assertion(good) = f.assertion(json!({})) else { panic!() };
    let unsigned = format!("{}.", good.rsplit_once('.').unwrap().0);
    for text in [unsigned.as_str(), "", "a.b.c", &good[1..]] {
        let credential = Credential::Assertion(text.to_owned());
        assert_eq!(
            f.client_token(credential, None).await.err(),
            Some(Code::InvalidClient),
            "{text}"
        );
    }
    let access = f.login("wang", "sandbox").await.unwrap().access_token;
    assert_eq!(
        f.client_token(Credential::Assertion(access), None).await.err(),
        Some(Code::InvalidClient)
    );
}

#[actix_web::test]
async fn an_assertion_may_be_signed_with_es256_by_who_has_such_a_key() {
    let f = fixture().await;
    let asker = f.admit(&f.login("wang", "sandbox").await.unwrap().access_token, Need::Login).await;
    let (city, unit) = (asker.unwrap().jurisdiction, f.unit);
    f.change(move |writer| {
        writer.insert_client(&Client {
            id: new_id(writer.now()),
            jurisdiction_id: city,
            client_id: "elliptic".into(),
            name: "elliptic".into(),
            secret_hash: None,
            public_key: Some(EC_JWK.to_owned()),
            scopes: "sync:read".into(),
            organization_id: unit,
            platform_code: None,
            state: Word(Standing::Active),
            created_at: Moment(writer.now()),
        })
    })
    .await;
    let claims = json!({
        "iss": "elliptic", "sub": "elliptic", "aud": ISSUER,
        "exp": f.store.now().unix_timestamp() + 60, "jti": "1",
    });
    let key = EncodingKey::from_ec_der(&STANDARD.decode(EC_KEY).unwrap());
    let signed = encode(&Header::new(Algorithm::ES256), &claims, &key).unwrap();
    assert!(f.client_token(Credential::Assertion(signed), None).await.is_ok());
    let other = EncodingKey::from_ed_der(&CLIENT_KEY);
    let signed = encode(&Header::new(Algorithm::EdDSA), &claims, &other).unwrap();
    let refused = f.client_token(Credential::Assertion(signed), None).await;
    assert_eq!(refused.err(), Some(Code::InvalidClient));
}

#[test]
fn public_keys_are_checked_before_they_are_registered() {
    assert_eq!(check_public_key(CLIENT_JWK), Ok(()));
    for bad in [
        "",
        "{}",
        r#"{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#,
        r#"{"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
        r#"{"kty":"oct","k":"c2VjcmV0"}"#,
        r#"{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}"#,
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}"#,
    ] {
        assert!(check_public_key(bad).is_err(), "{bad}");
    }
}
