//! Whether a policy document makes sense (rule W3): all that is wrong with it, each with its place.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use super::{Policy, Window};
use crate::hours::Hours;
use crate::instant::in_china;

text_enum! {
    /// What is wrong at a place of a policy document.
    pub enum PolicyProblemKind {
        /// A number outside the range that makes sense.
        OutOfRange = "out-of-range",
        /// The total floor is below the public and the professional floor together.
        FloorsDoNotAddUp = "floors-do-not-add-up",
        /// A window that ends before it begins, or lasts no time.
        WindowInverted = "window-inverted",
        /// A window that does not open in the policy's year, or closes after the following year.
        WindowOutsideYear = "window-outside-year",
        /// A window that reaches into the year's own freeze.
        WindowOverlapsFreeze = "window-overlaps-freeze",
        /// A make-up deadline before the step that it ends, or without a make-up window to begin with.
        DeadlineOutOfOrder = "deadline-out-of-order",
        /// A make-up window in a year that takes exceptional make-up only (W4).
        MakeupWindowNotAllowed = "makeup-window-not-allowed",
        /// The same entry twice.
        Duplicate = "duplicate",
        /// A text that is empty, too long, or not of its form.
        Text = "text",
        /// A way of earning on a person's own declaration that names no evidence (H10).
        EvidenceMissing = "evidence-missing",
        /// A limit for one item above the limit for the year, or a rate above its ceiling.
        LimitsContradict = "limits-contradict",
        /// Review of the year ends before declaring does, so that what is submitted last could never be decided.
        ReviewEndsTooEarly = "review-ends-too-early",
        /// A make-up window without the end of study or of registration under its grants (M3).
        DeadlineMissing = "deadline-missing",
        /// A window that reaches into the freeze of another year, in which nothing of any year changes (W1).
        WindowInAnotherFreeze = "window-in-another-freeze",
        /// A freeze that reaches into a window or the freeze of another year.
        FreezeOverlapsAnotherYear = "freeze-overlaps-another-year",
        /// Another window for declaring or review, or another freeze, for a year whose settlement has begun (A3).
        YearSettled = "year-settled",
        /// Another scope of people for a year that has begun (U4b).
        YearBegun = "year-begun",
        /// A platform that is not in the city's register (H6).
        UnknownPlatform = "unknown-platform",
    }
}

/// One thing that is wrong with a policy document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyProblem {
    /// Where, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What.
    pub kind: PolicyProblemKind,
}

impl fmt::Display for PolicyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.pointer, self.kind)
    }
}

/// The largest attachment that a policy can allow, in bytes: one is held in memory while it is received.
const MOST_ATTACHMENT_BYTES: u64 = 100 * 1024 * 1024;

/// The most attachments that a policy can allow a declaration: reviewers look at each of them.
const MOST_ATTACHMENTS: u32 = 100;

impl Policy {
    /// Everything about the document itself that keeps it from being kept as a draft (W3); empty when nothing does. What
    /// publication asks beyond it is in [`Policy::before_publication`].
    #[must_use]
    pub fn validate(&self) -> Vec<PolicyProblem> {
        let mut problems = Problems::default();
        self.check_numbers(&mut problems);
        self.check_windows(&mut problems);
        self.check_makeup(&mut problems);
        self.check_conversion(&mut problems);
        check_texts("/platforms", &self.platforms, is_code, &mut problems);
        check_texts("/themes", &self.themes, is_short_text, &mut problems);
        problems.0
    }

    fn check_numbers(&self, problems: &mut Problems) {
        use PolicyProblemKind::{FloorsDoNotAddUp, LimitsContradict, OutOfRange};

        problems.unless((2000..=2100).contains(&self.year), "/year", OutOfRange);

        // A total floor of nothing would make every year complete without any learning.
        problems.unless(!self.floors.total.is_zero(), "/floors/total", OutOfRange);
        let parts = self.floors.public.saturating_add(self.floors.professional);
        problems.unless(parts <= self.floors.total, "/floors/total", FloorsDoNotAddUp);

        let review = &self.review;
        problems.unless(
            (1..=250).contains(&review.working_days_per_stage),
            "/review/working_days_per_stage",
            OutOfRange,
        );
        problems.unless(
            review.warn_below_working_days <= 250,
            "/review/warn_below_working_days",
            OutOfRange,
        );

        let limits = &self.limits;
        let day = Hours::from_tenths(240);
        let per_day = limits.max_hours_per_day;
        problems.unless(
            !per_day.is_zero() && per_day <= day,
            "/limits/max_hours_per_day",
            OutOfRange,
        );
        problems.unless(
            (1..=MOST_ATTACHMENT_BYTES).contains(&limits.attachment_max_bytes),
            "/limits/attachment_max_bytes",
            OutOfRange,
        );
        problems.unless(
            (1..=MOST_ATTACHMENTS).contains(&limits.attachments_per_declaration),
            "/limits/attachments_per_declaration",
            OutOfRange,
        );

        let (floor, ceiling) =
            (self.funding.floor_rate_basis_points, self.funding.deductible_rate_basis_points);
        problems.unless(ceiling <= 10_000, "/funding/deductible_rate_basis_points", OutOfRange);
        problems.unless(floor <= ceiling, "/funding/floor_rate_basis_points", LimitsContradict);

        let small = (1..=500).contains(&self.seminars.max_places);
        problems.unless(small, "/seminars/max_places", OutOfRange);
        let joined_from = self.exemptions.joined_from;
        let in_year = joined_from.is_none_or(|day| day.year() == self.year);
        problems.unless(in_year, "/exemptions/joined_from", OutOfRange);
    }

