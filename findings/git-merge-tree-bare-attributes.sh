#!/usr/bin/env bash
# Surprise: in a bare repository `git merge-tree --write-tree` reports a
#   conflict where the same merge in a clone of it is clean, because the
#   .gitattributes of the commits (here "*.log merge=union") are not read
#   there. A server that asks "would this merge?" gets another answer than the
#   person who merges. `git --attr-source=COMMIT` gives the right one.
# Good guess that was wrong: a bare repository takes the attributes of HEAD (it
#   did from 2.43 on).
# Package: git (seen with 2.47.3, Debian)
# Date: 2026-11-28
# Source: git's commit 51441e6460 of 2024-05-03, "stop using HEAD for
#   attributes in bare repository by default"; the rest found by running
set -eu
command -v git >/dev/null || { echo "git is needed"; exit 2; }
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
git --version
git init -q -b main "$T/work"
cd "$T/work"
echo '*.log merge=union' >.gitattributes
echo start >changes.log
git add .
git commit -qm start
for side in left right; do
    git checkout -q -b $side main
    printf 'start\n%s\n' $side >changes.log
    git commit -qam $side
done
git checkout -q main
git clone -q --bare . "$T/bare.git"

# prints "clean" or "conflict"; the first arguments go to git itself
merge() {
    if git "$@" merge-tree --write-tree left right >"$T/out"; then echo clean; else echo conflict; fi
}
with_files=$(merge -C "$T/work")
bare=$(merge -C "$T/bare.git")
bare_source=$(merge -C "$T/bare.git" --attr-source=main)
echo "merging left and right, .gitattributes in both:"
echo "  in the repository with files:       $with_files"
echo "  in its bare clone:                  $bare"
echo "  bare, with --attr-source=main:      $bare_source"
if [ "$with_files $bare $bare_source" = "clean conflict clean" ]; then
    echo "as described: the bare clone does not read the attributes"
else
    echo "CHANGED: not as described"
    exit 1
fi
