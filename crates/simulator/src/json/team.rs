//! Teams as JSON.

use serde_json::{Value, json};

use crate::world::facts::World;

impl World {
    /// A `team` without a parent. <https://docs.github.com/rest/teams/teams>
    pub fn team_json(&self, org: &str, slug: &str) -> Value {
        let root = &self.root;
        let names = self.teams.keys();
        let place = names
            .take_while(|name| **name != format!("{org}/{slug}").to_lowercase())
            .count();
        let url = format!("{root}/orgs/{org}/teams/{slug}");
        json!({
            "id": place + 1,
            "node_id": format!("T_{}", place + 1),
            "url": url,
            "html_url": format!("{root}/orgs/{org}/teams/{slug}"),
            "members_url": format!("{url}/members{{/member}}"),
            "repositories_url": format!("{url}/repos"),
            "name": slug,
            "slug": slug,
            "description": null,
            "privacy": "closed",
            "notification_setting": "notifications_enabled",
            "permission": "pull",
            "type": "organization",
            "parent": null,
        })
    }
}
