//! The schema keeps people's data together: cells by city can take it as it is.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Tables of people's data that are not keyed by person, each with its reason.
const BY_OTHER_KEYS: &[(&str, &str)] = &[(
    "professional_identities",
    "it is how a person is found: keyed by the hash of the id number (U4)",
)];

/// Tables that mention a person without being that person's data.
const MENTIONS: &[(&str, &str)] =
    &[("accounts", "an account may belong to a person; it logs in before the person is known")];

fn migrations(kind: &str) -> BTreeMap<String, String> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("migrations").join(kind);
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let read = |path: &Path| fs::read_to_string(path.join("up.sql")).unwrap().to_lowercase();
    entries.map(|entry| (entry.file_name().into_string().unwrap(), read(&entry.path()))).collect()
}

/// The SQL without comments, as statements.
fn statements(sql: &str) -> Vec<String> {
    let lines = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
    let whole = lines.collect::<Vec<_>>().join(" ");
    whole
        .split(';')
        .map(|statement| statement.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// Table → the definitions between the parentheses of its `create table`.
fn tables(statements: &[String]) -> BTreeMap<String, Vec<String>> {
    let created = statements.iter().filter_map(|statement| {
        let (name, body) = statement.strip_prefix("create table ")?.split_once(" (")?;
        Some((name.to_owned(), split(body.strip_suffix(')')?)))
    });
    created.collect()
}

/// Splits at commas outside of parentheses.
fn split(body: &str) -> Vec<String> {
    let (mut parts, mut depth, mut part) = (Vec::new(), 0, String::new());
    for character in body.chars() {
        depth += i32::from(character == '(') - i32::from(character == ')');
        if character == ',' && depth == 0 {
            parts.push(part.trim().to_owned());
            part.clear();
        } else {
            part.push(character);
        }
    }
    parts.push(part.trim().to_owned());
    parts
}

fn has_person(definitions: &[String]) -> bool {
    definitions.iter().any(|definition| definition.starts_with("professional_id "))
}

/// The columns in the first parentheses.
fn columns(definition: &str) -> &str {
    let start = definition.find('(').map_or(0, |place| place + 1);
    let end = definition[start..].find(')').map_or(definition.len(), |place| place + start);
    &definition[start..end]
}

/// Every unique key of a table of a person's data begins with the city and the person, and so does every foreign key
/// to another such table; the city stands in every foreign key.
#[test]
fn keys_of_peoples_data_carry_city_and_person() {
    for kind in ["sqlite", "postgres"] {
        let sql: Vec<String> = migrations(kind).values().flat_map(|sql| statements(sql)).collect();
        let tables = tables(&sql);
        let personal: Vec<&str> = tables
            .iter()
            .filter(|(_, definitions)| has_person(definitions))
            .map(|(name, _)| name.as_str())
            .collect();
        assert!(personal.len() >= 8, "{kind}: {personal:?}");
        let excused =
            |name: &str| BY_OTHER_KEYS.iter().chain(MENTIONS).any(|(known, _)| *known == name);
        for name in personal.iter().filter(|name| !excused(name)) {
            let definitions = &tables[*name];
            for definition in definitions {
                let inline = !definition.starts_with("foreign key")
                    && !definition.starts_with("primary key");
                assert!(
                    !(inline
                        && (definition.contains(" unique") || definition.contains(" primary key"))),
                    "{kind} {name}: {definition}"
                );
                if definition.starts_with("primary key") || definition.starts_with("unique") {
                    assert!(
                        columns(definition).starts_with("jurisdiction_id, professional_id"),
                        "{kind} {name}: {definition}"
                    );
                }
                let Some((_, target)) = definition.split_once("references ") else { continue };
                let target = target.split([' ', '(']).next().unwrap_or_default();
                let needed = if personal.contains(&target) {
                    "jurisdiction_id, professional_id"
                } else {
                    "jurisdiction_id"
                };
                let named = if definition.starts_with("foreign key") {
                    columns(definition)
                } else {
                    definition
                };
                assert!(named.starts_with(needed), "{kind} {name}: {definition}");
            }
            for index in sql.iter().filter(|statement| statement.contains(&format!(" on {name} (")))
            {
                if let Some(rest) = index.strip_prefix("create unique index ") {
                    assert!(
                        columns(rest).starts_with("jurisdiction_id, professional_id"),
                        "{kind} {name}: {index}"
                    );
                }
            }
        }
    }
}

/// U4: a merge of two records defers foreign keys. Migration 0018 made those before it deferrable; later ones say so.
#[test]
fn later_keys_of_peoples_data_are_deferrable() {
    for (name, sql) in migrations("postgres").range("0019".to_owned()..) {
        for (table, definitions) in tables(&statements(sql)) {
            for definition in definitions.iter().filter(|text| text.starts_with("foreign key")) {
                let of_people = columns(definition).contains("professional_id");
                assert!(
                    !of_people || definition.contains("deferrable"),
                    "{name} {table}: {definition}"
                );
            }
        }
    }
}

/// The same numbers, the same tables, the same columns and the same indexes in both.
#[test]
fn both_databases_have_one_schema() {
    let (sqlite, postgres) = (migrations("sqlite"), migrations("postgres"));
    assert_eq!(sqlite.keys().collect::<Vec<_>>(), postgres.keys().collect::<Vec<_>>());
    let shape = |migrations: &BTreeMap<String, String>| {
        let sql: Vec<String> = migrations.values().flat_map(|sql| statements(sql)).collect();
        let keyword =
            |word: &str| ["primary", "foreign", "unique", "check", "constraint"].contains(&word);
        let columns: BTreeMap<String, Vec<String>> = tables(&sql)
            .into_iter()
            .map(|(name, definitions)| {
                let words = definitions
                    .iter()
                    .filter_map(|definition| definition.split(' ').next().map(str::to_owned));
                (name, words.filter(|word| !keyword(word)).collect())
            })
            .collect();
        let indexes: Vec<String> =
            sql.iter().filter(|statement| statement.contains(" index ")).cloned().collect();
        (columns, indexes)
    };
    assert_eq!(shape(&sqlite), shape(&postgres));
}
