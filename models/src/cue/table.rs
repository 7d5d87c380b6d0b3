//! The table of a linear model of text: what each feature weighs, for each head.

use crate::bytes::{Bytes, Damaged};

/// Features by their hash, each with how rare it is and one weight a head.
#[derive(Debug, Clone)]
pub(super) struct FeatureTable<const HEADS: usize> {
    keys: Vec<u32>,
    inverse_frequency: Vec<f32>,
    weights: Vec<i8>,
}

impl<const HEADS: usize> FeatureTable<HEADS> {
    /// Reads so many rows: key, inverse document frequency in sixteenths, weights.
    pub(super) fn parse(bytes: &mut Bytes<'_>, rows: usize) -> Result<Self, Damaged> {
        let (mut keys, mut inverse_frequency) = (Vec::new(), Vec::new());
        let mut weights = Vec::with_capacity(rows * HEADS);
        for _ in 0..rows {
            keys.push(bytes.u32()?);
            inverse_frequency.push(f32::from(u8::from_le_bytes(bytes.take()?)) / 16.0);
            weights.extend(bytes.small(HEADS)?);
        }
        if !keys.is_sorted() {
            return Err(bytes.damaged());
        }
        Ok(Self { keys, inverse_frequency, weights })
    }

    /// The row of a feature, if the model knows it.
    pub(super) fn find(&self, key: u32) -> Option<usize> {
        self.keys.binary_search(&key).ok()
    }

    /// The inverse document frequency of a row.
    pub(super) fn rarity(&self, row: usize) -> f32 {
        self.inverse_frequency[row]
    }

    /// The weights of a row, in steps of each head.
    pub(super) fn weights(&self, row: usize) -> &[i8] {
        &self.weights[row * HEADS..(row + 1) * HEADS]
    }
}
