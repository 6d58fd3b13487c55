//! Problems as a person reads them.

#[cfg(feature = "diagnostics")]
mod marked;
#[cfg(not(feature = "diagnostics"))]
mod plain;

#[cfg(feature = "diagnostics")]
pub(crate) use marked::render;
#[cfg(not(feature = "diagnostics"))]
pub(crate) use plain::render;
