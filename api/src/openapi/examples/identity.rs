//! Logging in, units, accounts and people.

use serde_json::{Value, json};

const ID: &str = "018b3603-8a00-7c3e-9d1a-2f6b5c4d3e2f";
const UNIT: &str = "018b3603-8a00-7a11-8f2b-6c5d4e3f2a1b";
const BUREAU: &str = "018b3603-8a00-7b22-9a3c-7d6e5f4a3b2c";
const PERSON: &str = "018b3603-8a00-7c33-8b4d-8e7f6a5b4c3d";
const AT: &str = "2023-10-16T09:00:00+08:00";

/// The example of a schema.
pub(super) fn of(schema: &str) -> Option<Value> {
    login(schema).or_else(|| units(schema)).or_else(|| accounts(schema)).or_else(|| people(schema))
}

fn login(schema: &str) -> Option<Value> {
    let token =
        "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSIsImtpZCI6Ii4uLiJ9.eyJpc3MiOiIuLi4ifQ.c2lnbmF0dXJl";
    let value = match schema {
        "LoginRequest" => json!({"username": "professional", "password": "sandbox"}),
        "RefreshRequest" => json!({"refresh_token": "xsr_AYs2A4oAfD6dGi9rXE0-LwAAAAA…"}),
        "Tokens" => json!({
            "access_token": token, "token_type": "Bearer", "expires_in": 900,
            "refresh_token": "xsr_AYs2A4oAfD6dGi9rXE0-LwAAAAA…",
        }),
        "PasswordChange" => {
            json!({"current_password": "sandbox", "new_password": "three words of one's own"})
        }
        "TokenRequest" => json!({"grant_type": "client_credentials", "scope": "sync:read"}),
        "ClientTokens" => {
            json!({"access_token": token, "token_type": "Bearer", "expires_in": 900, "scope": "sync:read"})
        }
        "AuthorizationServer" => json!({
            "issuer": "https://xueshi.example",
            "token_endpoint": "https://xueshi.example/v1/oauth/token",
            "jwks_uri": "https://xueshi.example/.well-known/jwks.json",
            "scopes_supported": ["sync:read", "sync:write", "learning:write"],
            "response_types_supported": [],
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["EdDSA", "ES256"],
            "service_documentation": "https://xueshi.example/docs/",
        }),
        "JsonWebKeySet" => json!({"keys": [{
            "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig",
            "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        }]}),
        "Me" => json!({
            "id": ID, "kind": "person", "username": "professional", "display_name": "林知远", "session_started_at": AT,
            "professional": {
                "id": PERSON, "name": "林知远", "id_type": "resident_id", "masked_id_number": "410102********1238", "state": "active",
                "employer": {"id": UNIT, "name": "郑州市第一人民医院", "kind": "employer"},
            },
            "grants": [], "scopes": [], "permissions": ["read_own", "declare_own"],
        }),
        _ => return None,
    };
    Some(value)
}

fn unit() -> Value {
    json!({
        "id": UNIT, "parent_id": BUREAU, "kind": "employer", "name": "郑州市第一人民医院", "unit_code": "91350100M000100Y43",
        "is_public_institution": true, "reviewing_body_id": BUREAU, "state": "active", "version": 1, "created_at": AT,
        "updated_at": AT,
    })
}

fn units(schema: &str) -> Option<Value> {
    let administrator = json!({
        "grant_id": ID, "role": "employer_administrator", "account_id": PERSON, "username": "hospital.admin",
        "display_name": "苏晓岚", "granted_at": AT,
    });
    let value = match schema {
        "Organization" => unit(),
        "OrganizationPage" => json!({"data": [unit()], "next_cursor": null}),
        "NewOrganization" => json!({
            "parent_id": BUREAU, "kind": "employer", "name": "郑州市第一人民医院", "unit_code": "91350100M000100Y43",
            "is_public_institution": true, "reviewing_body_id": BUREAU,
        }),
        "OrganizationChanges" => json!({"name": "郑州市第一人民医院（东院区）"}),
        "Administrator" => administrator,
        "Administrators" => json!({"data": [administrator]}),
        "Appointment" => json!({"account_id": PERSON, "role": "employer_administrator"}),
        _ => return None,
    };
    Some(value)
}

fn accounts(schema: &str) -> Option<Value> {
    let account = json!({
        "id": ID, "username": "hospital.admin", "display_name": "苏晓岚", "professional_id": PERSON, "state": "active",
        "version": 1, "created_at": AT, "updated_at": AT,
    });
    let grant = json!({
        "id": ID, "account_id": ID, "role": "employer_administrator", "organization_id": UNIT, "granted_at": AT,
        "granted_by": null,
    });
    let value = match schema {
        "AccountPage" => json!({"data": [account], "next_cursor": null}),
        "AccountWithGrants" => {
            let mut detail = account;
            detail["grants"] = json!([grant]);
            detail
        }
        "NewAccount" => json!({
            "username": "hospital.admin", "display_name": "苏晓岚", "password": "three words of one's own",
            "professional_id": PERSON,
        }),
        "AccountChanges" => json!({"state": "disabled"}),
        "Grant" => grant,
        "NewGrant" => json!({"role": "employer_administrator", "organization_id": UNIT}),
        _ => return None,
    };
    Some(value)
}

fn people(schema: &str) -> Option<Value> {
    let person = json!({
        "id": PERSON, "name": "林知远", "id_type": "resident_id", "masked_id_number": "410102********1238",
        "phone_masked": "138****1234", "title_series": "卫生技术", "title_level": "intermediate", "post": "technical",
        "state": "active", "employer_id": UNIT, "version": 1, "created_at": AT, "updated_at": AT,
    });
    let value = match schema {
        "Professional" => person,
        "ProfessionalPage" => json!({"data": [person], "next_cursor": null}),
        "NewProfessional" => json!({
            "name": "林知远", "id_type": "resident_id", "id_number": "410102198506151238", "phone": "13800001234",
            "title_series": "卫生技术", "title_level": "intermediate", "post": "technical", "employer_id": UNIT,
            "started_on": "2019-07-01",
        }),
        "ProfessionalChanges" => {
            json!({"title_series": "卫生技术", "title_level": "associate_senior"})
        }
        "Employments" => json!({"data": [{
            "id": ID, "organization_id": UNIT, "started_on": "2019-07-01", "ended_on": null, "end_reason": null,
        }]}),
        "EmploymentEnd" => json!({"ended_on": "2023-09-30", "reason": "retired"}),
        _ => return None,
    };
    Some(value)
}
