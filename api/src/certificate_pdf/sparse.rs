//! A font file of which only the needed bytes are read.
//!
//! The Debian package's collection has 26 MB, 22 of them outlines of 65,535 glyphs, and a certificate needs about
//! 150. The bytes live in an anonymous memory map as large as the file, where everything keeps its place and so no
//! offset has to be rewritten. Pages that are never written take no memory, and all of it returns to the system
//! at once, which memory of this size from the allocator does not promise.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use memmap2::{Mmap, MmapMut};
use skrifa::raw::ps::cff::dict::{Entry, entries};
use skrifa::raw::ps::cff::index::Index;

/// No font comes near; a wrong path may lead to something that does.
const LARGEST: u64 = 512 << 20;

/// Enough for the names and the top dictionary at the start of a `CFF ` table.
const CFF_START: usize = 64 << 10;

/// Tables that neither placing nor embedding glyphs of horizontal Chinese text looks at.
const UNUSED: [&[u8; 4]; 8] =
    [b"GSUB", b"GPOS", b"GDEF", b"BASE", b"vmtx", b"vhea", b"VORG", b"DSIG"];

/// The file and what has been read of it so far.
pub(super) struct SparseFile {
    file: File,
    bytes: MmapMut,
    /// Where the `CFF ` outlines start, if the face has that table.
    outlines: Option<usize>,
}

