//! How the provincial platform speaks. Nobody has published how the real one does, so all that depends on it stands behind
//! [`ProvinceAdapter`], with one implementation: the format that `docs/sync.md` describes.

use serde_json::{Map, Value};
use xueshi_domain::inbound::InboundKind;

use crate::dto::acknowledgements::NewAcknowledgement;
use crate::dto::inbound::{InboundData, InboundLine};
use crate::extract::{Line, parse_tree};
use crate::problem::Problem;

/// A platform that pushes to us, pulls from us and answers to what it pulled.
pub trait ProvinceAdapter: Send + Sync {
    /// What it says in one line.
    ///
    /// # Errors
    /// Whatever is wrong with the line, with pointers into it.
    fn read(&self, line: &Line) -> Result<Inbound, Problem>;

    /// What it made of a record of ours.
    ///
    /// # Errors
    /// Whatever is wrong with the line, with pointers into it.
    fn read_answer(&self, line: &Line) -> Result<NewAcknowledgement, Problem>;

    /// Brings a record into the form in which it is told to it. `id` is what names the record there.
    fn represent(&self, id: &str, record: &mut Map<String, Value>);
}

/// The platform that this service speaks with.
pub static PROVINCE: &dyn ProvinceAdapter = &OwnFormat;

/// Something that a platform says of one record.
#[derive(Clone)]
pub struct Inbound {
    /// What it is about.
    pub kind: InboundKind,
    /// Which system says it.
    pub source: String,
    /// The record's name there.
    pub external_id: String,
    /// Grows with every change there.
    pub revision: i64,
    /// What the record says.
    pub data: InboundData,
}

/// The format of our own that `docs/sync.md` describes.
struct OwnFormat;

impl ProvinceAdapter for OwnFormat {
    fn read(&self, line: &Line) -> Result<Inbound, Problem> {
        let line: InboundLine = line.read()?;
        Ok(Inbound {
            kind: line.kind,
            data: data(line.kind, line.data).map_err(|problem| problem.below("/data"))?,
            source: line.source,
            external_id: line.external_id,
            revision: line.revision,
        })
    }

    fn read_answer(&self, line: &Line) -> Result<NewAcknowledgement, Problem> {
        line.read()
    }

    /// As the record's own address shows it, with an `id` where it has none there.
    fn represent(&self, id: &str, record: &mut Map<String, Value>) {
        record.entry("id").or_insert_with(|| Value::String(id.to_owned()));
        // The unit's name is the unit's own: it changes without the record.
        record.remove("organization_name");
    }
}

/// What a line of this kind says.
///
/// # Errors
/// Whatever is wrong with it, with pointers into it.
pub(super) fn data(kind: InboundKind, tree: Value) -> Result<InboundData, Problem> {
    Ok(match kind {
        InboundKind::Unit => InboundData::Unit(parse_tree(tree)?),
        InboundKind::Person => InboundData::Person(parse_tree(tree)?),
        InboundKind::Completion => InboundData::Completion(parse_tree(tree)?),
        InboundKind::PriorYearRecord => InboundData::PriorYear(parse_tree(tree)?),
    })
}
