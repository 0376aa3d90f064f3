#!/usr/bin/env bash
# Surprise: isomorphic-git reads a sparse index (folders that are left out
#   stand in it as one entry, marked by the extension "sdir") without an error
#   and takes every file of those folders for removed and staged. git's index
#   format says that an unknown extension with a lower-case name must not be
#   passed over; libgit2 refuses such an index.
# Good guess that was wrong: it reads it as git does, or it refuses.
# Package: isomorphic-git 1.44.19 (npm); git 2.47.3
# Date: 2026-11-28
# Source: found by running; libgit2's refusal is github.com/libgit2/libgit2
#   issue 7260
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
cd "$T"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund isomorphic-git@1.44.19 || { echo "could not install"; exit 2; }
git --version

git init -q -b main r
mkdir r/wanted r/rest
echo 1 >r/wanted/a
echo 1 >r/rest/b
echo 1 >r/rest/c
git -C r add .
git -C r commit -qm 1
git -C r sparse-checkout set --cone --sparse-index wanted
echo "entries of the index: $(git -C r ls-files --sparse | tr '\n' ' ')"
echo "git status: $(git -C r status --porcelain | wc -l) changes"

cat >t.mjs <<'JS'
import fs from "node:fs";
import git from "isomorphic-git";
console.log(`isomorphic-git ${git.version()}`);
// [file, in HEAD, in the work tree, in the index]; 1 1 1 would be unchanged
const rows = await git.statusMatrix({ fs, dir: "r" });
const removed = rows.filter(([, head, , index]) => head === 1 && index === 0).map(([f]) => f);
console.log(`removed and staged, says isomorphic-git: ${removed.join(" ")}`);
process.exit(removed.join() === "rest/b,rest/c" ? 0 : 1);
JS
if node t.mjs && git -C r ls-files --sparse | grep -q '^rest/$'; then
    echo "as described: folders left out count as removed"
else
    echo "CHANGED: not as described"
    exit 1
fi
