//! What an agent sends to the tool `suggest`, in every shape that models send. What it says is judged by the core.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::arguments::{OneOrMany, Word, read};
use crate::core::suggestion::{Proposal, Proposed};

#[derive(Deserialize)]
struct Suggesting {
    #[serde(default)]
    labels: Option<OneOrMany<Part>>,
    #[serde(default, rename = "type")]
    kind: Option<Part>,
    #[serde(default, alias = "duplicate")]
    duplicate_of: Option<Part>,
}

/// A name alone lacks its reason, and is told so with all the rest.
#[derive(Deserialize)]
#[serde(untagged)]
enum Part {
    Bare(Word),
    Full {
        #[serde(alias = "issue", alias = "label", alias = "type", alias = "number")]
        name: Word,
        #[serde(default)]
        rationale: Option<String>,
        #[serde(default)]
        confidence: Option<String>,
    },
}

impl Part {
    fn proposed(self) -> Proposed {
        match self {
            Self::Bare(what) => Proposed {
                what: what.text(),
                ..Proposed::default()
            },
            Self::Full {
                name,
                rationale,
                confidence,
            } => Proposed {
                what: name.text(),
                rationale: rationale.unwrap_or_default(),
                confidence: confidence.unwrap_or_default(),
            },
        }
    }
}

/// The proposal of a call of `suggest`, of whatever size; nothing at all asks what there is.
pub(super) fn read_proposal(arguments: Map<String, Value>) -> Result<Proposal, String> {
    let shape = "{\"labels\": [{\"name\": \"…\", \"rationale\": \"…\", \"confidence\": \"high\"}], \"duplicate_of\": {\"issue\": \"#12\", …}}";
    let given: Suggesting = read(arguments, shape)?;
    let labels: Vec<Part> = OneOrMany::list(given.labels);
    Ok(Proposal {
        labels: labels.into_iter().map(Part::proposed).collect(),
        kind: given.kind.map(Part::proposed),
        duplicate_of: given.duplicate_of.map(Part::proposed),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn proposal(value: Value) -> Result<Proposal, String> {
        let Value::Object(object) = value else {
            panic!("not an object: {value}")
        };
        read_proposal(object)
    }

    fn part(what: &str, rationale: &str, confidence: &str) -> Proposed {
        Proposed {
            what: what.into(),
            rationale: rationale.into(),
            confidence: confidence.into(),
        }
    }

    #[test]
    fn a_proposal_is_taken_in_every_shape_that_models_send() {
        let full = json!({ "name": "bug", "rationale": "It crashes.", "confidence": "high" });
        let bug = part("bug", "It crashes.", "high");
        for value in [
            json!({ "labels": [full] }),
            json!({ "labels": full }),
            json!({ "labels": [{ "label": "bug", "rationale": "It crashes.", "confidence": "high" }], "why": 1 }),
        ] {
            let read = proposal(value.clone());
            assert_eq!(read.expect("taken").labels, vec![bug.clone()], "{value}");
        }
        let issue = json!({ "issue": 12, "rationale": "The same.", "confidence": "LOW" });
        let read = proposal(json!({ "type": "Bug", "duplicate": issue })).expect("taken");
        assert_eq!(read.kind, Some(part("Bug", "", "")));
        assert_eq!(read.duplicate_of, Some(part("12", "The same.", "LOW")));
        assert!(proposal(json!({})).expect("taken").is_empty());
        let said = proposal(json!({ "labels": [{ "rationale": "x" }] })).expect_err("no name");
        assert!(said.contains("not understood"), "{said}");
    }
}
