//! Evidence of self-declared learning (H10).

use std::future::IntoFuture;

use xueshi_tests::steps::{self, text};
use xueshi_tests::{Server, on_both, on_sqlite};

on_both!(h10_evidence_is_needed_and_known_by_its_content);
on_sqlite!(h10_attachments_are_seen_by_those_who_see_the_declaration);

/// A ZIP with one empty file, stored.
fn zip(name: &str) -> Vec<u8> {
    let length = u16::try_from(name.len()).unwrap().to_le_bytes();
    let mut bytes = b"PK\x03\x04\x14\0".to_vec();
    bytes.extend([0; 20]);
    bytes.extend(length);
    bytes.extend([0, 0]);
    bytes.extend(name.as_bytes());
    let start = u32::try_from(bytes.len()).unwrap();
    bytes.extend(b"PK\x01\x02\x14\0\x14\0");
    bytes.extend([0; 20]);
    bytes.extend(length);
    bytes.extend([0; 16]);
    bytes.extend(name.as_bytes());
    let size = u32::try_from(bytes.len()).unwrap() - start;
    bytes.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    bytes.extend(size.to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

/// H10: evidence of the right kind before submission; PDF, JPEG, PNG or OFD by content; size and number are policy.
async fn h10_evidence_is_needed_and_known_by_its_content(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = doctor
        .post("/v1/declarations")
        .json(steps::conference("会议", "05-08", "05-09", 8))
        .await
        .is(201);
    let id = text(&draft, "id");
    let problem = steps::submission(&doctor, &draft).await.refused(422, "evidence-missing");
    assert_eq!(problem["rule"]["id"], "H10");
    steps::attach(&doctor, &id, "diploma", &steps::pdf("a diploma")).await;
    let now = steps::reread(&doctor, &draft).await;
    steps::submission(&doctor, &now).await.refused(422, "evidence-missing");

    let path = format!("/v1/declarations/{id}/attachments");
    let send = |name: &str, bytes: &[u8]| {
        doctor.post(&path).file("certificate", name, bytes).into_future()
    };
    for (name, media_type, bytes) in [
        ("a.txt", "application/pdf", steps::pdf("named text")),
        ("b.pdf", "image/jpeg", [0xFF, 0xD8, 0xFF, 0xE0, 0, 16].to_vec()),
        ("c", "image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
        ("d.ofd", "application/ofd", zip("OFD.xml")),
    ] {
        let answer = send(name, &bytes).await;
        let made = answer.is(201);
        assert_eq!(made["media_type"], media_type, "{name}");
        let file = doctor.get(answer.header("location")).await;
        assert_eq!(
            (file.status, file.header("content-type"), &file.bytes),
            (200, media_type, &bytes),
            "{name}"
        );
    }
    for (name, bytes) in [
        ("page.pdf", b"<html><script>alert(1)</script></html>".to_vec()),
        ("macro.pdf", zip("word/document.xml")),
        ("empty.pdf", Vec::new()),
        ("late.pdf", b"\n\n%PDF-1.4".to_vec()),
        ("program.png", b"MZ\x90\0".to_vec()),
    ] {
        let answer = send(name, &bytes).await;
        assert!(matches!(answer.status, 415 | 422 | 400), "{name}: {answer:?}");
        if !bytes.is_empty() {
            answer.refused(415, "unsupported-attachment-type");
        }
    }
    doctor
        .post(&path)
        .file("nonsense", "a.pdf", &steps::pdf("x"))
        .await
        .refused(422, "validation-failed");
    // The same file twice on one declaration is one too many.
    send("again.pdf", &steps::pdf("named text")).await.refused(409, "already-exists");
    let mut large = steps::pdf("large");
    large.resize(5 * 1024 * 1024, b' ');
    send("five.pdf", &large).await.is(201);
    large.push(b' ');
    send("more.pdf", &large).await.refused(413, "attachment-too-large");
    for index in 0..4 {
        send("small.pdf", &steps::pdf(&format!("small {index}"))).await.is(201);
    }
    send("eleventh.pdf", &steps::pdf("eleventh")).await.refused(422, "too-many-attachments");

    let now = steps::reread(&doctor, &draft).await;
    steps::submission(&doctor, &now).await.is(200);
    send("late.pdf", &steps::pdf("late")).await.refused(409, "wrong-state");
}

/// H10: evidence is read by those who read the declaration, and by nobody else.
async fn h10_attachments_are_seen_by_those_who_see_the_declaration(server: &Server) {
    let doctor = server.login("professional").await;
    let draft = steps::conference_with_evidence(&doctor, "会议", "05-08", "05-09", 8).await;
    let path = format!("/v1/declarations/{}/attachments", text(&draft, "id"));
    let files = doctor.get(&path).await.is(200);
    let file = format!("{path}/{}", text(&files["data"][0], "id"));
    // A draft is its owner's alone.
    let employer = server.login("hospital.admin").await;
    employer.get(&file).await.refused(404, "not-found");
    steps::submission(&doctor, &draft).await.is(200);
    for (who, status) in [
        ("professional", 200),
        ("hospital.admin", 200),
        ("health.reviewer", 200),
        ("city.officer", 200),
        ("auditor", 200),
        ("engineer", 404),
        ("company.admin", 404),
        ("jinshui.reviewer", 404),
        ("education.reviewer", 404),
        ("base.admin", 403),
    ] {
        let answer = server.login(who).await.get(&file).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
    server.nobody().get(&file).await.refused(401, "unauthenticated");
    // Evidence cannot be taken away from under a review.
    doctor.delete(&file).await.refused(409, "wrong-state");
}
