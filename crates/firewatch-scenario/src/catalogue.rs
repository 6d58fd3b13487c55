//! The built-in catalogue: services that a scenario can name without saying what they call.

use std::sync::LazyLock;

/// A service of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CatalogueService {
    /// Its name.
    pub name: &'static str,
    /// What it calls.
    pub calls: &'static [&'static str],
    /// Its memory limit, MiB.
    pub memory_limit_mebibytes: i64,
}

/// Memory limit of a service that the catalogue does not have, MiB.
pub const DEFAULT_MEMORY_LIMIT_MEBIBYTES: i64 = 512;

/// The service of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static CatalogueService> {
    SERVICE_CATALOGUE
        .iter()
        .find(|service| service.name == name)
}

/// A set of services of the catalogue, a bit each.
pub(crate) type Members = u64;

/// A service of the catalogue among the others, all of them as indices.
pub(crate) struct Neighbourhood {
    /// What it calls, in the order of its list.
    pub(crate) callees: Vec<usize>,
    /// What calls it.
    pub(crate) callers: Members,
    /// What it calls and what calls it.
    pub(crate) linked: Members,
}

/// The neighbourhood of each service.
pub(crate) static NEIGHBOURHOODS: LazyLock<Vec<Neighbourhood>> = LazyLock::new(|| {
    let bits = |indices: &[usize]| indices.iter().fold(0, |bits, index| bits | 1 << index);
    let position = |name: &&str| {
        SERVICE_CATALOGUE
            .iter()
            .position(|service| service.name == *name)
    };
    let neighbourhood = |service: &CatalogueService| {
        let callees: Vec<usize> = service.calls.iter().filter_map(position).collect();
        let calls_it = |other: &CatalogueService| other.calls.contains(&service.name);
        let indexed = SERVICE_CATALOGUE.iter().enumerate();
        let callers: Vec<usize> = { indexed }
            .filter(|(_, other)| calls_it(other))
            .map(|(index, _)| index)
            .collect();
        let (callees_bits, callers) = (bits(&callees), bits(&callers));
        Neighbourhood {
            callees,
            callers,
            linked: callees_bits | callers,
        }
    };
    SERVICE_CATALOGUE.iter().map(neighbourhood).collect()
});

/// They fit the bits of [`Members`].
const _: () = assert!(SERVICE_CATALOGUE.len() <= Members::BITS as usize);

const fn service(
    name: &'static str,
    calls: &'static [&'static str],
    memory_limit_mebibytes: i64,
) -> CatalogueService {
    CatalogueService {
        name,
        calls,
        memory_limit_mebibytes,
    }
}

/// All of them. What calls nothing and is called by nothing is in the reference's catalogue so.
pub static SERVICE_CATALOGUE: &[CatalogueService] = &[
    service("api-gateway", &["auth-service", "user-service"], 512),
    service("auth-service", &["db-proxy"], 512),
    service("user-service", &["db-proxy", "cache"], 512),
    service(
        "checkout-service",
        &["payment-service", "auth-service"],
        1024,
    ),
    service("payment-service", &["db-proxy"], 1024),
    service("db-proxy", &[], 256),
    service("cache", &[], 2048),
    service(
        "notification-service",
        &["user-service", "notification-db"],
        512,
    ),
    service("notification-db", &[], 256),
    service("metrics-exporter", &[], 256),
    service("payment-processor", &["db-proxy"], 1024),
    service("inventory-service", &["inventory-db"], 512),
    service("inventory-db", &[], 512),
    service("fraud-detection-service", &["db-proxy"], 512),
    service("user-db-primary", &[], 1024),
    service("user-db-replica", &["user-db-primary"], 1024),
    service("session-service", &["db-proxy", "cache"], 512),
    service("pricing-service", &["db-proxy"], 512),
    service("pricing-db", &[], 256),
    service("fraud-detection", &["db-proxy"], 512),
    service("cache-service", &[], 2048),
    service("user-db", &[], 512),
    service("template-service", &[], 256),
    service(
        "recommendation-engine",
        &["user-service", "product-catalog"],
        2048,
    ),
    service("product-catalog", &["pricing-service", "auth-service"], 512),
    service(
        "order-service",
        &[
            "inventory-service",
            "payment-service",
            "notification-service",
        ],
        1024,
    ),
    service("search-index", &["db-proxy"], 1024),
    service("search-service", &["db-proxy", "cache"], 2048),
    service("ranking-service", &["search-service"], 1024),
    service("ml-inference-service", &["db-proxy"], 8192),
    service("product-db", &[], 512),
    service("analytics-service", &["db-proxy"], 1024),
    service("config-service", &[], 512),
    service("api-gateway-az-a", &["auth-service", "user-service"], 512),
    service("api-gateway-az-b", &["auth-service", "user-service"], 512),
    service("payment-service-az-b", &["db-proxy"], 1024),
    service("user-service-az-b", &["db-proxy", "cache"], 512),
    service("load-balancer", &["api-gateway"], 256),
    service(
        "checkout-v2-service",
        &["payment-service", "auth-service"],
        1024,
    ),
    service("batch-processor", &["db-proxy"], 4096),
    service("feature-pipeline", &["feature-store"], 4096),
    service("feature-store", &["db-proxy"], 2048),
    service("event-ingestion", &["feature-pipeline"], 1024),
];
