//! Calls of traffic: their policies within their ranges, and what does not go together.

use super::Checker;
use crate::codes;
use crate::model::{Breaker, Cache, Call, limits};
use firewatch_action::decode::join;
use firewatch_ron::shown;

/// Numbers above 0, up to the largest.
pub(super) const ABOVE: bool = true;
/// Numbers from 0 up to the largest.
pub(super) const FROM: bool = false;

impl Checker<'_> {
    pub(super) fn call(&mut self, path: &str, call: &Call) {
        self.number(path, "timeout_s", call.timeout_s, ABOVE, limits::SECONDS);
        self.retries(path, call.retries);
        self.number(path, "backoff_s", call.backoff_s, FROM, limits::SECONDS);
        self.number(path, "share", call.share, FROM, 1.0);
        if let Some(fallback) = &call.fallback {
            let path = join(path, "fallback");
            if self.known_service(&path, fallback, "") && *fallback == call.to {
                let message = format!("`{}` falls back to itself", shown(fallback));
                let help = "name another service; `retries` call the same one again".to_owned();
                self.notes
                    .report(codes::CONFLICTING_FIELDS, &path, message, "", Some(help));
            }
        }
        if let Some(breaker) = &call.breaker {
            self.breaker(&join(path, "breaker"), breaker);
        }
        if let Some(cache) = &call.cache {
            self.cache(&join(path, "cache"), cache);
        }
        if call.asynchronous {
            self.asynchronous(path, call);
        }
    }

    fn cache(&mut self, path: &str, cache: &Cache) {
        self.number(path, "hit_share", cache.hit_share, FROM, 1.0);
        self.number(path, "warm_up_s", cache.warm_up_s, ABOVE, limits::SECONDS);
    }

    /// Notes what a call can't have that nobody waits for.
    fn asynchronous(&mut self, path: &str, call: &Call) {
        let may_have = ["share", "optional", "asynchronous"];
        for field in given_policy(call).filter(|field| !may_have.contains(field)) {
            let message = format!("`{field}` is of a call that is waited for");
            let help = format!(
                "leave it out, or `asynchronous`: a message to `{}` waits as long as it takes",
                shown(&call.to)
            );
            let path = join(path, field);
            self.notes
                .report(codes::CONFLICTING_FIELDS, &path, message, "", Some(help));
        }
    }

    fn breaker(&mut self, path: &str, breaker: &Breaker) {
        self.number(path, "failure_ratio", breaker.failure_ratio, ABOVE, 1.0);
        let requests = breaker.min_requests.map(|requests| requests as f64);
        let most = limits::REQUESTS as f64;
        self.number(path, "min_requests", requests, ABOVE, most);
        self.number(path, "window_s", breaker.window_s, ABOVE, limits::SECONDS);
        self.number(path, "open_s", breaker.open_s, ABOVE, limits::SECONDS);
    }
}

/// The fields of a call's policy that are given.
pub(super) fn given_policy(call: &Call) -> impl Iterator<Item = &'static str> {
    let fields = [
        ("timeout_s", call.timeout_s.is_some()),
        ("retries", call.retries.is_some()),
        ("backoff_s", call.backoff_s.is_some()),
        ("share", call.share.is_some()),
        ("optional", call.optional),
        ("fallback", call.fallback.is_some()),
        ("breaker", call.breaker.is_some()),
        ("cache", call.cache.is_some()),
        ("asynchronous", call.asynchronous),
    ];
    let given = fields.into_iter().filter(|(_, is_given)| *is_given);
    given.map(|(field, _)| field)
}
