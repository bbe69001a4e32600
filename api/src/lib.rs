//! HTTP service of xueshi: routes, request and answer types, services, command line.
//!
//! A request goes route → service → domain → store and back; `docs/architecture.md` follows one. Start with [`routes`] for
//! what there is, [`app`] for how it is put together, [`problem`] for how it says no.

pub mod app;
pub mod auth;
pub mod certificate_pdf;
pub mod cli;
pub mod dto;
pub mod export;
pub mod extract;
pub mod list;
pub mod media;
pub mod middleware;
pub mod openapi;
pub mod problem;
pub mod request;
pub mod routes;
pub mod sandbox;
pub mod services;
pub mod settings;
pub mod sheets;
mod sockets;
pub mod state;
pub mod storage;

/// It gives back to the system what is not used any more: a start needs several times the memory that the running service keeps.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub use app::{Application, StartError, StopHandle};
pub use settings::Settings;
