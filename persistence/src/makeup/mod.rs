//! Make-up: applications with their items and decisions, grants, and the bases that review first (M1–M6).

mod applications;
mod bodies;
mod grants;
mod items;
mod reviews;
mod sight;

pub use applications::{MakeupApplication, MakeupApplicationFilter, MakeupSight};
pub use bodies::MakeupBody;
pub use grants::{MakeupGrant, MakeupGrantFilter};
pub use items::MakeupItem;
pub use reviews::MakeupReview;
