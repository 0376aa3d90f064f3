//! The agents skep knows by name. Each entry is what makes that agent speak ACP on its standard streams, stay quiet
//! towards everybody but its model, and start unattended.
//!
//! Pure data. Keys are never here: `inherit` names the variables the operator may pass through.

use crate::core::agent::{AgentSpec, KeyPlace};
use crate::core::usage::{CachedPart, Meaning, Scope};

struct Preset {
    name: &'static str,
    command: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
    inherit: &'static [&'static str],
    auto: bool,
    resume: bool,
    /// What it writes into its working copy for itself.
    ignore: &'static [&'static str],
    /// The variable that names the folder where its program keeps what is the same in every session.
    cache: Option<&'static str>,
    /// Settings that keep it quiet and that no variable holds: files in the session's home.
    files: &'static [(&'static str, &'static str)],
    /// Variables with a password for what it opens on loopback while it lives.
    passwords: &'static [&'static str],
    /// How it is led to the gateway where no plain address does; see `AgentSpec::gateway`.
    gateway: &'static [(&'static str, &'static str)],
    /// What it takes of the memory itself after a hundred prompts, MiB: measured, with all its processes.
    memory: u64,
    /// What it means by the tokens it tells of: measured with a model whose answers were of known size.
    usage: Meaning,
}

/// For the builds and tests that an agent runs, until it was seen what those of a repository take, MiB.
const FOR_BUILDS: u64 = 512;

const fn counts(scope: Scope, cached: CachedPart) -> Meaning {
    Meaning { scope, cached }
}

