//! `skep plan`: what would come of something, before it does: of an issue if it was started now, or of a repository's task list.

use serde_json::json;

use super::admin_options::AdminOptions;
use super::command_error::{CommandError, CommandResult};
use super::dry_run;
use super::issue::Issue;
use super::output::{lines, print, print_json, table};
use crate::config::Sources;
use crate::core::ids::RepositoryName;
use crate::core::text::{self as words, task_list as text};
use crate::http::types::{DryRunAnswer, PlanAnswer, PlanLine, PlanOrder};

/// Show what would come of an issue if it was started now; or which issues a repository's task list would become.
///
/// Of an issue (`skep plan octo/hello#12`) it shows role, agent, gates, what it waits for, limits, what it may cost and what the
/// agent would be told. Nothing is written anywhere. It exits with 1 where nothing would start. Of a repository (`skep plan octo/hello`)
/// it shows what its task list would become; with `--create` those issues are made that are not there yet.
#[derive(Debug, clap::Args)]
pub(super) struct Plan {
    /// An issue (`owner/repo#12`, or its address), or a repository with a task list.
    #[arg(value_name = "OWNER/REPO[#N]")]
    what: String,
    /// A list on this machine, instead of the repository's own.
    #[arg(long, value_name = "FILE", conflicts_with = "path")]
    file: Option<std::path::PathBuf>,
    /// The repository's list, on its default branch; `tasks.md` if not said.
    #[arg(long, value_name = "PATH")]
    path: Option<String>,
    /// Make the issues that are not there yet; people start them.
    #[arg(long)]
    create: bool,
    #[command(flatten)]
    pub(super) admin: AdminOptions,
}

impl Plan {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        match Issue::is_named(&self.what) {
            true => self.dry_run(sources).await,
            false => self.list(sources).await,
        }
    }

    async fn dry_run(self, sources: &Sources) -> CommandResult {
        let flags = [
            ("--create", self.create),
            ("--file", self.file.is_some()),
            ("--path", self.path.is_some()),
        ];
        if let Some((flag, _)) = flags.iter().find(|(_, given)| *given) {
            let say = words::dry_run::only_for_a_list(flag);
            return Err(CommandError::Misused(say));
        }
        let issue = Issue::parse(&self.what)?;
        let admin = self.admin.admin(sources)?;
        let answer = admin.get(&issue.plan(), &[]).await?;
        let plan: DryRunAnswer = admin.read(&answer)?;
        match self.admin.json {
            true => print_json(&answer)?,
            false => print(&dry_run::render(&plan))?,
        }
        match plan.refusal {
            Some(_) => Err(CommandError::Unsuccessful),
            None => Ok(()),
        }
    }

    async fn list(self, sources: &Sources) -> CommandResult {
        let repository: RepositoryName = self
            .what
            .parse()
            .map_err(|_| CommandError::Misused(words::cli::malformed_target(&self.what)))?;
        let admin = self.admin.admin(sources)?;
        let shown = |path: &std::path::Path| path.display().to_string();
        let text = match &self.file {
            None => None,
            Some(path) => Some(std::fs::read_to_string(path).map_err(|error| {
                CommandError::Misused(text::unreadable(&shown(path), &error.to_string()))
            })?),
        };
        let order = PlanOrder {
            repository,
            text,
            path: self.file.as_deref().map(shown).or(self.path),
            create: self.create,
        };
        let answer = admin.post("/api/v1/plan", &json!(order)).await?;
        let plan: PlanAnswer = admin.read(&answer)?;
        match self.admin.json {
            true => print_json(&answer)?,
            false => print(&render(&plan))?,
        }
        match plan.tasks.iter().any(|line| line.state == text::FAILED) {
            true => Err(CommandError::Unsuccessful),
            false => Ok(()),
        }
    }
}

const HEADINGS: [&str; 7] = [
    "LINE",
    "STATE",
    "ISSUE",
    "ROLE",
    "PRIORITY",
    "TITLE",
    "WAITS FOR",
];

fn render(plan: &PlanAnswer) -> String {
    let row = |line: &PlanLine| {
        let state = match &line.reason {
            Some(reason) => format!("{}: {reason}", line.state),
            None => line.state.clone(),
        };
        [
            line.line.to_string(),
            state,
            line.issue
                .map(|issue| format!("#{issue}"))
                .unwrap_or_default(),
            line.role.clone().unwrap_or_default(),
            line.priority.clone().unwrap_or_default(),
            line.title.clone(),
            line.waits_for.join(", "),
        ]
    };
    let rows: Vec<[String; 7]> = plan.tasks.iter().map(row).collect();
    let many = |state: &str| plan.tasks.iter().filter(|line| line.state == state).count();
    let mut shown = table(HEADINGS, &rows);
    if !plan.left_out.is_empty() {
        shown.push_str(&text::left_out(&plan.left_out));
        shown.push('\n');
    }
    shown.push_str(&text::summary(
        many(text::NEW),
        many(text::ON_ITS_WAY),
        plan.create,
    ));
    shown.push('\n');
    lines(&shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_shown_with_what_becomes_of_it() {
        let line = |line, state: &str, issue, waits_for: &[&str]| PlanLine {
            line,
            title: format!("Task {line}"),
            state: state.into(),
            issue,
            role: Some("swe".into()),
            waits_for: waits_for.iter().map(|name| (*name).to_owned()).collect(),
            ..PlanLine::default()
        };
        let plan = PlanAnswer {
            tasks: vec![
                line(1, text::EXISTS, Some(12), &[]),
                line(9, text::NEW, None, &["#12", "Task 1"]),
                line(14, text::UNMARKED, None, &[]),
            ],
            left_out: vec!["later".into()],
            ..PlanAnswer::default()
        };
        insta::assert_snapshot!(render(&plan), @"
        LINE  STATE       ISSUE  ROLE  PRIORITY  TITLE    WAITS FOR
        1     exists      #12    swe             Task 1
        9     new                swe             Task 9   #12, Task 1
        14    not marked         swe             Task 14
        left out, because the repository has no such labels: later
        1 issue would be made; `--create` makes them
        ");
    }
}
