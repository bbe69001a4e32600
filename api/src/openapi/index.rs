//! The operations of the document, found by the path of a request.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::http::Method;
use utoipa::openapi::path::{self, ParameterIn, PathItem};
use utoipa::openapi::{OpenApi, RefOr, SecurityRequirement};

/// What the frame needs to know about a documented operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The operation id.
    pub id: Arc<str>,
    /// The path template, for instance `/v1/declarations/{id}`.
    pub template: Arc<str>,
    /// Names of its query parameters.
    pub query: Vec<String>,
    /// Whether it needs a token.
    pub secured: bool,
    /// The number of the subject whose routes it belongs to: its place in [`SUBJECTS`](crate::routes::SUBJECTS).
    pub subject: usize,
}

/// A path with its operations.
#[derive(Debug, Clone, Default)]
pub struct PathEntry {
    operations: Vec<(Method, Arc<Operation>)>,
}

impl PathEntry {
    /// The operation for a method.
    #[must_use]
    pub fn operation(&self, method: &Method) -> Option<&Arc<Operation>> {
        self.operations.iter().find(|(known, _)| known == method).map(|(_, operation)| operation)
    }

    /// The value of `Allow`: the methods of the path, and HEAD where there is GET.
    #[must_use]
    pub fn allow(&self) -> String {
        let mut names: Vec<&str> =
            self.operations.iter().map(|(method, _)| method.as_str()).collect();
        if names.contains(&"GET") {
            names.push("HEAD");
        }
        names.sort_unstable();
        names.join(", ")
    }
}

/// All paths of the document as a tree of segments.
#[derive(Debug, Default)]
pub struct OperationIndex {
    root: Node,
}

#[derive(Debug, Default)]
struct Node {
    literal: BTreeMap<String, Node>,
    /// Segments with a parameter, by what stands before and after it; the longest fixed text is tried first.
    parameter: Vec<(String, String, Node)>,
    /// What takes all that is left of a path: the parameter `path` at a template's end.
    rest: Option<PathEntry>,
    entry: Option<PathEntry>,
}

impl OperationIndex {
    /// Reads a document; `subjects` has the number of each operation's subject, by its id.
    #[must_use]
    pub fn of(document: &OpenApi, subjects: &BTreeMap<String, usize>) -> Self {
        let mut index = Self::default();
        for (template, item) in &document.paths.paths {
            let mut entry = PathEntry::default();
            for (method, operation) in operations(item) {
                let Some(id) = operation.operation_id.as_deref() else { continue };
                let subject = subjects.get(id).copied().unwrap_or(usize::MAX);
                let operation = Operation::of(document, template, (id, subject), operation);
                entry.operations.push((method, Arc::new(operation)));
            }
            index.root.insert(template, entry);
        }
        index
    }

    /// The entry for a path as the router sees it.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&PathEntry> {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        self.root.find(&segments)
    }
}

/// The operations of a path by their methods.
pub(super) fn operations(item: &PathItem) -> impl Iterator<Item = (Method, &path::Operation)> {
    let operations = [
        (Method::GET, &item.get),
        (Method::PUT, &item.put),
        (Method::POST, &item.post),
        (Method::DELETE, &item.delete),
        (Method::OPTIONS, &item.options),
        (Method::HEAD, &item.head),
        (Method::PATCH, &item.patch),
        (Method::TRACE, &item.trace),
    ];
    operations.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

impl Operation {
    fn of(
        document: &OpenApi,
        template: &str,
        (id, subject): (&str, usize),
        operation: &path::Operation,
    ) -> Self {
        let query = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
            RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query => {
                Some(parameter.name.clone())
            }
            RefOr::T(_) | RefOr::Ref(_) => None,
        });
        // `security(())` is one requirement of nothing: public.
        let nothing = SecurityRequirement::default();
        let needs = operation.security.as_ref().or(document.security.as_ref());
        Self {
            id: id.into(),
            template: template.into(),
            query: query.collect(),
            secured: needs.is_some_and(|needs| needs.iter().any(|need| *need != nothing)),
            subject,
        }
    }
}

