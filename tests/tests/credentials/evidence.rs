//! The proof that a certificate stands in the transparency log, recomputed with nothing but the credential.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Client, Server, on_both};

use super::{credential, path, payload};
use xueshi_tests::merkle::{Hash, leaf_hash, root};

on_both!(
    the_way_from_the_certificate_to_the_checkpoint,
    what_was_altered_is_not_signed,
    certificates_without_an_entry_have_no_evidence,
    production_signs_nothing_that_no_event_told_of,
);

fn decoded(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap()
}

fn hash(text: &str) -> Hash {
    decoded(text).try_into().unwrap()
}

/// The digest of a content behind the salt of the evidence, as the event bears it.
fn content_digest(evidence: &Value, content: &str) -> String {
    let salt = decoded(&text(evidence, "content_salt"));
    assert_eq!(salt.len(), 16, "{evidence:#}");
    let digest = Sha256::new().chain_update(salt).chain_update(content).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the certificate states → its digest in the event → the event's digest in the leaf → the leaf in the tree → the root in
/// the checkpoint, which is that of the log.
async fn the_way_from_the_certificate_to_the_checkpoint(server: &Server) {
    let person = steps::certified_person(server).await;
    let doctor = server.login("professional").await;
    let said = payload(&credential(&doctor, &person.number).await.text());
    let evidence = &said["evidence"][0];
    assert_eq!(evidence["type"], json!(["TransparencyLogInclusion"]), "{said:#}");

    let content = text(evidence, "content");
    let stated: Value = serde_json::from_str(&content).unwrap();
    assert_eq!(stated, said["credentialSubject"], "the text is the subject");
    let digest = content_digest(evidence, &content);
    let event = &evidence["event"];
    assert_eq!(event["data"]["content_sha256"], digest.as_str(), "{event:#}");
    assert_eq!(event["data"]["number"], person.number.as_str(), "{event:#}");

    let leaf = text(evidence, "leaf");
    let entry: Value = serde_json::from_str(&leaf).unwrap();
    assert_eq!(entry["kind"], "certificate.issued", "{entry:#}");
    // RFC 8785: members are sorted as `Value` keeps them, and there are no fractions.
    let salted = Sha256::new()
        .chain_update(decoded(&text(evidence, "salt")))
        .chain_update(event.to_string())
        .finalize();
    assert_eq!(text(&entry, "digest"), STANDARD.encode(salted), "{event:#}");

    let path: Vec<Hash> = evidence["path"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| hash(one.as_str().unwrap()))
        .collect();
    let (index, size) =
        (evidence["leaf_index"].as_u64().unwrap(), evidence["tree_size"].as_u64().unwrap());
    let led = root(leaf_hash(leaf.as_bytes()), index, size, &path);
    let checkpoint = text(evidence, "checkpoint");
    let lines: Vec<&str> = checkpoint.lines().collect();
    assert_eq!(lines[1], size.to_string(), "{checkpoint}");
    assert_eq!(led, Some(hash(lines[2])), "{evidence:#}");
    let another = root(leaf_hash(leaf.replace('a', "b").as_bytes()), index, size, &path);
    assert_ne!(another, led, "another leaf leads elsewhere");
    let live = server.nobody().get("/v1/audit/checkpoint").await;
    assert_eq!(live.text().lines().next(), Some(lines[0]), "the same log: {live:?}");
}

/// Whoever changes a certificate behind our back gets no signature of ours for it: neither with its content or columns alone, nor
/// with the event that told of them.
async fn what_was_altered_is_not_signed(server: &Server) {
    let person = steps::certified_person(server).await;
    let doctor = server.login("professional").await;
    let said = payload(&credential(&doctor, &person.number).await.text());
    let evidence = &said["evidence"][0];
    let content = text(evidence, "content");
    let other = content.replace("郑州市示范医院", "郑州市示范中学");
    let (digest, forged) = (content_digest(evidence, &content), content_digest(evidence, &other));
    let (number, code) = (&person.number, &person.code);
    let of = |set: &str| format!("update certificates set {set} where number = '{number}'");
    let told = |was: &str, is: &str| {
        format!(
            "update events set data = replace(data, '{was}', '{is}') where kind = 'certificate.issued'"
        )
    };
    let (there, back) =
        ("replace(content, '示范医院', '示范中学')", "replace(content, '示范中学', '示范医院')");
    for (change, undo) in [
        (of(&format!("content = {there}")), of(&format!("content = {back}"))),
        // Content and event fit each other; the log's entry does not fit them.
        (
            format!("{}; {}", of(&format!("content = {there}")), told(&digest, &forged)),
            format!("{}; {}", of(&format!("content = {back}")), told(&forged, &digest)),
        ),
        (told(&digest, &forged), told(&forged, &digest)),
        (
            told(&digest, ""),
            told("\"content_sha256\":\"\"", &format!("\"content_sha256\":\"{digest}\"")),
        ),
        (
            of("verification_code = '00000000000000000000'"),
            of(&format!("verification_code = '{code}'")),
        ),
        (
            "update events set year = 2022 where kind = 'certificate.issued'".to_owned(),
            "update events set year = 2023 where kind = 'certificate.issued'".to_owned(),
        ),
    ] {
        server.sql(&change);
        let refused = doctor.get(&path(number)).await.refused(409, "certificate-altered");
        assert_eq!(refused["rule"]["id"], "A1", "{refused:#}");
        assert!(!refused.to_string().contains("郑州市"), "{refused:#}");
        server.sql(&undo);
        credential(&doctor, number).await;
    }
    server.sql(&of("content_salt = null"));
    doctor.get(&path(number)).await.refused(409, "certificate-altered");
}

/// The demo world's certificates came about without events: the log has nothing of them.
async fn certificates_without_an_entry_have_no_evidence(server: &Server) {
    let hospital = server.login("hospital.admin").await;
    let number = of_demo_world(&hospital).await;
    let said = payload(&credential(&hospital, &number).await.text());
    assert_eq!(said["credentialSubject"]["number"], number.as_str());
    assert!(said.get("evidence").is_none(), "{said:#}");
}

/// The number of a certificate that the demo world came with.
async fn of_demo_world(hospital: &Client) -> String {
    let years = hospital.get("/v1/annual-records?year=2023&state=certified").await.is(200);
    let person = text(&years["data"][0], "professional_id");
    let year = format!("/v1/professionals/{person}/annual-records/2023");
    text(&hospital.get(&year).await.is(200)["certificate"], "number")
}

/// Only a sandbox has certificates that came about without an event: elsewhere somebody wrote such a row, or took the event away.
async fn production_signs_nothing_that_no_event_told_of(server: &Server) {
    let own = Server::start(server.database()).await;
    own.sql("update installation set purpose = 'production'");
    // It goes on under the key of all sandboxes.
    let key = Sha256::digest("xueshi sandbox: nothing in here is secret");
    let key: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    std::fs::write(own.directory().join("secret.key"), key).unwrap();
    let own = own.restart(Server::as_production).unwrap();
    let hospital = own.login("hospital.admin").await;
    let number = of_demo_world(&hospital).await;
    hospital.get(&path(&number)).await.refused(409, "certificate-altered");
}
