//! The rules of continuing-education hours, as pure functions from facts to outcome and reason.
//!
//! Nothing here reads a clock, a database or a network: the instant, the ids and the random bits are inputs. A rule answers
//! with its verdict or with a [`Refusal`], which names the rule of the rulebook, the notice's clause and the facts; texts for
//! people and status codes are the business of the caller. Outside text is parsed once, at the edge, into types that cannot
//! hold a wrong value ([`hours::Hours`], [`identity::IdNumber`], [`learning::LearningSpan`], …).
//!
//! | module | subject | rules |
//! | --- | --- | --- |
//! | [`hours`], [`learning`] | amounts, subjects, ways, spans | H1, H2, H8 |
//! | [`identity`], [`people`] | id numbers, unit codes, masks, posts | U3, U4, U4a, U4b |
//! | [`policy`] | a year's floors, windows, limits, conversion table | W3, W4, H8 |
//! | [`calendar`] | working days, windows, the freeze | V2, W1–W5 |
//! | [`review`] | states, transitions, due dates, route | V1, V3–V5 |
//! | [`declaration`] | what may be declared, duplicates | H2, H5–H10 |
//! | [`ledger`], [`certificate`] | totals, annual record, certificates | H1–H3, A1, A2 |
//! | [`seminar`], [`funding`] | advanced seminars, training funds | P6, U5 |
//! | [`explanation`] | the checks behind decisions | V7 |
//! | [`exemption`] | being let off a year | A5, A6 |
//! | [`appeal`] | against a rejection or revocation, for a missing record | V8 |
//! | [`filing`], [`training_plan`], [`class`] | filings, yearly plans, classes and rosters | P1–P5, H9 |
//! | [`makeup`] | hours of prior years: applications, grants, what may be registered | H4, M1–M6, W4 |
//! | [`figures`] | what is counted, formulae, forecast | V3, V9, M6, U1, U5 |
//! | [`sync`], [`reconciliation`] | what is kept in step with other systems, and how it is compared | – |
//! | [`registry`] | kinds of units and the states of what is registered | Who, P1, P2, U3, W3 |
//! | [`registration`], [`transfer`], [`merging`] | people who register, move, and have two records | U0, U2, U4 |
//! | [`units`], [`titles`] | the tree of units and their offices, series of titles | Who, U1, U4b |
//! | [`webhook`] | when deliveries are tried, and where none may go | – |
//! | [`workflow`], [`event`] | side roads and their states, what happened | V3 |
//! | [`access`] | roles, scopes, subtrees, who may review | Who |
//! | [`personal_data`] | purposes of a reveal, when a person is erased | U4a |
#[macro_use]
mod text_enum;

pub mod access;
pub mod appeal;
pub mod calendar;
pub mod certificate;
pub mod class;
pub mod declaration;
pub mod duplicate;
pub mod event;
pub mod exemption;
pub mod explanation;
pub mod export;
pub mod figures;
pub mod filing;
pub mod funding;
pub mod hours;
pub mod identity;
pub mod import;
pub mod inbound;
pub mod instant;
pub mod job;
pub mod learning;
pub mod ledger;
pub mod makeup;
pub mod merging;
pub mod people;
pub mod personal_data;
pub mod policy;
pub mod reconciliation;
pub mod refusal;
pub mod registration;
pub mod registry;
pub mod review;
pub mod rule;
pub mod seminar;
pub mod settlement;
pub mod sync;
pub mod titles;
pub mod training_plan;
pub mod transfer;
pub mod units;
pub mod webhook;
pub mod workflow;

pub use hours::Hours;
pub use instant::CHINA;
pub use refusal::{Refusal, RefusalCode};
pub use rule::{Rule, RuleRef};
pub use text_enum::{TextEnum, UnknownText};