const PRESETS: [Preset; 6] = [
    // https://docs.github.com/copilot/concepts/agents/about-copilot-cli: `--acp`; takes GH_TOKEN or GITHUB_TOKEN as its login,
    // so only its own token variable is passed. `--allow-all-tools`: asks no permission. At its first start it unpacks
    // 234 MB into the folder of its cache variable, and reads them from there.
    Preset {
        name: "copilot",
        command: &["copilot", "--acp", "--allow-all-tools"],
        environment: &[("COPILOT_AUTO_UPDATE", "false")],
        inherit: &[
            "COPILOT_GITHUB_TOKEN",
            "COPILOT_MODEL",
            "COPILOT_PROVIDER_BASE_URL",
            "COPILOT_PROVIDER_API_KEY",
            "COPILOT_OFFLINE",
        ],
        auto: true,
        resume: true,
        ignore: &[],
        cache: Some("COPILOT_CACHE_HOME"),
        files: &[],
        passwords: &[],
        gateway: &[],
        memory: 440,
        usage: counts(Scope::Session, CachedPart::Inside),
    },
    // https://github.com/agentclientprotocol/claude-agent-acp: refuses to bypass permissions for root unless IS_SANDBOX is
    // set; with tool search on, tools of MCP servers are hidden behind a search.
    Preset {
        name: "claude",
        command: &["claude-agent-acp"],
        environment: &[
            ("IS_SANDBOX", "1"),
            ("ENABLE_TOOL_SEARCH", "false"),
            ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"),
            ("DISABLE_TELEMETRY", "1"),
            ("DISABLE_ERROR_REPORTING", "1"),
            ("DISABLE_AUTOUPDATER", "1"),
        ],
        inherit: &[
            "ANTHROPIC_*",
            "CLAUDE_CODE_OAUTH_TOKEN",
            "CLAUDE_CODE_USE_BEDROCK",
            "CLAUDE_CODE_USE_VERTEX",
        ],
        auto: false,
        resume: true,
        ignore: &[
            ".claude/settings.local.json",
            ".claude/worktrees",
            "CLAUDE.local.md",
        ],
        cache: None,
        files: &[],
        passwords: &[],
        gateway: &[],
        memory: 391,
        usage: counts(Scope::Turn, CachedPart::Apart),
    },
    // https://github.com/google-gemini/gemini-cli: `--acp`; only its settings keep it from sending usage statistics; loading a session answers "Invalid session identifier" (issue
    // 29288) and replays late, so it is not loaded again.
    Preset {
        name: "gemini",
        command: &["gemini", "--acp"],
        environment: &[
            ("GEMINI_TELEMETRY_ENABLED", "false"),
            ("GEMINI_CLI_TRUST_WORKSPACE", "true"),
        ],
        inherit: &[
            "GEMINI_API_KEY",
            "GEMINI_MODEL",
            "GOOGLE_API_KEY",
            "GOOGLE_GEMINI_BASE_URL",
            "GOOGLE_GENAI_USE_VERTEXAI",
        ],
        auto: false,
        resume: false,
        ignore: &["gha-creds-*.json"],
        cache: None,
        files: &[(
            ".gemini/settings.json",
            r#"{"privacy": {"usageStatisticsEnabled": false}}"#,
        )],
        passwords: &[],
        gateway: &[],
        memory: 468,
        usage: counts(Scope::Turn, CachedPart::Inside),
    },
    // https://github.com/agentclientprotocol/codex-acp: reads a list of plugins from three hosts unless they are off, which no
    // variable does; whoever has a CODEX_HOME sets it there. Its default mode lets a model judge approvals; its own sandbox cannot
    // write git's folder. skep's sandbox is the fence, so full access inside it.
    Preset {
        name: "codex",
        command: &["codex-acp"],
        environment: &[
            ("INITIAL_AGENT_MODE", "agent-full-access"),
            ("NO_BROWSER", "1"),
        ],
        inherit: &[
            "OPENAI_API_KEY",
            "CODEX_API_KEY",
            "OPENAI_BASE_URL",
            "CODEX_HOME",
        ],
        auto: true,
        resume: true,
        ignore: &[],
        cache: None,
        files: &[(
            ".codex/config.toml",
            "check_for_update_on_startup = false\n[analytics]\nenabled = false\n[features]\nplugins = false\n",
        )],
        passwords: &[],
        gateway: &[("CODEX_CONFIG", r#"{"openai_base_url": "{openai}/v1"}"#)],
        memory: 266,
        usage: counts(Scope::Turn, CachedPart::Apart),
    },
    // https://opencode.ai/docs/acp: asks no permission unless configured to. It listens on loopback while a session lives: the
    // password closes that to everybody else.
    Preset {
        name: "opencode",
        command: &["opencode", "acp"],
        environment: &[
            ("OPENCODE_DISABLE_AUTOUPDATE", "1"),
            ("OPENCODE_DISABLE_MODELS_FETCH", "1"),
            ("OPENCODE_DISABLE_LSP_DOWNLOAD", "1"),
            ("OPENCODE_DISABLE_SHARE", "1"),
        ],
        inherit: &[
            "OPENCODE_*",
            "ANTHROPIC_API_KEY",
            "OPENAI_API_KEY",
            "GEMINI_API_KEY",
            "OPENROUTER_API_KEY",
        ],
        auto: true,
        resume: true,
        ignore: &[".opencode/node_modules", ".opencode/bun.lock"],
        cache: None,
        files: &[],
        passwords: &["OPENCODE_SERVER_PASSWORD"],
        gateway: &[
            (
                "OPENCODE_CONFIG_CONTENT",
                r#"{"provider": {"anthropic": {"options": {"baseURL": "{anthropic}/v1"}}}}"#,
            ),
            (
                "OPENCODE_CONFIG_CONTENT",
                r#"{"provider": {"openai": {"options": {"baseURL": "{openai}/v1"}}}}"#,
            ),
            (
                "OPENCODE_CONFIG_CONTENT",
                r#"{"provider": {"google": {"options": {"baseURL": "{google}/v1beta"}}}}"#,
            ),
            (
                "OPENCODE_CONFIG_CONTENT",
                r#"{"provider": {"openrouter": {"options": {"baseURL": "{openrouter}/api/v1"}}}}"#,
            ),
        ],
        memory: 648,
        usage: counts(Scope::LastAnswer, CachedPart::Apart),
    },
    // https://block.github.io/goose: `approve` asks before each tool, so that skep's policy answers; no keyring in a sandbox.
    Preset {
        name: "goose",
        command: &["goose", "acp"],
        environment: &[
            ("GOOSE_MODE", "approve"),
            ("GOOSE_DISABLE_KEYRING", "1"),
            ("GOOSE_TELEMETRY_ENABLED", "false"),
        ],
        inherit: &[
            "GOOSE_*",
            "OPENAI_*",
            "ANTHROPIC_API_KEY",
            "GOOGLE_API_KEY",
            "OPENROUTER_API_KEY",
        ],
        auto: false,
        resume: true,
        ignore: &[".goose/memory"],
        cache: None,
        files: &[],
        passwords: &[],
        gateway: &[],
        memory: 183,
        usage: counts(Scope::LastAnswer, CachedPart::Inside),
    },
];

/// The agent of that name, with no value inherited yet.
pub fn preset(name: &str) -> Option<AgentSpec> {
    PRESETS.iter().find(|preset| preset.name == name).map(spec)
}

/// The names [`preset`] knows, in the order they are shown.
pub fn names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|preset| preset.name)
}

