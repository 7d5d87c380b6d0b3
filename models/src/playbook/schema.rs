//! The JSON schema of playbook files, for editors: made from the table of keys that the reader goes by.

use serde_json::{Map, Value, json};

use super::keys::{FILE, Key, REQUIRED, Takes};

/// The schema, in JSON Schema 2020-12. TOML editors read it; what it lets pass the reader may still
/// refuse (a length out of range, an id that is taken).
pub fn schema() -> Value {
    let mut schema = table("file", FILE);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("Attune playbook");
    schema
}

fn table(name: &str, keys: &[Key]) -> Value {
    let property = |key: &Key| {
        let mut value = takes(key.name, &key.takes);
        value["description"] = json!(key.about);
        (key.name.to_owned(), value)
    };
    let properties: Map<String, Value> = keys.iter().map(property).collect();
    let mut schema =
        json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if let Some((_, required)) = REQUIRED.iter().find(|(table, _)| *table == name) {
        schema["required"] = json!(required);
    }
    schema
}

fn takes(name: &str, takes: &Takes) -> Value {
    let text = || json!({ "type": "string", "minLength": 1 });
    let one_or_more = |one: Value| {
        let many = json!({ "type": "array", "minItems": 1, "uniqueItems": true, "items": one });
        json!({ "anyOf": [one, many] })
    };
    match takes {
        Takes::Text => text(),
        Takes::Texts => one_or_more(text()),
        Takes::Word(words) => json!({ "enum": words() }),
        Takes::Words(words) => one_or_more(json!({ "enum": words() })),
        Takes::Bool => json!({ "type": "boolean" }),
        Takes::Integer(min, max) => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Takes::Share => json!({ "type": "number", "minimum": 0, "maximum": 1 }),
        Takes::Length(..) => json!({ "type": "string", "pattern": "^([0-9]+(ms|s|m|min))+$" }),
        Takes::Table(keys) => table(name, keys),
        Takes::TableOrTexts(keys) => json!({ "anyOf": [table(name, keys), one_or_more(text())] }),
        Takes::Named => {
            json!({ "type": "object", "additionalProperties": one_or_more(text()) })
        }
        Takes::NamedTexts => json!({ "type": "object", "additionalProperties": text() }),
        Takes::Tables(keys) => json!({ "type": "array", "items": table(name, keys) }),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::super::{Language, Playbook, shipped};
    use super::*;

    const STORED: &str = include_str!("../../../docs/ref/playbook.schema.json");

    /// What is wrong with a value, by the part of JSON Schema that is used here.
    fn wrong(schema: &Value, value: &Value) -> Option<String> {
        for (key, rule) in schema.as_object().unwrap() {
            let holds = match key.as_str() {
                "type" => match rule.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_i64(),
                    "number" => value.is_number(),
                    other => panic!("{other} is not known here"),
                },
                "enum" => rule.as_array().unwrap().contains(value),
                "minimum" => value.as_f64() >= rule.as_f64(),
                "maximum" => value.as_f64() <= rule.as_f64(),
                "minLength" => value.as_str().is_some_and(|text| !text.is_empty()),
                "minItems" => value.as_array().is_some_and(|list| !list.is_empty()),
                "uniqueItems" => value.as_array().is_some_and(|list| {
                    list.iter().enumerate().all(|(n, item)| !list[..n].contains(item))
                }),
                "pattern" => value.as_str().and_then(super::super::words::duration).is_some(),
                "anyOf" => rule.as_array().unwrap().iter().any(|rule| wrong(rule, value).is_none()),
                "required" => rule
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|key| value.get(key.as_str().unwrap()).is_some()),
                "items" => {
                    let items = value.as_array().into_iter().flatten();
                    if let Some(problem) = items.into_iter().find_map(|item| wrong(rule, item)) {
                        return Some(problem);
                    }
                    true
                }
                "properties" => {
                    for (key, value) in value.as_object().into_iter().flatten() {
                        let problem = rule.get(key).and_then(|rule| wrong(rule, value));
                        if let Some(problem) = problem {
                            return Some(format!("{key}.{problem}"));
                        }
                    }
                    true
                }
                "additionalProperties" if rule.is_object() => {
                    let values = value.as_object().into_iter().flatten();
                    let mut problems = values.filter_map(|(_, value)| wrong(rule, value));
                    if let Some(problem) = problems.next() {
                        return Some(problem);
                    }
                    true
                }
                "additionalProperties" => {
                    let known = schema["properties"].as_object().unwrap();
                    value
                        .as_object()
                        .is_some_and(|table| table.keys().all(|key| known.contains_key(key)))
                }
                "$schema" | "title" | "description" => true,
                other => panic!("{other} is not checked here"),
            };
            if !holds {
                return Some(format!("{key}: {value}"));
            }
        }
        None
    }

    fn json_of(text: &str) -> Value {
        serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap()
    }

    #[test]
    fn the_stored_schema_is_the_readers() {
        let now = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
        if std::env::var_os("UPDATE_DOCS").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/ref/playbook.schema.json");
            std::fs::write(path, now).unwrap();
        } else {
            assert!(STORED == now, "run: UPDATE_DOCS=1 cargo test --workspace the_stored_schema");
        }
    }

    #[test]
    fn every_playbook_that_ships_is_well_by_it() {
        let schema = schema();
        for language in Language::OF_NOTES {
            let (file, text) = shipped(language).unwrap();
            assert_eq!(wrong(&schema, &json_of(text)), None, "{file}");
        }
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../playbooks");
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let text = std::fs::read_to_string(&path).unwrap();
                assert_eq!(wrong(&schema, &json_of(&text)), None, "{}", path.display());
            }
        }
    }

    #[test]
    fn what_the_reader_refuses_by_its_shape_the_schema_refuses_too() {
        let good = "[playbook]\nlanguage = \"en\"\nname = \"x\"\n[[note]]\nid = \"a\"\n\
                    class = \"empathy\"\nsay = \"S.\"\nwhy = \"w\"\nwhen.colour = \"red\"\n";
        let told = |text: &str| {
            (Playbook::parse("p.toml", text).is_ok(), wrong(&schema(), &json_of(text)).is_none())
        };
        assert_eq!(told(good), (true, true));
        for (from, to) in [
            ("colour = \"red\"", "color = \"red\""),
            ("\"red\"", "\"rad\""),
            ("\"red\"", "[]"),
            ("\"red\"", "[\"red\", \"red\"]"),
            ("why = \"w\"", "why = 7"),
            ("why = \"w\"", "why = \"w\"\npriority = 101"),
            ("why = \"w\"", "why = \"w\"\nlifetime = \"2 hours\""),
            ("say = \"S.\"\n", ""),
            ("name = \"x\"", "name = \"x\"\nmax_cards = 9"),
            ("\"en\"", "\"English\""),
        ] {
            let bad = good.replace(from, to);
            assert_eq!(told(&bad), (false, false), "{to}");
        }
    }
}
