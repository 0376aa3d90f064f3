//! Ends the agents of a repository and removes their folders and its mirror.

use crate::core::failure::Failure;
use crate::core::ids::SessionId;
use crate::core::location::Place;
use crate::runner::folders::Folders;
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::scope::Leavings;
use crate::store::{SessionFilter, Store};

/// Live sessions that are looked through.
const LIVE: i64 = 1_000;

/// A repository where work goes on again is left alone.
pub(super) async fn perform(
    lease: &Lease,
    leavings: &Leavings<'_>,
    store: &Store,
) -> Result<Performed, Failure> {
    let place = lease.place();
    let filter = SessionFilter {
        live: Some(true),
        ..SessionFilter::default()
    };
    let live = store.sessions(&filter, LIVE).await?;
    if live
        .iter()
        .any(|session| session.task.repository == place.repository)
    {
        tracing::info!(repository = %place.name, "work goes on there again; what is kept of it stays");
        return Ok(Performed::Done);
    }
    for session in sessions(leavings.folders, place).await? {
        leavings.agents.close(&session).await?;
        let workspace = leavings.folders.workspace(&session);
        leavings.git.remove_workspace(&session, &workspace).await?;
        let folder = leavings.folders.session(&session);
        leavings.git.discard(&folder).await?;
    }
    leavings.git.remove_mirror(place.repository).await?;
    tracing::info!(repository = %place.name, "taken away: its mirror and its working copies are removed");
    Ok(Performed::Done)
}

/// The sessions that have a folder.
async fn sessions(folders: &Folders, place: &Place) -> Result<Vec<SessionId>, Failure> {
    let trouble = |error: std::io::Error| {
        Failure::retry(format!("the sessions' folders cannot be listed: {error}"))
    };
    let mut entries = tokio::fs::read_dir(folders.sessions())
        .await
        .map_err(trouble)?;
    let mut found = Vec::new();
    while let Some(entry) = entries.next_entry().await.map_err(trouble)? {
        let session = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<SessionId>().ok());
        found.extend(session.filter(|session| session.task().repository == place.repository));
    }
    Ok(found)
}
