//! Who calls, and what they may do.

pub mod admission;
mod caller;
mod challenge;
pub mod credential_keys;
pub mod keys;
pub mod password;
pub mod permissions;
#[cfg(test)]
pub(crate) mod test_world;
pub mod tokens;

pub use admission::TokenAdmission;
pub(crate) use caller::bearer;
pub use caller::{Admission, Anyone, Caller, LoggedIn, Need, Needs, Who};
pub use keys::Keys;
pub use password::Passwords;
