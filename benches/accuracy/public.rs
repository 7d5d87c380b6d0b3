//! Public sets, as published, to manifests of `attune-server eval`.

use std::error::Error;
use std::fs;
use std::path::Path;

/// From a published file to a manifest.
pub(crate) type Convert = fn(&Path) -> Result<String, Box<dyn Error>>;

/// The eight moods from GoEmotions' labels; desire, realization and surprise belong to none.
const GROUPS: [(&str, &str); 8] = [
    ("satisfied", "joy amusement excitement love optimism admiration approval pride relief"),
    ("angry", "anger annoyance disgust disapproval"),
    ("disappointed", "sadness disappointment grief"),
    ("worried", "fear nervousness"),
    ("confused", "confusion curiosity"),
    ("grateful", "gratitude"),
    ("apologetic", "remorse embarrassment"),
    ("neutral", "neutral"),
];

/// `text <tab> label,label <tab> id`, with `labels.txt` beside it. A comment counts only if all its
/// labels fall into one group.
pub(crate) fn goemotions(path: &Path) -> Result<String, Box<dyn Error>> {
    let labels = fs::read_to_string(path.with_file_name("labels.txt"))?;
    let labels: Vec<&str> = labels.lines().map(str::trim).collect();
    let group = |number: &str| {
        let name = *labels.get(number.trim().parse::<usize>().ok()?)?;
        GROUPS
            .iter()
            .find(|(_, names)| names.split(' ').any(|one| one == name))
            .map(|(mood, _)| *mood)
    };
    let mut manifest = String::from("text,label,lang\n");
    for line in fs::read_to_string(path)?.lines() {
        let mut fields = line.split('\t');
        let (Some(text), Some(numbers)) = (fields.next(), fields.next()) else { continue };
        let mut moods: Vec<Option<&str>> = numbers.split(',').map(group).collect();
        moods.dedup();
        if let [Some(mood)] = moods[..] {
            manifest.push_str(&format!("{},{mood},en\n", quoted(text)));
        }
    }
    Ok(manifest)
}

/// One column a severity and annotator, `Annotator1_is_abuse.-2`, with 1 in the one that was chosen.
pub(crate) fn convabuse(path: &Path) -> Result<String, Box<dyn Error>> {
    let records = records(&fs::read_to_string(path)?);
    let (header, rows) = records.split_first().ok_or("it is empty")?;
    let severity = |name: &String| {
        let (_, severity) = name.split_once("_is_abuse.")?;
        severity.parse::<f32>().ok()
    };
    let columns: Vec<Option<f32>> = header.iter().map(severity).collect();
    let user = header.iter().position(|name| name == "user").ok_or("there is no column `user`")?;
    let mut manifest = String::from("text,label,lang\n");
    for row in rows.iter().filter(|row| row.len() == header.len()) {
        let marked = |field: &String| matches!(field.trim(), "1" | "1.0");
        let marks: Vec<f32> = row
            .iter()
            .zip(&columns)
            .filter_map(|(field, severity)| severity.filter(|_| marked(field)))
            .collect();
        if !marks.is_empty() {
            let is_abuse = marks.iter().sum::<f32>() < 0.0;
            manifest.push_str(&format!("{},{},en\n", quoted(&row[user]), u8::from(is_abuse)));
        }
    }
    Ok(manifest)
}

/// Columns `ID` and `wrd`; the recordings lie beside it.
pub(crate) fn speechbrain(path: &Path) -> Result<String, Box<dyn Error>> {
    let folder = fs::canonicalize(path.parent().unwrap_or(Path::new(".")))?;
    let records = records(&fs::read_to_string(path)?);
    let (header, rows) = records.split_first().ok_or("it is empty")?;
    let column = |name: &str| {
        let found = header.iter().position(|other| other == name);
        found.ok_or(format!("there is no column `{name}`"))
    };
    let (id, words) = (column("ID")?, column("wrd")?);
    let mut manifest = String::from("file,text,lang\n");
    for row in rows.iter().filter(|row| row.len() == header.len()) {
        let file = folder.join(format!("{}.wav", row[id]));
        let line = format!("{},{},en\n", quoted(&file.to_string_lossy()), quoted(&row[words]));
        manifest.push_str(&line);
    }
    Ok(manifest)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// The records of a CSV text (RFC 4180).
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut open = false;
    let mut letters = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if open && letters.peek() == Some(&'"') => {
                field.push('"');
                letters.next();
            }
            '"' => open = !open,
            ',' if !open => record.push(std::mem::take(&mut field)),
            '\n' if !open => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            '\r' if !open => {}
            letter => field.push(letter),
        }
    }
    if !field.is_empty() || !record.is_empty() {
        record.push(field);
        records.push(record);
    }
    records
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn comments_of_one_group_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("labels.txt"), "joy\nlove\nanger\nsurprise\n").unwrap();
        let path = folder.path().join("dev.tsv");
        let text = "so \"happy\"\t0,1\ta\nboth\t0,2\tb\ncross\t2\tc\noh\t3\td\n";
        fs::write(&path, text).unwrap();
        let manifest = goemotions(&path).unwrap();
        assert_eq!(
            manifest,
            "text,label,lang\n\"so \"\"happy\"\"\",satisfied,en\n\"cross\",angry,en\n"
        );
    }

    #[test]
    fn abuse_is_a_mean_below_zero() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("valid.csv");
        let head = "id,user,A_is_abuse.1,A_is_abuse.-3,B_is_abuse.1,B_is_abuse.0";
        let text = format!("{head}\n1,\"you, idiot\",0,1,1,0\n2,hello,1,0,,\n3,nobody,,,,\n");
        fs::write(&path, text).unwrap();
        let manifest = convabuse(&path).unwrap();
        assert_eq!(manifest, "text,label,lang\n\"you, idiot\",1,en\n\"hello\",0,en\n");
    }
}
