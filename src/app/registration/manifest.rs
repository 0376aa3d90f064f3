//! The manifest that the button posts: `app-manifest.json` with the addresses of this skep.

use serde_json::{Value, json};
use url::Url;

use crate::config::is_offered;

/// What the repository's own file says; a test holds it to what is used.
const MANIFEST: &str = include_str!("../../../app-manifest.json");

/// The address of a webhook that is switched off; the domain is reserved, and nobody's (RFC 2606).
const NO_HOOK: &str = "https://example.com/webhook";

/// What differs from one skep to the next.
pub(super) struct Particulars<'a> {
    /// The App's name, at most 34 characters.
    pub(super) name: &'a str,
    /// The GitHub that it is for.
    pub(super) web: &'a Url,
    /// Where GitHub sends webhooks; `None`: nowhere.
    pub(super) hook: Option<&'a Url>,
    /// This skep's own pages, `http://127.0.0.1:3001`.
    pub(super) base: &'a str,
    /// Where people reach its dashboard from elsewhere, where the operator said so.
    pub(super) dashboard: Option<&'a Url>,
    /// Whether the operator names teams, whose members are to be seen then.
    pub(super) teams: bool,
}

/// The manifest as JSON.
pub(super) fn render(particulars: &Particulars<'_>) -> String {
    let mut manifest: Value =
        serde_json::from_str(MANIFEST).expect("the file is JSON; a test reads it");
    let base = particulars.base;
    manifest["name"] = json!(particulars.name);
    match particulars.hook {
        Some(hook) => {
            manifest["hook_attributes"] = json!({ "url": hook.as_str(), "active": true });
        }
        // GitHub wants an address all the same, and sends nothing there.
        None => {
            manifest["hook_attributes"] = json!({ "url": NO_HOOK, "active": false });
        }
    }
    manifest["redirect_url"] = json!(format!("{base}/setup/callback"));
    manifest["callback_urls"] = callbacks(particulars);
    manifest["setup_url"] = json!(format!("{base}/setup"));
    if let Some(events) = manifest["default_events"].as_array_mut() {
        events.retain(|event| {
            event
                .as_str()
                .is_some_and(|event| is_offered(event, particulars.web))
        });
    }
    if particulars.teams {
        manifest["default_permissions"]["members"] = json!("read");
    }
    manifest.to_string()
}

/// Where GitHub may send people back to who sign in on the dashboard: to each name by which they reach it, letter by letter. GitHub takes
/// at most ten. <https://docs.github.com/apps/sharing-github-apps/registering-a-github-app-from-a-manifest#github-app-manifest-parameters>
fn callbacks(particulars: &Particulars<'_>) -> Value {
    let dashboard = particulars.dashboard;
    let named = dashboard.map(|url| url.as_str().trim_end_matches('/').to_owned());
    let base = particulars.base.to_owned();
    let local = base.replacen("://127.0.0.1", "://localhost", 1);
    let local = Some(local).filter(|local| *local != base);
    let all = named.into_iter().chain([base]).chain(local);
    all.map(|host| json!(format!("{host}/sign-in/callback")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enterprise_server_is_asked_for_what_every_version_offers() {
        let events = |web: &str| {
            let web = Url::parse(web).expect("an address");
            let manifest = render(&Particulars {
                name: "skep-1",
                web: &web,
                hook: None,
                base: "http://127.0.0.1:3001",
                dashboard: None,
                teams: false,
            });
            let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
            let events = manifest["default_events"]
                .as_array()
                .expect("a list")
                .iter();
            let events = events.map(|event| event.as_str().expect("a name").to_owned());
            events.collect::<Vec<_>>()
        };
        let (all, fewer) = (
            events("https://github.com"),
            events("https://git.octo.example"),
        );
        assert_eq!(events("https://octo.ghe.com"), all);
        let left_out: Vec<&String> = all.iter().filter(|event| !fewer.contains(event)).collect();
        assert_eq!(left_out, ["issue_dependencies", "sub_issues"]);
        assert_eq!(fewer.len() + 2, all.len());
    }

    #[test]
    fn it_asks_for_members_only_where_teams_are_named() {
        let hook = Url::parse("https://skep.example/webhook").expect("an address");
        let dashboard = Url::parse("https://board.example").expect("an address");
        let web = Url::parse("https://github.com").expect("an address");
        let of = |teams, hook| {
            let particulars = Particulars {
                name: "skep-1",
                web: &web,
                hook,
                base: "http://127.0.0.1:3001",
                dashboard: Some(&dashboard),
                teams,
            };
            serde_json::from_str::<Value>(&render(&particulars)).expect("JSON")
        };
        let hook = Some(&hook);
        assert_eq!(
            of(false, hook)["default_permissions"]["members"],
            Value::Null
        );
        let with = of(true, hook);
        assert_eq!(with["default_permissions"]["members"], "read");
        assert_eq!(
            with["hook_attributes"]["url"],
            "https://skep.example/webhook"
        );
        assert_eq!(with["redirect_url"], "http://127.0.0.1:3001/setup/callback");
        assert_eq!(with["public"], false);
        assert_eq!(with["hook_attributes"]["active"], true);
        assert_eq!(of(false, None)["hook_attributes"]["active"], false);
        let back = [
            "https://board.example/sign-in/callback",
            "http://127.0.0.1:3001/sign-in/callback",
            "http://localhost:3001/sign-in/callback",
        ];
        assert_eq!(with["callback_urls"], json!(back));
    }
}
