//! The server side of git's smart HTTP protocol: what `git-http-backend` does, over a directory.
//!
//! It exists so that the simulator serves real packs to real git clients; the tests of the product's git module stand their own server
//! on it. It must never decide who may do what (that is `git.rs`; this file only speaks the protocol), and never run a hook:
//! its repositories have none. <https://git-scm.com/docs/http-protocol>

use std::collections::BTreeMap;
use std::path::Path;

use crate::ids::Sha;

use crate::git::git_commands;
use crate::git::git_commands::GitFault;

/// The two halves of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Clone and fetch.
    UploadPack,
    /// Push.
    ReceivePack,
}

impl Service {
    /// Reads `git-upload-pack` or `git-receive-pack`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "git-upload-pack" => Some(Self::UploadPack),
            "git-receive-pack" => Some(Self::ReceivePack),
            _ => None,
        }
    }

    /// The name on the wire: `git-upload-pack` or `git-receive-pack`.
    pub fn name(self) -> &'static str {
        match self {
            Self::UploadPack => "git-upload-pack",
            Self::ReceivePack => "git-receive-pack",
        }
    }

    fn subcommand(self) -> &'static str {
        match self {
            Self::UploadPack => "upload-pack",
            Self::ReceivePack => "receive-pack",
        }
    }
}

/// One line of a push: which ref moves from where to where. All zeros means "does not exist".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefUpdate {
    /// Where the client believes the ref is.
    pub old: Sha,
    /// Where it shall be.
    pub new: Sha,
    /// The full name, as `refs/heads/main`.
    pub name: String,
}

/// What a push asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PushRequest {
    /// The refs it moves.
    pub updates: Vec<RefUpdate>,
    /// What the client said it can do, as `report-status side-band-64k …`.
    pub capabilities: String,
    /// Where in the body the pack begins.
    pub pack_offset: usize,
}

/// The first answer of a clone, fetch or push: the refs. `protocol` is the client's `Git-Protocol` header.
pub async fn advertise(
    service: Service,
    dir: &Path,
    protocol: Option<&str>,
) -> Result<Vec<u8>, GitFault> {
    let mut answer = Vec::new();
    if !(service == Service::UploadPack && protocol.is_some_and(|p| p.contains("version=2"))) {
        answer.extend(packet_line(
            format!("# service={}\n", service.name()).as_bytes(),
        ));
        answer.extend_from_slice(b"0000");
    }
    let args = [
        service.subcommand(),
        "--stateless-rpc",
        "--http-backend-info-refs",
        ".",
    ];
    answer.extend(git_commands::run_protocol(dir, &args, protocol, &[]).await?);
    Ok(answer)
}

/// One round of the conversation: the request body in, the answer's body out.
pub async fn rpc(
    service: Service,
    dir: &Path,
    protocol: Option<&str>,
    body: &[u8],
) -> Result<Vec<u8>, GitFault> {
    git_commands::run_protocol(
        dir,
        &[service.subcommand(), "--stateless-rpc", "."],
        protocol,
        body,
    )
    .await
}

/// Makes an empty bare repository whose HEAD is `branch`, set up to serve as GitHub does.
pub async fn init_repository(dir: &Path, branch: &str) -> Result<(), GitFault> {
    tokio::fs::create_dir_all(dir).await.map_err(GitFault::Io)?;
    let head = format!("--initial-branch={branch}");
    git_commands::run(
        dir,
        &["init", "--quiet", "--bare", "--template=", &head, "."],
        &[],
    )
    .await?;
    let settings = "[receive]\n\thideRefs = refs/pull\n\tautogc = false\n\tfsckObjects = true\n[gc]\n\tauto = 0\n\
        [uploadpack]\n\tallowFilter = true\n\tallowAnySHA1InWant = true\n[http]\n\treceivepack = true\n";
    let path = dir.join("config");
    let mut text = tokio::fs::read_to_string(&path)
        .await
        .map_err(GitFault::Io)?;
    text.push_str(settings);
    tokio::fs::write(&path, text).await.map_err(GitFault::Io)
}

