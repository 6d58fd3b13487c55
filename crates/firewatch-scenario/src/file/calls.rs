//! Calls between services.

use serde::{Deserialize, Serialize};

#[cfg(feature = "schema")]
use crate::model::limits;
use crate::model::{Breaker, Cache, Call, Calls};
use firewatch_action::form::{Calls as CallNames, Either, Finite, TextOr, or_default};

/// What a service calls: `["a", (to: "b")]`, or `catalogue`.
pub(crate) type CallsForm = Either<CallsWord, Vec<TextOr<CallForm>>>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum CallsWord {
    /// What the catalogue says, as far as it is in the mesh.
    Catalogue,
}

impl CallNames for CallsWord {
    const NAMES: &'static [&'static str] = &["catalogue"];
    const WORDS: usize = 1;
    const LIST: &'static str = "a list of services: `[\"name\", ...]`, or `catalogue`";
}

/// A call from a service to another. All but the service is for the physics with load.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Call",
    deny_unknown_fields,
    expecting = "a call: `Call(to: \"...\")`"
)]
pub(crate) struct CallForm {
    /// The service that is called.
    to: String,
    /// What is waited for an answer at most, above 0; 1 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "s", "exclusiveMinimum" = 0), range(max = limits::SECONDS)))]
    timeout_s: Option<Finite>,
    /// How often it is tried again; 0 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = limits::RETRIES)))]
    retries: Option<u64>,
    /// What is waited before it is tried again; 0.1 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "s"), range(min = 0, max = limits::SECONDS)))]
    backoff_s: Option<Finite>,
    /// Share of the caller's requests that make it; 1 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    share: Option<Finite>,
    /// Whether the caller's request succeeds without it.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    optional: bool,
    /// The service that is called instead where the last try failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback: Option<String>,
    /// What stops calls that would most likely fail; none by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    breaker: Option<BreakerForm>,
    /// What spares requests the call: answers that the caller keeps; none by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    cache: Option<CacheForm>,
    /// Whether the caller sends a message and does not wait. Such a call has no timeout, retries, fallback, breaker or
    /// cache.
    #[serde(default, deserialize_with = "or_default")]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    asynchronous: bool,
}

/// A cache in front of a call. It is warm at the start, and empty after a restart of the caller.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Cache",
    default,
    deny_unknown_fields,
    expecting = "a cache: `Cache(hit_share: 0.9, warm_up_s: 120)`"
)]
struct CacheForm {
    /// Share of requests that find their answer in it once it is warm, 0 to 1; 0.9 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0, max = 1)))]
    hit_share: Option<Finite>,
    /// What an empty one takes to come to 63 % of that while all its calls are answered, above 0; 120 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "s", "exclusiveMinimum" = 0), range(max = limits::SECONDS)))]
    warm_up_s: Option<Finite>,
}

/// A circuit breaker on a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(
    rename = "Breaker",
    default,
    deny_unknown_fields,
    expecting = "a circuit breaker: `Breaker(failure_ratio: 0.5, open_s: 30)`"
)]
struct BreakerForm {
    /// Share of failed calls that opens it, above 0 up to 1; 0.5 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "1", "exclusiveMinimum" = 0), range(max = 1)))]
    failure_ratio: Option<Finite>,
    /// Calls that it has to have seen before, from 1; 20 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = limits::REQUESTS)))]
    min_requests: Option<u64>,
    /// What it looks back at, above 0; 10 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "s", "exclusiveMinimum" = 0), range(max = limits::SECONDS)))]
    window_s: Option<Finite>,
    /// What it stays open, above 0; 30 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-unit" = "s", "exclusiveMinimum" = 0), range(max = limits::SECONDS)))]
    open_s: Option<Finite>,
}

impl From<CallForm> for Call {
    fn from(form: CallForm) -> Self {
        let mut call = Self::new(form.to);
        call.timeout_s = form.timeout_s.map(f64::from);
        call.retries = form.retries;
        call.backoff_s = form.backoff_s.map(f64::from);
        call.share = form.share.map(f64::from);
        call.optional = form.optional;
        call.fallback = form.fallback;
        call.breaker = form.breaker.map(|form| Breaker {
            failure_ratio: form.failure_ratio.map(f64::from),
            min_requests: form.min_requests,
            window_s: form.window_s.map(f64::from),
            open_s: form.open_s.map(f64::from),
        });
        call.cache = form.cache.map(|form| Cache {
            hit_share: form.hit_share.map(f64::from),
            warm_up_s: form.warm_up_s.map(f64::from),
        });
        call.asynchronous = form.asynchronous;
        call
    }
}

impl From<TextOr<CallForm>> for Call {
    fn from(form: TextOr<CallForm>) -> Self {
        match form {
            TextOr::Text(to) => Self::new(to),
            TextOr::Other(form) => form.into(),
        }
    }
}

/// A call that says nothing but which service is written as its name.
impl From<Call> for TextOr<CallForm> {
    fn from(call: Call) -> Self {
        if call.is_plain() {
            return Self::Text(call.to);
        }
        Self::Other(CallForm {
            to: call.to,
            timeout_s: call.timeout_s.map(Finite),
            retries: call.retries,
            backoff_s: call.backoff_s.map(Finite),
            share: call.share.map(Finite),
            optional: call.optional,
            fallback: call.fallback,
            breaker: call.breaker.map(|breaker| BreakerForm {
                failure_ratio: breaker.failure_ratio.map(Finite),
                min_requests: breaker.min_requests,
                window_s: breaker.window_s.map(Finite),
                open_s: breaker.open_s.map(Finite),
            }),
            cache: call.cache.map(|cache| CacheForm {
                hit_share: cache.hit_share.map(Finite),
                warm_up_s: cache.warm_up_s.map(Finite),
            }),
            asynchronous: call.asynchronous,
        })
    }
}

impl From<CallsForm> for Calls {
    fn from(form: CallsForm) -> Self {
        match form {
            Either::Call(CallsWord::Catalogue) => Self::Catalogue,
            Either::Plain(calls) => Self::Named(calls.into_iter().map(Call::from).collect()),
        }
    }
}

impl From<Calls> for CallsForm {
    fn from(calls: Calls) -> Self {
        match calls {
            Calls::Catalogue => Self::Call(CallsWord::Catalogue),
            Calls::Named(calls) => Self::Plain(calls.into_iter().map(TextOr::from).collect()),
        }
    }
}
