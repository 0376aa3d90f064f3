//! For one agent: the providers whose keys it was given by variables, where each really is, and the environment inside, in which
//! they are all on the sandbox's own loopback.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;
use url::Url;

use super::provider::{ALL, KeyHeader, Provider};
use crate::agent::AgentSpec;

/// A provider as a gateway serves it.
#[derive(Clone, PartialEq)]
pub struct Served {
    pub(super) provider: &'static Provider,
    /// Where it is, without a slash at the end.
    at: String,
    /// What of a path `at` holds already.
    holds: &'static str,
    /// A path of the operator's own.
    pub(super) own_path: Option<String>,
    /// The variable its key is in.
    variable: &'static str,
    key: String,
    header: KeyHeader,
}

impl Eq for Served {}

/// The key is never shown.
impl fmt::Debug for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.provider.name, self.at)
    }
}

/// All that one start is served.
#[derive(Clone, PartialEq, Eq)]
pub struct Serving {
    /// One or more.
    pub all: Vec<Served>,
    /// What inside stands where a key would.
    pub word: String,
    /// Where the gateway is on the sandbox's loopback.
    pub port: u16,
}

/// The word is never shown.
impl fmt::Debug for Serving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} on {}", self.all, self.port)
    }
}

impl Served {
    /// Its provider's name.
    pub fn name(&self) -> &'static str {
        self.provider.name
    }

    /// Whose it is.
    pub fn provider(&self) -> &'static Provider {
        self.provider
    }

    /// Where it is.
    pub fn address(&self) -> &str {
        &self.at
    }

    /// The header that carries its key, and that header's value.
    pub fn credential(&self) -> (&'static str, String) {
        match self.header {
            KeyHeader::Bearer => ("authorization", format!("Bearer {}", self.key)),
            KeyHeader::XApiKey => ("x-api-key", self.key.clone()),
            KeyHeader::XGoogApiKey => ("x-goog-api-key", self.key.clone()),
        }
    }

    /// Whether that is its key.
    pub(super) fn is_key(&self, value: &str) -> bool {
        self.key == value
    }

    /// What is put behind its address for a path.
    pub(super) fn behind(&self, path: &str) -> Option<String> {
        if self.own_path.as_deref() == Some(path) {
            return Some(path.to_owned());
        }
        path.strip_prefix(self.holds).map(str::to_owned)
    }
}

/// The providers an agent is served, by its variables alone. The mistake names the variable whose address cannot be read.
pub fn served(environment: &BTreeMap<String, String>) -> Result<Vec<Served>, String> {
    let given = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    let mut all = Vec::new();
    for provider in &ALL {
        let is_on = |name: &&str| given(name).is_some_and(|value| value != "0" && value != "false");
        if provider.unless.iter().any(is_on) {
            continue;
        }
        let mut keys = provider.keys.iter();
        let Some((variable, header, key)) =
            keys.find_map(|(name, header)| Some((*name, *header, given(name)?)))
        else {
            continue;
        };
        let mut bases = provider.bases.iter();
        let base = bases.find_map(|base| Some((base, given(base.variable)?)));
        let (at, holds) = match (base, provider.home) {
            (Some((base, address)), _) => {
                let wrong = || base.variable.to_owned();
                (address_of(address).ok_or_else(wrong)?, base.path)
            }
            (None, Some(home)) => (home.to_owned(), ""),
            (None, None) => continue,
        };
        let own_path = provider.own_path.and_then(given);
        all.push(Served {
            provider,
            at,
            holds,
            own_path: own_path.map(|path| format!("/{}", path.trim_start_matches('/'))),
            variable,
            key: key.clone(),
            header,
        });
    }
    Ok(all)
}

/// `https` everywhere, plain `http` where the operator says so; without a name, a query or a slash at its end.
fn address_of(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.has_host();
    plain.then(|| url.as_str().trim_end_matches('/').to_owned())
}

impl Serving {
    /// An agent's variables as they are inside: the session's word for every key that is served, the gateway for every address.
    pub fn inside(&self, agent: &AgentSpec) -> BTreeMap<String, String> {
        let mut inside = agent.environment.clone();
        for served in &self.all {
            // The same key may stand under another name as well.
            for value in inside.values_mut().filter(|value| **value == served.key) {
                value.clone_from(&self.word);
            }
            for (name, _) in served.provider.keys {
                if let Some(value) = inside.get_mut(*name) {
                    value.clone_from(&self.word);
                }
            }
            let bases = served.provider.bases.iter();
            let named = bases
                .clone()
                .any(|base| agent.environment.contains_key(base.variable));
            for base in bases {
                // What somebody named stays named as it was; where nobody did, whatever an agent may look for is set.
                if !named || inside.contains_key(base.variable) {
                    let here = self.here(served, base.path);
                    inside.insert(base.variable.to_owned(), here);
                }
            }
        }
        for (name, template) in &agent.gateway {
            let Some(ours) = self.filled(template) else {
                continue;
            };
            let value = match inside.get(name) {
                Some(theirs) => merged(theirs, &ours),
                None => ours,
            };
            inside.insert(name.clone(), value);
        }
        inside
    }

    fn here(&self, served: &Served, path: &str) -> String {
        format!("http://127.0.0.1:{}/{}{path}", self.port, served.name())
    }

    /// `{openai}` and its like by where they are; `{key}` by the name of the variable with the key. None where one is not served.
    fn filled(&self, template: &str) -> Option<String> {
        let mut text = template.to_owned();
        for served in &self.all {
            let name = served.name();
            text = text.replace(&format!("{{{name}}}"), &self.here(served, ""));
            text = text.replace(&format!("{{{name}.key}}"), served.variable);
        }
        let left = ALL.iter().any(|provider| {
            let name = provider.name;
            text.contains(&format!("{{{name}}}")) || text.contains(&format!("{{{name}.key}}"))
        });
        (!left).then_some(text)
    }
}

/// Two objects of JSON as one, in which what was there counts; what is none stays as it was.
fn merged(theirs: &str, ours: &str) -> String {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    let (Some(mut all), Some(ours)) = (read(theirs), read(ours)) else {
        return theirs.to_owned();
    };
    add(&mut all, ours);
    all.to_string()
}

fn add(to: &mut Value, more: Value) {
    let (Value::Object(to), Value::Object(more)) = (to, more) else {
        return;
    };
    for (name, value) in more {
        match to.get_mut(&name) {
            Some(there) => add(there, value),
            None => {
                to.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests;
