//! Releases, as people publish them.
//!
//! It exists so that stories can have one: told by a webhook, and listed.

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::handle::simulator::{Simulator, SimulatorError};
use crate::time::iso;
use crate::world::facts::World;
use crate::world::webhook_event::WebhookEvent;

impl Simulator {
    /// Publishes a release of the default branch under a tag.
    pub fn publish_release(
        &self,
        home: impl Into<i64>,
        tag: &str,
        actor: &str,
    ) -> Result<(), SimulatorError> {
        self.as_user(actor, |world| {
            world.publish_release(home.into(), tag, actor)
        })
    }
}

impl World {
    fn publish_release(&mut self, home: i64, tag: &str, by: &str) -> Result<(), ApiError> {
        self.writable(home)?;
        let release = self.release_json(home, tag, by)?;
        self.repository_mut(home)?.releases.push(release.clone());
        let body = json!({ "release": release });
        self.emit(WebhookEvent {
            name: "release",
            action: Some("published"),
            repository: Some(home),
            installation: None,
            sender: by,
            body,
        });
        Ok(())
    }

    /// `webhooks_release` of GitHub's description.
    fn release_json(&mut self, home: i64, tag: &str, by: &str) -> Result<Value, ApiError> {
        let (id, now) = (self.next_id(), iso(self.now()));
        let repository = self.repository(home)?;
        let page = self.repository_page(repository);
        let url = format!("{}/releases/{id}", self.repository_url(repository));
        Ok(json!({
            "url": url,
            "assets_url": format!("{url}/assets"),
            "upload_url": format!("{url}/assets{{?name,label}}"),
            "html_url": format!("{page}/releases/tag/{tag}"),
            "id": id,
            "node_id": format!("RE_{id}"),
            "tag_name": tag,
            "target_commitish": repository.default_branch,
            "name": tag,
            "draft": false,
            "author": self.user_json(by),
            "prerelease": false,
            "immutable": false,
            "created_at": now,
            "published_at": now,
            "updated_at": now,
            "assets": [],
            "tarball_url": format!("{url}/tarball"),
            "zipball_url": format!("{url}/zipball"),
            "body": null,
        }))
    }
}
