//! Which file uses which: the arrows between source files, read from their syntax.
//!
//! A path counts where its item is defined, however it is re-exported on the way, so that a facade hides nothing; that a file
//! re-exports what its own child modules define is no arrow of its own. What only tests have is left out.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemUse, UseTree, Visibility};

/// A file of a crate.
pub(super) struct SourceFile {
    /// What the file is called in reports.
    pub name: String,
    /// The crate, as paths name it.
    pub krate: String,
    /// Its module path in the crate; empty for the root.
    pub modules: Vec<String>,
    /// What it holds.
    pub text: String,
}

/// One file uses something that another defines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Arrow {
    pub from: String,
    pub to: String,
    /// The path that is named.
    pub path: String,
}

/// All arrows between some files.
pub(super) struct Graph {
    pub arrows: BTreeSet<Arrow>,
}

/// No name is re-exported more often on its way; a name that leads to itself ends here.
const DEEPEST: usize = 24;

type Module = (String, Vec<String>);

#[derive(Default)]
struct File {
    name: String,
    /// What it defines itself.
    defined: HashSet<String>,
    /// `use` of a single name: the name here, and its path.
    imported: Vec<(String, Vec<String>)>,
    /// `use path::*`.
    globs: Vec<Vec<String>>,
    /// Every path that is named.
    paths: Vec<Vec<String>>,
}

impl Graph {
    /// Reads the files.
    pub(super) fn of(files: &[SourceFile]) -> Self {
        let read: BTreeMap<Module, File> = files
            .iter()
            .map(|file| ((file.krate.clone(), file.modules.clone()), File::read(file)))
            .collect();
        let mut arrows = BTreeSet::new();
        for (module, file) in &read {
            for path in &file.paths {
                let Some(to) = target(&read, module, path) else {
                    continue;
                };
                if to != file.name {
                    arrows.insert(Arrow {
                        from: file.name.clone(),
                        to,
                        path: path.join("::"),
                    });
                }
            }
        }
        Self { arrows }
    }

    /// The sets of files that lead to each other, each sorted.
    pub(super) fn circles(&self) -> Vec<BTreeSet<String>> {
        let mut next: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for arrow in &self.arrows {
            next.entry(&arrow.from).or_default().insert(&arrow.to);
        }
        let reached = |from: &str| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
            while let Some(at) = open.pop() {
                for to in next.get(at).into_iter().flatten() {
                    if seen.insert(*to) {
                        open.push(to);
                    }
                }
            }
            seen
        };
        let reach: BTreeMap<&str, BTreeSet<&str>> =
            next.keys().map(|from| (*from, reached(from))).collect();
        let mut circles = BTreeSet::new();
        for (from, seen) in &reach {
            let both = seen
                .iter()
                .filter(|to| reach.get(*to).is_some_and(|back| back.contains(from)))
                .map(|to| (*to).to_owned())
                .collect::<BTreeSet<_>>();
            if both.len() > 1 {
                circles.insert(both);
            }
        }
        circles.into_iter().collect()
    }

    /// The arrows inside a set of files, for a report: each with one path it stands for.
    pub(super) fn inside(&self, files: &BTreeSet<String>) -> Vec<String> {
        let mut told = BTreeMap::new();
        for arrow in &self.arrows {
            if files.contains(&arrow.from) && files.contains(&arrow.to) {
                told.entry((&arrow.from, &arrow.to)).or_insert(&arrow.path);
            }
        }
        told.iter()
            .map(|((from, to), path)| format!("{from} -> {to} ({path})"))
            .collect()
    }
}

/// The file that defines what a path names, as seen from a module.
fn target(files: &BTreeMap<Module, File>, from: &Module, path: &[String]) -> Option<String> {
    find(files, from, path, &mut HashSet::new()).map(|(module, _)| files[&module].name.clone())
}

/// The module that defines what a path names, and what is left of the path there.
fn find(
    files: &BTreeMap<Module, File>,
    from: &Module,
    path: &[String],
    seen: &mut HashSet<(Module, Vec<String>)>,
) -> Option<(Module, usize)> {
    if seen.len() > DEEPEST || !seen.insert((from.clone(), path.to_vec())) {
        return None;
    }
    let (krate, modules) = from;
    let (first, rest) = path.split_first()?;
    let (mut at, mut rest): (Module, &[String]) = match first.as_str() {
        "crate" => ((krate.clone(), Vec::new()), rest),
        "self" => (from.clone(), rest),
        "super" => {
            let above = modules.get(..modules.len().checked_sub(1)?)?.to_vec();
            if rest.first().is_some_and(|next| next == "super") {
                return find(files, &(krate.clone(), above), rest, seen);
            }
            ((krate.clone(), above), rest)
        }
        name if child(files, from, name).is_some() => (from.clone(), path),
        name if files.contains_key(&(name.to_owned(), Vec::new()))
            && !imports(files, from, name) =>
        {
            ((name.to_owned(), Vec::new()), rest)
        }
        _ => (from.clone(), path),
    };
    while let Some((name, left)) = rest.split_first() {
        if let Some(below) = child(files, &at, name) {
            (at, rest) = (below, left);
            continue;
        }
        let file = files.get(&at)?;
        if file.defined.contains(name) {
            return Some((at, left.len()));
        }
        let imported = file.imported.iter().find(|(known, _)| known == name);
        if let Some((_, path)) = imported {
            let path = [path.as_slice(), left].concat();
            return find(files, &at, &path, seen);
        }
        return file.globs.iter().find_map(|glob| {
            let path = [glob.as_slice(), rest].concat();
            let (module, left) = find(files, &at, &path, seen)?;
            files[&module]
                .defined
                .contains(&rest[0])
                .then_some((module, left))
        });
    }
    // A module itself: whoever takes something of it names it by a longer path.
    None
}

