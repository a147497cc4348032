//! Reads a dictionary in the layout of QuickFIX-family engines. In: XML. Out: tables, components expanded.

use std::collections::BTreeMap;

use roxmltree::{Document, Node};

use crate::dictionary::error::DictionaryError;
use crate::dictionary::field::{FieldDef, FieldMeaning, FieldType, OtherValues};
use crate::dictionary::layout::{Layout, MEMBERS_MAX, Member, MessageDef, Places, Section};

/// Deepest nesting of groups and components taken.
const DEPTH_MAX: usize = 16;
/// Largest tag taken: tables are dense.
pub(super) const TAG_MAX: u32 = 65_535;
/// Most different groups taken.
const GROUPS_MAX: usize = 16_384;

/// Most elements visited while components are expanded; FIX 4.4 needs some tens of thousands.
const VISITS_MAX: usize = 1_000_000;

/// The parts of a dictionary.
pub(super) struct Parts {
    pub(super) fields: Vec<FieldDef>,
    pub(super) groups: Vec<Layout>,
    pub(super) header: Layout,
    pub(super) trailer: Layout,
    pub(super) messages: Vec<MessageDef>,
}

/// Reads the whole text.
pub(super) fn parts(xml: &str) -> Result<Parts, DictionaryError> {
    let document = Document::parse(xml).map_err(|error| DictionaryError::Xml(error.to_string()))?;
    let root = document.root_element();
    let fields = fields(section(root, "fields")?)?;
    let mut reader = Reader {
        tags: fields
            .iter()
            .map(|field| (field.name.as_str(), field.tag))
            .collect(),
        components: components(section(root, "components")?)?,
        groups: Vec::new(),
        group_by_node: BTreeMap::new(),
        visits_left: VISITS_MAX,
    };
    let header = reader.layout(section(root, "header")?)?;
    let trailer = reader.layout(section(root, "trailer")?)?;
    let messages = reader.messages(section(root, "messages")?, &header, &trailer)?;
    let groups = reader.groups;
    Ok(Parts {
        fields,
        groups,
        header,
        trailer,
        messages,
    })
}

/// Looks up names while it goes through the layouts.
struct Reader<'a, 'input> {
    tags: BTreeMap<&'a str, u32>,
    components: BTreeMap<&'a str, Node<'a, 'input>>,
    groups: Vec<Layout>,
    /// A group inside a component is the same wherever the component stands.
    group_by_node: BTreeMap<usize, u16>,
    /// Elements that may still be visited: components inside components multiply.
    visits_left: usize,
}

impl<'a, 'input> Reader<'a, 'input> {
    fn messages(
        &mut self,
        section: Node<'a, 'input>,
        header: &Layout,
        trailer: &Layout,
    ) -> Result<Vec<MessageDef>, DictionaryError> {
        let mut messages = BTreeMap::new();
        for node in elements(section) {
            let body = self.layout(node)?;
            let places = self.places(header, &body, trailer);
            let msg_type = attribute(node, "msgtype")?;
            let def = MessageDef {
                msg_type: msg_type.to_owned(),
                name: attribute(node, "name")?.to_owned(),
                is_admin: attribute(node, "msgcat")? == "admin",
                body,
                places,
            };
            if messages.insert(msg_type, def).is_some() {
                return Err(DictionaryError::Twice {
                    line: line(node),
                    name: format!("msgtype {msg_type}"),
                });
            }
        }
        Ok(messages.into_values().collect())
    }

    /// Where each tag belongs in a message with this body. A tag of several sections belongs in the body.
    fn places(&self, header: &Layout, body: &Layout, trailer: &Layout) -> Places {
        let mut places = Places::default();
        places.add_section(Section::Trailer, trailer);
        places.add_section(Section::Header, header);
        places.add_section(Section::Body, body);
        for layout in [header, body, trailer] {
            self.note_nested(layout, &mut places);
        }
        places
    }

    fn note_nested(&self, layout: &Layout, places: &mut Places) {
        for group in layout.members().iter().filter_map(|member| member.group) {
            let inside = &self.groups[usize::from(group)];
            for member in inside.members() {
                places.add_nested(member.tag);
            }
            self.note_nested(inside, places);
        }
    }

    fn layout(&mut self, node: Node<'a, 'input>) -> Result<Layout, DictionaryError> {
        self.layout_at(node, 0)
    }

    fn layout_at(
        &mut self,
        node: Node<'a, 'input>,
        depth: usize,
    ) -> Result<Layout, DictionaryError> {
        let mut layout = Layout::default();
        self.fill(node, &mut layout, &mut Vec::new(), depth)?;
        layout.close();
        Ok(layout)
    }

    /// Adds what stands in `node`, inside the optional components `inside`.
    fn fill(
        &mut self,
        node: Node<'a, 'input>,
        layout: &mut Layout,
        inside: &mut Vec<usize>,
        depth: usize,
    ) -> Result<(), DictionaryError> {
        if depth > DEPTH_MAX {
            return Err(DictionaryError::TooDeep {
                line: line(node),
                limit: DEPTH_MAX,
            });
        }
        for child in elements(node) {
            let left = self.visits_left.checked_sub(1);
            self.visits_left = left.ok_or_else(|| too_many(child, VISITS_MAX))?;
            let name = attribute(child, "name")?;
            let required = attribute(child, "required")? == "Y";
            match child.tag_name().name() {
                "field" => {
                    let tag = self.tag(child, name)?;
                    let member = Member {
                        tag,
                        group: None,
                        required,
                    };
                    layout
                        .add(member, inside)
                        .ok_or_else(|| too_many(child, MEMBERS_MAX))?;
                }
                "group" => {
                    let tag = self.tag(child, name)?;
                    let group = Some(self.group(child, depth)?);
                    let member = Member {
                        tag,
                        group,
                        required,
                    };
                    layout
                        .add(member, inside)
                        .ok_or_else(|| too_many(child, MEMBERS_MAX))?;
                }
                "component" => {
                    let component = self.components.get(name).copied();
                    let component = component.ok_or_else(|| undefined(child, name))?;
                    if required {
                        self.fill(component, layout, inside, depth + 1)?;
                    } else {
                        inside.push(layout.open_component());
                        self.fill(component, layout, inside, depth + 1)?;
                        inside.pop();
                    }
                }
                _ => return Err(unexpected(child)),
            }
        }
        Ok(())
    }

