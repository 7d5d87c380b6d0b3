//! Who gets in: how much recognition the calls of this server need, and whether there is enough of
//! it for one more.
//!
//! The server measures itself, once a second: how long the recognisers computed for words that have
//! to come (partial texts give way and do not count), over how many calls, and how many finals were
//! late. From that follows what one more call will need. Whoever is let in counts at once as much
//! as any other, so calls that come in the same instant do not all slip through.

use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use attune_audio::testsignal;
use attune_audio::units::{Dbfs, SampleRate};
use attune_models::recogniser::{Expected, Model};

use crate::pool::PoolStats;

/// What a call is taken to need before anything is measured: 20 calls a core.
const ASSUMED: f64 = 0.05;
/// How many seconds of calls the assumption weighs as much as.
const ASSUMED_WEIGHT: f64 = 60.0;
/// The measure forgets in this many seconds of calls: half a minute of 40 calls.
const MEMORY: f64 = 1200.0;
/// How fast the view of the present moment follows, in seconds.
const MOMENT: f64 = 10.0;
/// More late finals than this, of those of the last moment, and nobody is let in. As the goal is
/// that 95 % come in time.
const LATE: f64 = 0.05;
/// A call that began less long ago has not needed much yet, and would make the measure too low.
pub(crate) const SETTLED: Duration = Duration::from_secs(10);

/// An utterance as most are, and how often a lively two-sided call needs the computing for one:
/// what is asked ahead in a pause and then again counts twice, and short utterances cost more than
/// their share. 30 calls of the bundled kind (`load --calls 30 --model random:tiny`) needed 0.047 of
/// a slot each where the trial took 120 ms.
const UTTERANCE: Duration = Duration::from_millis(2500);
const EVERY: Duration = Duration::from_millis(2600);
/// How often it is tried; the shortest counts, for whatever else the machine does makes it longer.
const TRIALS: usize = 3;

/// What a call will probably need, in seconds of computing a second: tries the model in all slots at
/// once on an utterance of noise. `None` if it cannot be tried. Blocks.
pub(crate) fn rehearse(model: &dyn Model, slots: NonZeroUsize) -> Option<f64> {
    let expected = Expected::from(*model.languages().first()?);
    let noise = testsignal::pink_noise(UTTERANCE, SampleRate::WORKING, Dbfs(-30.0), 1);
    let once = || {
        let mut recogniser = model.recogniser().ok()?;
        // The first time it also touches its memory for the first time.
        recogniser.recognise(&noise, &expected).ok()?;
        let mut trial = || {
            let started = Instant::now();
            recogniser.recognise(&noise, &expected).ok()?;
            Some(started.elapsed())
        };
        (0..TRIALS).filter_map(|_| trial()).min()
    };
    let took = thread::scope(|scope| {
        let slot = |number| {
            let name = format!("rehearsal-{number}");
            thread::Builder::new().name(name).spawn_scoped(scope, once).ok()
        };
        let slots: Vec<_> = (0..slots.get()).map(slot).collect();
        slots.into_iter().map(|slot| slot?.join().ok()?).max().flatten()
    })?;
    Some(took.as_secs_f64() / EVERY.as_secs_f64())
}

/// Decides who gets in.
#[derive(Debug)]
pub(crate) struct Admission {
    /// Computing time a second that admitted calls may need; `None`: whatever they do.
    budget: Option<f64>,
    slots: f64,
    demand: Mutex<Demand>,
}

/// Why a call is not let in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Full {
    /// It would need more computing time than is left.
    Load {
        /// Of the recogniser slots, with the new call: 1 is all of them all the time.
        utilisation: f64,
    },
    /// Finals are late as it is.
    Late {
        /// Share of the finals of the last seconds.
        share: f64,
    },
}

/// What the calls need, measured.
#[derive(Debug, Clone, Copy, Default)]
struct Demand {
    /// Computing time for words that have to come, and the calls' time it was for, in seconds.
    computing: f64,
    calls: f64,
    /// What was known beforehand, in seconds of computing for a second of a call.
    assumed: f64,
    /// Of the present moment: share of the slots' time, and finals and how many of them were late.
    utilisation: f64,
    finals: f64,
    late: f64,
    /// When last looked at.
    before: PoolStats,
}

impl Admission {
    /// For `slots` recognisers, of whose time admitted calls may need the share `max_load`.
    pub(crate) fn new(slots: usize, max_load: Option<f64>) -> Self {
        let slots = slots as f64;
        let demand = Demand { assumed: ASSUMED, ..Demand::default() };
        Self { budget: max_load.map(|share| share * slots), slots, demand: Mutex::new(demand) }
    }

    /// What a call needs as far as a trial has shown, in seconds of computing a second.
    pub(crate) fn assume(&self, demand: f64) {
        self.lock().assumed = demand;
    }

    /// Takes a look after `passed` seconds: `settled` calls have been live for longer than
    /// [`SETTLED`].
    pub(crate) fn observe(&self, passed: Duration, settled: usize, pool: PoolStats) {
        let mut demand = self.lock();
        demand.observe(passed.as_secs_f64(), settled as f64, pool, self.slots);
        metrics::gauge!("attune_recogniser_utilisation").set(demand.utilisation);
        metrics::gauge!("attune_call_demand_slots").set(demand.of_a_call());
    }

