//! Files that people attached to what they wrote: which addresses GitHub keeps them at, where those may lead, what the bytes are, and how
//! a file is called beside the working copy. To fetch them and lay them there is for the edges.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};
use url::Url;

use super::ids::RepositoryName;

/// So many files of one issue are fetched.
pub const FILES: usize = 10;
/// The largest file, bytes.
pub const FILE_BYTES: usize = 5 * 1024 * 1024;
/// The most of all files of an issue, bytes.
pub const ALL_BYTES: usize = 20 * 1024 * 1024;
/// The most of all pictures that an agent is shown with its first prompt, bytes.
pub const SHOWN_BYTES: u64 = 4 * 1024 * 1024;
/// Longest name, without what it ends in.
const NAME: usize = 60;
/// What a text may be called.
const TEXTS: [&str; 11] = [
    "txt", "log", "json", "csv", "md", "yml", "yaml", "toml", "xml", "diff", "patch",
];

/// What a file is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Media {
    /// A picture.
    Png,
    /// A picture.
    Jpeg,
    /// A picture.
    Gif,
    /// A picture.
    Webp,
    /// A document.
    Pdf,
    /// Text in UTF-8: a log, JSON; SVG and HTML are no more than that.
    Text,
}

impl Media {
    /// What these bytes are, whatever they are called; `None` for all that is not taken: archives, programs, films.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => Some(Self::Webp),
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            _ => is_text(bytes).then_some(Self::Text),
        }
    }

    /// Its MIME type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
            Self::Text => "text/plain",
        }
    }

    /// Whether an agent that takes pictures can be shown it.
    pub fn is_picture(self) -> bool {
        matches!(self, Self::Png | Self::Jpeg | Self::Gif | Self::Webp)
    }

    /// What its name ends in.
    fn ending(self, named: &str) -> &str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Gif => "gif",
            Self::Webp => "webp",
            Self::Pdf => "pdf",
            Self::Text if TEXTS.contains(&named) => named,
            Self::Text => "txt",
        }
    }
}

/// Escape codes of terminals are in many logs.
fn is_text(bytes: &[u8]) -> bool {
    let plain = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\u{1b}');
    !bytes.is_empty() && std::str::from_utf8(bytes).is_ok_and(|text| text.chars().all(plain))
}

/// A file that was attached, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// Its address, without what follows a `?`.
    pub address: String,
    /// What became of it.
    pub became: Became,
}

/// What became of a file that was attached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Became {
    /// It lies there.
    Laid {
        /// Where, on this machine and in the sandbox.
        path: String,
        /// What it is.
        media: Media,
        /// How long it is.
        bytes: u64,
    },
    /// It was not fetched.
    Missing {
        /// Why, half a sentence.
        why: String,
    },
}

/// Those that an agent is shown with its first prompt, as long as all of them are short enough.
pub fn shown(files: &[Attached]) -> Vec<(String, Media)> {
    let mut left = SHOWN_BYTES;
    let mut shown = Vec::new();
    for file in files {
        if let Became::Laid { path, media, bytes } = &file.became
            && media.is_picture()
            && *bytes <= left
        {
            left -= bytes;
            shown.push((path.clone(), *media));
        }
    }
    shown
}

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"https?://[^\s<>()\[\]"'`|\\]{1,500}"#).expect("a constant that a test compiles")
});

/// Addresses in texts that look like files people attached, in their order and each once: at most [`FILES`], and how many more there are.
pub fn named<'t>(texts: impl IntoIterator<Item = &'t str>) -> (Vec<String>, usize) {
    let mut found: Vec<String> = Vec::new();
    let mut more = 0;
    for text in texts {
        for address in ADDRESS
            .find_iter(text)
            .filter_map(|hit| plain(hit.as_str()))
        {
            if !looks_attached(&address) || found.contains(&address.to_string()) {
                continue;
            }
            match found.len() < FILES {
                true => found.push(address.into()),
                false => more += 1,
            }
        }
    }
    (found, more)
}

