//! Makes the dictionaries and the Rust tables of FIX 4.4 from the facts in `dictionaries/source/`.
//! `cargo run -p fix-engine --example generate` writes every file that `output::outputs` names.

mod output;

use std::path::Path;
use std::{fs, io};

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (path, text) in output::outputs(&root)? {
        fs::write(root.join(path), text)?;
    }
    Ok(())
}
