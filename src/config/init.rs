//! A `skep.toml` to start from: every setting there is, with what it means, each as a comment that holds once its `#` is gone.
//!
//! It is made of the same table as the reference, so that it can name nothing that is not there. It must never hold a
//! secret, or a value that differs from what holds without it.

use super::reference::{Setting, reference};
use crate::core::text::starter;

/// What `skep serve` cannot do without, in the order it is asked for.
const NEEDED: [&str; 4] = ["app_id", "private_key_file", "webhook_secret", "agent"];

/// What stands where the default is a rule, or nothing; [`starter()`] says the rule beside it.
const EXAMPLES: [(&str, &str); 74] = [
    ("sandbox_image", "\"localhost/agents:1\""),
    ("sandbox_engine", "\"docker --context agents\""),
    ("public_url", "\"https://skep.example\""),
    ("webhook_proxy", "\"https://smee.io/CHANNEL\""),
    ("poll", "\"30s\""),
    ("admin_token", "\"…\""),
    ("data_dir", "\"/var/lib/skep\""),
    ("database_url", "\"postgres://skep@localhost/skep\""),
    ("app_id", "123456"),
    ("private_key", "\"…\""),
    ("private_key_file", "\"/etc/skep/key.pem\""),
    ("webhook_secret", "\"…\""),
    ("webhook_secret_previous", "\"…\""),
    ("client_id", "\"Iv23li0123456789abcd\""),
    ("client_secret", "\"…\""),
    ("github_api_url", "\"https://api.github.com\""),
    ("https_proxy", "\"http://proxy.example:3128\""),
    ("http_proxy", "\"http://proxy.example:3128\""),
    ("no_proxy", "\"localhost,127.0.0.1,.example\""),
    ("ca_file", "\"/etc/skep/ca.pem\""),
    ("otlp_endpoint", "\"http://127.0.0.1:4318\""),
    ("otlp_headers", "\"authorization=Bearer%20TOKEN\""),
    ("agent", "\"goose\""),
    ("git", "\"/usr/bin/git\""),
    (
        "issue_types",
        "{ Bug = \"debugging\", Feature = \"swe\", Task = \"swe\" }",
    ),
    ("auto_filed", "[\"auto-filed\"]"),
    ("status_file", "\".github/status.json\""),
    ("dashboard_url", "\"https://skep.example\""),
    ("priority_field", "\"Priority\""),
    ("agents.<name>.preset", "\"goose\""),
    ("agents.<name>.command", "[\"/opt/mine/agent\", \"--acp\"]"),
    ("agents.<name>.environment", "{ MINE_MODEL = \"a-model\" }"),
    ("agents.<name>.inherit", "[\"MINE_API_KEY\"]"),
    ("agents.<name>.mode", "\"auto\""),
    ("agents.<name>.auto", "false"),
    ("agents.<name>.resume", "true"),
    ("agents.<name>.home", "\"/srv/agent-home\""),
    ("agents.<name>.ignore", "[\".mine\"]"),
    ("agents.<name>.sessions", "2"),
    ("agents.<name>.memory", "\"900MiB\""),
    ("agents.<name>.usage", "\"turn\""),
    ("agents.<name>.key", "\"gateway\""),
    ("agents.<name>.protocol", "2"),
    ("prices.<name>.input", "3.0"),
    ("prices.<name>.cached", "0.3"),
    ("prices.<name>.cache_write", "3.75"),
    ("prices.<name>.output", "15.0"),
    ("roles.<name>.description", "\"Keeps the manual true.\""),
    ("roles.<name>.prompt", "\"Keep the manual true.\""),
    ("roles.<name>.prompt_file", "\"docs.md\""),
    ("roles.<name>.agent", "\"mine\""),
    ("roles.<name>.agents", "[\"claude\", \"codex\"]"),
    ("roles.<name>.model", "\"a-model\""),
    ("roles.<name>.tools", "[\"read\", \"search\", \"edit\"]"),
    ("roles.<name>.writes", "true"),
    ("roles.<name>.suggest", "true"),
    ("roles.<name>.assignees", "[\"ana\"]"),
    ("roles.<name>.reviewers", "[\"ana\", \"octo/maintainers\"]"),
    ("roles.<name>.session_timeout", "\"30m\""),
    ("roles.<name>.silence", "\"5m\""),
    ("roles.<name>.sessions", "2"),
    ("roles.<name>.issue_attempts", "5"),
    ("roles.<name>.issue_time", "\"4h\""),
    ("roles.<name>.issue_tokens", "5_000_000"),
    ("roles.<name>.issue_cost", "2.5"),
    ("notify.<name>.kind", "\"email\""),
    ("notify.<name>.url", "\"smtps://mail.example\""),
    ("notify.<name>.url_file", "\"/etc/skep/team.url\""),
    ("notify.<name>.secret", "\"…\""),
    ("notify.<name>.secret_file", "\"/etc/skep/team.secret\""),
    (
        "notify.<name>.events",
        "[\"question.asked\", \"session.failed\"]",
    ),
    ("notify.<name>.user", "\"skep\""),
    ("notify.<name>.from", "\"skep@example.org\""),
    ("notify.<name>.to", "[\"ana@example.org\"]"),
];

