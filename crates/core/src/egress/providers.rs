//! Which hosts an agent's model is at, told from the agent's name and the variables it is given.
//!
//! A base address that the operator has set stands for its provider's own host, so that an agent with a gateway reaches the
//! gateway alone. Values of other variables are never looked at: they are keys.

use std::collections::BTreeMap;

use super::list::AllowList;
use super::mistake::Mistake;
use super::rule::Rule;

struct Provider {
    /// As a gateway calls it; empty: it serves none such.
    name: &'static str,
    /// The variables that say it is used.
    keys: &'static [&'static str],
    /// The variables that say where it is instead.
    bases: &'static [&'static str],
    hosts: &'static [&'static str],
}

/// <https://code.claude.com/docs/en/network-config>
const ANTHROPIC: Provider = Provider {
    name: "anthropic",
    keys: &[
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_AUTH_TOKEN",
        "CLAUDE_CODE_OAUTH_TOKEN",
    ],
    bases: &["ANTHROPIC_BASE_URL", "ANTHROPIC_HOST"],
    hosts: &["api.anthropic.com"],
};

/// <https://platform.openai.com/docs/api-reference>; a login of ChatGPT needs further hosts, which the operator lists.
const OPENAI: Provider = Provider {
    name: "openai",
    keys: &["OPENAI_API_KEY", "CODEX_API_KEY"],
    bases: &["OPENAI_BASE_URL", "OPENAI_HOST"],
    hosts: &["api.openai.com"],
};

/// <https://ai.google.dev/api>; Vertex is at hosts by region, which the operator lists.
const GOOGLE: Provider = Provider {
    name: "google",
    keys: &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
    bases: &["GOOGLE_GEMINI_BASE_URL", "GOOGLE_HOST"],
    hosts: &["generativelanguage.googleapis.com"],
};

/// <https://docs.github.com/copilot/reference/copilot-allowlist-reference>
const COPILOT: Provider = Provider {
    name: "",
    keys: &["COPILOT_GITHUB_TOKEN"],
    bases: &["COPILOT_PROVIDER_BASE_URL"],
    hosts: &["api.github.com", "*.githubcopilot.com"],
};

/// <https://openrouter.ai/docs/api/reference/overview>
const OPENROUTER: Provider = Provider {
    name: "openrouter",
    keys: &["OPENROUTER_API_KEY"],
    bases: &["OPENROUTER_HOST"],
    hosts: &["openrouter.ai"],
};

/// <https://opencode.ai/docs/zen>
const ZEN: Provider = Provider {
    name: "",
    keys: &["OPENCODE_API_KEY"],
    bases: &[],
    hosts: &["opencode.ai"],
};

/// Agents that know one provider, and whether their keys are named or not.
const OF_ONE: [(&str, &Provider); 4] = [
    ("claude", &ANTHROPIC),
    ("codex", &OPENAI),
    ("gemini", &GOOGLE),
    ("copilot", &COPILOT),
];

const ALL: [&Provider; 6] = [&ANTHROPIC, &OPENAI, &GOOGLE, &COPILOT, &OPENROUTER, &ZEN];

/// The hosts of an agent's model. `preset` is the agent's name if skep knows it; an agent that takes several providers, or is not
/// known, gets those whose variables it was given. What a gateway serves is reached through it alone. The mistake names the variable
/// whose address cannot be read.
pub fn model_hosts(
    preset: &str,
    environment: &BTreeMap<String, String>,
    served: &[&str],
) -> Result<AllowList, (String, Mistake)> {
    let one = OF_ONE
        .iter()
        .find(|(name, _)| *name == preset)
        .map(|(_, provider)| *provider);
    let given = |name: &&&str| {
        environment
            .get(**name)
            .is_some_and(|value| !value.is_empty())
    };
    let mut used: Vec<&Provider> = match one {
        Some(provider) => vec![provider],
        None => ALL
            .into_iter()
            .filter(|provider| {
                provider
                    .keys
                    .iter()
                    .chain(provider.bases)
                    .any(|name| given(&name))
            })
            .collect(),
    };
    used.retain(|provider| !served.contains(&provider.name));
    let mut list = AllowList::default();
    for provider in used {
        let bases: Vec<&&str> = provider.bases.iter().filter(given).collect();
        if bases.is_empty() {
            list.extend(provider.hosts.iter().map(|host| Rule::ours(host)));
        }
        for name in bases {
            let rule = Rule::of_url(&environment[*name]);
            list.extend([rule.map_err(|mistake| ((*name).to_owned(), mistake))?]);
        }
    }
    Ok(list)
}
