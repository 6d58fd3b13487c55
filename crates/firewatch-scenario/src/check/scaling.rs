//! Autoscaling: bounds within their ranges, around what the service begins with.

use super::Checker;
use super::calls::ABOVE;
use crate::codes;
use crate::model::{Autoscaling, limits};
use firewatch_action::decode::join;

impl Checker<'_> {
    pub(super) fn autoscaling(
        &mut self,
        path: &str,
        scaling: &Autoscaling,
        instances: Option<u64>,
    ) {
        let target = Some(scaling.target_utilization);
        self.within(path, "target_utilization", target, limits::UTILIZATION);
        let most = limits::INSTANCES as f64;
        self.number(path, "min", Some(scaling.min as f64), ABOVE, most);
        self.number(path, "max", Some(scaling.max as f64), ABOVE, most);
        if let Some(instances) = instances
            && scaling.min <= scaling.max
            && !(scaling.min..=scaling.max).contains(&instances)
        {
            let (min, max) = (scaling.min, scaling.max);
            let message =
                format!("`instances` is {instances}, and autoscaling allows {min} to {max}");
            let help = "let `min` and `max` enclose the number that the service begins with";
            let bound = if instances > max { "max" } else { "min" };
            let (path, help) = (join(path, bound), Some(help.to_owned()));
            self.notes
                .report(codes::CONFLICTING_FIELDS, &path, message, "", help);
        }
        if scaling.max < scaling.min {
            let message = format!(
                "at most {} instances are fewer than at least {}",
                scaling.max, scaling.min
            );
            self.notes
                .report(codes::EMPTY_RANGE, &join(path, "max"), message, "", None);
        }
    }
}
