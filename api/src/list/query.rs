//! The query parameters that every list has.

use std::marker::PhantomData;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload};
use futures_util::future::LocalBoxFuture;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::cursor::{Cursor, not_in_set};
use super::page::{Page, SPARSE_TYPE};
use crate::extract::gate::Gate;
use crate::extract::{Query, invalid_parameter};
use crate::problem::{Problem, Text};

/// Rows of a page where nothing is said.
pub(super) const DEFAULT_LIMIT: u32 = 50;
/// Most rows of a page.
pub(super) const MAX_LIMIT: u32 = 200;

/// A sort order: a key and a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order<S> {
    /// What to sort by.
    pub key: S,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// The parameters `limit`, `cursor`, `sort`, `include`, `fields` and `expand` of the list with pages `P`.
#[derive(Debug)]
pub struct ListQuery<P: Page> {
    limit: u32,
    is_limited: bool,
    order: Order<P::Sort>,
    sort: String,
    cursor: Option<Cursor>,
    total: bool,
    fields: Option<Vec<String>>,
    expand: Vec<String>,
    path: String,
    others: Vec<(String, String)>,
    page: PhantomData<fn() -> P>,
}

impl<P: Page> ListQuery<P> {
    /// The sort order.
    #[must_use]
    pub fn order(&self) -> Order<P::Sort> {
        self.order
    }

    /// How many rows to read: one more than the page has, to know whether there is a next one.
    #[must_use]
    pub fn take(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// The keys behind which the page begins; none for the first page.
    ///
    /// # Errors
    /// 400 `invalid-cursor` if the cursor was made up.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>, Problem> {
        self.cursor.as_ref().map(Cursor::keys).transpose()
    }

    /// What to ask the store for.
    ///
    /// # Errors
    /// 400 `invalid-cursor` if the cursor was made up.
    pub fn page<K: DeserializeOwned>(&self) -> Result<xueshi_persistence::Page<K>, Problem> {
        Ok(xueshi_persistence::Page {
            limit: self.take(),
            after: self.after()?,
            descending: self.order.descending,
            count: self.total,
        })
    }

    /// Whether the caller said how many rows a page has: where a list can also be had as a whole, that asks for a page.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        self.is_limited
    }

    /// Whether the caller asked for the total (`include=total`).
    #[must_use]
    pub fn wants_total(&self) -> bool {
        self.total
    }

    /// Whether the caller asked to expand this.
    #[must_use]
    pub fn expands(&self, name: &str) -> bool {
        self.expand.iter().any(|known| known == name)
    }

    /// Cuts the rows that were read to the page, and makes the cursor of the next one if there are more.
    pub fn cut<R, K: Serialize>(
        &self,
        mut rows: Vec<R>,
        keys: impl Fn(&R) -> K,
    ) -> (Vec<R>, Option<Cursor>) {
        let limit = self.limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next =
            if more { rows.last().map(|row| Cursor::after(&self.sort, &keys(row))) } else { None };
        (rows, next)
    }

    /// The answer: the page, only the wanted members of its items, and the link to the next page.
    ///
    /// # Errors
    /// 500 if an item cannot be written as JSON.
    pub fn respond(
        &self,
        items: Vec<P::Item>,
        next: Option<Cursor>,
        total: Option<i64>,
    ) -> Result<HttpResponse, Problem> {
        let mut response = HttpResponse::Ok();
        if let Some(cursor) = &next {
            response.insert_header((header::LINK, self.link(cursor)?));
        }
        let page = P::new(items, next.map(|cursor| cursor.encode()), total);
        let Some(fields) = &self.fields else { return Ok(response.json(page)) };
        let mut page = serde_json::to_value(page).map_err(Problem::internal)?;
        for item in
            page["data"].as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut)
        {
            keep(item, fields);
        }
        let body = serde_json::to_vec(&page).map_err(Problem::internal)?;
        Ok(response.content_type(SPARSE_TYPE).body(body))
    }

    /// The `Link` to the page behind a cursor, for answers that are no page of JSON.
    ///
    /// # Errors
    /// 500 if it is none.
    pub fn link(&self, next: &Cursor) -> Result<HeaderValue, Problem> {
        let link = format!("<{}>; rel=\"next\"", self.address(&next.encode()));
        HeaderValue::try_from(link).map_err(Problem::internal)
    }

    /// The address of the page behind a cursor, with all other parameters as they were.
    fn address(&self, cursor: &str) -> String {
        const KEPT: &AsciiSet =
            &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b',');
        let escape = |text: &str| utf8_percent_encode(text, KEPT).to_string();
        let mut pairs: Vec<String> = self
            .others
            .iter()
            .map(|(name, value)| format!("{}={}", escape(name), escape(value)))
            .collect();
        pairs.push(format!("cursor={cursor}"));
        format!("{}?{}", self.path, pairs.join("&"))
    }

    pub(super) fn parse(path: &str, query: &Query) -> Result<Self, Problem> {
        let limit = match query.get("limit") {
            None => DEFAULT_LIMIT,
            Some(text) => {
                text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit)).ok_or_else(
                    || {
                        let text = Text::new(
                            format!("应为 1 至 {MAX_LIMIT} 的整数"),
                            format!("expected an integer from 1 to {MAX_LIMIT}"),
                        );
                        invalid_parameter("limit", "invalid", text)
                    },
                )?
            }
        };
        let is_limited = query.get("limit").is_some();
        let sort = query.get("sort").unwrap_or(P::DEFAULT_SORT);
        let order = P::order(sort).ok_or_else(|| not_in_set("sort", &P::sorts()))?;
        let cursor = query.get("cursor").map(|text| Cursor::decode(text, sort)).transpose()?;
        let total = match query.get("include") {
            None => false,
            Some("total") => true,
            Some(_) => return Err(not_in_set("include", &["total".to_owned()])),
        };
        let fields =
            query.get("fields").map(|_| members(query, "fields", P::fields())).transpose()?;
        let expands: Vec<String> = P::EXPANDS.iter().map(|&name| name.to_owned()).collect();
        let expand = members(query, "expand", &expands)?;
        let others = query.iter().filter(|(name, _)| *name != "cursor");
        Ok(Self {
            limit,
            is_limited,
            order,
            sort: sort.to_owned(),
            cursor,
            total,
            fields,
            expand,
            path: path.to_owned(),
            others: others.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            page: PhantomData,
        })
    }
}