fn imports(files: &BTreeMap<Module, File>, module: &Module, name: &str) -> bool {
    files
        .get(module)
        .is_some_and(|file| file.imported.iter().any(|(known, _)| known == name))
}

fn child(files: &BTreeMap<Module, File>, module: &Module, name: &str) -> Option<Module> {
    let mut below = module.clone();
    below.1.push(name.to_owned());
    files.contains_key(&below).then_some(below)
}

impl File {
    fn read(source: &SourceFile) -> Self {
        let parsed = syn::parse_file(&source.text)
            .unwrap_or_else(|error| panic!("{} does not parse: {error}", source.name));
        let mut file = Self {
            name: source.name.clone(),
            ..Self::default()
        };
        file.visit_file(&parsed);
        file
    }

    fn import(&mut self, tree: &UseTree, before: &[String], facade: bool) {
        let with = |name: &str| [before, &[name.to_owned()]].concat();
        match tree {
            UseTree::Path(path) => self.import(&path.tree, &with(&path.ident.to_string()), facade),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, before, facade);
                }
            }
            UseTree::Name(name) if name.ident == "self" => {
                let last = before.last().cloned().unwrap_or_default();
                self.bind(last, before.to_vec(), facade);
            }
            UseTree::Name(name) => {
                let name = name.ident.to_string();
                let path = with(&name);
                self.bind(name, path, facade);
            }
            UseTree::Rename(rename) => {
                let path = match rename.ident.to_string().as_str() {
                    "self" => before.to_vec(),
                    name => with(name),
                };
                self.bind(rename.rename.to_string(), path, facade);
            }
            UseTree::Glob(_) => self.globs.push(before.to_vec()),
        }
    }

    fn bind(&mut self, name: String, path: Vec<String>, facade: bool) {
        if !facade {
            self.paths.push(path.clone());
        }
        self.imported.push((name, path));
    }

    fn define(&mut self, item: &Item) {
        let name = match item {
            Item::Const(item) => &item.ident,
            Item::Enum(item) => &item.ident,
            Item::Fn(item) => &item.sig.ident,
            Item::Mod(item) if item.content.is_some() => &item.ident,
            Item::Static(item) => &item.ident,
            Item::Struct(item) => &item.ident,
            Item::Trait(item) => &item.ident,
            Item::Type(item) => &item.ident,
            Item::Union(item) => &item.ident,
            _ => return,
        };
        self.defined.insert(name.to_string());
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let is = |name| attribute.path().is_ident(name);
        let text = || match &attribute.meta {
            syn::Meta::List(list) => list.tokens.to_string(),
            _ => String::new(),
        };
        is("test") || (is("cfg") && text() == "test")
    })
}

/// Whether an item is there for tests alone.
pub(super) fn is_for_tests(item: &Item) -> bool {
    is_test(attributes(item))
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        _ => &[],
    }
}

impl<'ast> Visit<'ast> for File {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_for_tests(item) {
            self.define(item);
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        // `pub use child::X` says only where things are found.
        let first = match &item.tree {
            UseTree::Path(path) => path.ident.to_string(),
            _ => String::new(),
        };
        let facade = !matches!(item.vis, Visibility::Inherited)
            && !matches!(first.as_str(), "crate" | "super");
        self.import(&item.tree, &[], facade);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        self.paths.push(names.collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        paths_in(call.tokens.clone(), &mut self.paths);
        visit::visit_macro(self, call);
    }
}

/// The paths among the tokens of a macro's call.
fn paths_in(tokens: TokenStream, into: &mut Vec<Vec<String>>) {
    let mut path: Vec<String> = Vec::new();
    let mut colons = 0;
    for token in tokens {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
            TokenTree::Ident(word) => {
                if colons != 2 && !path.is_empty() {
                    into.push(std::mem::take(&mut path));
                }
                path.push(word.to_string());
                colons = 0;
            }
            other => {
                into.push(std::mem::take(&mut path));
                colons = 0;
                if let TokenTree::Group(group) = other {
                    paths_in(group.stream(), into);
                }
            }
        }
    }
    into.push(path);
}
