//! The published Whisper models in ggml's format: what they are called, how large they are and how
//! to know them.
//!
//! The weights are OpenAI's, the files are those of whisper.cpp's model repository at one revision,
//! so that nothing changes behind a checksum. Sizes and checksums were taken from lists of other
//! projects, each value from two that do not depend on each other, and agree with the dimensions of
//! the models to the byte (see the test).

use crate::transcript::Language;

/// Where the files lie, unless a mirror is named: `SOURCE/ggml-NAME.bin`.
pub const SOURCE: &str =
    "https://huggingface.co/ggerganov/whisper.cpp/resolve/5359861c739e955e79d9a303bcbc70fb988958b1";

/// Licence of the weights and of the files.
pub const LICENCE: &str = "MIT";

/// A published model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// `base.en`, `small-q5_1`
    pub name: &'static str,
    /// Size of the file.
    pub bytes: u64,
    /// Of the file, in lower-case hexadecimal.
    pub sha256: &'static str,
}

impl Published {
    /// What the product can recognise with it; the multilingual ones know many languages more.
    pub fn languages(&self) -> &'static [Language] {
        if self.is_english() { &[Language::English] } else { &Language::ALL }
    }

    /// Whether it hears English only.
    pub fn is_english(&self) -> bool {
        self.name.contains(".en")
    }
}

/// `ggml-base.en.bin`, the name under which whisper.cpp publishes `base.en`.
pub fn file_name(name: &str) -> String {
    format!("ggml-{name}.bin")
}

/// The model of this name.
pub fn find(name: &str) -> Option<&'static Published> {
    MODELS.iter().find(|model| model.name == name)
}

/// All of them, small ones first.
#[rustfmt::skip]
pub const MODELS: [Published; 33] = [
    published("tiny", 77_691_713, "be07e048e1e599ad46341c8d2a135645097a538221678b7acdd1b1919c6e1b21"),
    published("tiny-q5_1", 32_152_673, "818710568da3ca15689e31a743197b520007872ff9576237bda97bd1b469c3d7"),
    published("tiny-q8_0", 43_537_433, "c2085835d3f50733e2ff6e4b41ae8a2b8d8110461e18821b09a15c40c42d1cca"),
    published("tiny.en", 77_704_715, "921e4cf8686fdd993dcd081a5da5b6c365bfde1162e72b08d75ac75289920b1f"),
    published("tiny.en-q5_1", 32_166_155, "c77c5766f1cef09b6b7d47f21b546cbddd4157886b3b5d6d4f709e91e66c7c2b"),
    published("tiny.en-q8_0", 43_550_795, "5bc2b3860aa151a4c6e7bb095e1fcce7cf12c7b020ca08dcec0c6d018bb7dd94"),
    published("base", 147_951_465, "60ed5bc3dd14eea856493d334349b405782ddcaf0028d4b5df4088345fba2efe"),
    published("base-q5_1", 59_707_625, "422f1ae452ade6f30a004d7e5c6a43195e4433bc370bf23fac9cc591f01a8898"),
    published("base-q8_0", 81_768_585, "c577b9a86e7e048a0b7eada054f4dd79a56bbfa911fbdacf900ac5b567cbb7d9"),
    published("base.en", 147_964_211, "a03779c86df3323075f5e796cb2ce5029f00ec8869eee3fdfb897afe36c6d002"),
    published("base.en-q5_1", 59_721_011, "4baf70dd0d7c4247ba2b81fafd9c01005ac77c2f9ef064e00dcf195d0e2fdd2f"),
    published("base.en-q8_0", 81_781_811, "a4d4a0768075e13cfd7e19df3ae2dbc4a68d37d36a7dad45e8410c9a34f8c87e"),
    published("small", 487_601_967, "1be3a9b2063867b937e64e2ec7483364a79917e157fa98c5d94b5c1fffea987b"),
    published("small-q5_1", 190_085_487, "ae85e4a935d7a567bd102fe55afc16bb595bdb618e11b2fc7591bc08120411bb"),
    published("small-q8_0", 264_464_607, "49c8fb02b65e6049d5fa6c04f81f53b867b5ec9540406812c643f177317f779f"),
    published("small.en", 487_614_201, "c6138d6d58ecc8322097e0f987c32f1be8bb0a18532a3f88f734d1bbf9c41e5d"),
    published("small.en-q5_1", 190_098_681, "bfdff4894dcb76bbf647d56263ea2a96645423f1669176f4844a1bf8e478ad30"),
    published("small.en-q8_0", 264_477_561, "67a179f608ea6114bd3fdb9060e762b588a3fb3bd00c4387971be4d177958067"),
    published("medium", 1_533_763_059, "6c14d5adee5f86394037b4e4e8b59f1673b6cee10e3cf0b11bbdbee79c156208"),
    published("medium-q5_0", 539_212_467, "19fea4b380c3a618ec4723c3eef2eb785ffba0d0538cf43f8f235e7b3b34220f"),
    published("medium-q8_0", 823_369_779, "42a1ffcbe4167d224232443396968db4d02d4e8e87e213d3ee2e03095dea6502"),
    published("medium.en", 1_533_774_781, "cc37e93478338ec7700281a7ac30a10128929eb8f427dda2e865faa8f6da4356"),
    published("medium.en-q5_0", 539_225_533, "76733e26ad8fe1c7a5bf7531a9d41917b2adc0f20f2e4f5531688a8c6cd88eb0"),
    published("medium.en-q8_0", 823_382_461, "43fa2cd084de5a04399a896a9a7a786064e221365c01700cea4666005218f11c"),
    published("large-v1", 3_094_623_691, "7d99f41a10525d0206bddadd86760181fa920438b6b33237e3118ff6c83bb53d"),
    published("large-v2", 3_094_623_691, "9a423fe4d40c82774b6af34115b8b935f34152246eb19e80e376071d3f999487"),
    published("large-v2-q5_0", 1_080_732_091, "3a214837221e4530dbc1fe8d734f302af393eb30bd0ed046042ebf4baf70f6f2"),
    published("large-v2-q8_0", 1_656_129_691, "fef54e6d898246a65c8285bfa83bd1807e27fadf54d5d4e81754c47634737e8c"),
    published("large-v3", 3_095_033_483, "64d182b440b98d5203c4f9bd541544d84c605196c4f7b845dfa11fb23594d1e2"),
    published("large-v3-q5_0", 1_081_140_203, "d75795ecff3f83b5faa89d1900604ad8c780abd5739fae406de19f23ecd98ad1"),
    published("large-v3-turbo", 1_624_555_275, "1fc70f774d38eb169993ac391eea357ef47c88757ef72ee5943879b7e8e2bc69"),
    published("large-v3-turbo-q5_0", 574_041_195, "394221709cd5ad1f40c46e6031ca61bce88931e6e088c188294c6d5a55ffa7e2"),
    published("large-v3-turbo-q8_0", 874_188_075, "317eb69c11673c9de1e1f0d459b253999804ec71ac4c23c17ecf5fbe24e259a1"),
];

