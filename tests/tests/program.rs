//! The program as a process of its own, on the database of a server.

use std::process::{Command, Stdio};

use xueshi_tests::Server;

/// A command of the program, over what a server has.
pub(crate) fn xueshi(server: &Server, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xueshi-under-test"));
    command.args(words).args([
        "--sandbox",
        "--log",
        "warn",
        "--database-url",
        server.database_url(),
    ]);
    command.arg("--data-dir").arg(server.directory());
    command.env_clear().current_dir(server.directory());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}
