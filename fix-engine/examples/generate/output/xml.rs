//! Facts as a dictionary in the layout that QuickFIX-family engines read.

use std::fmt::Write;

use super::facts::{Entry, Facts, Kind};

/// The XML text of a dictionary.
pub(super) fn dictionary(facts: &Facts) -> String {
    let mut out = String::from("<fix type='FIX' major='4' minor='4' servicepack='0'>\n");
    block(facts, "header", " <header>", " </header>", 2, &mut out);
    block(facts, "trailer", " <trailer>", " </trailer>", 2, &mut out);
    out.push_str(" <messages>\n");
    for message in &facts.messages {
        let open = format!(
            "  <message name='{}' msgtype='{}' msgcat='{}'>",
            message.name, message.msg_type, message.category
        );
        block(facts, &message.path, &open, "  </message>", 3, &mut out);
    }
    out.push_str(" </messages>\n <components>\n");
    for name in &facts.components {
        let open = format!("  <component name='{name}'>");
        block(
            facts,
            &format!("component:{name}"),
            &open,
            "  </component>",
            3,
            &mut out,
        );
    }
    out.push_str(" </components>\n <fields>\n");
    for field in &facts.fields {
        let others = match field.others.as_str() {
            "" => String::new(),
            "any" => " allowOtherValues='Y'".to_owned(),
            least => format!(" allowOtherValues='Y' otherValuesFrom='{least}'"),
        };
        let start = format!(
            "  <field number='{}' name='{}' type='{}'{others}",
            field.tag, field.name, field.ty
        );
        if field.values.is_empty() {
            let _ = writeln!(out, "{start}/>");
            continue;
        }
        let _ = writeln!(out, "{start}>");
        for (value, label) in &field.values {
            let _ = writeln!(out, "   <value enum='{value}' description='{label}'/>");
        }
        out.push_str("  </field>\n");
    }
    out.push_str(" </fields>\n</fix>\n");
    out
}

fn block(facts: &Facts, path: &str, open: &str, close: &str, depth: usize, out: &mut String) {
    let _ = writeln!(out, "{open}");
    for entry in facts.entries(path) {
        element(facts, path, entry, depth, out);
    }
    let _ = writeln!(out, "{close}");
}

fn element(facts: &Facts, path: &str, entry: &Entry, depth: usize, out: &mut String) {
    let name = match entry.kind {
        Kind::Field => "field",
        Kind::Group => "group",
        Kind::Component => "component",
    };
    let pad = " ".repeat(depth);
    let required = if entry.required { 'Y' } else { 'N' };
    let start = format!("{pad}<{name} name='{}' required='{required}'", entry.name);
    match entry.kind {
        Kind::Group => {
            let inside = format!("{path}/{}", entry.name);
            let close = format!("{pad}</group>");
            block(facts, &inside, &format!("{start}>"), &close, depth + 1, out);
        }
        Kind::Field | Kind::Component => {
            let _ = writeln!(out, "{start}/>");
        }
    }
}
