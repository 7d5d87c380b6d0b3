//! Puts the built page, `client/web/dist`, into the binary. Without it the list is empty, and the
//! server says how to get the page.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let dist = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../client/web/dist");
    println!("cargo::rerun-if-changed={}", dist.display());
    let mut paths = Vec::new();
    collect(&dist, &mut paths)?;
    paths.sort();

    let mut table = String::from("&[\n");
    for path in paths.iter().filter(|path| !is_gzip(path)) {
        let name = path.strip_prefix(&dist)?.to_str().ok_or("a file name that is not text")?;
        let zipped = PathBuf::from(format!("{}.gz", path.display()));
        let gzip = if zipped.exists() { include(&zipped) } else { "&[]".to_owned() };
        writeln!(table, "    File {{ path: {name:?}, plain: {}, gzip: {gzip} }},", include(path))?;
    }
    table.push(']');
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("page_files.rs"), table)?;
    Ok(())
}

fn include(path: &Path) -> String {
    format!("include_bytes!({path:?})")
}

fn is_gzip(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "gz")
}

/// Every file below `folder` that is part of the page; none if there is no folder.
fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if path.is_dir() {
            collect(&path, paths)?;
        } else if !hidden {
            paths.push(path);
        }
    }
    Ok(())
}
