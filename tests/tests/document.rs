//! The document and the service are one thing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;
use xueshi_api::problem::Code;
use xueshi_tests::{Server, document, faults, on_sqlite, operations, resolve};

on_sqlite!(
    the_repository_the_service_and_the_code_have_one_document,
    every_code_has_a_page_in_both_languages,
    lists_in_the_document_have_the_members_of_the_contract,
    what_is_public_can_be_kept_and_revalidated,
);

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// `openapi.yaml`, what is served as YAML and as JSON, and what this build would print are equal.
async fn the_repository_the_service_and_the_code_have_one_document(server: &Server) {
    let yaml = server.nobody().get("/openapi.yaml").await;
    let json = server.nobody().get("/openapi.json").await;
    assert_eq!((yaml.status, json.status), (200, 200));
    assert_eq!(&json.json(), document());
    let read: Value = yaml_serde::from_str(&yaml.text()).unwrap();
    assert_eq!(read, json.json(), "YAML and JSON say the same");
    let written = fs::read_to_string(repository().join("openapi.yaml"))
        .expect("openapi.yaml: run `make openapi`");
    assert!(written == yaml.text(), "openapi.yaml is behind the code: run `make openapi`");
}

/// Every operation has a unique operationId, a summary, a description, a tag, and examples of request and answer.
#[test]
fn every_operation_is_described() {
    let mut seen = BTreeSet::new();
    for operation in operations() {
        let (id, value) = (operation.id().to_owned(), operation.value);
        assert!(seen.insert(id.clone()), "{id} occurs twice");
        for member in ["summary", "description"] {
            assert!(
                value[member].as_str().is_some_and(|text| !text.trim().is_empty()),
                "{id} has no {member}"
            );
        }
        assert_eq!(value["tags"].as_array().map(Vec::len), Some(1), "{id} has one tag");
        assert!(
            value.get("security").or(document().get("security")).is_some(),
            "{id} says who may call it"
        );
        for (media_type, content) in
            value["requestBody"]["content"].as_object().into_iter().flatten()
        {
            assert!(
                has_example(content) || media_type != "application/json",
                "{id}: the request has no example"
            );
        }
        let responses = value["responses"].as_object().unwrap();
        assert!(
            responses.keys().any(|status| status.starts_with('2') || status == "303"),
            "{id} documents no success"
        );
        for status in responses.keys() {
            let response = operation.response(status.parse().unwrap()).unwrap();
            assert!(
                response["description"].as_str().is_some_and(|text| !text.is_empty()),
                "{id} {status}"
            );
            if let Some(content) = response["content"].get("application/json") {
                assert!(has_example(content), "{id} {status}: the answer has no example");
            }
            if status.starts_with(['4', '5']) {
                assert!(
                    response["x-codes"].as_array().is_some_and(|codes| !codes.is_empty()),
                    "{id} {status}: no codes"
                );
            }
        }
    }
}

fn has_example(content: &Value) -> bool {
    content.get("example").is_some()
        || content["examples"].as_object().is_some_and(|examples| !examples.is_empty())
}

/// The codes of the document are codes of the table, under the status of the table.
/// Examples are what readers copy; one that does not fit also tells of two types that share a schema's name.
#[test]
fn every_example_fits_its_schema() {
    let mut misfits = Vec::new();
    let mut hold = |place: &[&str], content: &'static Value| {
        for (media_type, content) in content.as_object().into_iter().flatten() {
            let one = content.get("example");
            let many = content["examples"].as_object().into_iter().flatten();
            let many = many.map(|(_, example)| &resolve(example)["value"]);
            for example in one.into_iter().chain(many) {
                let faults = faults(&[place, &["content", media_type, "schema"]].concat(), example);
                misfits.extend(faults.iter().map(|fault| format!("{place:?} {fault}")));
            }
        }
    };
    for operation in operations() {
        let method = operation.method.to_lowercase();
        let place = ["paths", &operation.template, &method];
        hold(&[&place[..], &["requestBody"]].concat(), &operation.value["requestBody"]["content"]);
        for (status, response) in operation.value["responses"].as_object().unwrap() {
            hold(&[&place[..], &["responses", status]].concat(), &response["content"]);
        }
    }
    for (name, response) in document()["components"]["responses"].as_object().unwrap() {
        hold(&["components", "responses", name], &response["content"]);
    }
    assert!(misfits.is_empty(), "{misfits:#?}");
}

#[test]
fn documented_codes_are_codes_of_the_table() {
    for operation in operations() {
        for status in operation.value["responses"].as_object().unwrap().keys() {
            let response = operation.response(status.parse().unwrap()).unwrap();
            for code in response["x-codes"].as_array().into_iter().flatten() {
                let code = Code::from_id(code.as_str().unwrap())
                    .unwrap_or_else(|| panic!("{code} is in no table"));
                assert_eq!(code.row().status.to_string(), *status, "{}", code.id());
            }
        }
    }
}

