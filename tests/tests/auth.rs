//! Logging in and out, machines, keys, and rights that work on the next request (U1).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode,
};
use serde_json::{Value, json};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both, on_sqlite};

on_both!(
    lockout_grows_and_does_not_tell_who_exists,
    refresh_tokens_rotate_and_an_old_one_ends_the_session,
    a_logout_works_on_the_next_request,
    u1_a_removed_administrator_is_out_on_the_next_request,
    a_changed_role_works_on_the_next_request,
    tokens_end_with_the_service_clock,
    machines_log_in_with_a_signed_assertion,
    keys_are_replaced_in_time,
);
on_sqlite!(
    machines_log_in_with_their_secret,
    tokens_verify_with_the_published_keys_and_nothing_else,
    a_scope_opens_what_it_names_and_no_more,
    passwords_can_be_changed,
);

async fn login(server: &Server, username: &str, password: &str) -> xueshi_tests::Answer {
    server
        .nobody()
        .post("/v1/auth/login")
        .json(json!({"username": username, "password": password}))
        .await
}

/// Five wrong attempts lock, a known and an unknown name alike; the wait grows and ends.
async fn lockout_grows_and_does_not_tell_who_exists(server: &Server) {
    server.freeze_clock("2023-10-16T09:00:00+08:00").await;
    let mut shown = Vec::new();
    for name in ["engineer", "no.such.person"] {
        let mut answers = Vec::new();
        for _ in 0..5 {
            let problem = login(server, name, "wrong").await.refused(401, "invalid-credentials");
            answers.push((problem["detail"].clone(), problem["title"].clone()));
        }
        let locked = login(server, name, "wrong").await;
        locked.refused(429, "too-many-attempts");
        answers.push((json!(locked.header("retry-after")), Value::Null));
        shown.push(answers);
    }
    assert_eq!(shown[0], shown[1], "nothing tells whether the user exists");
    let first: u32 = shown[0][5].0.as_str().unwrap().parse().unwrap();
    // The right password does not help while it is locked, another account is not concerned.
    login(server, "engineer", "sandbox").await.refused(429, "too-many-attempts");
    login(server, "professional", "sandbox").await.is(200);
    server.freeze_clock("2023-10-16T09:00:31+08:00").await;
    login(server, "engineer", "wrong").await.refused(401, "invalid-credentials");
    let second: u32 =
        login(server, "engineer", "wrong").await.header("retry-after").parse().unwrap();
    assert!(second > first, "the wait grows: {first} then {second}");
    server.freeze_clock("2023-10-16T09:05:00+08:00").await;
    login(server, "engineer", "sandbox").await.is(200);
    login(server, "engineer", "wrong").await.refused(401, "invalid-credentials");
    login(server, "engineer", "sandbox").await.is(200);
}

/// A refresh token is good once; the use of an old one ends the session for both who hold one.
async fn refresh_tokens_rotate_and_an_old_one_ends_the_session(server: &Server) {
    let refresh = async |token: &str| {
        server.nobody().post("/v1/auth/refresh").json(json!({"refresh_token": token})).await
    };
    let first = login(server, "professional", "sandbox").await.is(200);
    let second = refresh(&text(&first, "refresh_token")).await.is(200);
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    let client = server.nobody().with_token(&text(&second, "access_token"));
    client.get("/v1/me").await.is(200);
    let third = refresh(&text(&second, "refresh_token")).await.is(200);

    // Someone has kept the first one.
    refresh(&text(&first, "refresh_token")).await.refused(401, "invalid-token");
    client.get("/v1/me").await.refused(401, "invalid-token");
    refresh(&text(&third, "refresh_token")).await.refused(401, "invalid-token");
    for made_up in ["xsr_AAAA", "x", &"A".repeat(256)] {
        refresh(made_up).await.refused(401, "invalid-token");
    }
    // Another session of the same person goes on.
    login(server, "professional", "sandbox").await.is(200);
}

