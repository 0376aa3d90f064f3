//! Labels: made, put on, taken off.
//!
//! It exists so that each label that comes or goes makes exactly one webhook. It must never tell of a label that was
//! there already.

use std::collections::BTreeSet;

use serde_json::json;

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::world::activity::Activity;
use crate::world::facts::World;
use crate::world::repository::Label;

/// How many labels an issue may carry.
const MOST_LABELS: usize = 100;

fn check_name(name: &str) -> Result<(), ApiError> {
    if (name.trim().is_empty() || name.chars().count() > 50) && on(Rule::LabelName) {
        return Err(ApiError::invalid(
            "Label",
            "name",
            if name.is_empty() {
                "missing_field"
            } else {
                "invalid"
            },
        ));
    }
    Ok(())
}

impl World {
    /// Makes a label; a name that exists is refused.
    pub fn create_label(
        &mut self,
        home: i64,
        name: &str,
        color: &str,
        about: Option<&str>,
    ) -> Result<Label, ApiError> {
        self.writable(home)?;
        check_name(name)?;
        if self.repository(home)?.label(name).is_some() && on(Rule::LabelTaken) {
            return Err(ApiError::invalid("Label", "name", "already_exists"));
        }
        if (color.len() != 6 || !color.bytes().all(|b| b.is_ascii_hexdigit()))
            && on(Rule::LabelColor)
        {
            return Err(ApiError::invalid("Label", "color", "invalid"));
        }
        let id = self.next_id();
        let description = about.map(str::to_owned);
        let label = Label {
            id,
            name: name.to_owned(),
            color: color.to_ascii_lowercase(),
            description,
        };
        self.repository_mut(home)?.labels.push(label.clone());
        Ok(label)
    }

    /// The stored spelling of a label; made in GitHub's grey when it does not exist.
    pub fn ensure_label(&mut self, home: i64, name: &str) -> Result<String, ApiError> {
        if let Some(label) = self.repository(home)?.label(name) {
            return Ok(label.name.clone());
        }
        Ok(self.create_label(home, name, "ededed", None)?.name)
    }

    /// Refuses labels of which one cannot be put on: all of them or none.
    fn check_labels(&self, home: i64, number: i64, names: &[String]) -> Result<(), ApiError> {
        let issue = self.issue(home, number)?;
        let mut new = BTreeSet::new();
        for name in names {
            check_name(name)?;
            new.extend((!issue.has_label(name)).then(|| name.to_lowercase()));
        }
        if issue.labels.len() + new.len() > MOST_LABELS && on(Rule::LabelLimit) {
            return Err(ApiError::custom(
                "Issue",
                Some("labels"),
                "labels is too long (maximum is 100)",
            ));
        }
        Ok(())
    }

    /// Puts labels on; those that are there already change nothing.
    pub fn add_labels(
        &mut self,
        home: i64,
        number: i64,
        names: &[String],
        by: &str,
    ) -> Result<(), ApiError> {
        self.writable(home)?;
        self.check_labels(home, number, names)?;
        for name in names {
            let name = self.ensure_label(home, name)?;
            let issue = self.issue_mut(home, number)?;
            if issue.has_label(&name) {
                continue;
            }
            issue.labels.push(name.clone());
            self.announce_label(home, number, &name, Activity::new("labeled", by))?;
        }
        Ok(())
    }

    /// Takes one label off; 404 when it is not on.
    pub fn remove_label(
        &mut self,
        home: i64,
        number: i64,
        name: &str,
        by: &str,
    ) -> Result<(), ApiError> {
        self.writable(home)?;
        let issue = self.issue_mut(home, number)?;
        let at = issue
            .labels
            .iter()
            .position(|label| label.eq_ignore_ascii_case(name));
        let at = match at {
            None if on(Rule::LabelNotOn) => return Err(ApiError::new(404, "Label does not exist")),
            None => return Ok(()),
            Some(at) => at,
        };
        let name = issue.labels.remove(at);
        self.announce_label(home, number, &name, Activity::new("unlabeled", by))
    }

    /// Makes the labels of an issue exactly these.
    pub fn set_labels(
        &mut self,
        home: i64,
        number: i64,
        names: &[String],
        by: &str,
    ) -> Result<(), ApiError> {
        let wanted = |label: &String| names.iter().any(|name| name.eq_ignore_ascii_case(label));
        let leaving: Vec<String> = self
            .issue(home, number)?
            .labels
            .iter()
            .filter(|l| !wanted(l))
            .cloned()
            .collect();
        for name in leaving {
            self.remove_label(home, number, &name, by)?;
        }
        self.add_labels(home, number, names, by)
    }

    /// Writes a label's coming or going into the timeline and tells it.
    pub(super) fn announce_label(
        &mut self,
        h: i64,
        n: i64,
        name: &str,
        activity: Activity<'_>,
    ) -> Result<(), ApiError> {
        let home = self.repository(h)?;
        let label = home.label(name).ok_or_else(ApiError::not_found)?;
        let short = json!({ "label": { "name": label.name, "color": label.color } });
        let full = json!({ "label": self.label_json(home, label) });
        self.note(h, n, activity.clone().with(short))?;
        self.tell(h, n, activity.with(full))
    }
}
