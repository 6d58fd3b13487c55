//! The parameters that an action declares, and their values in a request.

use std::borrow::Cow;

use firewatch_sim::Value;

use crate::comparison::Metrics;
use crate::names;
use crate::whole::whole;

/// A parameter of an action.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) kind: ParameterKind,
    pub(crate) default: Option<Value>,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) choices: Vec<String>,
    pub(crate) on_invalid: OnInvalid,
    pub(crate) above_max: OnInvalid,
}

impl Parameter {
    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns a sentence about its meaning.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Returns the type.
    #[must_use]
    pub fn kind(&self) -> ParameterKind {
        self.kind
    }

    /// Returns the value of an omitted parameter. Without one, the action may compute it from the state.
    #[must_use]
    pub fn default(&self) -> Option<&Value> {
        self.default.as_ref()
    }

    /// Returns the smallest and the largest number.
    #[must_use]
    pub fn bounds(&self) -> (Option<f64>, Option<f64>) {
        (self.min, self.max)
    }

    /// Returns the valid texts; empty if any is valid.
    #[must_use]
    pub fn choices(&self) -> &[String] {
        &self.choices
    }
}

/// Index of a parameter in its action.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ParameterIndex(pub(crate) usize);

names! {
    /// The type of a parameter.
    ParameterKind {
        /// A whole number; other numbers are truncated toward zero.
        Integer = "integer",
        /// A number.
        Number = "number",
        /// Text.
        Text = "text",
    }
}

names! {
    /// What an invalid value of a parameter does.
    OnInvalid {
        /// The action does nothing, and its feedback says so.
        Reject = "reject",
        /// The default is used instead.
        UseDefault = "use_default",
        /// The largest value is used instead.
        UseMax = "use_max",
        /// An error, where the reference raises an exception.
        Raise = "raise",
    }
}

/// The value of a parameter in a request.
#[derive(Debug, PartialEq)]
enum Resolved<'a> {
    Value(Cow<'a, Value>),
    /// The request has no value and there is no default: the action may compute one.
    Absent,
    Rejected,
    Raised,
}

/// Why the parameters of a request are invalid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Unfit {
    /// The one at that index is rejected.
    Rejected(usize),
    /// One raises an exception in the reference.
    Raised,
}

/// The parameters of a request, as the action uses them. Each is resolved when it is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parameters<'a> {
    declared: &'a [Parameter],
    given: &'a Metrics,
    raises: bool,
}

impl<'a> Parameters<'a> {
    /// Matches given parameters with the declared ones. With `raises`, an exception of the reference is an
    /// error.
    pub(super) fn new(declared: &'a [Parameter], given: &'a Metrics, raises: bool) -> Self {
        Self {
            declared,
            given,
            raises,
        }
    }

    /// Returns the first problem, if any. A rejected parameter precedes all that raise.
    pub(super) fn check(&self) -> Option<Unfit> {
        let mut unfit = None;
        for (index, parameter) in self.declared.iter().enumerate() {
            match parameter.resolve(self.given, self.raises) {
                Resolved::Rejected => return Some(Unfit::Rejected(index)),
                Resolved::Raised => unfit = Some(Unfit::Raised),
                Resolved::Value(_) | Resolved::Absent => {}
            }
        }
        unfit
    }

    /// Returns the value of a parameter, if it has one.
    pub(crate) fn get(&self, ParameterIndex(index): ParameterIndex) -> Option<Cow<'a, Value>> {
        match self.declared.get(index)?.resolve(self.given, self.raises) {
            Resolved::Value(value) => Some(value),
            Resolved::Absent | Resolved::Rejected | Resolved::Raised => None,
        }
    }
}

/// An invalid value of a parameter; `above` if it is a number above the maximum.
struct Misfit {
    above: bool,
}

