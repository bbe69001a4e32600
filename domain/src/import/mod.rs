//! Work in bulk: what a file of each kind has in its columns, and how its cells are read (ADR 0024).

pub mod cell;
mod columns;
pub mod digits;

pub use cell::{Cell, CellFault, Said};
pub use columns::{Column, Form, Words};

text_enum! {
    /// What the rows of a file are.
    pub enum ImportKind {
        /// 人员.
        People = "people",
        /// 单位.
        Units = "units",
        /// 年度培训计划及其项目 (P2).
        Plans = "plans",
        /// 班次名册 (P4).
        Rosters = "rosters",
        /// 学时申报.
        Declarations = "declarations",
    }
}

text_enum! {
    /// What one refused row does to the others.
    pub enum ImportMode {
        /// Nothing is taken unless every row can be.
        AllOrNothing = "all_or_nothing",
        /// Every good row is taken, every bad one reported.
        RowByRow = "row_by_row",
    }
}

impl ImportKind {
    /// Rows that one transaction can take: as many as do not hold up everybody else for longer than some seconds.
    ///
    /// A file with more is taken row by row.
    #[must_use]
    pub const fn rows_at_once(self) -> u32 {
        match self {
            Self::Rosters => 50_000,
            Self::People | Self::Units | Self::Plans | Self::Declarations => 5_000,
        }
    }

    /// Whether a row can refer to one above it, so that no part of the file can be tried without the rest.
    #[must_use]
    pub const fn rows_depend(self) -> bool {
        match self {
            Self::Units => true,
            Self::People | Self::Plans | Self::Rosters | Self::Declarations => false,
        }
    }
}
