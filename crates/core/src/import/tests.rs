//! Files in the shapes that other tools have, and what they come to.

use super::*;

const SYMPHONY: &str = include_str!("../../../../fixtures/foreign/symphony/WORKFLOW.md");
const SWE: &str = include_str!("../../../../fixtures/foreign/copilot/.github/agents/swe.agent.md");
const DOCS: &str =
    include_str!("../../../../fixtures/foreign/copilot/.github/agents/Docs Writer.md");
const STEPS: &str =
    include_str!("../../../../fixtures/foreign/copilot/.github/workflows/copilot-setup-steps.yml");
const RESOLVER: &str =
    include_str!("../../../../fixtures/foreign/openhands/.github/workflows/openhands-resolver.yml");
const MICROAGENT: &str =
    include_str!("../../../../fixtures/foreign/openhands/.openhands/microagents/repo.md");

fn taken(files: &[(&str, &str)], labels: &[&str]) -> Imported {
    let files: Vec<Foreign<'_>> = files
        .iter()
        .map(|(path, text)| Foreign { path, text })
        .collect();
    let labels: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
    import(&files, &labels).expect("it can be read")
}

/// All of it as a text; of a line, its place and what became of it.
fn whole(imported: &Imported) -> String {
    let mut text = String::new();
    for line in &imported.lines {
        let (word, say) = match &line.fate {
            Fate::Taken(say) => ("taken", say),
            Fate::Given(say) => ("given", say),
            Fate::Left(say) => ("left", say),
        };
        text.push_str(&format!("{}: {}: {word}: {say}\n", line.line, line.what));
    }
    for file in &imported.files {
        text.push_str(&format!("--- {}\n{}", file.path, file.text));
    }
    if !imported.settings.is_empty() {
        text.push_str(&format!("--- skep.toml\n{}", imported.settings));
    }
    text
}

