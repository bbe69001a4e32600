//! A list as one thing: who may read it, what it takes, and how a page of it is read. Its route answers with one page; an export
//! takes all of them (ADR 0026).

use actix_web::HttpResponse;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use xueshi_persistence::{Page as Behind, Reader, Slice};

use super::page::Page;
use super::query::ListQuery;
use crate::auth::{Need, Needs};
use crate::extract::{Query, parse_params, unknown_parameter};
use crate::problem::Problem;
use crate::services::{Asker, Desk};

/// A list.
pub trait Listed: 'static {
    /// Who may read it.
    type Needs: Needs<Who = Asker>;
    /// Its pages.
    type Page: Page<Item: Send>;
    /// Its filters.
    type Which: DeserializeOwned + Send + 'static;
    /// What its rows are in order by.
    type Key: Clone + Serialize + DeserializeOwned + Send + 'static;

    /// Rows that an export reads at once.
    const AT_ONCE: i64 = 1_000;

    /// Some rows, as far as the asker may see them.
    ///
    /// # Errors
    /// On a database failure, and for filters that lead nowhere.
    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: Self::Which,
        page: Behind<Self::Key>,
    ) -> Result<Rows<Self>, Problem>;
}

/// Rows of a list, each with its key.
pub type Rows<L> = Slice<(<L as Listed>::Key, <<L as Listed>::Page as Page>::Item)>;

/// Answers with a page.
///
/// # Errors
/// As [`Listed::read`]; 400 `invalid-cursor`.
pub async fn answer<L: Listed>(
    desk: &Desk,
    asker: &Asker,
    list: ListQuery<L::Page>,
    which: L::Which,
) -> Result<HttpResponse, Problem> {
    let page = list.page::<L::Key>()?;
    let found = desk.read(asker, move |reader, asker| L::read(reader, asker, which, page)).await?;
    let (rows, next) = list.cut(found.rows, |(key, _)| key.clone());
    list.respond(rows.into_iter().map(|(_, item)| item).collect(), next, found.total)
}

/// A part of a list for an export.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// The rows as JSON, as the list answers them.
    pub lines: Vec<String>,
    /// The key of the last one, if there may be more behind it.
    pub next: Option<Value>,
    /// How many rows there are in all, where that was asked.
    pub total: Option<i64>,
}

/// A list whose type is not known to whoever reads it.
#[derive(Debug, Clone, Copy)]
pub struct Source {
    /// Who may read it.
    pub need: Need,
    /// Rows that an export reads at once.
    pub at_once: i64,
    check: fn(&Query) -> Result<(), Problem>,
    read: ReadPart,
}

/// Which part of a list.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// The list's parameters.
    pub query: &'a Query,
    /// The key behind which it begins.
    pub after: Option<Value>,
    /// Rows at most.
    pub limit: i64,
    /// Whether to count all rows too.
    pub count: bool,
}

type ReadPart = fn(&mut Reader<'_>, &Asker, Wanted<'_>) -> Result<Part, Problem>;

/// Parameters of pages and of their form, which have no place where a list is read as a whole.
const OF_PAGES: [&str; 7] = ["limit", "cursor", "include", "fields", "expand", "dry_run", "format"];

impl Source {
    /// A list.
    #[must_use]
    pub const fn of<L: Listed>() -> Self {
        Self {
            need: <L::Needs as Needs>::NEED,
            at_once: L::AT_ONCE,
            check: check::<L>,
            read: read::<L>,
        }
    }

    /// Whether these are parameters of the list: its filters and its order.
    ///
    /// # Errors
    /// 400 for one that it does not take, and for values that it does not take.
    pub fn check(&self, query: &Query) -> Result<(), Problem> {
        if let Some((name, _)) = query.iter().find(|(name, _)| OF_PAGES.contains(name)) {
            return Err(unknown_parameter(name));
        }
        (self.check)(query)
    }

    /// A part of the list.
    ///
    /// # Errors
    /// As [`Listed::read`].
    pub fn read(
        &self,
        reader: &mut Reader<'_>,
        asker: &Asker,
        wanted: Wanted<'_>,
    ) -> Result<Part, Problem> {
        (self.read)(reader, asker, wanted)
    }
}

fn check<L: Listed>(query: &Query) -> Result<(), Problem> {
    ListQuery::<L::Page>::parse("", query)?;
    parse_params::<L::Which>(query).map(drop)
}

fn read<L: Listed>(
    reader: &mut Reader<'_>,
    asker: &Asker,
    wanted: Wanted<'_>,
) -> Result<Part, Problem> {
    let list = ListQuery::<L::Page>::parse("", wanted.query)?;
    let which: L::Which = parse_params(wanted.query)?;
    let after = wanted.after.map(serde_json::from_value).transpose().map_err(Problem::internal)?;
    let (limit, descending) = (wanted.limit, list.order().descending);
    let found =
        L::read(reader, asker, which, Behind { limit, after, descending, count: wanted.count })?;
    let is_full = i64::try_from(found.rows.len()).is_ok_and(|rows| rows == limit);
    let last = found.rows.last().filter(|_| is_full).map(|(key, _)| serde_json::to_value(key));
    let next = last.transpose().map_err(Problem::internal)?;
    let lines = found.rows.iter().map(|(_, item)| serde_json::to_string(item));
    let lines = lines.collect::<Result<_, _>>().map_err(Problem::internal)?;
    Ok(Part { lines, next, total: found.total })
}
