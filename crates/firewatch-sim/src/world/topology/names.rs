//! Names of services.

use std::collections::HashSet;

use smol_str::SmolStr;

/// Up to this many services, names are compared in pairs to find duplicates.
const FEW: usize = 32;

/// Returns the first name that occurs a second time.
pub(super) fn find_duplicate(names: &[SmolStr]) -> Option<&SmolStr> {
    if names.len() <= FEW {
        let mut indexed = names.iter().enumerate();
        return { &mut indexed }
            .find(|(index, name)| names[..*index].contains(name))
            .map(|(_, name)| name);
    }
    let mut seen = HashSet::new();
    names.iter().find(|name| !seen.insert(*name))
}
