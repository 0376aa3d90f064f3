//! Every git process this module starts, written down: arguments and environment equal the golden list.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
#[cfg(target_os = "linux")]
use std::time::Duration;

use skep::git::{FetchRequest, OutgoingSpec, Push};
#[cfg(target_os = "linux")]
use skep::git::{Git, GitConfig, GitError, OldGit};

use super::server::TOKEN;
use super::{Lab, REPOSITORY, run, write};

/// A git that notes how it was called.
fn recorder(folder: &Path) -> std::path::PathBuf {
    let (program, notes) = (folder.join("git"), folder.join("notes"));
    fs::create_dir_all(&notes).expect("made");
    let script = format!(
        "#!/bin/sh\n{{ printf '%s\\n' \"$@\"; echo ---; env; }} > '{}'/$$\nexec /usr/bin/env git \"$@\"\n",
        notes.display()
    );
    fs::write(&program, script).expect("written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("set");
    program
}

/// Each quarantine has a number of its own behind its session.
fn unnumbered(text: &str) -> String {
    let (first, rest) = text.split_once("incoming-7-12-1-").unwrap_or((text, ""));
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    if rest.is_empty() && first == text {
        text.to_owned()
    } else {
        format!("{first}incoming-7-12-1{}", unnumbered(rest))
    }
}

/// The notes, with what differs from run to run replaced.
fn notes(folder: &Path, lab: &Lab) -> [BTreeSet<String>; 3] {
    let [mut calls, mut configurations, mut environments]: [BTreeSet<String>; 3] =
        Default::default();
    for note in fs::read_dir(folder.join("notes"))
        .expect("listed")
        .flatten()
    {
        let text = fs::read_to_string(note.path()).expect("read");
        assert!(!text.contains(TOKEN));
        let text = text
            .replace(&lab.remote().url, "URL")
            .replace(&lab.folder.path().display().to_string(), "");
        let text = unnumbered(&text);
        let (arguments, environment) = text.split_once("---\n").expect("both");
        let mut lines = arguments.lines();
        let mut settings = Vec::new();
        let mut line = lines.next();
        while line == Some("-c") {
            settings.push(lines.next().expect("a setting"));
            line = lines.next();
        }
        let call: Vec<&str> = line.into_iter().chain(lines).collect();
        let call = masked(&call.join(" "));
        let (fixed, own) = settings.split_at(20.min(settings.len()));
        configurations.insert(fixed.join("\n"));
        calls.insert(format!("{call} | {}", own.join(" ")).trim_end().to_owned());
        // The recording shell adds these three.
        let shell = |line: &&str| {
            !["PWD=", "SHLVL=", "_=", "OLDPWD="]
                .iter()
                .any(|name| line.starts_with(name))
        };
        environments.extend(environment.lines().filter(shell).map(masked));
    }
    [calls, configurations, environments]
}

/// Object names become `SHA`, counters `N`.
fn masked(text: &str) -> String {
    let words = text
        .split_inclusive(|c: char| !c.is_ascii_alphanumeric())
        .map(|word| {
            let (body, end) = word.split_at(
                word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric())
                    .len(),
            );
            let sha = body.len() == 40 && body.bytes().all(|b| b.is_ascii_hexdigit());
            format!("{}{end}", if sha { "SHA" } else { body })
        });
    let text: String = words.collect();
    match text.split_once("token-") {
        Some((before, _)) => format!("{before}token-N"),
        None => text,
    }
}

