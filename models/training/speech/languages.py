"""What differs between the languages of the recogniser. `SPEECH_LANGUAGE` chooses: en (default) or de."""
import importlib
import os
import re
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass(frozen=True)
class Language:
    code: str
    letters: str        # what a text may be made of, beside spaces
    folder: str         # call language: templates and slots
    numbers: str        # module that draws numbers, dates and codes

    def label(self, spoken):
        """The recogniser's text for a spoken form: lower case, no punctuation."""
        text = re.sub(f'[^{self.letters} ]+', ' ', spoken.lower())
        return re.sub(r'\s+', ' ', text).strip()

    def number_makers(self):
        return importlib.import_module(self.numbers)

    def text_folder(self):
        return os.path.join(HERE, self.folder)


ALL = {
    'en': Language('en', "a-z'", 'text', 'spoken_numbers'),
    'de': Language('de', 'a-zäöüß', 'text-de', 'spoken_numbers_de'),
}
HERE_SPOKEN = ALL[os.environ.get('SPEECH_LANGUAGE', 'en')]
