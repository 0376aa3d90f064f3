//! `skep waves`: what waits in a repository, in waves whose issues will probably not touch the same files.

use super::admin_options::AdminOptions;
use super::command_error::CommandResult;
use super::output::{lines, print, print_json, table};
use crate::config::Sources;
use crate::core::ids::RepositoryName;
use crate::core::text;
use crate::http::types::{FileLine, WaveLine, WavesAnswer};

/// Show what waits in a repository, in waves whose issues will probably not touch the same files.
#[derive(Debug, clap::Args)]
pub(super) struct Waves {
    /// Where.
    #[arg(value_name = "OWNER/REPO")]
    repository: RepositoryName,
    /// At most so many issues in a wave; as many as there may be sessions, if not said.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    at_once: Option<u32>,
    /// From how much overlap on, 0 to 1, two issues are kept apart.
    #[arg(long, value_name = "SHARE")]
    threshold: Option<f64>,
    #[command(flatten)]
    pub(super) admin: AdminOptions,
}

impl Waves {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let admin = self.admin.admin(sources)?;
        let mut query = vec![("repository", self.repository.to_string())];
        query.extend(self.at_once.map(|most| ("at_once", most.to_string())));
        query.extend(self.threshold.map(|share| ("threshold", share.to_string())));
        let answer = admin.get("/api/v1/waves", &query).await?;
        if self.admin.json {
            return Ok(print_json(&answer)?);
        }
        let waves: WavesAnswer = admin.read(&answer)?;
        Ok(print(&render(&waves))?)
    }
}

const HEADINGS: [&str; 5] = [
    "WAVE",
    "ISSUE",
    "ROLE",
    "WHY NOT EARLIER",
    "WILL PROBABLY CHANGE",
];

fn render(answer: &WavesAnswer) -> String {
    let issues: usize = answer.waves.iter().map(Vec::len).sum();
    let mut shown = text::waves::head(issues, answer.waves.len(), answer.commits);
    let row = |(wave, line): (usize, &WaveLine)| {
        [
            format!("{wave}"),
            format!("#{}", line.issue),
            line.role.clone(),
            if line.at_work {
                text::waves::AT_WORK.to_owned()
            } else {
                line.reason.clone()
            },
            line.files.first().map(file).unwrap_or_default(),
        ]
    };
    let waves = (1..).zip(&answer.waves);
    let all = waves.flat_map(|(wave, members)| members.iter().map(move |line| (wave, line)));
    let rows: Vec<[String; 5]> = all.map(row).collect();
    if !rows.is_empty() {
        shown.push('\n');
        shown.push_str(&table(HEADINGS, &rows));
    }
    if !answer.left.is_empty() {
        shown.push('\n');
        shown.push_str(&text::waves::left(&answer.left));
    }
    lines(&shown)
}

fn file(file: &FileLine) -> String {
    format!("{} {:.0}%, {}", file.path, file.weight * 100.0, file.why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waves_are_shown_with_their_evidence() {
        let line = |issue, reason: &str, path: &str| WaveLine {
            issue,
            role: "swe".into(),
            reason: reason.into(),
            files: vec![FileLine {
                path: path.into(),
                weight: 0.9,
                why: "the issue names it".into(),
            }],
            ..WaveLine::default()
        };
        let at_work = WaveLine {
            at_work: true,
            ..line(7, "", "src/a.rs")
        };
        let answer = WavesAnswer {
            commits: 1_234,
            waves: vec![
                vec![at_work, line(8, "", "src/b.rs")],
                vec![line(
                    9,
                    "may touch the same files as #7: `src/a.rs`",
                    "src/a.rs",
                )],
            ],
            left: vec![10, 11],
            ..WavesAnswer::default()
        };
        insta::assert_snapshot!(render(&answer), @"
        3 issues in 2 waves, by the words of the issues and the last 1234 commits

        WAVE  ISSUE  ROLE  WHY NOT EARLIER                             WILL PROBABLY CHANGE
        1     #7     swe   at work                                     src/a.rs 90%, the issue names it
        1     #8     swe                                               src/b.rs 90%, the issue names it
        2     #9     swe   may touch the same files as #7: `src/a.rs`  src/a.rs 90%, the issue names it

        in no wave, because of what they wait for: #10, #11
        ");
        insta::assert_snapshot!(render(&WavesAnswer::default()), @"nothing waits there and nothing is at work");
    }
}
