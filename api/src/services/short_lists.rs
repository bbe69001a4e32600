//! Pages of lists that are short enough to be read whole, such as the policies of a city.

use xueshi_persistence::{Page, Slice};

/// The part of some rows that a page asks for. `key` is unique among them.
pub fn part_of<R, K: Ord>(mut rows: Vec<R>, key: impl Fn(&R) -> K, page: &Page<K>) -> Slice<R> {
    let total = page.count.then(|| i64::try_from(rows.len()).unwrap_or(i64::MAX));
    rows.sort_by(|one, other| {
        let order = key(one).cmp(&key(other));
        if page.descending { order.reverse() } else { order }
    });
    if let Some(after) = &page.after {
        rows.retain(|row| if page.descending { key(row) < *after } else { key(row) > *after });
    }
    let limit = usize::try_from(page.limit).unwrap_or(0);
    rows.truncate(limit);
    Slice { rows, total }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_follows_its_key_in_either_direction() {
        let page = |limit, after, descending| Page { limit, after, descending, count: true };
        for (page, rows) in [
            (page(2, None, false), vec![1, 2]),
            (page(2, Some(2), false), vec![3, 5]),
            (page(2, Some(4), false), vec![5]),
            (page(2, Some(5), false), vec![]),
            (page(4, None, false), vec![1, 2, 3, 5]),
            (page(2, None, true), vec![5, 3]),
            (page(2, Some(3), true), vec![2, 1]),
        ] {
            let expected = Slice { rows, total: Some(4) };
            assert_eq!(part_of(vec![5, 1, 3, 2], |row| *row, &page), expected, "{page:?}");
        }
    }
}
