//! A sandbox that runs in this process.

use std::fmt;
use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread::JoinHandle;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use serde_json::json;
use xueshi_api::{Application, Settings, StopHandle};

use crate::client::Client;
use crate::database::{Database, Place};

/// When every test begins.
pub const START: &str = "2023-10-16T09:00:00+08:00";

/// A sandbox with a database of its own. It stops when it is dropped.
#[derive(Debug)]
pub struct Server {
    database: Database,
    // Dropped in this order: the service stops before its database is removed.
    running: Running,
    place: Place,
}

impl Server {
    /// Starts a sandbox with the demo world, at [`START`].
    pub async fn start(database: Database) -> Server {
        Self::with(database, |_| ()).await
    }

    /// Starts a sandbox with other settings.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn with(database: Database, change: impl FnOnce(&mut Settings)) -> Server {
        let place = database.copy();
        let running = Running::start(&place, change).unwrap_or_else(|error| panic!("{error}"));
        let server = Server { database, running, place };
        server.set_clock(START).await;
        server
    }

    /// Settings of a service that is no sandbox.
    pub fn as_production(settings: &mut Settings) {
        settings.sandbox = false;
        settings.public_url = Some("https://xueshi.example".to_owned());
    }

    /// Starts a service on an empty database, which need not be a sandbox.
    ///
    /// # Errors
    /// The reason why it does not start.
    pub fn on_empty(
        database: Database,
        change: impl FnOnce(&mut Settings),
    ) -> Result<Server, String> {
        let place = database.empty();
        let running = Running::start(&place, change)?;
        Ok(Server { database, running, place })
    }

    /// Stops it and starts it again on the same database with other settings.
    ///
    /// # Errors
    /// The reason why it does not start.
    pub fn restart(self, change: impl FnOnce(&mut Settings)) -> Result<Server, String> {
        let Server { database, mut running, place } = self;
        running.stop();
        let running = Running::start(&place, change)?;
        Ok(Server { database, running, place })
    }

    /// The kind of database.
    pub fn database(&self) -> Database {
        self.database
    }

    /// The address of its database.
    pub fn database_url(&self) -> &str {
        &self.place.url
    }

    /// Runs SQL on its database, for what no client can bring about.
    ///
    /// # Panics
    /// When the database refuses it.
    pub fn sql(&self, statements: &str) {
        match self.database {
            Database::Sqlite => {
                let file = self.place.url.trim_start_matches("sqlite://");
                let mut connection = SqliteConnection::establish(file).unwrap();
                connection.batch_execute("pragma busy_timeout = 5000").unwrap();
                connection.batch_execute(statements).unwrap();
            }
            Database::Postgres => {
                PgConnection::establish(&self.place.url)
                    .unwrap()
                    .batch_execute(statements)
                    .unwrap();
            }
        }
    }

    /// Whether its database refuses this SQL.
    pub fn refuses_sql(&self, statement: &str) -> bool {
        match self.database {
            Database::Sqlite => {
                let file = self.place.url.trim_start_matches("sqlite://");
                let mut connection = SqliteConnection::establish(file).unwrap();
                connection.batch_execute("pragma busy_timeout = 5000").unwrap();
                connection.batch_execute(statement).is_err()
            }
            Database::Postgres => {
                PgConnection::establish(&self.place.url).unwrap().batch_execute(statement).is_err()
            }
        }
    }

    /// A service on a copy of its database, made while it is stopped ([`Server::stop`]). Its clock goes on in the copy.
    ///
    /// # Panics
    /// When it does not start.
    pub fn copy(&self) -> Server {
        let place = self.place.copied();
        let running = Running::start(&place, |_| ()).unwrap_or_else(|error| panic!("{error}"));
        Server { database: self.database, running, place }
    }

    /// Another instance of the service on the same database, which must be PostgreSQL. It is known by the same address: tokens of one
    /// are good at the other.
    ///
    /// # Panics
    /// When it does not start.
    pub fn another(&self) -> Instance {
        self.another_with(|_| ())
    }

    /// Another one, which reaches the database through a pooler that lends sessions for a transaction at a time.
    ///
    /// # Panics
    /// When it does not start.
    pub fn another_behind_a_pooler(&self) -> Instance {
        let pooler = self.place.pooler_url();
        self.another_with(|settings| settings.pooler_url = Some(pooler))
    }

    fn another_with(&self, change: impl FnOnce(&mut Settings)) -> Instance {
        let public_url = format!("http://{}", self.address());
        let change = |settings: &mut Settings| {
            settings.public_url = Some(public_url);
            change(settings);
        };
        Instance(Running::start(&self.place, change).unwrap_or_else(|error| panic!("{error}")))
    }

    /// Stops it; its database stays until it is dropped.
    pub fn stop(&mut self) {
        self.running.stop();
        self.place.settle();
    }

    /// Starts it again after [`Server::stop`].
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_again(&mut self) {
        self.running =
            Running::start(&self.place, |_| ()).unwrap_or_else(|error| panic!("{error}"));
    }

    /// The directory of its files.
    pub fn directory(&self) -> &std::path::Path {
        &self.place.directory
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.running.address
    }

    /// A client without a token.
    pub fn nobody(&self) -> Client {
        Client::new(self.address())
    }

    /// A client that is logged in with a sandbox account.
    pub async fn login(&self, username: &str) -> Client {
        self.login_with(username, "sandbox").await
    }

    /// A client that is logged in.
    pub async fn login_with(&self, username: &str, password: &str) -> Client {
        let nobody = self.nobody();
        let body = json!({"username": username, "password": password});
        let tokens = nobody.post("/v1/auth/login").json(body).await.is(200);
        nobody.with_token(tokens["access_token"].as_str().unwrap()).named(username)
    }

    /// A machine that is logged in with its secret; all its scopes.
    pub async fn machine(&self, client_id: &str) -> Client {
        let nobody = self.nobody();
        let call = nobody.post("/v1/oauth/token").basic(client_id, "sandbox");
        let tokens = call.form(&[("grant_type", "client_credentials")]).await.is(200);
        nobody.with_token(tokens["access_token"].as_str().unwrap()).named(client_id)
    }

    /// Sets the clock, which then runs on.
    pub async fn set_clock(&self, instant: &str) {
        self.nobody().put("/v1/sandbox/clock").json(json!({"now": instant})).await.is(200);
    }

    /// Sets the clock, which then stands still.
    pub async fn freeze_clock(&self, instant: &str) {
        self.nobody()
            .put("/v1/sandbox/clock")
            .json(json!({"now": instant, "frozen": true}))
            .await
            .is(200);
    }
}

