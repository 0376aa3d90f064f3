//! Decoys: links in a sandbox, at places where nothing is and that only a thief looks at, to empty files in one folder. Opening one of
//! the files is seen.
//!
//! Whoever searches all files finds the folder itself and opens all that is in it, which is no theft yet: it is told as what it is. One
//! of the files has no link, so that it is known from that.

use std::path::{Path, PathBuf};

use crate::containment::{Attempt, Weight};
use crate::text;

/// Where one lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At this path.
    At(&'static str),
    /// In skep's data folder, by this name.
    Data(&'static str),
    /// Nowhere: the one that only a search opens.
    Nowhere,
}

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decoy {
    place: Place,
    weight: Weight,
}

const fn at(path: &'static str, weight: Weight) -> Decoy {
    Decoy {
        place: Place::At(path),
        weight,
    }
}

const fn data(name: &'static str) -> Decoy {
    Decoy {
        place: Place::Data(name),
        weight: Weight::Grave,
    }
}

/// All of them.
pub const DECOYS: [Decoy; 29] = [
    at("/etc/shadow", Weight::Grave),
    at("/etc/gshadow", Weight::Grave),
    at("/etc/sudoers", Weight::Odd),
    at("/etc/crontab", Weight::Odd),
    at("/etc/ssh/ssh_host_ed25519_key", Weight::Grave),
    at("/etc/ssl/private/server.key", Weight::Grave),
    at("/root/.ssh/id_rsa", Weight::Grave),
    at("/root/.ssh/id_ed25519", Weight::Grave),
    at("/root/.aws/credentials", Weight::Grave),
    at("/root/.config/gcloud/credentials.db", Weight::Grave),
    at("/root/.azure/msal_token_cache.json", Weight::Grave),
    at("/root/.config/gh/hosts.yml", Weight::Grave),
    at("/root/.kube/config", Weight::Grave),
    at("/root/.docker/config.json", Weight::Grave),
    at("/root/.git-credentials", Weight::Grave),
    at("/root/.gitconfig", Weight::Odd),
    at("/root/.netrc", Weight::Grave),
    at("/root/.npmrc", Weight::Grave),
    at("/root/.bash_history", Weight::Odd),
    at("/var/log/auth.log", Weight::Odd),
    at("/var/log/syslog", Weight::Odd),
    at("/var/mail/root", Weight::Odd),
    at("/dev/mem", Weight::Grave),
    at("/dev/sda", Weight::Grave),
    at("/dev/vda", Weight::Grave),
    data("skep.db"),
    data("admin-token"),
    data("marker.key"),
    Decoy {
        place: Place::Nowhere,
        weight: Weight::Odd,
    },
];

/// So many at once are a search as well: of one that follows links.
const MANY: usize = 10;

impl Decoy {
    /// Where a link to it lies in a sandbox.
    pub fn path(&self, data_folder: &Path) -> Option<PathBuf> {
        match self.place {
            Place::At(path) => Some(path.into()),
            Place::Data(name) => Some(data_folder.join(name)),
            Place::Nowhere => None,
        }
    }

    /// That it was opened. `root`: what runs inside is called root, whose keys a client of ssh reads by itself.
    fn attempt(&self, root: bool) -> Option<Attempt> {
        let (what, weight) = match self.place {
            Place::At(path) if root && path.starts_with("/root/.ssh/") => {
                (path.to_owned(), Weight::Odd)
            }
            Place::At(path) => (path.to_owned(), self.weight),
            Place::Data(name) => (text::decoy::in_data_folder(name), self.weight),
            Place::Nowhere => return None,
        };
        Some(Attempt::new(what, text::decoy::OPENED, weight))
    }
}

/// What the decoys that were opened within a moment, by their places in [`DECOYS`], say. `search`: a search was under way already.
pub fn opened(places: &[usize], search: bool, root: bool) -> Opened {
    let mut places = places.to_vec();
    places.sort_unstable();
    places.dedup();
    let decoys: Vec<&Decoy> = places.iter().filter_map(|at| DECOYS.get(*at)).collect();
    let walked = decoys.iter().any(|decoy| decoy.place == Place::Nowhere);
    match search || walked || decoys.len() >= MANY {
        true if decoys.is_empty() => Opened::Nothing,
        true => {
            let (what, why) = text::decoy::SEARCH;
            Opened::Search(Attempt::new(what.to_owned(), why, Weight::Odd))
        }
        false => Opened::These(
            decoys
                .iter()
                .filter_map(|decoy| decoy.attempt(root))
                .collect(),
        ),
    }
}

/// What was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// Nothing.
    Nothing,
    /// Many in passing.
    Search(Attempt),
    /// Exactly these.
    These(Vec<Attempt>),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(path: &str) -> usize {
        let found = DECOYS
            .iter()
            .position(|decoy| decoy.path(Path::new("/data")) == Some(PathBuf::from(path)));
        found.expect("a decoy")
    }

    fn said(paths: &[&str], root: bool) -> Vec<(String, Weight)> {
        let places: Vec<usize> = paths.iter().map(|path| place(path)).collect();
        let attempts = match opened(&places, false, root) {
            Opened::Nothing => vec![],
            Opened::Search(attempt) => vec![attempt],
            Opened::These(attempts) => attempts,
        };
        let short = |attempt: Attempt| (attempt.what.clone(), attempt.weight());
        attempts.into_iter().map(short).collect()
    }

    #[test]
    fn a_thief_opens_few_and_a_search_opens_all() {
        let grave = |what: &str| (what.to_owned(), Weight::Grave);
        assert_eq!(
            said(&["/etc/shadow", "/etc/shadow"], false),
            [grave("/etc/shadow")]
        );
        assert_eq!(
            said(&["/data/skep.db"], false),
            [grave("skep.db in skep's data folder")]
        );
        let keys = ["/root/.ssh/id_rsa", "/root/.ssh/id_ed25519"];
        assert_eq!(said(&keys, false), keys.map(grave));
        assert_eq!(
            said(&keys, true),
            keys.map(|key| (key.to_owned(), Weight::Odd))
        );
        let all: Vec<usize> = (0..DECOYS.len()).collect();
        let nowhere = DECOYS.len() - 1;
        for places in [&all[..MANY], &all[..], &[nowhere][..], &[0, nowhere][..]] {
            let Opened::Search(attempt) = opened(places, false, false) else {
                panic!("{places:?} are no search");
            };
            assert_eq!(attempt.weight(), Weight::Odd);
        }
        assert!(said(&[], false).is_empty());
    }

    #[test]
    fn what_a_search_goes_on_to_open_is_the_search() {
        let shadow = [place("/etc/shadow")];
        assert!(matches!(opened(&shadow, true, false), Opened::Search(_)));
        assert_eq!(opened(&[], true, false), Opened::Nothing);
        assert_eq!(opened(&[999], false, false), Opened::These(vec![]));
    }
}
