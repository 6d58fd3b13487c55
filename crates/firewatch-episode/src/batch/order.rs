//! The order in which actions are planned.

/// The environments whose actions are planned next, those of an action side by side: what it does is in the processor's
/// caches then, and the processor predicts its branches. Environments are independent, so any order gives the same bits.
#[derive(Clone, Debug, Default)]
pub(super) struct ActionOrder {
    environments: Vec<usize>,
    /// Where the next environment of each action goes.
    ends: Vec<usize>,
}

impl ActionOrder {
    /// Returns the environments of these places, in order; `first` is the index of the first place, and `action` says the
    /// number of the action of each.
    pub(super) fn sort(
        &mut self,
        first: usize,
        places: impl Iterator<Item = usize> + Clone,
        action: impl Fn(usize) -> usize,
    ) -> &[usize] {
        let Self { environments, ends } = self;
        // A counting sort: how many there are of each action, then where they begin.
        let actions = places.clone().map(&action).max().map_or(0, |last| last + 1);
        ends.clear();
        ends.resize(actions, 0);
        places.clone().for_each(|place| ends[action(place)] += 1);
        let mut count = 0;
        for end in &mut *ends {
            (*end, count) = (count, count + *end);
        }
        environments.clear();
        environments.resize(count, 0);
        for place in places {
            let end = &mut ends[action(place)];
            environments[*end] = first + place;
            *end += 1;
        }
        environments
    }
}

#[cfg(test)]
mod tests {
    use super::ActionOrder;

    #[test]
    fn environments_of_an_action_are_side_by_side_and_in_order() {
        let mut order = ActionOrder::default();
        let actions = [7, 0, 3, 7, 3, 0, 9];
        let places = (0..actions.len()).filter(|place| *place != 4);
        for _ in 0..2 {
            let sorted = order.sort(100, places.clone(), |place| actions[place]);
            assert_eq!(sorted, [101, 105, 102, 100, 103, 106]);
        }
        assert!(order.sort(0, 0..0, |_| 0).is_empty());
    }
}
