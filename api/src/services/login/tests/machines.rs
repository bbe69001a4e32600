//! Machines: secrets, assertions, scopes.

use super::*;

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
            id: writer.new_id(),
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