#[test]
fn a_workflow_of_symphonys_becomes_a_role_and_settings() {
    let imported = taken(&[("WORKFLOW.md", SYMPHONY)], &[]);
    insta::assert_snapshot!(whole(&imported), @r#"
    3: tracker.kind: left: skep works on GitHub's issues, not on those of linear: file the work there
    4: tracker.api_key: left: the App's installation says which repositories there are
    5: tracker.project_slug: left: the App's installation says which repositories there are
    6: tracker.required_labels: taken: skep.toml: `auto_start.labels`, so that symphony starts work here as well
    7: tracker.active_states: left: the label `agent:go` starts work, taking it away holds it, closing the issue ends it; status labels show the rest
    10: tracker.terminal_states: left: the label `agent:go` starts work, taking it away holds it, closing the issue ends it; status labels show the rest
    14: polling.interval_ms: given: webhooks tell at once what happens
    16: workspace.root: given: each session has a working copy of its own in `data_dir`
    18: hooks.timeout_ms: left: skep runs no scripts outside the sandbox; what has to hold before work counts as done stands in `[verify]` of .github/skep.toml
    19: hooks.after_create: taken: AGENTS.md, for the agent to run, without the lines that make the working copy: skep does that
    23: hooks.before_remove: left: skep runs no scripts outside the sandbox; what has to hold before work counts as done stands in `[verify]` of .github/skep.toml
    26: agent.max_concurrent_agents: taken: skep.toml: `limits.sessions` = 4
    27: agent.max_turns: left: a session has a time and a budget instead of a number of turns: `limits.session_timeout`, `limits.issue_tokens`
    28: agent.max_concurrent_agents_by_state: left: what fails is tried again by itself, after pauses that double from `limits.retry_base`; sessions at once are counted by account, repository, role and agent
    31: codex.command: taken: skep.toml: `agent` = codex; skep.toml: `roles.swe.model` = gpt-5.5
    32: codex.approval_policy: given: every agent runs in skep's sandbox, and what it asks for is answered by its role's rights
    33: codex.thread_sandbox: given: every agent runs in skep's sandbox, and what it asks for is answered by its role's rights
    34: codex.turn_timeout_ms: taken: skep.toml: `limits.session_timeout` = 60m
    35: codex.stall_timeout_ms: taken: skep.toml: `limits.silence` = 5m
    37: server.port: taken: skep.toml: `admin_listen` = 127.0.0.1:4000
    40: You are working on a ticket `{{ issue.identifier }}`: taken: the role's file, with words for the variables
    42: {% if attempt %}: given: skep tells the agent itself what the issue says and whether it goes on
    49: Identifier: {{ issue.identifier }}: given: skep gives the issue to the agent itself
    50: Title: {{ issue.title }}: given: skep gives the issue to the agent itself
    51: Current status: {{ issue.state }}: given: skep gives the issue to the agent itself
    52: Labels: {{ issue.labels }}: given: skep gives the issue to the agent itself
    53: URL: {{ issue.url }}: given: skep gives the issue to the agent itself
    56: {% if issue.description %}: given: skep tells the agent itself what the issue says and whether it goes on
    65: prompt: left: it speaks of Linear, whose tools are not here, on 1 line: reword that
    39: prompt: taken: .github/agents/swe.agent.md, the role of issues that name none
    --- .github/agents/swe.agent.md
    ---
    description: Works as Symphony's WORKFLOW.md says.
    ---
    You are working on a ticket `this issue`

    Instructions:

    1. Reproduce first: see the fault before you change code.
    2. Keep one comment in Linear with your plan; use the `linear_graphql` tool for it.
    3. Run every check that the ticket names before you are done.

    Work only in the copy that you were given.
    --- .github/skep.toml
    # What skep's sessions get in this repository: docs/configuration.md, "A repository's own policy".
    # Taken over by `skep import`; it counts once it is on the default branch.
    egress_allow = ["npm"]
    --- AGENTS.md
    ## Setting up

    Before you build or test for the first time in a working copy, run:

    ```sh
    npm ci
    ```
    --- skep.toml
    admin_listen = "127.0.0.1:4000"
    agent = "codex"

    [limits]
    session_timeout = "60m"
    sessions = 4
    silence = "5m"

    [auto_start]
    labels = ["symphony"]

    [roles.swe]
    model = "gpt-5.5"
    "#);
}

#[test]
fn copilots_agents_and_setup_steps_become_roles_and_a_policy() {
    let imported = taken(
        &[
            (".github/agents/Docs Writer.md", DOCS),
            (".github/agents/swe.agent.md", SWE),
            (".github/workflows/copilot-setup-steps.yml", STEPS),
        ],
        &[],
    );
    insta::assert_snapshot!(whole(&imported), @r#"
    1: Docs Writer.md: taken: .github/agents/docs-writer.agent.md, started by the label `role:docs-writer`
    2: name: given: the label `role:docs-writer` names it
    3: description: taken: the role's file, where it counts
    4: tools: taken: the role's file, where it counts
    5: model: left: a repository chooses no model: the operator does, by `roles.docs-writer.model` in skep.toml, in the words of the agent
    6: mcp-servers: left: no repository brings servers into a session: configure them in the agent's own home
    1: swe.agent.md: given: skep reads it as it is, started by the label `role:swe`
    2: name: given: the label `role:swe` names it
    3: description: taken: the role's file, where it counts
    4: tools: left: the kinds of tools count; these name none of them: playwright/*
    12: runs-on: given: sessions run on skep's own Linux machine
    13: timeout-minutes: left: what an agent runs counts to its session: `limits.session_timeout`
    14: permissions: given: agents have no token of GitHub's
    17: env.DATABASE_URL: taken: .github/skep.toml: `env.DATABASE_URL`
    18: env.NODE_OPTIONS: left: it is not for a repository to set: it steers programs around the tests, or belongs to an agent or its model. The operator can set it for an agent in skep.toml
    19: env.BUILD: left: its value is known in a workflow alone
    21: services.postgres: left: an image (postgres:17) is not started beside a session, a program of the machine is: add `[services.postgres]` with its command and port to .github/skep.toml
    26: Checkout code: given: skep lays out the working copy itself
    31: Set up Node.js: taken: .github/skep.toml: `egress_allow` has "npm"; the language itself has to be on the machine
    37: shivammathur/setup-php@v2: left: skep runs no actions: what `shivammathur/setup-php@v2` installs has to be on the machine
    41: Install dependencies: taken: AGENTS.md, for the agent to run
    44: Note the version: left: it uses what only a workflow has (`${{ … }}`, `GITHUB_ENV`): what an agent needs of it belongs into AGENTS.md or `[env]`
    47: Prepare the database: taken: AGENTS.md, for the agent to run
    50: env.PGUSER: taken: .github/skep.toml: `env.PGUSER`
    --- .github/agents/docs-writer.agent.md
    ---
    name: Docs Writer
    description: Keeps the manual true.
    tools: ["read", "search", "edit"]
    model: gpt-5.5
    mcp-servers:
      pages:
        type: local
        command: npx
        args: ["-y", "pages-mcp"]
        tools: ["*"]
    ---

    You write plain pages, and only below docs.
    --- .github/skep.toml
    # What skep's sessions get in this repository: docs/configuration.md, "A repository's own policy".
    # Taken over by `skep import`; it counts once it is on the default branch.
    egress_allow = ["npm"]

    [env]
    DATABASE_URL = "postgres://postgres@127.0.0.1/test"
    PGUSER = "postgres"
    --- AGENTS.md
    ## Setting up

    Before you build or test for the first time in a working copy, run:

    ```sh
    npm ci
    ```

    ```sh
    cd db
    ./wait.sh
    ./migrate.sh
    ```
    "#);
    let policy = imported
        .files
        .iter()
        .find(|file| file.path == crate::repository_policy::PATH);
    let policy = &policy.expect("a policy").text;
    assert!(
        crate::repository_policy::RepositoryPolicy::read(policy).is_ok(),
        "{policy}"
    );
}

#[test]
fn the_resolver_of_openhands_and_other_labels_start_work_here() {
    let imported = taken(
        &[
            (".github/workflows/ci.yml", "on: push\n"),
            (".github/workflows/openhands-resolver.yml", RESOLVER),
            (".openhands/microagents/repo.md", MICROAGENT),
            (".openhands/setup.sh", "echo ready\n"),
        ],
        &["jules"],
    );
    insta::assert_snapshot!(whole(&imported), @r#"
    17: label.name == 'fix-me': taken: skep.toml: `auto_start.labels`, so that fix-me starts work here as well
    21: with.macro: given: a comment that starts a line with `/agent`, or names the App, is heard: `/agent go` starts work
    22: with.max_iterations: left: a session has a time and a budget instead of a number of turns: `limits.session_timeout`, `limits.issue_tokens`
    23: with.target_branch: given: the default branch, or the one that the label `base:NAME` of an issue names
    25: secrets.PAT_TOKEN: given: the App has its own, and no agent sees it
    26: secrets.LLM_MODEL: left: the operator's agent has its own model and key: `agent`, `agents.<name>.inherit` in skep.toml
    27: secrets.LLM_API_KEY: left: the operator's agent has its own model and key: `agent`, `agents.<name>.inherit` in skep.toml
    16: if: given: a comment that starts a line with `/agent`, or names the App, is heard: `/agent go` starts work
    1: repo.md: taken: AGENTS.md, which agents of every role read
    1: setup.sh: taken: AGENTS.md, for the agent to run
    0: --label jules: taken: skep.toml: `auto_start.labels`, so that jules starts work here as well
    --- AGENTS.md
    Greetings live in files of their own, one language a file.

    ## Setting up

    Before you build or test for the first time in a working copy, run:

    ```sh
    sh .openhands/setup.sh
    ```
    --- skep.toml
    [auto_start]
    labels = ["fix-me", "jules"]
    "#);
}

#[test]
fn every_role_file_that_comes_out_is_one_that_skep_reads() {
    let files = [
        ("WORKFLOW.md", SYMPHONY),
        (".github/agents/Docs Writer.md", DOCS),
    ];
    let imported = taken(&files, &[]);
    let roles = imported
        .files
        .iter()
        .filter(|file| file.path.ends_with(".agent.md"));
    let mut seen = 0;
    for file in roles {
        let name = file
            .path
            .rsplit('/')
            .next()
            .and_then(|name| name.strip_suffix(".agent.md"));
        let name = name.expect("a name").parse().expect("a role's name");
        let read = crate::role::from_agent_file(&name, &file.path, &file.text);
        assert!(read.expect("a role").prompt.is_some(), "{}", file.text);
        seen += 1;
    }
    assert_eq!(seen, 2);
}

#[test]
fn garbage_is_told_with_its_place_and_nothing_is_taken() {
    let wrong = |path: &str, text: &str| {
        import(&[Foreign { path, text }], &[]).expect_err("it is no such file")
    };
    let steps = ".github/workflows/copilot-setup-steps.yml";
    let all = [
        wrong("WORKFLOW.md", "---\ntracker:\n  kind: [\n---\nBody\n"),
        wrong(steps, "jobs: {\n"),
        wrong(steps, &"x".repeat(LONGEST + 1)),
    ];
    insta::assert_snapshot!(all.join("\n"), @"
    WORKFLOW.md:4: not valid YAML: did not find expected node content at line 3 column 1, while parsing a flow node
    .github/workflows/copilot-setup-steps.yml:2: not valid YAML: did not find expected node content at line 2 column 1, while parsing a flow node
    .github/workflows/copilot-setup-steps.yml has 1048577 bytes, at most 1048576 are read
    ");
    // Anything that can be read at all is read to its end.
    for text in [
        "",
        "---\n",
        "---\na: 1\n---\n",
        "{{",
        "{% if %}",
        "- 1\n- 2\n",
        "\u{feff}---\r\ntracker: x\r\n---\r\n",
    ] {
        for path in [
            "WORKFLOW.md",
            ".github/agents/a.md",
            ".github/agents/….md",
            steps,
            ".openhands/setup.sh",
        ] {
            let read = import(&[Foreign { path, text }], &[]);
            // Not all of them are YAML, as a workflow has to be.
            let told = read
                .as_ref()
                .err()
                .is_some_and(|say| say.starts_with(steps));
            assert!(
                read.is_ok() || path == steps && told,
                "{path} {text:?}: {read:?}"
            );
        }
    }
}
