//! Where skep works and who works, each with how it stands: from the database and from memory. GitHub is not asked, and of what nobody
//! knows nothing is said.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::words::moment;
use crate::app::admin_api::AdminApi;
use crate::app::fence_line::shown;
use crate::app::lookup::unread;
use crate::app::queue_lines;
use crate::core::ids::{RepositoryId, RepositoryName};
use crate::core::schedule::{Looked, Subject};
use crate::core::text::pages::{
    AgentRow, Agents, Ailment, Line, Repositories, RepositoryRow, health,
};
use crate::engine::Health;
use crate::http::{ApiError, Sight};
use crate::store::{self, LatelyRow};

/// A day, milliseconds.
const DAY: i64 = 24 * 3_600_000;
/// So many sessions tell where skep works.
const SESSIONS: i64 = 2_000;

/// How all stands that was looked at of late.
async fn looked(api: &AdminApi) -> Vec<Health> {
    match api.engine() {
        Ok(engine) => engine.health().await,
        Err(_) => Vec::new(),
    }
}

/// What is known of repositories besides their sessions.
struct Known<'a> {
    api: &'a AdminApi,
    wrong: HashSet<RepositoryId>,
    paused: HashSet<RepositoryId>,
    looked: Vec<Health>,
}

/// Where skep works, by its newest sessions and by what is wrong.
pub(super) async fn repositories(api: &AdminApi, sight: &Sight) -> Result<Repositories, ApiError> {
    let store = &api.store;
    let rows = store.sessions_lately(SESSIONS).await;
    let rows = rows.map_err(|error| unread(&error))?;
    let read: i64 = rows.iter().map(|row| row.sessions).sum();
    let lately: HashMap<RepositoryId, LatelyRow> =
        rows.into_iter().map(|row| (row.repository, row)).collect();
    let known = Known::read(api).await?;
    let ids: HashSet<RepositoryId> = lately.keys().copied().chain(known.ids()).collect();
    let ids: Vec<RepositoryId> = ids.into_iter().filter(|id| sight.sees(*id)).collect();
    let names = store.repository_names(&ids).await;
    let names = names.map_err(|error| unread(&error))?;
    let now = api.health.now();
    let row = |of: store::RepositoryRow| {
        let sessions = lately.get(&of.id);
        let shown = RepositoryRow {
            live: sessions.map_or(0, |row| row.at_work),
            sessions: sessions.map_or(0, |row| row.sessions),
            last: sessions.map(|row| moment(row.last, now)),
            trouble: Line::new(&known.troubles(&of).join("; ")),
            name: of.name,
        };
        (shown.name.to_string().to_ascii_lowercase(), shown)
    };
    let mut shown: BTreeMap<String, RepositoryRow> = names.into_iter().map(row).collect();
    for name in known.off().filter(|name| sight.sees_named(name)) {
        let key = name.to_string().to_ascii_lowercase();
        shown.entry(key).or_insert_with(|| RepositoryRow {
            name,
            live: 0,
            sessions: 0,
            last: None,
            trouble: Line::new(health::OFF),
        });
    }
    Ok(Repositories {
        rows: shown.into_values().collect(),
        web: api.github.web_page().to_owned(),
        more: read >= SESSIONS,
    })
}

impl<'a> Known<'a> {
    async fn read(api: &'a AdminApi) -> Result<Self, ApiError> {
        let wrong = api.store.wrong_policies().await;
        let wrong = wrong.map_err(|error| unread(&error))?.into_iter().collect();
        let paused = match api.engine() {
            Ok(engine) => {
                let view = engine.queue(0).await;
                view.map_err(|error| queue_lines::failed(&error))?.paused
            }
            Err(_) => Vec::new(),
        };
        let paused = paused
            .iter()
            .filter_map(|pause| pause.repository.as_ref().map(|(id, _)| *id));
        Ok(Self {
            api,
            wrong,
            paused: paused.collect(),
            looked: looked(api).await,
        })
    }

    /// Those of which something is known.
    fn ids(&self) -> impl Iterator<Item = RepositoryId> {
        let looked =
            self.looked
                .iter()
                .filter_map(|one| match (&one.looked.subject, &one.looked.fault) {
                    (Subject::Repository(id), Some(_)) => Some(*id),
                    _ => None,
                });
        let wrong = self.wrong.iter().copied();
        wrong.chain(self.paused.iter().copied()).chain(looked)
    }

    /// Those that the operator switched off by their whole names.
    fn off(&self) -> impl Iterator<Item = RepositoryName> {
        let services = self.api.services().ok();
        let off = services.map_or_else(Vec::new, |services| services.policy.issues.off.clone());
        off.into_iter()
            .filter(|one| !one.contains('*'))
            .filter_map(|one| one.parse().ok())
    }

    /// What is wrong with one, the worst first.
    fn troubles(&self, of: &store::RepositoryRow) -> Vec<String> {
        let services = self.api.services().ok();
        let is_off = services.is_some_and(|services| services.policy.issues.is_off(&of.name));
        let shut = self.api.github.shut_by(of.installation, of.id);
        let mut looked = self.looked.iter().map(|one| &one.looked);
        let looked = looked.find(|one| one.subject == Subject::Repository(of.id));
        let fault = looked.and_then(|one| one.fault.as_ref());
        let said = |is: bool, what: &str| is.then(|| what.to_owned());
        let all = [
            shut.map(|error| error.to_string()),
            said(is_off, health::OFF),
            fault.map(health::fault),
            said(self.wrong.contains(&of.id), health::MISTAKES),
            said(self.paused.contains(&of.id), health::PAUSED),
        ];
        all.into_iter().flatten().collect()
    }
}

/// Who works.
pub(super) async fn agents(api: &AdminApi) -> Result<Agents, ApiError> {
    let services = api.services()?;
    let now = api.health.now();
    let ended = api.store.ended_since(now - 7 * DAY).await;
    let ended = ended.map_err(|error| unread(&error))?;
    let live = api.store.at_work().await;
    let live = live.map_err(|error| unread(&error))?;
    let closed = api.store.closed_agents().await;
    let closed = closed.map_err(|error| unread(&error))?;
    let looked = looked(api).await;
    let row = |name: &String| {
        let of = |state: &str| ended.get(&(name.clone(), state.to_owned()));
        let live = live.iter().filter(|((agent, _), _)| agent == name);
        let live: i64 = live.map(|(_, count)| count).sum();
        let completed = of("completed").copied().unwrap_or(0);
        let closed = closed
            .iter()
            .find(|row| row.agent == *name && row.until > now);
        let subject = Subject::Agent(name.clone());
        let health = looked.iter().find(|one| one.looked.subject == subject);
        let said = health.and_then(|health| health.said.as_deref());
        AgentRow {
            name: Line::new(name),
            default: *name == services.policy.default_agent,
            live,
            completed,
            failed: of("failed").copied().unwrap_or(0),
            closed: closed.map(|row| (moment(row.until, now), Line::new(&row.class))),
            said: Line::new(said.unwrap_or_default()),
            ailment: health.and_then(|health| ailment(&health.looked, now)),
            known: health.is_some() || live > 0 || completed > 0,
        }
    };
    Ok(Agents {
        rows: services.specs.keys().map(row).collect(),
        sandbox: Line::of_markdown(&shown(&services.agents.confinement())),
    })
}

/// Why an agent does not start.
fn ailment(looked: &Looked, now: i64) -> Option<Ailment> {
    let fault = looked.fault.as_ref()?;
    Some(Ailment {
        what: Line::new(&health::fault(fault)),
        since: moment(looked.since, now),
        tried: moment(looked.at, now),
    })
}
