//! The `xueshi` binary. Everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    xueshi_api::cli::main()
}