const fn published(name: &'static str, bytes: u64, sha256: &'static str) -> Published {
    Published { name, bytes, sha256 }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::ggml::{Dimensions, NumberType};
    use super::*;

    /// The dimensions of a published model (Radford et al. 2022, table 1; large-v3 has one language
    /// and 48 mel bands more, its turbo version four layers of decoder).
    fn dimensions(name: &str, numbers: NumberType) -> Dimensions {
        let (size, heads, layers) = match name {
            _ if name.starts_with("tiny") => (384, 6, 4),
            _ if name.starts_with("base") => (512, 8, 6),
            _ if name.starts_with("small") => (768, 12, 12),
            _ if name.starts_with("medium") => (1024, 16, 24),
            _ => (1280, 20, 32),
        };
        let third = name.starts_with("large-v3");
        Dimensions {
            vocabulary: if name.contains(".en") { 51_864 } else { 51_865 + u32::from(third) },
            audio_context: 1500,
            audio_state: size,
            audio_heads: heads,
            audio_layers: layers,
            text_context: 448,
            text_state: size,
            text_heads: heads,
            text_layers: if name.contains("turbo") { 4 } else { layers },
            mels: if third { 128 } else { 80 },
            numbers,
        }
    }

    fn tensor_bytes(name: &str, numbers: NumberType) -> u64 {
        let tensors = dimensions(name, numbers).tensors();
        tensors.iter().map(|tensor| tensor.numbers.bytes(tensor.len())).sum()
    }

    /// What a file holds besides its tensors (header, mel filters, vocabulary, names of tensors) is
    /// the same whatever the numbers, so the sizes of a family give each other away.
    #[test]
    fn the_sizes_follow_from_the_dimensions() {
        let kinds = [NumberType::Q5_0, NumberType::Q5_1, NumberType::Q8_0];
        for model in MODELS {
            let (family, numbers) = match model.name.rsplit_once('-') {
                Some((family, kind)) if kind.starts_with('q') => {
                    (family, kinds.into_iter().find(|numbers| numbers.name() == kind))
                }
                _ => (model.name, Some(NumberType::F16)),
            };
            let numbers = numbers.expect("a known way to store numbers");
            let whole = find(family).expect("the model that was not quantised").bytes;
            let rest = whole - tensor_bytes(family, NumberType::F16);
            assert_eq!(model.bytes, tensor_bytes(family, numbers) + rest, "{}", model.name);
            assert!((500_000..1_000_000).contains(&rest), "{}: {rest}", model.name);
        }
    }

    #[test]
    fn names_and_checksums_are_distinct_and_well_formed() {
        let names: BTreeSet<_> = MODELS.iter().map(|model| model.name).collect();
        let sums: BTreeSet<_> = MODELS.iter().map(|model| model.sha256).collect();
        assert_eq!((names.len(), sums.len()), (MODELS.len(), MODELS.len()));
        let hex =
            |sum: &str| sum.len() == 64 && sum.bytes().all(|b| b"0123456789abcdef".contains(&b));
        assert!(sums.into_iter().all(hex));
        assert_eq!(find("base.en").map(|model| model.languages()), Some(&[Language::English][..]));
        assert_eq!(find("base").map(|model| model.languages()), Some(&Language::ALL[..]));
        assert_eq!(find("nano"), None);
    }
}
