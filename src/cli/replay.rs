//! `skep replay`: stored or exported deliveries run again on a copy of the state, with what was decided.

use std::path::Path;

use serde_json::Value;

use super::command_error::{CommandError, CommandResult};
use super::output::{lines, print, print_json};
use super::serve::not_ready;
use crate::agent::registry::Known;
use crate::app::{self, Question, Replayed};
use crate::config::{Args, Sources};
use crate::core::text::replay as text;
use crate::webhook::exported;

/// Run deliveries again on a copy of the state, and show what is decided: nothing is written here or on GitHub.
///
/// The copy is of the state as it is now, also beside a skep at work. Give the id of a delivery that is stored, or a file: what
/// `gh api /app/hook/deliveries/ID` prints, an array of those, one a line, the examples of `@octokit/webhooks-examples`, or a
/// payload with `--event`.
#[derive(Debug, clap::Args)]
pub(super) struct Replay {
    /// A delivery's id, or a file with some.
    #[arg(value_name = "DELIVERY|FILE")]
    what: String,
    /// The event of a payload that does not say it, such as `issues`.
    #[arg(long, value_name = "NAME")]
    event: Option<String>,
    /// Print JSON: every changed part, every effect whole.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pub(super) args: Args,
}

impl Replay {
    pub(super) async fn run(self, sources: &Sources) -> CommandResult {
        let question = self.question()?;
        let config = sources.config(&Known)?;
        config
            .ready()
            .map_err(|missing| CommandError::Misused(not_ready(missing)))?;
        let replay = app::replay(config, question).await?;
        if self.json {
            return Ok(print_json(
                &serde_json::to_value(&replay).map_err(anyhow::Error::from)?,
            )?);
        }
        let shown: Vec<String> = replay.deliveries.iter().map(render).collect();
        let all = format!("{}\n{}\n", shown.join("\n"), text::done(shown.len()));
        Ok(print(&lines(&all))?)
    }

    fn question(&self) -> Result<Question, CommandError> {
        let path = Path::new(&self.what);
        if !path.is_file() {
            return Ok(Question::Stored(self.what.clone()));
        }
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| CommandError::Misused(text::unreadable(&shown, &error.to_string())))?;
        let all = exported(&text, self.event.as_deref());
        let all = all.map_err(|say| CommandError::Misused(text::file(&shown, &say)))?;
        Ok(Question::Exported(all))
    }
}

/// So many changed parts of a task are shown.
const CHANGES: usize = 12;
/// So many characters of a value.
const VALUE: usize = 80;
/// So many characters of what an effect does.
const ACTION: usize = 160;

fn render(one: &Replayed) -> String {
    let mut shown = vec![text::headline(&one.event, &one.delivery, &one.result)];
    let mut say = |line: String| shown.push(format!("  {line}"));
    if let Some(then) = &one.then {
        say(text::then(then));
    }
    for fact in &one.facts {
        say(text::fact(&fact.fact, &fact.result));
    }
    for task in &one.tasks {
        let before = task.before.as_deref().unwrap_or(text::NO_TASK);
        let after = task.after.as_deref().unwrap_or(text::NO_TASK);
        say(text::task(&task.task, before, after));
        for change in task.changes.iter().take(CHANGES) {
            let (before, after) = (short(&change.before, VALUE), short(&change.after, VALUE));
            say(format!(
                "  {}",
                text::change(&change.field, &before, &after)
            ));
        }
        let more = task.changes.len().saturating_sub(CHANGES);
        if more > 0 {
            say(format!("  {}", text::more_changes(more)));
        }
    }
    for event in &one.events {
        let place = event.task.as_deref().unwrap_or_default();
        say(text::event(&event.event, place));
    }
    for effect in &one.effects {
        say(text::effect(&effect.effect, &short(&effect.action, ACTION)));
    }
    for kind in &one.withdrawn {
        say(text::withdrawn(kind));
    }
    shown.join("\n") + "\n"
}

/// A value on one line, its end cut off where it is long.
fn short(value: &Value, most: usize) -> String {
    let text = match value {
        Value::Null => "nothing".to_owned(),
        other => other.to_string(),
    };
    match text.chars().count() > most {
        true => text.chars().take(most - 1).chain(['…']).collect(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{Change, Followed, Happened, TaskChange, Wanted};
    use serde_json::json;

    #[test]
    fn what_a_delivery_led_to_is_shown() {
        let one = Replayed {
            delivery: "72d3162e".into(),
            event: "issues".into(),
            result: "asked GitHub whether this may start".into(),
            then: Some("this label event was consumed before".into()),
            facts: vec![Followed {
                fact: "slot".into(),
                task: Some("1#12".into()),
                result: "a slot is free".into(),
            }],
            tasks: vec![TaskChange {
                task: "octo/hello#12".into(),
                before: None,
                after: Some("queued".into()),
                changes: vec![Change {
                    field: "go".into(),
                    before: Value::Null,
                    after: json!(true),
                }],
            }],
            events: vec![Happened {
                event: "task.received".into(),
                task: Some("octo/hello#12".into()),
                details: Value::Null,
            }],
            effects: vec![Wanted {
                effect: "check_trigger".into(),
                task: Some("1#12".into()),
                at: 0,
                action: json!({ "words": "w".repeat(300) }),
            }],
            withdrawn: vec!["set_timer".into()],
        };
        insta::assert_snapshot!(render(&one), @r#"
        issues (72d3162e)
          asked GitHub whether this may start
          when it came: this label event was consumed before
          then slot: a slot is free
          octo/hello#12: unknown -> queued
            go: nothing -> true
          event task.received of octo/hello#12
          would do check_trigger {"words":"wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww…
          would withdraw set_timer
        "#);
    }
}
