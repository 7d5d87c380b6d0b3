//! `attune calls summary`: what a call came to.

use attune_proto::json::to_line;
use attune_proto::v1::{GetSummaryRequest, Summary, SummarySentence};

use crate::args::OneCall;
use crate::connect::Link;
use crate::error::Error;
use crate::print::{clean, line};
use crate::words::Words;

/// Shows the summary of a call, each sentence with the events it comes from.
///
/// # Errors
/// Whatever the server or the output says.
pub(crate) async fn run(link: &Link, args: OneCall, words: &'static Words) -> Result<(), Error> {
    let request = GetSummaryRequest { call_id: args.call };
    let summary = link.summaries().get_summary(request).await?.into_inner();
    if args.json { line(&to_line(&summary)?) } else { line(&told(&summary, words)) }
}

fn told(summary: &Summary, words: &Words) -> String {
    if summary.sentences.is_empty() {
        return words.no_summary.to_owned();
    }
    let told = |sentence: &SummarySentence| {
        let sources: Vec<String> =
            sentence.sources.iter().map(|source| format!("#{}", source.sequence)).collect();
        format!("- {}  [{}]", clean(&sentence.text), sources.join(" "))
    };
    summary.sentences.iter().map(told).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use attune_proto::v1::SummarySource;

    use super::*;
    use crate::words::Lang;

    #[test]
    fn every_sentence_is_shown_with_its_events() {
        let source = |sequence| SummarySource { sequence, ..SummarySource::default() };
        let sentence = SummarySentence {
            text: "It was about a bill.".into(),
            sources: vec![source(3), source(9)],
            ..SummarySentence::default()
        };
        let summary = Summary { sentences: vec![sentence], ..Summary::default() };
        assert_eq!(told(&summary, Lang::En.words()), "- It was about a bill.  [#3 #9]");
        assert!(told(&Summary::default(), Lang::De.words()).contains("nichts"));
    }
}