    fn check_windows(&self, problems: &mut Problems) {
        let windows = &self.windows;
        let before_freeze = [
            ("/windows/declare", Some(windows.declare)),
            ("/windows/review", Some(windows.review)),
            ("/windows/makeup_application", windows.makeup_application),
        ];
        for (pointer, window) in before_freeze {
            let Some(window) = window else { continue };
            self.check_window(pointer, &window, problems);
            problems.unless(
                !window.overlaps(&windows.freeze),
                pointer,
                PolicyProblemKind::WindowOverlapsFreeze,
            );
        }
        self.check_window("/windows/freeze", &windows.freeze, problems);
        // Asked only of windows that are fine by themselves: a second complaint about the same bound helps nobody.
        let fine = [windows.declare, windows.review]
            .iter()
            .all(|window| !window.is_inverted() && !window.overlaps(&windows.freeze));
        problems.unless(
            !fine || windows.declare.closes <= windows.review.closes,
            "/windows/review",
            PolicyProblemKind::ReviewEndsTooEarly,
        );
    }

    fn check_window(&self, pointer: &str, window: &Window, problems: &mut Problems) {
        problems.unless(!window.is_inverted(), pointer, PolicyProblemKind::WindowInverted);
        problems.unless(self.is_near(window), pointer, PolicyProblemKind::WindowOutsideYear);
    }

    /// Whether a window opens in the policy's year and closes by the end of the next one.
    fn is_near(&self, window: &Window) -> bool {
        let (opens, closes) = (in_china(window.opens), in_china(window.closes));
        let last = time::Date::from_ordinal_date(self.year.saturating_add(2), 1)
            .ok()
            .map(crate::instant::start_of_day);
        opens.year() == self.year && last.is_none_or(|last| closes <= last)
    }

    fn check_makeup(&self, problems: &mut Problems) {
        use PolicyProblemKind::{
            DeadlineMissing, DeadlineOutOfOrder, MakeupWindowNotAllowed, OutOfRange,
            WindowOverlapsFreeze,
        };

        let windows = &self.windows;
        let in_range = (2000..=self.year).contains(&self.makeup.earliest_year);
        problems.unless(in_range, "/makeup/earliest_year", OutOfRange);
        if self.makeup.exceptional_only {
            let none = windows.makeup_application.is_none();
            problems.unless(none, "/windows/makeup_application", MakeupWindowNotAllowed);
        }

        let opens = windows.makeup_application.map(|window| window.opens);
        let deadlines = [
            ("/windows/makeup_study_closes", windows.makeup_study_closes, opens),
            (
                "/windows/makeup_registration_closes",
                windows.makeup_registration_closes,
                windows.makeup_study_closes.or(opens),
            ),
        ];
        for (pointer, deadline, after) in deadlines {
            let Some(deadline) = deadline else {
                problems.unless(opens.is_none(), pointer, DeadlineMissing);
                continue;
            };
            let has_begin = opens.is_some() || self.makeup.exceptional_only;
            let in_order = has_begin && after.is_none_or(|after| after <= deadline);
            problems.unless(in_order, pointer, DeadlineOutOfOrder);
            let before_freeze = deadline <= windows.freeze.opens;
            problems.unless(before_freeze, pointer, WindowOverlapsFreeze);
        }
    }

    fn check_conversion(&self, problems: &mut Problems) {
        use PolicyProblemKind::{Duplicate, EvidenceMissing, LimitsContradict, OutOfRange, Text};

        let mut ways = BTreeSet::new();
        for (index, rule) in self.conversion.iter().enumerate() {
            let at = |member: &str| format!("/conversion/{index}/{member}");
            problems.unless(ways.insert(rule.way), &at("way"), Duplicate);
            problems.unless(
                rule.max_hours_each.is_none_or(|max| !max.is_zero()),
                &at("max_hours_each"),
                OutOfRange,
            );
            problems.unless(
                rule.max_hours_per_year.is_none_or(|max| !max.is_zero()),
                &at("max_hours_per_year"),
                OutOfRange,
            );
            if let (Some(each), Some(year)) = (rule.max_hours_each, rule.max_hours_per_year) {
                problems.unless(each <= year, &at("max_hours_each"), LimitsContradict);
            }
            problems.unless(
                rule.way.is_taught() || !rule.evidence.is_empty(),
                &at("evidence"),
                EvidenceMissing,
            );
            let mut kinds = BTreeSet::new();
            for (place, kind) in rule.evidence.iter().enumerate() {
                problems.unless(kinds.insert(kind), &at(&format!("evidence/{place}")), Duplicate);
            }
            let note_fits = rule.note.as_deref().is_none_or(|note| note.chars().count() <= 500);
            problems.unless(note_fits, &at("note"), Text);
        }
    }
}

#[derive(Default)]
pub(super) struct Problems(pub(super) Vec<PolicyProblem>);

impl Problems {
    pub(super) fn unless(&mut self, fine: bool, pointer: &str, kind: PolicyProblemKind) {
        if !fine {
            self.0.push(PolicyProblem { pointer: pointer.to_owned(), kind });
        }
    }
}

fn check_texts(list: &str, texts: &[String], is_fine: fn(&str) -> bool, problems: &mut Problems) {
    let mut seen = BTreeSet::new();
    for (index, text) in texts.iter().enumerate() {
        let pointer = format!("{list}/{index}");
        problems.unless(is_fine(text), &pointer, PolicyProblemKind::Text);
        problems.unless(seen.insert(text), &pointer, PolicyProblemKind::Duplicate);
    }
}

/// A platform's code: 2 to 64 small letters, digits and hyphens.
fn is_code(text: &str) -> bool {
    (2..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_short_text(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= 100
}
