//! Takes the commits an agent made, as a bundle file (gitformat-bundle(5)), into the quarantine.
//!
//! The file is the agent's: it is opened without following links, its header is read here, and only its pack is given to
//! `git index-pack`, with a cap, bounded memory and the full rules of fsck. Nothing of it is believed before that. The rules
//! are for what the agent made: a flaw in an object the mirror had before is the repository's own.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use rustix::fs::{Mode, OFlags};

use super::error::{GitError, one_line};
use super::process::{Input, Outcome, Program};
use super::quarantine::Quarantine;
use crate::core::ids::Sha;

/// The largest bundle looked at; a patch of a session is at most a few MiB.
const LARGEST: u64 = 64 << 20;

/// Processor time for unpacking it; an honest bundle of that size takes about three.
const SECONDS: u64 = 10;

/// So many flawed objects of the repository's own are looked past; each costs another look at the whole pack.
const FLAWS: usize = 10;

/// The longest header looked at.
const HEADER: u64 = 64 << 10;

/// The names in a bundle's header and what they stand for.
pub(super) type Heads = Vec<(String, Sha)>;

/// The most names in a header; an agent with more branches than that has made something else.
const MOST_HEADS: usize = 100;

/// Takes a bundle's objects into the quarantine and tells its heads, none when there is no such file. Every object
/// above `base` is known to be there afterwards. Errors: [`GitError::Bundle`] for anything that is wrong with it.
pub(super) async fn take(
    program: &Program,
    quarantine: &Quarantine,
    path: &Path,
    base: &Sha,
) -> Result<Heads, GitError> {
    let Some((file, at, heads)) = open(path)? else {
        return Ok(Heads::new());
    };
    let pack = Pack { file, at };
    let mut known: Vec<Sha> = Vec::new();
    loop {
        let outcome = unpack(program, quarantine, &pack, &known).await;
        match repositorys_own(program, quarantine, &outcome)
            .await?
            .filter(|flawed| !known.contains(flawed))
        {
            Some(flawed) if known.len() < FLAWS => known.push(flawed),
            _ => {
                judge(outcome)?;
                break;
            }
        }
    }
    let complete = quarantine
        .call("rev-list")
        .args(["--objects", "--quiet", "--end-of-options"]);
    let complete = complete
        .args(heads.iter().map(|(_, head)| head.as_str()))
        .arg(format!("^{base}"));
    judge(program.run(complete).await)?;
    Ok(heads)
}

/// Where the pack begins in a bundle's file.
struct Pack {
    file: File,
    at: u64,
}

/// Gives the pack to git, with the objects that need not keep the rules.
async fn unpack(
    program: &Program,
    quarantine: &Quarantine,
    pack: &Pack,
    known: &[Sha],
) -> Result<Outcome, GitError> {
    let disk = |error| GitError::disk("read the bundle", error);
    let mut file = pack.file.try_clone().map_err(disk)?;
    file.seek(SeekFrom::Start(pack.at)).map_err(disk)?;
    let strict = match known {
        [] => "--strict".to_owned(),
        known => format!(
            "--strict=skiplist={}",
            quarantine.list("known", known).await?
        ),
    };
    let call = quarantine
        .call("index-pack")
        .args([
            "--stdin",
            "--fix-thin",
            &strict,
            &format!("--max-input-size={LARGEST}"),
        ])
        .input(Input::File(file));
    program
        .run(
            call.config("core.packedGitWindowSize=16m")
                .config("pack.threads=1")
                .seconds(SECONDS),
        )
        .await
}

/// The object git complains of, when the mirror itself has it: a commit brings its whole tree, and git looks again at the
/// attributes and modules in there, whoever wrote them.
async fn repositorys_own(
    program: &Program,
    quarantine: &Quarantine,
    outcome: &Result<Outcome, GitError>,
) -> Result<Option<Sha>, GitError> {
    let Ok(Outcome {
        success: false,
        stderr,
        ..
    }) = outcome
    else {
        return Ok(None);
    };
    let words = stderr.split(|c: char| !c.is_ascii_hexdigit());
    let Some(flawed) = words
        .filter(|word| word.len() >= 40)
        .find_map(|word| word.parse::<Sha>().ok())
    else {
        return Ok(None);
    };
    let there = program
        .run(
            quarantine
                .mirrors_own("cat-file")
                .args(["-e", flawed.as_str()]),
        )
        .await?;
    Ok(there.success.then_some(flawed))
}

