//! How long functions and files are, and how many arguments functions take, measured by a parser over rustfmt's defaults.
//!
//! Tests are not counted: neither files of tests nor modules of tests inside a file.

use std::path::Path;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// The longest function, lines from its signature to its closing brace.
const FUNCTION_MAX: usize = 80;
/// Nine of ten functions are at most so long.
const FUNCTION_P90: usize = 30;
/// The longest file, lines. Until rustfmt's defaults it was 400 at a width of 120; the longest are to be split by meaning, and this
/// number only falls. The aim is 250.
const FILE_MAX: usize = 450;
/// Nine of ten files are at most so long.
const FILE_P90: usize = 350;
/// More arguments than these become a struct; the receiver is not counted, and each part of a tuple is.
const ARGUMENTS_MAX: usize = 4;

/// One function that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Function {
    name: String,
    lines: usize,
    arguments: usize,
}

/// What a file holds besides tests.
#[derive(Debug, Default)]
struct Measured {
    lines: usize,
    functions: Vec<Function>,
}

impl Measured {
    fn of(text: &str) -> Self {
        let file = syn::parse_file(text).expect("sources that the compiler takes");
        let tests = file.items.iter().filter_map(|item| match item {
            syn::Item::Mod(module) if is_test(&module.attrs) && module.content.is_some() => {
                let span = module.span();
                Some(span.end().line - span.start().line + 1)
            }
            _ => None,
        });
        let mut measured = Self {
            lines: text.lines().count() - tests.sum::<usize>(),
            functions: Vec::new(),
        };
        measured.visit_file(&file);
        measured
    }

    fn add(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let arguments = signature.inputs.iter().map(|input| match input {
            syn::FnArg::Receiver(_) => 0,
            syn::FnArg::Typed(typed) => values(&typed.ty),
        });
        self.functions.push(Function {
            name: signature.ident.to_string(),
            lines: body.span().end().line - signature.span().start().line + 1,
            arguments: arguments.sum(),
        });
    }
}

/// How many values an argument carries: a tuple is no way around the limit.
fn values(argument: &syn::Type) -> usize {
    match argument {
        syn::Type::Reference(reference) => values(&reference.elem),
        syn::Type::Tuple(tuple) => tuple.elems.len(),
        _ => 1,
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    let is_test = |attribute: &syn::Attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Ident>()
                .is_ok_and(|word| word == "test")
    };
    attributes.iter().any(is_test)
}

impl<'ast> Visit<'ast> for Measured {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        if !is_test(&function.attrs) {
            self.add(&function.sig, &function.block);
            visit::visit_item_fn(self, function);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(body) = &function.default {
            self.add(&function.sig, body);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

/// The value that nine of ten do not exceed.
fn p90(mut values: Vec<usize>) -> usize {
    values.sort_unstable();
    values[values.len() * 9 / 10]
}

/// Every file of the product and of its crates, by its path from the top of the tree.
fn product() -> Vec<(String, Measured)> {
    let mut paths = Vec::new();
    super::walk(&super::root().join("src"), &mut paths);
    super::walk(&super::root().join("crates"), &mut paths);
    let is_product = |path: &&Path| {
        let below = path.strip_prefix(super::root()).expect("below the top");
        let parts: Vec<_> = below.iter().filter_map(|part| part.to_str()).collect();
        !parts.contains(&"tests") && !path.ends_with("tests.rs") && !parts.contains(&"target")
    };
    let paths = paths.iter().map(std::path::PathBuf::as_path);
    paths
        .filter(is_product)
        .map(|path| {
            let text = std::fs::read_to_string(path).expect("a text");
            let short = path.strip_prefix(super::root()).expect("below the top");
            (short.display().to_string(), Measured::of(&text))
        })
        .collect()
}

#[test]
fn functions_and_files_stay_readable() {
    let product = product();
    let mut found = Vec::new();
    for (path, measured) in &product {
        if measured.lines > FILE_MAX {
            found.push(format!("{path}: {} lines", measured.lines));
        }
        for function in &measured.functions {
            if function.lines > FUNCTION_MAX || function.arguments > ARGUMENTS_MAX {
                found.push(format!("{path}: {function:?}"));
            }
        }
    }
    let functions = product
        .iter()
        .flat_map(|(_, measured)| measured.functions.iter().map(|function| function.lines));
    let functions = p90(functions.collect());
    if functions > FUNCTION_P90 {
        found.push(format!(
            "one function in ten is longer than {functions} lines"
        ));
    }
    let files = p90(product.iter().map(|(_, measured)| measured.lines).collect());
    if files > FILE_P90 {
        found.push(format!("one file in ten is longer than {files} lines"));
    }
    super::assert_none("what is too long", &found);
}

#[test]
fn what_is_measured_is_code_that_is_no_test() {
    let measured = Measured::of(
        "fn one(a: u8, b: &(u8, u8)) {\n    two();\n}\n\nstruct S;\n\nimpl S {\n    /// Says.\n    fn three(&self, a: u8) -> u8 {\n        a\n    }\n}\n\n\
         #[cfg(test)]\nmod tests {\n    fn not_me() {}\n}\n",
    );
    let function = |name: &str, arguments| Function {
        name: name.to_owned(),
        lines: 3,
        arguments,
    };
    assert_eq!(
        measured.functions,
        [function("one", 3), function("three", 1)]
    );
    assert_eq!(measured.lines, 13);
}
