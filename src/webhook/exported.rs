//! Deliveries as people export them: GitHub's own record of one (`GET /app/hook/deliveries/{id}`), the examples of
//! `@octokit/webhooks-examples`, a payload by itself; several of them as an array or a line each.
//!
//! It is for replays only. What it reads is proved by no signature, so it must never come into the inbox of a skep at work.
//! Shapes: <https://docs.github.com/rest/apps/webhooks#get-a-delivery-for-an-app-webhook>.

use serde_json::{Map, Value};

use crate::core::text::replay as says;

/// So many are taken from one file.
const MOST: usize = 1_000;
/// GitHub sends no larger payload, bytes: <https://docs.github.com/webhooks/webhook-events-and-payloads#payload-cap>.
const LARGEST: usize = 25 * 1024 * 1024;

/// One delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// GitHub's id of it, where it is told.
    pub guid: Option<String>,
    /// The event, as in `X-GitHub-Event`.
    pub event: String,
    /// The payload as JSON.
    pub body: String,
}

/// Reads what was exported. A payload by itself does not say its event: `event` does.
///
/// # Errors
/// A sentence for people that says what is wrong with it, and where.
pub fn exported(text: &str, event: Option<&str>) -> Result<Vec<Exported>, String> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(says::EMPTY.to_owned());
    }
    let reading = Reading { event };
    let mut all = Vec::new();
    match serde_json::from_str::<Value>(text) {
        Ok(value) => reading.take(value, &mut all)?,
        Err(error) => {
            // A pretty-printed object's first line is no JSON by itself.
            let lines = lines(text).map_err(|wrong| match wrong {
                (1, _) => says::no_json(&error.to_string()),
                (line, error) => says::no_json_line(line, &error.to_string()),
            })?;
            for (line, value) in lines {
                let taken = reading.take(value, &mut all);
                taken.map_err(|say| says::on_line(line, &say))?;
            }
        }
    }
    match all.is_empty() {
        true => Err(says::EMPTY.to_owned()),
        false => Ok(all),
    }
}

/// The lines with what they hold, counted from 1; else the first that is no JSON.
fn lines(text: &str) -> Result<Vec<(usize, Value)>, (usize, serde_json::Error)> {
    let numbered = text.lines().enumerate();
    let there = numbered.filter(|(_, line)| !line.trim().is_empty());
    there
        .map(|(at, line)| {
            let value = serde_json::from_str(line).map_err(|error| (at + 1, error))?;
            Ok((at + 1, value))
        })
        .collect()
}

struct Reading<'a> {
    event: Option<&'a str>,
}

impl Reading<'_> {
    fn take(&self, value: Value, all: &mut Vec<Exported>) -> Result<(), String> {
        let one = match value {
            Value::Array(many) => {
                return many.into_iter().try_for_each(|one| self.take(one, all));
            }
            Value::Object(one) => one,
            _ => return Err(says::NO_DELIVERY.to_owned()),
        };
        if let (Some(event), Some(Value::Array(examples))) =
            (word(&one, "name"), one.get("examples"))
        {
            return examples
                .iter()
                .try_for_each(|body| keep(all, None, event.clone(), body));
        }
        let (guid, event, body) = self.parts(&one)?;
        keep(all, guid, event, &body)
    }

    /// The id, the event and the payload of one.
    fn parts(&self, one: &Map<String, Value>) -> Result<(Option<String>, String, Value), String> {
        let request = one.get("request").and_then(Value::as_object);
        let headers = request.unwrap_or(one).get("headers");
        let header = |name: &str| {
            let headers = headers.and_then(Value::as_object).unwrap_or(one);
            let mut fields = headers.iter();
            let found = fields.find(|(other, _)| other.eq_ignore_ascii_case(name));
            found.and_then(|(_, value)| value.as_str().map(str::to_owned))
        };
        let within = request.unwrap_or(one);
        let payload = ["payload", "body"].iter().find_map(|key| within.get(*key));
        let Some(payload) = payload.filter(|payload| !payload.is_null()) else {
            return self.bare(one);
        };
        let event = word(one, "event")
            .or_else(|| header("X-GitHub-Event"))
            .or_else(|| word(one, "name"))
            .or_else(|| self.event.map(str::to_owned));
        let guid = word(one, "guid").or_else(|| header("X-GitHub-Delivery"));
        Ok((guid, event.ok_or(says::NO_EVENT)?, payload.clone()))
    }

    /// A payload by itself.
    fn bare(&self, one: &Map<String, Value>) -> Result<(Option<String>, String, Value), String> {
        if one.contains_key("guid") && one.contains_key("delivered_at") {
            return Err(says::ONLY_LISTED.to_owned());
        }
        let marks = ["sender", "repository", "installation", "zen"];
        if !marks.iter().any(|mark| one.contains_key(*mark)) {
            return Err(says::NO_DELIVERY.to_owned());
        }
        let event = self.event.ok_or(says::NO_EVENT)?;
        Ok((None, event.to_owned(), Value::Object(one.clone())))
    }
}

