//! The page.

use std::fmt::{self, Write as _};

use serde_json::{Map, Value};

use crate::{Measured, Outcome};

const HEAD: &str = include_str!("page.md");

/// The whole page.
pub(crate) fn text(measured: &[Measured], training_part: bool) -> Result<String, fmt::Error> {
    let mut page = String::from(HEAD);
    if training_part {
        page.push_str(
            "\n**The figures on callers below are of the training part, made to try the page. They \
             say nothing about accuracy.**\n",
        );
    }
    for Measured { set, outcome } in measured {
        writeln!(page, "\n## {}\n\nData: {}.", set.title, set.about)?;
        match outcome {
            Outcome::Missing(path) => {
                writeln!(page, "\n**Not measured: `{path}` was not at hand.**")?;
            }
            Outcome::Figures { summary, pictures } => {
                let command = format!("attune-server eval {} {}", set.reader, set.input_name());
                writeln!(page, "{} items. Command: `{command}`\n", summary["n"])?;
                match set.reader {
                    "callers" => callers(&mut page, summary)?,
                    "words" => words(&mut page, summary)?,
                    _ => plain(&mut page, summary)?,
                }
                page.push('\n');
                for name in pictures {
                    let about = name.trim_end_matches(".svg").replace('-', " ");
                    writeln!(page, "![{about}](accuracy/{name})")?;
                }
            }
        }
    }
    Ok(page)
}

fn callers(page: &mut String, summary: &Value) -> fmt::Result {
    page.push_str(
        "| at the end of the call | top-1 | macro-F1 | shown | right where shown | ECE |\n\
         |---|--:|--:|--:|--:|--:|\n",
    );
    let keys = ["top1", "macro_f1", "coverage", "accuracy_covered", "ece"];
    for (name, key) in [("colour", "colour"), ("motive", "motive"), ("caller type", "caller_type")]
    {
        let row = keys.map(|figure_of| figure(&summary[key][figure_of]));
        writeln!(page, "| {name} | {} |", row.join(" | "))?;
    }
    let mood = &summary["mood"];
    writeln!(
        page,
        "\n| turn by turn | turns | |\n|---|--:|---|\n\
         | mood | {} | macro-F1 {}, top-1 {}, ECE {} |",
        mood["turns"],
        figure(&mood["macro_f1"]),
        figure(&mood["top1"]),
        figure(&mood["ece"]),
    )?;
    for axis in ["valence", "arousal"] {
        let of = &summary[axis];
        writeln!(
            page,
            "| {axis} | {} | RMSE {}, correlation {}, in the 90 % interval {} |",
            of["turns"],
            figure(&of["rmse"]),
            figure(&of["correlation"]),
            figure(&of["coverage_90"]),
        )?;
    }
    let alarm = &summary["escalation"];
    writeln!(
        page,
        "\nOutbursts after the first turn: {}; announced one to three caller turns before: {}; false \
         alarms in 100 calls without one: {}.",
        alarm["outbursts"],
        figure(&alarm["announced"]),
        figure(&alarm["false_alarms_per_100_calls"]),
    )
}

fn words(page: &mut String, summary: &Value) -> fmt::Result {
    writeln!(
        page,
        "Macro-F1 {}, ECE {}.\n\n| mood | F1 |\n|---|--:|",
        figure(&summary["macro_f1"]),
        figure(&summary["ece"]),
    )?;
    let none = Map::new();
    for (mood, f1) in summary["per_class"].as_object().unwrap_or(&none) {
        writeln!(page, "| {mood} | {} |", figure(f1))?;
    }
    Ok(())
}

/// Every figure there is, one a row, but for speed: docs/benchmarks.md measures that, on an idle machine.
fn plain(page: &mut String, summary: &Value) -> fmt::Result {
    page.push_str("| | |\n|---|--:|\n");
    let none = Map::new();
    for (name, value) in
        summary.as_object().unwrap_or(&none).iter().filter(|(name, _)| *name != "rtf")
    {
        writeln!(page, "| {} | {} |", name.replace('_', " "), figure(value))?;
    }
    Ok(())
}

fn figure(value: &Value) -> String {
    match value.as_f64() {
        Some(number) if value.is_f64() && number.abs() >= 10.0 => format!("{number:.1}"),
        Some(number) if value.is_f64() => format!("{number:.3}"),
        Some(_) => value.to_string(),
        None => "–".into(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sets;

    #[test]
    fn what_is_missing_is_said_and_what_is_there_is_told() {
        let figures = json!({
            "n": 60, "colour": {"top1": 0.81234, "macro_f1": null},
            "mood": {"turns": 300, "macro_f1": 0.4}, "escalation": {"outbursts": 7},
        });
        let measured: Vec<Measured> = sets::all(false)
            .into_iter()
            .map(|set| {
                let summary = figures.clone();
                let pictures = vec![format!("{}-callers-colour.svg", set.id)];
                let outcome = match set.reader {
                    "callers" => Outcome::Figures { summary, pictures },
                    _ => Outcome::Missing("DATA/somewhere".into()),
                };
                Measured { set, outcome }
            })
            .collect();
        let page = text(&measured, false).expect("text");
        assert!(page.contains("| colour | 0.812 | – |"), "{page}");
        assert!(page.contains("](accuracy/callers-de-callers-colour.svg)"));
        assert!(page.contains("Outbursts after the first turn: 7;"));
        assert_eq!(page.matches("**Not measured: `DATA/somewhere`").count(), 3);
        assert!(text(&measured, true).expect("text").contains("made to try the page"));
    }
}
