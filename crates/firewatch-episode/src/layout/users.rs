//! Columns of groups of users.

use firewatch_sim::{EnvironmentRef, UsersRef};

use super::scale::{Scale, as_flag, in_single};

/// A column of a group of users.
pub(super) struct UsersColumn {
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    /// The largest value.
    pub(super) max: f64,
    /// The value that becomes 1/2 where a column without end is normalised.
    half: Option<f64>,
    read: fn(&UsersRef) -> f64,
}

/// Columns of a group of users. Those of one that an environment does not have are 0.
pub(super) const USERS: [UsersColumn; 5] = [
    UsersColumn {
        name: "users_present",
        unit: "",
        max: 1.0,
        half: None,
        read: |_| 1.0,
    },
    UsersColumn {
        name: "users_offered_rps",
        unit: "{request}/s",
        max: 1e15,
        half: Some(100.0),
        read: |users| users.traffic.sent_rps,
    },
    UsersColumn {
        name: "users_served_ratio",
        unit: "1",
        max: 1.0,
        half: None,
        // Where no request ended none has failed.
        read: |users| users.served().unwrap_or(1.0),
    },
    UsersColumn {
        name: "users_p99_by_patience",
        unit: "1",
        max: 1e15,
        half: Some(0.5),
        // Where all failed, the p99 counts as the whole patience.
        read: |users| match (users.latency_p99_s(), users.served()) {
            (Some(p99_s), _) => p99_s / users.patience_s,
            (None, Some(_)) => 1.0,
            (None, None) => 0.0,
        },
    },
    UsersColumn {
        name: "users_miss_objective",
        unit: "",
        max: 1.0,
        half: None,
        read: |users| f64::from(as_flag(users.miss() > 0.0)),
    },
];

/// Writes the columns of all groups that there is room for.
pub(super) fn write(view: &EnvironmentRef, is_normalised: bool, row: &mut [f32]) {
    row.fill(0.0);
    let groups = view.traffic().into_iter();
    let groups = groups.flat_map(|traffic| traffic.users());
    for (row, users) in row.chunks_exact_mut(USERS.len()).zip(groups) {
        for (place, column) in row.iter_mut().zip(&USERS) {
            *place = in_single((column.read)(&users));
            if let Some(half) = column.half.filter(|_| is_normalised) {
                *place = Scale::saturating(half).apply(*place);
            }
        }
    }
}
