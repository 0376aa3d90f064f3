//! What is told outside GitHub (a line for Slack, a digest by mail), and what the command line says of it.
//!
//! What agents and people wrote is data here: it is cut to a line, mentions nobody, and hides no link.

use std::collections::BTreeMap;

use chrono::DateTime;
use serde_json::{Value, json};

use super::events;
use crate::event_name::DomainEvent;
use crate::sanitise;

/// The name of what `skep notifications test` sends.
pub const TEST: &str = "notification.test";
/// The name of a digest in a list.
pub const DIGEST: &str = "digest";
/// Of what others wrote, so many characters are told.
const QUOTED: usize = 300;

/// Where people go from what they are told.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// GitHub's pages, without a slash at the end.
    pub web: String,
    /// The dashboard, without one; none where people do not reach it.
    pub dashboard: Option<String>,
}

/// An event as it is told, read from its JSON.
struct Told<'a> {
    event: &'a Value,
    links: &'a Links,
}

impl<'a> Told<'a> {
    fn text(&self, name: &str) -> Option<&'a str> {
        self.event[name].as_str()
    }

    /// `octo/hello#12`, or `skep` where it is of no issue.
    fn place(&self) -> String {
        match (self.text("repository"), self.event["issue"].as_i64()) {
            (Some(repository), Some(issue)) => format!("{repository}#{issue}"),
            (Some(repository), None) => repository.to_owned(),
            (None, _) => "skep".to_owned(),
        }
    }

    /// What happened, in words of ours.
    fn what(&self) -> &'a str {
        let name = self.text("event").unwrap_or_default();
        match DomainEvent::parse(name) {
            Some(event) => events::meaning(event),
            None if name == TEST => TEST_SAYS,
            None => name,
        }
    }

    /// What others said of it, as one harmless line; empty where nothing was.
    fn quoted(&self) -> String {
        let details = &self.event["details"];
        let first = |name: &str| details[name].as_str();
        let question = || details["questions"][0]["text"].as_str();
        let said = first("why")
            .or_else(question)
            .or_else(|| first("host"))
            .or_else(|| first("text"));
        said.map_or_else(String::new, |said| sanitise::title(said, QUOTED))
    }

    /// The pull request that was opened, else the issue.
    fn link(&self) -> Option<String> {
        let (repository, issue) = (self.text("repository")?, self.event["issue"].as_i64()?);
        let web = &self.links.web;
        let number = self.event["details"]["number"].as_i64();
        let opened = self.text("event") == Some(DomainEvent::PullRequestOpened.name());
        Some(match number.filter(|_| opened) {
            Some(number) => format!("{web}/{repository}/pull/{number}"),
            None => format!("{web}/{repository}/issues/{issue}"),
        })
    }

    /// Its task on the dashboard.
    fn page(&self) -> Option<String> {
        let dashboard = self.links.dashboard.as_ref()?;
        let (repository, issue) = (self.text("repository")?, self.event["issue"].as_i64()?);
        Some(format!("{dashboard}/tasks/{repository}/{issue}"))
    }
}

/// What the test message says.
const TEST_SAYS: &str = "this is a test: notifications of skep arrive here";

/// The event that `skep notifications test` sends, in the shape of any other.
pub fn test_event(target: &str, now: i64) -> Value {
    json!({
        "seq": 0,
        "time": now,
        "event": TEST,
        "repository": null,
        "issue": null,
        "session": null,
        "delivery": null,
        "details": { "target": target },
    })
}

/// Plain text as Slack's mrkdwn shows it literally
/// (<https://docs.slack.dev/messaging/formatting-message-text#escaping>).
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The body for one of Slack's incoming webhooks: `{"text": "…"}`.
pub fn slack(event: &Value, links: &Links) -> Value {
    let told = Told { event, links };
    let place = escaped(&told.place());
    let place = match told.link() {
        Some(link) => format!("<{link}|{place}>"),
        None => place,
    };
    let mut text = format!("*{place}*: {}", escaped(told.what()));
    let quoted = told.quoted();
    if !quoted.is_empty() {
        text.push_str(&format!("\n> {}", escaped(&quoted)));
    }
    if let Some(page) = told.page() {
        text.push_str(&format!("\n<{page}|On the dashboard>"));
    }
    json!({ "text": text })
}