fn members(query: &Query, name: &str, known: &[String]) -> Result<Vec<String>, Problem> {
    let wanted: Vec<String> = query.list(name).map(str::to_owned).collect();
    let is_fine = |(place, member): (usize, &String)| {
        known.contains(member) && !wanted[..place].contains(member)
    };
    let all_fine = wanted.iter().enumerate().all(is_fine);
    if all_fine { Ok(wanted) } else { Err(not_in_set(name, known)) }
}

/// Leaves the wanted members and the id.
fn keep(item: &mut Map<String, Value>, fields: &[String]) {
    item.retain(|name, _| name == "id" || fields.contains(name));
}

impl<P: Page> FromRequest for ListQuery<P> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let gate = Gate::of(request);
        let result = Query::of(request).and_then(|query| Self::parse(request.path(), &query));
        Box::pin(async move {
            gate.passed().await;
            result
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Code;

    #[derive(Debug, Serialize, utoipa::ToSchema)]
    struct Row {
        id: u32,
        title: String,
    }

    crate::page! {
        /// Rows.
        struct RowPage of Row, list RowList,
        sort RowSort { Id = "id", Title = "title" } default "-id",
        expand ["parts"], sparse true
    }

    fn list(text: &str) -> Result<RowList, Problem> {
        RowList::parse("/v1/rows", &Query::parse(text)?)
    }

    #[test]
    fn defaults_and_orders() {
        let plain = list("year=2023").unwrap();
        assert_eq!(plain.take(), 51);
        assert_eq!(plain.order(), Order { key: RowSort::Id, descending: true });
        assert!(
            !plain.wants_total()
                && !plain.expands("parts")
                && plain.after::<u32>().unwrap().is_none()
        );
        let all = list("limit=200&sort=title&include=total&expand=parts&fields=title").unwrap();
        assert_eq!(all.order(), Order { key: RowSort::Title, descending: false });
        assert!(all.wants_total() && all.expands("parts"));
    }

    #[test]
    fn each_parameter_is_strict() {
        for text in [
            "limit=0",
            "limit=201",
            "limit=x",
            "limit=-1",
            "limit=",
            "sort=",
            "sort=colour",
            "sort=--id",
            "include=all",
            "fields=colour",
            "fields=id,colour",
            "expand=wheels",
        ] {
            assert_eq!(list(text).unwrap_err().code(), Code::InvalidParameter, "{text}");
        }
        assert_eq!(list("cursor=abc").unwrap_err().code(), Code::InvalidCursor);
        assert_eq!(list("cursor=").unwrap_err().code(), Code::InvalidCursor);
    }

    #[actix_web::test]
    async fn the_next_page_goes_on_behind_the_last_row() {
        let rows =
            || (1..=3).rev().map(|id| Row { id, title: format!("t{id}") }).collect::<Vec<_>>();
        let first = list("limit=2&q=a+b&fields=id").unwrap();
        let (page, next) = first.cut(rows(), |row| row.id);
        let response = first.respond(page, next, Some(3)).unwrap();
        let link = response.headers().get(header::LINK).unwrap().to_str().unwrap().to_owned();
        assert_eq!(response.headers().get(header::CONTENT_TYPE).unwrap(), SPARSE_TYPE);
        let bytes = actix_web::body::to_bytes(response.into_body()).await.unwrap();
        let body: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(body["data"], serde_json::json!([{"id": 3}, {"id": 2}]));
        assert_eq!(body["total"], 3);
        let cursor = body["next_cursor"].as_str().unwrap();
        assert_eq!(
            link,
            format!("</v1/rows?limit=2&q=a%20b&fields=id&cursor={cursor}>; rel=\"next\"")
        );
        let second = list(&format!("limit=2&cursor={cursor}")).unwrap();
        assert_eq!(second.after::<u32>().unwrap(), Some(2));
        let (_, next) = second.cut(vec![Row { id: 1, title: String::new() }], |row| row.id);
        assert!(next.is_none());
    }
}