/// Codes that no request of a test can bring about, each with its reason.
const UNPROVOKED: &[(&str, &str)] = &[
    ("internal", "a fault of ours that is not known"),
    ("unavailable", "the database would have to be away"),
    ("overloaded", "the queue would have to be full, which is a matter of time"),
    ("typeface-missing", "the machine would have to lack the font"),
    ("not-sealed-yet", "within a second of the issue, which is a matter of time"),
    ("no-reviewing-body", "a unit without one cannot be made"),
    ("own-reviewing-body", "a unit that is its own cannot be made"),
    ("conflict", "only the sandbox's chaos sends it"),
];

/// All test files of a folder and of the folders in it but this one, which names the excused codes.
fn sources(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.push_str(&sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && path.file_name().unwrap() != "document.rs"
        {
            all.push_str(&fs::read_to_string(path).unwrap());
        }
    }
    all
}

/// Every documented code is provoked: it stands, quoted, in a test.
#[test]
fn every_documented_code_is_provoked_by_a_test() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let sources = sources(&tests);
    let mut documented: BTreeMap<String, String> = BTreeMap::new();
    for operation in operations() {
        for status in operation.value["responses"].as_object().unwrap().keys() {
            let response = operation.response(status.parse().unwrap()).unwrap();
            for code in response["x-codes"].as_array().into_iter().flatten() {
                documented.insert(code.as_str().unwrap().to_owned(), operation.id().to_owned());
            }
        }
    }
    let excused = |code: &str| UNPROVOKED.iter().any(|(known, _)| *known == code);
    documented.retain(|code, _| !sources.contains(&format!("\"{code}\"")) && !excused(code));
    assert!(documented.is_empty(), "no test provokes {documented:#?}");
}

/// `/problems/{code}` explains every code to a person and to a program, in both languages.
async fn every_code_has_a_page_in_both_languages(server: &Server) {
    for code in Code::ALL {
        let path = format!("/problems/{}", code.id());
        for (language, row) in [
            ("zh-CN", (code.row().title.zh, code.row().solve.zh)),
            ("en", (code.row().title.en, code.row().solve.en)),
        ] {
            let call = server.nobody().get(&path).header("accept-language", language);
            let page = call.header("accept", "text/html").await;
            assert_eq!(
                (page.status, page.header("content-type")),
                (200, "text/html; charset=utf-8"),
                "{page:?}"
            );
            assert!(page.text().contains(code.id()) && page.text().contains(row.0), "{page:?}");
            let call = server.nobody().get(&path).header("accept-language", language);
            let data = call.header("accept", "application/json").await.is(200);
            assert_eq!(
                (&data["code"], &data["status"]),
                (&code.id().into(), &code.row().status.into())
            );
            assert_eq!((&data["title"], &data["solve"]), (&row.0.into(), &row.1.into()));
        }
    }
}

/// Lists have `data` and `next_cursor`, and take `limit` (50, at most 200) and `cursor`; none takes an offset.
async fn lists_in_the_document_have_the_members_of_the_contract(_: &Server) {
    let mut lists = 0;
    for operation in operations() {
        let parameters = operation.value["parameters"].as_array().cloned().unwrap_or_default();
        let query: Vec<&Value> =
            parameters.iter().filter(|parameter| parameter["in"] == "query").collect();
        let named = |name: &str| query.iter().find(|parameter| parameter["name"] == name);
        for never in ["offset", "page", "per_page"] {
            assert!(named(never).is_none(), "{} takes {never}", operation.id());
        }
        let Some(limit) = named("limit") else { continue };
        lists += 1;
        assert_eq!(
            (&limit["schema"]["default"], &limit["schema"]["maximum"]),
            (&50.into(), &200.into()),
            "{}",
            operation.id()
        );
        // The change feed has one order, that of commits, and no end to count to.
        let others: &[&str] =
            if operation.id() == "follow_changes" { &[] } else { &["sort", "include"] };
        for name in ["cursor"].iter().chain(others) {
            assert!(named(name).is_some(), "{} takes no {name}", operation.id());
        }
    }
    assert!(lists >= 8, "{lists} lists");
}

/// Public rules and the document are cacheable and answer 304; what belongs to a caller is not stored.
async fn what_is_public_can_be_kept_and_revalidated(server: &Server) {
    for path in ["/openapi.json", "/v1/policies/2023", "/v1/working-days/2023"] {
        let first = server.nobody().get(path).await;
        assert_eq!(first.status, 200);
        assert!(first.header("cache-control").contains("public"), "{first:?}");
        let again = server.nobody().get(path).header("if-none-match", &first.etag()).await;
        assert_eq!((again.status, again.bytes.len()), (304, 0), "{again:?}");
    }
    let doctor = server.login("professional").await;
    assert_eq!(doctor.get("/v1/me").await.header("cache-control"), "no-store");
}