/// A digest by mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// A digest of these events, oldest first, by issue.
pub fn digest(events: &[Value], links: &Links) -> Mail {
    let mut issues: BTreeMap<String, Vec<Told<'_>>> = BTreeMap::new();
    for event in events {
        let told = Told { event, links };
        issues.entry(told.place()).or_default().push(told);
    }
    let mut body = String::new();
    for (place, told) in &issues {
        body.push_str(&format!("{place}\n"));
        for one in told {
            let at = moment(one.event["time"].as_i64().unwrap_or_default());
            let quoted = match one.quoted() {
                quoted if quoted.is_empty() => quoted,
                quoted => format!(": {quoted}"),
            };
            body.push_str(&format!("  {at}  {}{quoted}\n", one.what()));
        }
        let mut links: Vec<String> = told
            .iter()
            .flat_map(|one| [one.link(), one.page()])
            .flatten()
            .collect();
        links.sort();
        links.dedup();
        for link in links {
            body.push_str(&format!("  {link}\n"));
        }
        body.push('\n');
    }
    body.push_str(FOOT);
    let subject = match (events.len(), issues.len()) {
        (1, _) => format!("[skep] {}", issues.keys().next().map_or("", String::as_str)),
        (events, 1) => format!(
            "[skep] {events} events: {}",
            issues.keys().next().map_or("", String::as_str)
        ),
        (events, issues) => format!("[skep] {events} events on {issues} issues"),
    };
    Mail { subject, body }
}

/// Below each mail.
const FOOT: &str =
    "-- \nFrom skep. Whoever runs it chooses what is told here, under [notify] in skep.toml.\n";

