//! The modules of a crate: what each declares, imports and names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use quote::ToTokens as _;
use syn::{Attribute, Item, Visibility};

use crate::names::{NamePath, Names, flatten};

/// Index of a module in [`CrateTree::modules`].
pub type ModuleId = usize;

/// The modules of a crate, without those that are compiled for tests only.
pub struct CrateTree {
    pub modules: Vec<Module>,
}

/// A module, in a file of its own or in its parent's.
#[derive(Default)]
pub struct Module {
    /// Its names from the root of the crate; empty for the root.
    pub path: Vec<String>,
    pub parent: Option<ModuleId>,
    pub children: BTreeMap<String, ModuleId>,
    /// Names of the items that it declares.
    pub items: BTreeSet<String>,
    /// What it imports or re-exports, by the name that this has here.
    pub imports: BTreeMap<String, NamePath>,
    /// Modules that it imports everything from.
    pub globs: Vec<NamePath>,
    /// The paths that its code names.
    pub named: BTreeSet<NamePath>,
}

impl CrateTree {
    /// Reads the sources of a crate, from its root on.
    pub fn read(src: &Path) -> Self {
        let roots = ["lib.rs", "main.rs"].map(|name| src.join(name));
        let root = roots.iter().find(|root| root.exists());
        let root = root.expect("a crate has a root");
        let mut tree = Self {
            modules: vec![Module::default()],
        };
        tree.add_items(0, items_of(root), Some(src));
        tree
    }

    /// Makes a crate of one text: its modules are written in it.
    pub fn parse(text: &str) -> Self {
        let mut tree = Self {
            modules: vec![Module::default()],
        };
        let file = syn::parse_file(text).expect("the text is Rust");
        tree.add_items(0, file.items, None);
        tree
    }

    /// Adds the items of a module. `folder` is where the files of its children are.
    fn add_items(&mut self, id: ModuleId, items: Vec<Item>, folder: Option<&Path>) {
        for item in items {
            match item {
                Item::Mod(module) if !is_for_tests(&module.attrs) => {
                    let name = module.ident.to_string();
                    let child = self.add_child(id, &name);
                    let below = folder.map(|folder| folder.join(&name));
                    let items = match module.content {
                        Some((_, items)) => items,
                        None => items_of(&file_of(&below)),
                    };
                    self.add_items(child, items, below.as_deref());
                }
                Item::Use(import) if !is_for_tests(&import.attrs) => {
                    let is_private = matches!(import.vis, Visibility::Inherited);
                    self.modules[id].add_import(import, is_private);
                }
                Item::Mod(_) | Item::Use(_) => {}
                item => self.modules[id].add_item(&item),
            }
        }
    }

    fn add_child(&mut self, parent: ModuleId, name: &str) -> ModuleId {
        let child = self.modules.len();
        let mut path = self.modules[parent].path.clone();
        path.push(name.to_owned());
        self.modules.push(Module {
            path,
            parent: Some(parent),
            ..Module::default()
        });
        self.modules[parent].children.insert(name.to_owned(), child);
        child
    }
}

impl Module {
    /// Adds a `use`. A private one is a use of what it names; a re-export passes it on only.
    fn add_import(&mut self, import: syn::ItemUse, is_private: bool) {
        for leaf in flatten(import.tree) {
            if is_private {
                self.named.insert(leaf.path.clone());
            }
            match leaf.alias {
                Some(alias) => drop(self.imports.insert(alias, leaf.path)),
                None => self.globs.push(leaf.path),
            }
        }
    }

    fn add_item(&mut self, item: &Item) {
        let tokens = item.to_token_stream();
        let mut names = Names::default();
        names.read(tokens.clone());
        self.named.extend(names.paths);
        match item {
            Item::Const(item) => self.declare(&item.ident),
            Item::Enum(item) => self.declare(&item.ident),
            Item::Fn(item) => self.declare(&item.sig.ident),
            Item::Static(item) => self.declare(&item.ident),
            Item::Struct(item) => self.declare(&item.ident),
            Item::Trait(item) => self.declare(&item.ident),
            Item::Type(item) => self.declare(&item.ident),
            Item::Union(item) => self.declare(&item.ident),
            // What an item is made of by a macro stands in its input.
            Item::Macro(_) => self.items.extend(names.words),
            _ => {}
        }
    }

    fn declare(&mut self, name: &syn::Ident) {
        self.items.insert(name.to_string());
    }
}

/// The file of a module: `name.rs` or `name/mod.rs`.
fn file_of(below: &Option<PathBuf>) -> PathBuf {
    let below = below.as_deref().expect("a text has no files");
    let files = [below.with_extension("rs"), below.join("mod.rs")];
    let file = files.into_iter().find(|file| file.exists());
    file.unwrap_or_else(|| panic!("{} has no file", below.display()))
}

fn items_of(file: &Path) -> Vec<Item> {
    let text = fs::read_to_string(file).expect("the file can be read");
    match syn::parse_file(&text) {
        Ok(parsed) if is_for_tests(&parsed.attrs) => Vec::new(),
        Ok(parsed) => parsed.items,
        Err(error) => panic!("{}: {error}", file.display()),
    }
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    let is_test = |attribute: &Attribute| crate::names::is_test_condition(&attribute.meta);
    attributes.iter().any(is_test)
}