#[tokio::test]
async fn every_call_is_on_the_golden_list() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let lab = Lab::with_program(recorder(folder.path())).await;
    let work = lab.workspace().await;
    write(&work, "a", "1");
    run(&work, &["add", "-A"]);
    run(&work, &["commit", "--quiet", "-m", "a"]);
    write(&work, "b", "1");
    fs::remove_file(work.join("README.md")).expect("removed");
    std::os::unix::fs::symlink("b", work.join("link")).expect("linked");
    let head = lab.collect().await.expect("collected").head;
    lab.collect().await.expect("collected");
    let push = Push {
        branch: lab.branch(),
        head: head.clone(),
        expected: None,
    };
    lab.git
        .publish(&lab.remote(), &push)
        .await
        .expect("published");
    lab.git
        .delete_branch(&lab.remote(), &push.branch, &head)
        .await
        .expect("deleted");
    lab.git
        .read_file(REPOSITORY, &head, "a", 10)
        .await
        .expect("read");
    let outgoing = OutgoingSpec {
        repository: REPOSITORY,
        head: &head,
        base: &lab.base,
        upstream: None,
    };
    lab.git
        .outgoing(&outgoing, 10_000)
        .await
        .expect("looked at");
    lab.git
        .diff(REPOSITORY, &lab.base, &head, 1000)
        .await
        .expect("a diff");
    lab.git
        .remove_session(REPOSITORY, &lab.session, &work)
        .await
        .expect("removed");

    let [calls, configurations, environments] = notes(folder.path(), &lab);
    let text = |set: BTreeSet<String>| set.into_iter().collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(text(configurations), @r#"
    core.hooksPath=/dev/null
    core.fsmonitor=false
    core.untrackedCache=false
    core.attributesFile=/dev/null
    core.excludesFile=/dev/null
    core.symlinks=true
    core.protectHFS=true
    core.protectNTFS=true
    core.autocrlf=false
    safe.bareRepository=explicit
    protocol.allow=never
    transfer.fsckObjects=true
    submodule.recurse=false
    push.recurseSubmodules=no
    credential.helper=
    http.followRedirects=false
    gc.auto=0
    maintenance.auto=false
    commit.gpgSign=false
    diff.renameLimit=400
    "#);
    insta::assert_snapshot!(text(environments), @r#"
    GIT_ASKPASS=/data/askpass/askpass
    GIT_ATTR_NOSYSTEM=1
    GIT_AUTHOR_EMAIL=1+skep[bot]@users.noreply.github.com
    GIT_AUTHOR_NAME=skep[bot]
    GIT_COMMITTER_EMAIL=1+skep[bot]@users.noreply.github.com
    GIT_COMMITTER_NAME=skep[bot]
    GIT_CONFIG_GLOBAL=/dev/null
    GIT_CONFIG_NOSYSTEM=1
    GIT_DIR=/data/mirrors/7.git
    GIT_DIR=/data/sessions/7-12-1/work.making/.git
    GIT_INDEX_FILE=/data/mirrors/7.git/objects/incoming-7-12-1/index
    GIT_INDEX_FILE=/data/mirrors/7.git/objects/incoming-7-12-1/index-around
    GIT_LITERAL_PATHSPECS=1
    GIT_NO_LAZY_FETCH=1
    GIT_NO_REPLACE_OBJECTS=1
    GIT_OBJECT_DIRECTORY=/data/mirrors/7.git/objects/incoming-7-12-1
    GIT_TERMINAL_PROMPT=0
    GIT_WORK_TREE=/data/sessions/7-12-1/work
    GIT_WORK_TREE=/data/sessions/7-12-1/work.making
    HOME=/dev/null
    LC_ALL=C
    PATH=/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin:/run/current-system/sw/bin
    SKEP_ASKPASS=/data/askpass/token-N
    SKEP_HOME=/data
    TZ=UTC
    "#);
    insta::assert_snapshot!(text(calls), @r#"
    cat-file --batch --follow-symlinks |
    cat-file --batch |
    cat-file blob SHA |
    check-attr -z --stdin filter | core.bare=false index.skipHash=true
    commit-tree -p SHA -F - SHA |
    diff-files --raw -z --no-abbrev --ignore-submodules=all | core.bare=false index.skipHash=true
    diff-tree -r --root -m --stdin --no-ext-diff --no-textconv --raw -z --no-abbrev --no-renames --no-commit-id |
    diff-tree -r --root -m --stdin --no-ext-diff --no-textconv -p -M --text --unified=0 --irreversible-delete --no-color --src-prefix=a/ --dst-prefix=b/ | core.quotePath=false
    diff-tree -r -M --no-ext-diff --no-textconv -p --binary --end-of-options SHA SHA |
    diff-tree -r -M --no-ext-diff --no-textconv -z --raw --numstat --no-abbrev --end-of-options SHA SHA |
    diff-tree -r -p -M --no-ext-diff --no-textconv --no-color --end-of-options SHA SHA |
    fetch --prune --progress --no-tags --no-write-fetch-head --no-auto-maintenance --no-recurse-submodules --end-of-options URL +refs/heads/*:refs/heads/* | fetch.fsckObjects=false protocol.http.allow=always http.lowSpeedLimit=1 http.lowSpeedTime=60 credential.username=x-access-token http.proactiveAuth=basic
    hash-object --no-filters --stdin-paths |
    index-pack --stdin --fix-thin --strict --max-input-size=67108864 | core.packedGitWindowSize=16m pack.threads=1
    init --quiet --bare --template= --initial-branch=main --end-of-options /data/mirrors/7.making |
    lfs version |
    log --format= -z --raw -r -m --root --no-abbrev --no-renames --no-ext-diff --end-of-options SHA ^SHA |
    log -1 --format=%ce%n%B --end-of-options SHA |
    ls-files -z --others --exclude-standard -- b link | core.bare=false index.skipHash=true core.excludesFile=/data/mirrors/7.git/objects/incoming-7-12-1/index.ignore
    ls-files -z --others --exclude-standard --ignored --directory -- b link | core.bare=false index.skipHash=true
    ls-files -z --others --exclude-standard --ignored --directory -- b link | core.bare=false index.skipHash=true core.excludesFile=/data/mirrors/7.git/objects/incoming-7-12-1/index.ignore
    ls-files -z --stage | core.bare=false index.skipHash=true
    ls-remote --refs --end-of-options URL refs/heads/agent/12-add-a-page refs/heads/agent/12-add-a-page/* refs/heads/agent | protocol.http.allow=always http.lowSpeedLimit=1000 http.lowSpeedTime=30 credential.username=x-access-token http.proactiveAuth=basic
    ls-tree -z --name-only --end-of-options SHA |
    merge-base --end-of-options SHA SHA |
    merge-base --is-ancestor SHA SHA |
    push --porcelain --no-verify --no-follow-tags --no-signed --no-recurse-submodules --force-with-lease=refs/heads/agent/12-add-a-page: --end-of-options URL SHA:refs/heads/agent/12-add-a-page | protocol.http.allow=always http.lowSpeedLimit=1000 http.lowSpeedTime=30 credential.username=x-access-token http.proactiveAuth=basic
    push --porcelain --no-verify --no-follow-tags --no-signed --no-recurse-submodules --force-with-lease=refs/heads/agent/12-add-a-page:SHA --end-of-options URL :refs/heads/agent/12-add-a-page | protocol.http.allow=always http.lowSpeedLimit=1000 http.lowSpeedTime=30 credential.username=x-access-token http.proactiveAuth=basic
    read-tree --reset -u --end-of-options SHA |
    read-tree -m -i --end-of-options SHA | core.bare=false index.skipHash=true
    rev-list --count --end-of-options SHA ^SHA |
    rev-list --objects --quiet --end-of-options SHA ^SHA |
    rev-list --parents --not --branches --not --end-of-options SHA ^SHA |
    rev-parse --verify --quiet SHA^{tree} |
    update-index --add --replace -z --stdin | core.bare=false index.skipHash=true
    update-index --force-remove -z --stdin | core.bare=false index.skipHash=true
    update-index -z --index-info | core.bare=false index.skipHash=true
    update-ref --no-deref refs/skep/sessions/7-12-1 SHA |
    update-ref -d refs/skep/sessions/7-12-1 |
    version |
    write-tree | core.bare=false index.skipHash=true
    "#);
}

/// What differs where the mirror lacks older contents, and a later fetch.
#[tokio::test]
async fn so_is_every_call_that_speaks_for_a_partial_mirror() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let lab = Lab::with_program(recorder(folder.path())).await;
    lab.git.leave_contents(REPOSITORY).await.expect("marked");
    let want = FetchRequest {
        branch: "main".into(),
        sha: None,
    };
    lab.git.fetch(&lab.remote(), &want).await.expect("fetched");
    let fetched = lab.git.fetch_contents(&lab.remote(), &[&lab.base]).await;
    fetched.expect("fetched");
    let push = Push {
        branch: lab.branch(),
        head: lab.base.clone(),
        expected: None,
    };
    let pushed = lab.git.publish(&lab.remote(), &push).await;
    pushed.expect("published");
    let [calls, ..] = notes(folder.path(), &lab);
    let own = |call: &String| {
        ["fetch", "push", "rev-list"]
            .iter()
            .any(|verb| call.starts_with(verb))
    };
    let calls: Vec<String> = calls.into_iter().filter(own).collect();
    insta::assert_snapshot!(calls.join("\n"), @r#"
    fetch --progress --stdin --no-tags --no-write-fetch-head --no-auto-maintenance --no-recurse-submodules --filter=blob:none --end-of-options older-contents-are-not-here | fetch.negotiationAlgorithm=noop remote.older-contents-are-not-here.url=URL fetch.fsckObjects=false protocol.http.allow=always http.lowSpeedLimit=1 http.lowSpeedTime=60 credential.username=x-access-token http.proactiveAuth=basic
    fetch --prune --progress --no-tags --no-write-fetch-head --no-auto-maintenance --no-recurse-submodules --filter=blob:none --end-of-options older-contents-are-not-here +refs/heads/*:refs/heads/* | remote.older-contents-are-not-here.url=URL fetch.fsckObjects=false protocol.http.allow=always http.lowSpeedLimit=1 http.lowSpeedTime=60 credential.username=x-access-token http.proactiveAuth=basic
    push --porcelain --no-verify --no-follow-tags --no-signed --no-recurse-submodules --force-with-lease=refs/heads/agent/12-add-a-page: --no-thin --end-of-options URL SHA:refs/heads/agent/12-add-a-page | protocol.http.allow=always http.lowSpeedLimit=1000 http.lowSpeedTime=30 credential.username=x-access-token http.proactiveAuth=basic
    rev-list --objects --no-object-names --missing=print --end-of-options SHA^{tree} |
    "#);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_process_that_hangs_is_ended_with_its_children() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let lab = Lab::new().await;
    let (program, child) = (folder.path().join("git"), folder.path().join("child"));
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *version*) exec /usr/bin/env git version;; esac\nsleep 1000 &\necho $! > '{}'\nwait\n",
        child.display()
    );
    fs::write(&program, script).expect("written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("set");
    let config = |timeout| GitConfig {
        program: program.clone(),
        data_dir: folder.path().join("data"),
        timeout,
        first_fetch: timeout,
        silence: timeout,
        old_git: OldGit::Allow,
        network: Default::default(),
        life: None,
    };
    let want = FetchRequest {
        branch: "main".into(),
        sha: None,
    };
    let git = Git::open(config(Duration::from_secs(2)))
        .await
        .expect("opened");
    let error = git.fetch(&lab.remote(), &want).await.expect_err("too long");
    assert!(matches!(error, GitError::Timeout { .. }), "{error:?}");
    assert!(ended(&child).await, "the child outlived the timeout");

    fs::remove_file(&child).expect("removed");
    let git = Git::open(config(Duration::from_secs(60)))
        .await
        .expect("opened");
    let remote = lab.remote();
    let running = tokio::spawn(async move { git.fetch(&remote, &want).await.map(drop) });
    let started = async {
        while fs::read_to_string(&child).unwrap_or_default().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), started)
        .await
        .expect("it started");
    running.abort();
    assert!(running.await.expect_err("aborted").is_cancelled());
    assert!(ended(&child).await, "the child outlived the drop");
}

/// Waits until the process noted in the file is gone (or only waits to be reaped by its new parent).
#[cfg(target_os = "linux")]
async fn ended(file: &Path) -> bool {
    let pid = fs::read_to_string(file).expect("noted").trim().to_owned();
    let gone = async {
        while let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) {
            if stat
                .rsplit(") ")
                .next()
                .is_some_and(|rest| rest.starts_with('Z'))
            {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone)
        .await
        .is_ok()
}
