//! Many completions through a service of its own, with its memory. Its rate is measured by
//! `tests/clients/push_completions.py target/release/xueshi`.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// 4,000 completions: a result for each line, and memory that stays.
#[test]
fn thousands_of_completions_need_no_more_memory_than_a_few() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/push_completions.py");
    let mut command = Command::new("python3");
    command.arg(script).arg(env!("CARGO_BIN_EXE_xueshi-under-test"));
    command.args([
        "--completions",
        "4000",
        "--people",
        "40",
        "--batch",
        "200",
        "--least-steady",
        "0",
    ]);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stdout));
    let measured: Value = serde_json::from_slice(&output.stdout).unwrap();
    let memory = |tenth: usize| measured["tenths"][tenth]["rss_mib"].as_f64().unwrap();
    assert!(memory(9) < memory(1) + 32.0, "{measured:#}");
}