fn plain(address: &str) -> Option<Url> {
    let mut address = Url::parse(address.trim_end_matches(['.', ',', ';', ':', '!', '?'])).ok()?;
    address.set_query(None);
    address.set_fragment(None);
    let anonymous = address.username().is_empty() && address.password().is_none();
    anonymous.then_some(address)
}

/// Of old attachments there are addresses of this host.
const USER_IMAGES: &str = "user-images.githubusercontent.com";
/// Where GitHub leads to from the address of an attachment.
const STORAGE: [&str; 5] = [
    USER_IMAGES,
    "private-user-images.githubusercontent.com",
    "objects.githubusercontent.com",
    "github-production-user-asset-6210df.s3.amazonaws.com",
    "github-production-repository-file-5c1aeb.s3.amazonaws.com",
];

fn parts(address: &Url) -> Vec<&str> {
    address
        .path_segments()
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect()
}

fn looks_attached(address: &Url) -> bool {
    address.host_str() == Some(USER_IMAGES)
        || matches!(
            parts(address)[..],
            ["user-attachments", "assets", _]
                | ["user-attachments", "files", _, _]
                | [_, _, "assets" | "files", _, _]
        )
}

/// Whether an address is one that GitHub, whose pages are at `web`, keeps attachments of this repository at.
pub fn is_githubs(address: &Url, web: &Url, home: &RepositoryName) -> bool {
    if address.scheme() == "https"
        && address.port().is_none()
        && address.host_str() == Some(USER_IMAGES)
    {
        return true;
    }
    let of_home = |owner: &str, name: &str| {
        owner.eq_ignore_ascii_case(home.owner()) && name.eq_ignore_ascii_case(home.name())
    };
    address.origin() == web.origin()
        && match parts(address)[..] {
            ["user-attachments", "assets", _] | ["user-attachments", "files", _, _] => true,
            [owner, name, "assets" | "files", _, _] => of_home(owner, name),
            _ => false,
        }
}

/// Whether GitHub may lead there from the address of an attachment: to its own storage, and by TLS only.
pub fn is_storage(address: &Url) -> bool {
    let host = address.host_str().unwrap_or_default();
    address.scheme() == "https" && address.port().is_none() && STORAGE.contains(&host)
}

