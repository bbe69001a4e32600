//! Figures, and the rows behind them, as lists: what exports take out (ADR 0026).

use xueshi_persistence::{Id, Page, Reader, Slice};

use super::FigureRowPage;
use crate::auth::permissions;
use crate::dto::statistics::{
    CompletionFigures, CompletionRow, CompletionRowPage, FigureRow, FiguresScope, FilingFigures,
    FilingRow, FilingRowPage, FundingFigures, FundingRow, FundingRowPage, TimelinessFigures,
    TimelinessRow, TimelinessRowPage, UnitDto, WhichFigures, WhichRows,
};
use crate::list::listed::{Listed, Rows};
use crate::problem::Problem;
use crate::services::Asker;
use crate::services::statistics::{Report, report, rows};

/// The rows behind a figure.
pub(in crate::routes) struct FigureRows;

impl Listed for FigureRows {
    type Needs = permissions::ReadStatistics;
    type Page = FigureRowPage;
    type Which = WhichRows;
    type Key = Id;

    fn read(
        reader: &mut Reader<'_>,
        asker: &Asker,
        which: WhichRows,
        page: Page<Id>,
    ) -> Result<Rows<Self>, Problem> {
        let found = rows::behind(reader, asker, &which, page)?;
        Ok(found.map(|row: FigureRow| (Id(row.id), row)))
    }
}

/// Where a row of figures stands among the others.
type Place = (FiguresScope, Id);

/// Makes rows of the figures of one family.
pub(super) trait Row: Sized {
    /// The family.
    type Figures;

    /// The rows of a report, in order.
    fn of(report: Report<Self::Figures>) -> Vec<Self>;
    /// Where the row stands.
    fn place(&self) -> Place;
}

macro_rules! families {
    ($($(#[$doc:meta])* $list:ident: $row:ident, $page:ident, $figures:ident;)+) => {$(
        $(#[$doc])*
        pub(in crate::routes) struct $list;

        impl Listed for $list {
            type Needs = permissions::ReadStatistics;
            type Page = $page;
            type Which = WhichFigures;
            type Key = Place;

            /// As many as there can be: they are figures of one moment, and add up.
            const AT_ONCE: i64 = 1_000_000;

            fn read(
                reader: &mut Reader<'_>,
                asker: &Asker,
                which: WhichFigures,
                page: Page<Place>,
            ) -> Result<Rows<Self>, Problem> {
                let found = report::<$figures>(reader, asker, &which)?;
                Ok(part(<$row as Row>::of(found), page))
            }
        }

        impl Row for $row {
            type Figures = $figures;

            fn of(report: Report<$figures>) -> Vec<Self> {
                let (year, as_of, sealed) = (report.year, report.as_of, report.sealed);
                let row = |(scope, organization, figures): (FiguresScope, UnitDto, $figures)| {
                    Self { year, organization, scope, as_of, sealed, figures }
                };
                report.into_rows().map(row).collect()
            }

            fn place(&self) -> Place {
                (self.scope, Id(self.organization.id))
            }
        }
    )+};
}

families! {
    /// People, outcomes and hours.
    Completion: CompletionRow, CompletionRowPage, CompletionFigures;
    /// Reviews, by stage.
    Timeliness: TimelinessRow, TimelinessRowPage, TimelinessFigures;
    /// Filings, plans, classes and units.
    Filing: FilingRow, FilingRowPage, FilingFigures;
    /// Training funds.
    Funding: FundingRow, FundingRowPage, FundingFigures;
}

/// A part of rows that are there as a whole: those of one unit, and of the units directly below it.
fn part<R: Row>(rows: Vec<R>, page: Page<Place>) -> Slice<(Place, R)> {
    let total = page.count.then(|| i64::try_from(rows.len()).unwrap_or(i64::MAX));
    let mut rows: Vec<(Place, R)> = rows.into_iter().map(|row| (row.place(), row)).collect();
    if page.descending {
        rows.reverse();
    }
    if let Some(after) = page.after {
        rows.retain(|(place, _)| match page.descending {
            true => *place < after,
            false => *place > after,
        });
    }
    rows.truncate(usize::try_from(page.limit).unwrap_or(usize::MAX));
    Slice { rows, total }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[derive(Debug, PartialEq)]
    struct One(FiguresScope, u128);

    impl Row for One {
        type Figures = ();

        fn of(_: Report<()>) -> Vec<Self> {
            Vec::new()
        }

        fn place(&self) -> Place {
            (self.0, Id(Uuid::from_u128(self.1)))
        }
    }

    /// The rows that stand behind one, by their numbers.
    fn behind(after: Option<One>, descending: bool) -> Vec<u128> {
        let all = vec![
            One(FiguresScope::Total, 5),
            One(FiguresScope::Own, 5),
            One(FiguresScope::Unit, 2),
            One(FiguresScope::Unit, 9),
        ];
        let after = after.map(|row| row.place());
        let found = part(all, Page { limit: 2, after, descending, count: true });
        assert_eq!(found.total, Some(4));
        found.rows.into_iter().map(|(_, row)| row.1).collect()
    }

    #[test]
    fn parts_go_on_behind_the_last_row() {
        assert_eq!(behind(None, false), [5, 5]);
        assert_eq!(behind(Some(One(FiguresScope::Own, 5)), false), [2, 9]);
        assert!(behind(Some(One(FiguresScope::Unit, 9)), false).is_empty());
        assert_eq!(behind(None, true), [9, 2]);
        assert_eq!(behind(Some(One(FiguresScope::Unit, 2)), true), [5, 5]);
    }
}