/// Every ref with the object it names, sorted by name.
pub async fn refs(dir: &Path) -> Result<BTreeMap<String, Sha>, GitFault> {
    let listed = git_commands::run(
        dir,
        &["for-each-ref", "--format=%(objectname) %(refname)"],
        &[],
    )
    .await?;
    let text = String::from_utf8_lossy(&listed);
    let pairs = text.lines().filter_map(|line| line.split_once(' '));
    Ok(pairs
        .filter_map(|(sha, name)| Some((name.to_owned(), sha.parse().ok()?)))
        .collect())
}

/// Reads the commands at the head of a `git-receive-pack` body; `None` when it is not one.
pub fn parse_ref_updates(body: &[u8]) -> Option<PushRequest> {
    let mut request = PushRequest::default();
    let mut at = 0;
    loop {
        let length =
            usize::from_str_radix(std::str::from_utf8(body.get(at..at + 4)?).ok()?, 16).ok()?;
        if length == 0 {
            request.pack_offset = at + 4;
            return Some(request);
        }
        let line = std::str::from_utf8(body.get(at + 4..at + length)?).ok()?;
        at += length;
        let (command, capabilities) = line.split_once('\0').unwrap_or((line, ""));
        if !capabilities.is_empty() {
            request.capabilities = capabilities.trim().to_owned();
        }
        request.updates.extend(parse_command(command.trim_end()));
    }
}

fn parse_command(line: &str) -> Option<RefUpdate> {
    let mut words = line.splitn(3, ' ');
    let (old, new, name) = (words.next()?, words.next()?, words.next()?);
    Some(RefUpdate {
        old: old.parse().ok()?,
        new: new.parse().ok()?,
        name: name.to_owned(),
    })
}

/// Frames bytes as one pkt-line.
pub fn packet_line(payload: &[u8]) -> Vec<u8> {
    let mut line = format!("{:04x}", payload.len() + 4).into_bytes();
    line.extend_from_slice(payload);
    line
}

/// The answer that refuses every ref of a push with one reason, in the report-status form the client asked for.
/// `remote` is what git prints behind `remote:`.
pub fn refusal(request: &PushRequest, reason: &str, remote: &str) -> Vec<u8> {
    let mut report = packet_line(b"unpack ok\n");
    for update in &request.updates {
        report.extend(packet_line(
            format!("ng {} {reason}\n", update.name).as_bytes(),
        ));
    }
    report.extend_from_slice(b"0000");
    if !request.capabilities.contains("side-band-64k") {
        return report;
    }
    let band = |number: u8, bytes: &[u8]| packet_line(&[&[number], bytes].concat());
    let mut answer = Vec::new();
    if !remote.is_empty() {
        answer.extend(band(2, format!("{remote}\n").as_bytes()));
    }
    answer.extend(band(1, &report));
    answer.extend_from_slice(b"0000");
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_commands_of_a_push() {
        let (zero, one) = ("0".repeat(40), "1".repeat(40));
        let first = format!("{zero} {one} refs/heads/a\0 report-status side-band-64k");
        let mut body = packet_line(first.as_bytes());
        body.extend(packet_line(
            format!("{one} {zero} refs/heads/b\n").as_bytes(),
        ));
        body.extend_from_slice(b"0000PACK");
        let request = parse_ref_updates(&body).expect("a well-formed push");
        let names: Vec<&str> = request.updates.iter().map(|u| u.name.as_str()).collect();
        assert_eq!(names, ["refs/heads/a", "refs/heads/b"]);
        assert_eq!(request.capabilities, "report-status side-band-64k");
        assert_eq!(&body[request.pack_offset..], b"PACK");
    }

    #[test]
    fn a_broken_push_is_no_push() {
        assert_eq!(parse_ref_updates(b"zzzz"), None);
        assert_eq!(parse_ref_updates(b"00ff short"), None);
        assert_eq!(parse_ref_updates(b"0003"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            if let Some(request) = parse_ref_updates(&bytes) {
                assert!(request.pack_offset <= bytes.len());
            }
        }
    }
}
