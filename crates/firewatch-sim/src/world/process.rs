//! What kind of program a service runs, judged by its name: a database does not die of a Java heap.

/// A kind of program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Process {
    /// An application on the Java virtual machine: what no word of a name speaks against.
    Jvm,
    /// A relational database.
    Database,
    /// A key-value cache.
    Cache,
    /// A proxy, a gateway or a load balancer.
    Proxy,
}

/// Words of names that tell. The last such word of a name counts: `db-proxy` is a proxy.
const WORDS: [(Process, &[&str]); 3] = [
    (
        Process::Database,
        &[
            "archive", "database", "db", "mysql", "pg", "postgres", "primary", "replica", "sql",
            "store",
        ],
    ),
    (Process::Cache, &["cache", "memcached", "redis"]),
    (
        Process::Proxy,
        &[
            "balancer", "edge", "envoy", "gateway", "ingress", "lb", "nginx", "proxy",
        ],
    ),
];

impl Process {
    /// Returns the kind of program that a service of that name runs.
    pub(crate) fn of(service: &str) -> Self {
        let words = service.rsplit(|c: char| !c.is_ascii_alphanumeric());
        let of_word = |word: &str| {
            let mut rows = WORDS.iter();
            rows.find(|(_, known)| known.contains(&word))
                .map(|(process, _)| *process)
        };
        words.filter_map(of_word).next().unwrap_or(Self::Jvm)
    }

    /// Returns the port that it listens on.
    pub(crate) fn port(self) -> u16 {
        match self {
            Self::Jvm => 8080,
            Self::Database => 5432,
            Self::Cache => 6379,
            Self::Proxy => 8443,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Process;

    #[test]
    fn the_last_telling_word_of_a_name_counts() {
        for (name, process) in [
            ("auth-service", Process::Jvm),
            ("payment-db", Process::Database),
            ("user-db-replica", Process::Database),
            ("db-proxy", Process::Proxy),
            ("session-cache", Process::Cache),
            ("cache-service", Process::Cache),
            ("api-gateway-az-a", Process::Proxy),
            ("", Process::Jvm),
        ] {
            assert_eq!(Process::of(name), process, "{name}");
        }
    }
}
