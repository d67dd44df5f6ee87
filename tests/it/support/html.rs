//! Pages as a browser reads them: tags with their attributes, forms with all their fields.

use super::server::percent_encoded;

/// A tag, and the text up to the next one.
#[derive(Clone, Debug)]
pub struct Tag {
    /// Its name; of an end tag with the slash before it.
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub text: String,
}

impl Tag {
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    fn text_of(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_owned()
    }
}

/// All tags of a page, in their order.
pub fn tags(html: &str) -> Vec<Tag> {
    let mut all = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let (name, after) = split_at(after, |c: char| c.is_whitespace() || c == '>');
        let (attributes, after) = attributes(after);
        let text = after.split('<').next().unwrap();
        all.push(Tag {
            name: name.to_ascii_lowercase(),
            attributes,
            text: decoded(text),
        });
        rest = after;
    }
    all
}

fn split_at(text: &str, end: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(end).unwrap_or(text.len()))
}

/// The attributes of a tag, and what follows after the tag.
fn attributes(mut rest: &str) -> (Vec<(String, String)>, &str) {
    let mut all = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return (all, after);
        }
        if rest.is_empty() {
            return (all, rest);
        }
        let (name, after) = split_at(rest, |c| c.is_whitespace() || matches!(c, '=' | '>' | '/'));
        let (value, after) = match after.strip_prefix('=') {
            None => ("", after),
            Some(after) => match after.strip_prefix('"') {
                Some(after) => after.split_once('"').unwrap_or((after, "")),
                None => split_at(after, |c| c.is_whitespace() || c == '>'),
            },
        };
        all.push((name.to_ascii_lowercase(), decoded(value)));
        // A stray mark that is no name: go on behind it.
        rest = if name.is_empty() && after.len() == rest.len() {
            let mut letters = rest.chars();
            letters.next();
            letters.as_str()
        } else {
            after
        };
    }
}

/// A text with its character references resolved.
pub fn decoded(text: &str) -> String {
    let mut parts = text.split('&');
    let mut all = parts.next().unwrap().to_owned();
    for part in parts {
        let Some((name, rest)) = part.split_once(';') else {
            all.push('&');
            all.push_str(part);
            continue;
        };
        let number = name.strip_prefix('#').and_then(|digits| {
            let hex = digits.strip_prefix(['x', 'X']);
            hex.map_or_else(
                || digits.parse().ok(),
                |hex| u32::from_str_radix(hex, 16).ok(),
            )
        });
        let character = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            _ => number.and_then(char::from_u32),
        };
        all.push(character.unwrap_or_else(|| panic!("an unknown reference: &{name};")));
        all.push_str(rest);
    }
    all
}

/// A field of a form. Of check boxes each is one.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    /// As in `type="…"`, or `textarea` or `select`.
    pub kind: String,
    pub value: String,
    /// Whether it is sent: an unchecked box is not.
    pub is_on: bool,
    /// Whether a phone offers digits for it.
    pub is_number: bool,
    /// What a select offers, but for nothing.
    pub choices: Vec<String>,
}

/// A form, as it is filled in.
#[derive(Clone, Debug)]
pub struct Form {
    /// Where it goes.
    pub action: String,
    pub is_multipart: bool,
    pub fields: Vec<Field>,
    files: Vec<(String, String, Vec<u8>)>,
}

/// The forms of a page that are sent by POST. `path` is where a form without an address goes.
pub fn forms(html: &str, path: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let mut is_inside = false;
    for tag in tags(html) {
        match tag.name.as_str() {
            "form" => {
                is_inside = tag.get("method") == Some("post");
                if is_inside {
                    forms.push(Form {
                        action: tag.get("action").unwrap_or(path).to_owned(),
                        is_multipart: tag.get("enctype") == Some("multipart/form-data"),
                        fields: Vec::new(),
                        files: Vec::new(),
                    });
                }
            }
            "/form" => is_inside = false,
            "input" | "textarea" | "select" | "option" if is_inside => {
                let fields = &mut forms.last_mut().unwrap().fields;
                read_field(fields, &tag);
            }
            _ => {}
        }
    }
    forms
}

fn read_field(fields: &mut Vec<Field>, tag: &Tag) {
    if tag.name == "option" {
        let (field, value) = (fields.last_mut().unwrap(), tag.text_of("value"));
        if tag.get("selected").is_some() {
            field.value.clone_from(&value);
        }
        if !value.is_empty() {
            field.choices.push(value);
        }
        return;
    }
    let kind = match tag.name.as_str() {
        "input" => tag.get("type").unwrap_or("text"),
        other => other,
    };
    let value = match kind {
        "textarea" => tag.text.strip_prefix('\n').unwrap_or(&tag.text).to_owned(),
        _ => tag.text_of("value"),
    };
    fields.push(Field {
        name: tag.text_of("name"),
        is_on: kind != "checkbox" || tag.get("checked").is_some(),
        kind: kind.to_owned(),
        value,
        is_number: matches!(tag.get("inputmode"), Some("numeric" | "decimal")),
        choices: Vec::new(),
    });
}

