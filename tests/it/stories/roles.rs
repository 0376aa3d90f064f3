//! Which kind of worker a label gets, where its words come from, and what it may do.

use skep::agent::presets;
use skep::core::ids::IssueNumber;
use skep::core::role::{self, Role, RoleLimits, RoleName};

use crate::test_app::{Options, TestApp};

fn name(text: &str) -> RoleName {
    text.parse().expect("a role name")
}

fn with_file(path: &str, text: &str) -> impl FnOnce(&mut Options) + use<> {
    let file = (path.to_owned(), text.to_owned());
    |plan: &mut Options| plan.files.push(file)
}

async fn run(app: &mut TestApp, labels: &[&str], script: &str) -> IssueNumber {
    let issue = app.go_as("Add a note", script, labels);
    app.settle_all().await;
    issue
}

/// The only prompt of an issue.
async fn prompt(app: &TestApp, issue: IssueNumber) -> String {
    let mut prompts = app.prompts(issue).await;
    assert_eq!(prompts.len(), 1, "{}", app.thread(issue));
    prompts.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_built_in_role_answers_to_its_label_with_its_own_words() {
    let mut app = TestApp::new().await;
    for role in role::all() {
        let issue = run(
            &mut app,
            &[&format!("role:{}", role.name)],
            "write NOTE.md: hello\nsay Wrote it.",
        )
        .await;
        let told = prompt(&app, issue).await;
        assert!(
            told.starts_with(role.prompt.trim()),
            "{}: {told}",
            role.name
        );
        let state = if role.writes { "in-review" } else { "done" };
        assert_eq!(
            app.state(issue).await,
            state,
            "{}\n{}",
            role.name,
            app.thread(issue)
        );
    }
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_the_system_prompt_of_an_agent_that_takes_one() {
    let mut app = TestApp::with(|plan| {
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
    let issue = run(&mut app, &[&format!("role:{}", role.name)], "system-prompt").await;
    let first = role.prompt.trim().lines().next().unwrap_or_default();
    let thread = app.thread(issue);
    assert!(
        thread.contains(&format!("My system prompt begins with: {first}")),
        "{thread}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_label_is_the_default_role_and_several_are_the_first_in_order() {
    let mut app = TestApp::new().await;
    let none = run(&mut app, &[], "write NOTE.md: hello\nsay Wrote it.").await;
    assert!(prompt(&app, none).await.contains("role `swe`"));
    let several = run(
        &mut app,
        &["role:testing", "role:architect"],
        "write NOTE.md: hello\nsay Wrote it.",
    )
    .await;
    assert!(prompt(&app, several).await.contains("role `architect`"));
    insta::assert_snapshot!(app.told(several), @"
    #3 Add a note (open)
    labels: agent:go, agent:review, role:architect, role:testing
    reactions: eyes skep[bot], hooray skep[bot]
    pull requests: #4 Add a note (open draft)

    ana:
      Please.

      ```skep-demo
      write NOTE.md: hello
      say Wrote it.
      ```

    skep[bot] (edited 1x):
      **In review** · done in 0 ms

      [`agent/3-add-a-note`](../tree/agent/3-add-a-note) · draft pull request #4

      1 file changed (+1 −0). Review the pull request: a review, or `/agent <what to do>` on it, sends the agent back to work; when you are happy, mark it ready for review, then merge it.

      <details><summary>Details</summary>

      - Role `architect`: the first of `role:architect`, `role:testing` in the documented order
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-3-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - TIME Accepted as `architect`.
      - TIME Started.
      - TIME Opened the pull request.

      </details>

      <sub>updated TIME</sub>
    ");
    let mut copied = app.pull_for(several).issue.labels;
    copied.retain(|label| label.starts_with("role:"));
    assert_eq!(copied, ["role:architect", "role:testing"]);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_role_is_said_with_the_nearest_and_nothing_starts() {
    let mut app = TestApp::new().await;
    let issue = run(&mut app, &["role:desing"], "say Hello.").await;
    assert_eq!(app.state(issue).await, "refused");
    insta::assert_snapshot!(app.told(issue), @"
    #1 Add a note (open)
    labels: agent:go, role:desing
    reactions: eyes skep[bot], confused skep[bot]

    ana:
      Please.

      ```skep-demo
      say Hello.
      ```

    skep[bot]:
      **Not started**

      Nothing was started: `role:desing` names no role that exists here. Did you mean `role:design`? There are: `spec`, `architect`, `swe`, `testing`, `debugging`, `design`, `deploy`, `security`, `triage`; and each `.github/agents/<role>.agent.md` on the default branch is one. Use one of them, then comment `/agent go`.

      <sub>updated TIME</sub>
    ");
    let far = run(&mut app, &["role:@everyone `x`"], "say Hello.").await;
    insta::assert_snapshot!(app.our_comments(far)[0], @"
    **Not started**

    Nothing was started: `role:@ everyone 'x'` names no role that exists here. There are: `spec`, `architect`, `swe`, `testing`, `debugging`, `design`, `deploy`, `security`, `triage`; and each `.github/agents/<role>.agent.md` on the default branch is one. Use one of them, then comment `/agent go`.

    <sub>updated 00:00:02Z</sub>
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deployment_is_deploy_and_case_does_not_matter_to_the_repository_file_either() {
    let mut app = TestApp::with(with_file(
        ".github/agents/deploy.agent.md",
        "---\ntools: [read]\n---\nDeploy as this app does.\n",
    ))
    .await;
    for label in ["role:deployment", "Role:Deploy", "role:deploy"] {
        let issue = run(&mut app, &[label], "write NOTE.md: hello\nsay Looked.").await;
        assert!(
            prompt(&app, issue)
                .await
                .starts_with("Deploy as this app does."),
            "{label}"
        );
        assert_eq!(
            app.state(issue).await,
            "done",
            "{label}: its file takes the right to write"
        );
    }
    assert!(app.pulls().is_empty());
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_file_changes_the_words_and_lowers_the_rights() {
    let mut app = TestApp::with(with_file(
        ".github/agents/swe.agent.md",
        "---\ndescription: Reads only.\ntools: [\"read\", \"search\"]\n---\nYou only look, at octo's request.\n",
    ))
    .await;
    let issue = run(
        &mut app,
        &["role:swe"],
        "write NOTE.md: hello\nsay I looked: all is well.",
    )
    .await;
    assert!(
        prompt(&app, issue)
            .await
            .starts_with("You only look, at octo's request.")
    );
    assert_eq!(app.state(issue).await, "done");
    assert!(app.pulls().is_empty());
    insta::assert_snapshot!(app.told(issue), @"
    #1 Add a note (open)
    labels: agent:done, agent:go, role:swe
    reactions: eyes skep[bot], hooray skep[bot]

    ana:
      Please.

      ```skep-demo
      write NOTE.md: hello
      say I looked: all is well.
      ```

    skep[bot] (edited 1x):
      **Answered** in 0 ms · the answer is a comment of its own

      <details><summary>Details</summary>

      - Role `swe`: from the label `role:swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - TIME Accepted as `swe`.
      - TIME Started.
      - TIME Answered.

      </details>

      <sub>updated TIME</sub>

    skep[bot]:
      @ana the agent answers:

      I looked: all is well.
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_without_a_tool_is_not_allowed_it() {
    for (tools, ran) in [("[read]", false), ("[read, execute]", true)] {
        let file = format!("---\ntools: {tools}\n---\nLook.\n");
        let mut app = TestApp::with(move |plan| {
            plan.files
                .push((".github/agents/swe.agent.md".into(), file))
        })
        .await;
        let issue = run(&mut app, &[], "run touch ../home/ran\nsay Looked.").await;
        assert_eq!(app.state(issue).await, "done", "{}", app.thread(issue));
        let log = app
            .store()
            .log(&app.session(issue, 1), 0, 1_000)
            .await
            .expect("a log");
        let rejected = log
            .iter()
            .any(|row| row.line.kind == "permission" && row.line.body.contains("reject"));
        assert_eq!(!rejected, ran, "{tools}: {log:?}");
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_file_without_a_label_words_the_default_role() {
    let wish = with_file(
        ".github/agents/swe.agent.md",
        "---\ndescription: Ours.\n---\nWrite as octo does.\n",
    );
    let mut app = TestApp::with(wish).await;
    let issue = run(&mut app, &[], "write NOTE.md: hello\nsay Wrote it.").await;
    assert!(prompt(&app, issue).await.starts_with("Write as octo does."));
    assert_eq!(app.state(issue).await, "in-review");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_role_file_is_named_and_nothing_starts() {
    let broken = with_file(
        ".github/agents/swe.agent.md",
        "---\ndescription: [\n---\nHello.\n",
    );
    let mut app = TestApp::with(broken).await;
    let issue = run(&mut app, &["role:swe"], "say Hello.").await;
    assert_eq!(app.state(issue).await, "refused");
    insta::assert_snapshot!(app.our_comments(issue)[0], @"
    **Not started**

    Nothing was started: the role's file cannot be used: .github/agents/swe.agent.md:3: not valid YAML: did not find expected node content at line 2 column 1, while parsing a flow node. Mend it on the default branch, then comment `/agent go`.

    <sub>updated 00:00:01Z</sub>
    ");
    app.done().await;
    let long = format!("---\ntools: [read]\n---\n{}\n", "word ".repeat(60_000));
    let mut app = TestApp::with(with_file(".github/agents/swe.agent.md", &long)).await;
    let issue = run(&mut app, &["role:swe"], "say Hello.").await;
    assert_eq!(
        app.state(issue).await,
        "refused",
        "a file too long is refused, never passed over"
    );
    insta::assert_snapshot!(app.our_comments(issue)[0], @"
    **Not started**

    Nothing was started: the role's file cannot be used: .github/agents/swe.agent.md:4: the prompt has 262122 characters, at most 30000 are taken. Mend it on the default branch, then comment `/agent go`.

    <sub>updated 00:00:01Z</sub>
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_may_be_known_to_the_repository_alone() {
    let wish = with_file(
        ".github/agents/poet.agent.md",
        "---\ndescription: Rhymes.\n---\nRhyme everything.\n",
    );
    let mut app = TestApp::with(wish).await;
    let issue = run(
        &mut app,
        &["role:poet"],
        "write POEM.md: roses\nsay Rhymed.",
    )
    .await;
    let told = prompt(&app, issue).await;
    assert!(
        told.starts_with("Rhyme everything.") && told.contains("role `poet`"),
        "{told}"
    );
    assert_eq!(app.state(issue).await, "in-review");
    app.done().await;
}

fn operators(role: Role) -> impl FnOnce(&mut Options) {
    |plan: &mut Options| plan.roles = vec![role]
}

fn docs() -> Role {
    let mut role = role::built_in(&name("swe")).expect("a built-in role");
    role.name = name("docs");
    role.prompt = "Write the manual.".into();
    role
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_of_the_operator_works_and_a_missing_agent_of_it_is_said() {
    let mut app = TestApp::with(operators(docs())).await;
    let issue = run(
        &mut app,
        &["role:docs"],
        "write MANUAL.md: hello\nsay Wrote it.",
    )
    .await;
    assert!(prompt(&app, issue).await.starts_with("Write the manual."));
    assert_eq!(app.state(issue).await, "in-review");
    app.done().await;
    let mut app = TestApp::with(operators(Role {
        agent: Some("gosse".into()),
        ..docs()
    }))
    .await;
    let issue = run(&mut app, &["role:docs"], "say Hello.").await;
    assert_eq!(app.state(issue).await, "refused");
    insta::assert_snapshot!(app.our_comments(issue)[0], @"
    **Not started**

    Nothing was started: the role `docs` wants the agent `gosse`, which is not configured on this server. Its operator can add `[agents.gosse]` to `skep.toml`.

    <sub>updated 00:00:01Z</sub>
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn triage_answers_and_whatever_it_writes_is_thrown_away() {
    let mut app = TestApp::new().await;
    let script = "write NOTE.md: sneaked in\ncommit Sneak it in\nsay **Bug**, severity low. Next: `role:swe`.";
    let issue = run(&mut app, &["role:triage"], script).await;
    assert_eq!(app.state(issue).await, "done");
    assert!(app.pulls().is_empty());
    assert_eq!(app.simulator.branches(app.repository), ["main"]);
    assert_eq!(
        app.our_comments(issue).len(),
        2,
        "the status and the answer"
    );
    insta::assert_snapshot!(app.told(issue), @"
    #1 Add a note (open)
    labels: agent:done, agent:go, role:triage
    reactions: eyes skep[bot], hooray skep[bot]

    ana:
      Please.

      ```skep-demo
      write NOTE.md: sneaked in
      commit Sneak it in
      say **Bug**, severity low. Next: `role:swe`.
      ```

    skep[bot] (edited 1x):
      **Answered** in 0 ms · the answer is a comment of its own

      <details><summary>Details</summary>

      - Role `triage`: from the label `role:triage`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - TIME Accepted as `triage`.
      - TIME Started.
      - TIME Answered.

      </details>

      <sub>updated TIME</sub>

    skep[bot]:
      @ana the agent answers:

      **Bug**, severity low. Next: `role:swe`.
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_md_reaches_the_agent() {
    let wish = with_file(
        "AGENTS.md",
        "Run `just check` before you end.\n<!-- hidden orders -->\n",
    );
    let mut app = TestApp::with(wish).await;
    let issue = run(&mut app, &[], "say Hello.").await;
    let told = prompt(&app, issue).await;
    assert!(
        told.contains("AGENTS.md of the repository") && told.contains("Run `just check`"),
        "{told}"
    );
    assert!(!told.contains("hidden orders"), "{told}");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_has_its_own_tighter_clocks() {
    let limits = RoleLimits {
        session_timeout_s: Some(1),
        silence_s: Some(7_200),
        ..RoleLimits::default()
    };
    let mut app = TestApp::with(operators(Role { limits, ..docs() })).await;
    let issue = run(
        &mut app,
        &["role:docs"],
        "say Waiting.\nwait 30\nsay Too late.",
    )
    .await;
    assert_eq!(app.state(issue).await, "failed");
    insta::assert_snapshot!(app.told(issue), @"
    #1 Add a note (open)
    labels: agent:failed, agent:go, role:docs
    reactions: eyes skep[bot], confused skep[bot]

    ana:
      Please.

      ```skep-demo
      say Waiting.
      wait 30
      say Too late.
      ```

    skep[bot] (edited 1x):
      **Failed** after 0 ms · `timeout`

      It failed because the agent was stopped after 1 s. Ask for less at once, or ask the operator of this server for more time.

      Its last lines:

      ```text
      Waiting.
      ```

      To try again, comment `/agent retry`.

      <details><summary>Details</summary>

      - Role `docs`: from the label `role:docs`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 s in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - TIME Accepted as `docs`.
      - TIME Started.
      - TIME Failed (`timeout`).

      </details>

      <sub>updated TIME</sub>

    skep[bot]:
      @ana it failed because the agent was stopped after 1 s. Ask for less at once, or ask the operator of this server for more time.

      To try again, comment `/agent retry`.
    ");
    app.done().await;
}
