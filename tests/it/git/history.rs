//! What landed lately and which files there are, read from the mirror.

use skep::core::ids::Sha;
use skep::git::FetchRequest;

use super::{Kind, Lab, REPOSITORY, all_ways, run};

async fn fetched(lab: &Lab) -> Sha {
    let want = FetchRequest {
        branch: "main".into(),
        sha: None,
    };
    if lab.kind == Kind::Partial {
        lab.git.leave_contents(REPOSITORY).await.expect("set up");
    }
    let fetched = lab.git.fetch(&lab.remote(), &want).await;
    fetched.expect("fetched").head
}

async fn commits_are_listed_with_their_paths(lab: Lab) {
    assert_eq!(lab.git.last_head(REPOSITORY, "main"), None);
    lab.server
        .seed("main", &[("src/Größe.rs", "x"), ("a b.txt", "y")])
        .await;
    let head = fetched(&lab).await;
    assert_eq!(lab.git.last_head(REPOSITORY, "main"), Some(head.clone()));
    let landed = lab.git.landed(REPOSITORY, &head, 10).await.expect("listed");
    let newest = landed.first().expect("a commit");
    assert!(head.as_str().starts_with(&newest.commit), "{newest:?}");
    assert!(!newest.message.is_empty());
    assert!(
        ["a b.txt", "src/Größe.rs"]
            .iter()
            .all(|path| newest.paths.iter().any(|other| other == path)),
        "{newest:?}"
    );
    let one = lab.git.landed(REPOSITORY, &head, 1).await.expect("listed");
    assert_eq!(one.len(), 1);
    let paths = lab.git.paths(REPOSITORY, &head).await.expect("listed");
    assert!(paths.iter().any(|path| path == "src/Größe.rs"), "{paths:?}");
}

async fn of_a_merge_what_it_brought_counts(lab: Lab) {
    let folder = lab.folder.path().join("clone");
    let clone = folder.to_str().expect("text");
    let host = lab.server.repository();
    let host = host.to_str().expect("text");
    run(lab.folder.path(), &["clone", "--quiet", host, clone]);
    let git = |arguments: &[&str]| run(&folder, arguments);
    git(&["checkout", "--quiet", "-b", "side"]);
    std::fs::write(folder.join("side.txt"), "x").expect("written");
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "On the side"]);
    git(&["checkout", "--quiet", "main"]);
    git(&[
        "merge",
        "--quiet",
        "--no-ff",
        "-m",
        "Merge pull request #1 from a/side\n\nA side",
        "side",
    ]);
    git(&["push", "--quiet", "origin", "main"]);
    let head = fetched(&lab).await;
    let landed = lab.git.landed(REPOSITORY, &head, 1).await.expect("listed");
    assert_eq!(
        landed[0].message.trim_end(),
        "Merge pull request #1 from a/side\n\nA side"
    );
    assert_eq!(landed[0].paths, ["side.txt"]);
}

all_ways!(
    commits_are_listed_with_their_paths,
    of_a_merge_what_it_brought_counts
);
