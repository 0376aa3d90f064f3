//! Symphony's `WORKFLOW.md`: settings in front matter, then the prompt as a template.
//!
//! Shape: <https://github.com/openai/symphony/blob/main/SPEC.md>, sections 5 and 6. Keys of other versions and ports are told as not
//! known; nothing of the file is run.

use std::sync::LazyLock;

use regex::Regex;
use serde_yaml_ng::Value;

use super::draft::Draft;
use super::imported::{Fate, Foreign};
use super::liquid;
use super::yaml::{Document, Step, front_matter, shown, texts};
use crate::role::{PROMPT_MAX_CHARS, RoleName};
use crate::text::import as says;

/// Where it lies.
pub(super) const PATH: &str = "WORKFLOW.md";
/// The role that works when an issue names none.
const ROLE: &str = "swe";

static MODEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:^|[\s'"])model=\\?["']?([\w.:/-]+)"#).expect("a pattern that a test compiles")
});

pub(super) fn take(file: &Foreign<'_>, draft: &mut Draft) -> Result<(), String> {
    let (front, body, first) = front_matter(file.text).unwrap_or(("", file.text, 1));
    let document = Document::parse(file.path, front, 2)?;
    for (section, value) in document.entries(&[]) {
        let way = [Step::Key(&section)];
        if value.as_mapping().is_none() {
            let at = (file.path, document.line(&way));
            draft.note(
                at,
                section.clone(),
                Fate::Left(says::UNKNOWN_KEY.to_owned()),
            );
            continue;
        }
        for (key, value) in document.entries(&way) {
            let at = document.line(&[Step::Key(&section), Step::Key(&key)]);
            let name = format!("{section}.{key}");
            let fate = setting(&name, value, draft);
            draft.note((file.path, at), name, fate);
        }
    }
    prompt(file, (body, first), draft);
    Ok(())
}

/// Takes one setting over, and says what became of it.
fn setting(name: &str, value: &Value, draft: &mut Draft) -> Fate {
    let given = |say: &str| Fate::Given(say.to_owned());
    let left = |say: &str| Fate::Left(say.to_owned());
    match name {
        "tracker.kind" if shown(value).eq_ignore_ascii_case("github") => given(says::GITHUB_ISSUES),
        "tracker.kind" => Fate::Left(says::other_tracker(&shown(value))),
        "tracker.required_labels" => labels(&texts(value), draft),
        "tracker.active_states" | "tracker.terminal_states" => left(says::STATES),
        name if name.starts_with("tracker.") => left(says::TRACKER),
        name if name.starts_with("polling.") => given(says::POLLING),
        name if name.starts_with("workspace.") => given(says::WORKSPACE),
        "hooks.after_create" | "hooks.before_run" => script(&shown(value), draft),
        name if name.starts_with("hooks.") => left(says::HOOK),
        "agent.max_concurrent_agents" => number(draft, "limits.sessions", value),
        "agent.max_turns" => left(says::TURNS),
        name if name.starts_with("agent.") => left(says::RETRIES),
        "codex.command" => command(&shown(value), draft),
        "codex.model" => model(&shown(value), draft),
        "codex.turn_timeout_ms" => span(draft, "limits.session_timeout", value),
        "codex.stall_timeout_ms" => span(draft, "limits.silence", value),
        name if name.starts_with("codex.") => given(says::SANDBOX),
        "server.port" => port(draft, value),
        _ => left(says::UNKNOWN_KEY),
    }
}

fn labels(names: &[String], draft: &mut Draft) -> Fate {
    names.iter().for_each(|name| draft.label(name));
    match names.is_empty() {
        true => Fate::Left(says::EMPTY.to_owned()),
        false => Fate::Taken(says::by_label(&names.join(", "))),
    }
}

fn number(draft: &mut Draft, key: &'static str, value: &Value) -> Fate {
    match value.as_i64().filter(|number| *number > 0) {
        Some(number) => {
            draft.setting(key, number);
            Fate::Taken(says::setting(key, &number.to_string()))
        }
        None => Fate::Left(says::not_a_number(&shown(value))),
    }
}

fn span(draft: &mut Draft, key: &'static str, value: &Value) -> Fate {
    let Some(ms) = value.as_i64().filter(|ms| *ms > 0) else {
        return Fate::Left(says::not_a_number(&shown(value)));
    };
    let text = match (ms % 60_000, ms % 1_000) {
        (0, _) => format!("{}m", ms / 60_000),
        (_, 0) => format!("{}s", ms / 1_000),
        _ => format!("{ms}ms"),
    };
    draft.setting(key, text.clone());
    Fate::Taken(says::setting(key, &text))
}

