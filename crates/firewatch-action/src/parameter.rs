//! The parameters that an action declares, and what it takes from those of a request.

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
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it says, in a sentence.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Its type.
    #[must_use]
    pub fn kind(&self) -> ParameterKind {
        self.kind
    }

    /// What it is if it is left out; an action may work its own default out from the state instead.
    #[must_use]
    pub fn default(&self) -> Option<&Value> {
        self.default.as_ref()
    }

    /// Smallest and largest value, for numbers.
    #[must_use]
    pub fn bounds(&self) -> (Option<f64>, Option<f64>) {
        (self.min, self.max)
    }

    /// The values that it can have, for text; empty where any will do.
    #[must_use]
    pub fn choices(&self) -> &[String] {
        &self.choices
    }
}

/// Which of an action's parameters it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ParameterIndex(pub(crate) usize);

names! {
    /// The type of a parameter.
    ParameterKind {
        /// A whole number; others are cut down to one, toward zero.
        Integer = "integer",
        /// A number.
        Number = "number",
        /// Text.
        Text = "text",
    }
}

names! {
    /// What a value does that a parameter can't have.
    OnInvalid {
        /// The action does nothing and says so.
        Reject = "reject",
        /// The default takes its place.
        UseDefault = "use_default",
        /// The largest value takes its place.
        UseMax = "use_max",
        /// An error, for what an exception is in the reference.
        Raise = "raise",
    }
}

/// What becomes of a parameter.
#[derive(Debug, PartialEq)]
enum Resolved<'a> {
    Value(Cow<'a, Value>),
    /// There is none, and no default: the action works one out itself.
    Absent,
    Rejected,
    Raised,
}

/// Why an action can't take its parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Unfit {
    /// The one of that number can't have its value.
    Rejected(usize),
    /// The reference fails at one.
    Raised,
}

/// The parameters of a request, as the action takes them: each is worked out where it is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parameters<'a> {
    declared: &'a [Parameter],
    given: &'a Metrics,
    raises: bool,
}

impl<'a> Parameters<'a> {
    /// Takes the given parameters as the declared ones. With `raises`, what is an exception in the reference
    /// is an error.
    pub(super) fn new(declared: &'a [Parameter], given: &'a Metrics, raises: bool) -> Self {
        Self {
            declared,
            given,
            raises,
        }
    }

    /// What is wrong with them, if anything is; the first that is rejected before all that raise.
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

    /// The value of a parameter; `None` where there is none.
    pub(crate) fn get(&self, ParameterIndex(index): ParameterIndex) -> Option<Cow<'a, Value>> {
        match self.declared.get(index)?.resolve(self.given, self.raises) {
            Resolved::Value(value) => Some(value),
            Resolved::Absent | Resolved::Rejected | Resolved::Raised => None,
        }
    }
}

/// A value can't be a parameter's; whether it is just too large.
struct Misfit {
    above: bool,
}

impl Parameter {
    /// The given value, or what takes its place. In the reference, not-a-number passes every bound and
    /// fails where it is used.
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

    /// The value as the action takes it.
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

    /// `Err(true)` for what is too large, `Err(false)` for what is too small.
    fn in_bounds(&self, number: f64) -> Result<(), bool> {
        if self.min.is_some_and(|min| number < min) {
            return Err(false);
        }
        if self.max.is_some_and(|max| number > max) {
            return Err(true);
        }
        Ok(())
    }

    /// What the parameter must be, if the value can't be its: for one that stands in a file, where
    /// nothing takes its place.
    #[must_use]
    pub fn problem(&self, value: &Value) -> Option<String> {
        self.convert(value).is_err().then(|| self.expected())
    }

    /// Whether a value can be this parameter's, as it stands: nothing has to take its place.
    #[must_use]
    pub fn accepts(&self, value: &Value) -> bool {
        self.convert(value).is_ok()
    }

    /// What it must be: `a whole number from 1 to 20`.
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
