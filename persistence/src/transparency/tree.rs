//! The tree, in tiles of 256 hashes (C2SP tlog-tiles).

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Integer};
use tlog_tiles::{Error as TlogError, Hash, HashReader, Tile};

use crate::connection::{AnyConnection, on_either};
use crate::error::StoreError;
use crate::prepared::Prepared;
use crate::schema::log_tiles;

/// Levels of the tree in one level of tiles.
pub(super) const HEIGHT: u8 = 8;
/// Hashes in a whole tile.
pub(super) const WIDTH: u64 = 256;
/// Bytes of a hash.
pub(super) const HASH: usize = 32;

/// The tiles of a database, read when they are needed, and those that were added.
pub(super) struct Tiles<'c> {
    conn: RefCell<&'c mut AnyConnection>,
    known: RefCell<BTreeMap<(u8, u64), Vec<u8>>>,
    changed: BTreeSet<(u8, u64)>,
    failure: RefCell<Option<StoreError>>,
}

impl<'c> Tiles<'c> {
    pub(super) fn new(conn: &'c mut AnyConnection) -> Self {
        Self {
            conn: RefCell::new(conn),
            known: RefCell::default(),
            changed: BTreeSet::new(),
            failure: RefCell::default(),
        }
    }

    /// The hashes of a tile; none at all for one that is not there.
    fn load(&self, level: u8, number: u64) -> Result<Vec<u8>, StoreError> {
        if let Some(hashes) = self.known.borrow().get(&(level, number)) {
            return Ok(hashes.clone());
        }
        let hashes = read(&mut self.conn.borrow_mut(), level, number)?.unwrap_or_default();
        self.known.borrow_mut().insert((level, number), hashes.clone());
        Ok(hashes)
    }

    /// Puts a hash behind the first `before` ones of a level, and what it completes into the levels above.
    pub(super) fn push(&mut self, level: u8, before: u64, hash: Hash) -> Result<(), StoreError> {
        let number = before / WIDTH;
        let place = usize::try_from(before % WIDTH).unwrap_or_default() * HASH;
        let mut hashes = if place == 0 { Vec::new() } else { self.load(level, number)? };
        if hashes.len() < place {
            return Err(StoreError::Corrupt(format!(
                "tile {level}/{number} of the log is too short"
            )));
        }
        hashes.truncate(place);
        hashes.extend_from_slice(&hash.0);
        let whole = (hashes.len() == WIDTH as usize * HASH).then(|| Tile::subtree_hash(&hashes));
        self.known.borrow_mut().insert((level, number), hashes);
        self.changed.insert((level, number));
        match whole {
            Some(hash) => self.push(level + 1, number, hash),
            None => Ok(()),
        }
    }

    /// Stores what was added.
    pub(super) fn save(self) -> Result<(), StoreError> {
        let known = self.known.into_inner();
        let conn = self.conn.into_inner();
        for (level, number) in self.changed {
            let Some(hashes) = known.get(&(level, number)) else { continue };
            let number = i64::try_from(number).unwrap_or(i64::MAX);
            let text = match &*conn {
                AnyConnection::Sqlite(_) => {
                    "insert into log_tiles (level, number, hashes) values (?, ?, ?)
                     on conflict (level, number) do update set hashes = excluded.hashes"
                }
                AnyConnection::Postgres(_) => {
                    "insert into log_tiles (level, number, hashes) values ($1, $2, $3)
                     on conflict (level, number) do update set hashes = excluded.hashes"
                }
            };
            let tile = diesel::sql_query(text)
                .bind::<Integer, _>(i32::from(level))
                .bind::<BigInt, _>(number)
                .bind::<Binary, _>(hashes);
            on_either!(conn, |conn| Prepared(tile).execute(conn)?);
        }
        Ok(())
    }

    /// What an answer of the library means: a failure of the database that it met comes first.
    pub(super) fn answer<T>(&self, result: Result<T, TlogError>) -> Result<T, StoreError> {
        if let Some(failure) = self.failure.borrow_mut().take() {
            return Err(failure);
        }
        result.map_err(|error| StoreError::Corrupt(format!("the log's tiles: {error}")))
    }
}

impl HashReader for Tiles<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, TlogError> {
        let one = |index: u64| {
            let tile = Tile::from_index(HEIGHT, index);
            let hashes = self.load(tile.level(), tile.level_index()).map_err(|failure| {
                self.failure.borrow_mut().replace(failure);
                TlogError::InvalidTile
            })?;
            tile.hash_at_index(&hashes, index)
        };
        indexes.iter().copied().map(one).collect()
    }
}

/// The hashes of a tile.
pub(super) fn read(
    conn: &mut AnyConnection,
    level: u8,
    number: u64,
) -> Result<Option<Vec<u8>>, StoreError> {
    let Ok(number) = i64::try_from(number) else { return Ok(None) };
    let tile = log_tiles::table.find((i32::from(level), number)).select(log_tiles::hashes);
    Ok(on_either!(conn, |conn| tile.first::<Vec<u8>>(conn).optional()?))
}
