//! The pull request: its title, its body computed from evidence, and the message of our own commit.

use serde_json::{Value, json};

use super::{
    base_branch, ci_secrets, containment, count, evidence_file, failure, gateway, left_out,
    overlap, pull_size, risk, role_why, verify,
};
use crate::actor::Actor;
use crate::agent::ErrorClass;
use crate::consent::PathsApproved;
use crate::containment::Attempts;
use crate::event::{FileChange, Work};
use crate::evidence_file::EvidenceFiles;
use crate::ids::SessionId;
use crate::policy::{Context, Policy};
use crate::pull_size::too_large;
use crate::question::{By, Question};
use crate::risk::{Facts, Risk, mark};
use crate::sanitise::{self, Allow};
use crate::task::{Job, Told};

/// What a pull request's body is made of.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// What git found.
    pub work: &'a Work,
    /// Why the turn that made it did not finish, when it did not.
    pub unfinished: Option<ErrorClass>,
    /// What the agent said of its work: of the first, then of each revision.
    pub told: &'a [Told],
    /// Name and version the agent gave.
    pub agent: Option<String>,
    /// What was asked and answered on the way.
    pub answers: &'a [Question],
    /// What the agent tried that its sandbox does not allow.
    pub attempts: &'a Attempts,
    /// Protected paths in it that somebody let through.
    pub approved: &'a [PathsApproved],
    /// What it says it has checked.
    pub claimed: &'a [String],
    /// The files that it handed in.
    pub handed_in: &'a EvidenceFiles,
    /// What the server itself saw, where the repository has commands for that.
    pub verified: Option<verify::Verified<'a>>,
}

impl Evidence<'_> {
    /// How much care it needs.
    pub fn risk(&self) -> Risk {
        let (files, signs) = self.work.shown();
        let approved = self.approved.iter().flat_map(|one| &one.paths);
        let protected: Vec<String> = self
            .work
            .protected
            .iter()
            .chain(approved)
            .cloned()
            .collect();
        mark(&Facts {
            files,
            signs,
            protected: &protected,
            attempts: self.attempts,
            verified: self.verified.as_ref().is_some_and(verify::Verified::passed),
        })
    }
}

const SHOWN_FILES: usize = 40;

/// The title: the issue's, made safe, at most 200 characters.
pub fn title(job: &Job) -> String {
    let title = sanitise::without_secrets(&job.snapshot.title);
    let title = sanitise::title(&title, 200);
    if title.is_empty() {
        format!("Work on issue {}", job.session.task().issue)
    } else {
        title
    }
}

/// The lines that bound our part of the body. Between them skep writes; around them it touches nothing.
const BEGIN: &str = "<!-- skep: this part is kept up to date; write above or below it -->";
const END: &str = "<!-- skep: end -->";
/// How a part begins that warns of nothing; one that warns belongs at the very top.
const CLOSES: &str = "Closes #";
/// Longest body without the statement of provenance, which is added where it is signed.
const LIMIT: usize = super::LIMIT - super::provenance::LONGEST;
/// Between our part and the rest.
const RULE: &str = "\n\n---\n\n";

