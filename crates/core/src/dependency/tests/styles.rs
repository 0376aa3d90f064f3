//! Issues as they come from elsewhere: projects with their own templates, bots, and imports from other trackers.

use super::names;

/// What is found in a body, and whose style it is.
fn holds(style: &str, body: &str, expected: &str) {
    assert_eq!(names(body), expected, "{style}:\n{body}");
}

#[test]
fn enhancements_of_kubernetes() {
    let body = "\
<!-- Please only use this template for submitting enhancement requests.
Depends on #9999 -->

**What would you like to be added**:
Drain the pods before the node goes (KEP-1234).

/sig node
/kind feature
Depends on: kubernetes/enhancements#1234, #118901
Ref: #100, fixes #101

**Why is this needed**:
After #118000 merged, the kubelet restarts twice. See also https://github.com/kubernetes/kubernetes/pull/5.

```yaml
# Blocked by #7777
```";
    holds("kubernetes", body, "#118901 kubernetes/enhancements#1234");
}

#[test]
fn tracking_issues_of_rust() {
    let body = "\
This is a tracking issue for the RFC \"let chains\" (rust-lang/rfcs#2497).
The feature gate for the issue is `#![feature(let_chains)]`.

### Steps

- [x] Implement the RFC (#60861)
- [ ] #94927 stabilize (blocked on #99852)
- [ ] Adjust documentation ([see instructions on rustc-dev-guide][doc-guide])

### Unresolved Questions

None, but this is blocked on rust-lang/rust#104843 and https://github.com/rust-lang/reference/pull/1179.

[doc-guide]: https://rustc-dev-guide.rust-lang.org/stabilization_guide.html

### Implementation history

- Initially implemented in #60861
- Relanded after #61988 was reverted";
    holds(
        "rust",
        body,
        "rust-lang/reference#1179 rust-lang/rust#104843",
    );
}

#[test]
fn bumps_of_dependabot_and_renovate() {
    let dependabot = "\
Bumps [serde](https://github.com/serde-rs/serde) from 1.0.1 to 1.0.2.
<details>
<summary>Release notes</summary>
<p><em>Sourced from <a href=\"https://github.com/serde-rs/serde/releases\">serde's releases</a>.</em></p>
<blockquote>
<h2>v1.0.2</h2>
<ul>
<li>Requires <a href=\"https://redirect.github.com/serde-rs/serde/issues/2453\">#2453</a> and <a href=\"https://github.com/serde-rs/serde/issues/2454\">#2454</a></li>
<li>Depends on #12</li>
</ul>
</blockquote>
</details>
<br />

Dependabot will resolve any conflicts with this PR as long as you don't alter it yourself.";
    holds("dependabot", dependabot, "");
    let renovate = "\
This issue lists Renovate updates and detected dependencies.

## Awaiting Schedule

 - [ ] <!-- unschedule-branch=renovate/x -->Update dependency x to v2

## Detected dependencies

<details><summary>cargo</summary>

- `serde 1.0.1` [Updates: #12]

</details>";
    holds("renovate", renovate, "");
}

#[test]
fn imports_from_other_trackers() {
    let linear = "\
Parse the header first.

**Blocked by**: [ENG-12](https://linear.app/acme/issue/ENG-12/parser), #31
**Related**: #32

_Created from [ENG-14](https://linear.app/acme/issue/ENG-14)_";
    holds("linear", linear, "#31");
    let synced = "Blocked by: #31 ([ENG-12](https://linear.app/acme/issue/ENG-12))\nRelated: #32";
    holds("linear, synced", synced, "#31");
    let jira = "\
| Field | Value |
| --- | --- |
| Issue key | PROJ-77 |
| is blocked by | #31, #33 |
| blocks | #34 |
| relates to | #35 |

h2. Description

{code}Depends on PROJ-12{code}";
    holds("jira", jira, "#31 #33");
    let zuul = "Add the driver\n\nDepends-On: https://github.com/octo/hello/pull/40\nDepends-On: https://review.opendev.org/c/1\nChange-Id: I0123";
    holds("zuul", zuul, "#40");
}

#[test]
fn forms_and_templates() {
    let form = "\
### What should be done?

Add a page. It worked before #3.

### Depends on (numbers of issues)

#12
https://github.com/octo/other/issues/4

### Blocked by

_No response_

### Checks

- [x] I searched, and #99 is something else";
    holds("issue form", form, "#12 octo/other#4");
    let template = "\
## Prerequisites

* [ ] #12 the schema
* [x] the migration, #13
* [ ] a decision by the board

## After

- screenshot (#14)";
    holds("template", template, "#12 #13");
    let plan = "\
# Plan

1. #20 The parser
2. #21 The printer — depends on #20
3. #22 Both together
   - Depends on: #20, #21

Depends on #19.";
    holds("plan", plan, "#19");
}

#[test]
fn words_of_agents_and_of_people() {
    let ticket = "\
**Type:** task · **Size:** S

## Blocked by

- #346 (issue 1: set up the project)
- #347

## Acceptance criteria

- [ ] Depends on nothing else, see #348";
    holds("ticket of an agent", ticket, "#346 #347");
    holds(
        "gh-aw",
        "Adds the cache.\n\n---\n**Stack**: Depends on #41 → merge that first.",
        "#41",
    );
    holds(
        "a person",
        "hey, this can't be started, we're still waiting on #7 and the fix for #8!\n\nsent from my phone",
        "#7",
    );
    holds("German", "Hängt ab von #5.\n\nDepends on #6 und #7", "#6");
    holds(
        "windows line ends",
        "Depends on:\r\n- #2\r\n- #3\r\n\r\n## Rest\r\n- #4",
        "#2 #3",
    );
}