impl Form {
    /// What stands in a field.
    pub fn value(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|field| field.name == name);
        &field
            .unwrap_or_else(|| panic!("no field {name} in {self:?}"))
            .value
    }

    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }

    /// Types into a field, or chooses from one.
    #[must_use]
    pub fn fill(mut self, name: &str, value: &str) -> Self {
        let field = self.fields.iter_mut().find(|field| field.name == name);
        let field = field.unwrap_or_else(|| panic!("there is no field {name}"));
        assert!(
            field.kind != "select" || field.choices.iter().any(|choice| choice == value),
            "{name} does not offer {value}"
        );
        value.clone_into(&mut field.value);
        self
    }

    /// Ticks the box of this value.
    #[must_use]
    pub fn tick(mut self, name: &str, value: &str) -> Self {
        let field = self
            .fields
            .iter_mut()
            .find(|field| field.name == name && field.value == value);
        let field = field.unwrap_or_else(|| panic!("there is no box {name}={value}"));
        field.is_on = true;
        self
    }

    /// Filled in with something that a form of this kind may well hold.
    #[must_use]
    pub fn plausible(&self) -> Self {
        let mut form = self.clone();
        for field in &mut form.fields {
            let is_empty = field.value.is_empty();
            match field.kind.as_str() {
                "select" if is_empty => {
                    field.value = field.choices.first().cloned().unwrap_or_default();
                }
                "date" if is_empty => "2026-04-02".clone_into(&mut field.value),
                "text" | "textarea" if is_empty && field.is_number => {
                    "1".clone_into(&mut field.value);
                }
                "text" | "textarea" if is_empty => "说明".clone_into(&mut field.value),
                _ => {}
            }
        }
        form
    }

    /// Sends a field besides that stands on no page: what a meddler does.
    #[must_use]
    pub fn forge(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|field| field.name != name);
        self.fields.push(Field {
            name: name.to_owned(),
            kind: "hidden".to_owned(),
            value: value.to_owned(),
            is_on: true,
            is_number: false,
            choices: Vec::new(),
        });
        self
    }

    /// Chooses a file. `name` is what the browser says it is called.
    #[must_use]
    pub fn attach(mut self, field: &str, name: &str, content: &[u8]) -> Self {
        assert!(self.is_multipart, "no browser sends a file with {self:?}");
        self.files
            .push((field.to_owned(), name.to_owned(), content.to_vec()));
        self
    }

    /// Names and texts as they are sent.
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        let sent = self
            .fields
            .iter()
            .filter(|field| field.is_on && field.kind != "file");
        sent.map(|field| (field.name.as_str(), field.value.as_str()))
            .collect()
    }

    /// The content type and the body.
    pub fn encoded(&self) -> (String, Vec<u8>) {
        if self.is_multipart {
            return self.in_parts();
        }
        let pairs: Vec<String> = self
            .pairs()
            .into_iter()
            .map(|(name, value)| format!("{}={}", percent_encoded(name), percent_encoded(value)))
            .collect();
        let kind = "application/x-www-form-urlencoded".to_owned();
        (kind, pairs.join("&").into_bytes())
    }

    fn in_parts(&self) -> (String, Vec<u8>) {
        const BOUNDARY: &str = "----a-boundary-of-the-tests-7f3a";
        let mut body = Vec::new();
        let mut part = |head: &str, content: &[u8]| {
            let head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; {head}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        };
        for (name, value) in self.pairs() {
            part(&format!("name=\"{name}\""), value.as_bytes());
        }
        for field in self.fields.iter().filter(|field| field.kind == "file") {
            let name = &field.name;
            let chosen = self.files.iter().filter(|(of, ..)| of == name);
            let mut chosen: Vec<(&str, &[u8])> = chosen
                .map(|(_, file, content)| (file.as_str(), content.as_slice()))
                .collect();
            if chosen.is_empty() {
                chosen.push(("", &[]));
            }
            let kind = "application/octet-stream";
            for (file, content) in chosen {
                let head = format!("name=\"{name}\"; filename=\"{file}\"\r\ncontent-type: {kind}");
                part(&head, content);
            }
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        (format!("multipart/form-data; boundary={BOUNDARY}"), body)
    }
}

#[test]
fn a_form_is_read_as_a_browser_reads_it() {
    let html = r#"<form method="get"><input name="q"></form>
        <form class="fields" action="/a?b=1&amp;c=2" method="post">
        <input type="hidden" name="request" value="&quot;1&#x27;">
        <textarea id=t name="t" rows="6">
a &lt;b&gt;</textarea>
        <select name="s"><option value="">-</option><option value="x" selected>X</option></select>
        <input type="checkbox" name="k" value="1"><input type="checkbox" name="k" value="2" checked></form>"#;
    let forms = forms(html, "/here");
    assert_eq!((forms.len(), forms[0].action.as_str()), (1, "/a?b=1&c=2"));
    let sent = [("request", "\"1'"), ("t", "a <b>"), ("s", "x"), ("k", "2")];
    assert_eq!(forms[0].pairs(), sent);
    let (_, body) = forms[0].clone().fill("t", "ü&").tick("k", "1").encoded();
    assert_eq!(
        String::from_utf8(body).unwrap(),
        "request=%221%27&t=%C3%BC%26&s=x&k=1&k=2"
    );
}
