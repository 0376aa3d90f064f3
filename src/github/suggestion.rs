//! Suggestions on an issue: what there is to suggest, what was suggested before, and new ones. A person approves or dismisses
//! them on GitHub; nothing here does, and nothing here takes a label off.
//!
//! A host that knows no suggestions would do what it is to keep for a person. So the list of suggestions is read first, and where
//! there is none nothing is sent. <https://docs.github.com/rest/issues/issues#list-issue-suggestions>

use serde::Deserialize;
use serde_json::{Value, json};

use super::at::At;
use super::client::GitHub;
use super::error::GitHubError;
use super::issue::LabelShape;
use super::purpose::Purpose;
use super::rate_gate::Priority;
use super::request::{ApiRequest, Effect};
use crate::core::ids::IssueNumber;
use crate::core::suggestion::{Confidence, KnownLabel};

/// A label of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryLabel {
    /// Its number.
    pub id: i64,
    /// Its names.
    pub label: KnownLabel,
    /// What it says of itself.
    pub description: String,
}

/// A type that issues may have.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct IssueType {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Whether it can be given; older servers do not say.
    #[serde(default = "yes")]
    is_enabled: bool,
}

fn yes() -> bool {
    true
}

/// A suggestion that is on an issue.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct IssueSuggestion {
    /// `add_label`, `set_type`, …
    pub action: String,
    /// `pending`, `applied`, `approved`, `dismissed`, `replaced`, `invalidated`.
    pub state: String,
    /// The number of the label or type.
    pub target_id: Option<i64>,
    /// Its name, where GitHub says it.
    target_value: Option<Value>,
}

impl IssueSuggestion {
    /// The name of what is suggested, where GitHub says it.
    pub fn value(&self) -> Option<&str> {
        self.target_value.as_ref().and_then(Value::as_str)
    }
}

/// A change that is suggested, with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intent<'a> {
    /// The label as it is known inside, or the type.
    pub name: &'a str,
    /// Why.
    pub rationale: &'a str,
    /// How sure.
    pub confidence: Confidence,
}

/// What GitHub answered to a suggested type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeSuggested {
    /// The type that the issue has now.
    pub now: Option<String>,
    /// Whether the suggestion was left aside, because the issue has the type already.
    pub ignored: bool,
}

#[derive(Deserialize)]
struct RepositoryLabelShape {
    id: i64,
    name: String,
    description: Option<String>,
}

#[derive(Deserialize)]
struct EditedShape {
    #[serde(rename = "type")]
    kind: Option<LabelShape>,
    #[serde(default)]
    suggestions: SuggestionsShape,
}

#[derive(Default, Deserialize)]
struct SuggestionsShape {
    #[serde(default, rename = "type")]
    kind: Vec<SuggestedShape>,
}

#[derive(Deserialize)]
struct SuggestedShape {
    value: Option<String>,
    #[serde(default)]
    ignored: bool,
}

impl GitHub {
    /// The labels of a repository.
    /// <https://docs.github.com/rest/issues/labels#list-labels-for-a-repository>
    pub async fn labels(&self, at: &At) -> Result<Vec<RepositoryLabel>, GitHubError> {
        let ask = ApiRequest::get("list the labels", at.path("/labels?per_page=100"));
        let found: Vec<RepositoryLabelShape> = self.read_all(at, &ask).await?;
        let known = |shape: RepositoryLabelShape| RepositoryLabel {
            id: shape.id,
            label: KnownLabel {
                name: self.0.words.inward(&shape.name),
                shown: shape.name,
            },
            description: shape.description.unwrap_or_default(),
        };
        Ok(found.into_iter().map(known).collect())
    }

    /// The types that issues of a repository may have; none where there are no types.
    /// <https://docs.github.com/rest/repos/issue-types#list-issue-types-for-a-repository>
    pub async fn issue_types(&self, at: &At) -> Result<Vec<IssueType>, GitHubError> {
        let ask = ApiRequest::get("list the issue types", at.path("/issue-types"));
        let found: Option<Vec<IssueType>> = self.read_if_there(at, &ask).await?;
        let all = found.unwrap_or_default().into_iter();
        Ok(all.filter(|one| one.is_enabled).collect())
    }

    /// All suggestions on an issue, in whatever state; `None` where GitHub takes none: an older server, or a repository that
    /// does not have them. It wants the right to triage.
    pub async fn suggestions(
        &self,
        at: &At,
        issue: IssueNumber,
    ) -> Result<Option<Vec<IssueSuggestion>>, GitHubError> {
        let path = at.path(&format!(
            "/issues/{issue}/suggestions?state=all&per_page=100"
        ));
        let ask = ApiRequest::get("list the suggestions", path);
        match self.read_all_for(at, Purpose::Comment, &ask).await {
            Ok(found) => Ok(Some(found)),
            Err(GitHubError::NotFound { .. } | GitHubError::Invalid { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Suggests a label; answers the labels that the issue has now. Only after [`GitHub::suggestions`] had a list.
    /// <https://docs.github.com/rest/issues/labels#add-labels-to-an-issue>
    pub async fn suggest_label(
        &self,
        at: &At,
        issue: IssueNumber,
        label: Intent<'_>,
    ) -> Result<Vec<String>, GitHubError> {
        let suggested = json!({
            "name": self.0.words.outward(label.name),
            "rationale": label.rationale,
            "confidence": label.confidence.name(),
            "suggest": true,
        });
        let path = at.path(&format!("/issues/{issue}/labels"));
        let ask = ApiRequest::post("suggest a label", path, &json!({ "labels": [suggested] }))
            .with_effect(Effect::Change);
        let answer = self
            .change(at, Purpose::Comment, Priority::Normal, &ask)
            .await?;
        let now: Vec<LabelShape> = answer.json(&ask)?;
        Ok(now
            .into_iter()
            .map(|label| self.0.words.inward(&label.name))
            .collect())
    }

    /// Suggests a type. Only after [`GitHub::suggestions`] had a list.
    /// <https://docs.github.com/rest/issues/issues#update-an-issue>
    pub async fn suggest_type(
        &self,
        at: &At,
        issue: IssueNumber,
        kind: Intent<'_>,
    ) -> Result<TypeSuggested, GitHubError> {
        let suggested = json!({
            "value": kind.name,
            "rationale": kind.rationale,
            "confidence": kind.confidence.name(),
            "suggest": true,
        });
        let path = at.path(&format!("/issues/{issue}"));
        let ask = ApiRequest::patch("suggest a type", path, &json!({ "type": suggested }));
        let answer = self
            .change(at, Purpose::Comment, Priority::Normal, &ask)
            .await?;
        let now: EditedShape = answer.json(&ask)?;
        let same = |one: &&SuggestedShape| one.value.as_deref() == Some(kind.name);
        let ours = now.suggestions.kind.iter().filter(same);
        Ok(TypeSuggested {
            now: now.kind.map(|kind| kind.name),
            ignored: ours.clone().count() > 0 && ours.clone().all(|one| one.ignored),
        })
    }
}
