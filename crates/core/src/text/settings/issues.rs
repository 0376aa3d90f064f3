//! What each setting of the work on issues means, one sentence each.

/// By key, in the order of the reference.
pub(super) const ISSUES: &[(&str, &str)] = &[
    (
        "role_hints",
        "Whether words of an issue without a `role:` label may name its role: `[swe]` at the start of the title, `Ask the \
         security engineer to …`, `For the testing agent: …`.",
    ),
    (
        "issue_types",
        "The role of issues without a `role:` label and without a hint, by their issue type, in any letter case. The table \
         takes the place of the built-in one; `{}` switches it off.",
    ),
    (
        "bug_router",
        "Whether an issue that a bot opened and that nothing else gives a role is sent to the role its words point to.",
    ),
    (
        "auto_filed",
        "Labels of issues that the bug router takes for filed by a bot, whoever opened them.",
    ),
    (
        "label_prefix",
        "What skep's own labels begin with: `agent` makes `agent:go`, `agent:working` and so on. Change it where another tool \
         uses the same; labels that are on issues already keep their old names.",
    ),
    (
        "command",
        "The word that commands begin with, with its slash: `/agent go`.",
    ),
    (
        "pull_gate",
        "Which pull requests must belong to an issue with `agent:go` or `agent:sprint`, as a check run says: none (`off`), those of bots \
         and of `allowed_bots` (`agents`), or `all`. It needs the App's permission \"Checks: write\".",
    ),
    ("notifications", "Mails: `all`, `normal` or `quiet`."),
    (
        "outsiders",
        "Comments of people without write access: `withhold` shows each to agents only once somebody with write access gave it a 👍, \
         `read` shows those that stand there when work is asked for.",
    ),
    (
        "overlaps",
        "What to do where the work on two issues of a repository probably changes the same files: `warn` says so on both, `wait` starts \
         the later one when the other is in review or over, `off` does not look.",
    ),
    (
        "stack",
        "Whether an issue that waits for one other issue of its repository starts as soon as skep's pull request for that one is in \
         review: on that one's branch, with a pull request that goes there and follows it when it is merged.",
    ),
    (
        "pin_status",
        "Whether the status comment is pinned to the top of its issue when it is posted, where no other comment is.",
    ),
    (
        "session_check",
        "Whether the head commit of skep's pull requests carries the check run `skep`, which says how their session stands and links to more.",
    ),
    (
        "approvals",
        "Repositories, as `owner/name` with `*` for anything, in which each start waits for `/agent approve`.",
    ),
    (
        "off",
        "Repositories (`owner/name`, with `*` for anything) and people (`@login`) for whom nothing is done: no work starts, no word counts, nothing is published.",
    ),
    (
        "status_file",
        "A file on a repository's default branch, such as `.github/status.json`, in which it says `{\"status\": \"active\"}`, or `blocked`, `on-hold` or \
         `completed` with a `reason`, so that no work starts there.",
    ),
    (
        "dashboard_url",
        "Where people reach the dashboard from elsewhere, through a proxy of yours: status comments link to it, and its name is let in there, for whoever signs in.",
    ),
    (
        "priority_field",
        "The issue field of the organization that says how soon where no label does: Urgent, High or P1; Medium or P2; Low or P3.",
    ),
    (
        "discover",
        "What becomes of work that an agent finds besides its task: `off` (it has no tool to hand it in), `create` (it becomes \
         issues, which people start) or `start` (those issues get the label `agent:go` and start by themselves, if whoever asked \
         for the session may start work; after three such issues one behind the other a person starts the next).",
    ),
    (
        "onboarding",
        "Whether each repository that has no `.github/skep.toml` gets one pull request that proposes it, every line commented out, and the labels \
         that start work. It comes within ten minutes after the App is installed there, and once: merged or closed, it does not come again.",
    ),
    (
        "recurring",
        "What becomes of the work that a repository's own `.github/skep.toml` asks for again and again (`[recurring.NAME]`): `start` (an issue \
         is opened when it is due, and starts by itself), `create` (people start it) or `off`.",
    ),
    (
        "start.who",
        "Who may start work: `write`, `maintain` or `admin` (that right in the repository or a higher one), or a table that \
         names people among those with write access: `{ teams = [\"org/team\"], users = [\"login\"], codeowners = true }`; \
         whoever is in one of them may. Teams need the organization permission \"Members: read\".",
    ),
    (
        "auto_start.labels",
        "Labels that start an issue without `agent:go`, such as `tier:auto` or `role:triage`, if whoever put one on may start work.",
    ),
];