/// The body of a new pull request: the repository's template, then our part; a part that warns comes first.
pub fn body(
    job: &Job,
    (template, evidence): (Option<&str>, &Evidence<'_>),
    cx: Context<'_>,
) -> String {
    let part = part(job, evidence, cx);
    let room = LIMIT.saturating_sub(part.chars().count() + 200);
    let Some(template) = template
        .map(str::trim)
        .filter(|template| !template.is_empty())
    else {
        return part;
    };
    let template = sanitise::fit(template, room.min(20_000));
    if warns(&part) {
        format!("{part}{RULE}{template}")
    } else {
        format!("{template}{RULE}{part}")
    }
}

/// Our part: the evidence as it is now, and before all else why it is not to be merged as it is.
pub fn part(job: &Job, evidence: &Evidence<'_>, cx: Context<'_>) -> String {
    let (unfinished, work) = (evidence.unfinished.map(failure::unfinished), evidence.work);
    let warnings = [
        risk::read_first(work),
        containment::alarm(evidence.attempts),
        unfinished,
        left_out::conflicts(work),
        left_out::missing(work),
    ];
    let mut text: String = warnings
        .into_iter()
        .flatten()
        .map(|warning| format!("{warning}\n\n"))
        .collect();
    let issue = job.session.task().issue;
    text.push_str(&format!("{CLOSES}{issue}\n\n"));
    if let Some(elsewhere) = base_branch::elsewhere(job.base_from.as_ref(), issue) {
        text.push_str(&format!("{elsewhere}\n\n"));
    }
    text.push_str(&format!("{}\n\n", risk::line(&evidence.risk())));
    text.push_str(&changes(evidence));
    if let Some(put_onto) = overlap::put_onto(work) {
        text.push_str(&format!("\n{put_onto}\n"));
    }
    text.push_str(&secrets(job));
    text.push_str(&large(work, cx.policy));
    text.push_str(&summary(evidence.told));
    text.push_str(&verify::section(
        evidence.claimed,
        evidence.verified.as_ref(),
    ));
    text.push_str(&evidence_file::section(evidence.handed_in));
    text.push_str(&decided(evidence.answers));
    text.push_str(&provenance(job, evidence, cx));
    let text = sanitise::fit(&text, LIMIT - BEGIN.len() - END.len() - 10);
    format!("{BEGIN}\n{}\n{END}", text.trim_end())
}

fn warns(part: &str) -> bool {
    part.strip_prefix(BEGIN)
        .is_some_and(|rest| !rest.trim_start().starts_with(CLOSES))
}

/// A body with our part taken from another one; `None` where it is not there any more, or was never ours. A part that warns
/// goes to the top, whatever stands above it.
pub fn with_part_of(body: &str, new: &str) -> Option<String> {
    let bounds = |text: &str| {
        let begin = text.find(BEGIN)?;
        let end = text.rfind(END).filter(|end| *end > begin)? + END.len();
        Some((begin, end))
    };
    let ((begin, end), (from, to)) = (bounds(body)?, bounds(new)?);
    let (above, part, below) = (&body[..begin], &new[from..to], &body[end..]);
    if above.trim().is_empty() || !warns(part) {
        return Some(format!("{above}{part}{below}"));
    }
    let above = above.trim_end();
    let above = above.strip_suffix("---").unwrap_or(above).trim_end();
    Some(format!("{part}{RULE}{above}{below}"))
}

/// A text of ours with something more at the end of our part; as it is where that has none.
pub fn with_more(text: &str, more: &str) -> String {
    match text.rfind(END) {
        Some(end) => format!("{}\n\n{more}\n{}", text[..end].trim_end(), &text[end..]),
        None => text.to_owned(),
    }
}

fn changes(evidence: &Evidence<'_>) -> String {
    let work = evidence.work;
    let (files, commits) = match &work.whole {
        Some(whole) => (&whole.files, whole.commits),
        None => (&work.files, work.commits),
    };
    let (plus, minus) = sums(files);
    let mut text = format!(
        "### What changed\n\n{} changed, {} (+), {} (−), {}.\n\n| file | | + | − |\n| --- | --- | --: | --: |\n",
        count(files.len() as u64, "file"),
        count(plus, "insertion"),
        count(minus, "deletion"),
        count(u64::from(commits), "commit"),
    );
    for file in files.iter().take(SHOWN_FILES) {
        text.push_str(&row(file));
    }
    if files.len() > SHOWN_FILES {
        text.push_str(&format!(
            "| … and {} | | | |\n",
            count((files.len() - SHOWN_FILES) as u64, "more file")
        ));
    }
    text.push_str(&risk::protected(work, evidence.approved));
    text.push_str(&risk::flags(work));
    text
}

/// What its checks could read.
fn secrets(job: &Job) -> String {
    let ground = job.workspace.as_ref();
    ground.map_or_else(String::new, |ground| {
        ci_secrets::in_reach(&ground.base.secrets)
    })
}

/// That it is much to read, where it is.
fn large(work: &Work, policy: &Policy) -> String {
    let files = work
        .whole
        .as_ref()
        .map_or(&work.files, |whole| &whole.files);
    let large = too_large(files, policy);
    large.map_or_else(String::new, |size| {
        pull_size::large(size, policy.limits.pull_lines)
    })
}

fn row(file: &FileChange) -> String {
    let path = sanitise::inline(&file.path, 160).replace('|', "\\|");
    let number = |n: u64| {
        if file.binary {
            "binary".to_owned()
        } else {
            n.to_string()
        }
    };
    format!(
        "| {path} | {} | {} | {} |\n",
        file.kind.name(),
        number(file.insertions),
        number(file.deletions)
    )
}

fn summary(told: &[Told]) -> String {
    let quoted = |told: &Told| {
        let said = sanitise::outbound(&sanitise::redact(told.text.trim(), &[]), &Allow::default());
        let quoted: Vec<String> = said
            .lines()
            .map(|line| format!("> {line}").trim_end().to_owned())
            .collect();
        quoted.join("\n")
    };
    let Some((first, revisions)) = told.split_first() else {
        return String::new();
    };
    let mut text = match first.text.trim().is_empty() {
        true => "\n### What the agent says\n\nNothing.\n".to_owned(),
        false => format!(
            "\n### What the agent says\n\nIn its own words, not verified by skep:\n\n{}\n",
            quoted(first)
        ),
    };
    if !revisions.is_empty() {
        text.push_str("\n### Revisions\n");
    }
    for revision in revisions {
        let words = if revision.text.trim().is_empty() {
            "> Nothing was said.".to_owned()
        } else {
            quoted(revision)
        };
        text.push_str(&format!("\n{}\n\n{words}\n", revision.head.as_str()));
    }
    text
}

/// What people decided on the way: a reviewer should not have to look for it.
fn decided(questions: &[Question]) -> String {
    let line = |question: &Question| {
        let answer = question.answer.as_ref()?;
        let asked = sanitise::inline(&question.text, 200);
        let by = match &answer.by {
            By::Person(login) => super::answer_replies::name(login),
            By::Default => "the declared default, since nobody answered".into(),
            By::Agent => {
                return Some(format!(
                    "- {asked} → no answer; the agent went on without one"
                ));
            }
        };
        Some(format!(
            "- {asked} → {} ({by})",
            super::answer_replies::said(answer, question, true)
        ))
    };
    let lines: Vec<String> = questions.iter().filter_map(line).take(20).collect();
    if lines.is_empty() {
        String::new()
    } else {
        format!("\n### Questions and answers\n\n{}\n", lines.join("\n"))
    }
}

fn provenance(job: &Job, evidence: &Evidence<'_>, cx: Context<'_>) -> String {
    let requester = match &job.actor {
        Actor::Person(account) => format!("@{}", account.login),
        Actor::Operator => "the operator of this server".into(),
    };
    let agent = evidence.agent.as_deref();
    let agent = agent.map_or_else(String::new, |name| {
        format!(" ({})", sanitise::inline(name, 100))
    });
    let mut text = format!(
        "\n<details><summary>Where this comes from</summary>\n\n- Requested by {requester}. Review it as carefully as a \
         stranger's change.\n- Role `{}`: {}.\n- Agent `{}`{agent}, session `{}`, from `{}` at `{}`.\n",
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
    if let Some(refused) = containment::line(evidence.attempts) {
        text.push_str(&format!("- {refused}\n"));
    }
    if let Some(warning) = &cx.policy.confinement_warning {
        text.push_str(&format!("- ⚠️ {}\n", sanitise::inline(warning, 300)));
    }
    let keys = cx.policy.keys.get(&job.agent);
    if let Some(keys) = keys.and_then(gateway::keys_inside) {
        text.push_str(&format!("- ⚠️ {}\n", sanitise::inline(&keys, 300)));
    }
    text.push_str("\n</details>\n");
    text
}

/// The line by which a commit of ours names its session.
pub fn trailer(session: &SessionId) -> String {
    format!("Skep-Session: {session}")
}

/// The message of the commit of what the agent left uncommitted, with its trailers. The subject says what it does: the
/// issue's title for the first work, the agent's own first sentence for a revision.
pub fn commit_message(job: &Job, said: Said<'_>) -> String {
    let issue = job.session.task().issue;
    let title = sanitise::without_secrets(&job.snapshot.title);
    let title = sanitise::title(&title, 72);
    let title = if title.is_empty() {
        format!("Work on issue {issue}")
    } else {
        title
    };
    let subject = match said {
        Said::Done(_) if job.round == 0 => title,
        Said::Done(said) => Some(first_sentence(said))
            .filter(|said| !said.is_empty())
            .unwrap_or_else(|| format!("Revise the pull request ({})", job.round)),
        Said::Unfinished => format!("{} (unfinished)", sanitise::title(&title, 58)),
    };
    let mut message = format!(
        "{subject}\n\n{}\nSkep-Role: {}\n",
        trailer(&job.session),
        job.role.name
    );
    if let Actor::Person(account) = &job.actor {
        let (id, login) = (account.id, &account.login);
        message.push_str(&format!(
            "Co-authored-by: {login} <{id}+{login}@users.noreply.github.com>\n"
        ));
    }
    message
}

/// What is known of work that is committed.
#[derive(Debug, Clone, Copy)]
pub enum Said<'a> {
    /// The turn ended with these words.
    Done(&'a str),
    /// It was cut short.
    Unfinished,
}

/// The first sentence of what an agent says, as one line without Markdown's marks.
fn first_sentence(said: &str) -> String {
    let line = said
        .lines()
        .map(|line| line.trim_start_matches(['#', '>', '-', '*', ' ']).trim());
    let line = line
        .filter(|line| !line.starts_with("```"))
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    let end = line.find(". ").unwrap_or(line.len());
    sanitise::title(line[..end].trim_end_matches(['.', ':']), 72)
}

/// Lines added and removed.
pub fn totals(work: &Work) -> (u64, u64) {
    sums(&work.files)
}

fn sums(files: &[FileChange]) -> (u64, u64) {
    files.iter().fold((0, 0), |(plus, minus), file| {
        (plus + file.insertions, minus + file.deletions)
    })
}

/// The evidence in numbers, for machines.
pub fn numbers(work: &Work) -> Value {
    let (insertions, deletions) = totals(work);
    let paths: Vec<&str> = work
        .files
        .iter()
        .take(SHOWN_FILES)
        .map(|file| file.path.as_str())
        .collect();
    json!({
        "head": work.head, "base": work.base, "commits": work.commits, "files": work.files.len(), "paths": paths,
        "insertions": insertions, "deletions": deletions,
    })
}

#[cfg(test)]
mod tests {
    use super::{BEGIN, END, first_sentence, with_part_of};

    #[test]
    fn only_our_part_is_written_anew() {
        let new = format!("template\n\n{BEGIN}\nCloses #1: new\n{END}");
        let old = format!("mine, above\r\n{BEGIN}\nold\n{END}\r\nmine, below");
        let expected = format!("mine, above\r\n{BEGIN}\nCloses #1: new\n{END}\r\nmine, below");
        assert_eq!(with_part_of(&old, &new), Some(expected));
        for gone in [
            "all mine".to_owned(),
            format!("{BEGIN} only"),
            format!("{END}{BEGIN}"),
        ] {
            assert_eq!(with_part_of(&gone, &new), None, "{gone}");
        }
    }

    #[test]
    fn a_part_that_warns_goes_to_the_top_and_takes_nothing_with_it() {
        let new = format!("{BEGIN}\n> [!WARNING]\n> Not finished.\n\nCloses #1\n{END}");
        let old = format!("mine, above\n\n---\n\n{BEGIN}\nCloses #1\n{END}\n\nmine, below");
        assert_eq!(
            with_part_of(&old, &new),
            Some(format!("{new}\n\n---\n\nmine, above\n\nmine, below"))
        );
        let there = format!("{new}\n\n---\n\nmine, below");
        assert_eq!(with_part_of(&there, &new), Some(there.clone()));
        let well = format!("{BEGIN}\nCloses #1\n{END}");
        assert_eq!(
            with_part_of(&there, &well),
            Some(format!("{well}\n\n---\n\nmine, below"))
        );
    }

    #[test]
    fn a_revisions_subject_is_the_agents_first_sentence() {
        assert_eq!(
            first_sentence("## Summary of it:\n\n- Added a line. And more."),
            "Summary of it"
        );
        assert_eq!(first_sentence("\n```\ncode\n```"), "code");
        assert_eq!(
            first_sentence("Renamed `one` to v1.2 everywhere."),
            "Renamed `one` to v1.2 everywhere"
        );
        assert_eq!(first_sentence(" \n"), "");
        assert!(first_sentence(&"long ".repeat(40)).chars().count() <= 72);
    }
}
