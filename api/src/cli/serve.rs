//! `xueshi serve`.

use clap::Args;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use super::{CommandError, Output};
use crate::app::Application;
use crate::settings::Settings;

/// Arguments of `xueshi serve`; everything else is a setting.
#[derive(Debug, Args)]
pub(super) struct Serve {}

impl Serve {
    pub(super) async fn run(self, settings: Settings, output: Output) -> Result<(), CommandError> {
        let sandbox = settings.sandbox;
        let application = Application::start(settings).await?;
        let url = format!("http://{}", application.address());
        let kind = if sandbox { "sandbox" } else { "service" };
        output.result(
            &format!("xueshi {kind} at {url} (docs at {url}/docs/)"),
            &json!({"url": url, "sandbox": sandbox}),
        );
        let stop = application.stop_handle();
        actix_web::rt::spawn(async move {
            if let Err(error) = stop_signal().await {
                log::warn!("cannot listen for signals: {error}");
                return;
            }
            log::info!("stopping: finishing what is under way");
            stop.stop(true).await;
        });
        application.run().await.map_err(|error| CommandError::Failed(error.to_string()))
    }
}

/// Waits for SIGTERM or Ctrl-C.
async fn stop_signal() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        result = tokio::signal::ctrl_c() => result,
    }
}
