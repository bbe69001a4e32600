//! Bodies held against the schemas of the document.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::{Draft, Registry, Validator};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::contract::document;

/// The address by which schemas refer to the document.
const DOCUMENT: &str = "urn:xueshi:openapi";

static REGISTRY: LazyLock<Registry<'static>> = LazyLock::new(|| {
    let registry = Registry::new().draft(Draft::Draft202012).add(DOCUMENT, document());
    registry.and_then(|registry| registry.prepare()).unwrap()
});

static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// What is wrong with a value by the schema at a place of the document; empty when it fits.
///
/// # Panics
/// When the place holds no schema.
#[must_use]
pub fn faults(steps: &[&str], value: &Value) -> Vec<String> {
    let validator = validator(steps);
    let faults = validator.iter_errors(value);
    faults.map(|fault| format!("{}: {fault}", fault.instance_path())).collect()
}

fn validator(steps: &[&str]) -> Arc<Validator> {
    let pointer: String = steps
        .iter()
        .map(|step| step.replace('~', "~0").replace('/', "~1"))
        .map(|step| format!("/{}", utf8_percent_encode(&step, NON_ALPHANUMERIC)))
        .collect();
    let mut known = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    let validator = known.entry(pointer).or_insert_with_key(|pointer| {
        let schema = json!({"$ref": format!("{DOCUMENT}#{pointer}")});
        let built = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_registry(&REGISTRY)
            .should_validate_formats(true)
            .build(&schema);
        Arc::new(built.unwrap_or_else(|error| panic!("no schema at {pointer}: {error}")))
    });
    Arc::clone(validator)
}
