//! The year 2023 of a district, lived through the API from January to its settlement and a little beyond: plans filed and classes
//! held, 200 people, reviews on time and late, a revoked institution, transfers in the middle of a review, make-up for 2022,
//! exemptions, the freeze, the settlement, appeals and a reinstatement. In the end the books balance.
//!
//! [`cast`] sets the people and units up, [`acts`] are what they do, the seasons tell it in order, [`books`] adds up.

mod acts;
mod autumn;
mod books;
mod cast;
mod spring;
mod summer;
mod winter;

use xueshi_tests::steps;
use xueshi_tests::{Replica, Server, on_both};

use self::autumn::{funding, makeup, revocation_of_hours, verification};
use self::cast::District;
use self::spring::{plans_and_classes, reviews_of_the_classes, rosters};
use self::summer::{
    appeals, departure_and_exemptions, public_hours, reviews_of_public_hours,
    revocation_of_an_institution, transfers,
};
use self::winter::{freeze, last_submissions, reinstatement, settlement};

on_both!(the_year_2023);

async fn the_year_2023(server: &Server) {
    // What happens in it is followed: in the end the copy is what the source is, record by record (ADR 0020).
    let mut copy = Replica::begin(&server.machine("province").await).await;
    // January to March: units, people, filings, plans, the first class.
    let district = District::found(server, "2023-01-04T09:00:00+08:00").await;
    let [first, second] = plans_and_classes(server, &district).await;
    rosters(server, &district, &first, &second).await;
    reviews_of_the_classes(server, &district).await;
    // Summer: an institution is revoked, public hours, transfers, appeals, exemptions.
    revocation_of_an_institution(server, &district).await;
    public_hours(server, &district).await;
    let rejected = reviews_of_public_hours(server, &district).await;
    transfers(server, &district).await;
    departure_and_exemptions(server, &district).await;
    appeals(server, &district, &rejected).await;
    // Autumn: make-up for 2022, verification, a revocation.
    makeup(server, &district).await;
    revocation_of_hours(server, &district).await;
    funding(server, &district).await;
    // December: what comes too late for its reviewers, the freeze, the settlement.
    let late = last_submissions(server, &district).await;
    verification(server, &district, "2023-12-19T23:00:00+08:00").await;
    freeze(server, &district).await;
    let sealed = settlement(server).await;
    books::balance(server, &district, 186).await;
    // January 2024: nobody pays for a late reviewer.
    reinstatement(server, &district, &late).await;
    books::balance(server, &district, 187).await;
    let officer = server.login("city.officer").await;
    let still = steps::all_pages(&officer, "/v1/appraisals?year=2023&limit=200").await;
    assert_eq!(still, sealed, "a sealed snapshot never changes");
    let province = server.machine("province").await;
    copy.catch_up(&province).await;
    copy.assert_equals_source(&province).await;
}
