//! Items over all cores, results in order.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::cli::Failure;
use crate::cmd::progress;

/// Runs `each` over all items on `slots` threads, each with a worker of its own, and shows how far
/// it is. Ends early on the first failure.
pub(crate) fn map<T, W, R>(
    items: &[T],
    slots: NonZeroUsize,
    label: &str,
    worker: impl Fn() -> Result<W, Failure> + Sync,
    each: impl Fn(&mut W, &T) -> Result<R, Failure> + Sync,
) -> Result<Vec<R>, Failure>
where
    T: Sync,
    R: Send,
{
    let next = AtomicUsize::new(0);
    let bar = progress::over_items(items.len(), label);
    let done: Mutex<Vec<(usize, Result<R, Failure>)>> = Mutex::default();
    let work = || -> Result<(), Failure> {
        let mut worker = worker()?;
        while let Some((index, item)) = take(items, &next) {
            let result = each(&mut worker, item);
            if result.is_err() {
                next.store(items.len(), Ordering::Relaxed);
            }
            done.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
            bar.inc(1);
        }
        Ok(())
    };
    thread::scope(|scope| {
        let spawn = |slot: usize| {
            thread::Builder::new().name(format!("eval-{slot}")).spawn_scoped(scope, work)
        };
        let threads =
            (0..slots.get().min(items.len())).map(spawn).collect::<Result<Vec<_>, _>>()?;
        for thread in threads {
            thread.join().map_err(|_panic| Failure::Failed("a worker panicked".into()))??;
        }
        Ok::<_, Failure>(())
    })?;
    bar.finish_and_clear();
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

fn take<'a, T>(items: &'a [T], next: &AtomicUsize) -> Option<(usize, &'a T)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    items.get(index).map(|item| (index, item))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const TWO: NonZeroUsize = NonZeroUsize::new(2).unwrap();

    #[test]
    fn results_are_in_order() {
        let items: Vec<u32> = (0..100).collect();
        let doubled = map(&items, TWO, "", || Ok(()), |(), item| Ok(item * 2)).unwrap();
        assert_eq!(doubled, items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert!(map(&[0_u32; 0], TWO, "", || Ok(()), |(), item| Ok(*item)).unwrap().is_empty());
    }

    #[test]
    fn the_first_failure_ends_it() {
        let items: Vec<u32> = (0..1000).collect();
        let each = |(): &mut (), item: &u32| {
            if *item == 3 { Err(Failure::Input("3".into())) } else { Ok(*item) }
        };
        assert!(matches!(map(&items, TWO, "", || Ok(()), each), Err(Failure::Input(_))));
    }
}
