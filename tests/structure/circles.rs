//! Circles of modules: in each folder, its own file and its children, each with all that is below it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::crate_tree::{CrateTree, ModuleId};
use crate::uses::Uses;

/// Modules that use each other.
pub struct Circle {
    /// Each use among them: who, whom, and the names.
    uses: Vec<(String, String, BTreeSet<String>)>,
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("these modules use each other")?;
        for (user, used, names) in &self.uses {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            write!(f, "\n    {user} -> {used}: {}", names.join(", "))?;
        }
        Ok(())
    }
}

/// Returns the circles of a crate.
pub fn find(tree: &CrateTree) -> Vec<Circle> {
    let uses = tree.uses();
    let folders = (0..tree.modules.len()).filter(|id| !tree.modules[*id].children.is_empty());
    folders
        .flat_map(|folder| find_in(tree, folder, &uses))
        .collect()
}

/// Returns the circles among a folder's own file and its children.
fn find_in(tree: &CrateTree, folder: ModuleId, uses: &Uses) -> Vec<Circle> {
    let mut next: BTreeMap<ModuleId, BTreeSet<ModuleId>> = BTreeMap::new();
    for (user, used) in uses.keys() {
        if let (Some(user), Some(used)) = (node(tree, folder, *user), node(tree, folder, *used))
            && user != used
        {
            next.entry(user).or_default().insert(used);
        }
    }
    let reached: BTreeMap<ModuleId, BTreeSet<ModuleId>> = next
        .keys()
        .map(|from| (*from, reach(&next, *from)))
        .collect();
    let is_mutual = |a: ModuleId, b: ModuleId| {
        let reaches = |from: &ModuleId, to: &ModuleId| {
            reached
                .get(from)
                .is_some_and(|reached| reached.contains(to))
        };
        reaches(&a, &b) && reaches(&b, &a)
    };
    let mut circles = Vec::new();
    let mut done = BTreeSet::new();
    for start in next.keys().copied() {
        if done.contains(&start) || !is_mutual(start, start) {
            continue;
        }
        let members: BTreeSet<ModuleId> = { next.keys().copied() }
            .filter(|other| is_mutual(start, *other))
            .collect();
        let is_within = |id: ModuleId| node(tree, folder, id).filter(|id| members.contains(id));
        let among = uses.iter().filter(|((user, used), _)| {
            let (user, used) = (is_within(*user), is_within(*used));
            user.is_some() && used.is_some() && user != used
        });
        let name = |id: ModuleId| format!("crate::{}", tree.modules[id].path.join("::"));
        circles.push(Circle {
            uses: among
                .map(|((user, used), names)| (name(*user), name(*used), names.clone()))
                .collect(),
        });
        done.extend(members);
    }
    circles
}

/// Returns what a module counts as in a folder: the folder's own file, or the child that it is or is below.
fn node(tree: &CrateTree, folder: ModuleId, module: ModuleId) -> Option<ModuleId> {
    if module == folder {
        return Some(folder);
    }
    let mut at = module;
    loop {
        let parent = tree.modules[at].parent?;
        if parent == folder {
            return Some(at);
        }
        at = parent;
    }
}

/// Returns what can be reached by one or more uses.
fn reach(next: &BTreeMap<ModuleId, BTreeSet<ModuleId>>, from: ModuleId) -> BTreeSet<ModuleId> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(at) = open.pop() {
        for to in next.get(&at).into_iter().flatten() {
            if reached.insert(*to) {
                open.push(*to);
            }
        }
    }
    reached
}
