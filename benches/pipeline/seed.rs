//! Many tasks like one that was made by a story: their rows are written straight through the store while skep is down, and
//! their issues into the simulated GitHub. Telling the same story 20,000 times would take hours.

use anyhow::Context;
use serde_json::Value;
use skep::core::ids::{IssueNumber, RepositoryId, RepositoryName, SessionId, TaskKey};
use skep::store::{
    EffectFilter, EffectLook, NewEffect, SessionFilter, SessionRow, Store, TaskRow, Transition,
};

/// Tasks of one transaction.
const TOGETHER: usize = 500;

/// A repository of the simulated GitHub.
pub(crate) struct Home {
    /// Its number.
    pub(crate) id: i64,
    /// `owner/name`.
    pub(crate) name: RepositoryName,
}

/// All there is of one task: its row, its sessions, and what it still has in the outbox (its timers).
pub(crate) struct Pattern {
    task: TaskRow,
    sessions: Vec<SessionRow>,
    /// What it keeps in the outbox.
    pub(crate) effects: Vec<EffectLook>,
}

impl Pattern {
    /// Reads it.
    pub(crate) async fn read(store: &Store, key: TaskKey) -> anyhow::Result<Self> {
        let sessions = SessionFilter {
            task: Some(key),
            ..SessionFilter::default()
        };
        let effects = EffectFilter {
            task: Some(key),
            open: Some(true),
            ..EffectFilter::default()
        };
        Ok(Self {
            task: store.task(key).await?.context("no such task")?,
            sessions: store.sessions(&sessions, 10).await?,
            effects: store.effects(&effects, 100).await?,
        })
    }

    /// Writes a task like it for each of these issues.
    pub(crate) async fn repeat(
        &self,
        store: &Store,
        home: &Home,
        issues: &[IssueNumber],
    ) -> anyhow::Result<()> {
        for some in issues.chunks(TOGETHER) {
            let mut transition = store.begin().await?;
            for issue in some {
                self.put(&mut transition, home, *issue).await?;
            }
            transition.commit().await?;
        }
        Ok(())
    }

    async fn put(
        &self,
        transition: &mut Transition,
        home: &Home,
        issue: IssueNumber,
    ) -> anyhow::Result<()> {
        let key = TaskKey::new(RepositoryId(home.id), issue);
        let moved = |body: &str| -> anyhow::Result<String> {
            let mut value = serde_json::from_str(body)?;
            settle(&mut value, home, issue, self.task.key);
            Ok(value.to_string())
        };
        let task = TaskRow {
            key,
            body: moved(&self.task.body)?,
            ..self.task.clone()
        };
        transition.put_task(&task, 0).await?;
        for session in &self.sessions {
            let number = u32::try_from(session.number)?;
            let row = SessionRow {
                id: SessionId::new(key, number),
                task: key,
                body: moved(&session.body)?,
                ..session.clone()
            };
            transition.put_session(&row).await?;
        }
        for (number, look) in self.effects.iter().enumerate() {
            let effect = &look.effect;
            let session = self
                .sessions
                .iter()
                .find(|row| Some(&row.id) == effect.session.as_ref());
            let session = session
                .map(|row| u32::try_from(row.number).map(|number| SessionId::new(key, number)))
                .transpose()?;
            let new = NewEffect {
                id: format!("bench:{key}:{number}"),
                task: Some(key),
                session,
                kind: effect.kind.clone(),
                lane: effect.lane.clone(),
                serial: effect.serial,
                rank: effect.rank,
                content: effect.content,
                coalesce: None,
                not_before: look.not_before,
                max_attempts: effect.max_attempts,
                body: moved(&effect.body)?,
                created_at: effect.created_at,
            };
            transition.add_effect(&new).await?;
        }
        Ok(())
    }
}

/// Puts everything that says where it is into another issue.
fn settle(value: &mut Value, home: &Home, issue: IssueNumber, from: TaskKey) {
    match value {
        Value::Object(fields) => {
            let is_place = ["installation", "repository", "name", "issue"]
                .iter()
                .all(|field| fields.contains_key(*field));
            if is_place {
                fields.insert("repository".into(), home.id.into());
                fields.insert("name".into(), home.name.to_string().into());
                fields.insert("issue".into(), issue.0.into());
            }
            for field in fields.values_mut() {
                settle(field, home, issue, from);
            }
        }
        Value::Array(items) => {
            for item in items {
                settle(item, home, issue, from);
            }
        }
        // A session's id.
        Value::String(text) => {
            let old = SessionId::new(from, 1).to_string();
            if *text == old {
                let key = TaskKey::new(RepositoryId(home.id), issue);
                *text = SessionId::new(key, 1).to_string();
            }
        }
        _ => {}
    }
}
