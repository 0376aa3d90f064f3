//! The manifest that the button posts: `app-manifest.json` with the addresses of this skep.

use serde_json::{Value, json};
use url::Url;

/// What the repository's own file says; a test holds it to what is used.
const MANIFEST: &str = include_str!("../../../app-manifest.json");

/// What differs from one skep to the next.
pub(super) struct Particulars<'a> {
    /// The App's name, at most 34 characters.
    pub(super) name: &'a str,
    /// Where GitHub sends webhooks.
    pub(super) hook: &'a Url,
    /// This skep's own pages, `http://127.0.0.1:3001`.
    pub(super) base: &'a str,
    /// Whether the operator names teams, whose members are to be seen then.
    pub(super) teams: bool,
}

/// The manifest as JSON.
pub(super) fn render(particulars: &Particulars<'_>) -> String {
    let mut manifest: Value =
        serde_json::from_str(MANIFEST).expect("the file is JSON; a test reads it");
    let base = particulars.base;
    manifest["name"] = json!(particulars.name);
    manifest["hook_attributes"] = json!({ "url": particulars.hook.as_str(), "active": true });
    manifest["redirect_url"] = json!(format!("{base}/setup/callback"));
    manifest["setup_url"] = json!(format!("{base}/setup"));
    if particulars.teams {
        manifest["default_permissions"]["members"] = json!("read");
    }
    manifest.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_asks_for_members_only_where_teams_are_named() {
        let hook = Url::parse("https://skep.example/webhook").expect("an address");
        let of = |teams| {
            let particulars = Particulars {
                name: "skep-1",
                hook: &hook,
                base: "http://127.0.0.1:3001",
                teams,
            };
            serde_json::from_str::<Value>(&render(&particulars)).expect("JSON")
        };
        assert_eq!(of(false)["default_permissions"]["members"], Value::Null);
        let with = of(true);
        assert_eq!(with["default_permissions"]["members"], "read");
        assert_eq!(
            with["hook_attributes"]["url"],
            "https://skep.example/webhook"
        );
        assert_eq!(with["redirect_url"], "http://127.0.0.1:3001/setup/callback");
        assert_eq!(with["public"], false);
    }
}
