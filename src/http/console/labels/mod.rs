//! What happens to labels, as the printing house, the warehouse and the market report it: one page for each event.
//!
//! [`which`] reads which marks are meant, [`words`] what else an event has to say, [`told`] says what would happen and what
//! has.

pub mod of_order;
mod paper;
pub mod told;
mod which;
mod words;

use axum::response::Response;

pub use self::which::{lines_fields, read_lines, with_file};
pub use self::words::said;

use self::which::Meant;
use self::words::Words;
use super::form::Form;
use super::guard::Visit;
use super::read::Reader;
use super::submit::refuse;
use super::typed::Typed;
use crate::domain::event::{EventKind, Withdrawal};
use crate::domain::whereabouts::Counts;
use crate::http::App;
use crate::service::desk::Call;
use crate::service::marks::look::{self, Outlook};
use crate::service::marks::{self, Change, Which};
use crate::service::{ServiceError, system};

/// The events that are reported here, each with its page, in the order of a label's life.
pub const PAGES: [(&str, EventKind); 12] = [
    ("/console/marks/do/printed", EventKind::Printed),
    ("/console/marks/do/delivered", EventKind::Delivered),
    ("/console/marks/do/received", EventKind::Received),
    ("/console/marks/do/activated", EventKind::Activated),
    ("/console/marks/do/used", EventKind::Used),
    (
        "/console/marks/do/spoiled",
        EventKind::Withdrawn(Withdrawal::Spoiled),
    ),
    (
        "/console/marks/do/lost",
        EventKind::Withdrawn(Withdrawal::Lost),
    ),
    (
        "/console/marks/do/returned",
        EventKind::Withdrawn(Withdrawal::Returned),
    ),
    (
        "/console/marks/do/destroyed",
        EventKind::Withdrawn(Withdrawal::Destroyed),
    ),
    (
        "/console/marks/do/frozen",
        EventKind::Withdrawn(Withdrawal::Frozen),
    ),
    (
        "/console/marks/do/undo_frozen",
        EventKind::Restored(Withdrawal::Frozen),
    ),
    (
        "/console/marks/do/revoked",
        EventKind::Withdrawn(Withdrawal::Revoked),
    ),
];

/// Marks beyond which a summary comes first, whatever happens to them: more than one roll holds.
const MANY: u64 = 5_000;

/// The page of an event.
pub fn page_of(event: EventKind) -> &'static str {
    let found = PAGES.iter().find(|(_, of)| *of == event);
    found.map_or("/console", |(path, _)| path)
}

/// Whether the visitor may report this.
pub fn may(visit: &Visit, event: EventKind) -> bool {
    visit.may_any(crate::domain::access::Permission::for_event(event))
}

/// What the visitor can report now of labels that are where these are; whether some of their marks are frozen is known.
pub fn possible(
    visit: &Visit,
    counts: &Counts,
    are_frozen: bool,
) -> impl Iterator<Item = EventKind> {
    let scope = visit.scope();
    let can = move |event: EventKind| {
        let answers = |place| scope.answers_for(place);
        let can = match event {
            EventKind::Restored(_) => are_frozen,
            event => !event.moves_labels() || counts.any_can(event, answers),
        };
        can && may(visit, event)
    };
    let events = PAGES.into_iter().map(|(_, event)| event);
    events.filter(move |event| can(*event))
}

/// Whether nothing ever takes it back: then a summary comes first.
const fn is_final(event: EventKind) -> bool {
    matches!(
        event,
        EventKind::Withdrawn(Withdrawal::Revoked | Withdrawal::Destroyed | Withdrawal::Lost)
    )
}

/// `GET /console/marks/do/{event}`
pub async fn page(visit: Visit, app: App, event: EventKind) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let form = async {
        let asked = which::prefilled(&visit, &app, event, asked).await?;
        let form = paper::form(&visit, &app, event, &asked).await?;
        Ok::<_, ServiceError>(form.filled(&asked))
    };
    match form.await {
        Ok(form) => form.render(&visit, None),
        Err(error) => refuse(&visit, error),
    }
}

/// `POST /console/marks/do/{event}`
pub async fn enter(visit: Visit, app: App, typed: Typed, event: EventKind) -> Response {
    let typed = which::without_prefilled(typed);
    let (typed, file) = match which::with_file(&visit, typed) {
        Ok(read) => read,
        Err((typed, errors)) => {
            let form = paper::form(&visit, &app, event, &typed).await;
            return match form {
                Ok(form) => form
                    .filled(&typed)
                    .wrong(errors)
                    .render(&visit, Some(&typed)),
                Err(error) => refuse(&visit, error),
            };
        }
    };
    let form = match paper::form(&visit, &app, event, &typed).await {
        Ok(form) => form.filled(&typed),
        Err(error) => return refuse(&visit, error),
    };
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let meant = match which::read(&visit, &app, &typed, file, &mut reader).await {
        Ok(meant) => meant,
        Err(error) => return refuse(&visit, error),
    };
    let words = Words::read(event, &typed, &mut reader);
    let errors = reader.finish();
    let (Some(meant), Some(words), true) = (meant, words, errors.is_empty()) else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    let sent = Sent {
        visit: &visit,
        app: &app,
        event,
        typed: &typed,
        call: visit.call(typed.get("request")),
    };
    sent.take(form, &meant, &words).await
}

