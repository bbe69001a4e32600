//! Numbers for Prometheus.

use std::sync::OnceLock;
use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use metrics::{SharedString, counter, describe_counter, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::openapi::Operation;

const REQUESTS: &str = "xueshi_http_requests_total";
const ATTEMPTS: &str = "xueshi_webhook_attempts_total";
const ATTEMPT_DURATION: &str = "xueshi_webhook_attempt_duration_seconds";
const PAGE_DURATION: &str = "xueshi_certificate_page_duration_seconds";
const DURATION: &str = "xueshi_http_request_duration_seconds";
const BUCKETS: [f64; 12] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// The recorder of this process, installed by the first application; none if another recorder was there before.
fn recorder() -> Option<&'static PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let install = || {
        let handle =
            PrometheusBuilder::new().set_buckets(&BUCKETS).ok()?.install_recorder().ok()?;
        describe_counter!(REQUESTS, "Requests by path template, method and status");
        describe_histogram!(
            DURATION,
            metrics::Unit::Seconds,
            "Time from the request's head to the answer's head"
        );
        describe_counter!(ATTEMPTS, "Attempts to deliver to a webhook by outcome");
        describe_histogram!(
            ATTEMPT_DURATION,
            metrics::Unit::Seconds,
            "Time from looking up a receiver's name to the end of its answer"
        );
        describe_histogram!(
            PAGE_DURATION,
            metrics::Unit::Seconds,
            "Time to draw a certificate that is not kept"
        );
        gauge!("xueshi_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        Some(handle)
    };
    RECORDER.get_or_init(install).as_ref()
}

/// Installs the recorder, at most once in a process.
pub(crate) fn install() {
    if recorder().is_none() {
        log::warn!("another metrics recorder is installed; /metrics stays empty");
    }
}

/// Bounds the memory of histograms that nobody reads; called every few seconds.
pub(crate) fn upkeep() {
    if let Some(handle) = recorder() {
        handle.run_upkeep();
    }
}

/// The text for `/metrics`.
pub(crate) fn render() -> String {
    if let Some(bytes) = resident_bytes() {
        gauge!("process_resident_memory_bytes").set(bytes);
    }
    recorder().map(PrometheusHandle::render).unwrap_or_default()
}

/// Counts one answered request. Paths outside the document are counted together, so that nobody can grow the table.
pub(super) fn record(
    operation: Option<&Operation>,
    method: &Method,
    status: StatusCode,
    elapsed: Duration,
) {
    let path: SharedString =
        operation.map_or("-".into(), |operation| operation.template.clone().into());
    let method = match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    };
    counter!(REQUESTS, "path" => path.clone(), "method" => method, "status" => status.as_str().to_owned()).increment(1);
    histogram!(DURATION, "path" => path, "method" => method).record(elapsed);
}

/// Counts one attempt to deliver to a webhook: `delivered`, or why it failed.
pub(crate) fn record_attempt(outcome: &'static str, elapsed: Duration) {
    counter!(ATTEMPTS, "outcome" => outcome).increment(1);
    histogram!(ATTEMPT_DURATION, "outcome" => outcome).record(elapsed);
}

/// Counts a certificate that was drawn.
pub(crate) fn record_page(elapsed: Duration) {
    histogram!(PAGE_DURATION).record(elapsed);
}

/// Resident memory, where the system tells it.
fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kibibytes * 1024.0)
}
