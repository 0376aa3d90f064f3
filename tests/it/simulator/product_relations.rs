//! The GitHub module against the simulator: what blocks an issue, what it is part of, and how that stands.

use skep::core::dependency::{Standing, Unknown};
use skep::core::ids::{IssueNumber, RepositoryName};
use skep::github::{IssueStanding, Neighbour, Referred};
use skep_simulator::RepositorySeed;
use skep_simulator::world::{IssueDraft, Offered};

use super::product::{Product, product};

impl Product {
    fn issue(&self, home: i64, title: &str) -> i64 {
        let draft = IssueDraft {
            title: title.into(),
            ..IssueDraft::default()
        };
        self.stage
            .simulator
            .open_issue(home, "octo", draft)
            .expect("an issue")
    }

    async fn repository(&self, owner: &str, name: &str, private: bool) -> i64 {
        let seed = RepositorySeed {
            owner,
            name,
            default_branch: "main",
            private,
            files: &[],
        };
        let made = self.stage.simulator.seed_repository(seed).await;
        made.expect("a repository")
    }

    async fn referred(&self, name: &str, number: i64) -> Referred {
        let name: RepositoryName = name.parse().expect("a name");
        let home = self
            .github
            .neighbour(&self.at, &name)
            .await
            .expect("an answer");
        let Some(home) = home else {
            return Referred::Nothing(Unknown::Unreadable);
        };
        self.github
            .issue_standing(&self.at, &home, IssueNumber(number))
            .await
            .expect("an answer")
    }
}

/// `octo/hello#2 Two, completed`
fn shown(issue: &IssueStanding) -> String {
    let pull = if issue.is_pull {
        ", a pull request"
    } else {
        ""
    };
    format!(
        "{}#{} {}, {:?}{pull}",
        issue.issue.name, issue.issue.key.issue, issue.title, issue.standing
    )
}

fn to(referred: Referred) -> String {
    match referred {
        Referred::To(issue) => shown(&issue),
        Referred::Nothing(why) => format!("{why:?}"),
    }
}

#[tokio::test]
async fn what_blocks_an_issue_is_read_with_how_it_stands_across_repositories() {
    let product = product().await;
    let (github, home) = (&product.stage.simulator, product.stage.home);
    let here = product.issue(home, "Here");
    let open = product.repository("octo", "open", false).await;
    let secret = product.repository("octo", "secret", true).await;
    let blockers = [
        (home, product.issue(home, "Two"), Some("completed")),
        (home, product.issue(home, "Three"), Some("not_planned")),
        (home, product.issue(home, "Four"), Some("duplicate")),
        (open, product.issue(open, "Five"), None),
        (secret, product.issue(secret, "Six"), None),
    ];
    for (of, number, end) in blockers {
        github
            .block((home, here), (of, number), "octo")
            .expect("blocked");
        if let Some(reason) = end {
            github
                .close_as((of, number), reason, "octo")
                .expect("closed");
        }
    }
    let read = async || {
        let found = product
            .github
            .blocked_by(&product.at, IssueNumber(here))
            .await;
        let found = found.expect("an answer").expect("they are offered");
        found.iter().map(shown).collect::<Vec<_>>()
    };
    // The title of an issue in a private repository is not for those who read another one.
    assert_eq!(
        read().await,
        [
            "octo/hello#2 Two, Completed",
            "octo/hello#3 Three, NotPlanned",
            "octo/hello#4 Four, Duplicate",
            "octo/open#1 Five, Open",
            "octo/secret#1 , Open",
        ]
    );
    let calls = github.calls().len();
    read().await;
    let last = github.calls().pop().expect("a call");
    assert_eq!(
        (github.calls().len(), last.status),
        (calls + 1, 304),
        "nothing new"
    );
    for _ in 0..45 {
        let other = product.issue(home, "Another");
        github
            .block((home, here), (home, other), "octo")
            .expect("blocked");
    }
    assert_eq!(read().await.len(), 50);
    let issue = product
        .github
        .issue(&product.at, IssueNumber(here))
        .await
        .expect("an issue");
    assert_eq!(issue.blockers, Some(50));
}

