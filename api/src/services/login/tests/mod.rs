//! Logging in against a store of its own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;
use uuid::Uuid;
use xueshi_domain::access::{OrgPath, Permission, Role, Scope};
use xueshi_domain::registry::OrganizationKind;
use xueshi_persistence::{Client, Grant, Jurisdiction, Organization, Word};

use super::*;
use crate::auth::password::hash_now;
use crate::auth::test_world::{Directory, HandClock, world};
use crate::auth::{Admission, Need};
use crate::problem::Language;
use crate::services::Asker;

mod machines;
mod people;

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
    admission: TokenAdmission,
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
    let [city, unit, account] = [store.new_id(), store.new_id(), store.new_id()];
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
                id: writer.new_id(),
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
                    id: writer.new_id(),
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
    // One for all requests, as in a service: it remembers tokens.
    let admission = logins.admission();
    Fixture { logins, admission, store, clock, account, unit, _directory: directory }
}

impl Fixture {
    async fn login(&self, username: &str, password: &str) -> Result<Tokens, Code> {
        let request = LoginRequest { username: username.to_owned(), password: password.to_owned() };
        let info = RequestInfo {
            language: Language::default(),
            request_id: "r".into(),
            instance: "/v1/auth/login".into(),
            public_url: ISSUER.into(),
            address: Some([192, 0, 2, 1].into()),
            is_head: false,
        };
        self.logins.login(request, &info).await.map_err(|problem| problem.code())
    }

    async fn refresh(&self, token: &str) -> Result<Tokens, Code> {
        self.logins.refresh(token).await.map_err(|problem| problem.code())
    }

    async fn admit(&self, token: &str, need: Need) -> Result<Asker, Code> {
        let admitted = self.admission.admit(Some(token.to_owned()), need).await;
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
