//! What a delivery says to the gate for pull requests, besides what it means to the task of an issue.
//!
//! A hint, and never the answer: what counts is read. Whether there is a gate, and for whose pull requests, is not known here.

use serde::Deserialize;

use super::outcome::{account, place, read};
use super::payload::{Installation, Positive, Repository, User};
use crate::core::actor::Account;
use crate::core::ids::IssueNumber;
use crate::core::label;
use crate::core::location::Place;
use crate::core::policy::GO_LABEL;
use crate::core::pull_gate::{GateNews, pull_of};
use crate::core::vocabulary::Vocabulary;

/// So many pull requests of one commit are told.
const PULLS: usize = 10;

/// News of a pull request.
#[derive(Debug, Clone, PartialEq)]
pub struct Gated {
    /// Where: the number is the pull request's.
    pub place: Place,
    /// Who opened it, where the delivery says so.
    pub author: Option<Account>,
    /// What.
    pub news: GateNews,
}

#[derive(Deserialize)]
struct Pulls {
    action: String,
    pull_request: Pull,
    label: Option<Named>,
    repository: Repository,
    installation: Option<Installation>,
}

#[derive(Deserialize)]
struct Pull {
    number: Positive,
    /// Null once the account is deleted.
    user: Option<User>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Runs {
    action: String,
    check_run: Run,
    repository: Repository,
    installation: Option<Installation>,
}

#[derive(Deserialize)]
struct Run {
    external_id: Option<String>,
}

#[derive(Deserialize)]
struct Suites {
    action: String,
    check_suite: Suite,
    repository: Repository,
    installation: Option<Installation>,
}

#[derive(Deserialize)]
struct Suite {
    /// Those of the repository itself: GitHub names none of a fork's.
    #[serde(default)]
    pull_requests: Vec<Numbered>,
}

#[derive(Deserialize)]
struct Numbered {
    number: Positive,
}

/// Reads it; empty where it says nothing to the gate. What GitHub tells of checks it tells the App they belong to.
pub fn gated(event_name: &str, body: &str, words: &Vocabulary) -> Vec<Gated> {
    match event_name {
        "pull_request" => pull(body, words).into_iter().collect(),
        "check_run" => run(body).into_iter().collect(),
        "check_suite" => suite(body),
        _ => Vec::new(),
    }
}

fn pull(body: &str, words: &Vocabulary) -> Option<Gated> {
    let payload: Pulls = read(body).ok()?;
    let counts = |label: &Named| label::same(&words.inward(&label.name), GO_LABEL);
    let news = match payload.action.as_str() {
        "closed" => GateNews::Over,
        "labeled" | "unlabeled" if !payload.label.as_ref().is_some_and(counts) => return None,
        "opened" | "edited" | "reopened" | "synchronize" | "ready_for_review" | "labeled"
        | "unlabeled" => GateNews::Changed {
            hint: format!("pull_request.{}", payload.action),
        },
        _ => return None,
    };
    let number = IssueNumber(payload.pull_request.number.0);
    Some(Gated {
        place: place((payload.installation, payload.repository), number).ok()?,
        author: Some(account(payload.pull_request.user)),
        news,
    })
}

fn run(body: &str) -> Option<Gated> {
    let payload: Runs = read(body).ok()?;
    let pull = pull_of(payload.check_run.external_id.as_deref()?)?;
    let wanted = payload.action == "rerequested";
    Some(Gated {
        place: place(
            (payload.installation, payload.repository),
            IssueNumber(pull),
        )
        .ok()?,
        author: None,
        news: GateNews::Rerequested,
    })
    .filter(|_| wanted)
}

fn suite(body: &str) -> Vec<Gated> {
    let Ok(payload) = read::<Suites>(body) else {
        return Vec::new();
    };
    if payload.action != "rerequested" {
        return Vec::new();
    }
    let home = place((payload.installation, payload.repository), IssueNumber(0));
    let pulls = payload.check_suite.pull_requests.into_iter().take(PULLS);
    let Ok(home) = home else {
        return Vec::new();
    };
    let each = pulls.map(|pull| Gated {
        place: Place {
            issue: IssueNumber(pull.number.0),
            ..home.clone()
        },
        author: None,
        news: GateNews::Rerequested,
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn told(event: &str, body: &Value) -> String {
        let mut body = body.clone();
        body["repository"] = json!({ "id": 5, "full_name": "octo/hello" });
        body["installation"] = json!({ "id": 7 });
        let words = Vocabulary::new("bot", "/bot").expect("words");
        let found = gated(event, &body.to_string(), &words).into_iter();
        let shown = found.map(|one| {
            let about = serde_json::to_value(&one.news).expect("a value");
            let author = one.author.map(|author| author.login).unwrap_or_default();
            format!("{} {author} {}", one.place.issue, about["about"])
        });
        shown.collect::<Vec<_>>().join(", ")
    }

    fn pull(action: &str, label: &str) -> Value {
        let user = json!({ "id": 9, "login": "ben", "type": "User" });
        json!({ "action": action, "pull_request": { "number": 13, "user": user }, "label": { "name": label } })
    }

    #[test]
    fn a_pull_request_is_told_what_may_change_how_it_stands() {
        for action in [
            "opened",
            "edited",
            "reopened",
            "synchronize",
            "ready_for_review",
        ] {
            assert_eq!(
                told("pull_request", &pull(action, "")),
                "13 ben \"changed\""
            );
        }
        assert_eq!(
            told("pull_request", &pull("labeled", "Bot:Go")),
            "13 ben \"changed\""
        );
        assert_eq!(told("pull_request", &pull("unlabeled", "agent:go")), "");
        assert_eq!(told("pull_request", &pull("closed", "")), "13 ben \"over\"");
        assert_eq!(told("pull_request", &pull("assigned", "")), "");
        assert_eq!(told("issues", &pull("opened", "")), "");
    }

    #[test]
    fn only_our_own_check_is_made_again() {
        let run = |action: &str, id: &str| json!({ "action": action, "check_run": { "external_id": id } });
        let again = "rerequested";
        assert_eq!(
            told("check_run", &run(again, "skep:pull:13")),
            "13  \"rerequested\""
        );
        assert_eq!(told("check_run", &run("completed", "skep:pull:13")), "");
        assert_eq!(told("check_run", &run(again, "13")), "");
        let suite = json!({ "action": again, "check_suite": { "pull_requests": [{ "number": 13 }, { "number": 14 }] } });
        assert_eq!(
            told("check_suite", &suite),
            "13  \"rerequested\", 14  \"rerequested\""
        );
        assert_eq!(gated("check_suite", "[]", &Vocabulary::default()), []);
    }
}
