//! The `xueshi` binary, built where the tests can find it: the same one line as in `api/src/main.rs`.

use std::process::ExitCode;

fn main() -> ExitCode {
    xueshi_api::cli::main()
}
