//! The OpenAPI document: collected from the mounted routes, completed by rules, served and printed.

mod base;
mod errors;
pub mod examples;
mod finish;
mod index;
mod order;
mod sparse;

use std::sync::OnceLock;

use actix_web::App;
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa_actix_web::AppExt;

pub use index::{Operation, OperationIndex, PathEntry};

/// The document in the forms in which it is served.
#[derive(Debug)]
pub struct Document {
    /// The document as a tree.
    pub value: Value,
    /// As JSON.
    pub json: String,
    /// As YAML.
    pub yaml: String,
    /// Entity tag of both, with its quotation marks.
    pub etag: String,
    /// Its operations by path.
    pub index: OperationIndex,
}

/// The document of this build. It does not depend on settings and needs no database.
pub fn document() -> &'static Document {
    static DOCUMENT: OnceLock<Document> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let (_, collected) = App::new()
            .into_utoipa_app()
            .openapi(base::base())
            .configure(crate::routes::routes)
            .configure(crate::routes::sandbox_routes)
            .split_for_parts();
        // Types derived by utoipa always serialise; an empty document would fail every test of it.
        let value = finish::finish(serde_json::to_value(collected).unwrap_or_default());
        let json = order::json(&value);
        let yaml = order::yaml(&value);
        let digest = Sha256::digest(json.as_bytes());
        let etag = format!(
            "\"{}\"",
            digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>()
        );
        Document { index: OperationIndex::of(&value), json, yaml, etag, value }
    })
}

#[cfg(test)]
mod tests;
