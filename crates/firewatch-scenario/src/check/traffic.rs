//! The physics of traffic: users, capacities and calls within their ranges, and nothing that belongs to the other
//! physics.

use std::collections::BTreeSet;

use firewatch_sim::{Engine, ImpactMode};

use super::calls::{ABOVE, FROM, given_policy};
use super::{Checker, MAX_TICKS};
use crate::codes;
use crate::model::{Calls, Capacity, Load, Physics, UserGroup, limits};
use firewatch_action::Profile;
use firewatch_action::decode::join;
use firewatch_ron::shown;
use firewatch_sim::num::exact_text;

impl Checker<'_> {
    /// What only one physics has.
    pub(super) fn physics(&mut self) {
        // It may have been meant to be another one.
        if self.notes.is_broken("physics") {
            return;
        }
        match self.scenario.physics {
            Physics::Classic if self.scenario.users.is_empty() => self.no_traffic(),
            Physics::Classic => {
                let message = "`users` need the physics `traffic`, and this scenario is `classic`";
                let help = "leave out `physics`, or `users`".to_owned();
                let path = if self.notes.has_place("physics") {
                    "physics"
                } else {
                    "users"
                };
                self.notes.report(
                    codes::WRONG_PHYSICS,
                    path,
                    message.to_owned(),
                    "",
                    Some(help),
                );
            }
            Physics::Traffic => self.traffic(),
        }
    }

    /// Notes fields of services and calls that the classic physics does not have.
    fn no_traffic(&mut self) {
        for (index, service) in self.scenario.services.iter().enumerate() {
            let path = self.service_path(index, service);
            for field in given_capacity(&service.capacity) {
                self.needs_load(&path, field);
            }
            let Calls::Named(calls) = &service.calls else {
                continue;
            };
            for (index, call) in calls.iter().enumerate() {
                let path = format!("{path}.calls[{index}]");
                for field in given_policy(call) {
                    self.needs_load(&path, field);
                }
            }
        }
    }

    fn needs_load(&mut self, path: &str, field: &str) {
        let message = format!("`{field}` needs a physics with load, which `classic` is not");
        let help =
            "leave it out, or say who sends requests: `users: [(service: \"...\", rps: 50)]`";
        let (path, help) = (join(path, field), Some(help.to_owned()));
        self.notes
            .report(codes::WRONG_PHYSICS, &path, message, "", help);
    }

    fn traffic(&mut self) {
        self.no_classic();
        self.users();
        for (index, service) in self.scenario.services.iter().enumerate() {
            let path = self.service_path(index, service);
            self.capacity(&path, &service.capacity);
            let Calls::Named(calls) = &service.calls else {
                continue;
            };
            let mut seen = BTreeSet::new();
            for (index, call) in calls.iter().enumerate() {
                let path = format!("{path}.calls[{index}]");
                if call.to == service.name {
                    let message = format!("`{}` calls itself", shown(&call.to));
                    self.notes
                        .report(codes::CONFLICTING_FIELDS, &path, message, "", None);
                } else if !seen.insert(&call.to) {
                    let message = format!("`{}` is called twice", shown(&call.to));
                    let help =
                        "a request calls a service once: leave one of them out; the callee's \
                                `work_ms` can stand for several calls"
                            .to_owned();
                    self.notes
                        .report(codes::DUPLICATE, &path, message, "given again", Some(help));
                }
                self.call(&path, call);
            }
        }
    }

    /// Notes what only the classic physics has.
    fn no_classic(&mut self) {
        let scenario = self.scenario;
        let fields = [
            (
                "red_herrings",
                !scenario.red_herrings.is_empty(),
                "in `traffic` what looks bad has a cause: a fault with small `knobs`, such as `error_ratio: 0.02`",
            ),
            (
                "user_facing",
                !scenario.user_facing.is_empty(),
                "`users` say who the customers are",
            ),
            (
                "impact",
                scenario.impact != ImpactMode::Standard,
                "in `traffic` the impact is what `users` suffer",
            ),
            (
                "actions",
                !scenario.custom_actions.files().names().is_empty(),
                "in `traffic` there are the built-in actions, which turn knobs and no metrics",
            ),
            (
                "engine",
                scenario.engine == Engine::SingleFault,
                "`traffic` takes any number of faults",
            ),
            (
                "profile",
                scenario.profile == Profile::Reference,
                "the reference's rules are for `classic`",
            ),
        ];
        for (field, _, instead) in fields.iter().filter(|(_, given, _)| *given) {
            let message = format!("`{field}` of this kind belongs to the physics `classic`");
            let help = format!("leave it out: {instead}");
            self.notes
                .report(codes::WRONG_PHYSICS, field, message, "", Some(help));
        }
    }

    fn users(&mut self) {
        let scenario = self.scenario;
        if scenario.users.is_empty() && !scenario.generated && !self.notes.is_broken_within("users")
        {
            let message = "a scenario of `traffic` needs `users`".to_owned();
            let help = "say who sends requests: `users: [(service: \"...\", rps: 50)]`".to_owned();
            self.notes
                .report(codes::MISSING_FIELD, "physics", message, "", Some(help));
        }
        let count = scenario.users.len();
        self.at_most("users", "groups of users", count, limits::USERS);
        let mut seen = BTreeSet::new();
        for (index, users) in scenario.users.iter().enumerate() {
            let path = format!("users[{index}]");
            self.known_service(&join(&path, "service"), &users.service, "");
            let named = match users.name {
                Some(_) => join(&path, "name"),
                None => join(&path, "service"),
            };
            if users.name.as_deref() == Some("") {
                let message = "a group of users needs a name".to_owned();
                self.notes
                    .report(codes::EMPTY_NAME, &named, message, "empty", None);
            } else if !seen.insert(users.name()) {
                let message = format!("users `{}` are given twice", shown(users.name()));
                let help = "give one of the groups another `name`".to_owned();
                self.notes
                    .report(codes::DUPLICATE, &named, message, "given again", Some(help));
            }
            self.group(&path, users);
        }
    }

    fn group(&mut self, path: &str, users: &UserGroup) {
        self.load(&join(path, "rps"), &users.rps);
        self.within(path, "patience_s", users.patience_s, limits::PATIENCE_S);
        self.retries(path, users.retries);
        self.number(path, "backoff_s", users.backoff_s, FROM, limits::SECONDS);
        let path = join(path, "objective");
        let Some(patience_s) = users.objective.p99_s.map(|_| users.patience_s()) else {
            return self.number(&path, "served", users.objective.served, FROM, 1.0);
        };
        self.number(&path, "served", users.objective.served, FROM, 1.0);
        self.number(&path, "p99_s", users.objective.p99_s, ABOVE, patience_s);
    }

    fn load(&mut self, path: &str, load: &Load) {
        if let Load::Constant(rps) = load {
            return self.rate(path, *rps);
        }
        let points = load.points();
        if points.is_empty() {
            let message = format!("`{path}` needs at least one point");
            self.notes
                .report(codes::EMPTY_LIST, path, message, "", None);
        }
        for (index, point) in points.iter().enumerate() {
            let path = format!("{path}[{index}]");
            let tick = format!("{path}[0]");
            self.rate(&format!("{path}[1]"), point.rps);
            let before = index.checked_sub(1).and_then(|before| points.get(before));
            match before {
                None if point.tick > 0 => {
                    let message = format!("a rate begins at tick 0, not at tick {}", point.tick);
                    let help = "put a point before it: `(0, ...)`".to_owned();
                    self.notes
                        .report(codes::POINT_ORDER, &tick, message, "", Some(help));
                }
                Some(before) if point.tick <= before.tick => {
                    let message = format!(
                        "this point is at tick {}, the one before it at tick {}",
                        point.tick, before.tick
                    );
                    let help = "list the points in the order of their ticks, each once".to_owned();
                    self.notes
                        .report(codes::POINT_ORDER, &tick, message, "", Some(help));
                }
                _ => self.before_the_end(&tick, point.tick),
            }
        }
    }

    fn rate(&mut self, path: &str, rps: f64) {
        self.bounded(path, rps, FROM, limits::RPS);
    }

    fn capacity(&mut self, path: &str, capacity: &Capacity) {
        let whole = |number: Option<u64>| number.map(|number| number as f64);
        let most = limits::INSTANCES as f64;
        self.number(path, "instances", whole(capacity.instances), ABOVE, most);
        let most = limits::CONCURRENCY as f64;
        self.number(
            path,
            "concurrency",
            whole(capacity.concurrency),
            ABOVE,
            most,
        );
        self.number(path, "work_ms", capacity.work_ms, ABOVE, limits::WORK_MS);
        // Less would be more work on a request than `work_ms` may be.
        let least = capacity.workers() as f64 / (limits::WORK_MS / 1000.0);
        let range = [least, limits::RPS];
        self.within(path, "capacity_rps", capacity.capacity_rps, range);
        let most = limits::REQUESTS as f64;
        self.number(path, "queue_limit", whole(capacity.queue_limit), FROM, most);
        let ticks = whole(capacity.start_up_ticks);
        self.number(path, "start_up_ticks", ticks, ABOVE, MAX_TICKS as f64);
        let of_request = capacity.memory_per_request;
        self.number(path, "memory_per_request", of_request, FROM, 1.0);
        self.zones(&join(path, "zones"), &capacity.zones);
        if let Some(scaling) = &capacity.autoscaling {
            self.autoscaling(&join(path, "autoscaling"), scaling, capacity.instances);
        }
        if capacity.work_ms.is_some() && capacity.capacity_rps.is_some() {
            let message = "`work_ms` and `capacity_rps` say the same in two ways".to_owned();
            let help = "leave one of them out: the capacity is `instances` times `concurrency` by the work".to_owned();
            let path = join(path, "capacity_rps");
            self.notes
                .report(codes::CONFLICTING_FIELDS, &path, message, "", Some(help));
        }
    }

    fn zones(&mut self, path: &str, zones: &[String]) {
        self.at_most(path, "zones", zones.len(), limits::ZONES);
        let mut seen = BTreeSet::new();
        for (index, zone) in zones.iter().enumerate() {
            let path = format!("{path}[{index}]");
            if zone.is_empty() {
                let message = "a zone needs a name".to_owned();
                self.notes
                    .report(codes::EMPTY_NAME, &path, message, "empty", None);
            } else if !seen.insert(zone) {
                let message = format!("zone `{}` is given twice", shown(zone));
                self.notes
                    .report(codes::DUPLICATE, &path, message, "given again", None);
            }
        }
    }

    pub(super) fn retries(&mut self, path: &str, retries: Option<u64>) {
        let retries = retries.map(|retries| retries as f64);
        self.number(path, "retries", retries, FROM, limits::RETRIES as f64);
    }

    pub(super) fn number(
        &mut self,
        path: &str,
        field: &str,
        number: Option<f64>,
        is_above: bool,
        max: f64,
    ) {
        if let Some(number) = number {
            self.bounded(&join(path, field), number, is_above, max);
        }
    }

    /// Notes a number that is not from the least to the largest.
    pub(super) fn within(
        &mut self,
        path: &str,
        field: &str,
        number: Option<f64>,
        [least, most]: [f64; 2],
    ) {
        let Some(number) = number.filter(|number| !(least..=most).contains(number)) else {
            return;
        };
        let path = join(path, field);
        let [found, least, most] = [number, least, most].map(exact_text);
        let message = format!("`{path}` must be {least} to {most}, not {found}");
        self.notes
            .report(codes::OUT_OF_RANGE, &path, message, "out of range", None);
    }

    /// Notes a number that is not from 0, or above 0, up to the largest.
    pub(super) fn bounded(&mut self, path: &str, number: f64, is_above: bool, max: f64) {
        if (0.0..=max).contains(&number) && !(is_above && number == 0.0) {
            return;
        }
        let (found, max) = (exact_text(number), exact_text(max));
        let range = if is_above {
            format!("above 0, up to {max}")
        } else {
            format!("0 to {max}")
        };
        let message = format!("`{path}` must be {range}, not {found}");
        self.notes
            .report(codes::OUT_OF_RANGE, path, message, "out of range", None);
    }
}

/// The fields of a service's capacity that are given.
fn given_capacity(capacity: &Capacity) -> impl Iterator<Item = &'static str> {
    let fields = [
        ("instances", capacity.instances.is_some()),
        ("concurrency", capacity.concurrency.is_some()),
        ("work_ms", capacity.work_ms.is_some()),
        ("capacity_rps", capacity.capacity_rps.is_some()),
        ("queue_limit", capacity.queue_limit.is_some()),
        ("zones", !capacity.zones.is_empty()),
        ("start_up_ticks", capacity.start_up_ticks.is_some()),
        ("memory_per_request", capacity.memory_per_request.is_some()),
        ("autoscaling", capacity.autoscaling.is_some()),
    ];
    let given = fields.into_iter().filter(|(_, is_given)| *is_given);
    given.map(|(field, _)| field)
}
