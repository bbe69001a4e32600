//! Finding the font, and its characters.

use std::collections::BTreeSet;
use std::fs::Metadata;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use krilla::Data;
use krilla::text::Font;
use skrifa::instance::{LocationRef, Size};
use skrifa::string::StringId;
use skrifa::{FontRef, MetadataProvider};

use super::PdfError;
use super::sparse::SparseFile;

/// Where systems put a serif font with simplified Chinese and the rare characters of names. The others help out where it lacks a
/// character: two hold nothing but rare ones (CJK extensions B and later), the last the letters of other countries' names, such as
/// `Ł` and `ž`.
const KNOWN: [&str; 9] = [
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-serif-cjk-fonts/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/truetype/hanazono/HanaMinA.ttf",
    "/usr/share/fonts/truetype/hanazono/HanaMinB.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf",
    "/usr/share/fonts/TTF/DejaVuSerif.ttf",
    "/usr/share/fonts/dejavu-serif-fonts/DejaVuSerif.ttf",
];

/// Where the font for certificates is looked for. Holds paths only: the files are opened by each
/// [`render`](super::render), so a font installed later is found without a restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FontFiles {
    /// The setting. A wrong one is an error: silently taking another font would hide the mistake.
    chosen: Option<PathBuf>,
    known: Vec<PathBuf>,
}

impl FontFiles {
    /// Takes the value of the setting `font_path`, a `.ttc`, `.otf` or `.ttf` file. Of a collection, the face whose
    /// family name ends in `SC` (simplified Chinese forms) is used, else the first. Without a setting, the places
    /// where Debian, Arch, Alpine and Fedora put Noto Serif CJK are tried in order.
    #[must_use]
    pub fn new(font_path: Option<PathBuf>) -> Self {
        Self { chosen: font_path, known: KNOWN.map(PathBuf::from).to_vec() }
    }

    /// Whether a font is there and can be used, for a warning at start and for the readiness report.
    ///
    /// # Errors
    ///
    /// [`PdfError::FontMissing`] or [`PdfError::FontUnreadable`].
    pub fn check(&self) -> Result<(), PdfError> {
        self.open_for(&BTreeSet::new()).map(drop)
    }

    /// The font files that are there, in the order in which they are tried.
    pub(super) fn found(&self) -> impl Iterator<Item = (&Path, Metadata)> {
        let paths = self.chosen.iter().chain(&self.known);
        paths.filter_map(|path| Some((path.as_path(), std::fs::metadata(path).ok()?)))
    }

    /// Opens the first font found and, only if it lacks one of the characters, the ones after it.
    pub(super) fn open_for(&self, characters: &BTreeSet<char>) -> Result<Faces, PdfError> {
        let mut faces = Faces { faces: Vec::new() };
        let mut missing = characters.clone();
        for path in self.chosen.iter().chain(&self.known) {
            match Face::open(path) {
                Ok(face) => {
                    missing = face.lacking(missing);
                    faces.faces.push(face);
                }
                Err(error)
                    if error.kind() == ErrorKind::NotFound
                        && self.chosen.as_ref() != Some(path) =>
                {
                    continue;
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    return Err(PdfError::FontMissing { tried: vec![path.clone()] });
                }
                Err(error) => {
                    return Err(PdfError::FontUnreadable {
                        path: path.clone(),
                        reason: error.to_string(),
                    });
                }
            }
            if missing.is_empty() {
                break;
            }
        }
        if faces.faces.is_empty() {
            return Err(PdfError::FontMissing { tried: self.known.clone() });
        }
        if missing.is_empty() {
            Ok(faces)
        } else {
            Err(PdfError::GlyphsMissing { characters: missing.into_iter().collect() })
        }
    }
}

/// A glyph of one of the opened faces.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FaceGlyph {
    /// Which face.
    pub(super) face: usize,
    /// Its number there.
    pub(super) glyph: u32,
    /// How far it moves the pen, in em.
    pub(super) advance: f32,
}

/// The opened fonts, the one that sets the page first.
pub(super) struct Faces {
    faces: Vec<Face>,
}

impl Faces {
    /// The glyph of every character of a text.
    pub(super) fn glyphs(&self, text: &str) -> Result<Vec<FaceGlyph>, PdfError> {
        let mut glyphs: Vec<Option<FaceGlyph>> = vec![None; text.chars().count()];
        let mut asked: Vec<Vec<Option<FaceGlyph>>> = Vec::new();
        for (number, face) in self.faces.iter().enumerate() {
            if glyphs.iter().all(Option::is_some) {
                break;
            }
            let found = face.glyphs(text).into_iter();
            let found = found.map(|found| {
                found.map(|(glyph, advance)| FaceGlyph { face: number, glyph, advance })
            });
            let found: Vec<Option<FaceGlyph>> = found.collect();
            for (place, found) in glyphs.iter_mut().zip(&found) {
                *place = place.or(*found);
            }
            asked.push(found);
        }
        keep_together(text, &mut glyphs, &asked);
        let lacking: BTreeSet<char> = text
            .chars()
            .zip(&glyphs)
            .filter(|(_, glyph)| glyph.is_none())
            .map(|(c, _)| c)
            .collect();
        if lacking.is_empty() {
            Ok(glyphs.into_iter().flatten().collect())
        } else {
            Err(PdfError::GlyphsMissing { characters: lacking.into_iter().collect() })
        }
    }

