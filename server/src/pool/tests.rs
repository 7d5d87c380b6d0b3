#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::atomic::{AtomicBool, AtomicU32};

use attune_audio::units::{Side, Span, StreamTime};
use attune_audio::utterance::{Utterance, UtteranceId};
use attune_models::recogniser::{Expected, JobId, JobKind, Recogniser};
use attune_models::transcript::Language;

use super::*;

/// A model whose recognisers wait for a gate, note the order of what they get (told by the first
/// sample) and panic or fail on request.
struct Gated {
    open: AtomicBool,
    seen: Mutex<Vec<f32>>,
    made: AtomicU32,
}

struct GatedRecogniser(Arc<Gated>);

const PANIC: f32 = -1.0;
const FAIL: f32 = -2.0;

impl Recogniser for GatedRecogniser {
    fn recognise(&mut self, samples: &[f32], _expected: &Expected) -> Answer {
        while !self.0.open.load(Ordering::SeqCst) {
            thread::yield_now();
        }
        lock(&self.0.seen).push(samples[0]);
        assert!(samples[0] != PANIC, "told to");
        if samples[0] == FAIL {
            return Err(RecogniseError::Decoder("told to".into()));
        }
        Ok(Recognition::certain("words"))
    }
}

struct GatedModel(Arc<Gated>);

impl Model for GatedModel {
    fn recogniser(&self) -> Result<Box<dyn Recogniser>, RecogniseError> {
        self.0.made.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(GatedRecogniser(Arc::clone(&self.0))))
    }
    fn name(&self) -> &str {
        "gated"
    }
    fn languages(&self) -> &[Language] {
        &Language::ALL
    }
    fn window(&self) -> Duration {
        Duration::from_secs(10)
    }
}

fn pool(open: bool, queue: usize) -> (Pool, Arc<Gated>) {
    pool_of(1, open, queue)
}

fn pool_of(slots: usize, open: bool, queue: usize) -> (Pool, Arc<Gated>) {
    let gated = Arc::new(Gated {
        open: AtomicBool::new(open),
        seen: Mutex::default(),
        made: AtomicU32::new(0),
    });
    let config = PoolConfig { slots: NonZeroUsize::new(slots).unwrap(), queue };
    (Pool::start(Arc::new(GatedModel(Arc::clone(&gated))), config).unwrap(), gated)
}

fn job(kind: JobKind, number: u32, mark: f32) -> Job {
    let utterance = Utterance {
        id: UtteranceId { side: Side::Caller, number },
        span: Span::new(StreamTime::ZERO, StreamTime::from_millis(1000)),
        samples: vec![mark; 16_000].into(),
    };
    Job { id: JobId(u64::from(number)), utterance, kind, expected: Language::English.into() }
}

fn in_ms(millis: u64) -> Instant {
    Instant::now() + Duration::from_millis(millis)
}

/// Occupies the one slot, so that what comes next has to wait.
fn occupy(pool: &Pool) -> oneshot::Receiver<Answer> {
    let receiver = pool.submit(job(JobKind::Final, 99, 99.0), in_ms(0)).unwrap();
    while pool.stats().busy == 0 {
        thread::yield_now();
    }
    receiver
}

fn open(gated: &Gated) {
    gated.open.store(true, Ordering::SeqCst);
}

#[test]
fn finals_then_ahead_then_partials_earliest_deadline_first_ties_by_arrival() {
    let (pool, gated) = pool(false, 16);
    let _first = occupy(&pool);
    let tie = in_ms(500);
    let receivers = [
        pool.submit(job(JobKind::Partial, 1, 1.0), in_ms(1)).unwrap(),
        pool.submit(job(JobKind::Ahead, 6, 6.0), in_ms(2)).unwrap(),
        pool.submit(job(JobKind::Final, 2, 2.0), in_ms(900)).unwrap(),
        pool.submit(job(JobKind::Final, 3, 3.0), tie).unwrap(),
        pool.submit(job(JobKind::Final, 4, 4.0), tie).unwrap(),
        pool.submit(job(JobKind::Final, 5, 5.0), in_ms(100)).unwrap(),
    ];
    open(&gated);
    for receiver in receivers {
        receiver.blocking_recv().unwrap().unwrap();
    }
    assert_eq!(*lock(&gated.seen), [99.0, 5.0, 3.0, 4.0, 2.0, 6.0, 1.0]);
}

