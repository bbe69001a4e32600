//! The process in which a service runs that is measured: the real one, from the library, on a sandbox database.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use clap::Args;
use xueshi_api::{Application, Settings};
use xueshi_persistence::Transparency;

use crate::Failure;

/// The issuer of tokens. The same for all, so that a token is good in every copy of the database that it was made on.
const PUBLIC_URL: &str = "http://bench.invalid";
/// Tokens outlive the run.
const TOKEN_LIFE: Duration = Duration::from_secs(86_400);

/// Arguments of the process.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[arg(long)]
    database_url: String,
    #[arg(long)]
    data_dir: PathBuf,
    /// Leave out what the transparency log writes: no setting of the program does that
    #[arg(long)]
    without_log: bool,
}

impl Serve {
    /// Serves until standard input ends. The first line of standard output is the address.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut settings = Settings::for_tests(self.data_dir);
        settings.database_url = Some(self.database_url);
        settings.public_url = Some(PUBLIC_URL.to_owned());
        settings.access_token_life = TOKEN_LIFE;
        settings.workers = std::thread::available_parallelism().map_or(2, usize::from);
        if self.without_log {
            settings.transparency = Transparency::Left;
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        tokio::task::LocalSet::new().block_on(&runtime, serve(settings))
    }
}

async fn serve(settings: Settings) -> Result<(), Failure> {
    let application = Application::start(settings).await.map_err(|error| error.to_string())?;
    let stop = application.stop_handle();
    tokio::task::spawn_local(async move {
        input_ends().await;
        // What was answered is committed; only idle connections would be waited for.
        stop.stop(false).await;
    });
    let mut out = io::stdout();
    writeln!(out, "{}", application.address())?;
    out.flush()?;
    Ok(application.run().await?)
}

/// Stops a server when whoever measures is through, or is gone.
pub(crate) fn until_input_ends(server: ServerHandle) {
    tokio::task::spawn_local(async move {
        input_ends().await;
        server.stop(false).await;
    });
}

async fn input_ends() {
    let (send, ended) = tokio::sync::oneshot::channel::<()>();
    std::thread::spawn(move || {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        let _ = send.send(());
    });
    let _ = ended.await;
}