    fn group(&mut self, node: Node<'a, 'input>, depth: usize) -> Result<u16, DictionaryError> {
        if let Some(number) = self.group_by_node.get(&node.range().start) {
            return Ok(*number);
        }
        let layout = self.layout_at(node, depth + 1)?;
        if layout.members().is_empty() {
            return Err(DictionaryError::Undefined {
                line: line(node),
                name: "a group without members".to_owned(),
            });
        }
        let number = u16::try_from(self.groups.len()).unwrap_or(u16::MAX);
        if usize::from(number) >= GROUPS_MAX {
            return Err(too_many(node, GROUPS_MAX));
        }
        self.groups.push(layout);
        self.group_by_node.insert(node.range().start, number);
        Ok(number)
    }

    fn tag(&self, node: Node<'_, '_>, name: &str) -> Result<u32, DictionaryError> {
        self.tags
            .get(name)
            .copied()
            .ok_or_else(|| undefined(node, name))
    }
}

/// The definitions of fields, by tag.
fn fields(section: Node<'_, '_>) -> Result<Vec<FieldDef>, DictionaryError> {
    let mut fields = BTreeMap::new();
    let mut names = BTreeMap::new();
    for node in elements(section) {
        let tag: Option<u32> = attribute(node, "number")?.parse().ok();
        let tag = tag
            .filter(|tag| (1..=TAG_MAX).contains(tag))
            .ok_or_else(|| no_attribute(node, "number"))?;
        let name = attribute(node, "name")?;
        let ty = FieldType::named(attribute(node, "type")?);
        let values = elements(node)
            .map(|value| {
                Ok(FieldMeaning {
                    value: attribute(value, "enum")?.to_owned(),
                    label: attribute(value, "description")?.to_owned(),
                })
            })
            .collect::<Result<Vec<_>, DictionaryError>>()?;
        let twice = fields
            .insert(
                tag,
                FieldDef::new(tag, name.to_owned(), ty, values, others(node)?),
            )
            .is_some();
        if twice || names.insert(name, tag).is_some() {
            return Err(DictionaryError::Twice {
                line: line(node),
                name: format!("field {name} ({tag})"),
            });
        }
    }
    Ok(fields.into_values().collect())
}

/// Which values a field may have besides those listed: `allowOtherValues` as other engines know it, and
/// `otherValuesFrom` where these are numbers.
fn others(node: Node<'_, '_>) -> Result<OtherValues, DictionaryError> {
    if let Some(from) = node.attribute("otherValuesFrom") {
        let from = from.parse().ok();
        let from = from.ok_or_else(|| no_attribute(node, "otherValuesFrom"))?;
        return Ok(OtherValues::NumbersFrom(from));
    }
    Ok(match node.attribute("allowOtherValues") {
        Some("Y" | "true") => OtherValues::Any,
        _ => OtherValues::None,
    })
}

fn components<'a, 'input>(
    section: Node<'a, 'input>,
) -> Result<BTreeMap<&'a str, Node<'a, 'input>>, DictionaryError> {
    let mut components = BTreeMap::new();
    for node in elements(section) {
        let name = attribute(node, "name")?;
        if components.insert(name, node).is_some() {
            return Err(DictionaryError::Twice {
                line: line(node),
                name: format!("component {name}"),
            });
        }
    }
    Ok(components)
}

fn section<'a, 'input>(
    root: Node<'a, 'input>,
    name: &'static str,
) -> Result<Node<'a, 'input>, DictionaryError> {
    elements(root)
        .find(|node| node.tag_name().name() == name)
        .ok_or(DictionaryError::NoElement(name))
}

fn elements<'a, 'input>(node: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(Node::is_element)
}

fn attribute<'a>(node: Node<'a, '_>, name: &'static str) -> Result<&'a str, DictionaryError> {
    node.attribute(name)
        .filter(|value| !value.is_empty())
        .ok_or_else(|| no_attribute(node, name))
}

fn no_attribute(node: Node<'_, '_>, attribute: &'static str) -> DictionaryError {
    let element = node.tag_name().name().to_owned();
    DictionaryError::Attribute {
        line: line(node),
        element,
        attribute,
    }
}

fn undefined(node: Node<'_, '_>, name: &str) -> DictionaryError {
    DictionaryError::Undefined {
        line: line(node),
        name: name.to_owned(),
    }
}

fn unexpected(node: Node<'_, '_>) -> DictionaryError {
    DictionaryError::Unexpected {
        line: line(node),
        element: node.tag_name().name().to_owned(),
    }
}

fn too_many(node: Node<'_, '_>, limit: usize) -> DictionaryError {
    DictionaryError::TooMany {
        line: line(node),
        limit,
    }
}

/// Line of a node, from 1. Counts from the start of the text: only for an error.
fn line(node: Node<'_, '_>) -> u32 {
    node.document().text_pos_at(node.range().start).row
}
