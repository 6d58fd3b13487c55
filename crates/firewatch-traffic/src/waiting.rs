//! How many workers are busy when how many requests wait: the stationary queue of several workers, as a curve.
//!
//! A mean queue length determines the load that would hold it, and that load the busy workers. Used outside of equilibrium,
//! this is the pointwise stationary fluid flow approximation (Wang, Tipper and Banerjee, "A simple approximation for
//! modeling nonstationary queues", INFOCOM 1996).
//!
//! The stationary queue of k workers is Sakasegawa's ("An approximation formula Lq = a rho^b / (1 - rho)", 1977): from k
//! busy workers on it is geometric, and as likely as in a queue of one worker whose waiting room is larger by
//! sqrt(2 (k + 1)) - 2. Cut off at a waiting room of `room`, it is the queue with refusals, also above its capacity.

use crate::gamma::normal_shortfall;

/// Points of a curve: as many as a number has bits.
const POINTS: usize = 64;
/// Loads below this one are in equal steps; closer to capacity they are in geometric ones.
const LOW: f64 = 0.75;
const LOW_POINTS: usize = 10;
const NEAR_POINTS: usize = 24;

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Point {
    /// Busy workers.
    pub(crate) busy: f64,
    /// Mean of waiting requests.
    pub(crate) queue: f64,
    /// Share of arrivals that find no room.
    pub(crate) refused: f64,
    /// Share of arrivals that find all workers busy.
    pub(crate) all_busy: f64,
    /// Variance of waiting requests.
    pub(crate) variance: f64,
}

/// The curve of a service from empty to full.
///
/// A sub-step asks for few points: those are found when they are asked for first.
#[derive(Debug, Clone)]
pub(crate) struct Curve {
    workers: f64,
    room: f64,
    /// The load at each point, in units of the capacity.
    loads: [f64; POINTS],
    /// Which points are known, a bit for each.
    known: u64,
    /// For exponential service times.
    points: [Point; POINTS],
    /// For constant service times.
    constant: [Point; POINTS],
}

impl Default for Curve {
    fn default() -> Self {
        Self {
            workers: -1.0,
            room: -1.0,
            loads: [0.0; POINTS],
            known: 0,
            points: [Point::default(); POINTS],
            constant: [Point::default(); POINTS],
        }
    }
}

/// Mean and variance of a geometric distribution with this ratio, cut off above `last`.
pub(crate) fn cut_geometric(ratio: f64, last: f64) -> (f64, f64) {
    let below = if ratio > 1.0 { 1.0 / ratio } else { ratio };
    cut_geometric_of(ratio, last, libm::pow(below, last + 1.0))
}

/// The same, with the power of the ratio, or of one over it if that is less, that is one more than `last`.
fn cut_geometric_of(ratio: f64, last: f64, rest: f64) -> (f64, f64) {
    if ratio > 1.0 {
        let (mean, variance) = cut_geometric_of(1.0 / ratio, last, rest);
        return (last - mean, variance);
    }
    let terms = last + 1.0;
    let gap = 1.0 - ratio;
    // Nearly uniform: the closed form would cancel.
    if gap * terms < 1e-3 {
        let mean = last / 2.0 - gap * last * (last + 2.0) / 12.0;
        return (mean.max(0.0), last * (last + 2.0) / 12.0);
    }
    let cut = terms * rest / (1.0 - rest);
    let mean = ratio / gap - cut;
    let variance = ratio / (gap * gap) - cut * terms / (1.0 - rest);
    (mean.max(0.0), variance.max(0.0))
}

/// What is stationary at a load, in units of the capacity: with exponential service times, and with constant ones, where half
/// a queue is in half of the room.
///
/// All powers of the load are products of two, of one more than the room and of one less than Sakasegawa's exponent.
fn stationary(load: f64, workers: f64, room: f64) -> [Point; 2] {
    if load <= 0.0 {
        return [Point::default(); 2];
    }
    let exponent = (2.0 * (workers + 1.0)).sqrt();
    let below = if load > 1.0 { 1.0 / load } else { load };
    let of_room = libm::pow(below, room + 1.0);
    let of_workers = libm::pow(below, exponent - 1.0);
    let point = stationary_of(load, workers, room, exponent, [of_room, of_workers]);
    let of_twice = of_room * of_room / below;
    let half = stationary_of(load, workers, 2.0 * room, exponent, [of_twice, of_workers]);
    let constant = Point {
        queue: half.queue / 2.0,
        variance: half.variance / 4.0,
        ..half
    };
    [point, constant]
}

fn stationary_of(
    load: f64,
    workers: f64,
    room: f64,
    exponent: f64,
    [of_room, of_workers]: [f64; 2],
) -> Point {
    let size = room + exponent - 1.0;
    let (refused, all_busy, busy);
    if (load - 1.0).abs() < 1e-12 {
        refused = 1.0 / (size + 1.0);
        all_busy = (room + 1.0) / (size + 1.0);
        busy = workers * size / (size + 1.0);
    } else {
        let below = if load < 1.0 { load } else { 1.0 / load };
        let full = 1.0 - of_room * of_workers;
        let of_size = of_room * of_workers / below;
        let idle = 1.0 - of_size;
        if load < 1.0 {
            refused = of_size * (1.0 - load) / full;
            all_busy = of_workers * (1.0 - of_room) / full;
            busy = workers * load * idle / full;
        } else {
            refused = (1.0 - below) / full;
            all_busy = (1.0 - of_room) / full;
            busy = workers * idle / full;
        }
    }
    let (mean, variance) = cut_geometric_of(load, room, of_room);
    let queue = all_busy * mean;
    Point {
        busy,
        queue,
        refused,
        all_busy,
        variance: all_busy * (variance + mean * mean) - queue * queue,
    }
}

