//! The other end of the wire: git over smart HTTP on a bare repository, for the simulator and the tests.
//!
//! It speaks [gitprotocol-http](https://git-scm.com/docs/gitprotocol-http) by running git's own programs; status codes,
//! permissions and content types are the caller's. A large fetch request comes compressed (`Content-Encoding: gzip`, no
//! client can be told otherwise): say so with [`Encoding::Gzip`] and git's own CGI program unpacks it. Pushes never come
//! compressed, so [`parse_ref_updates`] always sees them plain. It must never run a hook or follow the repository's
//! configuration to a program.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::GitError;
use super::process::{Beyond, Call, Input, Program};
use super::workspace::Identity;
use crate::core::ids::Sha;

/// The largest answer made; a demonstration's repository is small.
const LARGEST: usize = 1 << 30;

/// What a client asks for; GitHub's paths are `/{owner}/{name}.git/info/refs?service=…` and `/{owner}/{name}.git/<service>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// `git-upload-pack`: a client reads.
    UploadPack,
    /// `git-receive-pack`: a client writes.
    ReceivePack,
}

impl Service {
    /// Reads `git-upload-pack` or `git-receive-pack`.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::UploadPack, Self::ReceivePack].into_iter().find(|service| service.name() == name)
    }

    /// The name on the wire; the content types are `application/x-<name>-advertisement`, `-request` and `-result`.
    pub fn name(self) -> &'static str {
        match self {
            Self::UploadPack => "git-upload-pack",
            Self::ReceivePack => "git-receive-pack",
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::UploadPack => "upload-pack",
            Self::ReceivePack => "receive-pack",
        }
    }
}

/// How a request's body came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Plain,
    /// With `Content-Encoding: gzip`.
    Gzip,
}

/// One request for [`Host::rpc`].
#[derive(Debug)]
pub struct Request<'a> {
    /// What is asked for.
    pub service: Service,
    /// The bare repository.
    pub repository: &'a Path,
    /// The `Git-Protocol` header.
    pub git_protocol: Option<&'a str>,
    /// The `Content-Encoding` header.
    pub encoding: Encoding,
    /// The body.
    pub body: Vec<u8>,
}

/// A commit to be put on a branch by [`Host::seed`].
#[derive(Debug)]
pub struct Seed<'a> {
    /// The branch, made if it is not there.
    pub branch: &'a str,
    /// Paths and contents, on top of what the branch holds.
    pub files: &'a [(&'a str, &'a str)],
    /// Who it is by.
    pub author: Identity,
    /// The message.
    pub message: &'a str,
}

/// A change of one ref that a push asks for; all zeros stand for "not there".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefUpdate {
    /// Where the client saw it.
    pub old: Sha,
    /// Where it shall be.
    pub new: Sha,
    /// The full name.
    pub name: String,
}

impl RefUpdate {
    /// Whether the ref is to be removed.
    pub fn is_removal(&self) -> bool {
        self.new.as_str().bytes().all(|b| b == b'0')
    }
}

/// Serves bare repositories.
#[derive(Debug, Clone)]
pub struct Host {
    program: Program,
}

impl Host {
    /// Takes the git program, a folder for its processes to start in, and how long one may live.
    pub fn new(program: PathBuf, directory: PathBuf, timeout: Duration) -> Self {
        Self { program: Program { path: program, directory, timeout } }
    }

    /// The body of `GET …/info/refs?service=…`.
    pub async fn advertise(
        &self,
        service: Service,
        repository: &Path,
        git_protocol: Option<&str>,
    ) -> Result<Vec<u8>, GitError> {
        let call = served(service, git_protocol).args(["--stateless-rpc", "--http-backend-info-refs"]).arg(repository);
        let refs = self.program.run(call).await?.bytes()?;
        let line = format!("# service={}\n", service.name());
        let mut body = format!("{:04x}{line}0000", line.len() + 4).into_bytes();
        // Version 2 answers without this preamble; clients take both.
        body.extend(refs);
        Ok(body)
    }

    /// The body that answers `POST …/<service>`.
    pub async fn rpc(&self, request: Request<'_>) -> Result<Vec<u8>, GitError> {
        let Request { service, repository, git_protocol, encoding, body } = request;
        if encoding == Encoding::Gzip {
            return self.unpacked(service, repository, git_protocol, body).await;
        }
        let call = served(service, git_protocol).arg("--stateless-rpc").arg(repository).input(Input::Bytes(body));
        self.program.run(call).await?.bytes()
    }

    /// Git's CGI program knows gzip; its answer begins with headers.
    async fn unpacked(
        &self,
        service: Service,
        repository: &Path,
        git_protocol: Option<&str>,
        body: Vec<u8>,
    ) -> Result<Vec<u8>, GitError> {
        let translated = repository.join(service.name());
        let call = Call::new("http-backend")
            .env("REQUEST_METHOD", "POST")
            .env("PATH_TRANSLATED", &translated)
            .env("CONTENT_TYPE", format!("application/x-{}-request", service.name()))
            .env("HTTP_CONTENT_ENCODING", "gzip")
            .env("CONTENT_LENGTH", body.len().to_string())
            .env("GIT_HTTP_EXPORT_ALL", "1")
            .env("REMOTE_USER", "simulator")
            .env("GIT_PROTOCOL", git_protocol.unwrap_or_default())
            .cap(LARGEST, Beyond::Fail)
            .input(Input::Bytes(body));
        let answer = self.program.run(serving(call)).await?.bytes()?;
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
        let end = end.ok_or_else(|| GitError::unreadable("http-backend"))?;
        if answer.starts_with(b"Status:") {
            return Err(GitError::unreadable("http-backend"));
        }
        Ok(answer[end + 4..].to_vec())
    }

