//! Between stored events and summaries.

use attune_audio::units::Side;
use attune_models::private::Private;
use attune_models::summary::{
    Line, MoodMark, Part, Raised, Record, Sentence, Source, Summariser, Summary,
};
use attune_models::transcript::Language;
use attune_proto::v1::call_event::Body;
use attune_proto::v1::{self, CallEvent, SummaryPart};

/// Takes the next event of a call on record. What could not be made out, and words of nobody knows
/// whom, are left out.
pub(crate) fn on_record(record: &mut Record, event: &CallEvent) {
    let sequence = event.sequence;
    match &event.body {
        Some(Body::Transcript(transcript)) if !transcript.unintelligible => {
            let side = match transcript.side() {
                v1::Side::Caller => Side::Caller,
                v1::Side::Agent => Side::Agent,
                v1::Side::Unspecified => return,
            };
            let utterance = transcript.utterance_id.clone();
            let text = Private::new(transcript.text.clone());
            record.lines.push(Line { sequence, utterance, side, text });
        }
        Some(Body::Snapshot(snapshot)) => {
            let Some(mood) = &snapshot.mood else { return };
            let valence = mood.valence;
            let mood = super::incoming::class("mood", mood.mood).ok().flatten();
            record.marks.push(MoodMark { sequence, valence, mood });
        }
        Some(Body::IssueRaised(raised)) => record.raised.push(Raised {
            sequence,
            utterance: raised.utterance_id.clone(),
            words: Private::new(raised.evidence.clone()),
            issue: raised.issue_id.clone(),
            name: raised.name.clone(),
            next: raised.next.first().map(|next| next.name.clone()).unwrap_or_default(),
        }),
        _ => {}
    }
}

/// Adds to a past call what it was about, and what was promised in it.
pub(crate) fn look_back(call: &mut v1::PastCall, record: &Record, rules: Option<&Summariser>) {
    call.issue_ids = record.raised.iter().map(|raised| raised.issue.clone()).collect();
    let found = rules.map(|rules| rules.summarise(record).sentences).unwrap_or_default();
    let promises = found.iter().filter(|sentence| sentence.part == Part::Promise);
    call.promises = promises.map(sentence).collect();
}

/// A summary as the API says it.
pub(crate) fn summary_text(call_id: &str, language: Language, summary: &Summary) -> v1::Summary {
    v1::Summary {
        call_id: call_id.to_owned(),
        language_code: language.code().into(),
        issue: summary.issue.clone(),
        sentences: summary.sentences.iter().map(sentence).collect(),
    }
}

fn sentence(sentence: &Sentence) -> v1::SummarySentence {
    let part = match sentence.part {
        Part::Issue => SummaryPart::Issue,
        Part::Step => SummaryPart::Step,
        Part::Promise => SummaryPart::Promise,
        Part::Mood => SummaryPart::Mood,
        Part::NextIssue => SummaryPart::NextIssue,
        Part::Open => SummaryPart::Open,
    };
    v1::SummarySentence {
        part: part.into(),
        text: sentence.text.reveal().clone(),
        by: sentence.by.map_or(0, super::outgoing::side_out),
        when: sentence.when.reveal().clone(),
        sources: sentence.sources.iter().map(source).collect(),
    }
}

fn source(source: &Source) -> v1::SummarySource {
    v1::SummarySource {
        sequence: source.sequence,
        utterance_id: source.utterance.clone(),
        quote: source.quote.reveal().clone(),
    }
}
