//! `xueshi bench`.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use clap::Args;

use super::CommandError;

/// The program that measures. It is one of its own, since no service needs what is in it.
const PROGRAM: &str = "xueshi-bench";

/// Arguments of `xueshi bench`.
#[derive(Debug, Args)]
pub(super) struct Bench {
    /// Words for xueshi-bench, which `make bench` builds beside this program; -- --help shows them
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "WORD")]
    words: Vec<OsString>,
}

impl Bench {
    /// Becomes the program that measures.
    pub(super) fn run(&self, json: bool) -> Result<(), CommandError> {
        let program = std::env::current_exe()
            .map_err(|error| CommandError::Failed(error.to_string()))?
            .with_file_name(PROGRAM);
        let mut command = Command::new(&program);
        if json {
            command.arg("--json");
        }
        // It only comes back when there is no such program.
        let error = command.args(&self.words).exec();
        Err(CommandError::Failed(format!(
            "{}: {error}; `make bench` builds it and runs it on both databases",
            program.display()
        )))
    }
}
