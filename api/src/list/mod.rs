//! Lists: `limit`, `cursor`, `sort`, `include=total`, `fields`, `expand`, and the `Link` to the next page.
//!
//! [`page!`](crate::page) declares a page with its sort keys; the handler takes the list's type as an extractor:
//!
//! ```ignore
//! page! {
//!     /// Declarations, the newest first.
//!     pub struct DeclarationPage of DeclarationSummary, list DeclarationList,
//!     sort DeclarationSort { CreatedAt = "created_at", DueAt = "due_at" } default "-created_at",
//!     expand ["reviews"], sparse true
//! }
//!
//! async fn list_declarations(caller: Caller<ReadOwnOrRecords>, list: DeclarationList, …) -> Result<HttpResponse, Problem> {
//!     let after: Option<(String, Uuid)> = list.after()?;
//!     let rows = services::declarations::list(…, list.order(), after, list.take()).await?;
//!     let (rows, next) = list.cut(rows, |row| (row.created_at.to_string(), row.id));
//!     list.respond(rows.into_iter().map(DeclarationSummary::from).collect(), next, total)
//! }
//! ```

mod cursor;
pub mod listed;
mod page;
mod query;

pub use cursor::Cursor;
pub use page::{Page, SPARSE_TYPE, members_of};
pub use query::{ListQuery, Order};
