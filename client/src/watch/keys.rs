//! What a key means. Pure.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::args::Became;
use crate::view::Opened;
use crate::view_model::SLOTS;

/// What the keys have set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Keys {
    /// The evidence that is open.
    pub(crate) evidence: Option<Opened>,
    /// `d` was pressed; the next digit dismisses.
    pub(crate) dismissing: bool,
}

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Nothing, or a change of [`Keys`] only.
    Nothing,
    /// Leave.
    Quit,
    /// Feedback on the card in a place, 0 to 2.
    Feedback(usize, Became),
}

impl Keys {
    /// Takes a key.
    pub(crate) fn press(&mut self, key: KeyEvent) -> Wish {
        if key.kind == KeyEventKind::Release {
            return Wish::Nothing;
        }
        let dismissing = std::mem::take(&mut self.dismissing);
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c') if control => Wish::Quit,
            KeyCode::Char('q') => Wish::Quit,
            KeyCode::Char('d') => {
                self.dismissing = !dismissing;
                Wish::Nothing
            }
            KeyCode::Char('e') => {
                self.evidence = match self.evidence {
                    Some(_) => None,
                    None => Some(Opened::default()),
                };
                Wish::Nothing
            }
            KeyCode::Tab => {
                self.evidence = self.evidence.map(Opened::next);
                Wish::Nothing
            }
            KeyCode::Char(digit) => {
                let place = digit.to_digit(10).and_then(|n| (n as usize).checked_sub(1));
                let kind = if dismissing { Became::Dismissed } else { Became::Used };
                match place {
                    Some(place) if place < SLOTS => Wish::Feedback(place, kind),
                    _ => Wish::Nothing,
                }
            }
            _ => Wish::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::{Keys, Wish};
    use crate::args::Became;
    use crate::view::Opened;

    fn press(keys: &mut Keys, code: KeyCode) -> Wish {
        keys.press(KeyEvent::new(code, KeyModifiers::NONE))
    }

    #[test]
    fn digits_use_and_after_d_dismiss() {
        let mut keys = Keys::default();
        assert_eq!(press(&mut keys, KeyCode::Char('2')), Wish::Feedback(1, Became::Used));
        assert_eq!(press(&mut keys, KeyCode::Char('d')), Wish::Nothing);
        assert!(keys.dismissing);
        assert_eq!(press(&mut keys, KeyCode::Char('3')), Wish::Feedback(2, Became::Dismissed));
        assert!(!keys.dismissing);
        for other in ['0', '4', 'x'] {
            assert_eq!(press(&mut keys, KeyCode::Char(other)), Wish::Nothing);
        }
    }

    #[test]
    fn escape_and_a_second_d_take_the_first_back() {
        let mut keys = Keys::default();
        for back in [KeyCode::Esc, KeyCode::Char('d')] {
            press(&mut keys, KeyCode::Char('d'));
            press(&mut keys, back);
            assert_eq!(press(&mut keys, KeyCode::Char('1')), Wish::Feedback(0, Became::Used));
        }
    }

    #[test]
    fn evidence_opens_and_closes_and_two_keys_leave() {
        let mut keys = Keys::default();
        press(&mut keys, KeyCode::Char('e'));
        assert_eq!(keys.evidence, Some(Opened::Cues));
        press(&mut keys, KeyCode::Tab);
        assert_eq!(keys.evidence, Some(Opened::Mood), "the next reading");
        press(&mut keys, KeyCode::Char('e'));
        assert_eq!(keys.evidence, None);
        press(&mut keys, KeyCode::Tab);
        assert_eq!(keys.evidence, None, "nothing is open");
        assert_eq!(press(&mut keys, KeyCode::Char('q')), Wish::Quit);
        let control_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(keys.press(control_c), Wish::Quit);
    }
}