    /// Which face sets each character of a text.
    #[cfg(test)]
    pub(super) fn set_by(&self, text: &str) -> Result<Vec<usize>, PdfError> {
        Ok(self.glyphs(text)?.into_iter().map(|glyph| glyph.face).collect())
    }

    /// Reads the files whole, to compare.
    #[cfg(test)]
    pub(super) fn read_everything(&mut self) -> std::io::Result<()> {
        self.faces.iter_mut().try_for_each(|face| face.file.read_everything())
    }

    /// Reads the outlines of the used glyphs, given as pairs of face and glyph, and makes fonts that can be
    /// embedded, in the order of the faces.
    pub(super) fn into_fonts(self, used: &BTreeSet<(usize, u32)>) -> Result<Vec<Font>, PdfError> {
        let faces = self.faces.into_iter().enumerate();
        faces
            .map(|(number, mut face)| {
                let path = std::mem::take(&mut face.path);
                let unreadable =
                    |reason: String| PdfError::FontUnreadable { path: path.clone(), reason };
                // Glyph 0 stands for missing ones; every embedded subset has to contain it.
                let glyphs = used
                    .iter()
                    .filter(|(face, _)| *face == number)
                    .map(|(_, glyph)| *glyph)
                    .chain([0]);
                face.file.read_glyphs(glyphs).map_err(|error| unreadable(error.to_string()))?;
                let bytes =
                    face.file.into_shared().map_err(|error| unreadable(error.to_string()))?;
                Font::new(Data::from(bytes), face.index)
                    .ok_or_else(|| unreadable("not a usable face".to_owned()))
            })
            .collect()
    }
}

/// Sets a run of letters of other scripts in one face, where one has all of it: a single letter from another font in the midst of
/// a name would look like a mistake. Chinese characters stand alone.
fn keep_together(text: &str, glyphs: &mut [Option<FaceGlyph>], asked: &[Vec<Option<FaceGlyph>>]) {
    let characters: Vec<char> = text.chars().collect();
    let is_narrow = |character: &char| *character < '\u{2E80}';
    let mut start = 0;
    for run in characters.chunk_by(|a, b| is_narrow(a) && is_narrow(b)) {
        let place = start..start + run.len();
        start = place.end;
        let Some(there) = glyphs.get_mut(place.clone()) else { continue };
        if there.iter().flatten().all(|glyph| glyph.face == 0) {
            continue;
        }
        let mut of_each = asked.iter().filter_map(|face| face.get(place.clone()));
        if let Some(whole) = of_each.find(|face| face.iter().all(Option::is_some)) {
            there.copy_from_slice(whole);
        }
    }
}

/// One opened font.
struct Face {
    path: PathBuf,
    file: SparseFile,
    index: u32,
}

impl Face {
    fn open(path: &Path) -> std::io::Result<Self> {
        let mut file = SparseFile::open(path)?;
        let count = file.read_names()?;
        let index = (0..count).find(|index| is_simplified(file.bytes(), *index)).unwrap_or(0);
        file.read_face(index)?;
        let face = Self { path: path.to_owned(), file, index };
        match face.font() {
            Some(_) => Ok(face),
            None => Err(std::io::Error::new(ErrorKind::InvalidData, "not a usable face")),
        }
    }

    fn font(&self) -> Option<FontRef<'_>> {
        FontRef::from_index(self.file.bytes(), self.index).ok()
    }

    fn glyphs(&self, text: &str) -> Vec<Option<(u32, f32)>> {
        let Some(font) = self.font() else { return text.chars().map(|_| None).collect() };
        let (map, metrics) =
            (font.charmap(), font.glyph_metrics(Size::new(1.0), LocationRef::default()));
        let find = |c| {
            let glyph = map.map(c)?;
            Some((glyph.to_u32(), metrics.advance_width(glyph)?))
        };
        text.chars().map(find).collect()
    }

    fn lacking(&self, characters: BTreeSet<char>) -> BTreeSet<char> {
        let text: String = characters.iter().collect();
        characters
            .into_iter()
            .zip(self.glyphs(&text))
            .filter(|(_, found)| found.is_none())
            .map(|(c, _)| c)
            .collect()
    }
}

fn is_simplified(bytes: &[u8], index: u32) -> bool {
    let Ok(font) = FontRef::from_index(bytes, index) else { return false };
    font.localized_strings(StringId::FAMILY_NAME).any(|name| name.to_string().ends_with(" SC"))
}
