#!/usr/bin/env bash
# Surprise: email-reply-parser takes a Markdown rule ("---" on a line of its
#   own) for the start of a signature: all that follows in an answer by e-mail
#   is hidden, up to the quoted part.
# Good guess that was wrong: only "-- " (two dashes and a space, RFC 3676)
#   begins a signature.
# Package: email-reply-parser 2.3.9 (npm)
# Date: 2026-11-28
# Source: found by running; the kin of github.com/github/email_reply_parser
#   issue 17 (dashes in mid-text taken for a signature)
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund email-reply-parser@2.3.9 || { echo "could not install"; exit 2; }
echo "email-reply-parser $(node -p 'JSON.parse(fs.readFileSync("node_modules/email-reply-parser/package.json")).version')"

cat >t.mjs <<'JS'
import parser from "email-reply-parser";
const EmailReplyParser = parser.default ?? parser;
const visible = (lines) => new EmailReplyParser().read(lines.join("\n")).getVisibleText();
const answer = (rule) => ["Rename the field.", "", rule, "", "And keep the old name as an alias.", "", "> What should I do?"];
const seen = {};
for (const rule of ["---", "***", "(no rule)"]) {
  seen[rule] = visible(answer(rule)).includes("alias");
  console.log(`${rule.padEnd(9)} between the two sentences: the second one is ${seen[rule] ? "kept" : "LOST"}`);
}
process.exit(!seen["---"] && seen["***"] && seen["(no rule)"] ? 0 : 1);
JS
if node t.mjs; then
    echo "as described: what follows a rule of dashes is dropped"
else
    echo "CHANGED: not as described"
    exit 1
fi