impl Parameter {
    /// Returns the given value, or its replacement. In the reference, NaN passes every bound and raises an
    /// exception when it is used.
    fn resolve<'a>(&'a self, given: &'a Metrics, raises: bool) -> Resolved<'a> {
        let Some(value) = given.get(&self.name) else {
            return self.default_value();
        };
        let is_nan = value.as_f64().is_some_and(f64::is_nan);
        if raises && is_nan && self.kind == ParameterKind::Number {
            return Resolved::Raised;
        }
        match self.convert(value) {
            Ok(value) => Resolved::Value(value),
            Err(Misfit { above }) => {
                let how = if above {
                    self.above_max
                } else {
                    self.on_invalid
                };
                match (how, self.max) {
                    (OnInvalid::UseDefault, _) => self.default_value(),
                    (OnInvalid::UseMax, Some(max)) => {
                        Resolved::Value(Cow::Owned(Value::Float(max)))
                    }
                    (OnInvalid::Raise, _) => Resolved::Raised,
                    (OnInvalid::Reject | OnInvalid::UseMax, _) => Resolved::Rejected,
                }
            }
        }
    }

    fn default_value(&self) -> Resolved<'_> {
        match &self.default {
            Some(value) => Resolved::Value(Cow::Borrowed(value)),
            None => Resolved::Absent,
        }
    }

    /// Converts a value to the type of the parameter.
    fn convert<'a>(&self, value: &'a Value) -> Result<Cow<'a, Value>, Misfit> {
        let wrong = |above| Misfit { above };
        match self.kind {
            ParameterKind::Text => match value {
                Value::Text(text) if self.allows(text) => Ok(Cow::Borrowed(value)),
                _ => Err(wrong(false)),
            },
            ParameterKind::Integer => {
                let whole = whole(value).ok_or(wrong(false))?;
                self.in_bounds(whole as f64).map_err(wrong)?;
                Ok(Cow::Owned(Value::Int(whole)))
            }
            ParameterKind::Number => {
                let number = match value {
                    Value::Bool(b) => f64::from(u8::from(*b)),
                    other => other.as_f64().ok_or(wrong(false))?,
                };
                if number.is_nan() {
                    return Err(wrong(false));
                }
                self.in_bounds(number).map_err(wrong)?;
                Ok(Cow::Owned(Value::Float(number)))
            }
        }
    }

    fn allows(&self, text: &str) -> bool {
        self.choices.is_empty() || self.choices.iter().any(|choice| choice == text)
    }

    /// Returns `Err(true)` for a number above the maximum, `Err(false)` for one below the minimum.
    fn in_bounds(&self, number: f64) -> Result<(), bool> {
        if self.min.is_some_and(|min| number < min) {
            return Err(false);
        }
        if self.max.is_some_and(|max| number > max) {
            return Err(true);
        }
        Ok(())
    }

    /// Returns what the parameter must be if the value is invalid. For values in a file, which nothing
    /// replaces.
    #[must_use]
    pub fn problem(&self, value: &Value) -> Option<String> {
        self.convert(value).is_err().then(|| self.expected())
    }

    /// Returns whether a value is valid, so that `on_invalid` and `above_max` do not apply.
    #[must_use]
    pub fn accepts(&self, value: &Value) -> bool {
        self.convert(value).is_ok()
    }

    /// Returns what it must be: `a whole number from 1 to 20`.
    #[must_use]
    pub fn expected(&self) -> String {
        let bounds = match (self.min, self.max) {
            (Some(min), Some(max)) => format!(" from {min} to {max}"),
            (Some(min), None) => format!(" from {min} up"),
            (None, Some(max)) => format!(" up to {max}"),
            (None, None) => String::new(),
        };
        match self.kind {
            ParameterKind::Integer => format!("a whole number{bounds}"),
            ParameterKind::Number => format!("a number{bounds}"),
            ParameterKind::Text if self.choices.is_empty() => "text in quotes".to_owned(),
            ParameterKind::Text => {
                let choices: Vec<String> = self.choices.iter().map(|c| format!("{c:?}")).collect();
                format!("one of {}", choices.join(", "))
            }
        }
    }
}
