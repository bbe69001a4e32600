//! Whom a delivery or a line of a roster is about.

use uuid::Uuid;
use xueshi_domain::identity::IdType;
use xueshi_persistence::{Id, Reader};

use crate::dto::id_numbers::parse_id_number;
use crate::problem::{Code, Problem, Text};

/// How a delivery or a line of a roster names a person: by id, or by id number.
#[derive(Clone, Copy)]
pub(in crate::services) struct Named<'a> {
    pub(in crate::services) id: Option<Uuid>,
    pub(in crate::services) id_type: Option<IdType>,
    pub(in crate::services) number: Option<&'a str>,
}

/// The person that a delivery or a line of a roster is about.
pub(in crate::services) fn person(
    reader: &mut Reader<'_>,
    city: Id,
    named: Named<'_>,
) -> Result<Id, Problem> {
    let nobody =
        |pointer| unknown(pointer, Text::new("没有登记这个人", "no such person is registered"));
    match (named.id, named.id_type, named.number) {
        (Some(id), None, None) => {
            let person = reader.professional(city, Id(id))?;
            let person = person.ok_or_else(|| nobody("/professional_id"))?.professional_id;
            // Whoever keeps the id of a record that was merged since means the one that stands (U4).
            let person = reader.merged_with(city, person)?.unwrap_or(person);
            match reader.erasure(city, person)? {
                None => Ok(person),
                Some(_) => Err(nobody("/professional_id")),
            }
        }
        (None, Some(id_type), Some(number)) => {
            let number = parse_id_number(id_type, number, "/id_number")?;
            reader.professional_by_id_number(city, &number)?.ok_or_else(|| nobody("/id_number"))
        }
        (Some(_), _, _) => Err(naming(
            "/professional_id",
            "ambiguous",
            Text::new(
                "不能与证件类型、证件号码同时填写",
                "cannot stand beside `id_type` or `id_number`",
            ),
        )),
        (None, Some(_), None) => Err(naming(
            "/id_number",
            "required",
            Text::new("填写证件类型时必填", "is required beside `id_type`"),
        )),
        (None, None, Some(_)) => Err(naming(
            "/id_type",
            "required",
            Text::new("填写证件号码时必填", "is required beside `id_number`"),
        )),
        (None, None, None) => Err(naming(
            "/professional_id",
            "required",
            Text::new(
                "应填写人员标识，或证件类型与证件号码",
                "is required, unless `id_type` and `id_number` are given",
            ),
        )),
    }
}

fn naming(pointer: &str, code: &'static str, text: Text) -> Problem {
    Problem::new(Code::ValidationFailed)
        .detail(text.zh.clone(), text.en.clone())
        .at(pointer, code, text)
}

pub(super) fn unknown(pointer: &str, text: Text) -> Problem {
    let code = Code::UnknownReference;
    Problem::new(code).detail(text.zh.clone(), text.en.clone()).at(pointer, code.id(), text)
}
