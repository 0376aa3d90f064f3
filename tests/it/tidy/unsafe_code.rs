//! Code that the compiler cannot vouch for stands in no crate but the one of the sandbox that is named here, tests and benches
//! included: no crate leaves out the workspace's rule, which nothing below it can lift (`forbid`).

use proc_macro2::{TokenStream, TokenTree};

use super::{assert_none, root, walk};

/// The one place where it may stand: calls of the kernel that no kept crate has in a safe form.
const ALLOWED: [&str; 1] = ["crates/seccomp-listener/"];

fn holds_unsafe(stream: TokenStream) -> bool {
    stream.into_iter().any(|tree| match tree {
        TokenTree::Ident(word) => word == "unsafe",
        TokenTree::Group(group) => holds_unsafe(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

fn parsed(text: &str) -> TokenStream {
    text.parse().expect("a file the compiler reads")
}

fn is_allowed(file: &str) -> bool {
    ALLOWED.iter().any(|allowed| file.starts_with(allowed))
}

#[test]
fn unsafe_code_stands_where_it_is_allowed_and_nowhere_else() {
    let mut files = Vec::new();
    for folder in ["src", "crates", "tests", "benches"] {
        walk(&root().join(folder), &mut files);
    }
    let mut found = Vec::new();
    for path in files {
        let file = path.strip_prefix(root()).expect("below it");
        let file = file.to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("a text");
        if !is_allowed(&file) && text.contains("unsafe") && holds_unsafe(parsed(&text)) {
            found.push(file);
        }
    }
    assert_none("unsafe code stands elsewhere", &found);
}

#[test]
fn no_crate_leaves_the_rule_out() {
    let read = |file: &str| std::fs::read_to_string(root().join(file)).expect("a manifest");
    assert!(read("Cargo.toml").contains("\nunsafe_code = \"forbid\"\n"));
    let mut manifests = vec!["Cargo.toml".to_owned()];
    for entry in std::fs::read_dir(root().join("crates")).expect("a folder") {
        let name = entry.expect("an entry").file_name();
        manifests.push(format!("crates/{}/Cargo.toml", name.to_string_lossy()));
    }
    // What is no part of the workspace has no code of its own: it names functions of others.
    let apart = |file: &String| read(file).contains("\n[workspace]\n") && file != "Cargo.toml";
    manifests.retain(|file| !apart(file) && !is_allowed(file));
    let lax: Vec<String> = manifests
        .into_iter()
        .filter(|file| !read(file).contains("\n[lints]\nworkspace = true\n"))
        .collect();
    assert_none("a crate goes by rules of its own", &lax);
}

/// Each such block there does one thing, and says why that holds.
#[test]
fn where_it_may_stand_it_says_why() {
    for crate_ in ALLOWED {
        let manifest = root().join(crate_).join("Cargo.toml");
        let text = std::fs::read_to_string(manifest).expect("a manifest");
        for lint in [
            "undocumented_unsafe_blocks",
            "multiple_unsafe_ops_per_block",
        ] {
            assert!(text.contains(&format!("\n{lint} = \"deny\"\n")), "{lint}");
        }
    }
}

#[test]
fn planted_unsafe_code_is_found() {
    for planted in [
        "fn f() { unsafe { g() } }",
        "unsafe fn f() {}",
        "#[cfg(test)] mod tests { unsafe impl Send for T {} }",
        "#[unsafe(no_mangle)] fn f() {}",
    ] {
        assert!(holds_unsafe(parsed(planted)), "{planted}");
    }
    assert!(!holds_unsafe(parsed(
        "// unsafe\nfn f() -> &'static str { \"unsafe\" }"
    )));
}