/// What a file is called where it is laid: its place among all, the harmless part of its own name, and what its content is.
pub fn file_name(number: usize, address: &str, media: Media) -> String {
    let last = address.rsplit('/').next().unwrap_or_default();
    let (stem, ending) = last.rsplit_once('.').unwrap_or((last, ""));
    let harmless = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let stem: String = stem
        .chars()
        .map(|c| if harmless(c) { c } else { '-' })
        .take(NAME)
        .collect();
    let stem = stem.trim_matches('-');
    let stem = if stem.is_empty() { "file" } else { stem };
    let ending = ending.to_ascii_lowercase();
    format!("{number:02}-{stem}.{}", media.ending(&ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().expect("an address")
    }

    #[test]
    fn attachments_are_found_in_markdown_and_html_each_once() {
        let id = "0f1e2d3c-aaaa-bbbb-cccc-0123456789ab";
        let text = format!(
            "![shot](https://github.com/user-attachments/assets/{id})\n<img src=\"https://github.com/user-attachments/assets/{id}\">\n\
             [log](https://github.com/user-attachments/files/77/crash%20dump.log). See https://github.com/octo/hello/issues/3 and \
             https://user-images.githubusercontent.com/1/2-x.png?raw=true, https://evil.example/user-attachments/assets/1"
        );
        let (found, more) = named([text.as_str()]);
        assert_eq!(
            found,
            [
                format!("https://github.com/user-attachments/assets/{id}"),
                "https://github.com/user-attachments/files/77/crash%20dump.log".into(),
                "https://user-images.githubusercontent.com/1/2-x.png".into(),
                "https://evil.example/user-attachments/assets/1".into(),
            ]
        );
        assert_eq!(more, 0);
        let many: String = (0..15)
            .map(|n| format!("https://github.com/user-attachments/assets/{n} "))
            .collect();
        let (found, more) = named([many.as_str()]);
        assert_eq!((found.len(), more), (FILES, 5));
    }

    #[test]
    fn only_githubs_own_addresses_are_fetched_and_followed() {
        let (web, home) = (
            url("https://github.com"),
            "octo/hello".parse().expect("a name"),
        );
        let fetched = |text: &str| is_githubs(&url(text), &web, &home);
        for ours in [
            "https://github.com/user-attachments/assets/1",
            "https://github.com/user-attachments/files/1/a.log",
            "https://github.com/Octo/Hello/assets/1/2",
            "https://github.com/octo/hello/files/1/a.log",
            "https://user-images.githubusercontent.com/1/2.png",
        ] {
            assert!(fetched(ours), "{ours}");
        }
        for other in [
            "http://github.com/user-attachments/assets/1",
            "https://github.com:444/user-attachments/assets/1",
            "https://github.com.evil.example/user-attachments/assets/1",
            "https://github.com/octo/other/assets/1/2",
            "https://github.com/octo/hello/raw/main/a.png",
            "https://github.com/login",
            "http://user-images.githubusercontent.com/1/2.png",
            "https://169.254.169.254/user-attachments/assets/1",
        ] {
            assert!(!fetched(other), "{other}");
        }
        for storage in STORAGE {
            assert!(is_storage(&url(&format!(
                "https://{storage}/x?X-Amz-Signature=1"
            ))));
            assert!(!is_storage(&url(&format!("http://{storage}/x"))));
            assert!(!is_storage(&url(&format!(
                "https://{storage}.evil.example/x"
            ))));
        }
        for other in [
            "https://github.com/login?return_to=x",
            "https://other.s3.amazonaws.com/x",
            "https://127.0.0.1/x",
            "https://[::1]/x",
        ] {
            assert!(!is_storage(&url(other)), "{other}");
        }
    }

    #[test]
    fn content_says_what_it_is_and_not_its_name() {
        assert_eq!(Media::of(b"\x89PNG\r\n\x1a\nrest"), Some(Media::Png));
        assert_eq!(Media::of(b"\xff\xd8\xff\xe0"), Some(Media::Jpeg));
        assert_eq!(Media::of(b"GIF89a..."), Some(Media::Gif));
        assert_eq!(Media::of(b"RIFF0000WEBPVP8 "), Some(Media::Webp));
        assert_eq!(Media::of(b"%PDF-1.7"), Some(Media::Pdf));
        assert_eq!(
            Media::of("\u{1b}[31merror\u{1b}[0m é\n".as_bytes()),
            Some(Media::Text)
        );
        for text in ["<svg onload=\"x\"/>", "<!doctype html>"] {
            let media = Media::of(text.as_bytes()).expect("text");
            assert!(!media.is_picture(), "{text}");
        }
        for other in [&b"PK\x03\x04"[..], b"\x7fELF", b"a\0b", b"\xff\xfe", b""] {
            assert_eq!(Media::of(other), None, "{other:?}");
        }
    }

    #[test]
    fn names_are_cleaned_and_end_in_what_the_file_is() {
        let name = |address: &str, media| file_name(3, address, media);
        assert_eq!(
            name("https://h/a/crash%20dump.LOG", Media::Text),
            "03-crash-20dump.log"
        );
        assert_eq!(name("https://h/a/x.svg", Media::Text), "03-x.txt");
        assert_eq!(
            name("https://h/a/..%2f..%2fetc.png", Media::Jpeg),
            "03-2f---2fetc.jpg"
        );
        assert_eq!(name("https://h/a/", Media::Png), "03-file.png");
        let long = name(&format!("https://h/{}.png", "a".repeat(500)), Media::Png);
        assert!(long.len() < 70, "{long}");
    }
}