/// One more service on the database of a [`Server`], which has to outlive it.
#[derive(Debug)]
pub struct Instance(Running);

impl Instance {
    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.0.address
    }
}

/// A service on a thread of its own.
pub(crate) struct Running {
    address: SocketAddr,
    stop: StopHandle,
    thread: Option<JoinHandle<()>>,
}

impl fmt::Debug for Running {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Running").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Running {
    /// Starts it and waits until it listens.
    pub(crate) fn start(
        place: &Place,
        change: impl FnOnce(&mut Settings),
    ) -> Result<Running, String> {
        let mut settings = Settings::for_tests(place.directory.clone());
        settings.database_url = Some(place.url.clone());
        settings.pooler_url = place.pooled();
        change(&mut settings);
        let (send, receive) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            tokio::task::LocalSet::new().block_on(&runtime, async move {
                match Application::start(settings).await {
                    Ok(application) => {
                        let _ = send.send(Ok((application.address(), application.stop_handle())));
                        let _ = application.run().await;
                    }
                    Err(error) => {
                        let _ = send.send(Err(error.to_string()));
                    }
                }
            });
        });
        let (address, stop) =
            receive.recv().map_err(|_| "the service's thread ended".to_owned())??;
        Ok(Running { address, stop, thread: Some(thread) })
    }

    /// Stops it and waits until it has ended.
    pub(crate) fn stop(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        let stop = self.stop.clone();
        // The handle's future needs no runtime of ours, but this one may be inside of one that must not be blocked on.
        let stopper = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(stop.stop(false));
        });
        let _ = stopper.join();
        let _ = thread.join();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}
