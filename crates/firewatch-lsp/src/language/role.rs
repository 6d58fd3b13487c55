//! What a text or a word names, by where it stands.

use super::schema::Spot;

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A service.
    Service,
    /// A group of users.
    Users,
    /// A metric, known or of the author's own.
    Metric,
    /// An action of the catalogue.
    Action,
    /// A parameter of the action that is done.
    Parameter,
    /// A parameter of the action that is described.
    OwnParameter,
    /// A kind of fault.
    FaultKind,
    /// Something of a service that a timeline can turn.
    ServiceKnob,
    /// Something of calls that a timeline can turn.
    CallKnob,
    /// Something of users that a timeline can turn.
    UserKnob,
    /// A file.
    File,
}

impl Role {
    /// What a value names.
    #[must_use]
    pub fn of_value(spot: &Spot) -> Option<Self> {
        if spot.keys > 0 && spot.member == "services" {
            return None;
        }
        Some(match (spot.owner, spot.member, spot.argument) {
            (
                "Scenario",
                "services" | "red_herrings" | "absent_services" | "user_facing" | "root_cause"
                | "prompt_injection",
                _,
            )
            | ("Fault" | "Users" | "AdversarialLine", "service", _)
            | ("Service", "calls", _)
            | ("Call", "to" | "fallback", _)
            | ("Action", "halt" | "set" | "turn" | "restart", 0)
            | ("Action", "turn_calls", 0 | 1)
            | ("Action" | "Step", "action", 1)
            | ("Check", "status" | "metric", 0)
            | ("ConditionCall", "alert", 0)
            | ("Goal", "goal", 0) => Self::Service,
            ("Users", "name", _) | ("Action", "turn_users", 0) | ("Check", "users", 0) => {
                Self::Users
            }
            ("Check" | "Goal", "metric" | "goal", 1)
            | ("GoalTest", "than", 1)
            | ("ActionCondition", "metric" | "has_metric", 0)
            | ("Effect" | "Operand" | "MetricGrowth", "metric", _)
            | ("Actions", "extra_metrics", _) => Self::Metric,
            ("Action" | "Step", "action", 0) | ("Actions", "keeps" | "renamed", _) => Self::Action,
            ("ActionCondition", "parameter" | "more_memory" | "too_little_memory", 0)
            | ("Factor", "one_minus", _)
            | ("Operand", "parameter", _)
            | ("Effect", "set_memory_limit", _) => Self::OwnParameter,
            ("Fault" | "Sweep", "kind", _)
            | ("Branch", "halts", _)
            | ("ActionCondition", "fault", _)
            | ("FaultKindRules", "kind", _) => Self::FaultKind,
            ("Scenario" | "Actions", "actions" | "fault_kinds", _) => Self::File,
            _ => return None,
        })
    }

    /// What a key names of a map that stands there.
    #[must_use]
    pub fn of_key(spot: &Spot) -> Option<Self> {
        Some(match (spot.owner, spot.member, spot.argument, spot.keys) {
            ("Scenario", "services", _, 0)
            | ("Sweep", "speed" | "kind" | "start" | "halt" | "metric", _, 0) => Self::Service,
            ("Sweep", "metric", _, 1)
            | ("Service", "metrics" | "extra_metrics", ..)
            | ("Fault", "metrics", ..)
            | ("Action", "set", 1, _) => Self::Metric,
            ("Action" | "Step", "action", 2, 0) => Self::Parameter,
            ("Action", "turn", 1, _) => Self::ServiceKnob,
            ("Action", "turn_calls", 2, _) => Self::CallKnob,
            ("Action", "turn_users", 1, _) => Self::UserKnob,
            ("ActionSpec", "parameters", _, 0) => Self::OwnParameter,
            ("Actions", "actions" | "amend" | "renamed", _, 0) => Self::Action,
            _ => return None,
        })
    }

    /// Whether a value or a key that stands there makes the name, and does not only use it.
    #[must_use]
    pub fn is_declared(self, spot: &Spot, is_key: bool) -> bool {
        match (self, spot.owner, spot.member) {
            (Self::Service, "Scenario", "services") => true,
            (Self::Users, "Users", "name") => true,
            (Self::Metric, "Service" | "Actions", "extra_metrics") => true,
            (
                Self::OwnParameter | Self::Action,
                "ActionSpec" | "Actions",
                "parameters" | "actions",
            ) => is_key,
            _ => false,
        }
    }
}