/// The built-in demo agent: `program` is skep's own executable.
pub fn demo(program: &str) -> AgentSpec {
    AgentSpec {
        memory: Some(DEMO_MEMORY),
        ..AgentSpec::new(DEMO, vec![program.to_owned(), "demo-agent".to_owned()])
    }
}

/// What the demo agent needs, with the small commands of its scripts, bytes.
const DEMO_MEMORY: u64 = 64 << 20;

/// The name of the demo agent.
pub const DEMO: &str = "demo";

fn spec(preset: &Preset) -> AgentSpec {
    let command = preset
        .command
        .iter()
        .map(|part| (*part).to_owned())
        .collect();
    AgentSpec {
        environment: preset
            .environment
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
        inherit: preset
            .inherit
            .iter()
            .map(|name| (*name).to_owned())
            .collect(),
        auto: preset.auto,
        resume: preset.resume,
        ignore: preset
            .ignore
            .iter()
            .map(|pattern| (*pattern).to_owned())
            .collect(),
        cache: preset.cache.map(str::to_owned),
        files: preset
            .files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect(),
        passwords: preset
            .passwords
            .iter()
            .map(|name| (*name).to_owned())
            .collect(),
        key: KeyPlace::Gateway,
        gateway: preset
            .gateway
            .iter()
            .map(|(name, template)| ((*name).to_owned(), (*template).to_owned()))
            .collect(),
        memory: Some((preset.memory + FOR_BUILDS) << 20),
        usage: preset.usage,
        ..AgentSpec::new(preset.name, command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_six_are_there() {
        assert_eq!(
            names().collect::<Vec<_>>(),
            ["copilot", "claude", "gemini", "codex", "opencode", "goose"]
        );
        assert_eq!(preset("none"), None);
    }

    #[test]
    fn none_takes_a_github_token_or_our_secrets() {
        for name in names() {
            let spec = preset(name).expect("listed");
            assert!(!spec.command.is_empty());
            for variable in &spec.inherit {
                let ours = ["GH_TOKEN", "GITHUB_TOKEN", "SKEP_", "*"]
                    .iter()
                    .any(|bad| variable.starts_with(bad));
                assert!(!ours, "{name} inherits {variable}");
            }
            assert!(
                spec.environment.values().all(|value| value.len() < 40),
                "{name} sets something like a key"
            );
        }
    }

    #[test]
    fn the_facts_that_were_measured() {
        let set =
            |name: &str, key: &str| preset(name).expect("listed").environment.get(key).cloned();
        assert_eq!(set("claude", "IS_SANDBOX").as_deref(), Some("1"));
        assert_eq!(
            set("codex", "INITIAL_AGENT_MODE").as_deref(),
            Some("agent-full-access")
        );
        assert_eq!(set("goose", "GOOSE_MODE").as_deref(), Some("approve"));
        assert!(!preset("gemini").expect("listed").resume);
        let memory = |name: &str| preset(name).expect("listed").memory.unwrap_or_default() >> 20;
        assert_eq!((memory("goose"), memory("opencode")), (695, 1_160));
        let codex = &preset("codex").expect("listed").files[".codex/config.toml"];
        assert!(codex.contains("[features]\nplugins = false\n"), "{codex}");
        let gemini = &preset("gemini").expect("listed").files[".gemini/settings.json"];
        let gemini: serde_json::Value = serde_json::from_str(gemini).expect("JSON");
        assert_eq!(gemini["privacy"]["usageStatisticsEnabled"], false);
        assert_eq!(
            set("opencode", "OPENCODE_DISABLE_MODELS_FETCH").as_deref(),
            Some("1")
        );
        assert_eq!(
            preset("opencode").expect("listed").passwords,
            ["OPENCODE_SERVER_PASSWORD"]
        );
        let cache = preset("copilot").expect("listed").cache;
        assert_eq!(cache.as_deref(), Some("COPILOT_CACHE_HOME"));
    }

    #[test]
    fn the_demo_agent_is_skep_itself() {
        assert_eq!(
            demo("/usr/bin/skep").command,
            ["/usr/bin/skep", "demo-agent"]
        );
    }
}