/// A process that fails, floods or hangs over an agent's pack says something about the pack.
fn judge(result: Result<Outcome, GitError>) -> Result<(), GitError> {
    let reason = match result {
        Ok(outcome) if outcome.success => return Ok(()),
        Ok(outcome) if matches!(outcome.failed(), GitError::Full { .. }) => {
            return Err(outcome.failed());
        }
        Ok(outcome) if outcome.stderr.is_empty() => "reading them took too much".to_owned(),
        Ok(outcome) => one_line(&outcome.stderr, 200),
        Err(GitError::Timeout { .. }) => "reading them took too long".to_owned(),
        Err(error) => return Err(error),
    };
    Err(GitError::Bundle { reason })
}

/// Opens the file and reads its header: where the pack begins, and the bundle's heads.
fn open(path: &Path) -> Result<Option<(File, u64, Heads)>, GitError> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut file = match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(descriptor) => File::from(descriptor),
        Err(rustix::io::Errno::NOENT) => return Ok(None),
        Err(error) => {
            return Err(GitError::Bundle {
                reason: format!("the bundle cannot be opened ({error})"),
            });
        }
    };
    let disk = |error| GitError::disk("read the bundle", error);
    let meta = file.metadata().map_err(disk)?;
    if !meta.is_file() || meta.len() > LARGEST {
        return Err(GitError::Bundle {
            reason: format!("the bundle is not a file of at most {LARGEST} bytes"),
        });
    }
    let mut start = Vec::new();
    file.by_ref()
        .take(HEADER)
        .read_to_end(&mut start)
        .map_err(disk)?;
    let (heads, pack) = parse(&start).ok_or_else(|| GitError::Bundle {
        reason: "the bundle's header is broken".into(),
    })?;
    Ok(Some((file, pack, heads)))
}

/// The heads, at least one, and where the pack begins.
fn parse(bytes: &[u8]) -> Option<(Heads, u64)> {
    let mut heads = Heads::new();
    let mut offset = 0;
    for (number, line) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
        offset += line.len();
        let line = std::str::from_utf8(line.strip_suffix(b"\n")?);
        match (number, line) {
            (0, Ok("# v2 git bundle" | "# v3 git bundle")) => {}
            (0, _) => return None,
            (_, Ok("")) => {
                return (1..=MOST_HEADS)
                    .contains(&heads.len())
                    .then_some((heads, offset as u64));
            }
            // Prerequisites carry a commit's title, which may be any bytes; that all is there is proved later.
            (_, Err(_)) => {}
            (_, Ok(line)) if line.starts_with('-') || line.starts_with("@object-format=") => {}
            (_, Ok(line)) => {
                let (sha, name) = line.split_once(' ')?;
                heads.push((name.to_owned(), sha.parse().ok()?));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA: &str = "0123456789012345678901234567890123456789";

    #[test]
    fn headers_are_read_or_refused() {
        let good = format!("# v2 git bundle\n-{SHA} title\n{SHA} HEAD\n\nPACK…");
        let head = ("HEAD".to_owned(), SHA.parse().expect("a sha"));
        assert_eq!(
            parse(good.as_bytes()),
            Some((vec![head], good.len() as u64 - 7))
        );
        let bad = [
            String::new(),
            "PACK".into(),
            "# v2 git bundle\n".into(),
            "# v2 git bundle\n\nPACK".into(),
            format!(
                "# v2 git bundle\n{}\n",
                format!("{SHA} HEAD\n").repeat(MOST_HEADS + 1)
            ),
            format!("# v3 git bundle\n@filter=blob:none\n{SHA} HEAD\n\n"),
            format!("# v2 git bundle\n--upload-pack=x HEAD\n{SHA} HEAD"),
            "# v2 git bundle\nzz HEAD\n\n".into(),
        ];
        for bad in bad {
            assert_eq!(parse(bad.as_bytes()), None, "{bad:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
            let mut header = b"# v2 git bundle\n".to_vec();
            header.extend(&bytes);
            let _ = (parse(&bytes), parse(&header));
        }
    }
}
