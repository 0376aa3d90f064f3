#!/usr/bin/env bash
# Surprise: `git read-tree -m -i TREE`, run with GIT_DIR, GIT_WORK_TREE and
#   GIT_INDEX_FILE set but standing OUTSIDE the work tree, can make a changed
#   file look unchanged for good. A file rewritten to the same size in the very
#   second its index was written ("racily clean") is normally caught, because
#   git re-reads such files when it writes the index anew. From outside it does
#   not find them, keeps the old stat data, and gives the index a later time.
# Good guess that was wrong: with GIT_WORK_TREE set it does not matter where
#   one stands.
# Package: git (seen with 2.47.3, Debian)
# Date: 2026-11-28
# Source: found by running; the background is git's own technical note
#   "racy-git" (Documentation/technical)
set -eu
command -v git >/dev/null || { echo "git is needed"; exit 2; }
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
git --version

# one try: build, race, read-tree from "$1", and print what diff-files says
try() {
    local where=$1 keep_time=$2 r=$T/$1-$2
    git init -q "$r"
    echo one >"$r/f"
    git -C "$r" add f
    git -C "$r" commit -qm 1
    mkdir -p "$T/elsewhere"
    export GIT_DIR=$r/.git GIT_WORK_TREE=$r GIT_INDEX_FILE=$r/.git/index
    # all of it within one second: begin shortly after a tick, look, else again
    local start first
    for _ in 1 2 3 4 5; do
        start=$(date +%s)
        while [ "$(date +%s)" = "$start" ]; do sleep 0.01; done
        sleep 0.1
        echo two >"$r/f"
        first=$(stat -c %Y "$r/f")
        (cd "$r" && git add f) # the index now says "two"
        echo six >"$r/f"       # same size, same second
        [ "$first $first" != "$(stat -c %Y "$r/f") $(stat -c %Y "$GIT_INDEX_FILE")" ] || break
    done
    touch -r "$GIT_INDEX_FILE" "$T/time"
    sleep 1.2
    case $where in
    inside) cd "$r" ;;
    outside) cd "$T/elsewhere" ;;
    esac
    git read-tree -m -i "$(git write-tree)"
    [ "$keep_time" = no ] || touch -r "$T/time" "$GIT_INDEX_FILE"
    cd "$r"
    git diff-files --name-only
    cd "$T"
    unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
}

inside=$(try inside no)
outside=$(try outside no)
kept=$(try outside yes)
echo "f was changed after 'git add'; git diff-files then names:"
echo "  read-tree run inside the work tree:             '${inside}'"
echo "  read-tree run outside of it:                    '${outside}'"
echo "  outside, and the old index's time put back:     '${kept}'"
if [ "$inside" = f ] && [ -z "$outside" ] && [ "$kept" = f ]; then
    echo "as described: run outside, the change is no longer seen"
else
    echo "CHANGED: not as described"
    exit 1
fi
