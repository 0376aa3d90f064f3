#!/usr/bin/env bash
# Surprise: in a sparse checkout pygit2 (libgit2) calls every file outside the
#   chosen folders deleted, though git has marked them as left out
#   (skip-worktree) and says the tree is clean. Whatever trusts that status
#   commits the removal of most of the repository.
# Good guess that was wrong: libgit2 keeps the skip-worktree mark in its index
#   entries, so its status heeds it.
# Package: pygit2 1.21.0 with libgit2 1.9.7 (PyPI); git 2.47.3
# Date: 2026-11-28
# Source: github.com/libgit2/libgit2 issue 5813 (open since 2021); still so in
#   libgit2 1.9.7, found by running
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
cd "$T"
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check pygit2==1.21.0 || { echo "could not install"; exit 2; }
git --version
v/bin/python -c 'import pygit2; print("pygit2", pygit2.__version__, "libgit2", pygit2.LIBGIT2_VERSION)'

git init -q -b main r
cd r
mkdir wanted rest
echo 1 >wanted/a
echo 1 >rest/b
echo 1 >rest/c
git add .
git commit -qm 1
git sparse-checkout set --cone wanted
by_git=$(git status --porcelain | wc -l)
marked=$(git ls-files -t | grep -c '^S')
by_pygit2=$(../v/bin/python -c '
import pygit2
status = pygit2.Repository(".").status()
print(" ".join(sorted(f for f, s in status.items() if s == pygit2.GIT_STATUS_WT_DELETED)))
')
echo "git status: $by_git changes; $marked files marked skip-worktree"
echo "pygit2 calls deleted: $by_pygit2"
if [ "$by_git" -eq 0 ] && [ "$marked" -eq 2 ] && [ "$by_pygit2" = "rest/b rest/c" ]; then
    echo "as described: what is left out counts as deleted"
else
    echo "CHANGED: not as described"
    exit 1
fi
