//! A value of a tree, and what is kept while the tree is read.

use firewatch_ron::{Expr, Kind, work};
use serde::de::DeserializeSeed;

use crate::decode::{Decoder, Language, Refused};

/// What is kept while a tree is read.
pub(in crate::decode) struct Reading<'r> {
    pub(in crate::decode) notes: &'r mut Decoder,
    pub(in crate::decode) language: Language,
    /// Where the value stands that is read now.
    pub(in crate::decode) path: String,
    /// What was read last could not be read: a placeholder stands for it.
    pub(in crate::decode) failed: bool,
    /// What is read is inside the value of a metric: it has no place of its own, since nothing asks for one later.
    pub(in crate::decode) within_value: bool,
}

impl Reading<'_> {
    /// Does something at a path below the present one.
    pub(super) fn below<T>(
        &mut self,
        add: impl FnOnce(&mut String),
        read: impl FnOnce(&mut Self) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        let length = self.path.len();
        add(&mut self.path);
        let value = read(self)?;
        self.path.truncate(length);
        Ok(value)
    }

    /// Reads the value at the present path, and notes where it stands.
    pub(in crate::decode) fn value<'de, S: DeserializeSeed<'de>>(
        &mut self,
        expr: &Expr,
        seed: S,
    ) -> Result<S::Value, Refused> {
        work::count(1);
        if !self.within_value {
            self.notes.mark(&self.path, expr.span.clone());
        }
        self.part(expr, seed)
    }

    /// As [`Reading::value`], of what has no place of its own.
    pub(super) fn part<'de, S: DeserializeSeed<'de>>(
        &mut self,
        expr: &Expr,
        seed: S,
    ) -> Result<S::Value, Refused> {
        let failed = std::mem::take(&mut self.failed);
        let value = seed.deserialize(Node::new(self, expr))?;
        if self.failed && !self.within_value {
            self.notes.mark_broken(&self.path);
        }
        self.failed |= failed;
        Ok(value)
    }

    /// As [`Reading::value`], for an element: if it fails, the value that holds it does not.
    pub(super) fn element<'de, S: DeserializeSeed<'de>>(
        &mut self,
        expr: &Expr,
        seed: S,
    ) -> Result<S::Value, Refused> {
        let failed = self.failed;
        let value = self.value(expr, seed)?;
        if !self.within_value {
            self.failed = failed;
        }
        Ok(value)
    }
}

/// A value of the tree.
pub(super) struct Node<'n, 'r> {
    pub(super) reading: &'n mut Reading<'r>,
    pub(super) expr: &'n Expr<'n>,
    pub(super) union: Union,
}

impl<'n, 'r> Node<'n, 'r> {
    pub(super) fn new(reading: &'n mut Reading<'r>, expr: &'n Expr<'n>) -> Self {
        Self {
            reading,
            expr,
            union: Union::default(),
        }
    }

    /// Whether nothing stands there, said so: `None`, or `null` in JSON.
    pub(super) fn is_null(&self) -> bool {
        match self.expr.kind {
            Kind::Nothing => true,
            Kind::Word("null") => self.reading.notes.is_json,
            _ => false,
        }
    }

    /// Whether there is something to be read.
    pub(super) fn is_readable(&mut self) -> bool {
        match self.expr.kind {
            // Already reported by the parser.
            Kind::Broken => {
                self.reading.failed = true;
                false
            }
            _ if self.is_null() => {
                self.mismatch("a value", None);
                false
            }
            _ => true,
        }
    }
}

/// What a value can be besides what it is read as.
#[derive(Default)]
pub(super) struct Union {
    /// In words; before what it is read as.
    pub(super) before: &'static str,
    /// In words, of all forms together; instead of what it is read as.
    pub(super) expected: String,
    /// The same where a list is read.
    pub(super) list: String,
    pub(super) names: &'static [&'static str],
}