/// Logout ends the session at once, and only it.
async fn a_logout_works_on_the_next_request(server: &Server) {
    let tokens = login(server, "professional", "sandbox").await.is(200);
    let client = server.nobody().with_token(&text(&tokens, "access_token"));
    let other = server.login("professional").await;
    client.post("/v1/auth/logout").await.is(204);
    client.get("/v1/me").await.refused(401, "invalid-token");
    let body = json!({"refresh_token": tokens["refresh_token"]});
    server.nobody().post("/v1/auth/refresh").json(body).await.refused(401, "invalid-token");
    other.get("/v1/me").await.is(200);
}

/// U1: handing over the hospital's office: the former administrator's token stops working, the new one may act.
async fn u1_a_removed_administrator_is_out_on_the_next_request(server: &Server) {
    let admin = server.login("city.admin").await;
    let former = server.login("hospital.admin").await;
    let queue = former.get("/v1/review-queue").await.is(200);
    let unit = text(&queue["data"][0], "holder_id");
    let password = "a long enough password";
    let account = steps::bare_account(&admin, "hospital.new", password).await;
    let newcomer = server.login_with("hospital.new", password).await;
    newcomer.get("/v1/review-queue").await.refused(403, "forbidden");
    let path = format!("/v1/organizations/{unit}/administrators");
    let body = json!({"account_id": account, "role": "employer_administrator"});
    admin.post(&path).json(body).await.is(201);
    former.get("/v1/me").await.refused(401, "invalid-token");
    assert_eq!(
        newcomer.get("/v1/review-queue").await.is(200)["data"],
        queue["data"],
        "with the token from before"
    );
    // The former one logs in again, as a professional and no more.
    let former = server.login("hospital.admin").await;
    former.get("/v1/review-queue").await.refused(403, "forbidden");
    former.get("/v1/me/years/2023").await.is(200);
    let administrators = admin.get(&path).await.is(200);
    let holders = administrators["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["role"] == "employer_administrator");
    assert_eq!(
        holders.map(|row| &row["account_id"]).collect::<Vec<_>>(),
        [&json!(account)],
        "exactly one at a time"
    );
}

/// A role that is given or taken works on the very next request, with the same token.
async fn a_changed_role_works_on_the_next_request(server: &Server) {
    let admin = server.login("city.admin").await;
    let password = "a long enough password";
    let account = steps::bare_account(&admin, "second.auditor", password).await;
    let client = server.login_with("second.auditor", password).await;
    client.get("/v1/review-queue").await.refused(403, "forbidden");
    let units = steps::all_pages(&admin, "/v1/organizations?limit=200").await;
    let bureau = units.iter().find(|unit| unit["kind"] == "municipal_bureau").unwrap();
    let body = json!({"role": "auditor", "organization_id": bureau["id"]});
    let grant = admin.post(&format!("/v1/accounts/{account}/grants")).json(body).await.is(201);
    client.get("/v1/review-queue").await.is(200);
    admin.delete(&format!("/v1/accounts/{account}/grants/{}", text(&grant, "id"))).await.is(204);
    client.get("/v1/review-queue").await.refused(403, "forbidden");
    let path = format!("/v1/accounts/{account}");
    let tag = admin.get(&path).await.etag();
    admin.patch(&path).json(json!({"state": "disabled"})).if_match(&tag).await.is(200);
    client.get("/v1/me").await.refused(401, "invalid-token");
    login(server, "second.auditor", password).await.refused(401, "invalid-credentials");
    // Nobody changes their own rights.
    let me = text(&admin.get("/v1/me").await.is(200), "id");
    let body = json!({"role": "auditor", "organization_id": bureau["id"]});
    admin.post(&format!("/v1/accounts/{me}/grants")).json(body).await.refused(403, "own-rights");
}

/// The life of tokens follows the sandbox's clock: 900 seconds.
async fn tokens_end_with_the_service_clock(server: &Server) {
    server.freeze_clock("2023-10-16T09:00:00+08:00").await;
    let tokens = login(server, "professional", "sandbox").await.is(200);
    let client = server.nobody().with_token(&text(&tokens, "access_token"));
    server.freeze_clock("2023-10-16T09:14:59+08:00").await;
    client.get("/v1/me").await.is(200);
    server.freeze_clock("2023-10-16T09:15:00+08:00").await;
    let expired = client.get("/v1/me").await;
    expired.refused(401, "token-expired");
    assert!(expired.header("www-authenticate").starts_with("Bearer"), "{expired:?}");
    let body = json!({"refresh_token": tokens["refresh_token"]});
    let fresh = server.nobody().post("/v1/auth/refresh").json(body.clone()).await.is(200);
    server.nobody().with_token(&text(&fresh, "access_token")).get("/v1/me").await.is(200);
    server.freeze_clock("2023-11-16T09:00:00+08:00").await;
    let body = json!({"refresh_token": fresh["refresh_token"]});
    let late = server.nobody().post("/v1/auth/refresh").json(body).await;
    assert_eq!(late.status, 401, "{late:?}");
}

/// RFC 6749: HTTP Basic; errors in the words of the standard.
async fn machines_log_in_with_their_secret(server: &Server) {
    let token = |user: &str, secret: &str, form: &[(&str, &str)]| {
        server.nobody().post("/v1/oauth/token").basic(user, secret).form(form)
    };
    let grant = ("grant_type", "client_credentials");
    let answer = token("province", "sandbox", &[grant]).await;
    let tokens = answer.is(200);
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(900)));
    assert_eq!(tokens["scope"], "sync:read sync:write");
    assert_eq!(answer.header("cache-control"), "no-store");
    let narrow = token("province", "sandbox", &[grant, ("scope", "sync:read")]).await.is(200);
    assert_eq!(narrow["scope"], "sync:read");
    let beyond = token("province", "sandbox", &[grant, ("scope", "learning:write")]).await;
    assert_eq!(beyond.refused(400, "invalid-scope")["error"], "invalid_scope");
    let wrong = token("province", "guess", &[grant]).await;
    assert_eq!(wrong.refused(401, "invalid-client")["error"], "invalid_client");
    assert!(wrong.header("www-authenticate").starts_with("Basic"), "{wrong:?}");
    token("nobody", "sandbox", &[grant]).await.refused(401, "invalid-client");
    let kind = token("province", "sandbox", &[("grant_type", "password")]).await;
    assert_eq!(kind.refused(400, "unsupported-grant-type")["error"], "unsupported_grant_type");
    token("province", "sandbox", &[("scope", "sync:read")])
        .await
        .refused(400, "invalid-token-request");
    server.nobody().post("/v1/oauth/token").form(&[grant]).await.refused(401, "invalid-client");
    // A program has no account and no session.
    let machine = server.machine("province").await;
    let me = machine.get("/v1/me").await.is(200);
    assert_eq!((&me["kind"], &me["username"]), (&json!("client"), &json!("province")));
    // An assertion that nobody's key has signed.
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({"iss": "province", "sub": "province", "aud": "x", "exp": 9_999_999_999_i64, "jti": "1"});
    let assertion = format!("{}.{}.AAAA", part(json!({"alg": "EdDSA"})), part(claims));
    let form = [
        grant,
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion.as_str()),
    ];
    server.nobody().post("/v1/oauth/token").form(&form).await.refused(401, "invalid-client");
}

