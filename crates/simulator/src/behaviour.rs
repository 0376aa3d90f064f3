//! What this GitHub refuses, tells and keeps to, each under a name by which it can be switched off.
//!
//! It exists for the sweep (`.ci/sweep`): what is off and missed by no test is not tested. Everything is on unless the tests
//! say otherwise, for the whole process and once. It must never decide anything else.

use std::sync::OnceLock;

struct Switches {
    off: String,
    witness: fn(&str),
}

static SWITCHES: OnceLock<Switches> = OnceLock::new();

/// Switches off what bears the name (none: nothing), and lets the witness hear of each behaviour that comes to bear. The first
/// call counts.
pub fn arrange(off: String, witness: fn(&str)) {
    SWITCHES.get_or_init(|| Switches { off, witness });
}

fn is_on(name: &str) -> bool {
    SWITCHES.get().is_none_or(|switches| {
        (switches.witness)(name);
        switches.off != name
    })
}

/// Whether a rule holds. It is asked where the rule is about to change something, so that the witness hears of no other.
pub fn on(rule: Rule) -> bool {
    is_on(rule.name())
}

/// Whether an event is told.
pub fn tells(event: &str, action: Option<&str>) -> bool {
    let name = action.map_or_else(|| event.to_owned(), |action| format!("{event}.{action}"));
    let known = WEBHOOKS.contains(&name.as_str());
    if !known {
        tracing::error!(name, "a webhook that is not in the list of behaviours");
    }
    known && is_on(&name)
}

/// Every name, in the order of the lists.
pub fn names() -> impl Iterator<Item = &'static str> {
    Rule::ALL.iter().map(|rule| rule.name()).chain(WEBHOOKS)
}

/// Every event that is told.
pub const WEBHOOKS: [&str; 57] = [
    "check_run.completed",
    "check_run.created",
    "check_run.rerequested",
    "check_suite.completed",
    "check_suite.requested",
    "installation.created",
    "installation.deleted",
    "installation.new_permissions_accepted",
    "installation.suspend",
    "installation.unsuspend",
    "installation_repositories.added",
    "installation_repositories.removed",
    "issue_comment.created",
    "issue_comment.deleted",
    "issue_comment.edited",
    "issue_dependencies.blocked_by_added",
    "issue_dependencies.blocked_by_removed",
    "issue_dependencies.blocking_added",
    "issue_dependencies.blocking_removed",
    "issues.assigned",
    "issues.closed",
    "issues.deleted",
    "issues.edited",
    "issues.labeled",
    "issues.opened",
    "issues.reopened",
    "issues.transferred",
    "issues.unassigned",
    "issues.unlabeled",
    "ping",
    "pull_request.assigned",
    "pull_request.closed",
    "pull_request.converted_to_draft",
    "pull_request.edited",
    "pull_request.labeled",
    "pull_request.opened",
    "pull_request.ready_for_review",
    "pull_request.reopened",
    "pull_request.review_requested",
    "pull_request.synchronize",
    "pull_request.unassigned",
    "pull_request.unlabeled",
    "pull_request_review.dismissed",
    "pull_request_review.submitted",
    "pull_request_review_comment.created",
    "push",
    "release.published",
    "repository.archived",
    "repository.renamed",
    "repository.transferred",
    "repository.unarchived",
    "status",
    "sub_issues.parent_issue_added",
    "sub_issues.parent_issue_removed",
    "sub_issues.sub_issue_added",
    "sub_issues.sub_issue_removed",
    "workflow_run.completed",
];

macro_rules! rules {
    ($($name:ident $word:literal $doc:literal;)*) => {
        /// What is refused or kept to.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Rule {
            $(#[doc = $doc] $name,)*
        }

        impl Rule {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name it is switched off by.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }
    };
}

