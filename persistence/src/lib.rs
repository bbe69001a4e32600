//! Storage of xueshi: one schema and one set of queries on embedded SQLite and PostgreSQL.
//!
//! [`Store::read`] and [`Store::write`] are the only ways in; they hand out a [`Reader`] or a
//! [`Writer`], whose methods are named after what is asked. Races that callers can meet come back
//! as enums (for instance [`Saved`]), failures of the database as [`StoreError`].

mod accounts;
mod annual_records;
mod appeals;
mod appraisals;
mod attachments;
mod audit;
mod blob;
mod catalogue;
mod certificates;
mod cipher;
mod city_rules;
mod classes;
mod clients;
mod clock;
mod columns;
mod connection;
mod consistency;
mod data_keys;
mod declarations;
mod digests;
mod employments;
mod erasure;
mod error;
mod events;
mod exemptions;
mod explanations;
mod exports;
mod feed;
mod figures;
mod filing;
mod funding;
mod idempotency;
mod identity;
mod ids;
mod imports;
mod inbound;
mod jobs;
mod jurisdictions;
mod keys;
mod learning;
mod lock;
mod login_failures;
mod makeup;
mod merging;
mod migrate;
mod organizations;
mod page;
mod people;
mod personal_data;
mod plan_items;
mod plans;
mod policies;
mod prepared;
mod registrations;
mod resealing;
mod reset;
mod reviews;
mod rights;
mod rosters;
mod schema;
mod scope;
mod seminars;
mod settlements;
mod stage_visits;
mod step_bases;
mod store;
mod transfers;
mod transparency;
mod unit_registrations;
mod units;
mod url;
mod webhooks;
mod year_sheet;

pub use accounts::AccountFilter;
pub use annual_records::{AnnualRecord, AnnualRecordFilter};
pub use appeals::{Appeal, AppealFilter};
pub use appraisals::{Addendum, Appraisal, AppraisalFilter};
pub use attachments::Attachment;
pub use audit::{AuditActor, AuditFilter, AuditSight};
pub use blob::{BlobStore, ContentHash, LocalDirectory};
pub use catalogue::Institution;
pub use certificates::Certificate;
pub use cipher::{KEY_SETTLES, KeyAlgorithm, MasterKey};
pub use city_rules::CityRules;
pub use classes::{Class, ClassFiling};
pub use clients::Client;
pub use clock::Clock;
pub use columns::{Id, Moment, Tenths, Word};
pub use consistency::Discrepancy;
pub use data_keys::{DataKey, KeyKind, Rotation, keys_wrapped_by};
pub use declarations::{Declaration, DeclarationFilter, QueueFilter, Saved};
pub use digests::{DigestPlan, DigestState, PersonDigest, Stale, UnitDigest};
pub use erasure::{ERASED, Erasure};
pub use error::{StoreError, StoreFailure};
pub use events::{Event, EventFilter};
pub use exemptions::{Exemption, ExemptionAct, ExemptionFilter};
pub use explanations::{StoredExplanation, StoredRefusal};
pub use exports::{Export, ExportPart};
pub use feed::{FeedPage, FeedSignal, Owned, Sight, Which};
pub use figures::{
    Behind, FINAL_AFTER, FigureDiscrepancy, FigureRows, Folded, PersonPartRow, UnitCounts,
    UnitPartRow, UnitPlace, Waiting,
};
pub use filing::{Filing, FilingAct, FilingFilter};
pub use funding::{FundingFilter, FundingReport};
pub use idempotency::StoredAnswer;
pub use identity::{Account, Grant, Session, SessionIdentity};
pub use imports::{Import, ImportError};
pub use inbound::{
    Acknowledgement, AcknowledgementFilter, ReportedYear, SyncConflict, SyncConflictFilter,
    SyncReference,
};
pub use jobs::{Job, JobError};
pub use jurisdictions::Jurisdiction;
pub use keys::{KeyPurpose, SigningKey};
pub use learning::{LearningRecord, LearningRecordFilter, Platform};
pub use lock::StoreLock;
pub use login_failures::LoginFailure;
pub use makeup::{
    MakeupApplication, MakeupApplicationFilter, MakeupBody, MakeupGrant, MakeupGrantFilter,
    MakeupItem, MakeupReview, MakeupSight,
};
pub use merging::{Pair, PersonMerge};
pub use migrate::{pending as pending_migrations, run as migrate};
pub use organizations::{Organization, OrganizationFilter};
pub use page::{Page, Slice};
pub use people::{Employment, NewProfessional, Professional, ProfessionalFilter};
pub use personal_data::{PERSONAL_TABLES, PersonalTable};
pub use plan_items::{PlanItem, PlanItemVersion};
pub use plans::{PlanAmendment, TrainingPlan, TrainingPlanFilter};
pub use policies::{StoredArrangement, StoredPolicy};
pub use registrations::{EmploymentRequest, NewRegistration, Registration, RegistrationFilter};
pub use resealing::{ResealCursor, Resealed, SealedCount, Unreadable};
pub use reviews::{RecordedAct, Review};
pub use rights::{Held, Rights};
pub use rosters::{RosterLine, RosterRevision};
pub use scope::Scope;
pub use seminars::{Seminar, SeminarAdmission, SeminarFilter, SeminarStep};
pub use settlements::{LapseFilter, LapseRow, Settlement, SettlementBatch};
pub use stage_visits::StageVisit;
pub use step_bases::StepBasis;
pub use store::{Concerns, Keep, Position, Purpose, Reader, Store, StoreOptions, Writer};
pub use transfers::{Transfer, TransferFilter};
pub use transparency::{
    Checkpoint, Cosignature, ForWitness, Head, LogEntry, LogFault, Origin, Remembered, Transparency,
};
pub use unit_registrations::UnitRegistration;
pub use url::{DatabaseUrl, UnknownDatabase};
pub use webhooks::{
    DeliveryFilter, DueEndpoint, WebhookDelivery, WebhookEndpoint, WebhookOwner, WebhookSecret,
};
pub use year_sheet::YearSheet;
