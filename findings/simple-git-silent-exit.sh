#!/usr/bin/env bash
# Surprise: simple-git counts a git command as failed only if it exits
#   non-zero AND wrote to stderr. Commands that answer by their exit code alone
#   (merge-base --is-ancestor, diff --quiet, ls-remote --exit-code) "succeed"
#   whatever the answer is: "no" looks like "yes".
# Good guess that was wrong: a non-zero exit rejects the promise.
# Package: simple-git 4.0.2 (npm); git 2.47.3
# Date: 2026-11-28
# Source: github.com/steveukx/git-js issues 1038 and 204; still so in 4.0.2,
#   found by running
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
cd "$T"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund simple-git@4.0.2 || { echo "could not install"; exit 2; }
git --version
echo "simple-git $(node -p 'JSON.parse(fs.readFileSync("node_modules/simple-git/package.json")).version')"

git init -q -b main r
echo one >r/f
git -C r add f
git -C r commit -qm 1
git -C r branch old
echo two >r/f
git -C r commit -qam 2

cat >t.mjs <<'JS'
import { spawnSync } from "node:child_process";
import { simpleGit } from "simple-git";
const questions = [
  ["merge-base", "--is-ancestor", "main", "old"],
  ["diff", "--quiet", "old", "main"],
  ["ls-remote", "--exit-code", ".", "refs/heads/missing"],
];
const git = simpleGit("r");
let silent = 0;
for (const q of questions) {
  const code = spawnSync("git", q, { cwd: "r" }).status;
  const seen = await git.raw(q).then(() => "resolved", () => "rejected");
  console.log(`git ${q.join(" ")}: exit ${code}, simple-git ${seen}`);
  if (code !== 0 && seen === "resolved") silent++;
}
process.exit(silent === questions.length ? 0 : 1);
JS
if node t.mjs; then
    echo "as described: three times no, three times taken for success"
else
    echo "CHANGED: not as described"
    exit 1
fi