fn port(draft: &mut Draft, value: &Value) -> Fate {
    match value.as_i64().filter(|port| (1..=65_535).contains(port)) {
        Some(port) => {
            let address = format!("127.0.0.1:{port}");
            draft.setting("admin_listen", address.clone());
            Fate::Taken(says::setting("admin_listen", &address))
        }
        None => Fate::Left(says::not_a_number(&shown(value))),
    }
}

/// The command starts Codex's own server; skep starts Codex by ACP.
fn command(line: &str, draft: &mut Draft) -> Fate {
    let program = line.split_whitespace().next().unwrap_or_default();
    if program.rsplit('/').next() != Some("codex") {
        return Fate::Left(says::other_command(program));
    }
    draft.setting("agent", "codex");
    let mut say = says::setting("agent", "codex");
    if let Some(found) = MODEL.captures(line) {
        draft.model(ROLE, &found[1]);
        let model = says::setting(&format!("roles.{ROLE}.model"), &found[1]);
        say = format!("{say}; {model}");
    }
    Fate::Taken(say)
}

fn model(name: &str, draft: &mut Draft) -> Fate {
    draft.model(ROLE, name);
    Fate::Taken(says::setting(&format!("roles.{ROLE}.model"), name))
}

/// What makes the working copy is skep's; what installs something an agent can run.
fn script(text: &str, draft: &mut Draft) -> Fate {
    let makes_it = |line: &&str| {
        let line = line.trim_start();
        line.contains("git ")
            && ["clone", "worktree", "remote", "fetch"]
                .iter()
                .any(|word| line.contains(word))
    };
    let lines: Vec<&str> = text.lines().collect();
    if !lines.iter().any(makes_it) {
        draft.set_up(text);
        return Fate::Taken(says::AGENTS_MD.to_owned());
    }
    // Taken apart it would be another script where lines belong together.
    let belongs = |line: &&str| {
        let line = line.trim();
        line.ends_with('\\')
            || line.ends_with('{')
            || line.contains("<<")
            || ["if ", "for ", "while ", "case ", "else", "fi", "done", "}"]
                .iter()
                .any(|word| line.starts_with(word))
    };
    if lines.iter().any(belongs) {
        return Fate::Left(says::CLONE_SCRIPT.to_owned());
    }
    let idle = |line: &&str| {
        let line = line.trim();
        line.is_empty() || line.starts_with('#') || line.starts_with("set ") || line == "true"
    };
    let rest = lines.iter().filter(|line| !makes_it(line) && !idle(line));
    let rest: Vec<&str> = rest.copied().collect();
    if rest.is_empty() {
        return Fate::Given(says::CLONE.to_owned());
    }
    draft.set_up(&rest.join("\n"));
    Fate::Taken(says::WITHOUT_CLONE.to_owned())
}

fn prompt(file: &Foreign<'_>, (body, first): (&str, usize), draft: &mut Draft) {
    let (text, fates) = liquid::plain(body);
    for (line, what, fate) in fates {
        draft.note((file.path, first + line - 1), what, fate);
    }
    let at = (file.path, first);
    let Ok(role) = ROLE.parse::<RoleName>() else {
        return;
    };
    let length = text.chars().count();
    if text.is_empty() || length > PROMPT_MAX_CHARS {
        let say = says::prompt_length(length, PROMPT_MAX_CHARS);
        draft.note(at, says::PROMPT.to_owned(), Fate::Left(say));
        return;
    }
    let foreign = body
        .lines()
        .enumerate()
        .filter(|(_, line)| line.contains("Linear") || line.contains("linear_"));
    let foreign: Vec<usize> = foreign.map(|(line, _)| first + line).collect();
    if let Some(line) = foreign.first() {
        let say = says::speaks_of_linear(foreign.len());
        draft.note((file.path, *line), says::PROMPT.to_owned(), Fate::Left(say));
    }
    let path = draft.role(
        &role,
        format!("---\ndescription: {}\n---\n{text}\n", says::FROM_SYMPHONY),
    );
    draft.note(
        at,
        says::PROMPT.to_owned(),
        Fate::Taken(says::role_file(&path)),
    );
}