    /// Makes an empty bare repository.
    pub async fn init_repository(&self, repository: &Path, default_branch: &str) -> Result<(), GitError> {
        let branch = format!("--initial-branch={default_branch}");
        let call =
            Call::new("init").args(["--quiet", "--bare", "--template=", &branch, "--end-of-options"]).arg(repository);
        self.program.run(call).await?.bytes().map(drop)
    }

    /// Puts a commit on a branch and tells its name.
    pub async fn seed(&self, repository: &Path, seed: &Seed<'_>) -> Result<Sha, GitError> {
        let name = format!("refs/heads/{}", seed.branch);
        let parent = self.refs(repository).await?.into_iter().find(|(found, _)| *found == name).map(|(_, sha)| sha);
        let call = Call::new("fast-import").args(["--quiet", "--date-format=now"]).repository(repository);
        let call = call.input(Input::Bytes(stream(&name, parent.as_ref(), seed)));
        self.program.run(call).await?.bytes()?;
        let call = Call::new("rev-parse").args(["--verify", "--quiet", &name]).repository(repository);
        super::collect::sha("rev-parse", &self.program.run(call).await?.bytes()?)
    }

    /// Every ref and where it is, sorted by name.
    pub async fn refs(&self, repository: &Path) -> Result<Vec<(String, Sha)>, GitError> {
        let call = Call::new("for-each-ref").args(["--format=%(objectname) %(refname)"]).repository(repository);
        let text = self.program.run(call.cap(64 << 20, Beyond::Fail)).await?.line()?;
        let lines = text.lines().map(|line| {
            let (sha, name) = line.split_once(' ').ok_or_else(|| GitError::unreadable("for-each-ref"))?;
            let sha = sha.parse().map_err(|_| GitError::unreadable("for-each-ref"))?;
            Ok((name.to_owned(), sha))
        });
        lines.collect()
    }
}

fn served(service: Service, git_protocol: Option<&str>) -> Call {
    let call = serving(Call::new(service.verb())).cap(LARGEST, Beyond::Fail);
    match git_protocol {
        Some(version) if !version.bytes().any(|b| b == 0) => call.env("GIT_PROTOCOL", version),
        _ => call,
    }
}

/// What GitHub allows that git's default does not.
fn serving(call: Call) -> Call {
    call.config("uploadpack.allowFilter=true")
        .config("uploadpack.allowAnySHA1InWant=true")
        .config("receive.autogc=false")
        .config("receive.updateServerInfo=false")
}

/// A git-fast-import(1) stream of one commit.
fn stream(name: &str, parent: Option<&Sha>, seed: &Seed<'_>) -> Vec<u8> {
    let (who, email) = (seed.author.name(), seed.author.email());
    let message = seed.message;
    let mut text = format!("commit {name}\ncommitter {who} <{email}> now\ndata {}\n{message}\n", message.len());
    if let Some(parent) = parent {
        text.push_str(&format!("from {parent}\n"));
    }
    for (path, content) in seed.files {
        let path = path.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        text.push_str(&format!("M 100644 inline \"{path}\"\ndata {}\n{content}\n", content.len()));
    }
    text.push_str("done\n");
    text.into_bytes()
}

/// Reads the ref updates at the start of a `git-receive-pack` request
/// ([gitprotocol-pack](https://git-scm.com/docs/gitprotocol-pack), "Reference Update Request"). At most 1000 are read; what
/// is not an update ends the reading, as it ends git's own.
pub fn parse_ref_updates(body: &[u8]) -> Vec<RefUpdate> {
    let mut updates = Vec::new();
    let mut rest = body;
    while updates.len() < 1000 {
        let Some(length) = rest.get(..4).and_then(|hex| std::str::from_utf8(hex).ok()) else { break };
        let Ok(length) = usize::from_str_radix(length, 16) else { break };
        let Some(line) = rest.get(4..length) else { break };
        rest = &rest[length..];
        if line.starts_with(b"shallow ") {
            continue;
        }
        let Some(update) = ref_update(line) else { break };
        updates.push(update);
    }
    updates
}

fn ref_update(line: &[u8]) -> Option<RefUpdate> {
    let command = line.split(|b| *b == 0).next()?;
    let text = std::str::from_utf8(command).ok()?;
    let mut words = text.trim_end_matches('\n').splitn(3, ' ');
    let (old, new) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some(RefUpdate { old, new, name: words.next()?.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "1111111111111111111111111111111111111111";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    fn packet(text: &str) -> String {
        format!("{:04x}{text}", text.len() + 4)
    }

    #[test]
    fn updates_are_read_up_to_the_pack() {
        let first = packet(&format!("{ZERO} {A} refs/heads/x\0report-status side-band-64k"));
        let body = format!("{first}{}0000PACK…", packet(&format!("{A} {ZERO} refs/heads/y\n")));
        let updates = parse_ref_updates(body.as_bytes());
        let names: Vec<_> = updates.iter().map(|update| (update.name.as_str(), update.is_removal())).collect();
        assert_eq!(names, [("refs/heads/x", false), ("refs/heads/y", true)]);
        for junk in ["", "0000", "zzzz", "0003", "ffff", "0010short", "000a\u{e9}bc"] {
            assert_eq!(parse_ref_updates(junk.as_bytes()), [], "{junk}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            assert!(parse_ref_updates(&bytes).len() <= 1000);
        }
    }
}
