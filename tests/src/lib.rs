//! Black-box tests of the service: what its clients see, on both databases.
//!
//! [`Server`] is a sandbox of one's own, made from a template in milliseconds; [`Client`] speaks to it as somebody and holds
//! every answer against the OpenAPI document; [`steps`] are the acts that many tests begin with.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod answer;
mod client;
mod contract;
mod database;
mod feed;
pub mod filing;
pub mod imports;
pub mod makeup;
pub mod merkle;
mod raw;
mod receiver;
mod replica;
mod run;
mod schemas;
mod server;
pub mod steps;
pub mod workbook;

pub use answer::Answer;
pub use client::{Call, Client, form};
pub use contract::{Operation, document, operations, resolve};
pub use database::Database;
pub use feed::Follower;
pub use raw::HeldRequest;
pub use receiver::{Received, Receiver, Reply};
pub use replica::Replica;
pub use run::run;
pub use schemas::faults;
pub use server::{Instance, START, Server};

/// Makes of each named `async fn(server: &Server)` two tests, `name::sqlite` and `name::postgres`.
#[macro_export]
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        $(
            mod $name {
                #[test]
                fn sqlite() {
                    $crate::run($crate::Database::Sqlite, super::$name);
                }

                #[test]
                fn postgres() {
                    $crate::run($crate::Database::Postgres, super::$name);
                }
            }
        )+
    };
}

/// Makes of each named `async fn(server: &Server)` one test on SQLite, for what no database has a part in.
#[macro_export]
macro_rules! on_sqlite {
    ($($name:ident),+ $(,)?) => {
        $(
            mod $name {
                #[test]
                fn sqlite() {
                    $crate::run($crate::Database::Sqlite, super::$name);
                }
            }
        )+
    };
}
