//! Copilot's `copilot-setup-steps.yml`: a workflow whose one job prepares a machine before the agent comes.
//!
//! Shape: <https://docs.github.com/en/copilot/how-tos/use-copilot-agents/coding-agent/customize-the-agent-environment>. skep runs no
//! workflow: what its agents can run themselves is told to them, and what they need to reach is opened.

use serde_yaml_ng::Value;

use super::draft::Draft;
use super::imported::{Fate, Foreign};
use super::yaml::{Document, Step, shown};
use crate::text::import as says;

/// How the file is called, without its ending; the job has the same name.
pub(super) const NAME: &str = "copilot-setup-steps";

/// Actions that set a language up, by the beginning of their name, with the preset its packages come from.
const TOOLS: [(&str, &str); 8] = [
    ("actions/setup-node", "npm"),
    ("oven-sh/setup-bun", "npm"),
    ("pnpm/action-setup", "npm"),
    ("actions/setup-python", "pypi"),
    ("astral-sh/setup-uv", "pypi"),
    ("actions/setup-go", "go"),
    ("dtolnay/rust-toolchain", "crates"),
    ("actions-rust-lang/setup-rust-toolchain", "crates"),
];

pub(super) fn take(file: &Foreign<'_>, draft: &mut Draft) -> Result<(), String> {
    let document = Document::parse(file.path, file.text, 1)?;
    let way = [Step::Key("jobs"), Step::Key(NAME)];
    if document.at(&way).is_none() {
        let say = Fate::Left(says::NO_SETUP_JOB.to_owned());
        draft.note((file.path, 1), NAME.to_owned(), say);
        return Ok(());
    }
    let job = Job {
        path: file.path,
        document: &document,
        way: &way,
    };
    for (key, value) in document.entries(&way) {
        match key.as_str() {
            "steps" => job.steps(draft),
            "env" => job.variables(&[Step::Key("env")], draft),
            "services" => job.services(draft),
            _ => job.note(
                draft,
                (&[Step::Key(&key)], key.clone()),
                of_job(&key, value),
            ),
        }
    }
    Ok(())
}

fn of_job(key: &str, value: &Value) -> Fate {
    match key {
        "runs-on" => match shown(value).contains("ubuntu") {
            true => Fate::Given(says::MACHINE.to_owned()),
            false => Fate::Left(says::other_machine(&shown(value))),
        },
        "permissions" => Fate::Given(says::PERMISSIONS.to_owned()),
        "timeout-minutes" => Fate::Left(says::SETUP_TIME.to_owned()),
        "container" => Fate::Left(says::CONTAINER.to_owned()),
        _ => Fate::Left(says::UNKNOWN_KEY.to_owned()),
    }
}

struct Job<'a> {
    path: &'a str,
    document: &'a Document<'a>,
    way: &'a [Step<'a>],
}

impl Job<'_> {
    fn note(&self, draft: &mut Draft, (below, what): (&[Step<'_>], String), fate: Fate) {
        let way = [self.way, below].concat();
        draft.note((self.path, self.document.line(&way)), what, fate);
    }

    fn variables(&self, below: &[Step<'_>], draft: &mut Draft) {
        let way = [self.way, below].concat();
        for (name, value) in self.document.entries(&way) {
            let text = shown(value);
            let fate = match text.contains("${{") {
                true => Fate::Left(says::EXPRESSION.to_owned()),
                false => match draft.variable(&name, &text) {
                    Ok(()) => Fate::Taken(says::variable(&name)),
                    Err(say) => Fate::Left(says::no_variable(&say)),
                },
            };
            let place = [below, &[Step::Key(&name)]].concat();
            self.note(draft, (&place, format!("env.{name}")), fate);
        }
    }

    /// Their images are containers of GitHub's; skep's services are programs beside the agent.
    fn services(&self, draft: &mut Draft) {
        let way = [self.way, &[Step::Key("services")]].concat();
        for (name, value) in self.document.entries(&way) {
            let image = value.get("image").map(shown).unwrap_or_default();
            let place = [Step::Key("services"), Step::Key(&name)];
            let fate = Fate::Left(says::service(&name, &image));
            self.note(draft, (&place, format!("services.{name}")), fate);
        }
    }

    fn steps(&self, draft: &mut Draft) {
        let way = [self.way, &[Step::Key("steps")]].concat();
        let steps = self.document.at(&way).and_then(Value::as_sequence);
        for (number, step) in steps.into_iter().flatten().enumerate() {
            let place = [Step::Key("steps"), Step::Item(number)];
            let named = step.get("name").map(shown);
            let (what, fate) = match (step.get("uses"), step.get("run")) {
                (Some(uses), _) => (
                    named.unwrap_or_else(|| shown(uses)),
                    uses_fate(&shown(uses), draft),
                ),
                (None, Some(run)) => {
                    let script = shown(run);
                    let first = script.lines().next().unwrap_or_default().to_owned();
                    (named.unwrap_or(first), run_fate(step, &script, draft))
                }
                (None, None) => (
                    named.unwrap_or_default(),
                    Fate::Left(says::UNKNOWN_KEY.to_owned()),
                ),
            };
            self.note(draft, (&place, what), fate);
            if step.get("run").is_some() {
                self.variables(&[&place[..], &[Step::Key("env")]].concat(), draft);
            }
        }
    }
}

fn uses_fate(action: &str, draft: &mut Draft) -> Fate {
    if action.starts_with("actions/checkout") {
        return Fate::Given(says::CLONE.to_owned());
    }
    if action.starts_with("actions/cache") {
        return Fate::Left(says::CACHE.to_owned());
    }
    match TOOLS.iter().find(|(begins, _)| action.starts_with(begins)) {
        Some((_, preset)) => {
            draft.opens(preset);
            Fate::Taken(says::tool(preset))
        }
        None => Fate::Left(says::action(action)),
    }
}

fn run_fate(step: &Value, script: &str, draft: &mut Draft) -> Fate {
    let shell = step.get("shell").map(shown).unwrap_or_default();
    if !shell.is_empty() && !shell.starts_with("bash") && !shell.starts_with("sh") {
        return Fate::Left(says::other_shell(&shell));
    }
    if script.contains("${{") || script.contains("$GITHUB_ENV") || script.contains("$GITHUB_OUTPUT")
    {
        return Fate::Left(says::WORKFLOW_SCRIPT.to_owned());
    }
    let folder = step.get("working-directory").map(shown);
    let script = match &folder {
        Some(folder) => format!("cd {folder}\n{script}"),
        None => script.to_owned(),
    };
    draft.set_up(&script);
    Fate::Taken(says::AGENTS_MD.to_owned())
}
