//! Labels: sets, so that every call may be repeated.

use serde::de::IgnoredAny;
use serde_json::json;

use super::at::At;
use super::client::GitHub;
use super::error::GitHubError;
use super::purpose::Purpose;
use super::rate_gate::Priority;
use super::request::{ApiRequest, Effect, escape};
use super::values::cut;
use crate::core::ids::IssueNumber;

impl GitHub {
    /// Makes sure a label exists; one that exists keeps the colour and words people gave it. `color` is six hexadecimal
    /// digits without `#`; descriptions are cut to GitHub's 100 characters.
    /// <https://docs.github.com/rest/issues/labels#create-a-label>
    pub async fn ensure_label(
        &self,
        at: &At,
        name: &str,
        color: &str,
        description: &str,
    ) -> Result<(), GitHubError> {
        let name = &self.0.words.outward(name);
        if self.0.labels.has(at, name, self.now()) {
            return Ok(());
        }
        let look = ApiRequest::get(
            "read a label",
            at.path(&format!("/labels/{}", escape(name))),
        );
        if self.read_if_there::<IgnoredAny>(at, &look).await?.is_some() {
            self.0.labels.saw(at, name, self.now());
            return Ok(());
        }
        let body = json!({"name": name, "color": color, "description": cut(description, 100)});
        let ask = ApiRequest::post("create a label", at.path("/labels"), &body);
        match self
            .change(at, Purpose::Comment, Priority::Normal, &ask)
            .await
        {
            Err(GitHubError::Invalid { message, .. }) if message.contains("already_exists") => {}
            outcome => drop(outcome?),
        }
        self.0.labels.saw(at, name, self.now());
        Ok(())
    }

    /// Adds labels to an issue; those it has already stay.
    /// <https://docs.github.com/rest/issues/labels#add-labels-to-an-issue>
    pub async fn add_labels(
        &self,
        at: &At,
        issue: IssueNumber,
        labels: &[&str],
    ) -> Result<(), GitHubError> {
        self.add(at, issue, labels, Purpose::Comment).await
    }

    /// Adds labels to a pull request, with the permission for pull requests.
    /// <https://docs.github.com/rest/issues/labels#add-labels-to-an-issue>
    pub async fn add_pull_labels(
        &self,
        at: &At,
        pull: IssueNumber,
        labels: &[&str],
    ) -> Result<(), GitHubError> {
        self.add(at, pull, labels, Purpose::PullRequest).await
    }

    /// Takes a label off an issue; one it does not have is fine.
    /// <https://docs.github.com/rest/issues/labels#remove-a-label-from-an-issue>
    pub async fn remove_label(
        &self,
        at: &At,
        issue: IssueNumber,
        label: &str,
    ) -> Result<(), GitHubError> {
        let path = at.path(&format!(
            "/issues/{issue}/labels/{}",
            escape(&self.0.words.outward(label))
        ));
        self.remove(
            at,
            Purpose::Comment,
            &ApiRequest::delete("take a label off", path),
        )
        .await
    }

    async fn add(
        &self,
        at: &At,
        number: IssueNumber,
        labels: &[&str],
        purpose: Purpose,
    ) -> Result<(), GitHubError> {
        let labels: Vec<String> = labels
            .iter()
            .map(|label| self.0.words.outward(label))
            .collect();
        let path = at.path(&format!("/issues/{number}/labels"));
        let ask = ApiRequest::post("add labels", path, &json!({"labels": labels}))
            .with_effect(Effect::Change);
        self.change(at, purpose, Priority::Normal, &ask)
            .await
            .map(drop)
    }
}
