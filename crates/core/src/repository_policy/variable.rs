//! Which variables a repository may set for its sessions: none that steers what is started around its tests.
//!
//! The agent is started with them as well, and with its model's key. A variable that moves the model's address, loads a library or
//! changes a proxy would hand that key to whoever may merge. The operator's own variables are never replaced, whatever their names.

/// Names that steer a shell, a loader, an interpreter, git or the way out.
const KEPT: [&str; 38] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "PWD",
    "OLDPWD",
    "IFS",
    "ENV",
    "BASH_ENV",
    "BASHOPTS",
    "SHELLOPTS",
    "PROMPT_COMMAND",
    "PS4",
    "TMPDIR",
    "TMP",
    "TEMP",
    "HOSTALIASES",
    "RESOLV_HOST_CONF",
    "RES_OPTIONS",
    "GCONV_PATH",
    "GLIBC_TUNABLES",
    "NLSPATH",
    "LOCPATH",
    "NODE_OPTIONS",
    "NODE_PATH",
    "NODE_EXTRA_CA_CERTS",
    "NODE_TLS_REJECT_UNAUTHORIZED",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "_JAVA_OPTIONS",
    "RUBYOPT",
    "RUBYLIB",
    "EDITOR",
    "VISUAL",
    "PAGER",
    "CURL_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
];
/// Beginnings of names that do, or that an agent or its model's provider reads.
const FAMILIES: [&str; 47] = [
    "SKEP_",
    "LD_",
    "DYLD_",
    "GIT_",
    "SSH_",
    "SSL_",
    "XDG_",
    "PYTHON",
    "PERL5",
    "DOTNET_STARTUP_HOOKS",
    "NPM_CONFIG_",
    "BUN_",
    "DENO_",
    "GH_",
    "GITHUB_",
    "MCP_",
    "ACP_",
    "AIDER_",
    "AMP_",
    "ANTHROPIC_",
    "AUGMENT_",
    "AZURE_OPENAI_",
    "BEDROCK_",
    "CLAUDE",
    "CODEX_",
    "COPILOT_",
    "CRUSH_",
    "CURSOR_",
    "DEEPSEEK_",
    "FACTORY_",
    "GEMINI_",
    "GOOGLE_",
    "GOOSE_",
    "GROQ_",
    "HERMES_",
    "KILO_",
    "KIMI_",
    "MISTRAL_",
    "MOONSHOT_",
    "OLLAMA_",
    "OPENAI_",
    "OPENCODE_",
    "OPENROUTER_",
    "PI_",
    "QWEN_",
    "VIBE_",
    "XAI_",
];
/// Ends of names that say where something is reached instead.
const ENDS: [&str; 5] = ["_PROXY", "_BASE_URL", "_API_BASE", "_API_HOST", "_CA_CERT"];

/// What stands against a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It is no name of a variable.
    Name,
    /// It is kept for those who run the service.
    Kept,
}

/// Whether a repository may set it. Programs read some in either case, so case does not count.
pub(super) fn check(name: &str) -> Result<(), Unfit> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if name.is_empty()
        || name.len() > 64
        || name.starts_with(|c: char| c.is_ascii_digit())
        || !name.bytes().all(fits)
    {
        return Err(Unfit::Name);
    }
    let name = name.to_ascii_uppercase();
    let kept = KEPT.contains(&name.as_str())
        || FAMILIES.iter().any(|family| name.starts_with(family))
        || ENDS.iter().any(|end| name.ends_with(end));
    if kept { Err(Unfit::Kept) } else { Ok(()) }
}