#[tokio::test]
async fn references_are_followed_through_renames_and_transfers_and_no_further() {
    let product = product().await;
    let (github, home) = (&product.stage.simulator, product.stage.home);
    let other = product.repository("octo", "other", false).await;
    let (first, second) = (
        product.issue(other, "First"),
        product.issue(other, "Second"),
    );
    let own = product.issue(home, "Own");
    github
        .close_as((other, second), "not_planned", "octo")
        .expect("closed");
    assert_eq!(
        to(product.referred("octo/other", first).await),
        "octo/other#1 First, Open"
    );
    assert_eq!(
        to(product.referred("octo/hello", own).await),
        "octo/hello#1 Own, Open"
    );
    assert_eq!(to(product.referred("octo/other", 99).await), "Missing");
    github
        .rename_repository(other, "octo", "renamed")
        .expect("renamed");
    assert_eq!(
        to(product.referred("octo/other", second).await),
        "octo/renamed#2 Second, NotPlanned"
    );
    let there = github
        .transfer_issue(other, second, home, "octo")
        .expect("moved");
    assert_eq!(
        to(product.referred("octo/renamed", second).await),
        format!("octo/hello#{there} Second, NotPlanned")
    );
    github.delete_issue(other, first, "octo").expect("deleted");
    assert_eq!(to(product.referred("octo/renamed", first).await), "Missing");
    // The App is installed there as well, but by somebody else: their issues are theirs.
    let acme = product.repository("acme", "secret", true).await;
    product.issue(acme, "Theirs");
    assert_eq!(to(product.referred("acme/secret", 1).await), "Unreadable");
    assert_eq!(
        to(product.referred("nobody/nothing", 1).await),
        "Unreadable"
    );
    github.set_installed(other, false).expect("taken away");
    assert_eq!(
        to(product.referred("octo/renamed", first).await),
        "Unreadable"
    );
    let (pull, _) = product.pull(false).await;
    let own = Neighbour::own(&product.at);
    let referred = product.github.issue_standing(&product.at, &own, pull).await;
    let number = pull.0;
    assert_eq!(
        to(referred.expect("an answer")),
        format!("octo/hello#{number} Work, Open, a pull request")
    );
}

#[tokio::test]
async fn a_tree_of_sub_issues_is_read_to_its_leaves() {
    let product = product().await;
    let (github, home) = (&product.stage.simulator, product.stage.home);
    let root = product.issue(home, "Plan");
    assert_eq!(
        product
            .github
            .parent(&product.at, IssueNumber(root))
            .await
            .expect("an answer"),
        None
    );
    let phases: Vec<i64> = (0..12)
        .map(|n| product.issue(home, &format!("Phase {n}")))
        .collect();
    for phase in &phases {
        github
            .sub_issue((home, root), (home, *phase), "octo")
            .expect("a part");
        for leaf in 0..95 {
            let leaf = product.issue(home, &format!("Leaf {leaf}"));
            github
                .sub_issue((home, *phase), (home, leaf), "octo")
                .expect("a part");
        }
    }
    github.close_issue(home, phases[1], "octo").expect("closed");
    let calls = github.calls().len();
    let tree = product
        .github
        .sub_issue_tree(&product.at, IssueNumber(root))
        .await
        .expect("a tree");
    assert!(tree.cut, "1,152 are too many");
    assert_eq!(tree.issues.len(), 1_100);
    assert_eq!(
        (tree.issues[1].issue.standing, tree.issues[1].depth),
        (Standing::Completed, 1)
    );
    let last = &tree.issues[1_099];
    assert_eq!((last.depth, last.parent), (2, Some(11)));
    assert!(
        github.calls().len() - calls <= 15,
        "a list for each that has parts, and a token"
    );
    let parent = product
        .github
        .parent(&product.at, IssueNumber(phases[3]))
        .await;
    assert_eq!(
        shown(&parent.expect("an answer").expect("a parent")),
        "octo/hello#1 Plan, Open"
    );
}

#[tokio::test]
async fn eight_levels_are_read() {
    let product = product().await;
    let (github, home) = (&product.stage.simulator, product.stage.home);
    let levels: Vec<i64> = (0..9)
        .map(|n| product.issue(home, &format!("Level {n}")))
        .collect();
    for pair in levels.windows(2) {
        github
            .sub_issue((home, pair[0]), (home, pair[1]), "octo")
            .expect("a part");
    }
    let tree = product
        .github
        .sub_issue_tree(&product.at, IssueNumber(levels[0]))
        .await
        .expect("a tree");
    let depths: Vec<u32> = tree.issues.iter().map(|issue| issue.depth).collect();
    assert_eq!((depths, tree.cut), ((1..=8).collect(), false));
}

#[tokio::test]
async fn a_server_without_relations_offers_none() {
    let product = product().await;
    let issue = product.issue(product.stage.home, "One");
    product.stage.simulator.set_relations(Offered {
        dependencies: false,
        sub_issues: false,
    });
    let (github, at, number) = (&product.github, &product.at, IssueNumber(issue));
    assert_eq!(
        github.blocked_by(at, number).await.expect("an answer"),
        None
    );
    assert_eq!(
        github.sub_issues(at, number).await.expect("an answer"),
        None
    );
    assert_eq!(github.parent(at, number).await.expect("an answer"), None);
    let tree = github.sub_issue_tree(at, number).await.expect("an answer");
    assert_eq!((tree.issues.len(), tree.cut), (0, false));
    let read = github.issue(at, number).await.expect("an issue");
    assert_eq!(
        (read.blockers, read.sub_issues, read.has_parent),
        (None, None, false)
    );
}
