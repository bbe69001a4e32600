//! Every way in which a rule can say no, with the facts it said it on.
//!
//! There are no sentences here: the caller owns the texts, in both languages, keyed by [`RefusalCode`].

use serde::Serialize;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::appeal;
use crate::calendar::windows::WindowKind;
use crate::hours::Hours;
use crate::learning::{EvidenceKind, Way};
use crate::ledger::RecordState;
use crate::merging::Conflict;
use crate::people::Post;
use crate::registry::FilingState;
use crate::review::{Event, Stage, State};

mod code;
mod ground;
mod kind;

pub use code::RefusalCode;
pub use ground::{
    ClassMismatch, DuplicateGround, ErasureGround, LimitKind, Mend, MendedBy, NotFiledReason,
};

/// A rule's answer when the answer is no, with the facts that it rests on.
///
/// As JSON it is an object whose member `code` is [`Refusal::code`] beside the facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Refusal {
    /// The window for this act is closed now (W3).
    WindowClosed {
        /// Which window.
        kind: WindowKind,
        /// The year whose window it is.
        year: i32,
        /// Its first instant.
        #[serde(with = "crate::instant::rfc3339")]
        opens: OffsetDateTime,
        /// The first instant after it.
        #[serde(with = "crate::instant::rfc3339")]
        closes: OffsetDateTime,
        /// When a window of this kind opens next: this year's, or a later year's for that year's learning.
        #[serde(with = "crate::instant::rfc3339_option")]
        next_opening: Option<OffsetDateTime>,
    },
    /// Every change is refused during a year-end freeze, whatever year it is about (W1).
    YearEndFreeze {
        /// The first frozen instant.
        #[serde(with = "crate::instant::rfc3339")]
        opens: OffsetDateTime,
        /// The first instant after the freeze.
        #[serde(with = "crate::instant::rfc3339")]
        closes: OffsetDateTime,
    },
    /// The year has no make-up window (W4), or the ordinary one is closed to exceptional cases only.
    MakeupClosed {
        /// The year in which make-up was asked for.
        year: i32,
        /// Whether the year's policy takes exceptional make-up.
        exceptional_only: bool,
    },
    /// The year takes ordinary make-up in its window, and nothing exceptional (M6).
    ExceptionalNotOpen {
        /// The year in which make-up was asked for.
        year: i32,
    },
    /// Exceptional make-up without a stated special reason (M6, W4).
    ExceptionalReasonMissing,
    /// A year that cannot be made up now (M1).
    #[serde(rename = "makeup-year-not-open")]
    MakeupYear {
        /// The year.
        year: i32,
        /// The earliest year that can be.
        earliest: i32,
        /// The latest year that can be: the one before the present one.
        latest: i32,
    },
    /// The year needs no make-up: it is complete, or the person is exempt from it (M1, M3).
    MakeupNotNeeded {
        /// The year.
        year: i32,
    },
    /// A grant for the same person and year stands already (M3).
    MakeupAlreadyGranted {
        /// The year.
        year: i32,
        /// The grant.
        grant_id: Uuid,
    },
    /// Another application for the same person and year waits for a decision (M3).
    MakeupAlreadyApplied {
        /// The year.
        year: i32,
        /// The application.
        application_id: Uuid,
    },
    /// Learning outside the time between the grant and the study deadline (M3).
    OutsideMakeupStudy {
        /// Its first day.
        #[serde(with = "crate::instant::iso_date")]
        start: Date,
        /// Its last day.
        #[serde(with = "crate::instant::iso_date")]
        end: Date,
        /// The first day that counts: that of the grant.
        #[serde(with = "crate::instant::iso_date")]
        from: Date,
        /// The first instant that no longer counts.
        #[serde(with = "crate::instant::rfc3339")]
        until: OffsetDateTime,
    },
    /// There is no published policy for the year (W3).
    NoPolicy {
        /// The year.
        year: i32,
    },
    /// The learning reaches over New Year and must be split (H2, E11).
    SpansTwoYears {
        /// Its first day.
        #[serde(with = "crate::instant::iso_date")]
        start: Date,
        /// Its last day.
        #[serde(with = "crate::instant::iso_date")]
        end: Date,
    },
    /// The learning ends before it starts (H2).
    LearningDatesInverted {
        /// Its first day.
        #[serde(with = "crate::instant::iso_date")]
        start: Date,
        /// Its last day.
        #[serde(with = "crate::instant::iso_date")]
        end: Date,
    },
    /// The declared year is not the one in which the learning ended (H2).
    YearMismatch {
        /// The year of the declaration.
        year: i32,
        /// The year in which the learning ended.
        learning_year: i32,
    },
    /// The learning ends in the future (H2).
    LearningNotFinished {
        /// Its last day.
        #[serde(with = "crate::instant::iso_date")]
        ends: Date,
        /// Today.
        #[serde(with = "crate::instant::iso_date")]
        today: Date,
    },
    /// A declaration of no hours (H1).
    HoursNotPositive,
    /// Professional hours of a trainer without a class on a plan that was approved before it began (H5).
    TrainingPlanNotFiled {
        /// The title of the class, or the declared title where there is no class.
        class: String,
        /// The class, if it is registered.
        class_id: Option<Uuid>,
        /// The name of the institution that gave it, if known.
        institution: Option<String>,
        /// The institution, if known.
        institution_id: Option<Uuid>,
        /// What is missing.
        missing: NotFiledReason,
        /// What mends it; who has to do that is [`Mend::by`].
        mend: Mend,
    },
    /// A unit without a filing that stands holds no new classes (P1, P5).
    FilingNotGranted {
        /// The name of the unit.
        institution: String,
        /// The year.
        year: i32,
        /// Where its filing stands, if it has one.
        state: Option<FilingState>,
    },
    /// A year that is over cannot be applied for (P1).
    FilingYearOver {
        /// The year.
        year: i32,
    },
    /// A plan without any item (P2).
    PlanEmpty,
    /// Classes rest on the item that an amendment would take away or narrow (P2).
    PlanItemInUse {
        /// The item.
        item: Uuid,
        /// What it is about.
        theme: String,
        /// How many classes rest on it.
        classes: u32,
        /// The most hours that one of them gives.
        most_hours: Hours,
    },
    /// The class does not fit the item of the plan that it is to stand on (P3).
    ClassNotInPlan {
        /// In what.
        mismatch: ClassMismatch,
    },
    /// The attendee did not pass the class (P4).
    ClassNotPassed {
        /// The title of the class.
        class: String,
    },
    /// Public-required hours without a platform's completion record (H6).
    PublicHoursNeedPlatform,
    /// The completion comes from a platform that is not on the year's list (H6).
    PlatformNotListed {
        /// The platform's code.
        platform: String,
        /// The year.
        year: i32,
    },
    /// This learning stands in another declaration already (H7).
    DuplicateLearning {
        /// The declaration that stands.
        standing_id: Uuid,
        /// In what the two are the same.
        ground: DuplicateGround,
    },
    /// The year's conversion table does not take this way on a person's own declaration (H8).
    WayNotCounted {
        /// The way.
        way: Way,
        /// The year.
        year: i32,
    },
    /// More hours than the policy's table or the plan's item gives (H8, P3).
    HoursOverLimit {
        /// Which limit.
        limit: LimitKind,
        /// The way.
        way: Way,
        /// The limit's value.
        max: Hours,
        /// What other declarations take of it already.
        used: Hours,
        /// The declared hours.
        hours: Hours,
    },
    /// More hours than the days of learning can hold (H9).
    HoursExceedDays {
        /// The declared hours.
        hours: Hours,
        /// The days of learning.
        days: u32,
        /// The policy's hours for one day.
        max_hours_per_day: Hours,
        /// The most that these days can hold.
        max: Hours,
    },
    /// Self-declared learning without any evidence of the kinds that the policy names for its way (H10).
    EvidenceMissing {
        /// The way.
        way: Way,
        /// The kinds, one of which is needed.
        needed: Vec<EvidenceKind>,
    },
    /// The declaration has as many attachments as the policy allows (H10).
    TooManyAttachments {
        /// The policy's number.
        max: u32,
    },
    /// The attachment is larger than the policy allows (H10).
    AttachmentTooLarge {
        /// Its size in bytes.
        bytes: u64,
        /// The policy's size in bytes.
        max_bytes: u64,
    },
    /// The declaration's state does not take this event (V4).
    WrongState {
        /// Its state.
        state: State,
        /// What was asked.
        event: Event,
    },
    /// Nobody reviews their own declaration, at any level (Who).
    OwnDeclaration,
    /// One person may not decide both stages (Who).
    SameReviewer,
    /// The actor has no right to decide for the unit that holds the declaration (Who).
    NotHolder {
        /// The stage at which it is held.
        stage: Stage,
    },
    /// Nobody verifies their own annual record (Who, A1).
    OwnRecord,
    /// The person has no active employment on the day (U3).
    NotEmployed {
        /// The day on which it ended, if it did.
        #[serde(with = "crate::instant::iso_date_option")]
        since: Option<Date>,
    },
    /// The person's post is not in the scope of continuing education (U4b).
    OutOfScope {
        /// The post.
        post: Post,
    },
    /// The employer has named no reviewing body (Who).
    NoReviewingBody,
    /// The employer would review its own people at both stages (Who).
    OwnReviewingBody,
    /// The person is employed by another unit: a transfer is the way (U2).
    EmployedElsewhere,
    /// The record under this id number belongs to somebody who logs in already (U0, U4).
    RecordHasAccount,
    /// The record under this id number bears another name (U0, U4).
    IdentityMismatch,
    /// The person is employed there already (U2).
    SameEmployer,
    /// The unit is not in use (U1).
    UnitDisabled,
    /// People, units or declarations still rest on the unit (U1).
    UnitInUse {
        /// People who are employed there.
        people: i64,
        /// Units in use below it.
        units: i64,
        /// Units in use that it reviews for.
        reviewed_units: i64,
        /// Declarations that wait for it.
        waiting: i64,
    },
    /// A record cannot be merged with itself (U4).
    SameRecord,
    /// Both records have something of which a person has one (U4).
    RecordsConflict {
        /// What has to be decided first (H7, H8); empty when something else cannot be taken apart.
        conflicts: Vec<Conflict>,
    },
    /// A year is settled in its freeze or later (A3).
    SettlementTooEarly {
        /// The year.
        year: i32,
        /// The first instant at which it can be settled.
        #[serde(with = "crate::instant::rfc3339")]
        opens: OffsetDateTime,
    },
    /// Nobody was late when the freeze began: nothing to reinstate (A3a).
    NotOverdue {
        /// The stage that held it.
        stage: Stage,
        /// By when that stage had to decide.
        #[serde(with = "crate::instant::rfc3339")]
        due_at: OffsetDateTime,
        /// When the freeze began.
        #[serde(with = "crate::instant::rfc3339")]
        frozen_at: OffsetDateTime,
    },
    /// A case does not take the event in its present state.
    #[serde(rename = "wrong-state")]
    WrongStep {
        /// What kind of case it is.
        road: &'static str,
        /// The state.
        state: &'static str,
        /// The event.
        event: &'static str,
    },
    /// A case is about the one who would decide on it, or was brought by them (Who).
    OwnCase,
    /// A seminar with more places than the policy allows (P6).
    SeminarTooLarge {
        /// The places that were asked for.
        places: u32,
        /// The policy's number.
        max: u32,
    },
    /// What comes before a seminar begins is too late (P6).
    SeminarBegun {
        /// Its first day.
        #[serde(with = "crate::instant::iso_date")]
        starts_on: Date,
        /// Today.
        #[serde(with = "crate::instant::iso_date")]
        today: Date,
    },
    /// The outcome of a seminar that is not over (P6).
    SeminarNotEnded {
        /// Its last day.
        #[serde(with = "crate::instant::iso_date")]
        ends_on: Date,
        /// Today.
        #[serde(with = "crate::instant::iso_date")]
        today: Date,
    },
    /// More people than a seminar has places (P6).
    SeminarFull {
        /// How many would be admitted.
        admitted: u32,
        /// Its places.
        places: u32,
    },
    /// A report on a seminar that admitted nobody (P6).
    SeminarListEmpty,
    /// The results of a seminar are not those of its list (P6).
    SeminarResultsMismatch {
        /// Admitted, and without a result.
        missing: Vec<Uuid>,
        /// Admitted, and with several results.
        repeated: Vec<Uuid>,
        /// With a result, and not admitted.
        not_admitted: Vec<Uuid>,
    },
    /// Training funds of a year that has not begun (U5).
    FundingYearAhead {
        /// The year.
        year: i32,
        /// The year that it is.
        this_year: i32,
    },
    /// More training funds than wages (U5). Amounts in fen.
    FundingOverPayroll {
        /// The year's payroll.
        payroll: i64,
        /// Set aside for training.
        accrued: i64,
        /// Spent on training.
        spent: i64,
    },
    /// No day of the absence lies in the year (A5).
    AbsenceOutsideYear {
        /// The year.
        year: i32,
        /// The first day of the absence.
        #[serde(with = "crate::instant::iso_date")]
        starts_on: Date,
        /// Its last day.
        #[serde(with = "crate::instant::iso_date")]
        ends_on: Date,
    },
    /// Someone who joined in the year owes its full floors (A6).
    NoProRating {
        /// The year.
        year: i32,
        /// When the person joined.
        #[serde(with = "crate::instant::iso_date_option")]
        joined_on: Option<Date>,
        /// The day from which the year's policy lets off, if it lets off at all.
        #[serde(with = "crate::instant::iso_date_option")]
        let_off_from: Option<Date>,
    },
    /// There is nothing to be exempt from: the year is complete (A5).
    YearComplete {
        /// The year.
        year: i32,
        /// Where it stands.
        state: RecordState,
    },
    /// The matter was appealed about before (V8).
    AppealedAlready {
        /// That appeal.
        appeal_id: Uuid,
        /// Where it stands.
        state: appeal::State,
    },
    /// What is said to be missing is there (V8).
    RecordNotMissing {
        /// The record.
        learning_record_id: Uuid,
    },
    /// The one who would decide had a part in what is appealed against (V8).
    SameDecider,
    /// A person's data is not erased yet (U4a).
    ErasureBarred {
        /// The first thing that stands in the way.
        ground: ErasureGround,
        /// Cases of theirs that wait for a decision.
        open: u32,
        /// The year from which the retention of their records is over; none without records.
        not_before: Option<i32>,
    },
}
