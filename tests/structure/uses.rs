//! Which module uses which: the paths that it names, followed through imports and re-exports to the module
//! that declares the item.

use std::collections::{BTreeMap, BTreeSet};

use crate::crate_tree::{CrateTree, ModuleId};
use crate::names::NamePath;

/// From which module to which, with the names of what is used.
pub type Uses = BTreeMap<(ModuleId, ModuleId), BTreeSet<String>>;

/// What a path leads to.
#[derive(Clone, Copy)]
enum Target {
    Module(ModuleId),
    /// An item of the module.
    Item(ModuleId),
}

/// Returns the part of a path that names an item: from the first type on, or the last segment.
fn item_name(path: &NamePath) -> String {
    let is_type = |segment: &String| segment.starts_with(char::is_uppercase);
    let start = path.iter().position(is_type);
    path[start.unwrap_or(path.len() - 1)..].join("::")
}

/// Lookups that follow one another at most: imports may name each other in a ring.
const MAX_DEPTH: usize = 32;

impl CrateTree {
    /// Returns the uses of other modules.
    pub fn uses(&self) -> Uses {
        let mut uses = Uses::new();
        for (user, module) in self.modules.iter().enumerate() {
            for path in &module.named {
                // A module alone is no use of what is in it.
                if let Some(Target::Item(used)) = self.follow(user, path, MAX_DEPTH)
                    && used != user
                {
                    let names = uses.entry((user, used)).or_default();
                    names.insert(item_name(path));
                }
            }
        }
        uses
    }

    /// Returns what a path leads to that is written in a module; `None` outside of the crate.
    fn follow(&self, from: ModuleId, path: &NamePath, depth: usize) -> Option<Target> {
        let depth = depth.checked_sub(1)?;
        let (first, mut rest) = path.split_first()?;
        let mut at = match first.as_str() {
            "crate" => Target::Module(0),
            "self" => Target::Module(from),
            "super" => Target::Module(self.modules[from].parent?),
            // A single name can be a local variable: it is a module's only in a path.
            name if rest.is_empty() && self.modules[from].children.contains_key(name) => {
                return None;
            }
            name => self.look_up(from, name, depth)?,
        };
        while let (Target::Module(module), Some((name, others))) = (at, rest.split_first()) {
            at = match name.as_str() {
                "super" => Target::Module(self.modules[module].parent?),
                "self" => at,
                // What a macro of another crate declares is not known: it is the module's.
                name if self.has(module, name, depth) => self.look_up(module, name, depth)?,
                _ => Target::Item(module),
            };
            rest = others;
        }
        Some(at)
    }

    fn has(&self, id: ModuleId, name: &str, depth: usize) -> bool {
        let module = &self.modules[id];
        module.imports.contains_key(name) || self.look_up(id, name, depth).is_some()
    }

    /// Returns what a name means in a module.
    fn look_up(&self, id: ModuleId, name: &str, depth: usize) -> Option<Target> {
        let depth = depth.checked_sub(1)?;
        let module = &self.modules[id];
        if let Some(child) = module.children.get(name) {
            return Some(Target::Module(*child));
        }
        if let Some(path) = module.imports.get(name) {
            // `use name::..` of a crate that has the name of the import leads nowhere.
            let is_itself = path.len() == 1 && path[0] == name;
            return if is_itself {
                None
            } else {
                self.follow(id, path, depth)
            };
        }
        if module.items.contains(name) {
            return Some(Target::Item(id));
        }
        let mut globs = module.globs.iter();
        globs.find_map(|glob| match self.follow(id, glob, depth)? {
            Target::Module(module) if module != id => self.look_up(module, name, depth),
            _ => None,
        })
    }
}
