//! The components that only some services have. The list exists once, here.

use bevy_ecs::prelude::*;

use crate::world::service::{
    Certificate, CrashLoop, CustomMetrics, ImagePull, Pipeline, RequestQueue, RequestTraffic,
    RuntimeDiagnostics, Traffic,
};

/// Declares the components that only some services have.
macro_rules! optional_components {
    (@flag $component:ident) => { bool };
    ($($field:ident: $component:ident),*) => {
        /// The components of a service that only some services have.
        #[derive(Debug)]
        pub(crate) struct OptionalComponents {
            $($field: Option<$component>,)*
        }

        /// The same as a bundle.
        pub(crate) type OptionalBundle = ($($component,)*);

        /// Whether a service has each of them.
        pub(crate) type HasOptional = ($(Has<$component>,)*);

        /// Whether a service has any of them.
        pub(crate) fn has_any(($($field,)*): ($(optional_components!(@flag $component),)*)) -> bool {
            false $(| $field)*
        }

        impl OptionalComponents {
            pub(crate) fn read(service: EntityRef) -> Self {
                Self { $($field: service.get::<$component>().cloned(),)* }
            }

            /// Gives the service these components and no others; returns whether it loses one.
            pub(crate) fn write(&self, service: &mut EntityWorldMut) -> bool {
                let mut removed = false;
                $(removed |= put(service, self.$field.as_ref());)*
                removed
            }
        }

        /// None of them.
        pub(crate) const NO_COMPONENTS: OptionalComponents = OptionalComponents { $($field: None,)* };
    };
}

optional_components!(
    request_queue: RequestQueue,
    request_traffic: RequestTraffic,
    traffic: Traffic,
    crash_loop: CrashLoop,
    certificate: Certificate,
    image_pull: ImagePull,
    pipeline: Pipeline,
    diagnostics: RuntimeDiagnostics,
    custom: CustomMetrics
);

/// Gives an entity a copy of the component, or takes away what it has; returns whether it does.
pub(crate) fn put<C>(entity: &mut EntityWorldMut, component: Option<&C>) -> bool
where
    C: Component<Mutability = bevy_ecs::component::Mutable> + Clone,
{
    let Some(component) = component else {
        return entity.take::<C>().is_some();
    };
    match entity.get_mut::<C>() {
        Some(mut known) => known.clone_from(component),
        None => {
            entity.insert(component.clone());
        }
    }
    false
}
