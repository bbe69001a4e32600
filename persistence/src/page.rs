//! Pages of lists: by key, never by offset, so that page 10,000 costs what page 1 costs.

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page<K> {
    /// Rows at most.
    pub limit: i64,
    /// The key of the last row already seen.
    pub after: Option<K>,
    /// Largest key first.
    pub descending: bool,
    /// Whether to count all rows too.
    pub count: bool,
}

/// Part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice<R> {
    /// The rows.
    pub rows: Vec<R>,
    /// How many there are in all, if that was asked.
    pub total: Option<i64>,
}

impl<R> Slice<R> {
    /// The same part, of something else.
    #[must_use]
    pub fn map<T>(self, other: impl FnMut(R) -> T) -> Slice<T> {
        Slice { rows: self.rows.into_iter().map(other).collect(), total: self.total }
    }
}
