//! Git over smart HTTP, with GitHub's rules: tokens, permissions, protected branches, workflow files, archives.
//!
//! It exists so that real git clients clone, fetch and push against this GitHub. It must never take a push the REST skin
//! would not have allowed. <https://git-scm.com/docs/http-protocol>

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::api_error::ApiError;
use crate::auth;
use crate::auth::Caller;
use crate::behaviour::{Rule, on};
use crate::git::git_commands;
use crate::git::git_commands::GitFault;
use crate::git::host;
use crate::git::host::{PushRequest, Service};
use crate::git::merging;
use crate::ids::Sha;
use crate::state::State;
use crate::wire::{Incoming, Outbound};
use crate::world::account::{Access, Installation, Token};
use crate::world::facts::World;

/// A request to a repository's git address.
pub struct GitRequest {
    owner: String,
    name: String,
    service: Service,
    /// `info/refs` rather than the service itself.
    advertise: bool,
}

impl GitRequest {
    /// Recognises `/{owner}/{name}.git/info/refs?service=…` and `/{owner}/{name}.git/git-{upload,receive}-pack`.
    pub fn parse(request: &Incoming) -> Option<Self> {
        let mut segments = request.path.trim_matches('/').splitn(3, '/');
        let (owner, name, rest) = (segments.next()?, segments.next()?, segments.next()?);
        let name = name.strip_suffix(".git").unwrap_or(name);
        let (service, advertise) = match rest {
            "info/refs" => (
                Service::parse(request.query.strip_prefix("service=")?)?,
                true,
            ),
            service => (Service::parse(service)?, false),
        };
        Some(Self {
            owner: owner.to_owned(),
            name: name.to_owned(),
            service,
            advertise,
        })
    }
}

/// What a request was let in with.
struct Admitted {
    repository: i64,
    dir: PathBuf,
    token: Option<Token>,
    actor: String,
}

/// Answers a git request.
pub async fn serve(state: &Arc<State>, request: &Incoming, wanted: &GitRequest) -> Outbound {
    let admitted = match admit(state, request, wanted) {
        Ok(admitted) => admitted,
        Err(error) => return refuse(&error),
    };
    let mut outbound = match converse(state, request, wanted, &admitted).await {
        Ok(outbound) => outbound,
        Err(fault) => {
            tracing::error!(%fault, "the simulator's git failed");
            Outbound::new(500, "text/plain", "Internal Server Error")
        }
    };
    outbound.installation = admitted.token.as_ref().map(|token| token.installation);
    outbound.set("cache-control", "no-cache, max-age=0, must-revalidate");
    outbound
}

fn refuse(error: &ApiError) -> Outbound {
    let mut outbound = Outbound::new(
        error.status,
        "text/plain; charset=utf-8",
        error.message.clone(),
    );
    if error.status == 401 {
        outbound.set("www-authenticate", "Basic realm=\"GitHub\"");
    }
    for (name, value) in &error.headers {
        outbound.set(name, value);
    }
    outbound
}

fn admit(state: &State, request: &Incoming, wanted: &GitRequest) -> Result<Admitted, ApiError> {
    state.read(|world| {
        let refused = || {
            ApiError::new(401, "Invalid username or token. Password authentication is not supported for Git operations.")
        };
        let caller = auth::identify(world, request.header("authorization")).map_err(|_| refused())?;
        let token = match caller {
            Caller::Installation(token) => token,
            Caller::Nobody => return anybody(world, wanted).ok_or_else(refused),
            Caller::App | Caller::Person(_) | Caller::Client => return Err(refused()),
        };
        let unknown = || ApiError::new(404, "Repository not found.");
        let Some(home) = world.find(&wanted.owner, &wanted.name) else {
            let moved = world.find_former(&wanted.owner, &wanted.name).filter(|_| on(Rule::GitMoved));
            let moved = moved.ok_or_else(unknown)?;
            let rest = request.path.splitn(4, '/').nth(3).unwrap_or_default();
            let to = format!("{}/{}.git/{rest}?{}", world.root, moved.full_name(), request.query);
            return Err(ApiError::moved(&to));
        };
        let covers = |i: &&Installation| i.id == token.installation || !on(Rule::GitUncovered);
        let installation = world.installation_of(home).filter(covers).ok_or_else(unknown)?;
        if installation.suspended_at.is_some() && on(Rule::GitSuspended) {
            return Err(ApiError::new(403, "This installation has been suspended"));
        }
        if token.repositories.as_ref().is_some_and(|ids| !ids.contains(&home.id)) && on(Rule::GitNarrowed) {
            return Err(unknown());
        }
        let needed = if wanted.service == Service::ReceivePack { Access::Write } else { Access::Read };
        let granted = [&token.permissions, &installation.permissions];
        let may = granted.iter().all(|set| set.get("contents").is_some_and(|access| *access >= needed));
        if !may && on(Rule::GitPermission) {
            let bot = world.app.bot();
            let message = format!("Permission to {}.git denied to {bot}.", home.full_name());
            return Err(ApiError::new(403, &message));
        }
        if wanted.service == Service::ReceivePack && home.archived && on(Rule::GitArchived) {
            return Err(ApiError::new(403, "This repository was archived so it is read-only."));
        }
        let (repository, dir, actor) = (home.id, home.git_dir.clone(), world.app.bot());
        Ok(Admitted { repository, dir, token: Some(token), actor })
    })
}

