//! Logging an agent in without a person: some agents that want a login take a key from their environment, but only once
//! they are told to (<https://agentclientprotocol.com/protocol/initialization>, `authenticate`).
//!
//! Only an agent that asks for a login is logged in: one that has another is left with it.

use std::collections::BTreeMap;

use agent_client_protocol::JsonRpcRequest;
use agent_client_protocol::v1::schema::{AuthMethod, AuthenticateRequest};

use super::connection::{Connection, Ended, code};

/// The protocol's code for "log in first".
const AUTH_REQUIRED: i64 = -32000;

/// How an agent may be logged in.
#[derive(Clone, Copy)]
pub(super) struct Login<'a> {
    /// What it offers.
    pub(super) offered: &'a [AuthMethod],
    pub(super) environment: &'a BTreeMap<String, String>,
}

impl Login<'_> {
    /// The offered method that takes a variable which is set. Agents name the one after the other: `openai-api-key` takes
    /// `OPENAI_API_KEY`, a plain `api-key` whatever key there is. Methods that need a person's terminal never fit.
    fn method(self) -> Option<String> {
        let ids = self
            .offered
            .iter()
            .filter(|method| !matches!(method, AuthMethod::Terminal(_)));
        ids.map(|method| method.id().to_string())
            .find(|id| self.takes(id))
    }

    fn takes(self, id: &str) -> bool {
        let upper = |c: char| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        };
        let wanted: String = id.chars().map(upper).collect();
        let fits = |name: &str| name == wanted || wanted == "API_KEY" && name.ends_with("_API_KEY");
        self.environment
            .iter()
            .any(|(name, value)| !value.is_empty() && fits(name))
    }
}

impl Connection {
    /// Asks for a session. An agent that wants a login first is logged in by its key, where it has one that fits.
    pub(super) async fn ask_in<R: JsonRpcRequest + Clone>(
        &self,
        step: &'static str,
        request: R,
        login: Login<'_>,
        patience: std::time::Duration,
    ) -> Result<R::Response, Ended> {
        let refused = match self.ask(step, request.clone(), patience).await {
            Err(Ended::Answered(error)) if code(&error) == Some(AUTH_REQUIRED) => error,
            other => return other,
        };
        let Some(method) = login.method() else {
            return Err(Ended::Answered(refused));
        };
        match self
            .ask("authenticate", AuthenticateRequest::new(method), patience)
            .await
        {
            Ok(_) => self.ask(step, request, patience).await,
            // What it wanted in the first place says more.
            Err(Ended::Answered(_)) => Err(Ended::Answered(refused)),
            Err(ended) => Err(ended),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_method_whose_variable_is_set_is_taken() {
        let method = |offered: &str, name: &str, value: &str| {
            let offered: Vec<AuthMethod> = serde_json::from_str(offered).expect("methods");
            let environment = BTreeMap::from([(name.to_owned(), value.to_owned())]);
            Login {
                offered: &offered,
                environment: &environment,
            }
            .method()
        };
        let named = r#"[{"id":"chat-gpt","name":"L"},{"id":"codex-api-key","name":"A"},{"id":"openai-api-key","name":"B"}]"#;
        assert_eq!(
            method(named, "OPENAI_API_KEY", "x").as_deref(),
            Some("openai-api-key")
        );
        assert_eq!(
            method(named, "CODEX_API_KEY", "x").as_deref(),
            Some("codex-api-key")
        );
        assert_eq!(method(named, "OPENAI_API_KEY", ""), None);
        assert_eq!(method(named, "OPENAI_BASE_URL", "x"), None);
        let plain = r#"[{"id":"api-key","name":"API Key"},{"id":"chat-gpt","name":"L"}]"#;
        assert_eq!(
            method(plain, "OPENAI_API_KEY", "x").as_deref(),
            Some("api-key")
        );
        assert_eq!(method(plain, "CODEX_HOME", "/x"), None);
    }
}
