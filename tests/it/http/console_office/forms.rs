//! Forms as a browser reads them out of a page.

use crate::support::server::Reply;

/// A form: where it is sent, and what stands in it.
#[derive(Clone, Debug)]
pub struct Form {
    pub address: String,
    pub fields: Vec<(String, String)>,
}

/// Text as a browser shows it.
pub fn unescaped(html: &str) -> String {
    let mut text = html.to_owned();
    for (escaped, plain) in [
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ] {
        text = text.replace(escaped, plain);
    }
    text
}

/// The value of an attribute of a tag.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    Some(unescaped(rest.split_once('"')?.0))
}

impl Form {
    /// The form with the fields, or the one that confirms.
    pub fn of(reply: &Reply) -> Self {
        let main = reply.text().split_once("<main").unwrap().1;
        let forms = main.split("<form").skip(1);
        let html = forms
            .filter_map(|form| Some(form.split_once("</form>")?.0))
            .find(|form| form.contains("method=\"post\""))
            .unwrap_or_else(|| panic!("no form in {main}"));
        let (head, inside) = html.split_once('>').unwrap();
        let mut fields = Vec::new();
        for part in inside.split('<').skip(1) {
            let (tag, rest) = part.split_once('>').unwrap();
            let name = attribute(tag, "name");
            match (tag.split([' ', '/']).next().unwrap(), name) {
                ("input", Some(name)) => {
                    let kind = attribute(tag, "type").unwrap_or_default();
                    let is_off = kind == "checkbox" && !tag.ends_with(" checked");
                    if kind != "file" && !is_off {
                        let value = attribute(tag, "value").unwrap_or_default();
                        fields.push((name, value));
                    }
                }
                ("textarea", Some(name)) => fields.push((name, unescaped(rest))),
                ("select", Some(name)) => fields.push((name, String::new())),
                ("option", None) if tag.ends_with(" selected") => {
                    fields.last_mut().unwrap().1 = attribute(tag, "value").unwrap();
                }
                _ => {}
            }
        }
        Self {
            address: attribute(head, "action").unwrap(),
            fields,
        }
    }

    /// Types something into a field, or chooses it.
    #[track_caller]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let found = self.fields.iter_mut().find(|(field, _)| field == name);
        match found {
            Some((_, old)) => value.clone_into(old),
            None => panic!("there is no field {name} in {self:?}"),
        }
        self
    }

    /// Ticks a box.
    pub fn ticked(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// What stands in a field.
    pub fn get(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(field, _)| field == name);
        &found.unwrap_or_else(|| panic!("{name} in {self:?}")).1
    }
}
