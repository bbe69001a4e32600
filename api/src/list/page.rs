//! Pages as concrete types, so that generated clients get good names.

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{RefOr, Required, Schema};
use utoipa::{IntoParams, PartialSchema};

use super::query::{DEFAULT_LIMIT, ListQuery, MAX_LIMIT, Order};

/// Media type of a page whose items were cut down with `fields`: its own, because it does not have the page's schema.
pub const SPARSE_TYPE: &str = "application/vnd.xueshi.sparse+json";

/// A page of a list. Declare it with [`page!`](crate::page).
pub trait Page: Serialize + Sized + 'static {
    /// What the list consists of.
    type Item: Serialize + PartialSchema + 'static;
    /// What it can be sorted by.
    type Sort: Copy + std::fmt::Debug + 'static;
    /// The sort order where nothing is said.
    const DEFAULT_SORT: &'static str;
    /// What `expand` takes; empty if there is nothing to expand.
    const EXPANDS: &'static [&'static str];
    /// Whether the list takes `fields`.
    const SPARSE: bool;

    /// The names of the sort keys.
    fn sort_keys() -> &'static [(&'static str, Self::Sort)];

    /// The names of the items' members, if the list takes `fields`.
    fn fields() -> &'static [String];

    /// Puts a page together.
    fn new(data: Vec<Self::Item>, next_cursor: Option<String>, total: Option<i64>) -> Self;

    /// The order for a value of `sort`.
    #[must_use]
    fn order(text: &str) -> Option<Order<Self::Sort>> {
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let key = Self::sort_keys().iter().find(|(known, _)| *known == name)?.1;
        Some(Order { key, descending })
    }

    /// All values of `sort`.
    #[must_use]
    fn sorts() -> Vec<String> {
        Self::sort_keys()
            .iter()
            .flat_map(|(name, _)| [(*name).to_owned(), format!("-{name}")])
            .collect()
    }
}

/// The names of the members of an item, from its schema.
#[must_use]
pub fn members_of<T: PartialSchema>() -> Vec<String> {
    let schema = serde_json::to_value(T::schema()).unwrap_or_default();
    let mut names = Vec::new();
    collect(&schema, &mut names);
    names
}

fn collect(schema: &Value, names: &mut Vec<String>) {
    names.extend(
        schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()),
    );
    for part in schema["allOf"].as_array().into_iter().flatten() {
        collect(part, names);
    }
}

impl<P: Page> IntoParams for ListQuery<P> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let list = |names: &[String]| json!({"type": "array", "uniqueItems": true, "items": {"type": "string", "enum": names}});
        let expands: Vec<String> = P::EXPANDS.iter().map(|&name| name.to_owned()).collect();
        let mut parameters = vec![
            parameter(
                "limit",
                "Most items of a page",
                json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}),
                json!(20),
            ),
            parameter(
                "cursor",
                "`next_cursor` of the page before, unchanged and with the same `sort`; it never expires",
                json!({"type": "string"}),
                Value::Null,
            ),
            parameter(
                "sort",
                "Order; `-` for the greatest first",
                json!({"type": "string", "enum": P::sorts(), "default": P::DEFAULT_SORT}),
                json!(P::DEFAULT_SORT),
            ),
            parameter(
                "include",
                "`total` adds the number of all items",
                json!({"type": "string", "enum": ["total"]}),
                json!("total"),
            ),
        ];
        if P::SPARSE {
            let text =
                "Only these members of the items, and the id; the answer has its own media type";
            parameters.push(parameter("fields", text, list(P::fields()), Value::Null));
        }
        if !expands.is_empty() {
            parameters.push(parameter(
                "expand",
                "What to add to the items",
                list(&expands),
                Value::Null,
            ));
        }
        parameters
    }
}

fn parameter(name: &str, description: &str, schema: Value, example: Value) -> Parameter {
    let listed = schema["type"] == "array";
    let schema: Option<RefOr<Schema>> = serde_json::from_value(schema).ok();
    let builder = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(description))
        .schema(schema);
    let builder = if listed { builder.explode(Some(false)) } else { builder };
    if example.is_null() { builder.build() } else { builder.example(Some(example)).build() }
}

/// Declares a page, its sort keys and the extractor of its list. See [`crate::list`].
#[macro_export]
macro_rules! page {
    (
        $(#[$doc:meta])*
        $visibility:vis struct $page:ident of $item:ty, list $list:ident,
        sort $sort:ident { $($variant:ident = $name:literal),+ $(,)? } default $default:literal,
        expand [$($expand:literal),*], sparse $sparse:literal
    ) => {
        $(#[$doc])*
        #[derive(Debug, serde::Serialize, utoipa::ToSchema)]
        $visibility struct $page {
            /// The items.
            pub data: Vec<$item>,
            /// The `cursor` of the next page; null on the last one.
            #[schema(required = true)]
            pub next_cursor: Option<String>,
            /// The number of all items, with `include=total`.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false, minimum = 0)]
            pub total: Option<i64>,
        }

        /// What the list can be sorted by.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $visibility enum $sort {
            $(#[doc = concat!("`", $name, "`")] $variant,)+
        }

        /// The list's query parameters.
        $visibility type $list = $crate::list::ListQuery<$page>;

        impl $crate::list::Page for $page {
            type Item = $item;
            type Sort = $sort;
            const DEFAULT_SORT: &'static str = $default;
            const EXPANDS: &'static [&'static str] = &[$($expand),*];
            const SPARSE: bool = $sparse;

            fn sort_keys() -> &'static [(&'static str, $sort)] {
                &[$(($name, $sort::$variant)),+]
            }

            fn fields() -> &'static [String] {
                static FIELDS: std::sync::OnceLock<Vec<String>> = std::sync::OnceLock::new();
                FIELDS.get_or_init($crate::list::members_of::<$item>)
            }

            fn new(data: Vec<$item>, next_cursor: Option<String>, total: Option<i64>) -> Self {
                Self { data, next_cursor, total }
            }
        }
    };
}
