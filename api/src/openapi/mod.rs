//! The OpenAPI document: collected from the mounted routes, completed by rules, served and printed.

mod base;
mod errors;
pub mod examples;
mod finish;
mod index;
mod order;
mod sparse;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use actix_web::App;
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt;

use crate::routes::{DOCS, SUBJECTS};

pub use index::{Operation, OperationIndex, PathEntry};

/// What of the document a service keeps, and the forms in which it is served.
#[derive(Debug)]
pub struct Document {
    /// Its operations by path.
    pub index: OperationIndex,
    // Written when somebody asks for them, and the tree is not kept: they take longer than all the rest of a start, and more memory.
    json: OnceLock<String>,
    yaml: OnceLock<String>,
    etag: OnceLock<String>,
}

impl Document {
    /// As JSON.
    pub fn json(&self) -> &str {
        self.json.get_or_init(|| order::json(&value()))
    }

    /// As YAML.
    pub fn yaml(&self) -> &str {
        self.yaml.get_or_init(|| order::yaml(&value()))
    }

    /// Entity tag of both, with its quotation marks.
    pub fn etag(&self) -> &str {
        self.etag.get_or_init(|| {
            let digest = Sha256::digest(self.json().as_bytes());
            let digits: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
            format!("\"{digits}\"")
        })
    }
}

/// The document of this build. It does not depend on settings and needs no database.
pub fn document() -> &'static Document {
    static DOCUMENT: OnceLock<Document> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let (json, yaml, etag) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        let collected = collected();
        let index = OperationIndex::of(&collected.document, &collected.subjects);
        Document { index, json, yaml, etag }
    })
}

/// The document as a tree, made anew.
#[must_use]
pub fn value() -> Value {
    // Types derived by utoipa always serialise; an empty document would fail every test of it.
    finish::finish(serde_json::to_value(collected().document).unwrap_or_default())
}

/// What the routes say of themselves.
struct Collected {
    document: OpenApi,
    /// The number of the subject that each operation belongs to, by its id.
    subjects: BTreeMap<String, usize>,
}

fn collected() -> Collected {
    let mut document = base::base();
    let mut subjects = BTreeMap::new();
    let all = SUBJECTS.iter().chain([&DOCS]);
    for (number, mount) in all.enumerate() {
        let (_, part) = App::new().into_utoipa_app().configure(*mount).split_for_parts();
        let operations = part.paths.paths.values().flat_map(index::operations);
        let ids = operations.filter_map(|(_, operation)| operation.operation_id.clone());
        subjects.extend(ids.map(|id| (id, number)));
        document.merge(part);
    }
    Collected { document, subjects }
}

#[cfg(test)]
mod tests;
