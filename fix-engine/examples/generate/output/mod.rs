//! The generator: facts in, texts of files out. Shared by the example that writes them and the test that compares
//! them with what is in the tree.

mod facts;
mod profile;
mod rust;
mod xml;

use std::io;
use std::path::Path;

use facts::Facts;

/// Path from the root of the repository, and text, of every generated file.
pub(super) fn outputs(root: &Path) -> io::Result<Vec<(&'static str, String)>> {
    let facts = Facts::read(&root.join("dictionaries/source"))?;
    let venue = profile::venue(&facts);
    Ok(vec![
        ("dictionaries/FIX44.xml", xml::dictionary(&facts)),
        ("dictionaries/LOGGIA44.xml", xml::dictionary(&venue)),
        ("fix-engine/src/tag.rs", rust::tags(&facts)),
        ("fix-engine/src/msg_type.rs", rust::msg_types(&facts)),
        (
            "fix-engine/src/codec/group_members.rs",
            rust::group_members(&facts),
        ),
    ])
}
