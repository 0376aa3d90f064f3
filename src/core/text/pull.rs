//! The pull request: its title, its body computed from evidence, and the message of our own commit.

use serde_json::{Value, json};

use super::{LIMIT, count, failure, left_out, role_why};
use crate::core::agent::TurnEnd;
use crate::core::decide::Context;
use crate::core::event::{FileChange, Work};
use crate::core::place::Actor;
use crate::core::question::{By, Question};
use crate::core::sanitise::{self, Allow};
use crate::core::task::Job;

/// What a pull request's body is made of.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// What git found.
    pub work: &'a Work,
    /// How the turn ended, with the agent's own words.
    pub end: &'a TurnEnd,
    /// The repository's template.
    pub template: Option<&'a str>,
    /// Name and version the agent gave.
    pub agent: Option<String>,
    /// What was asked and answered on the way.
    pub answers: &'a [Question],
}

const SHOWN_FILES: usize = 40;

/// The title: the issue's, made safe, at most 200 characters.
pub fn title(job: &Job) -> String {
    let title = sanitise::title(&job.snapshot.title, 200);
    if title.is_empty() { format!("Work on issue {}", job.session.task().issue) } else { title }
}

/// The body.
pub fn body(job: &Job, evidence: &Evidence<'_>, cx: Context<'_>) -> String {
    let warning = evidence.end.unfinished().map(|class| format!("{}\n\n", failure::unfinished(class)));
    let mut body = format!("Closes #{}\n\n", job.session.task().issue);
    body.push_str(&changes(evidence.work));
    body.push_str(&left_out::missing(evidence.work).map(|missing| format!("\n{missing}\n")).unwrap_or_default());
    body.push_str(&summary(evidence.end));
    body.push_str(&decided(evidence.answers));
    body.push_str(&provenance(job, evidence, cx));
    let room = LIMIT.saturating_sub(body.chars().count() + 600);
    if let Some(template) = evidence.template.map(str::trim).filter(|template| !template.is_empty()) {
        let template = sanitise::fit(template, room.min(20_000));
        body = format!("{template}\n\n---\n\n{body}");
    }
    if let Some(conflicts) = left_out::conflicts(evidence.work) {
        body = format!("{conflicts}\n\n{body}");
    }
    body.insert_str(0, &warning.unwrap_or_default());
    sanitise::fit(&body, LIMIT)
}

fn changes(work: &Work) -> String {
    let (plus, minus) = totals(work);
    let mut text = format!(
        "### What changed\n\n{} changed, {} (+), {} (−), {}.\n\n| file | | + | − |\n| --- | --- | --: | --: |\n",
        count(work.files.len() as u64, "file"),
        count(plus, "insertion"),
        count(minus, "deletion"),
        count(u64::from(work.commits), "commit"),
    );
    for file in work.files.iter().take(SHOWN_FILES) {
        text.push_str(&row(file));
    }
    if work.files.len() > SHOWN_FILES {
        text.push_str(&format!("| … and {} | | | |\n", count((work.files.len() - SHOWN_FILES) as u64, "more file")));
    }
    text.push_str(&allowed(&work.protected));
    text
}

/// What a reviewer must not miss: only consented paths come this far.
fn allowed(protected: &[String]) -> String {
    if protected.is_empty() {
        return String::new();
    }
    let paths: Vec<&str> = protected.iter().map(String::as_str).collect();
    format!("\n⚠️ Look twice: this changes protected paths, which the operator allows ({}).\n", failure::paths(&paths))
}

fn row(file: &FileChange) -> String {
    let path = sanitise::inline(&file.path, 160).replace('|', "\\|");
    let number = |n: u64| if file.binary { "binary".to_owned() } else { n.to_string() };
    format!("| {path} | {} | {} | {} |\n", file.kind, number(file.insertions), number(file.deletions))
}

fn summary(end: &TurnEnd) -> String {
    let said = sanitise::outbound(&sanitise::redact(end.message.trim(), &[]), &Allow::default());
    if said.is_empty() {
        return "\n### What the agent says\n\nNothing.\n".into();
    }
    let quoted: Vec<String> = said.lines().map(|line| format!("> {line}").trim_end().to_owned()).collect();
    format!("\n### What the agent says\n\nIn its own words, not verified by skep:\n\n{}\n", quoted.join("\n"))
}

/// What people decided on the way: a reviewer should not have to look for it.
fn decided(questions: &[Question]) -> String {
    let line = |question: &Question| {
        let answer = question.answer.as_ref()?;
        let by = match &answer.by {
            By::Person(login) => super::answers::name(login),
            By::Default => "the declared default, since nobody answered".into(),
        };
        let asked = sanitise::inline(&question.text, 200);
        Some(format!("- {asked} → {} ({by})", super::answers::said(answer, question, true)))
    };
    let lines: Vec<String> = questions.iter().filter_map(line).take(20).collect();
    if lines.is_empty() { String::new() } else { format!("\n### Questions and answers\n\n{}\n", lines.join("\n")) }
}

fn provenance(job: &Job, evidence: &Evidence<'_>, cx: Context<'_>) -> String {
    let requester = match &job.actor {
        Actor::Person(account) => format!("@{}", account.login),
        Actor::Operator => "the operator of this server".into(),
    };
    let agent = evidence.agent.as_deref();
    let agent = agent.map_or_else(String::new, |name| format!(" ({})", sanitise::inline(name, 100)));
    let mut text = format!(
        "\n<details><summary>Where this comes from</summary>\n\n- Requested by {requester}; review it as you would a \
         stranger's.\n- Role `{}`: {}.\n- Agent `{}`{agent}, session `{}`, from `{}` at `{}`.\n",
        job.role.name,
        role_why(&job.why, job.role.name.as_str()),
        job.agent,
        job.session,
        job.base_branch,
        evidence.work.base.short(),
    );
    if let Some(beside) = left_out::beside(evidence.work) {
        text.push_str(&format!("- {beside}\n"));
    }
    if let Some(warning) = &cx.policy.confinement_warning {
        text.push_str(&format!("- ⚠️ {}\n", sanitise::inline(warning, 300)));
    }
    text.push_str("\n</details>\n");
    text
}

/// The message of the commit of what the agent left uncommitted, with its trailers.
pub fn commit_message(job: &Job) -> String {
    let title = sanitise::title(&job.snapshot.title, 72);
    let subject = if title.is_empty() { format!("Work on issue {}", job.session.task().issue) } else { title };
    let mut message = format!("{subject}\n\nSkep-Session: {}\nSkep-Role: {}\n", job.session, job.role.name);
    if let Actor::Person(account) = &job.actor {
        let (id, login) = (account.id, &account.login);
        message.push_str(&format!("Co-authored-by: {login} <{id}+{login}@users.noreply.github.com>\n"));
    }
    message
}

/// Lines added and removed.
pub fn totals(work: &Work) -> (u64, u64) {
    work.files.iter().fold((0, 0), |(plus, minus), file| (plus + file.insertions, minus + file.deletions))
}

/// The evidence in numbers, for machines.
pub fn numbers(work: &Work) -> Value {
    let (insertions, deletions) = totals(work);
    let paths: Vec<&str> = work.files.iter().take(SHOWN_FILES).map(|file| file.path.as_str()).collect();
    json!({
        "head": work.head, "base": work.base, "commits": work.commits, "files": work.files.len(), "paths": paths,
        "insertions": insertions, "deletions": deletions,
    })
}
