//! Styles. Colour only ever repeats what a word, a letter or a shape already says.

use attune_proto::v1::{Colour, Mood, Side, SuggestionClass};
use ratatui::style::{Color, Modifier, Style};

/// Coloured, or bold, dim and underlined alone (`NO_COLOR`, <https://no-color.org>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Theme {
    colour: bool,
}

impl Theme {
    /// With or without colours.
    pub(crate) const fn new(colour: bool) -> Self {
        Self { colour }
    }

    fn coloured(self, style: Style, paint: impl FnOnce(Style) -> Style) -> Style {
        if self.colour { paint(style) } else { style }
    }

    /// The bar at the top.
    pub(super) fn bar(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// Headings and questions.
    pub(super) fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What matters less, or is not sure yet.
    pub(super) fn dim(self) -> Style {
        let style = Style::new();
        if self.colour { style.fg(Color::Gray) } else { style.add_modifier(Modifier::DIM) }
    }

    /// Text that may still change.
    pub(super) fn partial(self) -> Style {
        self.dim().add_modifier(Modifier::ITALIC)
    }

    /// Words that triggered a card.
    pub(super) fn marked(self) -> Style {
        let style = Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED);
        self.coloured(style, |style| style.fg(Color::LightYellow))
    }

    /// What must not be missed.
    pub(super) fn alarm(self) -> Style {
        let style = Style::new().add_modifier(Modifier::BOLD | Modifier::REVERSED);
        self.coloured(style, |style| style.fg(Color::LightRed))
    }

    /// Who speaks.
    pub(super) fn side(self, side: Side) -> Style {
        let style = match side {
            Side::Caller => Style::new().add_modifier(Modifier::BOLD),
            Side::Agent | Side::Unspecified => Style::new(),
        };
        self.coloured(style, |style| match side {
            Side::Caller => style.fg(Color::LightCyan),
            Side::Agent | Side::Unspecified => style.fg(Color::Gray),
        })
    }

    /// What is said: the caller in full ink, the agent in grey.
    pub(super) fn text_of(self, side: Side) -> Style {
        match side {
            Side::Caller => Style::new(),
            Side::Agent | Side::Unspecified => self.coloured(Style::new(), |s| s.fg(Color::Gray)),
        }
    }

    /// The chip of a colour reading.
    pub(super) fn chip(self, colour: Colour) -> Style {
        let style = Style::new().add_modifier(Modifier::BOLD);
        let Some(background) = paint(colour) else { return style };
        let ink = if colour == Colour::Blue || colour == Colour::Red {
            Color::White
        } else {
            Color::Black
        };
        if self.colour {
            style.bg(background).fg(ink)
        } else {
            style.add_modifier(Modifier::REVERSED)
        }
    }

    /// The bar of a colour reading.
    pub(super) fn colour_bar(self, colour: Colour) -> Style {
        match paint(colour) {
            Some(paint) => self.coloured(Style::new(), |style| style.fg(paint)),
            None => self.dim(),
        }
    }

    /// The word of a mood.
    pub(super) fn mood(self, mood: Mood) -> Style {
        let style = Style::new().add_modifier(Modifier::BOLD);
        let paint = match mood {
            Mood::Unspecified => return self.dim(),
            Mood::Angry => Color::LightRed,
            Mood::Disappointed | Mood::Worried | Mood::Confused => Color::LightYellow,
            Mood::Satisfied | Mood::Grateful => Color::LightGreen,
            Mood::Neutral | Mood::Apologetic => return style,
        };
        self.coloured(style, |style| style.fg(paint))
    }

    /// The number of a card: what must be said stands out.
    pub(super) fn card_number(self, class: SuggestionClass) -> Style {
        if class == SuggestionClass::Compliance {
            return self.alarm();
        }
        let style = Style::new().add_modifier(Modifier::BOLD | Modifier::REVERSED);
        self.coloured(style, |style| style.fg(Color::LightCyan))
    }
}

fn paint(colour: Colour) -> Option<Color> {
    match colour {
        Colour::Unspecified => None,
        Colour::Red => Some(Color::Red),
        Colour::Yellow => Some(Color::Yellow),
        Colour::Green => Some(Color::Green),
        Colour::Blue => Some(Color::Blue),
    }
}
