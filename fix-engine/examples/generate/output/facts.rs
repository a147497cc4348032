//! The facts of FIX 4.4 as read from the three tables: fields, their values, what stands where.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

/// One field of the standard.
#[derive(Clone)]
pub(super) struct FieldFact {
    pub(super) tag: u32,
    pub(super) name: String,
    pub(super) ty: String,
    /// Value and label, in the order of the table.
    pub(super) values: Vec<(String, String)>,
    /// Which other values are taken: empty for none, `any`, or the least number.
    pub(super) others: String,
}

/// What an entry of a layout is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Field,
    Group,
    Component,
}

/// One entry of a layout.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) required: bool,
}

/// One message of the standard.
#[derive(Clone)]
pub(super) struct MessageFact {
    pub(super) path: String,
    pub(super) msg_type: String,
    pub(super) name: String,
    pub(super) category: String,
}

/// All facts.
#[derive(Clone)]
pub(super) struct Facts {
    pub(super) fields: Vec<FieldFact>,
    /// Entries by path, in their order.
    pub(super) layout: BTreeMap<String, Vec<Entry>>,
    /// In the order of the table.
    pub(super) messages: Vec<MessageFact>,
    /// Names, in the order of the table.
    pub(super) components: Vec<String>,
}

impl Facts {
    /// Reads `fields.tsv`, `values.tsv`, `others.tsv` and `layout.tsv` of a folder. XMLnonFIX (n) is added: it
    /// has nothing but header and trailer, and so no line in the layout. It gets an optional Text (58), since QuickFIX/J loads no
    /// dictionary with a message without fields.
    pub(super) fn read(folder: &Path) -> io::Result<Facts> {
        let mut facts = Facts {
            fields: Vec::new(),
            layout: BTreeMap::new(),
            messages: Vec::new(),
            components: Vec::new(),
        };
        for [tag, name, ty] in rows(&fs::read_to_string(folder.join("fields.tsv"))?)? {
            let tag = tag.parse().map_err(io::Error::other)?;
            facts.fields.push(FieldFact {
                tag,
                name,
                ty,
                values: Vec::new(),
                others: String::new(),
            });
        }
        for [tag, value, label] in rows(&fs::read_to_string(folder.join("values.tsv"))?)? {
            facts.field_of(&tag)?.values.push((value, label));
        }
        for [tag, others] in rows(&fs::read_to_string(folder.join("others.tsv"))?)? {
            facts.field_of(&tag)?.others = others;
        }
        for [path, kind, name, required] in rows(&fs::read_to_string(folder.join("layout.tsv"))?)? {
            facts.enter(path, &kind, name, required == "Y")?;
        }
        let text = "Text".to_owned();
        facts.enter("message:n:XMLnonFIX:app".to_owned(), "field", text, false)?;
        Ok(facts)
    }

    /// The field of this name.
    pub(super) fn field(&self, name: &str) -> Option<&FieldFact> {
        self.fields.iter().find(|field| field.name == name)
    }

    fn field_of(&mut self, tag: &str) -> io::Result<&mut FieldFact> {
        let field = self
            .fields
            .iter_mut()
            .find(|field| field.tag.to_string() == tag);
        field.ok_or_else(|| io::Error::other(format!("unknown field {tag}")))
    }

    /// The entries at `path`; none for a path that is not there.
    pub(super) fn entries(&self, path: &str) -> &[Entry] {
        self.layout.get(path).map_or(&[], Vec::as_slice)
    }

    /// The path of what `entry`, which stands at `path`, contains.
    pub(super) fn inside(path: &str, entry: &Entry) -> Option<String> {
        match entry.kind {
            Kind::Field => None,
            Kind::Group => Some(format!("{path}/{}", entry.name)),
            Kind::Component => Some(format!("component:{}", entry.name)),
        }
    }

    fn enter(&mut self, path: String, kind: &str, name: String, required: bool) -> io::Result<()> {
        let kind = match kind {
            "field" => Kind::Field,
            "group" => Kind::Group,
            "component" => Kind::Component,
            other => return Err(io::Error::other(format!("unknown kind {other}"))),
        };
        if !self.layout.contains_key(&path) {
            self.open(&path);
        }
        self.layout.entry(path).or_default().push(Entry {
            kind,
            name,
            required,
        });
        Ok(())
    }

    /// Notes a message or component that appears for the first time.
    fn open(&mut self, path: &str) {
        let parts: Vec<&str> = path.split(':').collect();
        match parts.as_slice() {
            ["message", msg_type, name, category] if !category.contains('/') => {
                self.messages.push(MessageFact {
                    path: path.to_owned(),
                    msg_type: (*msg_type).to_owned(),
                    name: (*name).to_owned(),
                    category: (*category).to_owned(),
                });
            }
            ["component", name] if !name.contains('/') => self.components.push((*name).to_owned()),
            _ => {}
        }
    }
}

/// The lines of a table behind its first, cut at the tabs.
fn rows<const COLUMNS: usize>(text: &str) -> io::Result<Vec<[String; COLUMNS]>> {
    text.lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
            cells
                .try_into()
                .map_err(|_| io::Error::other(format!("not {COLUMNS} columns: {line}")))
        })
        .collect()
}
