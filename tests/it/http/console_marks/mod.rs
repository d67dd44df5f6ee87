//! What happens to labels, as people report it in the console: by plain forms, without a script.

mod person;
mod press;
mod rolls;
mod scopes;
mod warehouse;

use yuanmark::domain::access::Role;
use yuanmark::domain::licensee::Licensee;
use yuanmark::domain::order::Batch;
use yuanmark::domain::printer::Printer;
use yuanmark::service::orders;

use self::person::Person;
use crate::support::installation::{call, line, morning};
use crate::support::server::{Site, this_season};

/// An order of this season, released to its printing house.
struct Released {
    site: Site,
    licensee: Licensee,
    printer: Printer,
    batch: Batch,
}

impl Released {
    /// On SQLite: what is written down is the same on both databases, and tested there.
    async fn of(marks: u32) -> Self {
        let site = Site::any().await;
        let licensee = site.licensee(0).await;
        let order = site.order_of_season(&licensee, marks, this_season()).await;
        let batch = site.issue(&order, "released").await.unwrap().batch;
        let printer = site.printer().await;
        let by = call("test", morning());
        orders::assign(&site.store, &by, order.number, printer.number)
            .await
            .unwrap();
        orders::release(&site.store, &by, order.number, line("收件人"), None)
            .await
            .unwrap();
        Self {
            site,
            licensee,
            printer,
            batch,
        }
    }

    /// The same, with all labels in the licensee's warehouse.
    async fn received(marks: u32) -> Self {
        use yuanmark::domain::event::EventKind as E;
        let this = Self::of(marks).await;
        for event in [E::Printed, E::Delivered, E::Received] {
            this.site
                .change(&this.batch, event, "", morning())
                .await
                .unwrap();
        }
        this
    }

    async fn of_the_press(&self) -> Person {
        Person::of(&self.site, Role::Printer, None, Some(self.printer.number)).await
    }

    async fn of_the_firm(&self) -> Person {
        Person::of(&self.site, Role::Licensee, Some(self.licensee.number), None).await
    }

    async fn official(&self, role: Role) -> Person {
        Person::of(&self.site, role, None, None).await
    }

    fn serial(&self, place: u32) -> String {
        self.site.serial(&self.batch, place).to_string()
    }

    fn batch_number(&self) -> String {
        self.batch.number.to_string()
    }

    /// How many entries the ledger has.
    async fn entries(&self) -> u64 {
        let head = yuanmark::service::ledger::head(&self.site.store).await;
        head.unwrap().number
    }
}
