//! The file behind [`VoiceModel`]: what goes in, and two heads of small networks.
//! `models/training/voice/train.py` writes it.

use ndarray::{Array1, Array2, ArrayView1};

use super::VoiceModelError;
use crate::bytes::{Bytes, Damaged};

/// The file's first bytes.
const MAGIC: &[u8; 8] = b"ATVOICE1";
/// Far beyond anything seen, a model knows nothing more.
const FARTHEST: f32 = 4.0;

/// One figure that goes in.
#[derive(Debug, Clone)]
pub(super) struct Input {
    /// Its place among `attune_audio::prosody::functionals`.
    place: usize,
    centre: f32,
    spread: f32,
}

/// Networks whose answers are averaged.
#[derive(Debug, Clone)]
pub(super) struct Head {
    /// Makes log-odds of the average.
    scale: f32,
    networks: Vec<Network>,
}

/// Layers with a rectifier between them.
#[derive(Debug, Clone)]
struct Network {
    layers: Vec<(Array2<f32>, Array1<f32>)>,
}

/// What [`parse`] reads.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    pub inputs: Vec<Input>,
    pub arousal: Head,
    pub classes: Head,
}

/// Reads a file's bytes; `known` are the names of the functionals, in their order.
pub(super) fn parse(
    bytes: &[u8],
    known: &[String],
    classes: usize,
) -> Result<Parts, VoiceModelError> {
    let mut reader = Bytes::new(bytes);
    if reader.take::<8>()? != *MAGIC {
        return Err(VoiceModelError::Damaged { at: 0 });
    }
    let inputs = (0..reader.count()?)
        .map(|_| input(&mut reader, known))
        .collect::<Result<Vec<_>, VoiceModelError>>()?;
    let arousal = head(&mut reader, inputs.len(), 1)?;
    let classes = head(&mut reader, inputs.len(), classes)?;
    reader.end()?;
    Ok(Parts { inputs, arousal, classes })
}

fn input(reader: &mut Bytes<'_>, known: &[String]) -> Result<Input, VoiceModelError> {
    let length = usize::from(u8::from_le_bytes(reader.take()?));
    let name = String::from_utf8_lossy(reader.slice(length)?).into_owned();
    let place = known.iter().position(|known| *known == name);
    let place = place.ok_or(VoiceModelError::UnknownInput { name })?;
    let (centre, spread) = (reader.float()?, reader.float()?);
    if spread > 0.0 { Ok(Input { place, centre, spread }) } else { Err(reader.damaged().into()) }
}

fn head(reader: &mut Bytes<'_>, inputs: usize, outputs: usize) -> Result<Head, Damaged> {
    let scale = reader.float()?;
    let networks = (0..reader.count()?)
        .map(|_| {
            let layers =
                (0..reader.count()?).map(|_| layer(reader)).collect::<Result<Vec<_>, _>>()?;
            let fit = layers.windows(2).all(|pair| pair[0].1.len() == pair[1].0.ncols());
            let ends = layers.first().zip(layers.last());
            let ends = ends.is_some_and(|(a, b)| a.0.ncols() == inputs && b.1.len() == outputs);
            if fit && ends { Ok(Network { layers }) } else { Err(reader.damaged()) }
        })
        .collect::<Result<Vec<_>, _>>()?;
    if networks.is_empty() { Err(reader.damaged()) } else { Ok(Head { scale, networks }) }
}

fn layer(reader: &mut Bytes<'_>) -> Result<(Array2<f32>, Array1<f32>), Damaged> {
    let (rows, columns) = (reader.count()?, reader.count()?);
    let weights = reader.floats(rows.checked_mul(columns).ok_or(reader.damaged())?)?;
    let bias = reader.floats(rows)?;
    let weights = Array2::from_shape_vec((rows, columns), weights);
    Ok((weights.map_err(|_shape| reader.damaged())?, Array1::from(bias)))
}

impl Input {
    /// In spreads from the centre; what is missing is average.
    pub(super) fn standardised(&self, functionals: &[f32]) -> f32 {
        let value = functionals.get(self.place).copied().unwrap_or(f32::NAN);
        let off = (value - self.centre) / self.spread;
        if off.is_finite() { off.clamp(-FARTHEST, FARTHEST) } else { 0.0 }
    }
}

impl Head {
    /// Log-odds; of several classes up to a constant.
    pub(super) fn log_odds(&self, inputs: ArrayView1<'_, f32>) -> Array1<f32> {
        let mut sum = Array1::zeros(0);
        for network in &self.networks {
            let answer = network.answer(inputs);
            sum = if sum.is_empty() { answer } else { sum + answer };
        }
        sum * (self.scale / self.networks.len() as f32)
    }
}

impl Network {
    fn answer(&self, inputs: ArrayView1<'_, f32>) -> Array1<f32> {
        let mut values = inputs.to_owned();
        for (index, (weights, bias)) in self.layers.iter().enumerate() {
            if index > 0 {
                values.mapv_inplace(|value| value.max(0.0));
            }
            values = weights.dot(&values) + bias;
        }
        values
    }
}
