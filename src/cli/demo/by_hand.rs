//! What can be done by hand while `skep demo --keep` runs: each line for a shell.
//!
//! It must never do any of it itself.

use super::environment::{Environment, REPOSITORY, USER, pull_of};
use crate::core::ids::IssueNumber;
use crate::core::text::demo;

/// A line that a person may comment on: in the pull request of an issue.
pub(super) struct Place {
    pub(super) issue: IssueNumber,
    pub(super) path: &'static str,
    pub(super) line: i64,
}

/// All of it, in the order it can be tried, with so many issues filed.
pub(super) fn lines(environment: &Environment, place: &Place, filed: usize) -> Vec<String> {
    let api = environment.simulator.api_url();
    let mut lines = vec![
        format!(
            "\n{}",
            demo::still_running(&environment.folder.display().to_string())
        ),
        format!("\n{}\n", demo::by_hand(USER)),
    ];
    lines.extend(on_an_issue(environment.next_number(filed), &api));
    lines.extend(on_the_pull_request(environment, place, &api));
    lines.extend([
        format!("\n{}\n", demo::BY_HAND_ALL),
        format!("  curl -s {api}/_simulator/act"),
    ]);
    lines.extend(a_webhook(environment));
    lines.push(format!(
        "\nAnd look: skep status --admin http://{}",
        environment.running.admin
    ));
    lines
}

/// A line that lets the user do something.
fn act(api: &str, action: &str) -> String {
    let who = format!("\"as\":\"{USER}\",\"repository\":\"{REPOSITORY}\"");
    format!("curl -s {api}/_simulator/act -d '{{{who},{action}}}'")
}

fn on_an_issue(next: i64, api: &str) -> Vec<String> {
    let act = |action: &str| act(api, action);
    let script = "```skep-demo\\nwrite BYE.md: bye\\nsay Done.\\n```";
    vec![
        format!(
            "  {}",
            act(&format!(
                "\"do\":\"open_issue\",\"title\":\"Say bye\",\"body\":\"{script}\""
            ))
        ),
        format!(
            "  {}",
            act(&format!(
                "\"do\":\"label\",\"issue\":{next},\"label\":\"agent:go\""
            ))
        ),
        format!("  curl -s {api}/_simulator/thread/{REPOSITORY}/{next}"),
        format!("\n{}\n", demo::BY_HAND_COMMENT),
        format!(
            "  id=$({} | tr -dc 0-9)",
            act(&format!(
                "\"do\":\"comment\",\"issue\":{next},\"body\":\"/agent status\""
            ))
        ),
        format!(
            "  {}",
            act("\"do\":\"edit_comment\",\"comment\":'$id',\"body\":\"/agent logs\"")
        ),
    ]
}

fn on_the_pull_request(environment: &Environment, place: &Place, api: &str) -> Vec<String> {
    let pulls = environment
        .simulator
        .pulls(environment.repository)
        .unwrap_or_default();
    let Some(pull) = pull_of(&pulls, place.issue) else {
        return Vec::new();
    };
    let (number, branch) = (pull.issue.number, &pull.head);
    let on = |verb: &str, more: &str| {
        let action = format!("\"do\":\"{verb}\",\"issue\":{number}{more}");
        format!("  {}", act(api, &action))
    };
    let Place { path, line, .. } = place;
    let line = format!("\"path\":\"{path}\",\"line\":{line}");
    let script =
        "Say more.\\n```skep-demo\\nappend README.md: More.\\nreply all: There is more now.\\n```";
    let push = format!(
        "\"do\":\"push_file\",\"branch\":\"{branch}\",\"path\":\"MINE.md\",\"content\":\"mine\""
    );
    vec![
        format!("\n{}\n", demo::by_hand_pull(number)),
        on("line_comment", &format!(",{line},\"body\":\"{script}\"")),
        on(
            "check",
            ",\"name\":\"tests\",\"conclusion\":\"failure\",\"log\":\"1 failed\"",
        ),
        on("check", ",\"name\":\"tests\",\"conclusion\":\"success\""),
        format!("  {}", act(api, &push)),
        on("ready", ""),
        on("review", ",\"event\":\"APPROVE\",\"body\":\"Good.\""),
        on("merge", ""),
    ]
}

fn a_webhook(environment: &Environment) -> [String; 3] {
    let (secret, listen) = (&environment.secret, environment.listen);
    [
        format!("\n{}\n", demo::by_hand_webhook(secret)),
        format!(
            "  body='{{\"zen\":\"hi\"}}'; sig=$(printf %s \"$body\" | openssl dgst -sha256 -hmac '{secret}' | sed 's/.*= //')"
        ),
        format!(
            "  curl -si http://{listen}/webhook -H \"X-Hub-Signature-256: sha256=$sig\" -H 'X-GitHub-Event: ping' \
             -H \"X-GitHub-Delivery: by-hand-1\" -H 'Content-Type: application/json' -d \"$body\""
        ),
    ]
}
