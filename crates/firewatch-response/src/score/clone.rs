//! Copies that are made in the place of others.

/// Implements [`Clone`] for a struct of these fields. Unlike the derived one, `clone_from` copies field by field in place:
/// nothing is allocated or moved where both are of meshes of the same size.
macro_rules! clone_by_fields {
    ($type:ident { $($field:ident),* $(,)? }) => {
        impl Clone for $type {
            fn clone(&self) -> Self {
                let Self { $($field),* } = self;
                Self { $($field: Clone::clone($field)),* }
            }

            fn clone_from(&mut self, other: &Self) {
                let Self { $($field),* } = other;
                $(Clone::clone_from(&mut self.$field, $field);)*
            }
        }
    };
}

pub(super) use clone_by_fields;
