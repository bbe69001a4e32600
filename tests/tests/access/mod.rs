//! Who may do what: every operation × every credential, inside and outside of the caller's units.
//!
//! `access.txt` is the table, reviewed by hand against the rulebook. The test fails when an operation is missing from it or
//! an answer differs. `XUESHI_WRITE_ACCESS=1` writes it anew, to be reviewed as a difference.

mod asked;
mod credentials;
mod sides;

use std::fmt::Write as _;
use std::fs;
use std::future::IntoFuture;
use std::path::Path;

use futures_util::future::join_all;
use serde_json::json;
use xueshi_tests::{Answer, Operation, Server, on_both, operations};

use self::asked::request;
use self::credentials::credentials;
use self::sides::side;

on_both!(every_operation_with_every_credential);

const HEAD: &str = "\
# Every operation × every credential. Reviewed by hand against the rulebook; see access/mod.rs.
#
# ok   the request got past login and rights: done, or refused for another reason (400, 409, 412, 415, 422, 428)
# 401  not logged in; 403 logged in and not entitled; 404 not to be known by this caller
# ref  the same as 404 for a unit or person that stands in the body: 422 unknown-reference
#
# of   H: a resource of the hospital (health commission); C: the same of the company (Jinshui); -: of nobody
#      For classes, filings and plans H is the base's, C the institution's that is not filed.
# no tokens: none, garbage, expired, tampered (another audience, old signature), foreign (this key, another issuer)
# people:    pro eng, the administrators of hospital, company and school, the reviewers of health, Jinshui and education,
#            the administrators of base and institute, city.officer, city.admin, auditor
# machines:  province, hnzjzx
#
# Lists and batches answer for each row: what a caller sees of them is in rules_review.rs and visibility.rs.
";

const COLUMNS: [&str; 20] = [
    "none", "garb", "expd", "tamp", "forn", "pro", "eng", "hosp", "comp", "scho", "hlth", "jins",
    "educ", "base", "inst", "offi", "admi", "audi", "prov", "hnzj",
];

/// The ids that stand in paths and bodies: of one side.
struct Side {
    name: &'static str,
    declaration: String,
    revoked: String,
    attachment: String,
    professional: String,
    certified: String,
    record: String,
    certificate: String,
    code: String,
    unit: String,
    parent: String,
    account: String,
    grant: String,
    class: String,
    seminar: String,
    exemption: String,
    appeal: String,
    moves: Moves,
    training: Training,
    job: String,
    import: String,
    export: String,
    makeup_application: String,
    makeup_item: String,
    makeup_grant: String,
    webhook: [String; 2],
    conflict: String,
    event: String,
}

/// What waits for a side's employer and its body: a transfer away, someone who asks to join, a unit that registers.
struct Moves {
    transfer: String,
    employment_request: String,
    registration: String,
}

/// Where everybody is transferred to here.
const SCHOOL: &str = "12410100MA0000074K";

/// What a unit that trains has filed.
struct Training {
    unit: String,
    filing: String,
    plan: String,
    item: String,
    amendment: String,
}

fn cell(operation: &Operation, answer: &Answer) -> &'static str {
    let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
    // Public operations look at no token: a 401 of theirs is about what stands in the body.
    let public = operation.value["security"].as_array().is_some_and(Vec::is_empty);
    match answer.status {
        401 if !public
            && ["unauthenticated", "invalid-token", "token-expired"].contains(&code.as_str()) =>
        {
            "401"
        }
        422 if code == "unknown-reference" => "ref",
        403 => "403",
        404 => "404",
        500.. => panic!("{answer:?}"),
        _ => "ok",
    }
}

fn row(name: &str, of: &str, cells: &[String]) -> String {
    let mut line = format!("{name:<30} {of}");
    for cell in cells {
        let _ = write!(line, " {cell:>4}");
    }
    line
}

async fn every_operation_with_every_credential(server: &Server) {
    let hospital = side(
        server,
        "H",
        "professional",
        "hospital.admin",
        "2023年专业技术人员知识更新研修班（夏季）",
    )
    .await;
    let company = side(server, "C", "engineer", "company.admin", "数据分析实训营").await;
    let draft = server
        .login("city.admin")
        .await
        .post("/v1/policies/2023/drafts")
        .json(json!({}))
        .await
        .is(201);
    let draft = draft["version"].to_string();
    let clients = credentials(server).await;

    let mut table = String::from(HEAD);
    let columns: Vec<String> = COLUMNS.iter().map(|&column| column.to_owned()).collect();
    let _ = writeln!(table, "{}", row("# operation", " ", &columns).trim_end());
    let mut operations = operations();
    // The one that ends its caller's session comes last.
    operations.sort_by_key(|operation| operation.id() == "logout");
    for operation in &operations {
        let of_one = ["{id}", "{number}"].iter().any(|name| operation.template.contains(name))
            || hospital.body(operation) != company.body(operation);
        let sides: &[&Side] = if of_one { &[&hospital, &company] } else { &[&hospital] };
        for side in sides {
            let calls =
                clients.iter().map(|client| request(client, operation, side, &draft).into_future());
            let cells: Vec<String> = join_all(calls)
                .await
                .iter()
                .map(|answer| cell(operation, answer).to_owned())
                .collect();
            let _ = writeln!(
                table,
                "{}",
                row(operation.id(), if of_one { side.name } else { "-" }, &cells)
            );
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/access.txt");
    if std::env::var_os("XUESHI_WRITE_ACCESS").is_some() {
        fs::write(&path, &table).unwrap();
    }
    let reviewed = fs::read_to_string(&path).expect("tests/access.txt");
    let lines = |table: &str| table.lines().map(str::to_owned).collect::<Vec<_>>();
    let (now, reviewed) = (lines(&table), lines(&reviewed));
    let changed: Vec<&String> = now.iter().filter(|line| !reviewed.contains(line)).collect();
    let gone: Vec<&String> = reviewed.iter().filter(|line| !now.contains(line)).collect();
    assert!(changed.is_empty() && gone.is_empty(), "now:\n{changed:#?}\nreviewed:\n{gone:#?}");
}