/// An independent decode with the published keys; every change of the token is noticed.
async fn tokens_verify_with_the_published_keys_and_nothing_else(server: &Server) {
    let metadata = server.nobody().get("/.well-known/oauth-authorization-server").await.is(200);
    let issuer = text(&metadata, "issuer");
    assert_eq!(metadata["jwks_uri"], format!("{issuer}/.well-known/jwks.json"));
    let keys = server.nobody().get("/.well-known/jwks.json").await;
    assert!(!keys.text().contains("\"d\""), "public halves only");
    let keys: JwkSet = serde_json::from_value(keys.is(200)).unwrap();
    let client = server.login("professional").await;
    let header = decode_header(client.token()).unwrap();
    assert_eq!(header.alg, Algorithm::EdDSA);
    let key = DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&[issuer]);
    validation.validate_exp = false;
    validation.validate_aud = false;
    let claims = decode::<Value>(client.token(), &key, &validation).unwrap().claims;
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
    assert!(!claims.to_string().contains("林知远"), "no personal data: {claims}");

    let parts: Vec<&str> = client.token().split('.').collect();
    let forged = |change: &dyn Fn(&mut Value)| {
        let mut claims = claims.clone();
        change(&mut claims);
        format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(claims.to_string()), parts[2])
    };
    let none = URL_SAFE_NO_PAD.encode(json!({"alg": "none", "typ": "at+jwt"}).to_string());
    for token in [
        forged(&|claims| claims["sub"] = json!("00000000-0000-0000-0000-000000000000")),
        forged(&|claims| claims["exp"] = json!(9_999_999_999_i64)),
        forged(&|claims| claims["aud"] = json!("another-api")),
        format!("{none}.{}.", parts[1]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        "x".repeat(5000),
        "null".to_owned(),
    ] {
        server.nobody().with_token(&token).get("/v1/me").await.refused(401, "invalid-token");
    }
    for header in ["Bearer", "Bearer ", "Basic cHJvZmVzc2lvbmFsOnNhbmRib3g=", "", "bearer"] {
        let answer = server.nobody().get("/v1/me").header("authorization", header).await;
        assert_eq!(answer.status, 401, "{header}: {answer:?}");
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{answer:?}");
    }
    let lower = server
        .nobody()
        .get("/v1/me")
        .header("authorization", &format!("bearer {}", client.token()));
    lower.await.is(200);
}

