//! Who covers a repository now, and the end of everything that is kept of one that was taken away.

use super::Performed;
use super::services::Services;
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::core::ids::SessionId;
use crate::core::place::Place;
use crate::github::GitHubError;
use crate::store::SessionFilter;

/// Live sessions that are looked through.
const LIVE: i64 = 1_000;

/// Asks which installation covers the repository. Another repository under its old name is not it.
pub(super) async fn check(services: &Services, place: &Place) -> Result<Performed, Failure> {
    let installation = match services.github.locate(&place.name).await {
        Ok(found) => Some(found.installation).filter(|_| found.repository == place.repository),
        Err(
            GitHubError::NotInstalled { .. }
            | GitHubError::NotFound { .. }
            | GitHubError::NotCovered { .. }
            | GitHubError::Uninstalled
            | GitHubError::Suspended,
        ) => None,
        Err(error) => return Err(error.into()),
    };
    Ok(Performed::known(Event::AccessRead { installation }))
}

/// Ends the agents of the repository and removes their folders and its mirror.
pub(super) async fn forget(services: &Services, place: &Place) -> Result<Performed, Failure> {
    let filter = SessionFilter {
        live: Some(true),
        ..SessionFilter::default()
    };
    let live = services.store.sessions(&filter, LIVE).await?;
    if live
        .iter()
        .any(|session| session.task.repository == place.repository)
    {
        tracing::info!(repository = %place.name, "work goes on there again; what is kept of it stays");
        return Ok(Performed::Done);
    }
    for session in sessions(services, place).await? {
        services.agents.close(&session).await?;
        services
            .git
            .remove_workspace(&session, &services.workspace(&session))
            .await?;
        remove(&services.session_dir(&session)).await?;
    }
    services.git.remove_mirror(place.repository).await?;
    tracing::info!(repository = %place.name, "taken away: its mirror and its working copies are removed");
    Ok(Performed::Done)
}

/// The sessions that have a folder.
async fn sessions(services: &Services, place: &Place) -> Result<Vec<SessionId>, Failure> {
    let trouble = |error: std::io::Error| {
        Failure::retry(format!("the sessions' folders cannot be listed: {error}"))
    };
    let mut entries = tokio::fs::read_dir(services.data_dir.join("sessions"))
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

async fn remove(folder: &std::path::Path) -> Result<(), Failure> {
    match tokio::fs::remove_dir_all(folder).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::retry(format!(
            "a session's folder cannot be removed: {error}"
        ))),
        _ => Ok(()),
    }
}
