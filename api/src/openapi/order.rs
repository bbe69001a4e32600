//! Output in an order that people read well: `openapi` first, summaries before schemas.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;

/// Keys of the specification in the order in which they are written; all others follow by name.
const ORDER: &[&str] = &[
    "openapi",
    "info",
    "title",
    "version",
    "servers",
    "security",
    "tags",
    "paths",
    "components",
    "name",
    "in",
    "operationId",
    "summary",
    "description",
    "url",
    "parameters",
    "requestBody",
    "responses",
    "required",
    "content",
    "schema",
    "get",
    "put",
    "post",
    "patch",
    "delete",
    "type",
    "format",
];

/// Pretty JSON with a final line break.
pub(super) fn json(document: &Value) -> String {
    let mut text = serde_json::to_string_pretty(&Ordered { value: document, names: false })
        .unwrap_or_default();
    text.push('\n');
    text
}

/// YAML.
pub(super) fn yaml(document: &Value) -> String {
    yaml_serde::to_string(&Ordered { value: document, names: false }).unwrap_or_default()
}

struct Ordered<'v> {
    value: &'v Value,
    /// Whether the keys of this object are names that somebody chose (properties, paths, components), sorted by themselves.
    names: bool,
}

fn rank(key: &str) -> usize {
    ORDER.iter().position(|known| *known == key).unwrap_or(ORDER.len())
}

/// Objects whose keys are chosen names, and examples, whose keys are data.
fn holds_names(key: &str) -> bool {
    matches!(
        key,
        "properties"
            | "schemas"
            | "examples"
            | "example"
            | "value"
            | "headers"
            | "responses"
            | "content"
            | "securitySchemes"
            | "paths"
    )
}

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::Object(members) => {
                let mut keys: Vec<&String> = members.keys().collect();
                if !self.names {
                    keys.sort_by_key(|key| (rank(key), key.as_str()));
                }
                let mut map = serializer.serialize_map(Some(keys.len()))?;
                for key in keys {
                    map.serialize_entry(
                        key,
                        &Ordered { value: &members[key], names: holds_names(key) },
                    )?;
                }
                map.end()
            }
            Value::Array(items) => {
                let mut sequence = serializer.serialize_seq(Some(items.len()))?;
                for value in items {
                    sequence.serialize_element(&Ordered { value, names: false })?;
                }
                sequence.end()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                self.value.serialize(serializer)
            }
        }
    }
}
