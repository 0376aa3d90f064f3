//! All that a push would publish is named: every commit's lines, its words and who it is by, names of files; and nothing that the host
//! has already.

use skep::core::ids::Sha;
use skep::git::{AddedLines, FetchRequest, GitError, Outgoing, OutgoingSpec};

use super::{Lab, REPOSITORY, all_ways, run, write};

all_ways!(
    lines_that_a_later_commit_takes_out_are_there,
    a_merge_of_the_base_shows_what_only_it_holds,
    more_than_can_be_read_is_an_error,
);

fn text(lines: &[AddedLines]) -> String {
    let shown = |added: &AddedLines| {
        let text = String::from_utf8_lossy(&added.text).into_owned();
        format!("{}:{} {text}", added.path, added.line)
    };
    lines.iter().map(shown).collect()
}

async fn outgoing(lab: &Lab, head: &Sha, upstream: Option<&Sha>) -> Outgoing {
    let spec = OutgoingSpec {
        repository: REPOSITORY,
        head,
        base: &lab.base,
        upstream,
    };
    lab.git.outgoing(&spec, 1 << 20).await.expect("looked at")
}

async fn lines_that_a_later_commit_takes_out_are_there(lab: Lab) {
    let work = lab.workspace().await;
    write(&work, "a.txt", "one\n++ two\n");
    run(&work, &["add", "-A"]);
    run(&work, &["commit", "--quiet", "-m", "a word"]);
    std::fs::remove_file(work.join("a.txt")).expect("removed");
    write(&work, "b.bin", "x\0y\n");
    run(&work, &["add", "-A"]);
    run(&work, &["commit", "--quiet", "-m", "b"]);
    let head = lab.collect().await.expect("collected").head;
    let found = outgoing(&lab, &head, None).await;
    assert_eq!(text(&found.lines), "b.bin:1 x\0y\n");
    let way = text(&found.on_the_way);
    assert!(way.contains("a.txt:1 one\n++ two\n"), "{way}");
    assert!(found.on_the_way.iter().all(|added| added.commit.is_some()));
    assert_eq!(found.paths, ["a.txt", "b.bin"]);
    assert_eq!(found.commits.len(), 2);
    let words = String::from_utf8_lossy(&found.commits[1].1).into_owned();
    assert!(
        words.contains("\na word\n") && words.contains("author "),
        "{words}"
    );
}

async fn a_merge_of_the_base_shows_what_only_it_holds(lab: Lab) {
    let work = lab.workspace().await;
    let files = [("README.md", "hello\n"), ("theirs.txt", "theirs\n")];
    let upstream = lab.server.seed("main", &files).await;
    let want = FetchRequest {
        branch: "main".into(),
        sha: None,
    };
    let remote = lab.remote();
    lab.git.fetch(&remote, &want).await.expect("fetched");
    let commits = [&upstream];
    let contents = lab.git.fetch_contents(&remote, &commits).await;
    contents.expect("fetched");
    write(&work, "own.txt", "own\n");
    run(&work, &["add", "-A"]);
    run(&work, &["commit", "--quiet", "-m", "own"]);
    let merge = ["merge", "--quiet", "--no-commit", upstream.as_str()];
    run(&work, &merge);
    write(&work, "README.md", "hello\nhidden in the merge\n");
    run(&work, &["add", "-A"]);
    run(&work, &["commit", "--quiet", "-m", "merge"]);
    write(&work, "README.md", "hello\n");
    run(&work, &["add", "-A"]);
    run(&work, &["commit", "--quiet", "-m", "tidy"]);
    lab.make_bundle_beside(Some(&upstream));
    let mut spec = lab.collecting();
    spec.upstream = Some(upstream.clone());
    let head = lab.git.collect(&spec).await.expect("collected").head;
    let found = outgoing(&lab, &head, Some(&upstream)).await;
    assert_eq!(text(&found.lines), "own.txt:1 own\n");
    let way = text(&found.on_the_way);
    assert!(way.contains("README.md:2 hidden in the merge\n"), "{way}");
    if !lab.git.is_partial(REPOSITORY) {
        assert!(!way.contains("theirs"), "{way}");
    }
    // What is on the host is nobody's news.
    let known = outgoing(&lab, &upstream, None).await;
    assert_eq!((known.commits.len(), known.paths.len()), (0, 0));
}

async fn more_than_can_be_read_is_an_error(lab: Lab) {
    let work = lab.workspace().await;
    write(&work, "a.txt", &"long line\n".repeat(1_000));
    let head = lab.collect().await.expect("collected").head;
    let spec = OutgoingSpec {
        repository: REPOSITORY,
        head: &head,
        base: &lab.base,
        upstream: None,
    };
    let error = lab.git.outgoing(&spec, 5_000).await;
    assert!(matches!(error, Err(GitError::Flood { .. })), "{error:?}");
}