impl SparseFile {
    /// Opens the file and reads nothing.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        if length > LARGEST {
            return Err(invalid("the file is too large for a font"));
        }
        let length = usize::try_from(length).map_err(|_| invalid("the file is too large"))?;
        Ok(Self { file, bytes: MmapMut::map_anon(length)?, outlines: None })
    }

    /// The file's bytes, zero where they have not been read.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Reads the header and, of every face in it, the directory and the names. Returns the number of faces.
    pub(super) fn read_names(&mut self) -> Result<u32> {
        self.read(0, 12)?;
        let faces = if self.bytes.starts_with(b"ttcf") { self.u32_at(8)? } else { 1 };
        if faces > 256 {
            return Err(invalid("the file is not a font"));
        }
        for face in 0..faces {
            for (tag, table) in self.tables(face)? {
                if &tag == b"name" {
                    self.read(table.start, table.len())?;
                }
            }
        }
        Ok(faces)
    }

    /// Reads what is needed to map characters and measure glyphs of one face, and of its outlines all but the
    /// programs of single glyphs. An outline format other than `CFF ` is read whole.
    pub(super) fn read_face(&mut self, face: u32) -> Result<()> {
        for (tag, table) in self.tables(face)? {
            if &tag == b"CFF " {
                self.read_around_outlines(table)?;
            } else if !UNUSED.contains(&&tag) {
                self.read(table.start, table.len())?;
            }
        }
        Ok(())
    }

    /// Reads the outlines of these glyphs.
    pub(super) fn read_glyphs(&mut self, glyphs: impl IntoIterator<Item = u32>) -> Result<()> {
        let Some(start) = self.outlines else { return Ok(()) };
        for glyph in glyphs {
            let glyph = usize::try_from(glyph).map_err(|_| invalid("glyph number"))?;
            let index = self.index_at(start)?;
            // The data ends where the whole INDEX ends, and offsets are counted from the data's start.
            let count = usize::try_from(index.count()).map_err(|_| invalid("INDEX count"))?;
            let data = index.size_in_bytes().map_err(damaged)?
                - index.get_offset(count).map_err(damaged)?;
            let first = index.get_offset(glyph).map_err(damaged)?;
            let last = index.get_offset(glyph + 1).map_err(damaged)?;
            let length = last.checked_sub(first).ok_or_else(|| invalid("INDEX order"))?;
            self.read(start + data + first, length)?;
        }
        Ok(())
    }

    /// Reads the file whole, to compare.
    #[cfg(test)]
    pub(super) fn read_everything(&mut self) -> Result<()> {
        self.read(0, self.bytes.len())
    }

    /// Hands the bytes over, in the form that the PDF library shares between its parts.
    pub(super) fn into_shared(self) -> Result<Arc<dyn AsRef<[u8]> + Send + Sync>> {
        let map: Mmap = self.bytes.make_read_only()?;
        Ok(Arc::new(map))
    }

    /// Tag and place of every table of a face.
    fn tables(&mut self, face: u32) -> Result<Vec<([u8; 4], Range<usize>)>> {
        let directory = if self.bytes.starts_with(b"ttcf") {
            let entry = 12 + 4 * to_usize(face)?;
            self.read(entry, 4)?;
            to_usize(self.u32_at(entry)?)?
        } else {
            0
        };
        self.read(directory, 12)?;
        let count = to_usize(self.u32_at(directory + 4)? >> 16)?;
        self.read(directory + 12, 16 * count)?;
        let mut tables = Vec::with_capacity(count);
        for record in (0..count).map(|n| directory + 12 + 16 * n) {
            let start = to_usize(self.u32_at(record + 8)?)?;
            let length = to_usize(self.u32_at(record + 12)?)?;
            let end = start.checked_add(length).ok_or_else(|| invalid("table offset"))?;
            tables.push((self.u32_at(record)?.to_be_bytes(), start..end));
        }
        Ok(tables)
    }

    fn read_around_outlines(&mut self, table: Range<usize>) -> Result<()> {
        self.read(table.start, table.len().min(CFF_START))?;
        let start = table.start + self.outlines_offset(table.start)?;
        self.read(start, 3)?;
        let count = to_usize(self.u32_at(start)? >> 16)?;
        let width = to_usize((self.u32_at(start)? >> 8) & 0xff)?;
        self.read(start, 3 + (count + 1) * width)?;
        let end = start + self.index_at(start)?.size_in_bytes().map_err(damaged)?;
        self.read(table.start, start.saturating_sub(table.start))?;
        self.read(end, table.end.saturating_sub(end))?;
        self.outlines = Some(start);
        Ok(())
    }

    /// Where, in a `CFF ` table, the INDEX of glyph programs starts.
    fn outlines_offset(&self, table: usize) -> Result<usize> {
        let header = to_usize((self.u32_at(table)? >> 8) & 0xff)?;
        let names = self.index_at(table + header)?.size_in_bytes().map_err(damaged)?;
        let dictionaries = self.index_at(table + header + names)?;
        let top = dictionaries.get(0).map_err(damaged)?;
        entries(top, None)
            .find_map(|entry| match entry {
                Ok(Entry::CharstringsOffset(offset)) => Some(offset),
                Ok(_) | Err(_) => None,
            })
            .ok_or_else(|| invalid("no outlines"))
    }

    fn index_at(&self, start: usize) -> Result<Index<'_>> {
        let data = self.bytes.get(start..).ok_or_else(|| invalid("INDEX offset"))?;
        Index::new(data, false).map_err(damaged)
    }

    fn u32_at(&self, at: usize) -> Result<u32> {
        let four = self.bytes.get(at..).and_then(|rest| rest.first_chunk::<4>());
        four.map(|four| u32::from_be_bytes(*four)).ok_or_else(|| invalid("the file is cut short"))
    }

    fn read(&mut self, start: usize, length: usize) -> Result<()> {
        let place = start.checked_add(length).and_then(|end| self.bytes.get_mut(start..end));
        let place = place.ok_or_else(|| invalid("the file is cut short"))?;
        let position = u64::try_from(start).map_err(|_| invalid("offset"))?;
        self.file.seek(SeekFrom::Start(position))?;
        self.file.read_exact(place)
    }
}

fn to_usize(value: u32) -> Result<usize> {
    usize::try_from(value).map_err(|_| invalid("the file is too large"))
}

fn invalid(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}

fn damaged(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::InvalidData, error.to_string())
}