rules! {
    // Who may come in.
    UserAgent "user-agent" "A request without a user agent is refused.";
    ApiVersion "api-version" "A version of the API that does not exist is refused.";
    JwtIssued "jwt-issued" "A JWT from the future is refused.";
    JwtExpired "jwt-expired" "A JWT whose time is over is refused.";
    JwtTooFar "jwt-too-far" "A JWT for more than ten minutes is refused.";
    JwtIssuer "jwt-issuer" "A JWT of another App is refused.";
    TokenExpiry "token-expiry" "A token ends after an hour.";
    TokenRevoked "token-revoked" "A revoked token is gone.";
    TokenRepositories "token-repositories" "A token for repositories the installation does not have is refused.";
    TokenMany "token-many" "A token for more than 500 repositories is refused.";
    TokenWider "token-wider" "A token with more permissions than the installation is refused.";
    AppOnly "app-only" "What only the App itself may ask is refused to tokens.";
    Suspended "suspended" "A suspended installation is refused.";
    SuspendedMint "suspended-mint" "A suspended installation gets no token.";
    SuspendedQuiet "suspended-quiet" "A suspended installation is told nothing.";
    AnonymousPrivate "anonymous-private" "A private repository is not found without a token.";
    AnonymousChange "anonymous-change" "Without a token nothing is changed.";
    Uncovered "uncovered" "A repository without the App is not found.";
    Narrowed "narrowed" "A repository the token was not made for is not found.";
    Permission "permission" "A token without the permission is refused.";
    PermissionLost "permission-lost" "What an installation lost, its tokens have lost.";
    Unsubscribed "unsubscribed" "Events the App does not listen to are not told.";
    // Registering.
    ManifestJson "manifest-json" "A manifest that is none is refused.";
    ManifestName "manifest-name" "An App's name is there, has at most 34 characters, and is taken once.";
    ManifestUrl "manifest-url" "An address in a manifest is one of the web.";
    ManifestPermission "manifest-permission" "A permission's level that does not exist is refused.";
    ManifestEvents "manifest-events" "An event whose permission is not asked for is refused.";
    ManifestCodeOnce "manifest-code-once" "A manifest's code is good for one exchange.";
    ManifestCodeHour "manifest-code-hour" "A manifest's code is good for an hour.";
    // Signing people in.
    SignInClient "sign-in-client" "A code is exchanged for whoever knows the App's client secret.";
    SignInRedirect "sign-in-redirect" "People are led back to one of the App's callback URLs alone, and the exchange names the same.";
    SignInCodeOnce "sign-in-code-once" "A person's code is good for one exchange.";
    SignInCodeLife "sign-in-code-life" "A person's code is good for ten minutes.";
    SignInVerifier "sign-in-verifier" "A code whose way began with a challenge needs its verifier.";
    UserTokenExpiry "user-token-expiry" "A person's token ends after eight hours.";
    UserTokenRevoked "user-token-revoked" "A person who takes the App's right back ends its tokens for them.";
    UserExplicit "user-explicit" "A person's repositories are those to which they have access of their own.";
    // How fast.
    AnonymousLimit "anonymous-limit" "Without a token there are 60 requests in an hour.";
    HourlyLimit "hourly-limit" "So many requests in an hour.";
    CreationLimit "creation-limit" "So many creations in a minute.";
    PointLimit "point-limit" "So many points in a minute.";
    FreeUnchanged "free-unchanged" "An answer of 304 costs nothing.";
    Unchanged "unchanged" "A client that has the body gets 304.";
    TagOfToken "tag-of-token" "A tag is good for the token that got it alone.";
    // Where things are.
    MovedRepository "moved-repository" "A repository's old name answers 301.";
    MovedIssue "moved-issue" "A transferred issue answers 301.";
    DeletedIssue "deleted-issue" "A deleted issue answers 410.";
    EmptyRepository "empty-repository" "A branch of an empty repository answers 409.";
    PageLimit "page-limit" "A page has at most 100 entries.";
    QueryWord "query-word" "A word a query does not know is refused.";
    BrokenJson "broken-json" "A body that is no JSON is refused.";
    UnknownPerson "unknown-person" "The permission of nobody is not found.";
    LegacyPermission "legacy-permission" "Triage reads as read, maintain as write, in the older field.";
    // Issues, comments, labels.
    Archived "archived" "An archived repository is read-only.";
    Locked "locked" "Nobody comments on a locked issue.";
    BlankComment "blank-comment" "A comment without words is refused.";
    BodyLimit "body-limit" "A body over 65,536 characters is refused.";
    TitleMissing "title-missing" "A title without words is refused.";
    TitleLimit "title-limit" "A title over 256 characters is refused.";
    State "state" "A state that does not exist is refused.";
    StateReason "state-reason" "A reason that does not exist is refused.";
    Milestone "milestone" "A milestone that does not exist is refused.";
    IssueType "issue-type" "A type that does not exist is refused.";
    TypeNeedsPush "type-needs-push" "Who may not push sets no type.";
    Assignable "assignable" "Who cannot be assigned is left out.";
    AssigneeLimit "assignee-limit" "More than ten assignees are refused.";
    MergedStaysClosed "merged-stays-closed" "A merged pull request is not reopened.";
    Moderation "moderation" "Others' comments are changed by who may push.";
    ReactionWord "reaction-word" "A reaction that does not exist is refused.";
    ReactionSet "reaction-set" "The same reaction of the same user is one.";
    LabelName "label-name" "A label's name has 1 to 50 characters.";
    LabelCase "label-case" "Labels are one whatever their case.";
    LabelTaken "label-taken" "A label that exists is not made again.";
    LabelColor "label-color" "A colour has six hexadecimal digits.";
    LabelDescription "label-description" "A label's description has at most 100 characters.";
    LabelLimit "label-limit" "An issue has at most 100 labels.";
    LabelNotOn "label-not-on" "A label that is not on cannot be taken off.";
    LabelList "label-list" "Labels are put on by a list with something in it.";
    RelationOfPull "relation-of-pull" "A pull request blocks nothing and is part of nothing.";
    RelationSeen "relation-seen" "Related issues beyond the token's reach are not shown.";
    BlockedByItself "blocked-by-itself" "No issue is blocked by itself.";
    BlockerTaken "blocker-taken" "An issue is blocked by another one once.";
    BlockerLimit "blocker-limit" "An issue is blocked by at most 50 others, and blocks at most 50.";
    OneParent "one-parent" "An issue is part of one other.";
    PartOfItself "part-of-itself" "No issue is part of itself, however far down.";
    PartOfOwner "part-of-owner" "A part belongs to the same owner.";
    PartLimit "part-limit" "An issue has at most 100 parts.";
    PartLevels "part-levels" "Parts of parts go eight levels down.";
    Suggested "suggested" "What is suggested is not done.";
    Confidence "confidence" "A confidence that does not exist is refused.";
    Rationale "rationale" "A rationale over 280 characters is refused.";
    SuggestionPending "suggestion-pending" "A list of suggestions has the pending ones, unless others are asked for.";
    SuggestionApplied "suggestion-applied" "What an issue has is not suggested.";
    SuggestionOfPull "suggestion-of-pull" "A pull request has no suggestions.";
    OnePin "one-pin" "One comment of an issue is pinned.";
    RepositoryTaken "repository-taken" "A repository's name is taken once.";
    // Pull requests, reviews, checks.
    DraftPlan "draft-plan" "Drafts are refused where the plan has none.";
    PullTaken "pull-taken" "A branch has one open pull request to a base.";
    PullEmpty "pull-empty" "A pull request without commits is refused.";
    PullIgnoresBareHead "pull-ignores-bare-head" "A head without its owner filters nothing.";
    PullFollowsBranch "pull-follows-branch" "A pull request is closed with its branch.";
    PullFollowsBase "pull-follows-base" "A pull request is closed with the branch it goes to.";
    RetargetMerged "retarget-merged" "What goes to a merged branch goes on to its base when people delete it there.";
    BaseOfClosed "base-of-closed" "A closed pull request goes where it went.";
    BaseInStack "base-in-stack" "A pull request in a stack goes where it went.";
    StackOrder "stack-order" "Each pull request of a stack goes to the one below.";
    StackTaken "stack-taken" "A pull request is in one stack.";
    PullClosesIssues "pull-closes-issues" "A merge closes the issues it says it closes.";
    NotMergeable "not-mergeable" "A draft or closed pull request is not merged.";
    ReviewerPlace "reviewer-place" "Reviews are asked of collaborators.";
    OwnApproval "own-approval" "Nobody approves their own pull request.";
    OwnChanges "own-changes" "Nobody requests changes of themselves.";
    ReviewEvent "review-event" "A kind of review that does not exist is refused.";
    ReviewBlank "review-blank" "A review without words is refused.";
    ReviewPendingOnce "review-pending-once" "One pending review for each.";
    ReviewPending "review-pending" "A pending review is its author's alone.";
    ReplyToFirst "reply-to-first" "Only a thread's first comment is replied to.";
    ReplyBlank "reply-blank" "A reply without words is refused.";
    CheckConclusion "check-conclusion" "A conclusion that does not exist is refused.";
    CheckStatus "check-status" "A status that does not exist is refused.";
    CheckCompleted "check-completed" "What is completed has a conclusion.";
    CheckOutput "check-output" "An output has a title and a summary.";
    CheckActions "check-actions" "A check has at most three actions.";
    CheckOutputLimit "check-output-limit" "An output over 65,535 characters is refused.";
    CheckForeign "check-foreign" "Only the App that made a check changes it.";
    CheckNewest "check-newest" "A check that ran again shows once.";
    StatusState "status-state" "A status has one of four states.";
    LogGone "log-gone" "A log that is gone answers 410.";
    LogCredential "log-credential" "The storage of logs takes no credential.";
    AttachmentCredential "attachment-credential" "An attachment takes no credential.";
    RulesetHidden "ruleset-hidden" "Some rulesets are not shown.";
    LogSignature "log-signature" "The storage of logs wants its signature.";
    GraphPermission "graph-permission" "GraphQL wants the permissions too.";
    GraphFirst "graph-first" "GraphQL wants the size of a page.";
    RefExists "ref-exists" "A branch that is there is not made again.";
    PutBranch "put-branch" "A file is put on a branch that exists.";
    PutProtected "put-protected" "No file is put on a protected branch.";
    PutSha "put-sha" "Whoever changes a file names the one that is there.";
    // Git.
    GitAnonymous "git-anonymous" "Git wants a token for what is private, and for every push.";
    GitUncovered "git-uncovered" "Git finds no repository without the App.";
    GitNarrowed "git-narrowed" "Git finds no repository the token was not made for.";
    GitMoved "git-moved" "Git is sent to a repository's new name.";
    GitSuspended "git-suspended" "Git of a suspended installation is refused.";
    GitPermission "git-permission" "Git wants the permission for contents.";
    GitArchived "git-archived" "Nothing is pushed to an archive.";
    GitProtected "git-protected" "Nothing is pushed to a protected branch.";
    GitRuled "git-ruled" "Nothing is pushed against a ruleset.";
    GitWorkflows "git-workflows" "Workflow files want a permission of their own.";
    // Deliveries.
    DeliveriesAge "deliveries-age" "Deliveries are kept for three days.";
    RedeliveryGuid "redelivery-guid" "A delivery keeps its GUID when it is sent again.";
    // What no good client does.
    ConcurrentChanges "concurrent-changes" "Two changes at once are written down.";
    ForeignLabel "foreign-label" "Other labels than skep's own are written down.";
    SelfMerge "self-merge" "A merge is written down.";
    SelfApproval "self-approval" "An approval is written down.";
    SelfDismissal "self-dismissal" "A dismissal is written down.";
    SelfGraph "self-graph" "The same by GraphQL is written down.";
}
