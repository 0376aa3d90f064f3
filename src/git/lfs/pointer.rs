//! A pointer: what git keeps in place of a file's content.
//! (<https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md>)

use std::path::{Path, PathBuf};

/// A pointer is smaller than this.
pub(super) const LONGEST_POINTER: u64 = 1024;
/// How every pointer begins.
const VERSION: &str = "version https://git-lfs.github.com/spec/";

/// What a pointer stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pointer {
    /// SHA-256 of the content, in hexadecimal.
    pub(super) oid: String,
    /// Its bytes.
    pub(super) size: u64,
}

impl Pointer {
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes)
            .ok()
            .filter(|text| text.starts_with(VERSION))?;
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
        let oid = field("oid sha256:")?;
        let is_oid = oid.len() == 64 && oid.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        Some(Self {
            oid: oid.to_owned(),
            size: field("size ")?.parse().ok()?,
        })
        .filter(|_| is_oid)
    }

    pub(super) fn render(&self) -> String {
        format!("{VERSION}v1\noid sha256:{}\nsize {}\n", self.oid, self.size)
    }

    /// Where git-lfs keeps the content, below its folder of objects.
    pub(super) fn path(&self) -> PathBuf {
        Path::new(&self.oid[..2])
            .join(&self.oid[2..4])
            .join(&self.oid)
    }
}

/// Where git-lfs keeps what lines of pointers name, below its folder of objects. A changed pointer is seldom whole in a patch.
pub(crate) fn pointed_at(lines: &[u8]) -> Vec<PathBuf> {
    let text = String::from_utf8_lossy(lines);
    let oid = |line: &str| {
        let oid = line.strip_prefix("oid sha256:")?.trim();
        let is_oid = oid.len() == 64 && oid.bytes().all(|b| b.is_ascii_hexdigit());
        let (oid, size) = (oid.to_owned(), 0);
        is_oid.then(|| Pointer { oid, size }.path())
    };
    text.lines().filter_map(oid).collect()
}

/// The contents in the output of `cat-file --batch`.
pub(crate) fn contents(output: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = output;
    std::iter::from_fn(move || {
        let end = rest.iter().position(|b| *b == b'\n')?;
        let size: usize = std::str::from_utf8(&rest[..end])
            .ok()?
            .rsplit(' ')
            .next()?
            .parse()
            .ok()?;
        let content = rest.get(end + 1..end + 1 + size)?;
        rest = rest.get(end + 2 + size..)?;
        Some(content)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_read_as_it_was_written() {
        let pointer = Pointer {
            oid: "0f".repeat(32),
            size: 7,
        };
        assert_eq!(
            Pointer::parse(pointer.render().as_bytes()),
            Some(pointer.clone())
        );
        let no_pointers = [
            "".to_owned(),
            "\u{89}PNG".into(),
            pointer.render().replace("0f0f", "../."),
            pointer.render().replace("size 7", "size x"),
            format!(" {}", pointer.render()),
        ];
        for text in no_pointers {
            assert_eq!(Pointer::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn contents_are_cut_apart() {
        let output = b"aa blob 3\na\nb\nbb blob 0\n\ncc missing\n";
        assert_eq!(contents(output).collect::<Vec<_>>(), [&b"a\nb"[..], b""]);
    }
}
