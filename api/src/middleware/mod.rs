//! What happens around every handler.
//!
//! From the outside in: [`frame`] (id, log, metrics, headers, HEAD) → compression → [`problems`] (errors become documents) →
//! [`cors`] → [`crowd`] → [`rate_limit`] → [`chaos`] → routing, and [`fallback`] for what no route takes.

pub mod chaos;
pub mod cors;
pub mod crowd;
mod drain;
pub mod fallback;
pub mod frame;
pub mod metrics;
pub mod parameters;
pub mod problems;
pub mod rate_limit;
pub mod security_headers;
