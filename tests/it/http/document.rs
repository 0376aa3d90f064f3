//! The OpenAPI document: that `docs/openapi.json` is the one the program makes, that it names every route and no other, and that the
//! command line knows every field that holds a moment.

use std::collections::BTreeSet;

use serde_json::Value;

use super::surface::admin_routes;

fn document() -> Value {
    serde_json::to_value(skep::http::openapi()).expect("JSON")
}

/// Bless it with `SKEP_BLESS=1`.
#[test]
fn the_page_is_the_one_the_program_makes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");
    let made = document();
    if std::env::var_os("SKEP_BLESS").is_some() {
        let text = serde_json::to_string_pretty(&made).expect("JSON") + "\n";
        std::fs::write(path, text).expect("written");
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    let kept: Value = serde_json::from_str(&kept).unwrap_or_default();
    assert!(
        kept == made,
        "docs/openapi.json is another one: run this test with SKEP_BLESS=1 and read what changed"
    );
}

#[test]
fn it_names_every_route_and_no_other() {
    let document = document();
    let paths = document["paths"].as_object().expect("paths");
    let named: BTreeSet<&str> = paths.keys().map(String::as_str).collect();
    // The page for people is no part of the API.
    let routes: BTreeSet<&str> = admin_routes()
        .into_iter()
        .filter(|path| path.starts_with("/api/"))
        .collect();
    assert_eq!(named, routes);
    let operations = paths
        .values()
        .flat_map(|path| path.as_object().expect("methods").values());
    for operation in operations {
        assert!(
            operation["summary"].is_string() || operation["description"].is_string(),
            "{operation}"
        );
        let refusal =
            &operation["responses"]["default"]["content"]["application/json"]["schema"]["$ref"];
        assert_eq!(refusal, "#/components/schemas/ErrorAnswer", "{operation}");
    }
}

/// What is written as ISO 8601 by `--json` is what the document calls a moment.
#[test]
fn the_command_line_knows_every_moment() {
    fn moments(value: &Value, found: &mut BTreeSet<String>) {
        if let Some(properties) = value["properties"].as_object() {
            let of_time = properties
                .iter()
                .filter(|(_, property)| property["format"] == "epoch-ms");
            found.extend(of_time.map(|(name, _)| name.clone()));
        }
        let inner: Vec<&Value> = match value {
            Value::Array(values) => values.iter().collect(),
            Value::Object(fields) => fields.values().collect(),
            _ => vec![],
        };
        inner.into_iter().for_each(|value| moments(value, found));
    }
    let mut found = BTreeSet::new();
    moments(&document()["components"], &mut found);
    let known: BTreeSet<String> = skep::cli::TIMES.map(str::to_owned).into();
    assert_eq!(known, found);
}
