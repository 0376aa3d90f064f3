//! An issue's thread as a reader would see it, in plain text.
//!
//! It exists so that tests compare whole threads and people of the demo can read them. It must never show what a browser
//! would hide, unless asked.

use crate::api_error::ApiError;
use crate::world::facts::World;
use crate::world::issue::{Comment, Issue, Pull, Reaction, Review};

/// What becomes of HTML comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hidden {
    /// Left out, as a browser does.
    Stripped,
    /// Shown, as the API does.
    Shown,
}

impl World {
    /// The whole thread: title, state, labels, people, reactions, pull requests, comments.
    pub fn thread(&self, home: i64, number: i64, hidden: Hidden) -> Result<String, ApiError> {
        let issue = self.issue(home, number)?;
        let mut lines = self.head(home, issue);
        lines.push(String::new());
        lines.push(format!("{}:", issue.author));
        lines.extend(quoted(issue.body.as_deref().unwrap_or_default(), hidden));
        for comment in &issue.comments {
            lines.push(String::new());
            lines.push(comment_head(comment));
            if comment.minimized.is_none() || hidden == Hidden::Shown {
                lines.extend(quoted(&comment.body, hidden));
            }
        }
        lines.push(String::new());
        Ok(lines.join("\n"))
    }

    /// The thread of a pull request with its reviews and the threads on lines.
    pub fn pull_thread(&self, home: i64, number: i64, hidden: Hidden) -> Result<String, ApiError> {
        let mut lines = vec![self.thread(home, number, hidden)?];
        // A review that says nothing of its own is only the wrapping of an answer on a line.
        let worded = |review: &&Review| !review.body.is_empty() || review.state != "COMMENTED";
        for review in self.pull(home, number)?.1.reviews.iter().filter(worded) {
            lines.push(format!(
                "review of {}: {}",
                review.author,
                review.state.to_ascii_lowercase()
            ));
            lines.extend(quoted(&review.body, hidden));
            lines.push(String::new());
        }
        lines.extend(self.line_threads(home, number, hidden)?);
        Ok(lines.join("\n"))
    }

    /// The threads on lines of a pull request.
    pub fn line_threads(
        &self,
        home: i64,
        number: i64,
        hidden: Hidden,
    ) -> Result<Vec<String>, ApiError> {
        let all = &self.pull(home, number)?.1.review_comments;
        let mut lines = Vec::new();
        for first in all.iter().filter(|line| line.in_reply_to.is_none()) {
            let resolved = if first.resolved { " (resolved)" } else { "" };
            lines.push(format!("{}:{}{resolved}", first.path, first.line));
            for said in all
                .iter()
                .filter(|line| line.id == first.id || line.in_reply_to == Some(first.id))
            {
                let shown = reactions(&said.reactions).join(", ");
                let shown = if shown.is_empty() {
                    shown
                } else {
                    format!(" [{shown}]")
                };
                lines.push(format!("  {}{shown}:", said.author));
                lines.extend(
                    quoted(&said.body, hidden)
                        .into_iter()
                        .map(|line| format!("  {line}").trim_end().to_owned()),
                );
            }
            lines.push(String::new());
        }
        Ok(lines)
    }

    fn head(&self, home: i64, issue: &Issue) -> Vec<String> {
        let state = issue.pull.as_ref().map_or_else(
            || word(issue.open).to_owned(),
            |pull| pull_state(issue, pull),
        );
        let mut lines = vec![format!("#{} {} ({state})", issue.number, issue.title)];
        let mut labels = issue.labels.clone();
        labels.sort();
        lines.extend(line("labels", &labels));
        lines.extend(line("assignees", &issue.assignees));
        lines.extend(line("reactions", &reactions(&issue.reactions)));
        if let Some(pull) = &issue.pull {
            let seen = &pull.comparison;
            let size = format!(
                "{} commits, +{} -{}",
                seen.commits, seen.additions, seen.deletions
            );
            lines.push(format!(
                "branch: {} -> {} ({size} in {} files)",
                pull.head, pull.base, seen.changed_files
            ));
        }
        lines.extend(line("pull requests", &self.linked(home, issue.number)));
        lines
    }

    /// The pull requests that say they close an issue.
    fn linked(&self, home: i64, number: i64) -> Vec<String> {
        let Ok(repository) = self.repository(home) else {
            return Vec::new();
        };
        let pulls = repository
            .issues
            .values()
            .filter_map(|issue| Some((issue, issue.pull.as_ref()?)));
        let linked = pulls.filter(|(issue, _)| self.closes(home, issue.number).contains(&number));
        linked
            .map(|(issue, pull)| {
                format!(
                    "#{} {} ({})",
                    issue.number,
                    issue.title,
                    pull_state(issue, pull)
                )
            })
            .collect()
    }
}

fn word(open: bool) -> &'static str {
    if open { "open" } else { "closed" }
}

fn pull_state(issue: &Issue, pull: &Pull) -> String {
    match (&pull.merged, pull.draft) {
        (Some(_), _) => "merged".to_owned(),
        (None, true) => format!("{} draft", word(issue.open)),
        (None, false) => word(issue.open).to_owned(),
    }
}

fn line(name: &str, items: &[String]) -> Option<String> {
    (!items.is_empty()).then(|| format!("{name}: {}", items.join(", ")))
}

fn reactions(all: &[Reaction]) -> Vec<String> {
    all.iter()
        .map(|reaction| format!("{} {}", reaction.content, reaction.user))
        .collect()
}

fn comment_head(comment: &Comment) -> String {
    let mut head = comment.author.clone();
    if comment.edits > 0 {
        head.push_str(&format!(" (edited {}x)", comment.edits));
    }
    if let Some(reason) = &comment.minimized {
        head.push_str(&format!(" (hidden: {reason})"));
    }
    if !comment.reactions.is_empty() {
        head.push_str(&format!(" [{}]", reactions(&comment.reactions).join(", ")));
    }
    format!("{head}:")
}

fn quoted(body: &str, hidden: Hidden) -> Vec<String> {
    let text = if hidden == Hidden::Stripped {
        without_comments(body)
    } else {
        body.to_owned()
    };
    text.trim()
        .lines()
        .map(|line| format!("  {line}").trim_end().to_owned())
        .collect()
}

fn without_comments(body: &str) -> String {
    let mut text = String::new();
    let mut rest = body;
    while let Some((before, after)) = rest.split_once("<!--") {
        text.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, rest)| rest);
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_sees_no_html_comments() {
        assert_eq!(without_comments("a<!-- x -->b<!--y--> c"), "ab c");
        assert_eq!(without_comments("a<!-- never closed"), "a");
        assert_eq!(
            quoted("<!-- m -->\n\nhello\n\nyou", Hidden::Stripped),
            ["  hello", "", "  you"]
        );
    }
}
