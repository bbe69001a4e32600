//! The evidence behind the demo world's self-declared learning: a small PDF for each kind.

use std::fmt::Write as _;
use std::io;

use xueshi_domain::learning::EvidenceKind;
use xueshi_persistence::{BlobStore, ContentHash};

/// The kinds that the demo world's people attached.
const KINDS: [EvidenceKind; 4] = [
    EvidenceKind::ProofOfAttendance,
    EvidenceKind::EmployerStatement,
    EvidenceKind::PublishedWork,
    EvidenceKind::PatentCertificate,
];

/// Puts the files into the blob store; those that are there already cost nothing.
///
/// # Errors
/// When the blob store cannot keep them.
pub(super) fn store(blobs: &dyn BlobStore) -> io::Result<()> {
    for kind in KINDS {
        let bytes = file(kind);
        blobs.put(&ContentHash::of(&bytes), &bytes)?;
    }
    Ok(())
}

/// A page that says what it is.
pub(super) fn file(kind: EvidenceKind) -> Vec<u8> {
    let text = format!("BT /F1 20 Tf 72 700 Td (xueshi sandbox: sample of {kind}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
    ];
    let mut pdf = String::from("%PDF-1.4\n");
    let mut table = String::from("0000000000 65535 f \n");
    for (index, object) in objects.iter().enumerate() {
        let _ = writeln!(table, "{:010} 00000 n ", pdf.len());
        let _ = write!(pdf, "{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let start = pdf.len();
    let count = objects.len() + 1;
    let _ = write!(
        pdf,
        "xref\n0 {count}\n{table}trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    );
    pdf.into_bytes()
}