    /// Whether there is room for one more beside `live` calls.
    pub(crate) fn admit(&self, live: usize) -> Result<(), Full> {
        let Some(budget) = self.budget else { return Ok(()) };
        // A server that takes nobody would never learn that it could.
        if live == 0 {
            return Ok(());
        }
        let demand = self.lock();
        if demand.late_share() > LATE {
            return Err(Full::Late { share: demand.late_share() });
        }
        let needed = (live + 1) as f64 * demand.of_a_call();
        if needed > budget {
            return Err(Full::Load { utilisation: needed / self.slots });
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Demand> {
        self.demand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Demand {
    fn observe(&mut self, passed: f64, settled: f64, pool: PoolStats, slots: f64) {
        let computing = pool.needed.saturating_sub(self.before.needed).as_secs_f64();
        let finals = pool.finals.saturating_sub(self.before.finals) as f64;
        let late = pool.deadline_missed.saturating_sub(self.before.deadline_missed) as f64;
        self.before = pool;
        let keep = (-passed / MOMENT).exp();
        self.finals = self.finals * keep + finals;
        self.late = self.late * keep + late;
        if passed > 0.0 {
            let now = computing / passed / slots;
            self.utilisation = self.utilisation * keep + now * (1.0 - keep);
        }
        if settled > 0.0 {
            let keep = (-passed * settled / MEMORY).exp();
            self.computing = self.computing * keep + computing;
            self.calls = self.calls * keep + passed * settled;
        }
    }

    /// Seconds of computing that a second of a call needs.
    fn of_a_call(&self) -> f64 {
        (self.computing + self.assumed * ASSUMED_WEIGHT) / (self.calls + ASSUMED_WEIGHT)
    }

    /// One late final among a few is chance.
    fn late_share(&self) -> f64 {
        if self.late > 1.0 { self.late / self.finals } else { 0.0 }
    }
}

impl Full {
    /// As a metric's label.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Load { .. } => "load",
            Self::Late { .. } => "late",
        }
    }

    /// What to do about it.
    pub(crate) fn message(self) -> String {
        let why = match self {
            Self::Load { utilisation } => format!(
                "one more call would need {:.0} % of this server's recognisers and delay the \
                 others",
                100.0 * utilisation
            ),
            Self::Late { share } => {
                format!("{:.0} % of the texts on this server are late", 100.0 * share)
            }
        };
        format!(
            "{why}; open the call on another server or try again later (more cores, a smaller \
             model or a higher max_load make room)"
        )
    }
}

#[cfg(test)]
mod tests {
    use attune_models::recogniser::scripted::ScriptedModel;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn two_slots() -> Admission {
        Admission::new(2, Some(0.8))
    }

    /// How many calls get in at once.
    fn room(admission: &Admission) -> usize {
        (0..1000).take_while(|live| admission.admit(*live).is_ok()).count()
    }

    /// `calls` calls that need `each` of a slot, for `seconds`.
    fn run(admission: &Admission, pool: &mut PoolStats, calls: usize, each: f64, seconds: u32) {
        for _ in 0..seconds {
            pool.needed += SECOND.mul_f64(calls as f64 * each);
            pool.finals += calls as u64;
            admission.observe(SECOND, calls, *pool);
        }
    }

    #[test]
    fn before_anything_is_measured_the_assumption_counts() {
        let admission = two_slots();
        assert_eq!(room(&admission), 32);
        admission.assume(0.2);
        assert_eq!(room(&admission), 8);
        assert!(matches!(admission.admit(8), Err(Full::Load { utilisation }) if utilisation > 0.8));
    }

    #[test]
    fn what_is_measured_outweighs_the_assumption() {
        let (admission, mut pool) = (two_slots(), PoolStats::default());
        run(&admission, &mut pool, 20, 0.02, 60);
        let room_for_light = room(&admission);
        assert!((70..=80).contains(&room_for_light), "{room_for_light}");
        run(&admission, &mut pool, 20, 0.1, 300);
        let room_for_heavy = room(&admission);
        assert!((15..=17).contains(&room_for_heavy), "{room_for_heavy}");
    }

    #[test]
    fn what_was_learnt_outlasts_a_quiet_night() {
        let (admission, mut pool) = (two_slots(), PoolStats::default());
        run(&admission, &mut pool, 20, 0.02, 60);
        let before = room(&admission);
        run(&admission, &mut pool, 0, 0.0, 10_000);
        assert_eq!(room(&admission), before);
    }

    #[test]
    fn late_finals_close_the_door_until_they_are_in_time_again() {
        let (admission, mut pool) = (two_slots(), PoolStats::default());
        run(&admission, &mut pool, 10, 0.02, 30);
        pool.deadline_missed += 1;
        run(&admission, &mut pool, 10, 0.02, 1);
        assert!(room(&admission) > 1, "one is chance");
        pool.deadline_missed += 20;
        run(&admission, &mut pool, 10, 0.02, 1);
        assert!(matches!(admission.admit(1), Err(Full::Late { share }) if share > LATE));
        run(&admission, &mut pool, 10, 0.02, 60);
        assert!(room(&admission) > 1);
    }

    #[test]
    fn without_a_limit_everybody_gets_in() {
        let admission = Admission::new(1, None);
        assert_eq!(room(&admission), 1000);
    }

    #[test]
    fn the_first_call_gets_in_however_slow_the_model_is() {
        let admission = two_slots();
        admission.assume(5.0);
        assert_eq!(room(&admission), 1);
    }

    #[test]
    fn a_rehearsal_tells_what_a_call_needs() {
        let model = ScriptedModel::of_length().taking(Duration::from_millis(65));
        let demand = rehearse(&model, NonZeroUsize::MIN).expect("a demand");
        assert!(demand >= 0.02, "{demand}");
        assert_eq!(rehearse(&ScriptedModel::failing(), NonZeroUsize::MIN), None);
    }
}
