//! The issues of `skep demo`, and what its user says about them: what they are made of stands in text, as it would on GitHub.
//!
//! The blocks `skep-demo` in them are scripts for the demo agent, which has no model.

/// An issue of the demo.
pub struct Scenario {
    /// Its title.
    pub title: &'static str,
    /// The role its label names.
    pub role: &'static str,
    /// What it says.
    pub body: &'static str,
    /// Whether the agent asks a question about it.
    pub asks: bool,
    /// What the user answers when the agent asks.
    pub answer: Option<&'static str>,
    /// How the user reviews the pull request.
    pub review: Option<Remarks>,
}

/// A review that asks for changes, with a remark on a line.
pub struct Remarks {
    /// The review's own comment.
    pub body: &'static str,
    /// The file of the remark.
    pub path: &'static str,
    /// The line of the remark, in the new file.
    pub line: i64,
    /// The hunk of the diff it is on.
    pub hunk: &'static str,
    /// The remark.
    pub remark: &'static str,
}

/// The three issues of the demo with the scripted agent.
pub const SCENARIOS: [Scenario; 3] = [
    Scenario {
        title: "Greet visitors by name",
        role: "swe",
        body: "Visitors see a bare \"Hello\". Greet them by name.\n\n```skep-demo\nplan Read the code | Ask what is not said | \
               Greet by name\nstart 1\nread src/greet.py\nwait 0.2\ntick 1\nstart 2\nask What is a visitor without a name \
               called? | friend | stranger | default=friend\ntick 2\nstart 3\nreplace src/greet.py: return \"Hello\" => return \
               f\"Hello, {name}\"\nreplace src/greet.py: def greet(): => def greet(name=\"{answer}\"):\nrun git diff \
               --stat\ntick 3\nsay `greet` takes a name now and greets by it. I looked at the diff; there are no tests \
               yet.\n```\n",
        asks: true,
        answer: Some("2"),
        review: None,
    },
    Scenario {
        title: "Test the greeting",
        role: "testing",
        body: "`greet` has no test.\n\n```skep-demo\nplan Read the code | Write a test\nstart 1\nread src/greet.py\nwait \
               0.3\ntick 1\nstart 2\nwrite tests/test_greet.py <<END\nfrom src.greet import greet\n\n\ndef \
               test_greets():\n    assert greet().startswith(\"Hello\")\nEND\ncommit Test the greeting\ntick 2\nsay Added one \
               test and committed it. I did not run it: this machine may have no Python.\n```\n",
        asks: false,
        answer: None,
        review: Some(Remarks {
            body: "Nearly there.\n\n```skep-demo\nwait 0.2\nappend tests/test_greet.py <<END\n\n\ndef \
                   test_greets_again():\n    assert greet() == greet()\nEND\ncommit Test the second greeting\nreply all: It \
                   does; there is a test for that now.\nfinish Added the test that was asked for. | looked at the diff\n```\n",
            path: "tests/test_greet.py",
            line: 5,
            hunk: "@@ -0,0 +1,5 @@\n+from src.greet import greet\n+\n+\n+def test_greets():\n+    assert \
                   greet().startswith(\"Hello\")",
            remark: "Does it greet the second time, too?",
        }),
    },
    Scenario {
        title: "The README names the wrong command",
        role: "debugging",
        body: "The README says `python greet.py`; the file lies in `src`.\n\n```skep-demo\nplan Find the mistake | Fix \
               it\nstart 1\nread README.md\nwait 0.2\ntick 1\nstart 2\nreplace README.md: python greet.py => python \
               src/greet.py\ntick 2\nsay The command in the README names the right path now.\n```\n",
        asks: false,
        answer: None,
        review: None,
    },
];

/// The issue for an agent with a model.
pub const OWN: [Scenario; 1] = [Scenario {
    title: "Greet visitors by name",
    role: "swe",
    body: "`greet` in `src/greet.py` answers every visitor with a bare \"Hello\". Give it a parameter `name` that is \"stranger\" \
           where none is given, and let it answer \"Hello, \" and the name. Change nothing else.\n",
    asks: false,
    answer: Some("/agent answer Do as you think best, and do not ask again."),
    review: None,
}];
