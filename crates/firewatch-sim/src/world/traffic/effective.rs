//! Whether a change by hand would change anything.

use firewatch_traffic::{CallKnobs, ServiceKnobs};

use super::change::Checked;
use super::component::{MeshTraffic, SetService};
use super::course::FaultRecovery;

impl MeshTraffic {
    /// Whether a change would change anything that is turned by hand, or order or take away instances. A restart always
    /// does.
    pub(crate) fn is_changed_by(&self, change: &Checked) -> bool {
        let mesh = &self.shape.mesh;
        match change {
            Checked::Service(service, set, _) => {
                let spec = mesh.services()[*service];
                let effective = |set: &SetService| {
                    let knobs = ServiceKnobs {
                        instances: set.knobs.instances.or(Some(f64::from(spec.instances))),
                        queue_limit: set.knobs.queue_limit.or(Some(spec.queue_limit)),
                        ..set.knobs
                    };
                    SetService { knobs, ..*set }
                };
                effective(set) != effective(&self.set_services[*service])
            }
            Checked::Calls(calls) => calls.iter().any(|(call, knobs)| {
                let spec = mesh.calls()[*call];
                // Nobody waits for the answer to a message.
                let waits = !spec.asynchronous;
                let effective = |knobs: &CallKnobs| CallKnobs {
                    timeout_s: knobs.timeout_s.or(Some(spec.timeout_s)).filter(|_| waits),
                    retries: knobs.retries.or(Some(spec.retries)).filter(|_| waits),
                    backoff_s: knobs.backoff_s.or(Some(spec.backoff_s)).filter(|_| waits),
                    share: knobs.share.or(Some(spec.share)),
                    cache_flushed: knobs.cache_flushed && spec.cache.is_some(),
                    ..*knobs
                };
                effective(knobs) != effective(&self.set_calls[*call])
            }),
            Checked::Users(group, set) => self.set_users[*group] != *set,
            Checked::Restart(_) => true,
            Checked::Scale(service, instances) => {
                let is_idle = self.instances[*service].starting == 0;
                is_idle && self.desired(*service) != f64::from(*instances)
            }
        }
    }

    /// Whether a restart would free memory that has leaked, or take back what ended faults have turned. `faults` are the
    /// environment's, each with the service that it afflicts and whether it has ended.
    pub(crate) fn is_mended_by_restart(
        &self,
        service: usize,
        faults: impl Iterator<Item = (usize, bool)>,
    ) -> bool {
        let mut courses = self.courses.iter().zip(faults);
        courses.any(|(course, (target, has_ended))| {
            let remains = has_ended
                && course.course.recovery == Some(FaultRecovery::WithRestart)
                && !course.course.is_cleared
                && course.strength > 0.0;
            target == service && (course.course.leaked > 0.0 || remains)
        })
    }
}
