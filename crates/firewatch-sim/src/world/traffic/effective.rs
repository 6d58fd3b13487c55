//! Whether a change by hand would change anything, and changes of the number of instances.

use firewatch_traffic::{CallKnobs, ServiceKnobs};

use super::change::Checked;
use super::component::MeshTraffic;
use super::course::FaultRecovery;
use crate::world::num;

impl MeshTraffic {
    /// Whether a change would change anything that is turned by hand, or order or take away instances. A restart always
    /// does.
    pub(crate) fn is_changed_by(&self, change: &Checked) -> bool {
        let mesh = &self.shape.mesh;
        match change {
            Checked::Service(service, knobs, _) => {
                let spec = mesh.services()[*service];
                let effective = |knobs: &ServiceKnobs| ServiceKnobs {
                    instances: knobs.instances.or(Some(f64::from(spec.instances))),
                    queue_limit: knobs.queue_limit.or(Some(spec.queue_limit)),
                    ..*knobs
                };
                effective(knobs) != effective(&self.set_services[*service])
            }
            Checked::Calls(calls) => calls.iter().any(|(call, knobs)| {
                let spec = mesh.calls()[*call];
                let effective = |knobs: &CallKnobs| CallKnobs {
                    timeout_s: knobs.timeout_s.or(Some(spec.timeout_s)),
                    retries: knobs.retries.or(Some(spec.retries)),
                    backoff_s: knobs.backoff_s.or(Some(spec.backoff_s)),
                    share: knobs.share.or(Some(spec.share)),
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

    /// Orders instances or takes some away.
    pub(super) fn scale(&mut self, service: usize, wanted: u32) {
        let desired = self.desired(service);
        let change = i64::from(wanted).saturating_sub(num::trunc(desired));
        let instances = &mut self.instances[service];
        if instances.starting > 0 {
            return;
        }
        match u32::try_from(change) {
            Ok(more) if more > 0 => {
                instances.starting = more;
                instances.started_in_ticks = self.shape.services[service].start_up_ticks;
            }
            _ => instances.scaled = instances.scaled.saturating_add(change),
        }
        instances.calm_ticks = 0;
    }
}
