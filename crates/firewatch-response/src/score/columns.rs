//! Rules as a table: a name, a value for each profile, and what it is about.

use std::fmt::Debug;

/// A rule of both profiles, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleRow {
    /// Its name; that of a group stands before a dot.
    pub name: String,
    /// Its value under the reference profile.
    pub reference: String,
    /// Its value under the standard profile.
    pub standard: String,
    /// What it is about.
    pub about: &'static str,
}

/// Something that stands in a row, or in several.
pub(super) trait RuleValue {
    fn rows(name: &str, about: &'static str, values: [&Self; 2], rows: &mut Vec<RuleRow>);
}

/// A row of its own.
pub(super) fn row(name: &str, about: &'static str, values: [&dyn Debug; 2]) -> RuleRow {
    let [reference, standard] = values.map(|value| format!("{value:?}"));
    RuleRow {
        name: name.to_owned(),
        reference,
        standard,
        about,
    }
}

/// Implements [`RuleValue`] for types that are a row each.
macro_rules! plain {
    ($($type:ty),*) => {
        $(impl $crate::score::columns::RuleValue for $type {
            fn rows(
                name: &str,
                about: &'static str,
                values: [&Self; 2],
                rows: &mut Vec<$crate::score::columns::RuleRow>,
            ) {
                let [reference, standard] = values;
                let values: [&dyn std::fmt::Debug; 2] = [reference, standard];
                rows.push($crate::score::columns::row(name, about, values));
            }
        })*
    };
}

plain!(bool, u32, u64, f64);

/// Declares a struct of rules with the values of both profiles side by side: reference `|` standard.
macro_rules! columns {
    (
        $(#[doc = $about:literal])+
        $name:ident {
            $($(#[doc = $doc:literal])+ $field:ident: $type:ty = $reference:expr => $standard:expr;)*
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[doc = $doc])+ pub $field: $type,)*
        }

        impl $name {
            /// The reference's, its defects included.
            pub const REFERENCE: Self = Self { $($field: $reference,)* };
            /// Those of the standard profile.
            pub const STANDARD: Self = Self { $($field: $standard,)* };
        }

        impl $crate::score::columns::RuleValue for $name {
            fn rows(
                name: &str,
                _about: &'static str,
                values: [&Self; 2],
                rows: &mut Vec<$crate::score::columns::RuleRow>,
            ) {
                let [reference, standard] = values;
                $({
                    let own = match name {
                        "" => stringify!($field).to_owned(),
                        group => format!("{group}.{}", stringify!($field)),
                    };
                    $crate::score::columns::RuleValue::rows(
                        &own,
                        concat!($($doc),+).trim_ascii(),
                        [&reference.$field, &standard.$field],
                        rows,
                    );
                })*
            }
        }
    };
}

pub(super) use {columns, plain};
