//! Who the App is, by GitHub's account of it.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Who we are. <https://docs.github.com/rest/apps/apps#get-the-authenticated-app>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AppIdentity {
    /// The App's id.
    pub id: i64,
    /// Its name in addresses.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// What its page asks for: `issues` → `write`.
    #[serde(default)]
    pub permissions: BTreeMap<String, String>,
    /// The webhook events it subscribes to.
    #[serde(default)]
    pub events: Vec<String>,
}

impl AppIdentity {
    /// The login of the App's own account: `<slug>[bot]`.
    pub fn bot_login(&self) -> String {
        format!("{}[bot]", self.slug)
    }
}
