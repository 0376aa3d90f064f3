#!/usr/bin/env bash
# Surprise: isomorphic-git cannot read the index of a repository in which
#   git's own setting feature.manyFiles is on: with it git writes no checksum
#   (index.skipHash, twenty zero bytes), and every status, add or commit ends
#   in "Invalid checksum". libgit2 and dulwich read the same file.
# Good guess that was wrong: what git writes by a setting of its own (since
#   2.40) is read by all the common libraries.
# Package: isomorphic-git 1.44.19 (npm), dulwich 1.2.21 (PyPI); git 2.47.3
# Date: 2026-11-28
# Source: found by running; the other libraries took it up with
#   github.com/libgit2/libgit2 pull request 6738 and github.com/jelmer/dulwich
#   pull request 1488
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
cd "$T"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund isomorphic-git@1.44.19 || { echo "could not install"; exit 2; }
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check dulwich==1.2.21 || { echo "could not install"; exit 2; }
git --version

cat >t.mjs <<'JS'
import fs from "node:fs";
import git from "isomorphic-git";
const dir = process.argv[2];
try {
  const rows = await git.statusMatrix({ fs, dir });
  console.log(`${rows.length} file read`);
} catch (e) {
  console.log(e.message.includes("Invalid checksum in GitIndex") ? "Invalid checksum" : e.message);
}
JS
echo "isomorphic-git $(node -p 'JSON.parse(fs.readFileSync("node_modules/isomorphic-git/package.json")).version')"
seen=
for many in false true; do
    git init -q -b main $many
    git -C $many config feature.manyFiles $many
    echo 1 >$many/f
    git -C $many add f
    git -C $many commit -qm 1
    iso=$(node t.mjs $many)
    dulwich=$(v/bin/python -c "from dulwich.repo import Repo; print(len(Repo('$many').open_index()), 'file read')")
    echo "feature.manyFiles=$many, end of the index: $(tail -c 20 $many/.git/index | od -An -tx1 | tr -d ' \n')"
    echo "  isomorphic-git: $iso"
    echo "  dulwich:        $dulwich"
    seen="$seen$iso, $dulwich; "
done
if [ "$seen" = "1 file read, 1 file read; Invalid checksum, 1 file read; " ]; then
    echo "as described: an index without a checksum is not read"
else
    echo "CHANGED: not as described"
    exit 1
fi