fn keep(
    all: &mut Vec<Exported>,
    guid: Option<String>,
    event: String,
    body: &Value,
) -> Result<(), String> {
    let body = match body {
        // Some tools keep it as they got it.
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if body.len() > LARGEST {
        return Err(says::too_large(body.len(), LARGEST));
    }
    if all.len() >= MOST {
        return Err(says::too_many(MOST));
    }
    all.push(Exported { guid, event, body });
    Ok(())
}

fn word(one: &Map<String, Value>, key: &str) -> Option<String> {
    one.get(key).and_then(Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYLOAD: &str = r#"{"action":"labeled","sender":{"id":1}}"#;

    fn read(text: &str) -> Vec<(Option<String>, String, String)> {
        let all = exported(text, None).expect("deliveries");
        all.into_iter()
            .map(|one| (one.guid, one.event, one.body))
            .collect()
    }

    fn one(guid: Option<&str>) -> Vec<(Option<String>, String, String)> {
        vec![(guid.map(str::to_owned), "issues".into(), PAYLOAD.into())]
    }

    #[test]
    fn each_way_of_exporting_them_is_understood() {
        let of_api = format!(
            r#"{{"id":1,"guid":"g-1","event":"issues","action":"labeled","request":{{"headers":{{"X-GitHub-Event":"issues"}},"payload":{PAYLOAD}}}}}"#
        );
        assert_eq!(read(&of_api), one(Some("g-1")));
        let pretty = serde_json::from_str::<Value>(&of_api).expect("JSON");
        let pretty = format!("\u{feff}{pretty:#}\n");
        assert_eq!(read(&pretty), one(Some("g-1")));
        let of_octokit =
            format!(r#"[{{"name":"issues","description":"…","examples":[{PAYLOAD},{PAYLOAD}]}}]"#);
        assert_eq!(read(&of_octokit).len(), 2);
        let of_smee = format!(
            r#"{{"x-github-event":"issues","x-github-delivery":"g-2","body":{PAYLOAD},"timestamp":1}}"#
        );
        assert_eq!(read(&of_smee), one(Some("g-2")));
        let quoted = Value::String(PAYLOAD.into());
        let as_text = format!(r#"{{"event":"issues","payload":{quoted}}}"#);
        assert_eq!(read(&as_text), one(None));
        let lines = format!("{of_api}\n\n{of_smee}\n");
        assert_eq!(read(&lines).len(), 2);
        let bare = exported(PAYLOAD, Some("issues")).expect("with its event");
        assert_eq!(bare[0].event, "issues");
    }

    #[test]
    fn what_is_none_is_told_with_its_place() {
        let wrong = |text: &str| exported(text, None).expect_err("it is none");
        let listed =
            r#"[{"id":1,"guid":"g","delivered_at":"2026-01-01T00:00:00Z","event":"issues"}]"#;
        let lines = format!("{{\"event\":\"issues\",\"payload\":{PAYLOAD}}}\nnonsense\n");
        let all = [
            wrong(" \n"),
            wrong("nonsense"),
            wrong("{\n  \"a\":\n"),
            wrong("12"),
            wrong(r#"{"a":1}"#),
            wrong(PAYLOAD),
            wrong(listed),
            wrong(&lines),
            wrong("[]"),
        ];
        insta::assert_snapshot!(all.join("\n"), @"
        there is no delivery in it
        it is no JSON: expected ident at line 1 column 2
        it is no JSON: EOF while parsing a value at line 2 column 6
        it is no delivery: export one with `gh api /app/hook/deliveries/ID`, or give a payload with `--event NAME`
        it is no delivery: export one with `gh api /app/hook/deliveries/ID`, or give a payload with `--event NAME`
        it is a payload without the name of its event: give it with `--event`, such as `--event issues`
        it is a list of deliveries without their payloads: export each with `gh api /app/hook/deliveries/ID`
        line 2 is no JSON: expected ident at line 1 column 2
        there is no delivery in it
        ");
        let many = format!(
            "[{}]",
            vec![r#"{"event":"ping","payload":{}}"#; MOST + 1].join(",")
        );
        assert!(wrong(&many).contains("1000"), "{}", wrong(&many));
    }
}
