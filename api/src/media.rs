//! What a file is, by its content and not by its name (H10).

/// A kind of evidence file that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    /// Portable document.
    Pdf,
    /// Photograph.
    Jpeg,
    /// Picture.
    Png,
    /// 版式文档 OFD (GB/T 33190): a ZIP with `OFD.xml` at its root.
    Ofd,
}

impl MediaType {
    /// The kind of these bytes, if it is one that is taken.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"%PDF-") {
            Some(Self::Pdf)
        } else if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
            Some(Self::Jpeg)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(b"PK\x03\x04")
            && zip_names(bytes).any(|name| name == b"OFD.xml")
        {
            Some(Self::Ofd)
        } else {
            None
        }
    }

    /// Its media type.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Ofd => "application/ofd",
        }
    }
}

/// The file names in a ZIP's central directory. Anything malformed ends the list.
fn zip_names(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    const END: &[u8] = b"PK\x05\x06";
    const ENTRY: &[u8] = b"PK\x01\x02";
    let end = bytes.windows(END.len()).rposition(|window| window == END);
    let mut place = end.and_then(|end| number(bytes, end + 16, 4)).unwrap_or(bytes.len());
    std::iter::from_fn(move || {
        let entry = bytes.get(place..)?;
        if !entry.starts_with(ENTRY) {
            return None;
        }
        let (name, extra, comment) =
            (number(entry, 28, 2)?, number(entry, 30, 2)?, number(entry, 32, 2)?);
        place = place.checked_add(46 + name + extra + comment)?;
        entry.get(46..46 + name)
    })
}

/// A little-endian number of `size` bytes.
fn number(bytes: &[u8], place: usize, size: usize) -> Option<usize> {
    let bytes = bytes.get(place..place.checked_add(size)?)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stored-only ZIP with one empty file.
    fn zip(name: &[u8]) -> Vec<u8> {
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        let mut bytes = b"PK\x03\x04".to_vec();
        bytes.extend([0; 22]);
        bytes.extend(length);
        bytes.extend([0, 0]);
        bytes.extend(name);
        let directory = u32::try_from(bytes.len()).unwrap().to_le_bytes();
        bytes.extend(b"PK\x01\x02");
        bytes.extend([0; 24]);
        bytes.extend(length);
        bytes.extend([0; 16]);
        bytes.extend(name);
        bytes.extend(b"PK\x05\x06");
        bytes.extend([0; 12]);
        bytes.extend(directory);
        bytes.extend([0, 0]);
        bytes
    }

    #[test]
    fn files_are_told_by_content_h10() {
        for (bytes, kind) in [
            (b"%PDF-1.7\n".to_vec(), Some(MediaType::Pdf)),
            (vec![0xFF, 0xD8, 0xFF, 0xE0], Some(MediaType::Jpeg)),
            (b"\x89PNG\r\n\x1a\n\0".to_vec(), Some(MediaType::Png)),
            (zip(b"OFD.xml"), Some(MediaType::Ofd)),
            (zip(b"word/document.xml"), None),
            (b"PK\x03\x04".to_vec(), None),
            (b"MZ\x90\0".to_vec(), None),
            (b"<html>".to_vec(), None),
            (Vec::new(), None),
        ] {
            assert_eq!(MediaType::of(&bytes), kind);
        }
    }
}