#[test]
fn a_full_queue_refuses_partials_and_pushes_them_out_for_finals() {
    let (pool, gated) = pool(false, 2);
    let _first = occupy(&pool);
    let urgent = pool.submit(job(JobKind::Partial, 1, 1.0), in_ms(100)).unwrap();
    let later = pool.submit(job(JobKind::Partial, 2, 2.0), in_ms(200)).unwrap();
    assert_eq!(pool.submit(job(JobKind::Partial, 3, 3.0), in_ms(1)).unwrap_err(), PoolFull);

    let finals: Vec<_> = (10..15)
        .map(|n| pool.submit(job(JobKind::Final, n, n as f32), in_ms(300)).unwrap())
        .collect();
    assert_eq!(later.blocking_recv().unwrap(), Err(RecogniseError::Dropped));
    assert_eq!(urgent.blocking_recv().unwrap(), Err(RecogniseError::Dropped));
    assert_eq!(pool.stats().waiting_finals, 5, "no final is dropped, not even beyond the bound");
    assert_eq!(pool.stats().shed, 3);
    open(&gated);
    for receiver in finals {
        receiver.blocking_recv().unwrap().unwrap();
    }
}

#[test]
fn a_final_cancels_the_partials_of_its_utterance_and_of_no_other_call() {
    let (pool, gated) = pool(false, 16);
    let _first = occupy(&pool);
    let (one, other) = (pool.line(), pool.line());
    let stale = one.submit(job(JobKind::Partial, 7, 1.0), in_ms(100)).unwrap();
    let newer = one.submit(job(JobKind::Partial, 7, 2.0), in_ms(100)).unwrap();
    assert_eq!(stale.blocking_recv().unwrap(), Err(RecogniseError::Dropped));
    let elsewhere = other.submit(job(JobKind::Partial, 7, 3.0), in_ms(100)).unwrap();
    let last = one.submit(job(JobKind::Final, 7, 4.0), in_ms(100)).unwrap();
    assert_eq!(newer.blocking_recv().unwrap(), Err(RecogniseError::Dropped));
    open(&gated);
    last.blocking_recv().unwrap().unwrap();
    elsewhere.blocking_recv().unwrap().unwrap();
    assert_eq!(*lock(&gated.seen), [99.0, 4.0, 3.0]);
}

#[test]
fn what_was_asked_ahead_is_raised_or_cancelled() {
    let (pool, gated) = pool(false, 16);
    let _first = occupy(&pool);
    let line = pool.line();
    let raised = line.submit(job(JobKind::Ahead, 1, 1.0), in_ms(900)).unwrap();
    let gone = line.submit(job(JobKind::Ahead, 2, 2.0), in_ms(1)).unwrap();
    let other = line.submit(job(JobKind::Final, 3, 3.0), in_ms(300)).unwrap();
    line.raise(JobId(1), in_ms(200));
    assert!(line.cancel(JobId(2)), "it had not begun");
    assert_eq!(gone.blocking_recv().unwrap(), Err(RecogniseError::Dropped));
    assert_eq!((pool.stats().waiting_finals, pool.stats().waiting_ahead), (2, 0));
    open(&gated);
    raised.blocking_recv().unwrap().unwrap();
    other.blocking_recv().unwrap().unwrap();
    assert_eq!(*lock(&gated.seen), [99.0, 1.0, 3.0]);
}

#[test]
fn what_was_begun_ahead_is_not_cancelled_and_falls_due_on_the_way() {
    let (pool, gated) = pool(false, 16);
    let line = pool.line();
    let begun = line.submit(job(JobKind::Ahead, 1, 1.0), in_ms(900)).unwrap();
    while pool.stats().busy == 0 {
        thread::yield_now();
    }
    assert!(!line.cancel(JobId(1)));
    line.raise(JobId(1), Instant::now());
    open(&gated);
    begun.blocking_recv().unwrap().unwrap();
    assert_eq!(pool.stats().deadline_missed, 1, "as a final that was due at once");
}

