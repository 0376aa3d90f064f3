//! Where an agent's keys are: outside its sandbox where they can be, and which of them are in it all the same.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::served::served;
use crate::agent::{AgentSpec, KeyPlace};

/// What is known of an agent's keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    /// The providers whose keys stay outside.
    pub outside: Vec<String>,
    /// The variables with a key that are in the sandbox.
    pub inside: Vec<String>,
    /// It may be logged in by files of a home that is not the session's own.
    pub home: bool,
}

impl Keys {
    /// Whether something of a key is in the sandbox.
    pub fn are_inside(&self) -> bool {
        self.home || !self.inside.is_empty()
    }
}

/// Where an agent's keys are, in a sandbox.
pub fn keys(agent: &AgentSpec) -> Keys {
    let outside = match agent.key {
        KeyPlace::Gateway => served(&agent.environment).unwrap_or_default(),
        KeyPlace::Inside => Vec::new(),
    };
    let held = |name: &str, value: &str| {
        let names = outside.iter().flat_map(|served| served.provider().keys);
        names.clone().any(|(known, _)| *known == name)
            || outside.iter().any(|served| served.is_key(value))
    };
    let variables: &BTreeMap<String, String> = &agent.environment;
    let inside = variables
        .iter()
        .filter(|(name, value)| is_key(name) && !value.is_empty() && !held(name, value));
    Keys {
        inside: inside.map(|(name, _)| name.clone()).collect(),
        outside: outside
            .iter()
            .map(|served| served.name().to_owned())
            .collect(),
        home: agent.home.is_some(),
    }
}

/// Whether a variable holds one, by its name.
fn is_key(name: &str) -> bool {
    let ends = |part: &str| {
        ["KEY", "TOKEN", "SECRET", "PASSWORD"]
            .iter()
            .any(|word| part.ends_with(word))
    };
    name.split('_').any(ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(variables: &[(&str, &str)]) -> AgentSpec {
        let environment = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        AgentSpec {
            environment: environment.collect(),
            key: KeyPlace::Gateway,
            ..AgentSpec::new("x", vec!["x".into()])
        }
    }

    #[test]
    fn what_cannot_be_held_outside_is_named() {
        let both = agent(&[
            ("ANTHROPIC_API_KEY", "one"),
            ("CLAUDE_CODE_OAUTH_TOKEN", "two"),
            ("ANTHROPIC_MODEL", "m"),
            ("GOOSE_DISABLE_KEYRING", "1"),
        ]);
        let found = keys(&both);
        assert_eq!(found.outside, ["anthropic"]);
        assert_eq!(found.inside, ["CLAUDE_CODE_OAUTH_TOKEN"]);
        let chosen = AgentSpec {
            key: KeyPlace::Inside,
            ..both
        };
        assert_eq!(
            keys(&chosen).inside,
            ["ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN"]
        );
        assert!(!keys(&agent(&[("OPENAI_API_KEY", "x")])).are_inside());
        assert!(!keys(&agent(&[("OPENAI_API_KEY", "")])).are_inside());
        let home = AgentSpec {
            home: Some("/srv/ana".into()),
            ..agent(&[])
        };
        assert!(keys(&home).are_inside());
    }
}
