//! Which services an action has changed.

/// The services whose metrics have changed since the environment was last observed: only those are observed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangedServices(u64);

impl ChangedServices {
    /// None: the environment is as it was.
    pub const NONE: Self = Self(0);
    /// Any of them.
    pub const ALL: Self = Self(u64::MAX);

    /// Adds the service with that index. Beyond the bits, all are added.
    pub fn add(&mut self, service: usize) {
        let bit = u32::try_from(service)
            .ok()
            .and_then(|bit| 1_u64.checked_shl(bit));
        self.0 |= bit.unwrap_or(u64::MAX);
    }

    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns whether any can have changed.
    pub(super) fn are_all(self) -> bool {
        self == Self::ALL
    }

    /// Returns the indices of those among the first 64.
    pub(super) fn iter(self) -> impl Iterator<Item = usize> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let service = rest.trailing_zeros();
            // None once no bit is left.
            rest ^= 1_u64.checked_shl(service)?;
            Some(service as usize)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_were_added_are_there() {
        let mut changed = ChangedServices::NONE;
        assert!(changed.is_empty());
        for service in [63, 0, 5, 5] {
            changed.add(service);
        }
        assert_eq!(changed.iter().collect::<Vec<_>>(), [0, 5, 63]);
        assert!(!changed.are_all());
        changed.add(64);
        assert!(changed.are_all());
    }
}
