//! Which kind of worker a label gets, where its words come from, and what it may do.

use skep::agent::presets;
use skep::core::ids::IssueNumber;
use skep::core::role::{self, Role, RoleLimits, RoleName};

use crate::house::{House, Plan};

fn name(text: &str) -> RoleName {
    text.parse().expect("a role name")
}

fn with_file(path: &str, text: &str) -> impl FnOnce(&mut Plan) + use<> {
    let file = (path.to_owned(), text.to_owned());
    |plan: &mut Plan| plan.files.push(file)
}

async fn run(house: &mut House, labels: &[&str], script: &str) -> IssueNumber {
    let issue = house.go_as("Add a note", script, labels);
    house.settle_all().await;
    issue
}

/// The only prompt of an issue.
async fn prompt(house: &House, issue: IssueNumber) -> String {
    let mut prompts = house.prompts(issue).await;
    assert_eq!(prompts.len(), 1, "{}", house.thread(issue));
    prompts.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_built_in_role_answers_to_its_label_with_its_own_words() {
    let mut house = House::new().await;
    for role in role::all() {
        let issue = run(
            &mut house,
            &[&format!("role:{}", role.name)],
            "write NOTE.md: hello\nsay Wrote it.",
        )
        .await;
        let told = prompt(&house, issue).await;
        assert!(
            told.starts_with(role.prompt.trim()),
            "{}: {told}",
            role.name
        );
        let state = if role.writes { "in-review" } else { "done" };
        assert_eq!(
            house.state(issue).await,
            state,
            "{}\n{}",
            role.name,
            house.thread(issue)
        );
    }
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_the_system_prompt_of_an_agent_that_takes_one() {
    let mut house = House::with(|plan| {
        let mut agent = presets::demo(env!("CARGO_BIN_EXE_skep"));
        agent
            .environment
            .insert("SKEP_DEMO_SYSTEM_PROMPT".into(), "1".into());
        plan.agent = Some(agent);
    })
    .await;
    let role = role::all()
        .into_iter()
        .find(|role| !role.writes)
        .expect("a role that only looks");
    let issue = run(
        &mut house,
        &[&format!("role:{}", role.name)],
        "system-prompt",
    )
    .await;
    let first = role.prompt.trim().lines().next().unwrap_or_default();
    let thread = house.thread(issue);
    assert!(
        thread.contains(&format!("My system prompt begins with: {first}")),
        "{thread}"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_label_is_the_default_role_and_several_are_the_first_in_order() {
    let mut house = House::new().await;
    let none = run(&mut house, &[], "write NOTE.md: hello\nsay Wrote it.").await;
    assert!(prompt(&house, none).await.contains("role `swe`"));
    let several = run(
        &mut house,
        &["role:testing", "role:architect"],
        "write NOTE.md: hello\nsay Wrote it.",
    )
    .await;
    assert!(prompt(&house, several).await.contains("role `architect`"));
    insta::assert_snapshot!(house.told(several));
    let mut copied = house.pull_for(several).issue.labels;
    copied.retain(|label| label.starts_with("role:"));
    assert_eq!(copied, ["role:architect", "role:testing"]);
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_role_is_said_with_the_nearest_and_nothing_starts() {
    let mut house = House::new().await;
    let issue = run(&mut house, &["role:desing"], "say Hello.").await;
    assert_eq!(house.state(issue).await, "refused");
    insta::assert_snapshot!(house.told(issue));
    let far = run(&mut house, &["role:@everyone `x`"], "say Hello.").await;
    insta::assert_snapshot!(house.our_comments(far)[0]);
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deployment_is_deploy_and_case_does_not_matter_to_the_repository_file_either() {
    let mut house = House::with(with_file(
        ".github/agents/deploy.agent.md",
        "---\ntools: [read]\n---\nDeploy as this house does.\n",
    ))
    .await;
    for label in ["role:deployment", "Role:Deploy", "role:deploy"] {
        let issue = run(&mut house, &[label], "write NOTE.md: hello\nsay Looked.").await;
        assert!(
            prompt(&house, issue)
                .await
                .starts_with("Deploy as this house does."),
            "{label}"
        );
        assert_eq!(
            house.state(issue).await,
            "done",
            "{label}: its file takes the right to write"
        );
    }
    assert!(house.pulls().is_empty());
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_file_changes_the_words_and_lowers_the_rights() {
    let mut house = House::with(with_file(
        ".github/agents/swe.agent.md",
        "---\ndescription: Reads only.\ntools: [\"read\", \"search\"]\n---\nYou only look, at octo's request.\n",
    ))
    .await;
    let issue = run(
        &mut house,
        &["role:swe"],
        "write NOTE.md: hello\nsay I looked: all is well.",
    )
    .await;
    assert!(
        prompt(&house, issue)
            .await
            .starts_with("You only look, at octo's request.")
    );
    assert_eq!(house.state(issue).await, "done");
    assert!(house.pulls().is_empty());
    insta::assert_snapshot!(house.told(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_without_a_tool_is_not_allowed_it() {
    for (tools, ran) in [("[read]", false), ("[read, execute]", true)] {
        let file = format!("---\ntools: {tools}\n---\nLook.\n");
        let mut house = House::with(move |plan| {
            plan.files
                .push((".github/agents/swe.agent.md".into(), file))
        })
        .await;
        let issue = run(&mut house, &[], "run touch ../home/ran\nsay Looked.").await;
        assert_eq!(house.state(issue).await, "done", "{}", house.thread(issue));
        let log = house
            .store()
            .log(&house.session(issue, 1), 0, 1_000)
            .await
            .expect("a log");
        let rejected = log
            .iter()
            .any(|row| row.line.kind == "permission" && row.line.body.contains("reject"));
        assert_eq!(!rejected, ran, "{tools}: {log:?}");
        house.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_file_without_a_label_words_the_default_role() {
    let wish = with_file(
        ".github/agents/swe.agent.md",
        "---\ndescription: Ours.\n---\nWrite as octo does.\n",
    );
    let mut house = House::with(wish).await;
    let issue = run(&mut house, &[], "write NOTE.md: hello\nsay Wrote it.").await;
    assert!(
        prompt(&house, issue)
            .await
            .starts_with("Write as octo does.")
    );
    assert_eq!(house.state(issue).await, "in-review");
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_role_file_is_named_and_nothing_starts() {
    let broken = with_file(
        ".github/agents/swe.agent.md",
        "---\ndescription: [\n---\nHello.\n",
    );
    let mut house = House::with(broken).await;
    let issue = run(&mut house, &["role:swe"], "say Hello.").await;
    assert_eq!(house.state(issue).await, "refused");
    insta::assert_snapshot!(house.our_comments(issue)[0]);
    house.done().await;
    let long = format!("---\ntools: [read]\n---\n{}\n", "word ".repeat(60_000));
    let mut house = House::with(with_file(".github/agents/swe.agent.md", &long)).await;
    let issue = run(&mut house, &["role:swe"], "say Hello.").await;
    assert_eq!(
        house.state(issue).await,
        "refused",
        "a file too long is refused, never passed over"
    );
    insta::assert_snapshot!(house.our_comments(issue)[0]);
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_may_be_known_to_the_repository_alone() {
    let wish = with_file(
        ".github/agents/poet.agent.md",
        "---\ndescription: Rhymes.\n---\nRhyme everything.\n",
    );
    let mut house = House::with(wish).await;
    let issue = run(
        &mut house,
        &["role:poet"],
        "write POEM.md: roses\nsay Rhymed.",
    )
    .await;
    let told = prompt(&house, issue).await;
    assert!(
        told.starts_with("Rhyme everything.") && told.contains("role `poet`"),
        "{told}"
    );
    assert_eq!(house.state(issue).await, "in-review");
    house.done().await;
}

fn operators(role: Role) -> impl FnOnce(&mut Plan) {
    |plan: &mut Plan| plan.roles = vec![role]
}

fn docs() -> Role {
    let mut role = role::built_in(&name("swe")).expect("a built-in role");
    role.name = name("docs");
    role.prompt = "Write the manual.".into();
    role
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_of_the_operator_works_and_a_missing_agent_of_it_is_said() {
    let mut house = House::with(operators(docs())).await;
    let issue = run(
        &mut house,
        &["role:docs"],
        "write MANUAL.md: hello\nsay Wrote it.",
    )
    .await;
    assert!(prompt(&house, issue).await.starts_with("Write the manual."));
    assert_eq!(house.state(issue).await, "in-review");
    house.done().await;
    let mut house = House::with(operators(Role {
        agent: Some("gosse".into()),
        ..docs()
    }))
    .await;
    let issue = run(&mut house, &["role:docs"], "say Hello.").await;
    assert_eq!(house.state(issue).await, "refused");
    insta::assert_snapshot!(house.our_comments(issue)[0]);
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn triage_answers_and_whatever_it_writes_is_thrown_away() {
    let mut house = House::new().await;
    let script = "write NOTE.md: sneaked in\ncommit Sneak it in\nsay **Bug**, severity low. Next: `role:swe`.";
    let issue = run(&mut house, &["role:triage"], script).await;
    assert_eq!(house.state(issue).await, "done");
    assert!(house.pulls().is_empty());
    assert_eq!(house.simulator.branches(house.repository), ["main"]);
    assert_eq!(
        house.our_comments(issue).len(),
        2,
        "the status and the answer"
    );
    insta::assert_snapshot!(house.told(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_md_reaches_the_agent() {
    let wish = with_file(
        "AGENTS.md",
        "Run `just check` before you end.\n<!-- hidden orders -->\n",
    );
    let mut house = House::with(wish).await;
    let issue = run(&mut house, &[], "say Hello.").await;
    let told = prompt(&house, issue).await;
    assert!(
        told.contains("AGENTS.md of the repository") && told.contains("Run `just check`"),
        "{told}"
    );
    assert!(!told.contains("hidden orders"), "{told}");
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_has_its_own_tighter_clocks() {
    let limits = RoleLimits {
        session_timeout_s: Some(1),
        silence_s: Some(7_200),
    };
    let mut house = House::with(operators(Role { limits, ..docs() })).await;
    let issue = run(
        &mut house,
        &["role:docs"],
        "say Waiting.\nwait 30\nsay Too late.",
    )
    .await;
    assert_eq!(house.state(issue).await, "failed");
    insta::assert_snapshot!(house.told(issue));
    house.done().await;
}