fn moment(ms: i64) -> String {
    let at = DateTime::from_timestamp_millis(ms).unwrap_or_default();
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// What the command line and the log say of it.
pub mod says {
    /// No target.
    pub const NONE: &str = "Nobody is told outside GitHub. Name a target under [notify.NAME] in skep.toml; docs/notifications.md says how.\n";
    /// Nothing was given up.
    pub const NO_DEAD: &str = "Nothing was given up.\n";
    /// Who is at work.
    pub const OK: &str = "ok";
    /// Who is not.
    pub fn failing(since: &str, error: &str) -> String {
        format!("failing since {since}: {error}")
    }

    /// Neither an id nor a target nor all.
    pub const WHICH: &str = "say which: an id from `skep notifications`, --target NAME, or --all";
    /// No such id.
    pub const ODD_ID: &str =
        "an id is 16 hexadecimal digits; `skep notifications` lists those that were given up";
    /// No such name.
    pub const ODD_NAME: &str =
        "a target's name has small letters, digits, - and _; `skep notifications` lists them";

    /// Under the list.
    pub fn again(dead: usize) -> String {
        let them = if dead == 1 { "it" } else { "one" };
        format!("`skep notifications retry ID` sends {them} after all, `--all` sends all.\n")
    }

    /// So many are sent again.
    pub fn retried(count: u64) -> String {
        match count {
            1 => "One is sent again.\n".to_owned(),
            count => format!("{count} are sent again.\n"),
        }
    }

    /// What a target answered to the test.
    pub fn tested(target: &str, answer: &str) -> String {
        format!("{target} took the test message: {answer}\n")
    }

    /// What it answered instead.
    pub fn not_taken(target: &str, answer: &str) -> String {
        format!("{target} did not take the test message: {answer}")
    }

    /// Nobody of that name.
    pub fn no_target(name: &str, near: Option<&str>) -> String {
        let near = super::super::settings::did_you_mean(near);
        format!("there is no target `{name}` under [notify].{near}")
    }

    /// Where they are.
    pub const NO_TARGET_NEXT: &str =
        "list them with `skep notifications`; a new one needs a restart of skep";

    /// No such notification.
    pub fn no_dead(id: &str) -> String {
        format!("nothing that was given up has the id {id}")
    }

    /// Where they are.
    pub const NO_DEAD_NEXT: &str = "list them with `skep notifications`";
}

/// Why a try failed, in half a sentence.
pub mod failed {
    /// An answer other than success.
    pub fn status(status: &str, body: &str) -> String {
        match body.trim() {
            "" => format!("it answered {status}"),
            body => format!("it answered {status}: {body}"),
        }
    }

    /// An answer that points elsewhere.
    pub fn redirect(status: &str) -> String {
        format!("it answered {status}: redirects are not followed; name the address it points to")
    }

    /// No answer.
    pub fn silent(seconds: u64) -> String {
        format!("it did not answer within {seconds} s")
    }

    /// No connection, or it broke.
    pub fn unreachable(why: &str) -> String {
        format!("it cannot be reached: {why}")
    }

    /// A server that would read the mail's password to everybody.
    pub const NO_STARTTLS: &str = "the mail server offers no STARTTLS, and nothing is sent openly except on loopback: use smtps:// if it speaks TLS from the start";

    /// What a mail server said.
    pub fn mail(why: &str) -> String {
        format!("the mail server did not take it: {why}")
    }
}

/// What is wrong with a target's settings.
pub mod mistake {
    use crate::notify::Way;

    /// Its name.
    pub const NAME: &str = "a target's name has at most 40 small letters, digits, - and _, and begins with a letter or digit";
    /// No kind.
    pub const NO_KIND: &str = "needs `kind`: \"webhook\", \"slack\" or \"email\"";

    /// Another kind.
    pub fn kind(other: &str) -> String {
        super::super::mistakes::value::one_of(&Way::KINDS, other)
    }

    /// No address.
    pub fn no_url(variable: &str) -> String {
        format!("needs an address: `url`, `url_file` or the variable {variable}")
    }
    /// No address of a web server.
    pub const URL: &str = "must be an address that begins with https:// (or http://), without a name or password in it";
    /// No address of a mail server.
    pub const RELAY: &str = "must be a mail server: smtps://HOST (TLS from the start) or smtp://HOST:PORT (STARTTLS; without TLS on loopback only)";

    /// No secret.
    pub fn no_secret(variable: &str) -> String {
        format!("needs what it is signed with: `secret`, `secret_file` or the variable {variable}")
    }

    /// A name without a password.
    pub fn no_password(variable: &str) -> String {
        format!("`user` needs a password: `secret`, `secret_file` or the variable {variable}")
    }
    /// A password without a name.
    pub const NO_USER: &str = "a password needs `user`, the name at the mail server";
    /// No sender.
    pub const NO_FROM: &str = "needs `from`, the address that mails come from";
    /// No receiver.
    pub const NO_TO: &str = "needs `to`, at least one address that mails go to";
    /// No address of a person.
    pub const ADDRESS: &str = "must be a mail address such as ana@example.org, and nothing else";
    /// How often.
    pub const EVERY: &str = "must be a duration from 1m to 30d, such as \"1d\"";
    /// No event.
    pub const NO_EVENTS: &str = "is empty: name events, or leave it out for the usual ones";
    /// No repository.
    pub const REPOSITORY: &str =
        "must be a repository as OWNER/NAME; `*` stands for any letters, as in \"octo/*\"";

    /// No such event.
    pub fn event(name: &str, near: Option<&str>) -> String {
        let near = super::super::settings::did_you_mean(near);
        format!("there is no event `{name}`; docs/events.md lists them.{near}")
    }

    /// A key of another kind.
    pub fn not_of(kind: &str) -> String {
        format!("has no meaning for kind = \"{kind}\"")
    }

    /// A plain address outside.
    pub fn open(at: &str) -> String {
        format!(
            "{at}: what is told there goes over the network without TLS; use https:// if the other side speaks it"
        )
    }
}

/// What `skep doctor` finds.
pub mod doctor {
    /// All is sent.
    pub fn right(sent: i64) -> String {
        match sent {
            0 => "nothing was to be told yet; `skep notifications test NAME` tries it".to_owned(),
            sent => format!("{sent} sent, the last try succeeded"),
        }
    }

    /// It fails.
    pub fn failing(since: &str, error: &str) -> String {
        format!(
            "every try has failed since {since}: {error}; `skep notifications test NAME` tries it now"
        )
    }

    /// Some were given up.
    pub fn dead(count: i64) -> String {
        format!(
            "{count} given up; `skep notifications` lists them, and `skep notifications retry --all` sends them after all"
        )
    }

    /// Its rows are not there yet.
    pub const UNKNOWN: &str = "a target that no running skep has looked after yet";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, details: Value) -> Value {
        json!({
            "seq": 7, "time": 1_700_000_000_000_i64, "event": name, "repository": "octo/hello", "issue": 12,
            "session": "7-12-1", "delivery": null, "details": details,
        })
    }

    fn links() -> Links {
        Links {
            web: "https://github.com".to_owned(),
            dashboard: Some("https://skep.example".to_owned()),
        }
    }

    #[test]
    fn slack_shows_what_others_wrote_and_nobody_is_mentioned_by_it() {
        let asked = event(
            "question.asked",
            json!({ "questions": [{ "text": "<!channel> a & b <https://evil|x> @here\n*now*" }] }),
        );
        let text = slack(&asked, &links())["text"].clone();
        insta::assert_snapshot!(text.as_str().expect("text"), @"
        *<https://github.com/octo/hello/issues/12|octo/hello#12>*: the agent asked people
        > &lt; !channel&gt; a &amp; b &lt;https://evil|x&gt; @ here *now*
        <https://skep.example/tasks/octo/hello/12|On the dashboard>
        ");
        let opened = event("pull_request.opened", json!({ "number": 13 }));
        let text = slack(
            &opened,
            &Links {
                dashboard: None,
                ..links()
            },
        )["text"]
            .clone();
        insta::assert_snapshot!(text.as_str().expect("text"), @"*<https://github.com/octo/hello/pull/13|octo/hello#12>*: the pull request is open");
        let text = slack(&test_event("team", 0), &links())["text"].clone();
        insta::assert_snapshot!(text.as_str().expect("text"), @"*skep*: this is a test: notifications of skep arrive here");
    }

    #[test]
    fn a_digest_is_sorted_by_issue() {
        let events = [
            event("session.failed", json!({ "why": "it crashed\r\nBcc: x" })),
            json!({ "time": 0, "event": "session.completed", "repository": "acme/a", "issue": 1, "details": {} }),
            event("pull_request.opened", json!({ "number": 13 })),
        ];
        let mail = digest(&events, &links());
        assert_eq!(mail.subject, "[skep] 3 events on 2 issues");
        insta::assert_snapshot!(mail.body, @"
        acme/a#1
          1970-01-01 00:00 UTC  the session ended well
          https://github.com/acme/a/issues/1
          https://skep.example/tasks/acme/a/1

        octo/hello#12
          2023-11-14 22:13 UTC  the session ended badly: it crashed Bcc: x
          2023-11-14 22:13 UTC  the pull request is open
          https://github.com/octo/hello/issues/12
          https://github.com/octo/hello/pull/13
          https://skep.example/tasks/octo/hello/12

        -- 
        From skep. Whoever runs it chooses what is told here, under [notify] in skep.toml.
        ");
        assert_eq!(
            digest(&events[..1], &links()).subject,
            "[skep] octo/hello#12"
        );
    }
}
