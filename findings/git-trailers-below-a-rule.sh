#!/usr/bin/env bash
# Surprise: a Markdown rule ("---") in the body of a commit message hides the
#   trailers below it from `git interpret-trailers`, while `git log` finds
#   them; and `interpret-trailers --trailer` puts a new one ABOVE the rule, in
#   mid-message, where `git log` no longer counts it, while `git commit
#   --trailer` puts it at the end. --no-divider makes them agree.
# Good guess that was wrong: git's own commands agree on where trailers are.
# Package: git (seen with 2.47.3, Debian)
# Date: 2026-11-28
# Source: git-scm.com/docs/git-interpret-trailers on the "---" divider; that
#   the commands disagree was found by running
set -eu
command -v git >/dev/null || { echo "git is needed"; exit 2; }
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
git --version
git init -q -b main "$T/r"
cd "$T/r"
printf 'Add a cache\n\nFirst part.\n\n---\n\nSecond part.\n' >"$T/plain"
trailer='Co-authored-by: B <b@example.com>'
trailers() { git log -1 --format='%(trailers:only)' | sed '/^$/d'; }

git commit -q --allow-empty -F "$T/plain" --trailer "$trailer"
by_log=$(trailers)
by_tool=$(git log -1 --format=%B | git interpret-trailers --parse)
by_tool_nodiv=$(git log -1 --format=%B | git interpret-trailers --parse --no-divider)
echo "written by 'git commit --trailer'; found by"
echo "  git log:                                     '$by_log'"
echo "  git interpret-trailers --parse:              '$by_tool'"
echo "  git interpret-trailers --parse --no-divider: '$by_tool_nodiv'"

git interpret-trailers --trailer "$trailer" <"$T/plain" >"$T/edited"
git commit -q --allow-empty -F "$T/edited"
by_log_edited=$(trailers)
echo "written by 'git interpret-trailers --trailer'; found by"
echo "  git log:                                     '$by_log_edited'"

if [ "$by_log" = "$trailer" ] && [ -z "$by_tool" ] && [ "$by_tool_nodiv" = "$trailer" ] && [ -z "$by_log_edited" ]; then
    echo "as described: a rule in the text parts the two"
else
    echo "CHANGED: not as described"
    exit 1
fi