/// Scopes: a program does what its scopes name; people's operations are not among them.
async fn a_scope_opens_what_it_names_and_no_more(server: &Server) {
    let province = server.machine("province").await;
    let platform = server.machine("hnzjzx").await;
    for machine in [&province, &platform] {
        for path in [
            "/v1/declarations",
            "/v1/professionals",
            "/v1/review-queue",
            "/v1/accounts",
            "/v1/me/years/2023",
        ] {
            machine.get(path).await.refused(403, "insufficient-scope");
        }
    }
    let reader = [("grant_type", "client_credentials"), ("scope", "sync:read")];
    let tokens = server
        .nobody()
        .post("/v1/oauth/token")
        .basic("province", "sandbox")
        .form(&reader)
        .await
        .is(200);
    let reader = server.nobody().with_token(&text(&tokens, "access_token"));
    // 403 comes before the body is looked at, 400 after. H6: the provincial platform delivers for the platforms.
    reader.post("/v1/learning-records").json(json!({})).await.refused(403, "insufficient-scope");
    province.post("/v1/learning-records").json(json!({})).await.refused(400, "missing-member");
    platform.post("/v1/learning-records").json(json!({})).await.refused(400, "missing-member");
    platform.post("/v1/auth/logout").await.refused(403, "forbidden");
}

/// A changed password ends the other sessions; weak ones are refused.
async fn passwords_can_be_changed(server: &Server) {
    let client = server.login("engineer").await;
    let other = server.login("engineer").await;
    let change = |current: &str, new: &str| {
        client
            .put("/v1/me/password")
            .json(json!({"current_password": current, "new_password": new}))
    };
    for weak in ["short", "aaaaaaaaaaaa", ""] {
        let problem = change("sandbox", weak).await.refused(422, "validation-failed");
        assert_eq!(problem["errors"][0]["pointer"], "/new_password", "{weak}");
    }
    let wrong = change("wrong", "a long enough password").await;
    assert!(matches!(wrong.status, 401 | 403 | 422), "{wrong:?}");
    change("sandbox", "a long enough password").await.is(204);
    other.get("/v1/me").await.refused(401, "invalid-token");
    login(server, "engineer", "sandbox").await.refused(401, "invalid-credentials");
    login(server, "engineer", "a long enough password").await.is(200);
}

