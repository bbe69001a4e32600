//! Make-up over HTTP: H4, M1–M6, W4, E7, E8, E9.

mod applications;
mod decisions;
mod exceptional;
mod registration;
mod year;