/// Longest line of a comment.
const WIDTH: usize = 100;

/// The file.
pub fn starter() -> String {
    let settings = reference();
    let keyed = || {
        settings
            .iter()
            .filter_map(|setting| Some((setting.key.as_deref()?, setting)))
    };
    let mut text = starter::HEAD.to_owned() + starter::NEEDED;
    for key in NEEDED {
        text.extend(
            keyed()
                .filter(|(other, _)| *other == key)
                .map(|(key, setting)| block(key, key, setting)),
        );
    }
    text.push_str(starter::OPTIONAL);
    let rest = keyed().filter(|(key, _)| !key.contains('.') && !NEEDED.contains(key));
    text.extend(rest.map(|(key, setting)| block(key, key, setting)));
    for (prefix, head) in [
        ("limits.", starter::LIMITS),
        ("retention.", starter::RETENTION),
        ("start.", starter::START),
        ("auto_start.", starter::AUTO_START),
        ("agents.<name>.", starter::AGENTS),
        ("prices.<name>.", starter::PRICES),
        ("roles.<name>.", starter::ROLES),
        ("notify.<name>.", starter::NOTIFY),
    ] {
        text.push_str(head);
        let below =
            keyed().filter_map(|(key, setting)| Some((key, key.strip_prefix(prefix)?, setting)));
        text.extend(below.map(|(key, short, setting)| block(key, short, setting)));
    }
    text
}

/// A setting with what it means. Where its default is no value, the default is said, too.
fn block(key: &str, short: &str, setting: &Setting) -> String {
    let example = EXAMPLES.iter().find(|(other, _)| *other == key);
    let value = example.map_or_else(
        || written(key, &setting.default),
        |(_, example)| (*example).to_owned(),
    );
    let is_default = value.trim_matches('"') == setting.default;
    let default = match setting.default.as_str() {
        "none" => String::new(),
        _ if is_default => String::new(),
        rule => format!(" Default: {rule}."),
    };
    let variable = setting
        .env
        .map(|name| format!(" [{name}]"))
        .unwrap_or_default();
    format!(
        "{}#{short} = {value}\n\n",
        comment(&format!("{}{default}{variable}", setting.meaning))
    )
}

/// A default as TOML writes it.
fn written(key: &str, default: &str) -> String {
    let plain = default.bytes().all(|byte| byte.is_ascii_digit()) && key.starts_with("limits.");
    match default {
        "true" | "false" | "[]" => default.to_owned(),
        _ if plain => default.to_owned(),
        _ => format!("\"{default}\""),
    }
}

fn comment(text: &str) -> String {
    let mut lines = String::from("#");
    let mut width = 1;
    for word in text.split_whitespace() {
        let more = word.chars().count() + 1;
        if width + more > WIDTH {
            lines.push_str("\n#");
            width = 1;
        }
        lines.push(' ');
        lines.push_str(word);
        width += more;
    }
    lines + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_there_once_and_has_a_value() {
        let text = starter();
        for setting in reference() {
            let Some(key) = setting.key else { continue };
            let short = key.rsplit('.').next().unwrap_or_default();
            assert!(text.contains(&format!("\n#{short} = ")), "{key}");
            let example = EXAMPLES.iter().any(|(other, _)| *other == key);
            let is_value = !setting.default.contains([' ', '`', '$']) && setting.default != "none";
            assert!(
                example || is_value,
                "{key}: {} is a rule, so an example is needed",
                setting.default
            );
        }
        assert!(
            text.lines()
                .all(|line| line.is_empty() || line.starts_with(['#', '['])),
            "nothing is set"
        );
        let known: Vec<String> = reference()
            .into_iter()
            .filter_map(|setting| setting.key)
            .collect();
        for (key, _) in EXAMPLES {
            assert!(known.iter().any(|other| other == key), "{key}");
        }
    }
}
