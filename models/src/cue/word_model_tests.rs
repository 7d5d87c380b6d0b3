use super::*;
use crate::cue::features::hash;

/// What a file is made of: bias, features, and words of a net with vectors of one number, one filter over
/// single words and one output that adds to the head `to`.
struct File {
    bias: f32,
    features: Vec<(u32, [i8; HEADS])>,
    net: Option<(Vec<(&'static str, i8)>, usize)>,
}

impl File {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        let mut number =
            |number: usize| bytes.extend(u32::try_from(number).expect("small").to_le_bytes());
        number(HEADS);
        number(self.features.len());
        let floats = |bytes: &mut Vec<u8>, floats: &[f32]| {
            floats.iter().for_each(|float| bytes.extend(float.to_le_bytes()));
        };
        floats(&mut bytes, &[self.bias; HEADS]);
        floats(&mut bytes, &[0.1; HEADS]);
        for (key, weights) in &self.features {
            bytes.extend(key.to_le_bytes());
            bytes.push(32);
            bytes.extend(weights.map(|weight| weight.to_le_bytes()[0]));
        }
        let Some((words, to)) = &self.net else {
            bytes.extend([0; 20]);
            return bytes;
        };
        for count in [words.len(), 1, 1, 1, 1] {
            bytes.extend(u32::try_from(count).expect("small").to_le_bytes());
        }
        floats(&mut bytes, &[0.5]);
        let mut keyed: Vec<(u32, i8)> = words.iter().map(|(w, v)| (hash(&[w]), *v)).collect();
        keyed.sort_unstable();
        for (key, vector) in keyed {
            bytes.extend(key.to_le_bytes());
            bytes.push(vector.to_le_bytes()[0]);
        }
        // The filter: weight and bias; the head: the strongest answer counts, the mean does not.
        floats(&mut bytes, &[1.0, 0.0, 1.0, 0.0, 0.25]);
        let mut mixing = [0.0; HEADS];
        mixing[*to] = 2.0;
        floats(&mut bytes, &mixing);
        bytes
    }
}

fn pulling(head: usize, weight: i8) -> [i8; HEADS] {
    let mut weights = [0; HEADS];
    weights[head] = weight;
    weights
}

#[test]
fn known_words_score_and_are_quoted_and_unknown_ones_do_not() {
    let call = IN_A_CALL + Mood::Angry.index();
    let mut weights = pulling(call, 40);
    weights[ABUSE] = -20;
    let file = File { bias: 0.0, features: vec![(hash(&["w rage"]), weights)], net: None };
    let model = WordModel::parse(&file.bytes()).expect("a good file");
    let reading = model.read("So much Rage, today!");
    assert!(
        (reading.in_a_call()[Mood::Angry.index()] - 3.5).abs() < 1e-4,
        "4 less the mean of 0.5"
    );
    assert!((reading.abuse() + 2.0).abs() < 1e-4);
    assert_eq!(reading.words_for(Mood::Angry), "Rage");
    assert_eq!(reading.words_for(Mood::Grateful), "", "nothing speaks for it");
    let calm = model.read("calm");
    assert_eq!((calm.alone(), calm.in_a_call()), (vec![0.0; 8], vec![0.0; 8]));
    assert_eq!(calm.words_for(Mood::Angry), "");
}

#[test]
fn the_net_adds_to_its_head_and_shares_the_quotes() {
    let angry = Mood::Angry.index();
    let net = Some((vec![("awful", 8), ("day", 2), ("fine", -9)], IN_A_CALL + angry));
    let model = WordModel::parse(&File { bias: 0.0, features: vec![], net }.bytes());
    let model = model.expect("a good file");
    let angry_in = |text: &str| model.read(text).in_a_call()[angry];
    // 2 (0.25 + 8 / 2), less the mean over eight moods.
    assert!((angry_in("an awful day") - 8.5 * 7.0 / 8.0).abs() < 1e-4);
    assert!((angry_in("fine") - 0.5 * 7.0 / 8.0).abs() < 1e-4, "a filter answers nothing below 0");
    assert!((angry_in("xyz") - 0.5 * 7.0 / 8.0).abs() < 1e-4);
    assert_eq!(model.read("what an Awful day").words_for(Mood::Angry), "Awful");
    assert_eq!(
        model.read(&"awful ".repeat(500)).words_for(Mood::Angry),
        "awful",
        "the first of equals"
    );
    assert_eq!(model.read("").words_for(Mood::Angry), "");
}

#[test]
fn damaged_files_are_refused() {
    let features = vec![(1, [0; HEADS]), (2, [0; HEADS])];
    let net = Some((vec![("a", 1)], 0));
    let good = File { bias: 0.0, features, net }.bytes();
    assert!(WordModel::parse(&good).is_ok());
    for cut in (0..good.len()).step_by(7) {
        assert!(WordModel::parse(&good[..cut]).is_err(), "cut at {cut}");
    }
    assert!(WordModel::parse(&[good, vec![0]].concat()).is_err(), "too long");
    let unsorted = vec![(2, [0; HEADS]), (1, [0; HEADS])];
    assert!(WordModel::parse(&File { bias: 0.0, features: unsorted, net: None }.bytes()).is_err());
}
