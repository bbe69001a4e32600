//! The certificate as one A4 page (A1): its text as another program reads it, its bytes, its tag.

use std::collections::BTreeMap;
use std::fs;
use std::future::IntoFuture;
use std::process::Command;

use futures_util::future::join_all;
use serde_json::json;
use xueshi_tests::steps::{self, text};
use xueshi_tests::{Answer, Client, Database, Server, on_both, on_sqlite};

use super::process::Process;
use super::{current, named, revoke};
use crate::settlement_killed::id_number;

on_both!(
    a1_every_field_is_text_whatever_the_name,
    a1_a_version_is_the_same_bytes_in_every_process,
    a1_a_page_is_known_by_its_tag_and_never_stale,
    a1_a_flood_of_pages_is_answered_or_asked_to_come_again,
);
on_sqlite!(a1_a_page_does_not_depend_on_the_database);

async fn page(client: &Client, number: &str) -> Answer {
    let answer = client.get(&format!("/v1/certificates/{number}.pdf")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("content-type"), "application/pdf");
    assert!(answer.bytes.starts_with(b"%PDF-1.7"), "{answer:?}");
    answer
}

/// The page's text in the order in which it was set, without any white.
fn said(server: &Server, page: &Answer) -> String {
    let path = server.directory().join("page.pdf");
    fs::write(&path, &page.bytes).unwrap();
    let words = ["-raw", "-enc", "UTF-8"];
    let read = Command::new("pdftotext").args(words).arg(&path).arg("-").output();
    let read = read.expect("pdftotext: Debian's poppler-utils");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    without_white(&String::from_utf8(read.stdout).unwrap())
}

