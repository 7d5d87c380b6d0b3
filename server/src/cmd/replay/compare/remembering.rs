//! A recogniser that is asked the same twice and listens once.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use attune_models::recogniser::{Expected, RecogniseError, Recogniser, Recognition};

/// Remembers what it recognised, by the sound and by what was expected.
pub(super) struct Remembering {
    inner: Box<dyn Recogniser>,
    heard: HashMap<u64, Result<Recognition, RecogniseError>>,
}

impl Remembering {
    pub(super) fn new(inner: Box<dyn Recogniser>) -> Self {
        Self { inner, heard: HashMap::new() }
    }
}

impl Recogniser for Remembering {
    fn recognise(
        &mut self,
        samples: &[f32],
        expected: &Expected,
    ) -> Result<Recognition, RecogniseError> {
        let mut hasher = DefaultHasher::new();
        samples.len().hash(&mut hasher);
        samples.iter().for_each(|sample| sample.to_bits().hash(&mut hasher));
        expected.language.hash(&mut hasher);
        expected.detect.hash(&mut hasher);
        expected.vocabulary.names().hash(&mut hasher);
        let heard = self.heard.entry(hasher.finish());
        heard.or_insert_with(|| self.inner.recognise(samples, expected)).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use attune_models::transcript::Language;

    use super::*;

    struct Counting(Arc<AtomicUsize>);

    impl Recogniser for Counting {
        fn recognise(&mut self, _: &[f32], _: &Expected) -> Result<Recognition, RecogniseError> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok(Recognition::certain("hello"))
        }
    }

    #[test]
    fn what_was_heard_is_not_listened_to_again() {
        let count = Arc::new(AtomicUsize::new(0));
        let times = || count.load(Ordering::Relaxed);
        let mut ear = Remembering::new(Box::new(Counting(Arc::clone(&count))));
        for _ in 0..3 {
            assert!(ear.recognise(&[0.5, 0.25], &Language::English.into()).is_ok());
        }
        assert_eq!(times(), 1);
        assert!(ear.recognise(&[0.5, 0.5], &Language::English.into()).is_ok());
        assert!(ear.recognise(&[0.5, 0.5], &Language::German.into()).is_ok());
        assert_eq!(times(), 3);
    }
}
