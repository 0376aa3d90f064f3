//! The description as a document: found, read once, and its schemas made into validators when they are first needed.

use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use boon::{Compiler, Draft, Format, SchemaIndex, Schemas, ValidationError};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

/// The parts of the description that are used; most of its 13 MB stay text.
#[derive(Deserialize)]
struct Raw {
    paths: HashMap<String, HashMap<String, Box<RawValue>>>,
    #[serde(rename = "x-webhooks")]
    webhooks: HashMap<String, Box<RawValue>>,
    components: Components,
}

#[derive(Deserialize)]
struct Components {
    schemas: HashMap<String, Box<RawValue>>,
    responses: Value,
    parameters: Value,
}

/// The description.
pub(super) struct Document {
    raw: Raw,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// A schema made ready, and where it is in what was made ready with it.
struct Validator(Schemas, SchemaIndex);

/// One operation, and the values its path had.
pub(super) struct Operation {
    pub name: String,
    pub told: Value,
    pub values: HashMap<String, String>,
}

impl Document {
    /// The description; says once that it is skipped where there is none.
    pub(super) fn get() -> Option<&'static Self> {
        static DOCUMENT: LazyLock<Option<Document>> = LazyLock::new(|| {
            let folder = std::env::var_os("SKEP_TEST_OPENAPI")?;
            let path = Path::new(&folder).join("generated/api.github.com.json");
            let text = std::fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let raw = serde_json::from_str(&text).expect("GitHub's description");
            Some(Document {
                raw,
                validators: Mutex::default(),
            })
        });
        if DOCUMENT.is_none() {
            crate::required::skip(
                "GitHub's description of its API (SKEP_TEST_OPENAPI names no folder)",
            );
        }
        DOCUMENT.as_ref()
    }

    /// The operation of a method and a path; where several fit, the one with the most words of its own.
    pub(super) fn operation(&self, method: &str, path: &str) -> Option<Operation> {
        let method = method.to_ascii_lowercase();
        let near = self
            .raw
            .paths
            .iter()
            // One endpoint stands there twice: as `{basehead}`, and as two values in one part of the path.
            .filter(|(template, _)| begins_alike(template, path) && !template.contains("}...{"));
        let fitting = near.filter_map(|(template, methods)| {
            let told: Value = serde_json::from_str(methods.get(&method)?.get()).ok()?;
            Some((template, fit(template, path, &wide(self, &told))?, told))
        });
        let own_words = |template: &str| {
            template
                .split('/')
                .filter(|part| !part.starts_with('{'))
                .count()
        };
        let (template, values, told) = fitting.max_by_key(|(template, ..)| own_words(template))?;
        Some(Operation {
            name: format!("{method} {template}"),
            told,
            values,
        })
    }

    /// The schema of a webhook's body.
    pub(super) fn webhook(&self, name: &str) -> Option<Value> {
        let told: Value = serde_json::from_str(self.raw.webhooks.get(name)?.get()).ok()?;
        told.pointer("/post/requestBody/content/application~1json/schema")
            .cloned()
    }

    /// What a reference to a parameter or a response stands for.
    pub(super) fn resolved<'v>(&'v self, value: &'v Value) -> &'v Value {
        let Some(name) = value.get("$ref").and_then(Value::as_str) else {
            return value;
        };
        let components = &self.raw.components;
        let found = match name.rsplit_once('/') {
            Some(("#/components/parameters", name)) => components.parameters.get(name),
            Some(("#/components/responses", name)) => components.responses.get(name),
            _ => None,
        };
        found.unwrap_or_else(|| panic!("{name} is not in the description"))
    }

    /// What is wrong with a value, each in one line; `place` names the schema.
    pub(super) fn complaints(&self, place: &str, schema: &Value, value: &Value) -> Vec<String> {
        let validator = self.validator(place, schema);
        let mut lines = Vec::new();
        if let Err(error) = validator.0.validate(value, validator.1) {
            leaves(&error, &mut lines);
        }
        lines
            .into_iter()
            .take(5)
            .map(|line| format!("{place}: {line}"))
            .collect()
    }

    fn validator(&self, place: &str, schema: &Value) -> Arc<Validator> {
        let mut known = self
            .validators
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = known.get(place) {
            return Arc::clone(validator);
        }
        let mut schema = schema.clone();
        let mut schemas = Map::new();
        self.close(&mut schema, &mut schemas);
        let whole = json!({ "allOf": [schema], "components": { "schemas": schemas } });
        let mut compiler = Compiler::new();
        compiler.set_default_draft(Draft::V7);
        compiler.enable_format_assertions();
        // Bots' addresses have brackets, as in `1+skep[bot]@users.noreply.github.com`: no address by the letter of the format.
        compiler.register_format(Format {
            name: "email",
            func: |_| Ok(()),
        });
        // The validator does not know `{/owner}`, which the format has.
        compiler.register_format(Format {
            name: "uri-template",
            func: |_| Ok(()),
        });
        let mut schemas = Schemas::new();
        compiler
            .add_resource(PLACE, whole)
            .unwrap_or_else(|error| panic!("{place}: {error:#}"));
        let index = compiler
            .compile(PLACE, &mut schemas)
            .unwrap_or_else(|error| panic!("{place}: {error:#}"));
        let validator = Arc::new(Validator(schemas, index));
        known.insert(place.to_owned(), Arc::clone(&validator));
        validator
    }

