//! One exchange, or one webhook, against the description: what is wrong with it, each fault in one line.

use serde_json::{Value, json};
use skep_simulator::exchange::Exchange;

use super::document::{Document, Operation};
use super::{ANYWHERE, PLAIN_CLIENT, exception};

/// The path as it is described: without GitHub Enterprise Server's prefix, a repository's number as its name.
fn described_path(path: &str) -> String {
    let path = path
        .strip_prefix("/api/v3")
        .or_else(|| path.strip_prefix("/api"))
        .unwrap_or(path);
    let Some(rest) = path.strip_prefix("/repositories/") else {
        return path.to_owned();
    };
    let rest = rest
        .split_once('/')
        .map_or(String::new(), |(_, rest)| format!("/{rest}"));
    format!("/repos/owner/name{rest}")
}

/// What is wrong with an exchange.
pub(super) fn exchange(document: &Document, seen: &Exchange) -> Vec<String> {
    let path = described_path(&seen.path);
    if exception(&path).is_some() {
        return Vec::new();
    }
    let ours = seen.user_agent != PLAIN_CLIENT;
    let method = if seen.method == "HEAD" {
        "GET"
    } else {
        &seen.method
    };
    let Some(operation) = document.operation(method, &path) else {
        let complaint = format!("{} {} is not described", seen.method, seen.path);
        return if ours { vec![complaint] } else { Vec::new() };
    };
    let mut complaints = Vec::new();
    if ours {
        complaints.extend(parameters(document, &operation, &seen.query));
        complaints.extend(request(document, &operation, &seen.request));
    }
    if !seen.faulty {
        complaints.extend(answer(document, &operation, seen));
    }
    complaints
}

/// What is wrong with a webhook.
pub(super) fn webhook(
    document: &Document,
    event: &str,
    action: Option<&str>,
    body: &str,
) -> Vec<String> {
    let action = action.map_or(String::new(), |action| format!("-{action}"));
    let name = format!("{event}{action}").replace('_', "-");
    let Some(schema) = document.webhook(&name) else {
        return vec![format!("no webhook is called {name}")];
    };
    match serde_json::from_str(body) {
        Ok(body) => {
            let mut complaints = document.complaints(&format!("webhook {name}"), &schema, &body);
            complaints.retain(|line| !is_known(&name, line, &body));
            complaints
        }
        Err(error) => vec![format!("webhook {name}: {error}")],
    }
}

/// Where the description is behind itself: the events of dependencies want an organization, which repositories of people have
/// not, and its list of the events that an App may listen to has neither them nor those of sub-issues.
fn is_known(webhook: &str, complaint: &str, body: &Value) -> bool {
    let organization = webhook.starts_with("issue-dependencies-")
        && complaint.ends_with("at '': missing properties 'organization'");
    let place = complaint
        .split_once(": at '")
        .and_then(|(_, rest)| rest.split_once("': "));
    let named = place.and_then(|(place, _)| body.pointer(place));
    let listed = place.is_some_and(|(place, _)| place.contains("app/events/"))
        && named.is_some_and(|name| {
            ["issue_dependencies", "sub_issues"]
                .iter()
                .any(|of| name == of)
        });
    organization || listed
}

fn parameters(document: &Document, operation: &Operation, query: &str) -> Vec<String> {
    let known = operation
        .told
        .get("parameters")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let known: Vec<&Value> = known.map(|one| document.resolved(one)).collect();
    let find = |place: &str, name: &str| {
        known
            .iter()
            .find(|one| one["in"] == place && one["name"] == name)
    };
    let asked = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .map(|(name, value)| ("query", name, value));
    let values = operation
        .values
        .iter()
        .map(|(name, value)| ("path", name.clone(), value.clone()));
    let mut complaints = Vec::new();
    for (place, name, value) in asked.chain(values) {
        let at = format!("{} {place} {name}", operation.name);
        match find(place, &name).and_then(|told| told.get("schema")) {
            None => complaints.push(format!("{at} is not described")),
            Some(schema) => {
                complaints.extend(document.complaints(&at, schema, &typed(schema, &value)))
            }
        }
    }
    complaints
}

/// A value of an address as the type its schema wants, where it can be read so.
fn typed(schema: &Value, text: &str) -> Value {
    let wants = |kind: &str| schema["type"] == kind;
    if wants("integer") || wants("boolean") {
        return serde_json::from_str(text).unwrap_or_else(|_| json!(text));
    }
    if wants("array") {
        return text.split(',').map(Value::from).collect();
    }
    json!(text)
}

fn request(document: &Document, operation: &Operation, body: &[u8]) -> Vec<String> {
    let at = format!("{} request", operation.name);
    let told = operation.told.get("requestBody");
    let schema = told.and_then(|told| told.pointer("/content/application~1json/schema"));
    let must = told.is_some_and(|told| told["required"] == true);
    match (schema, serde_json::from_slice::<Value>(body)) {
        (Some(_), Err(_)) if body.is_empty() && !must => Vec::new(),
        (None, _) if body.is_empty() => Vec::new(),
        (None, _) => vec![format!("{at}: no body is described")],
        (Some(_), Err(error)) => vec![format!("{at}: {error}")],
        (Some(schema), Ok(body)) => {
            let mut complaints = document.complaints(&at, schema, &body);
            complaints.extend(unknown_fields(&at, schema, &body));
            complaints
        }
    }
}

/// Fields of the request's outermost object that nobody described: GitHub would pass over them in silence.
fn unknown_fields(at: &str, schema: &Value, body: &Value) -> Vec<String> {
    let forms: Vec<&Value> = match schema
        .get("oneOf")
        .or_else(|| schema.get("anyOf"))
        .and_then(Value::as_array)
    {
        Some(forms) => forms.iter().chain([schema]).collect(),
        None => vec![schema],
    };
    let known = |name: &str| {
        forms.iter().any(|form| {
            form.pointer("/properties")
                .is_some_and(|p| p.get(name).is_some())
        })
    };
    let named = body.as_object().into_iter().flatten().map(|(name, _)| name);
    let unknown =
        named.filter(|name| !known(name) && forms.iter().all(|form| form.get("$ref").is_none()));
    unknown
        .map(|name| format!("{at}: the field {name:?} is not described"))
        .collect()
}

fn answer(document: &Document, operation: &Operation, seen: &Exchange) -> Vec<String> {
    let at = format!("{} answer {}", operation.name, seen.status);
    let told = operation.told["responses"]
        .get(seen.status.to_string())
        .map(|told| document.resolved(told));
    let content = told.and_then(|told| told.get("content"));
    let schema = content.and_then(|content| content.pointer("/application~1json/schema"));
    let error = json!({ "$ref": "#/components/schemas/basic-error" });
    let schema = match (schema, told) {
        (Some(schema), _) => schema,
        (None, Some(_)) if seen.answer.is_empty() => return Vec::new(),
        (None, None) if seen.status == 304 && seen.answer.is_empty() => return Vec::new(),
        (None, Some(_)) if seen.status >= 400 => &error,
        (None, None) if ANYWHERE.contains(&seen.status) => &error,
        (None, Some(_)) => return vec![format!("{at}: no body is described")],
        (None, None) => return vec![format!("{at}: no such status is described")],
    };
    if seen.method == "HEAD" || !seen.content_type.starts_with("application/json") {
        // A media type of its own (raw, diff) was asked for.
        return Vec::new();
    }
    match serde_json::from_slice(&seen.answer) {
        Ok(body) => document.complaints(&at, schema, &body),
        Err(error) => vec![format!("{at}: {error}")],
    }
}