/// What anybody may fetch: what is public. Of all else nobody is told whether it is there.
fn anybody(world: &World, wanted: &GitRequest) -> Option<Admitted> {
    let home = world.find(&wanted.owner, &wanted.name)?;
    let open = wanted.service == Service::UploadPack && !home.private;
    (open || !on(Rule::GitAnonymous)).then(|| Admitted {
        repository: home.id,
        dir: home.git_dir.clone(),
        token: None,
        actor: world.app.bot(),
    })
}

async fn converse(
    state: &Arc<State>,
    request: &Incoming,
    w: &GitRequest,
    a: &Admitted,
) -> Result<Outbound, GitFault> {
    let name = w.service.name();
    let protocol = request.header("git-protocol");
    if w.advertise {
        let body = host::advertise(w.service, &a.dir, protocol).await?;
        return Ok(Outbound::new(
            200,
            &format!("application/x-{name}-advertisement"),
            body,
        ));
    }
    let body = match w.service {
        Service::UploadPack => host::rpc(w.service, &a.dir, protocol, &request.body).await?,
        Service::ReceivePack => receive(state, request, a).await?,
    };
    Ok(Outbound::new(
        200,
        &format!("application/x-{name}-result"),
        body,
    ))
}

/// Takes a push, or refuses all of it in git's own words.
async fn receive(
    state: &Arc<State>,
    request: &Incoming,
    admitted: &Admitted,
) -> Result<Vec<u8>, GitFault> {
    let _gate = state.gate.lock().await;
    let Some(push) = host::parse_ref_updates(&request.body) else {
        return Err(GitFault::Failed {
            command: "receive-pack".to_owned(),
            said: "not a push".to_owned(),
        });
    };
    if let Some((reason, remote)) = objection(state, &push, &request.body, admitted).await? {
        return Ok(host::refusal(&push, &reason, &remote));
    }
    let before = host::refs(&admitted.dir).await?;
    let protocol = request.header("git-protocol");
    let answer = host::rpc(Service::ReceivePack, &admitted.dir, protocol, &request.body).await?;
    let after = host::refs(&admitted.dir).await?;
    follow(state, &push, &Around { before, after }, admitted).await;
    Ok(answer)
}

/// Why a push is not taken: the reason behind each ref, and what `remote:` prints.
async fn objection(
    h: &State,
    push: &PushRequest,
    body: &[u8],
    a: &Admitted,
) -> Result<Option<(String, String)>, GitFault> {
    let protected = h.read(|world| {
        let home = world.repositories.get(&a.repository);
        let mut branches = push
            .updates
            .iter()
            .filter_map(|update| update.name.strip_prefix("refs/heads/"));
        branches
            .find(|branch| home.is_some_and(|home| home.protected.contains(*branch)))
            .map(str::to_owned)
    });
    if let Some(branch) = protected.filter(|_| on(Rule::GitProtected)) {
        let remote = format!(
            "error: GH006: Protected branch update failed for refs/heads/{branch}.\n\
             error: Changes must be made through a pull request."
        );
        return Ok(Some(("protected branch hook declined".to_owned(), remote)));
    }
    let ruled = h.read(|world| {
        let home = world.repositories.get(&a.repository)?;
        let mut branches = push
            .updates
            .iter()
            .filter_map(|update| update.name.strip_prefix("refs/heads/"));
        let kept = |branch: &&str| {
            let mut sets = home.rulesets.iter();
            sets.any(|set| set.branch == *branch && set.keeps_out())
        };
        branches.find(kept).map(str::to_owned)
    });
    if let Some(branch) = ruled.filter(|_| on(Rule::GitRuled)) {
        let remote = format!(
            "error: GH013: Repository rule violations found for refs/heads/{branch}.\n\
             error: Changes must be made through a pull request."
        );
        let reason = "push declined due to repository rule violations".to_owned();
        return Ok(Some((reason, remote)));
    }
    let permissions = a.token.as_ref().map(|token| &token.permissions);
    if permissions
        .and_then(|set| set.get("workflows"))
        .is_some_and(|access| *access >= Access::Write)
    {
        return Ok(None);
    }
    let pack = &body[push.pack_offset..];
    if pack.is_empty() {
        return Ok(None);
    }
    git_commands::store_pack(&a.dir, pack).await?;
    let heads: Vec<&Sha> = push
        .updates
        .iter()
        .map(|u| &u.new)
        .filter(|new| !is_zero(new))
        .collect();
    let touched = git_commands::touched_workflows(&a.dir, &heads).await?;
    let refuse = |path: &String| {
        let doing = "refusing to allow a GitHub App to create or update workflow";
        (
            format!("{doing} `{path}` without `workflows` permission"),
            String::new(),
        )
    };
    Ok(touched
        .first()
        .filter(|_| on(Rule::GitWorkflows))
        .map(refuse))
}

fn is_zero(sha: &Sha) -> bool {
    sha.as_str().bytes().all(|digit| digit == b'0')
}

type Refs = BTreeMap<String, Sha>;

/// The refs around a push.
struct Around {
    before: Refs,
    after: Refs,
}

async fn follow(state: &Arc<State>, push: &PushRequest, refs: &Around, admitted: &Admitted) {
    for update in &push.updates {
        let change = merging::RefChange {
            name: &update.name,
            old: refs.before.get(&update.name),
            new: refs.after.get(&update.name),
        };
        if change.old == change.new {
            continue;
        }
        let told = async {
            let moved = merging::moved_ref(state, admitted.repository, change).await?;
            state.change(|world| world.follow_push(admitted.repository, &moved, &admitted.actor))
        };
        if let Err(error) = told.await {
            tracing::error!(%error, name = update.name, "a push was taken but not followed");
        }
    }
}
