//! Sets of nodes.

/// A set of nodes; for up to 64 of them it needs no memory but its own.
#[derive(Clone, Debug, Default)]
pub(super) struct NodeSet {
    first: u64,
    others: Vec<u64>,
}

impl NodeSet {
    /// An empty set for a graph of `nodes` nodes.
    pub(super) fn new(nodes: usize) -> Self {
        Self {
            first: 0,
            others: vec![0; nodes.saturating_sub(1) / 64],
        }
    }

    /// Adds a node; returns whether it was missing.
    pub(super) fn insert(&mut self, node: usize) -> bool {
        #[cfg(test)]
        super::tests::LOOK_UPS.set(super::tests::LOOK_UPS.get() + 1);
        let word = match node / 64 {
            0 => &mut self.first,
            word => &mut self.others[word - 1],
        };
        let bit = 1 << (node % 64);
        let missing = *word & bit == 0;
        *word |= bit;
        missing
    }

    /// Whether it has the node; it has none beyond those that it was made for.
    pub(super) fn contains(&self, node: usize) -> bool {
        #[cfg(test)]
        super::tests::LOOK_UPS.set(super::tests::LOOK_UPS.get() + 1);
        let word = match node / 64 {
            0 => Some(&self.first),
            word => self.others.get(word - 1),
        };
        word.is_some_and(|word| word & (1 << (node % 64)) != 0)
    }
}
