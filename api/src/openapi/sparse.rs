//! Lists that take `fields`: their cut-down answers have a media type and schemas of their own, in which only the id is required,
//! so that the ordinary schemas can keep saying what is always there.

use serde_json::{Value, json};

use crate::list::SPARSE_TYPE;

/// Describes the cut-down answer of every operation that has the parameter `fields`.
pub(super) fn describe(document: &mut Value) {
    let mut pages = Vec::new();
    for (_, item) in document["paths"].as_object_mut().into_iter().flatten() {
        let Some(operation) = item.get_mut("get") else { continue };
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        if !parameters.into_iter().any(|parameter| parameter["name"] == "fields") {
            continue;
        }
        let content = &mut operation["responses"]["200"]["content"];
        let Some(page) = reference(&content["application/json"]["schema"]) else { continue };
        let mut media = json!({"schema": {"$ref": schema(&sparse_name(&page))}});
        if let Some(example) = content["application/json"].get("example") {
            media["example"] = example.clone();
        }
        content[SPARSE_TYPE] = media;
        pages.push(page);
    }
    for page in pages {
        add_schemas(document, &page);
    }
}

fn add_schemas(document: &mut Value, page: &str) {
    let schemas = &mut document["components"]["schemas"];
    let mut sparse_page = schemas[page].clone();
    let items = &mut sparse_page["properties"]["data"]["items"];
    let Some(item) = reference(items) else { return };
    *items = json!({"$ref": schema(&sparse_name(&item))});
    let mut sparse_item = schemas[&item].clone();
    let has_id = sparse_item["properties"].get("id").is_some();
    sparse_item["required"] = if has_id { json!(["id"]) } else { json!([]) };
    schemas[sparse_name(page)] = sparse_page;
    schemas[sparse_name(&item)] = sparse_item;
}

fn reference(schema: &Value) -> Option<String> {
    Some(schema["$ref"].as_str()?.rsplit('/').next()?.to_owned())
}

fn schema(name: &str) -> String {
    format!("#/components/schemas/{name}")
}

fn sparse_name(name: &str) -> String {
    format!("Sparse{name}")
}