/// A form that was filled in rightly.
struct Sent<'a> {
    visit: &'a Visit,
    app: &'a App,
    event: EventKind,
    typed: &'a Typed,
    call: Call,
}

impl Sent<'_> {
    /// Does what the form says, after a summary if it needs one.
    async fn take(&self, form: Form, meant: &Meant, words: &Words) -> Response {
        let takes_the_good = self.typed.all("skip_bad").any(|one| one == "1");
        let changes = words.changes(self.event, meant, takes_the_good);
        if !self.typed.is_confirmed() {
            match self.look(&changes).await {
                Ok(outlooks) if needs_summary(meant, &changes, &outlooks) => {
                    return self.summary(form, meant, &changes, &outlooks, takes_the_good);
                }
                Ok(_) => {}
                Err(error) => return self.wrong(form, meant, words, takes_the_good, error).await,
            }
        }
        let (store, keys) = (&self.app.store, &self.app.keys);
        match marks::change_all(store, keys, &self.call, &changes).await {
            Ok(done) => told::done(
                self.visit, self.app, self.typed, self.event, &changes, &done,
            ),
            Err(error) => self.wrong(form, meant, words, takes_the_good, error).await,
        }
    }

    async fn look(&self, changes: &[Change<'_>]) -> Result<Vec<Outlook>, ServiceError> {
        look::look(&self.app.store, &self.app.keys, &self.call, changes).await
    }

    fn summary(
        &self,
        form: Form,
        meant: &Meant,
        changes: &[Change<'_>],
        outlooks: &[Outlook],
        takes_the_good: bool,
    ) -> Response {
        let mut text = told::outlook(self.visit, self.app, meant, changes, outlooks);
        if changes.iter().any(|change| is_final(change.event)) {
            text.push(self.visit.say(told::FINAL).to_owned());
        }
        let form = if takes_the_good {
            form.optional(
                "skip_bad",
                super::words::two("", ""),
                super::form::Kind::Hidden,
            )
        } else {
            form
        };
        form.confirm(self.visit, self.typed, text)
    }

    /// The form again with what is wrong; and if some of the marks could be taken, with a button that takes them.
    async fn wrong(
        &self,
        mut form: Form,
        meant: &Meant,
        words: &Words,
        takes_the_good: bool,
        error: ServiceError,
    ) -> Response {
        let is_of_marks = matches!(
            error,
            ServiceError::BadLines { .. } | ServiceError::Refused(_)
        );
        if is_of_marks && !takes_the_good {
            let changes = words.changes(self.event, meant, true);
            let good = self.look(&changes).await.ok();
            let marks = good.map_or(0, |all| all.iter().map(|one| one.changed.marks).sum());
            if marks > 0 {
                form = form.other_button("skip_bad", "1", told::offer(self.visit, marks));
            }
        }
        let field = self.field_of(meant, words, &error).await;
        match told::errors(self.visit, error, field) {
            Ok(errors) => form.wrong(errors).render(self.visit, Some(self.typed)),
            Err(error) => refuse(self.visit, error),
        }
    }

    /// The field that an error is about: of a printing house's report either list may be it.
    async fn field_of(&self, meant: &Meant, words: &Words, error: &ServiceError) -> &'static str {
        if let (ServiceError::BadLines { .. }, Some(spoiled)) = (error, words.spoiled_alone(meant))
            && self.look(&[spoiled]).await.is_err()
        {
            return "spoiled";
        }
        meant.field
    }
}

/// Whether what would happen is told first: what is final, much at once, a whole run of a printing house, and labels
/// that should not be on goods.
fn needs_summary(meant: &Meant, changes: &[Change<'_>], outlooks: &[Outlook]) -> bool {
    let marks: u64 = outlooks.iter().map(|one| one.changed.marks).sum();
    let is_final = changes
        .iter()
        .zip(outlooks)
        .any(|(change, outlook)| is_final(change.event) && outlook.changed.marks > 0);
    // A delivery stands on its page with its number of marks, and is confirmed by one click there.
    let is_delivery = matches!(meant.which(), Which::Delivery(_));
    let is_whole_run = meant.is_whole_batch() && changes.iter().any(is_printing);
    let is_without_right = outlooks
        .iter()
        .any(|one| !one.changed.without_right.is_empty());
    is_final || is_whole_run || is_without_right || (marks > MANY && !is_delivery)
}

fn is_printing(change: &Change<'_>) -> bool {
    change.event == EventKind::Printed
}

/// Today, as a form's field holds it.
fn today() -> String {
    crate::domain::calendar::day_of(system::now()).to_string()
}
