//! A test, run on a server of its own.

use crate::database::Database;
use crate::server::Server;

/// Runs a test on a fresh sandbox on this database. The sandbox is stopped and removed afterwards, also after a failure.
///
/// # Panics
/// When the test fails.
pub fn run(database: Database, test: impl AsyncFnOnce(&Server)) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.unwrap().block_on(async {
        let server = Server::start(database).await;
        test(&server).await;
    });
}