impl Node {
    fn insert(&mut self, template: &str, entry: PathEntry) {
        let (template, takes_rest) = match template.strip_suffix("/{path}") {
            Some(before) => (before, true),
            None => (template, false),
        };
        let mut node = self;
        for segment in template.split('/').skip(1) {
            node = match (segment.find('{'), segment.find('}')) {
                (Some(open), Some(close)) if open < close => {
                    node.parameter_child(&segment[..open], &segment[close + 1..])
                }
                _ => node.literal.entry(segment.to_owned()).or_default(),
            };
        }
        if takes_rest {
            node.rest = Some(entry);
        } else {
            node.entry = Some(entry);
        }
    }

    fn parameter_child(&mut self, before: &str, after: &str) -> &mut Node {
        let known = self.parameter.iter().position(|(b, a, _)| b == before && a == after);
        let position = known.unwrap_or_else(|| {
            let length = before.len() + after.len();
            let place = self.parameter.iter().position(|(b, a, _)| b.len() + a.len() < length);
            let place = place.unwrap_or(self.parameter.len());
            self.parameter.insert(place, (before.to_owned(), after.to_owned(), Node::default()));
            place
        });
        &mut self.parameter[position].2
    }

    fn find(&self, segments: &[&str]) -> Option<&PathEntry> {
        let Some((first, rest)) = segments.split_first() else { return self.entry.as_ref() };
        let literal = self.literal.get(*first).and_then(|node| node.find(rest));
        let found = literal.or_else(|| {
            self.parameter.iter().find_map(|(before, after, node)| {
                let value = first.strip_prefix(before.as_str())?.strip_suffix(after.as_str())?;
                if value.is_empty() { None } else { node.find(rest) }
            })
        });
        found.or(self.rest.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_are_found_as_the_router_finds_them() {
        let operation = |id: &str| {
            json!({"operationId": id, "responses": {},
                "parameters": [{"in": "query", "name": "limit", "required": false}]})
        };
        let document = json!({"openapi": "3.1.0", "info": {"title": "", "version": ""},
            "security": [{"bearer": []}], "paths": {
            "/v1/reviews": {"get": operation("a")},
            "/v1/reviews:batch": {"post": operation("b")},
            "/v1/reviews/{id}": {"get": operation("c"), "delete": operation("d")},
            "/v1/reviews/mine": {"get": {"operationId": "e", "responses": {}, "security": [{}]}},
            "/v1/reviews/{id}/steps": {"get": operation("f")},
            "/v1/certificates/{number}": {"get": operation("g")},
            "/v1/certificates/{number}.pdf": {"get": operation("h")},
            "/v1/tile/{level}/{path}": {"get": operation("i")},
        }});
        let index =
            OperationIndex::of(&serde_json::from_value(document).unwrap(), &BTreeMap::new());
        let id = |path: &str| {
            let entry = index.find(path)?;
            entry.operations.first().map(|(_, operation)| operation.id.to_string())
        };
        for (path, expected) in [
            ("/v1/reviews", Some("a")),
            ("/v1/reviews:batch", Some("b")),
            ("/v1/reviews/mine", Some("e")),
            ("/v1/reviews/mine/steps", Some("f")),
            ("/v1/certificates/x.pdf", Some("h")),
            ("/v1/certificates/x", Some("g")),
            ("/v1/tile/0/x001/234.p/5", Some("i")),
            ("/v1/tile/0/001", Some("i")),
            ("/v1/tile/0", None),
            ("/v1/reviews/", None),
            ("/v1", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(id(path).as_deref(), expected, "{path}");
        }
        let entry = index.find("/v1/reviews/7").unwrap();
        assert_eq!(entry.allow(), "DELETE, GET, HEAD");
        let operation = entry.operation(&Method::GET).unwrap();
        assert_eq!(
            (operation.query.as_slice(), operation.secured),
            (["limit".to_owned()].as_slice(), true)
        );
        assert!(!index.find("/v1/reviews/mine").unwrap().operation(&Method::GET).unwrap().secured);
    }
}