impl Curve {
    /// Begins the curve anew if it is another service's.
    pub(crate) fn set(&mut self, workers: f64, room: f64) {
        if self.workers == workers && self.room == room {
            return;
        }
        (self.workers, self.room, self.known) = (workers, room, 0);
        // A queue that is full up to one request is as far from the capacity as one that is empty up to one.
        let nearest = 0.1 / (room + (2.0 * (workers + 1.0)).sqrt());
        let step = libm::pow(nearest / (1.0 - LOW), 1.0 / (NEAR_POINTS as f64 - 1.0));
        let mut gap = 1.0 - LOW;
        for (index, load) in self.loads.iter_mut().enumerate() {
            *load = if index < LOW_POINTS {
                LOW * index as f64 / LOW_POINTS as f64
            } else if index < LOW_POINTS + NEAR_POINTS {
                let load = 1.0 - gap;
                gap *= step;
                load
            } else if index < LOW_POINTS + 2 * NEAR_POINTS {
                gap /= step;
                1.0 / (1.0 - gap)
            } else {
                // 1.5, 2, 3, 6, 30, and the end.
                [1.6, 2.0, 3.0, 6.0, 30.0, 1e9][index - LOW_POINTS - 2 * NEAR_POINTS]
            };
        }
    }

    /// Finds a point for both kinds of service times.
    #[cold]
    #[inline(never)]
    fn learn(&mut self, index: usize) {
        self.known |= 1 << index;
        let (load, workers, room) = (self.loads[index], self.workers, self.room);
        let [mut point, mut constant] = stationary(load, workers, room);
        if index == POINTS - 1 {
            for point in [&mut point, &mut constant] {
                (point.busy, point.queue) = (workers, room);
            }
        }
        (self.points[index], self.constant[index]) = (point, constant);
    }

    /// Returns a point for a kind of load.
    #[inline]
    fn point(&mut self, index: usize, load: &Load) -> Point {
        if self.known & (1 << index) == 0 {
            self.learn(index);
        }
        let share = 2.0 * load.variability - 1.0;
        let mut point = between(&self.constant[index], &self.points[index], share);
        if load.closed > 0.0 {
            self.close(&mut point, load);
        }
        point
    }

    /// Moves a point to where it is in a closed network.
    ///
    /// With a given number of requests on their way, those that are elsewhere are nearly Poisson distributed, as in the
    /// machine repair model; so are those here around their mean, and workers idle as far as they are fewer than workers.
    fn close(&self, point: &mut Point, load: &Load) {
        let here = point.busy + point.queue;
        let variance = (load.present - here).max(0.25);
        let deviation = variance.sqrt();
        let idle = deviation * normal_shortfall((here - self.workers) / deviation);
        let busy = (self.workers - idle).min(here);
        if busy > point.busy {
            point.busy += load.closed * (busy - point.busy);
            point.queue = here - point.busy;
        }
        if variance < point.variance {
            point.variance += load.closed * (variance - point.variance);
        }
    }

    /// Finds the point where `busy + weight * (queue + offered * refused)` is `sum`; the last one if it is nowhere.
    ///
    /// The search begins at `start`, where the last one ended, and leaves there where it ends.
    pub(crate) fn find(
        &mut self,
        start: &mut u32,
        sum: f64,
        weight: f64,
        offered: f64,
        load: &Load,
    ) -> (Point, bool) {
        let last = POINTS - 1;
        let value = |point: &Point| point.busy + weight * (point.queue + offered * point.refused);
        // No sum is beyond all workers and all of the room if there are fewer.
        if sum >= self.workers + weight * self.room {
            if self.known & (1 << last) == 0 {
                self.learn(last);
            }
            if sum >= value(&self.points[last]) {
                return (self.points[last], true);
            }
        }
        let mut low = (*start as usize).min(last - 1);
        let mut a = self.point(low, load);
        let (b, below, above) = if low == 0 || value(&a) <= sum {
            let mut below = value(&a);
            loop {
                let b = self.point(low + 1, load);
                let above = value(&b);
                if above > sum || low + 2 > last {
                    break (b, below, above);
                }
                (low, a, below) = (low + 1, b, above);
            }
        } else {
            let mut b = a;
            loop {
                let above = value(&b);
                low -= 1;
                a = self.point(low, load);
                let below = value(&a);
                if below <= sum || low == 0 {
                    break (b, below, above);
                }
                b = a;
            }
        };
        *start = low as u32;
        let share = if above > below {
            ((sum - below) / (above - below)).clamp(0.0, 1.0)
        } else {
            0.0
        };
        (between(&a, &b, share), false)
    }
}

/// What kind of load a service has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    /// Half of one plus the squared coefficient of variation of service times. Waiting requests are in proportion to it
    /// (Allen and Cunneen; for a constant time they are half as many as for an exponential one), as far as the room
    /// allows: in between the two curves that are known.
    pub(crate) variability: f64,
    /// Share of arrivals that come from services whose workers are all busy.
    pub(crate) closed: f64,
    /// Workers of these services.
    pub(crate) present: f64,
}

#[inline]
fn between(a: &Point, b: &Point, share: f64) -> Point {
    let between = |a: f64, b: f64| (a + share * (b - a)).max(0.0);
    Point {
        busy: between(a.busy, b.busy),
        queue: between(a.queue, b.queue),
        refused: between(a.refused, b.refused),
        all_busy: between(a.all_busy, b.all_busy),
        variance: between(a.variance, b.variance),
    }
}
