//! Comparisons: `lt(0.5)`, or a bare value to be equal to.

use firewatch_sim::{Status, Value};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::numbers::Finite;
use super::union::{Calls, Either};
use super::values::Plain;
use super::words::Word;
use crate::comparison::{Comparison, Operator};

/// A comparison that is not a bare value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    rename = "Comparison",
    rename_all = "snake_case",
    expecting = "a comparison, such as `le(0.1)`"
)]
pub enum ComparisonCall<T> {
    /// Less than.
    Lt(T),
    /// Less than or equal to.
    Le(T),
    /// Greater than.
    Gt(T),
    /// Greater than or equal to.
    Ge(T),
    /// Equal to.
    Eq(T),
    /// Not equal to.
    Ne(T),
}

impl<T> Calls for ComparisonCall<T> {
    const NAMES: &'static [&'static str] = &["lt", "le", "gt", "ge", "eq", "ne"];
}

impl<F> ComparisonCall<F> {
    /// The comparison.
    #[must_use]
    pub fn comparison<T: From<F>>(self) -> Comparison<T> {
        let (operator, with) = match self {
            Self::Lt(with) => (Operator::Lt, with),
            Self::Le(with) => (Operator::Le, with),
            Self::Gt(with) => (Operator::Gt, with),
            Self::Ge(with) => (Operator::Ge, with),
            Self::Eq(with) => (Operator::Eq, with),
            Self::Ne(with) => (Operator::Ne, with),
        };
        Comparison {
            operator,
            with: with.into(),
        }
    }

    /// The form of a comparison.
    #[must_use]
    pub fn of<T: Into<F>>(comparison: Comparison<T>) -> Self {
        let with = comparison.with.into();
        match comparison.operator {
            Operator::Lt => Self::Lt(with),
            Operator::Le => Self::Le(with),
            Operator::Gt => Self::Gt(with),
            Operator::Ge => Self::Ge(with),
            Operator::Eq => Self::Eq(with),
            Operator::Ne => Self::Ne(with),
        }
    }
}

impl From<Word<Status>> for Status {
    fn from(Word(status): Word<Self>) -> Self {
        status
    }
}

impl From<Status> for Word<Status> {
    fn from(status: Status) -> Self {
        Self(status)
    }
}

/// What can be compared with in a file.
pub trait Compared: From<Self::Form> + Into<Self::Form> + Clone {
    /// It as it stands in a file.
    type Form: Serialize + DeserializeOwned;

    /// What it is called in a schema.
    const NAME: &'static str;

    /// Whether it could be taken for a comparison where objects have one key a call.
    fn is_like_a_call(&self) -> bool {
        false
    }
}

impl Compared for Status {
    type Form = Word<Self>;

    const NAME: &'static str = "Status";
}

impl Compared for f64 {
    type Form = Finite;

    const NAME: &'static str = "Number";
}

impl Compared for Value {
    type Form = Plain;

    const NAME: &'static str = "Value";

    fn is_like_a_call(&self) -> bool {
        matches!(self, Self::Map(_))
    }
}

impl<T: Compared> Serialize for Comparison<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.operator == Operator::Eq && !self.with.is_like_a_call() {
            let form: T::Form = self.with.clone().into();
            return form.serialize(serializer);
        }
        ComparisonCall::<T::Form>::of(self.clone()).serialize(serializer)
    }
}

impl<'de, T: Compared> Deserialize<'de> for Comparison<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Either::deserialize(deserializer).map(|form| match form {
            Either::Call(call) => ComparisonCall::<T::Form>::comparison(call),
            Either::Plain(with) => Self {
                operator: Operator::Eq,
                with: T::Form::into(with),
            },
        })
    }
}
