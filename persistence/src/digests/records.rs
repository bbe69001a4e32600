//! All records of some people that digests are of.

use diesel::prelude::*;

use crate::annual_records::AnnualRecord;
use crate::certificates::Certificate;
use crate::columns::Id;
use crate::declarations::Declaration;
use crate::error::StoreError;
use crate::exemptions::Exemption;
use crate::feed::Sight;
use crate::learning::LearningRecord;
use crate::makeup::MakeupGrant;
use crate::people::Professional;
use crate::schema::{
    annual_records, certificates, declarations, exemptions, learning_records, makeup_grants,
    professionals,
};
use crate::store::Reader;

macro_rules! records {
    ($($(#[$doc:meta])* $name:ident: $table:ident as $row:ident;)*) => { $(
        $(#[$doc])*
        ///
        /// # Errors
        /// On a database failure.
        pub fn $name(&mut self, city: Id, people: &[Id]) -> Result<Vec<$row>, StoreError> {
            Ok($table::table
                // Stated again, beside the sight: it is what the index is searched by.
                .filter($table::jurisdiction_id.eq(city))
                .filter($table::professional_id.eq_any(people.to_vec()))
                .filter(Sight::City(city).$table())
                .select($row::as_select())
                .load(self.conn)?)
        }
    )* };
}

impl Reader<'_> {
    records! {
        /// The people themselves, as other systems get them.
        digested_people: professionals as Professional;
        /// Their learning records.
        digested_learning: learning_records as LearningRecord;
        /// Their grants of make-up.
        digested_grants: makeup_grants as MakeupGrant;
        /// Their exemptions.
        digested_exemptions: exemptions as Exemption;
        /// Their declarations, but for drafts (ADR 0007).
        digested_declarations: declarations as Declaration;
        /// Their years.
        digested_years_of: annual_records as AnnualRecord;
        /// Their certificates.
        digested_certificates: certificates as Certificate;
    }
}
