//! The units of the demo world. Their codes pass GB 32100 and belong to nobody.

use time::OffsetDateTime;
use time::macros::datetime;
use xueshi_domain::access::OrgPath;
use xueshi_domain::identity::UnitCode;
use xueshi_domain::registry::{OrganizationKind, Standing};
use xueshi_persistence::{Id, Moment, Organization, StoreError, Word};

use super::World;

/// When the units were registered.
const REGISTERED: OffsetDateTime = datetime!(2021-12-01 09:00 +8);

/// A unit, as the other files name it. The order is that of [`UNITS`]: a unit stands behind its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Bureau,
    Jinshui,
    Health,
    Education,
    Hospital,
    Company,
    School,
    Base,
    Institute,
}

struct Row {
    kind: OrganizationKind,
    name: &'static str,
    code: &'static str,
    public_institution: bool,
    parent: Option<Unit>,
    reviewing_body: Option<Unit>,
}

const fn body(
    kind: OrganizationKind,
    name: &'static str,
    code: &'static str,
    parent: Option<Unit>,
) -> Row {
    Row { kind, name, code, public_institution: false, parent, reviewing_body: None }
}

const fn employer(
    name: &'static str,
    code: &'static str,
    public_institution: bool,
    under: Unit,
) -> Row {
    let kind = OrganizationKind::Employer;
    Row { kind, name, code, public_institution, parent: Some(under), reviewing_body: Some(under) }
}

const CITY: Option<Unit> = Some(Unit::Bureau);

#[rustfmt::skip]
const UNITS: [Row; 9] = [
    body(OrganizationKind::MunicipalBureau, "郑州市人力资源和社会保障局", "11410100MA0000015K", None),
    body(OrganizationKind::DistrictBureau, "郑州市金水区人力资源和社会保障局", "11410105MA0000023N", CITY),
    body(OrganizationKind::IndustryAuthority, "郑州市卫生健康委员会", "11410100MA00000319", CITY),
    body(OrganizationKind::IndustryAuthority, "郑州市教育局", "11410100MA000004X1", CITY),
    employer("郑州市示范医院", "12410100MA0000058X", true, Unit::Health),
    employer("郑州示范科技有限公司", "91410105MA0000066U", false, Unit::Jinshui),
    employer("郑州市示范中学", "12410100MA0000074K", true, Unit::Education),
    body(OrganizationKind::CeBase, "郑州市专业技术人员继续教育示范基地", "12410100MA0000082E", CITY),
    body(OrganizationKind::TrainingInstitution, "郑州示范职业培训学校", "52410100MA00000905", CITY),
];

/// A unit in its place.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) id: Id,
    pub(super) name: &'static str,
    pub(super) reviewing_body: Option<Unit>,
    pub(super) is_public_institution: bool,
    path: OrgPath,
}

/// All of them, in the order of [`Unit`].
#[derive(Debug, Default)]
pub(super) struct Units(Vec<Placed>);

impl Units {
    /// One of them.
    pub(super) fn of(&self, unit: Unit) -> &Placed {
        &self.0[unit as usize]
    }

    /// Registers them, parents first.
    pub(super) fn load(world: &mut World<'_, '_>) -> Result<Self, StoreError> {
        let mut units = Self::default();
        for row in &UNITS {
            let id = world.ids.at(REGISTERED);
            let path = match row.parent {
                Some(parent) => units.of(parent).path.child(id.0),
                None => OrgPath::root(id.0),
            };
            let code = UnitCode::parse(row.code).map_err(|error| super::wrong(row.name, error))?;
            world.writer.insert_organization(&Organization {
                jurisdiction_id: world.city,
                id,
                parent_id: row.parent.map(|parent| units.of(parent).id),
                path: path.as_str().to_owned(),
                kind: Word(row.kind),
                name: row.name.to_owned(),
                unit_code: Some(code.to_string()),
                is_public_institution: row.public_institution,
                reviewing_body_id: row.reviewing_body.map(|body| units.of(body).id),
                state: Word(Standing::Active),
                version: 1,
                created_at: Moment(REGISTERED),
                updated_at: Moment(REGISTERED),
            })?;
            units.0.push(Placed {
                id,
                name: row.name,
                reviewing_body: row.reviewing_body,
                is_public_institution: row.public_institution,
                path,
            });
        }
        Ok(units)
    }
}
