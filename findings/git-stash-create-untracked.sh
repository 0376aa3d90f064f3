#!/usr/bin/env bash
# Surprise: `git stash create -u` is not refused and does not keep untracked
#   files: "-u" becomes the stash's MESSAGE. The command prints a commit and
#   exits 0; new files are not in it.
# Good guess that was wrong: it either works as in `git stash push -u`, or is
#   an unknown option.
# Package: git (seen with 2.47.3, Debian)
# Date: 2026-11-28
# Source: found by running; git's manual gives `git stash create [<message>]`,
#   so the usage allows it
set -eu
command -v git >/dev/null || { echo "git is needed"; exit 2; }
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
git --version
git init -q -b main "$T/r"
cd "$T/r"
echo one >tracked
git add tracked
git commit -qm 1
echo two >tracked
echo new >untracked

created=$(git stash create -u)
message=$(git log -1 --format=%s "$created")
echo "git stash create -u: exit 0, message '$message'"
in_create=$(git rev-parse -q --verify "$created^3" || echo none)
echo "  its third parent (where untracked files go): $in_create"
git stash push -q -u
in_push=$(git ls-tree --name-only "stash@{0}^3")
echo "git stash push -u: third parent holds '$in_push'"

if [ "$message" = "On main: -u" ] && [ "$in_create" = none ] && [ "$in_push" = untracked ]; then
    echo "as described: -u was taken for the message"
else
    echo "CHANGED: not as described"
    exit 1
fi
