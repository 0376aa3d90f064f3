//! The other side: its address, calls that go there, and what its refusals mean.
//!
//! Git tells what happened only in words for people; this file reads them (in the C locale) into [`GitError`]. It must
//! never let a call reach anything but https, or http on this machine's loopback.

use std::path::Path;

use secrecy::SecretString;
use url::{Host, Url};

use super::Git;
use super::error::{GitError, one_line};
use super::fetch_locks::Turn;
use super::process::{Call, Outcome};
use crate::core::ids::RepositoryId;

/// A repository on its host, and the right to use it.
#[derive(Debug, Clone)]
pub struct Remote {
    /// The repository; also names the mirror.
    pub repository: RepositoryId,
    /// `https://host/owner/name.git`; plain http for loopback only; never with a user or password in it.
    pub url: String,
    /// An installation token (opaque, up to 4 KiB); `None` only where the host asks for none.
    pub token: Option<SecretString>,
}

/// A fetch: from where, into which mirror, in whose turn.
#[derive(Clone, Copy)]
pub(super) struct Fetch<'a> {
    pub(super) remote: &'a Remote,
    pub(super) mirror: &'a Path,
    pub(super) turn: &'a Turn<'a>,
}

impl Remote {
    /// The configuration that opens exactly the transport of this address. Errors: [`GitError::Address`].
    fn transport(&self) -> Result<&'static str, GitError> {
        let wrong = || GitError::Address(self.url.chars().take(200).collect());
        let url = Url::parse(&self.url).map_err(|_| wrong())?;
        let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        if !plain || url.fragment().is_some() || self.url.bytes().any(|b| b.is_ascii_control()) {
            return Err(wrong());
        }
        let loopback = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        match url.scheme() {
            "https" if url.has_host() => Ok("protocol.https.allow=always"),
            "http" if loopback => Ok("protocol.http.allow=always"),
            _ => Err(wrong()),
        }
    }
}

impl Git {
    /// Runs one call that speaks with the remote; the token is offered for its length only.
    pub(super) async fn run_remote(
        &self,
        remote: &Remote,
        mirror: &Path,
        call: Call,
    ) -> Result<Outcome, GitError> {
        // What may take long may be slow as well, as long as anything comes: while the host gathers what it will send, it says
        // only that it is there.
        let (bytes, seconds) = match call.has_timeout() {
            true => (1, self.inner.silence.as_secs().max(1)),
            false => (1_000, 30),
        };
        let mut call = call
            .repository(mirror)
            .config(remote.transport()?)
            .config(format!("http.lowSpeedLimit={bytes}"))
            .config(format!("http.lowSpeedTime={seconds}"));
        call = self.inner.way_out.to(call, &remote.url);
        let offer = remote
            .token
            .as_ref()
            .map(|token| self.inner.askpass.offer(token))
            .transpose()?;
        if let Some(offer) = &offer {
            call = offer.to(call);
        }
        self.inner.program.run(call).await
    }
}

/// What a failed conversation means, as far as it is the same for reading and writing.
pub(super) fn classify(outcome: &Outcome) -> GitError {
    let text = outcome.stderr.to_ascii_lowercase();
    let has = |needles: &[&str]| needles.iter().any(|needle| text.contains(needle));
    let line = || one_line(&remote_words(&outcome.stderr), 400);
    if has(&["returned error: 403", "permission to "]) {
        return GitError::Forbidden { reason: line() };
    }
    if has(&["returned error: 404", "repository not found", "' not found"]) {
        return GitError::Gone;
    }
    if has(&[
        "authentication failed",
        "could not read password",
        "could not read username",
        "returned error: 401",
    ]) {
        return GitError::BadToken;
    }
    if has(&[
        "returned error: 30",
        "unable to update url base from redirection",
    ]) {
        return GitError::Redirected;
    }
    if has(&["fatal: bad object", "does not match any"]) {
        // Ours: the mirror lacks what was to be sent. The broken connection that follows is only its echo.
        return outcome.failed();
    }
    if has(&["operation too slow"]) {
        return GitError::Stalled;
    }
    let broken = [
        "unable to access",
        "could not resolve host",
        "returned error: 5",
        "returned error: 429",
        "rpc failed",
        "early eof",
        "unexpected disconnect",
        "the remote end hung up",
        "connection reset",
        "expected flush",
        "invalid server response",
        "unable to rewind rpc post data",
    ];
    if has(&broken) {
        GitError::Network {
            why: one_line(&outcome.stderr, 400),
        }
    } else {
        outcome.failed()
    }
}

/// The lines the remote itself wrote, or else all of it.
pub(super) fn remote_words(stderr: &str) -> String {
    let words: Vec<&str> = stderr
        .lines()
        .filter_map(|line| line.strip_prefix("remote:"))
        .map(|line| line.trim().trim_start_matches("error:").trim())
        // Empty lines and rules that only divide.
        .filter(|line| line.chars().any(char::is_alphanumeric))
        .collect();
    if words.is_empty() {
        stderr.to_owned()
    } else {
        words.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remote(url: &str) -> Remote {
        Remote {
            repository: RepositoryId(1),
            url: url.into(),
            token: None,
        }
    }

    #[test]
    fn only_https_and_loopback_are_addresses() {
        for good in [
            "https://github.com/o/r.git",
            "http://127.0.0.1:3000/o/r.git",
            "http://[::1]:1/x",
            "http://localhost/x",
        ] {
            assert!(remote(good).transport().is_ok(), "{good}");
        }
        let bad = [
            "http://github.com/o/r.git",
            "https://token@github.com/o/r.git",
            "https://u:p@github.com/o/r.git",
            "file:///etc",
            "/etc",
            "ssh://git@github.com/o/r",
            "ext::sh -c x",
            "--upload-pack=x",
            "https://github.com/o/r.git?x",
            "http://localhost.evil.example/x",
        ];
        for bad in bad {
            assert!(
                matches!(remote(bad).transport(), Err(GitError::Address(_))),
                "{bad}"
            );
        }
    }

    #[test]
    fn words_for_people_become_errors() {
        let said = |stderr: &str| {
            classify(&Outcome {
                verb: "fetch",
                success: false,
                stdout: vec![],
                stderr: stderr.into(),
            })
        };
        let access =
            "fatal: unable to access 'https://h/o/r.git/': The requested URL returned error: ";
        assert_eq!(
            said("fatal: Authentication failed for 'https://h/o/r.git/'"),
            GitError::BadToken
        );
        assert_eq!(
            said("remote: Repository not found.\nfatal: repository 'https://h/o/r.git/' not found"),
            GitError::Gone
        );
        assert_eq!(
            said(&format!(
                "remote: Permission to o/r.git denied to x[bot].\n{access}403"
            )),
            GitError::Forbidden {
                reason: "Permission to o/r.git denied to x[bot].".into()
            }
        );
        assert_eq!(said(&format!("{access}301")), GitError::Redirected);
        for trouble in [
            &format!("{access}502") as &str,
            "fatal: unable to access 'x': Could not resolve host: h",
            "fatal: early EOF",
        ] {
            assert!(
                matches!(said(trouble), GitError::Network { .. }),
                "{trouble}"
            );
        }
        assert!(matches!(said("fatal: bad object"), GitError::Failed { .. }));
    }
}
