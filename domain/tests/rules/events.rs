//! Types of events: under which rule each happens, and for whom it is told.

use std::collections::BTreeSet;

use xueshi_domain::event::{Audience, EventType, OpenEventType};
use xueshi_domain::{Rule, TextEnum};

#[test]
fn every_type_of_event_has_a_rule_with_its_clause() {
    for kind in EventType::ALL {
        let rule = kind.rule();
        assert_eq!(Rule::from_text(rule.as_str()), Some(rule), "{kind}");
        assert!(!rule.clause().is_empty(), "{kind}: {rule}");
        assert!(!kind.subject().is_empty() && kind.as_str().contains('.'), "{kind}");
    }
}

/// What an auditor asks for by rule: a row for each kind of act that issue and contract name.
#[test]
fn acts_happen_under_the_rule_that_the_rulebook_has_them_in() {
    for (kind, rule) in [
        (EventType::DeclarationApproved, Rule::V10),
        (EventType::DeclarationOverdue, Rule::V3),
        (EventType::DeclarationRevoked, Rule::A2),
        (EventType::DeclarationReinstated, Rule::A3a),
        (EventType::CertificateIssued, Rule::A1),
        (EventType::CertificateRevoked, Rule::A2),
        (EventType::AnnualRecordSettled, Rule::A3),
        (EventType::PolicyPublished, Rule::W3),
        (EventType::CalendarLoaded, Rule::V2),
        (EventType::PlatformRegistered, Rule::H6),
        (EventType::FilingGranted, Rule::P1),
        (EventType::FilingRevoked, Rule::P5),
        (EventType::TrainingPlanApproved, Rule::P2),
        (EventType::MakeupGranted, Rule::M2),
        (EventType::ExemptionGranted, Rule::A5),
        (EventType::AppealUpheld, Rule::V8),
        (EventType::TransferAccepted, Rule::U2),
        (EventType::AdministratorAppointed, Rule::U1),
        (EventType::ProfessionalMerged, Rule::U4),
        (EventType::PersonalDataRevealed, Rule::U4a),
        (EventType::PersonalDataExported, Rule::U4a),
        (EventType::ProfessionalErased, Rule::U4a),
        (EventType::KeysRotated, Rule::U4a),
        (EventType::AccountLoggedIn, Rule::Who),
        (EventType::AccountLoginFailed, Rule::Who),
        (EventType::ExportAsked, Rule::Who),
        (EventType::ExportDownloaded, Rule::Who),
        (EventType::SnapshotRead, Rule::Who),
    ] {
        assert_eq!(kind.rule(), rule, "{kind}");
    }
}

#[test]
fn auditors_alone_are_told_who_looked_and_who_logged_in() {
    let auditors: BTreeSet<&str> =
        EventType::of(Audience::Auditors).map(EventType::as_str).collect();
    let expected = [
        "account.changed",
        "account.created",
        "account.logged_in",
        "account.login_failed",
        "client.registered",
        "export.asked",
        "export.downloaded",
        "keys.rotated",
        "personal_data.exported",
        "personal_data.revealed",
        "professional.erased",
        "snapshot.read",
    ];
    assert_eq!(auditors, expected.into());
    let open: Vec<EventType> = OpenEventType::ALL.iter().copied().map(EventType::from).collect();
    assert_eq!(open, EventType::of(Audience::Everyone).collect::<Vec<_>>());
    assert_eq!(open.len() + auditors.len(), EventType::ALL.len());
}

#[test]
fn an_open_type_is_read_from_its_text_and_one_for_auditors_is_not() {
    for (kind, name) in OpenEventType::ALL.iter().zip(OpenEventType::NAMES) {
        let json = format!("\"{name}\"");
        assert_eq!(serde_json::to_string(kind).unwrap(), json);
        assert_eq!(serde_json::from_str::<OpenEventType>(&json).unwrap(), *kind);
    }
    for kind in EventType::of(Audience::Auditors) {
        let json = serde_json::to_string(&kind).unwrap();
        assert!(serde_json::from_str::<OpenEventType>(&json).is_err(), "{kind}");
        let message = serde_json::from_str::<OpenEventType>(&json).unwrap_err().to_string();
        assert!(message.matches(kind.as_str()).count() == 1, "it is not offered: {message}");
    }
}
