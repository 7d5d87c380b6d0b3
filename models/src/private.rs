//! Text that must not reach a log.

use std::fmt;

/// What a person said, or who they are. Prints as redacted; [`Private::reveal`] is the one way to
/// the value, so that a search for it finds every place that may show it.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Private<T>(T);

impl<T> Private<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for a place that may show it: the API, the store, the readers.
    pub const fn reveal(&self) -> &T {
        &self.0
    }

    /// The value itself, owned.
    pub fn into_revealed(self) -> T {
        self.0
    }
}

impl<T> From<T> for Private<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[private]")
    }
}

impl<T> fmt::Display for Private<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[private]")
    }
}
