//! The hosts that package managers fetch from, by a word. Each table says where it is from.
//!
//! Only what is fetched: hosts that nothing but an upload needs (`upload.pypi.org`, `crates.io`) are left out, and so is storage
//! that anybody can write to. A host that takes uploads beside its downloads (npm's) cannot be halved by its name.

/// Hosts under one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preset {
    /// The word in a list.
    pub name: &'static str,
    /// What it opens.
    pub hosts: &'static [&'static str],
    /// Where that is written.
    pub source: &'static str,
}

const PRESETS: [Preset; 5] = [
    Preset {
        name: "npm",
        hosts: &["registry.npmjs.org", "registry.yarnpkg.com"],
        source: "https://docs.npmjs.com/cli/using-npm/registry, https://classic.yarnpkg.com/docs/cli/config",
    },
    // The sparse index and the files it points to.
    Preset {
        name: "crates",
        hosts: &["index.crates.io", "static.crates.io"],
        source: "https://crates.io/data-access, https://doc.rust-lang.org/cargo/reference/registry-index.html",
    },
    Preset {
        name: "pypi",
        hosts: &["pypi.org", "files.pythonhosted.org"],
        source: "https://docs.pypi.org/api/index-api/",
    },
    Preset {
        name: "debian",
        hosts: &["deb.debian.org", "security.debian.org"],
        source: "https://deb.debian.org/, https://www.debian.org/security/",
    },
    Preset {
        name: "go",
        hosts: &["proxy.golang.org", "sum.golang.org"],
        source: "https://go.dev/ref/mod#environment-variables (GOPROXY, GOSUMDB)",
    },
];

/// The preset of that name.
pub fn find(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

/// The names [`find`] knows.
pub fn names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|preset| preset.name)
}