#[test]
fn what_is_asked_ahead_takes_the_place_of_partials_and_finals_take_its_place() {
    let (pool, gated) = pool(false, 1);
    let _first = occupy(&pool);
    let partial = pool.submit(job(JobKind::Partial, 1, 1.0), in_ms(1)).unwrap();
    let ahead = pool.submit(job(JobKind::Ahead, 2, 2.0), in_ms(900)).unwrap();
    assert_eq!(partial.blocking_recv().unwrap(), Err(RecogniseError::Dropped));
    assert_eq!(pool.submit(job(JobKind::Ahead, 3, 3.0), in_ms(1)).unwrap_err(), PoolFull);
    let _last = pool.submit(job(JobKind::Final, 4, 4.0), in_ms(900)).unwrap();
    assert_eq!(ahead.blocking_recv().unwrap(), Err(RecogniseError::Dropped));
    open(&gated);
}

#[test]
fn no_partial_begins_on_the_last_free_slot() {
    let (pool, gated) = pool_of(2, false, 16);
    let first = occupy(&pool);
    let partial = pool.submit(job(JobKind::Partial, 1, 1.0), in_ms(1)).unwrap();
    let ahead = pool.submit(job(JobKind::Ahead, 2, 2.0), in_ms(900)).unwrap();
    while pool.stats().busy < 2 {
        thread::yield_now();
    }
    assert_eq!((pool.stats().waiting_ahead, pool.stats().waiting_partials), (0, 1));
    open(&gated);
    for receiver in [first, ahead, partial] {
        receiver.blocking_recv().unwrap().unwrap();
    }
    assert_eq!(lock(&gated.seen)[2], 1.0, "the partial came when a slot was free");
}

#[test]
fn a_dropped_receiver_cancels_the_job() {
    let (pool, gated) = pool(false, 16);
    let _first = occupy(&pool);
    drop(pool.submit(job(JobKind::Final, 1, 1.0), in_ms(1)).unwrap());
    let wanted = pool.submit(job(JobKind::Final, 2, 2.0), in_ms(2)).unwrap();
    open(&gated);
    wanted.blocking_recv().unwrap().unwrap();
    assert_eq!(*lock(&gated.seen), [99.0, 2.0]);
}

#[test]
fn a_panic_or_a_failure_is_an_answer_and_the_slot_goes_on() {
    let (pool, gated) = pool(true, 16);
    for bad in [PANIC, FAIL] {
        let receiver = pool.submit(job(JobKind::Final, 1, bad), in_ms(10)).unwrap();
        let error = receiver.blocking_recv().unwrap().unwrap_err();
        assert!(matches!(error, RecogniseError::Decoder(_)), "{error}");
        let receiver = pool.submit(job(JobKind::Final, 2, 1.0), in_ms(10)).unwrap();
        receiver.blocking_recv().unwrap().unwrap();
    }
    assert_eq!(gated.made.load(Ordering::SeqCst), 3, "one to begin with, one after each breakdown");
    pool.shutdown();
    let stats = pool.stats();
    assert_eq!((stats.completed, stats.failed, stats.busy), (2, 2, 0));
    assert_eq!(stats.speech, Duration::from_secs(2));
}

#[test]
fn shutdown_finishes_finals_gives_up_partials_and_refuses_the_rest() {
    let (pool, gated) = pool(false, 16);
    let first = occupy(&pool);
    let waiting = pool.submit(job(JobKind::Final, 1, 1.0), in_ms(100)).unwrap();
    let partial = pool.submit(job(JobKind::Partial, 2, 2.0), in_ms(100)).unwrap();
    open(&gated);
    pool.shutdown();
    first.blocking_recv().unwrap().unwrap();
    waiting.blocking_recv().unwrap().unwrap();
    assert_eq!(partial.blocking_recv().unwrap(), Err(RecogniseError::Dropped));
    assert_eq!(pool.submit(job(JobKind::Final, 3, 3.0), in_ms(1)).unwrap_err(), PoolFull);
}

#[test]
fn a_late_answer_is_counted() {
    let (pool, _gated) = pool(true, 16);
    pool.submit(job(JobKind::Final, 1, 1.0), Instant::now())
        .unwrap()
        .blocking_recv()
        .unwrap()
        .unwrap();
    pool.shutdown();
    assert_eq!(pool.stats().deadline_missed, 1);
}
