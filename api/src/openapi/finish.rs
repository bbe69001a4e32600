//! Completes the collected document by rules, so that annotations state only what is particular.
//!
//! For each operation: path parameters from the template, examples by schema, error answers ([`super::errors`]), headers that
//! every answer has; `security(())` becomes the empty list that means public.

use serde_json::{Map, Value, json};

use super::{errors, examples, sparse};
use crate::extract::path_years;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

pub(super) fn finish(mut document: Value) -> Value {
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, item) in paths {
            for (_, operation) in item
                .as_object_mut()
                .into_iter()
                .flatten()
                .filter(|(key, _)| METHODS.contains(&key.as_str()))
            {
                complete(path, operation);
            }
        }
    }
    document["components"]["responses"] = Value::Object(errors::shared());
    document["components"]["examples"] = Value::Object(errors::examples());
    document["components"]["headers"] = headers();
    for (_, response) in document["components"]["responses"].as_object_mut().into_iter().flatten() {
        add_request_id(response);
    }
    sparse::describe(&mut document);
    for kind in ["responses", "headers", "schemas", "examples"] {
        drop_unused(&mut document, kind);
    }
    document
}

/// Headers that answers share.
fn headers() -> Value {
    let header = |description: &str, schema: Value, example: Value| json!({"description": description, "schema": schema, "example": example});
    let text = || json!({"type": "string"});
    json!({
        "X-Request-Id": header(
            "Id of the request: the caller's own or a new one", text(), json!("0190a8f0-7c1e-7d3a-b1c2-4f5a6b7c8d9e")),
        "Retry-After": header(
            "Seconds to wait before the next try", json!({"type": "integer", "minimum": 0}), json!(5)),
        "RateLimit": header(
            "What is left (draft-ietf-httpapi-ratelimit-headers); only where limits are set", text(), json!("\"default\";r=0;t=12")),
        "RateLimit-Policy": header(
            "The limit (draft-ietf-httpapi-ratelimit-headers); only where limits are set", text(), json!("\"default\";q=600;w=60")),
        "WWW-Authenticate": header("How to authenticate", text(), json!("Bearer realm=\"xueshi\"")),
    })
}

/// Removes components that nothing refers to. Once is enough: the frame's components refer only to ones that are always used.
fn drop_unused(document: &mut Value, kind: &str) {
    let text = document.to_string();
    if let Some(components) = document["components"][kind].as_object_mut() {
        components.retain(|name, _| text.contains(&format!("\"#/components/{kind}/{name}\"")));
    }
}

fn complete(path: &str, operation: &mut Value) {
    let public = operation["security"]
        .as_array()
        .is_some_and(|list| list.iter().all(|need| need.as_object().is_some_and(Map::is_empty)));
    if public {
        operation["security"] = json!([]);
    }
    add_path_parameters(path, operation);
    let codes = errors::Codes::of(path, operation, !public);
    if let Some(members) = operation.as_object_mut() {
        members.remove("x-codes");
        if let Some(responses) =
            members.entry("responses").or_insert_with(|| json!({})).as_object_mut()
        {
            codes.write(responses);
            for (_, response) in responses.iter_mut() {
                add_request_id(response);
                response.get_mut("content").into_iter().for_each(add_examples);
            }
        }
    }
    if let Some(body) = operation.get_mut("requestBody") {
        body["required"] = json!(true);
        body.get_mut("content").into_iter().for_each(add_examples);
    }
}

/// Parameters of the template that the annotation does not describe.
fn add_path_parameters(path: &str, operation: &mut Value) {
    let names = path.split('{').skip(1).filter_map(|part| part.split('}').next());
    for name in names {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        if parameters
            .into_iter()
            .any(|parameter| parameter["in"] == "path" && parameter["name"] == name)
        {
            continue;
        }
        let (description, schema, example) = match name {
            "year" => (
                "The year",
                json!({"type": "integer", "format": "int32", "minimum": path_years().0, "maximum": path_years().1}),
                json!(2023),
            ),
            _ if name == "id" || name.ends_with("_id") => (
                "The id (UUIDv7)",
                json!({"type": "string", "format": "uuid"}),
                json!("0190a8f0-7c1e-7d3a-b1c2-4f5a6b7c8d9e"),
            ),
            _ => ("", json!({"type": "string"}), json!("text")),
        };
        let mut parameter = json!({"name": name, "in": "path", "required": true, "schema": schema, "example": example});
        if !description.is_empty() {
            parameter["description"] = json!(description);
        }
        match operation["parameters"].as_array_mut() {
            Some(list) => list.insert(0, parameter),
            None => operation["parameters"] = json!([parameter]),
        }
    }
}

fn add_request_id(response: &mut Value) {
    if response.get("$ref").is_none() {
        response["headers"]["X-Request-Id"] = json!({"$ref": "#/components/headers/X-Request-Id"});
    }
}

/// Gives each media type the example of its schema, unless it has one.
fn add_examples(content: &mut Value) {
    for (_, media) in content.as_object_mut().into_iter().flatten() {
        if media.get("example").is_some() || media.get("examples").is_some() {
            continue;
        }
        let name =
            media["schema"]["$ref"].as_str().and_then(|reference| reference.rsplit('/').next());
        if let Some(example) = name.and_then(examples::of) {
            media["example"] = example;
        }
    }
}
