//! With which algorithms credentials are signed.

use clap::ValueEnum;

/// A signature suite of credentials and status lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum CredentialSuite {
    /// Ed25519, which libraries of all languages verify
    #[default]
    Ed25519,
    /// SM2 with SM3, for installations that must use the national algorithms
    Sm2,
}
