//! What every operation of the document has to have.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::Value;

use super::{base, document};

fn value() -> &'static Value {
    static VALUE: OnceLock<Value> = OnceLock::new();
    VALUE.get_or_init(super::value)
}

/// All operations with their place.
fn operations() -> Vec<(String, &'static Value)> {
    let paths = value()["paths"].as_object().unwrap();
    let mut all = Vec::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            all.push((format!("{} {path}", method.to_uppercase()), operation));
        }
    }
    all
}

fn resolve(place: &'static Value) -> &'static Value {
    match place["$ref"].as_str() {
        Some(reference) => value().pointer(reference.trim_start_matches('#')).unwrap(),
        None => place,
    }
}

#[test]
fn operations_are_named_described_and_tagged() {
    let tags: BTreeSet<&str> = base::TAGS.iter().map(|(name, _)| *name).collect();
    let mut ids = BTreeSet::new();
    for (place, operation) in operations() {
        let id = operation["operationId"]
            .as_str()
            .unwrap_or_else(|| panic!("{place} has no operationId"));
        assert!(ids.insert(id), "{place}: {id} is taken");
        for member in ["summary", "description"] {
            let text = operation[member].as_str().unwrap_or_default();
            assert!(!text.trim().is_empty(), "{place} has no {member}");
        }
        let tag = operation["tags"][0].as_str().unwrap_or_default();
        assert!(tags.contains(tag), "{place}: the tag {tag:?} is not in openapi/base.rs");
        assert!(operation.get("x-codes").is_none(), "{place}");
    }
}

/// Requests of lines excepted: tools that send examples write JSON, and cannot write lines of it.
#[test]
fn every_json_body_has_an_example() {
    let mut missing = Vec::new();
    for (place, operation) in operations() {
        let answers = operation["responses"].as_object().unwrap().iter();
        let bodies = answers.map(|(status, answer)| (status.as_str(), resolve(answer)));
        for (what, body) in bodies.chain([("request", &operation["requestBody"])]) {
            for (kind, media) in body["content"].as_object().into_iter().flatten() {
                let lines = what == "request" && kind == "application/x-ndjson";
                if kind.contains("json")
                    && !lines
                    && media.get("example").is_none()
                    && media.get("examples").is_none()
                {
                    missing.push(format!("{place} {what}: {}", media["schema"]));
                }
            }
        }
    }
    assert!(missing.is_empty(), "add them to openapi/examples.rs:\n{}", missing.join("\n"));
}

#[test]
fn every_error_answer_lists_known_codes_of_its_status() {
    for (place, operation) in operations() {
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let answer = resolve(answer);
            let codes = answer["x-codes"].as_array();
            assert_eq!(codes.is_some(), status.starts_with(['4', '5']), "{place} {status}");
            for id in codes.into_iter().flatten() {
                let code = crate::problem::Code::from_id(id.as_str().unwrap()).unwrap();
                assert_eq!(&code.row().status.to_string(), status, "{place}");
            }
        }
    }
}

#[test]
fn the_forms_agree_and_are_stable() {
    let document = document();
    let from_json: Value = serde_json::from_str(document.json()).unwrap();
    let from_yaml: Value = yaml_serde::from_str(document.yaml()).unwrap();
    assert_eq!(from_json, *value());
    assert_eq!(from_yaml, *value());
    assert!(document.yaml().starts_with("openapi: 3.1"));
}

#[test]
fn every_reference_leads_somewhere() {
    fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let document: Value = serde_json::from_str(super::document().json()).unwrap();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}
