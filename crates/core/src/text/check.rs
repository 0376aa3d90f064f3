//! What `skep config check` finds, one line for each part: how it is, and what to do where that is not well.

/// Another skep runs, so its addresses are in use.
pub const ADDRESSES_IN_USE: &str = "not tried: a skep is running on this data folder";
/// `--offline`.
pub const NOT_ASKED: &str = "not asked (--offline)";
/// The App exists and has no installation.
pub const NOT_INSTALLED_YET: &str =
    "it is installed nowhere yet: `skep setup` shows where to click";
/// Whose installation it is, where GitHub does not say.
pub const AN_ACCOUNT: &str = "an account";

/// A data folder that another skep holds.
pub fn folder_in_use(folder: &str) -> String {
    format!("{folder} (a skep is running on it)")
}

/// A data folder that cannot be made.
pub fn no_data_folder(folder: &str, error: &str) -> String {
    format!("the data folder {folder} cannot be made: {error}; name another one with SKEP_DATA_DIR")
}

/// A disk that cannot be looked at.
pub fn no_look(error: &str) -> String {
    format!("how much is free cannot be seen: {error}")
}

/// No temporary folder.
pub fn no_scratch(error: &str) -> String {
    format!("no folder can be made to try things in: {error}")
}

/// An address cannot be had.
pub fn cannot_listen(address: &str, error: &str) -> String {
    format!("cannot listen on {address}: {error}; end what listens there, or name another address")
}

/// The database does not open.
pub fn database(error: &str) -> String {
    format!("{error}; check SKEP_DATABASE_URL")
}

/// An agent's program is missing; `installs` is the name by which skep can install it.
pub fn no_program(program: &str, installs: Option<&str>) -> String {
    let way = installs.map_or_else(String::new, |name| {
        format!("; `skep agents install {name}` installs it")
    });
    format!("`{program}` is not installed, or not on the PATH that skep has{way}")
}

/// An agent answered and did not say what it is.
pub fn answers(path: &str) -> String {
    format!("{path} answers")
}

/// An agent answered with its name.
pub fn introduces_itself(name: &str, path: &str) -> String {
    format!("{name} ({path})")
}

/// What was started is no agent.
pub fn no_acp(path: &str, error: &str) -> String {
    format!("{path} does not speak ACP: {error}")
}

/// An agent that takes its model's key from the environment got none.
pub fn no_key(variables: &[String]) -> String {
    format!(
        "no key for its model is set; it takes {} from skep's environment",
        variables.join(", ")
    )
}

/// GitHub knows us.
pub fn known(api: &str, app: &str) -> String {
    format!("{api} knows the App {app}")
}

/// GitHub cannot be reached.
pub fn unreachable(api: &str, error: &str) -> String {
    format!("cannot be asked at {api}: {error}; check the network, HTTPS_PROXY and SKEP_GITHUB_URL")
}

/// GitHub answered that there is no such App.
pub fn unknown_app(api: &str) -> String {
    format!(
        "{api} knows no GitHub App of ours (404 to GET /app): check SKEP_APP_ID, and that SKEP_GITHUB_API_URL is the REST \
         API of your GitHub"
    )
}

/// The App's own page lacks permissions.
pub fn lacks_permissions(permissions: &[String]) -> String {
    format!(
        "the App lacks the permissions {}: grant them on the App's page under Permissions & events; the owner of each \
         installation must then accept them",
        permissions.join(", ")
    )
}

/// The App's own page lacks events.
pub fn lacks_events(events: &[&str]) -> String {
    format!(
        "the App does not subscribe to the events {}: tick them on the App's page under Permissions & events",
        events.join(", ")
    )
}

/// An installation works.
pub fn installed(account: &str) -> String {
    format!("installed on {account}")
}

/// Rules keep the App out of the base branches that were looked at.
pub fn bases_kept(repositories: usize) -> String {
    format!(
        "rules keep the App out of the default branch of {}",
        super::count(repositories as u64, "repository").replace("repositorys", "repositories")
    )
}

/// Where no workflow hands secrets to pushed branches.
pub fn secrets_kept(repositories: usize) -> String {
    format!(
        "no workflow of {} hands secrets to branches `agent/…`",
        super::count(repositories as u64, "repository").replace("repositorys", "repositories")
    )
}

/// The workflows of a repository cannot be read.
pub fn workflows_unread(name: &str, error: &str) -> String {
    format!("{name}: its workflows cannot be read: {error}")
}

/// More repositories than are looked at.
pub fn more_bases(most: usize) -> String {
    format!("only the first {most} repositories were looked at")
}

/// The repositories of an installation, or one's rules, cannot be read.
pub fn base_unread(name: &str, error: &str) -> String {
    format!("{name}: its rules cannot be read: {error}")
}

/// An installation is suspended.
pub fn suspended(account: &str) -> String {
    format!("it is suspended on {account}")
}

/// An installation lacks permissions that the App has asked for.
pub fn installation_lacks(account: &str, permissions: &[String]) -> String {
    format!(
        "on {account} it lacks {}: the owner accepts new permissions under Settings → Applications → Installed GitHub Apps",
        permissions.join(", ")
    )
}