    /// Turns OpenAPI's `nullable` into JSON Schema's words, and collects all that is referred to.
    fn close(&self, schema: &mut Value, into: &mut Map<String, Value>) {
        match schema {
            Value::Array(items) => items.iter_mut().for_each(|item| self.close(item, into)),
            Value::Object(fields) => {
                fields
                    .values_mut()
                    .for_each(|field| self.close(field, into));
                if let Some(Value::Array(words)) = fields.get_mut("enum") {
                    // GitHub lists some words twice, in both cases or not; a schema may not.
                    let mut seen = Vec::new();
                    words.retain(|word| {
                        !seen.contains(word) && {
                            seen.push(word.clone());
                            true
                        }
                    });
                }
                either_account(fields);
                any_error(fields);
                self.follow(fields.get("$ref"), into);
                if fields.remove("nullable") == Some(json!(true)) {
                    *schema = nullable(std::mem::take(fields));
                }
            }
            _ => {}
        }
    }

    fn follow(&self, reference: Option<&Value>, into: &mut Map<String, Value>) {
        let named = reference
            .and_then(Value::as_str)
            .and_then(|text| text.strip_prefix("#/components/schemas/"));
        let Some(name) = named.filter(|name| !into.contains_key(*name)) else {
            return;
        };
        let text = self
            .raw
            .components
            .schemas
            .get(name)
            .unwrap_or_else(|| panic!("{name} is not described"));
        let mut schema = serde_json::from_str(text.get()).expect("a schema");
        into.insert(name.to_owned(), Value::Null);
        self.close(&mut schema, into);
        into.insert(name.to_owned(), schema);
    }
}

/// What a schema under examination is called.
const PLACE: &str = "http://described/schema.json";

/// The faults at the ends of the tree, in one line each.
fn leaves(error: &ValidationError<'_, '_>, into: &mut Vec<String>) {
    if error.causes.is_empty() {
        into.push(format!("at '{}': {}", error.instance_location, error.kind));
    }
    error.causes.iter().for_each(|cause| leaves(cause, into));
}

/// An installation's account is a person's, an organization's or an enterprise's. The description says `allOf`, a user and an
/// enterprise at once, which no account can be.
fn either_account(fields: &mut Map<String, Value>) {
    let titles = |all: &Value| {
        all.as_array().map(|all| {
            all.iter()
                .map(|one| one["title"].clone())
                .collect::<Vec<_>>()
        })
    };
    if fields.get("allOf").and_then(titles) == Some(vec![json!("Simple User"), json!("Enterprise")])
        && let Some(both) = fields.remove("allOf")
    {
        fields.insert("anyOf".to_owned(), both);
    }
}

/// A conflict is an ordinary error or one of a rule that is broken. The description says `oneOf`, and a message alone is both.
fn any_error(fields: &mut Map<String, Value>) {
    let names = |all: &Value| {
        let all = all.as_array()?.iter();
        all.map(|one| Some(one["$ref"].as_str()?.rsplit('/').next()?.to_owned()))
            .collect::<Option<Vec<_>>>()
    };
    let both = ["basic-error", "repository-rule-violation-error"];
    let found = fields.get("oneOf").and_then(names);
    if found.is_some_and(|found| found == both)
        && let Some(both) = fields.remove("oneOf")
    {
        fields.insert("anyOf".to_owned(), both);
    }
}

fn nullable(mut fields: Map<String, Value>) -> Value {
    if let Some(Value::Array(words)) = fields.get_mut("enum")
        && !words.contains(&Value::Null)
    {
        words.push(Value::Null);
    }
    match fields.get("type").cloned() {
        Some(Value::String(kind))
            if !["oneOf", "anyOf", "allOf"]
                .iter()
                .any(|word| fields.contains_key(*word)) =>
        {
            fields.insert("type".to_owned(), json!([kind, "null"]));
            Value::Object(fields)
        }
        _ if fields.is_empty() => json!({}),
        _ => json!({ "anyOf": [{ "type": "null" }, fields] }),
    }
}

/// The parameters of a path that take several segments.
fn wide(document: &Document, told: &Value) -> Vec<String> {
    let all = told
        .get("parameters")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let wide = all
        .map(|one| document.resolved(one))
        .filter(|one| one.get("x-multi-segment").is_some());
    wide.filter_map(|one| one.get("name")?.as_str().map(str::to_owned))
        .collect()
}

/// A first look, so that few operations are parsed: the first four segments, where the template has words of its own.
fn begins_alike(template: &str, path: &str) -> bool {
    let mut have = path.trim_matches('/').split('/');
    let wanted = template.trim_matches('/').split('/').take(4);
    wanted
        .zip(have.by_ref())
        .all(|(part, have)| part.starts_with('{') || part == have)
}

fn fit(template: &str, path: &str, wide: &[String]) -> Option<HashMap<String, String>> {
    let parts: Vec<&str> = template.trim_matches('/').split('/').collect();
    // "If you omit the path parameter, you will receive the contents of the repository's root directory."
    let mut have: VecDeque<&str> = path.trim_start_matches('/').split('/').collect();
    let mut values = HashMap::new();
    for (at, part) in parts.iter().enumerate() {
        let Some(name) = part
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
        else {
            (have.pop_front()? == *part).then_some(())?;
            continue;
        };
        let wide = wide.iter().any(|known| known == name);
        let mut value = have.pop_front()?.to_owned();
        while wide && have.len() > parts.len() - at - 1 {
            value = format!("{value}/{}", have.pop_front()?);
        }
        (!value.is_empty() || wide).then_some(())?;
        values.insert(name.to_owned(), value);
    }
    have.is_empty().then_some(values)
}
