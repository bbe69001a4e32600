//! Tiles by the paths that C2SP tlog-tiles gives them.

/// Hashes or entries in a whole tile.
const WIDTH: u16 = 256;
/// The highest level that a tree of 2^64 entries has.
const LEVELS: u8 = 7;

/// Which of the tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tile {
    /// Hashes of a level.
    Hashes {
        /// The level; 0 is that of the leaves.
        level: u8,
        /// Its number in the level.
        number: u64,
        /// How many of its hashes.
        width: u16,
    },
    /// Entries themselves.
    Entries {
        /// The number of the bundle.
        number: u64,
        /// How many of its entries.
        width: u16,
    },
}

impl Tile {
    /// Whether it is whole: then it never changes.
    #[must_use]
    pub fn is_whole(self) -> bool {
        match self {
            Self::Hashes { width, .. } | Self::Entries { width, .. } => width == WIDTH,
        }
    }

    /// Reads `<L>` and `<N>[.p/<W>]`; `None` for anything that is not written just so.
    #[must_use]
    pub fn parse(level: &str, path: &str) -> Option<Self> {
        let (number, width) = match path.split_once(".p/") {
            Some((number, width)) => (number, partial(width)?),
            None => (path, WIDTH),
        };
        let number = index(number)?;
        if level == "entries" {
            return Some(Self::Entries { number, width });
        }
        let value: u8 = level.parse().ok().filter(|value| *value <= LEVELS)?;
        (value.to_string() == level).then_some(Self::Hashes { level: value, number, width })
    }
}

/// `1` to `255`.
fn partial(text: &str) -> Option<u16> {
    let width: u16 = text.parse().ok()?;
    ((1..WIDTH).contains(&width) && width.to_string() == text).then_some(width)
}

/// `x001/x234/067` is 1234067: groups of three digits, of which all but the last bear an `x`, and no more than are needed.
fn index(text: &str) -> Option<u64> {
    let groups: Vec<&str> = text.split('/').collect();
    let (last, before) = groups.split_last()?;
    let mut number = 0_u64;
    for (place, group) in before.iter().enumerate() {
        let digits = group.strip_prefix('x')?;
        let value = three_digits(digits)?;
        if place == 0 && value == 0 {
            return None;
        }
        number = number.checked_mul(1_000)?.checked_add(value)?;
    }
    number.checked_mul(1_000)?.checked_add(three_digits(last)?)
}

fn three_digits(text: &str) -> Option<u64> {
    let fits = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_have_one_path_each() {
        let hashes = |level, number, width| Some(Tile::Hashes { level, number, width });
        for (level, path, expected) in [
            ("0", "000", hashes(0, 0, 256)),
            ("1", "067.p/12", hashes(1, 67, 12)),
            ("7", "x001/x234/067", hashes(7, 1_234_067, 256)),
            ("entries", "x001/000.p/255", Some(Tile::Entries { number: 1_000, width: 255 })),
            ("8", "000", None),
            ("00", "000", None),
            ("+1", "000", None),
            ("data", "000", None),
            ("0", "", None),
            ("0", "0", None),
            ("0", "x000/001", None),
            ("0", "001/002", None),
            ("0", "x001", None),
            ("0", "000.p/0", None),
            ("0", "000.p/256", None),
            ("0", "000.p/01", None),
            ("0", "000.p/", None),
            ("0", "００１", None),
            ("0", "x999/x999/x999/x999/x999/x999/x999/999", None),
        ] {
            assert_eq!(Tile::parse(level, path), expected, "{level}/{path}");
        }
    }
}