/// A key pair for tests and nothing else: PKCS #8, and its public half.
const PRIVATE_KEY: &str = "MC4CAQAwBQYDK2VwBCIEIHJlx+PwYTKZCR7b6k4+AbKn0rOITkq7Jam0WRo+KBnk";
const PUBLIC_KEY: &str =
    r#"{"kty":"OKP","crv":"Ed25519","x":"3No2k1JNGwhpKkCDBrlqlMDx0CU9rn6TaHH1WZdxMAs"}"#;

/// RFC 7523, `private_key_jwt`: signed by the client's key, for this server, for a short time, and once.
async fn machines_log_in_with_a_signed_assertion(server: &Server) {
    server.sql(&format!("update clients set public_key = '{PUBLIC_KEY}', secret_hash = null where client_id = 'province'"));
    let issuer = text(
        &server.nobody().get("/.well-known/oauth-authorization-server").await.is(200),
        "issuer",
    );
    server.freeze_clock("2023-10-16T09:00:00+08:00").await;
    let now = 1_697_418_000_i64;
    let good = json!({"iss": "province", "sub": "province", "aud": format!("{issuer}/v1/oauth/token"), "iat": now,
        "exp": now + 300, "jti": "first"});
    let token = async |claims: &Value| {
        let key = EncodingKey::from_ed_der(&STANDARD.decode(PRIVATE_KEY).unwrap());
        let assertion = encode(&Header::new(Algorithm::EdDSA), claims, &key).unwrap();
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", kind),
            ("client_assertion", &assertion),
        ];
        server.nobody().post("/v1/oauth/token").form(&form).await
    };
    let tokens = token(&good).await.is(200);
    let machine = server.nobody().with_token(&text(&tokens, "access_token"));
    assert_eq!(machine.get("/v1/me").await.is(200)["username"], "province");
    token(&good).await.refused(401, "invalid-client");
    for (member, wrong) in [
        ("aud", json!("https://another.example")),
        ("exp", json!(now)),
        ("exp", json!(now + 86_400)),
        ("iat", json!(now + 3600)),
        ("sub", json!("hnzjzx")),
        ("iss", json!("nobody")),
        ("jti", json!("")),
    ] {
        let mut claims = good.clone();
        claims["jti"] = json!(format!("not {member}"));
        claims[member] = wrong;
        token(&claims).await.refused(401, "invalid-client");
    }
    // The secret that it no longer has does not help.
    let form = [("grant_type", "client_credentials")];
    server
        .nobody()
        .post("/v1/oauth/token")
        .basic("province", "sandbox")
        .form(&form)
        .await
        .refused(401, "invalid-client");
}

/// Keys are replaced by themselves; what the new one signs verifies with what is published then.
async fn keys_are_replaced_in_time(server: &Server) {
    let first = server.login("auditor").await;
    let kid = |client: &xueshi_tests::Client| decode_header(client.token()).unwrap().kid.unwrap();
    server.set_clock("2024-03-01T09:00:00+08:00").await;
    let second = server.login("auditor").await;
    assert_ne!(kid(&first), kid(&second));
    second.get("/v1/me").await.is(200);
    let keys: JwkSet =
        serde_json::from_value(server.nobody().get("/.well-known/jwks.json").await.is(200))
            .unwrap();
    assert!(keys.find(&kid(&second)).is_some());
    first.get("/v1/me").await.refused(401, "token-expired");
}
