//! The district of the story: its units, their administrators and 200 people, made through the API.

use serde_json::{Value, json};
use xueshi_tests::steps::text;
use xueshi_tests::{Client, Server};

use super::acts::{self, Day, PASSWORD};

/// A unit with its administrator.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) id: String,
    pub(super) username: String,
    pub(super) code: String,
}

/// A district with three employers, a base and a training school.
#[derive(Debug)]
pub(super) struct District {
    pub(super) id: String,
    /// Who reviews for it.
    pub(super) reviewer: String,
    pub(super) employers: Vec<Unit>,
    pub(super) base: Unit,
    pub(super) school: Unit,
    /// The first 90 work at the first employer, the next 80 at the second, the last 30 at the third.
    pub(super) people: Vec<String>,
    pub(super) numbers: Vec<String>,
}

impl District {
    pub(super) async fn found(server: &Server, at: &str) -> Self {
        let day = Day::begin(server, at).await;
        let admin = day.login("city.admin").await;
        let bureau = admin.get("/v1/me").await.is(200)["grants"][0]["organization"]["id"].clone();
        let district = json!({"parent_id": bureau, "kind": "district_bureau", "name": "二七区人力资源和社会保障局",
            "unit_code": unit_code(1)});
        let district = text(&admin.post("/v1/organizations").json(district).await.is(201), "id");
        appoint(&admin, &district, "erqi.reviewer", "reviewer").await;
        let mut units = Vec::new();
        for (index, (name, kind, username, role)) in [
            ("二七区中心医院", "employer", "erqi.hospital", "employer_administrator"),
            ("二七科技有限公司", "employer", "erqi.technology", "employer_administrator"),
            ("二七设计院", "employer", "erqi.design", "employer_administrator"),
            ("二七区继续教育基地", "ce_base", "erqi.base", "institution_administrator"),
            (
                "二七职业培训学校",
                "training_institution",
                "erqi.school",
                "institution_administrator",
            ),
        ]
        .into_iter()
        .enumerate()
        {
            let code = unit_code(index + 2);
            let mut unit = json!({"parent_id": district, "kind": kind, "name": name, "unit_code": code,
                "is_public_institution": index == 0});
            if kind == "employer" {
                unit["reviewing_body_id"] = json!(district);
            }
            let id = text(&admin.post("/v1/organizations").json(unit).await.is(201), "id");
            appoint(&admin, &id, username, role).await;
            units.push(Unit { id, username: username.to_owned(), code });
        }
        let [base, school] = units.split_off(3).try_into().unwrap();
        let mut world = Self {
            id: district,
            reviewer: "erqi.reviewer".to_owned(),
            employers: units,
            base,
            school,
            people: Vec::new(),
            numbers: (0..200).map(id_number).collect(),
        };
        let mut clients = Vec::new();
        for employer in &world.employers {
            clients.push(day.login(&employer.username).await);
        }
        let people = acts::each(0..200, async |person| {
            let employer = employer_of(person);
            register(&clients[employer], &admin, &world, person).await
        });
        let people = people.await;
        world.people = people;
        world
    }
}

/// The employer that a person begins the year with.
fn employer_of(person: usize) -> usize {
    match person {
        0..90 => 0,
        90..170 => 1,
        _ => 2,
    }
}

async fn register(employer: &Client, admin: &Client, world: &District, person: usize) -> String {
    let unit = &world.employers[employer_of(person)].id;
    let body = json!({"name": format!("专技{person:03}"), "id_type": "resident_id", "id_number": world.numbers[person],
        "post": "technical", "employer_id": unit, "started_on": "2020-01-01"});
    let id = text(&employer.post("/v1/professionals").json(body).await.is(201), "id");
    let account = json!({"username": format!("erqi.person.{person}"), "display_name": format!("专技{person:03}"),
        "password": PASSWORD, "professional_id": id});
    admin.post("/v1/accounts").json(account).await.is(201);
    id
}

async fn appoint(admin: &Client, unit: &str, username: &str, role: &str) {
    let account: Value =
        json!({"username": username, "display_name": "管理员", "password": PASSWORD});
    let account = text(&admin.post("/v1/accounts").json(account).await.is(201), "id");
    let path = format!("/v1/organizations/{unit}/administrators");
    admin.post(&path).json(json!({"account_id": account, "role": role})).await.is(201);
}

/// A resident id with its check character (GB 11643).
fn id_number(person: usize) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let body = format!("41010319880229{person:03}");
    let sum: u32 =
        body.chars().zip(WEIGHTS).map(|(digit, weight)| digit.to_digit(10).unwrap() * weight).sum();
    let check = char::from(b"10X98765432"[(sum % 11) as usize]);
    format!("{body}{check}")
}

/// A unified code with its check character (GB 32100-2015).
fn unit_code(number: usize) -> String {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let body = format!("12410103MB0{number:06}");
    let weight = |place: usize| (0..place).fold(1, |weight, _| weight * 3 % 31);
    let sum: usize = body
        .bytes()
        .enumerate()
        .map(|(place, byte)| {
            ALPHABET.iter().position(|known| *known == byte).unwrap() * weight(place)
        })
        .sum();
    format!("{body}{}", char::from(ALPHABET[(31 - sum % 31) % 31]))
}
