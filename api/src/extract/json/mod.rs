//! Strict JSON: bytes → tree → value, with an RFC 6901 pointer to whatever is wrong.
//!
//! `read` refuses what JSON leaves open (duplicate members, lone surrogates, NUL, depth); `decode` turns the tree into a type
//! and knows structurally, not by message, what did not fit.

pub(super) mod decode;
pub(super) mod fault;
pub(super) mod read;

pub(super) use fault::{Fault, Kind, pointer};