fn without_white(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

/// Somebody new of the hospital taken the whole road, 30.5 public and 60 professional hours: the number.
async fn certified(server: &Server, name: &str, index: usize) -> String {
    let employer = server.login("hospital.admin").await;
    let authority = server.login("health.reviewer").await;
    let unit = text(&employer.get("/v1/me").await.is(200)["grants"][0]["organization"], "id");
    let person = json!({"name": name, "id_type": "resident_id", "id_number": id_number(index), "post": "technical",
        "employer_id": unit, "started_on": "2020-01-01"});
    let person = text(&employer.post("/v1/professionals").json(person).await.is(201), "id");
    let (username, password) = (format!("someone.{index}"), "a long enough password");
    let account = json!({"username": username, "display_name": "新账号", "password": password, "professional_id": person});
    server.login("city.admin").await.post("/v1/accounts").json(account).await.is(201);
    let own = server.login_with(&username, password).await;

    let course = json!({"professional_id": person, "platform": "hnzjzx", "course_code": "certificates", "title": "公需课程",
        "hours": 30.5, "started_on": "2023-06-01", "completed_on": "2023-06-30"});
    let platform = server.machine("hnzjzx").await;
    let record = platform.post("/v1/learning-records").json(course).await.is(201);
    let draft = steps::declare_record(&own, 2023, &text(&record, "id")).await.is(201);
    steps::approve_fully(&own, &draft, &employer, &authority).await;
    for month in 2..7 {
        let (from, to) = (format!("0{month}-08"), format!("0{month}-09"));
        let title = format!("学术年会 {index}-{month}");
        let draft = steps::conference_with_evidence(&own, &title, &from, &to, 12).await;
        steps::approve_fully(&own, &draft, &employer, &authority).await;
    }
    let results = steps::verification(&authority, &person).await.is(200);
    assert_eq!(results["results"][0]["outcome"], "certified", "{results:#}");
    text(&results["results"][0], "certificate_number")
}

/// A1: rare characters, both of them in one name, the middle dot of other peoples' names, a foreigner's name, the longest names
/// that people and units may have.
async fn a1_every_field_is_text_whatever_the_name(server: &Server) {
    let auditor = server.login("auditor").await;
    let admin = server.login("city.admin").await;
    let employer = server.login("hospital.admin").await;
    let unit = text(&employer.get("/v1/me").await.is(200)["grants"][0]["organization"], "id");
    let longest = "郑州航空港经济综合实验区（郑州新郑综合保税区）国际生物医药与高端装备制造技术研究开发（集团）股份有限公司".repeat(2);
    let longest: String = longest.chars().take(100).collect();
    let fifty = "欧".repeat(50);
    let names: [(&str, &str); 8] = [
        ("𠮷田", "郑州市示范医院"),
        ("䶮", "郑州市示范医院"),
        (
            "欧阳𠮷䶮",
            "郑州航空港经济综合实验区国际生物医药与高端装备制造技术研究开发（集团）股份有限公司",
        ),
        ("阿卜杜热合曼·买买提吐尔逊·伊敏江", "郑州市示范医院"),
        (
            "Maximiliane-Alexandra Konstantinowa von Hohenberg",
            "Zhengzhou Joint Venture Hospital Co., Ltd.",
        ),
        ("Nguyễn Thị Hồng Ánh", &longest),
        ("Łukasz Dvořák-Şahin", "郑州市示范医院"),
        (&fifty, &longest),
    ];
    for (index, (name, employer)) in names.into_iter().enumerate() {
        let change = json!({"name": employer});
        let path = format!("/v1/organizations/{unit}");
        admin.patch(&path).json(change).if_match("*").await.is(200);
        let number = certified(server, name, index).await;
        let certificate = auditor.get(&format!("/v1/certificates/{number}")).await.is(200);
        let code = text(&certificate, "verification_code");
        let said = said(server, &page(&auditor, &number).await);
        let address = format!("http://{}/v1/verify/{code}", server.address());
        for expected in [
            name,
            employer,
            &text(&certificate, "masked_id_number"),
            &text(&certificate, "issuing_body"),
            &number,
            &code,
            &address,
            "专业技术人员继续教育证书",
            "2023年度",
            "2023年10月16日",
            "30.5",
            "60",
            "90.5",
            "当年完成",
        ] {
            let expected = without_white(expected);
            assert!(said.contains(&expected), "{expected} is missing in {said}");
        }
    }
}

/// The same version twice, after a restart, and in a process of its own.
async fn a1_a_version_is_the_same_bytes_in_every_process(server: &Server) {
    let own = Server::with(server.database(), named).await;
    let person = steps::certified_person(&own).await;
    let doctor = own.login("professional").await;
    let first = page(&doctor, &person.number).await;
    let mut pages = vec![page(&doctor, &person.number).await];
    let mut own = own.restart(named).unwrap();
    pages.push(page(&own.login("professional").await, &person.number).await);
    own.stop();
    let process = Process::start(&own, "warn").await;
    pages.push(page(&process.login("professional").await, &person.number).await);
    for (number, page) in pages.iter().enumerate() {
        assert!(page.bytes == first.bytes, "page {number} has other bytes");
        assert_eq!(page.etag(), first.etag(), "page {number}");
    }
}

/// The certificates of the demo world by number: their pages.
async fn demo_pages(server: &Server) -> BTreeMap<String, Answer> {
    let auditor = server.login("auditor").await;
    let mut pages = BTreeMap::new();
    for year in [2022, 2023] {
        let path = format!("/v1/annual-records?year={year}&state=certified&limit=200");
        for row in steps::all_pages(&auditor, &path).await {
            let person = text(&row, "professional_id");
            let path = format!("/v1/professionals/{person}/annual-records/{year}");
            let record = auditor.get(&path).await.is(200);
            let number = text(&record["certificate"], "number");
            let page = page(&auditor, &number).await;
            pages.insert(number, page);
        }
    }
    pages
}

async fn a1_a_page_does_not_depend_on_the_database(_: &Server) {
    let sqlite = demo_pages(&Server::with(Database::Sqlite, named).await).await;
    let postgres = demo_pages(&Server::with(Database::Postgres, named).await).await;
    assert!(sqlite.len() > 10 && sqlite.keys().eq(postgres.keys()));
    for (number, page) in &sqlite {
        assert!(page.bytes == postgres[number].bytes, "{number} has other bytes");
        assert_eq!(page.etag(), postgres[number].etag());
    }
}

/// A strong tag, 304 for who has it, no compression under it; with the state of the certificate the page and its tag change.
async fn a1_a_page_is_known_by_its_tag_and_never_stale(server: &Server) {
    let person = steps::certified_person(server).await;
    let doctor = server.login("professional").await;
    let path = format!("/v1/certificates/{}.pdf", person.number);
    let first = page(&doctor, &person.number).await;
    let tag = first.etag();
    assert!(tag.starts_with('"') && tag.ends_with('"'), "strong: {tag}");
    assert_eq!(first.header("cache-control"), "private, no-cache");
    let packed = doctor.get(&path).header("accept-encoding", "br, gzip, zstd").await;
    assert_eq!((packed.header("content-encoding"), packed.etag()), ("", tag.clone()));
    assert!(packed.bytes == first.bytes);
    for known in [tag.clone(), format!("\"other\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
        let again = doctor.get(&path).header("if-none-match", &known).await;
        assert_eq!((again.status, again.bytes.len()), (304, 0), "{known}: {again:?}");
        assert_eq!(
            (again.etag(), again.header("cache-control")),
            (tag.clone(), "private, no-cache")
        );
    }
    // The tag opens nothing: whoever may not see the certificate does not see that it is the same.
    let stranger = server.login("engineer").await;
    let asked = stranger.get(&path).header("if-none-match", &tag).await;
    asked.refused(404, "not-found");

    revoke(server, &person.professional).await;
    let asked = doctor.get(&path).header("if-none-match", &tag).await;
    assert_eq!(asked.status, 200, "{asked:?}");
    assert_ne!(asked.etag(), tag);
    assert!(said(server, &asked).contains("本证书已撤销，不再有效"));
    let draft = steps::draft_of(&doctor, "professional").await;
    let employer = server.login("hospital.admin").await;
    let authority = server.login("health.reviewer").await;
    steps::approve_fully(&doctor, &draft, &employer, &authority).await;
    steps::verification(&authority, &person.professional_id).await.is(200);
    let (number, _) = current(&doctor).await;
    let new = page(&doctor, &number).await;
    assert!(number != person.number && new.etag() != tag && new.etag() != asked.etag());
    assert!(!said(server, &new).contains("已撤销"));
}

/// Whoever comes when too many wait is asked to come again; nobody gets anything else, and other requests go on.
async fn a1_a_flood_of_pages_is_answered_or_asked_to_come_again(server: &Server) {
    let auditor = server.login("auditor").await;
    let path = "/v1/annual-records?year=2022&state=certified&limit=200";
    let mut paths = Vec::new();
    for row in steps::all_pages(&auditor, path).await {
        let person = text(&row, "professional_id");
        let record = auditor.get(&format!("/v1/professionals/{person}/annual-records/2022")).await;
        let number = text(&record.is(200)["certificate"], "number");
        paths.push(format!("/v1/certificates/{number}.pdf"));
    }
    let flood = (0..12).flat_map(|_| &paths).map(|path| auditor.get(path).into_future());
    let (answers, alive) = tokio::join!(join_all(flood), auditor.get("/v1/me").into_future());
    alive.is(200);
    let mut drawn = 0;
    for answer in &answers {
        if answer.status == 200 {
            drawn += 1;
            assert!(answer.bytes.starts_with(b"%PDF-1.7"), "{answer:?}");
        } else {
            answer.refused(503, "overloaded");
        }
    }
    assert!(drawn >= paths.len(), "{drawn} of {}", answers.len());
    for path in &paths {
        assert_eq!(auditor.get(path).await.status, 200, "afterwards all are there");
    }
}
