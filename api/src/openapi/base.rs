//! The parts of the document that belong to no operation.

use utoipa::openapi::security::{
    ClientCredentials, Flow, HttpAuthScheme, HttpBuilder, OAuth2, Scopes, SecurityScheme,
};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ComponentsBuilder, ContactBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder,
    SecurityRequirement, ServerBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use crate::problem::ProblemDocument;

const DESCRIPTION: &str = "\
Continuing-education hours of professionals, from learning to certificate.

Times are RFC 3339 with `+08:00`, dates `YYYY-MM-DD`, ids UUIDv7, hours JSON numbers with at most one decimal. Unknown members, \
unknown query parameters and repeated keys are refused. Errors are problem documents (RFC 9457) in Chinese or, by \
`Accept-Language: en`, in English; their `code` is stable and explained at `/problems/{code}`. Every answer has `X-Request-Id`, \
which a caller may set. HEAD works wherever GET does.";

/// Tags in the order of the documentation: name and description.
pub(crate) const TAGS: &[(&str, &str)] = &[
    ("auth", "Login, tokens, keys"),
    ("me", "The caller's own years: what a phone's first screen needs"),
    ("organizations", "Units, their tree and administrators"),
    ("registrations", "People and units that register, and those who accept them"),
    ("accounts", "Who logs in, and with which roles"),
    ("professionals", "People, their employments and annual records"),
    ("personal-data", "Numbers whole for a purpose, a copy for the person concerned, erasure"),
    ("transfers", "People who go from one employer to another"),
    ("policies", "Rules of a year, windows, working days"),
    ("learning", "Platforms, institutions, plans, classes, completed learning"),
    ("training", "Filing of institutions, training plans, classes, rosters, advanced seminars"),
    ("declarations", "From draft to approval"),
    ("makeup", "Hours of prior years: applications, grants"),
    ("reviews", "What waits for a unit's decision"),
    ("appeals", "Against a rejection or a revocation, or for a record that is missing"),
    ("annual-records", "Verification of complete years"),
    ("exemptions", "People who are let off a year's hours"),
    ("statistics", "Figures for supervision, the rows behind them, and files of both"),
    ("certificates", "Certificates and their public verification"),
    ("make-up", "Prior years: applications and grants"),
    ("side-roads", "Exemptions, appeals, transfers, registrations"),
    ("year-end", "Settlement, appraisals, standing"),
    ("supervision", "Figures, forecasts, funding"),
    ("explanations", "Why: rules, inputs, checks, outcome"),
    ("events", "What happened"),
    (
        "audit",
        "Who did what, to whom, when, from where, under which rule, and the log that proves it",
    ),
    ("sync", "Keeping in step with other systems: the change feed"),
    ("webhooks", "What happens, delivered to a receiver of one's own"),
    ("jobs", "Long work and its progress"),
    ("imports", "Files of rows that are taken in"),
    ("exports", "Lists that are taken out as files"),
    ("settlements", "The end of a year: settlement, what lapsed, what was sealed"),
    ("sandbox", "Test clock and reset; only where started with `--sandbox`, elsewhere 404"),
    ("service", "Health, metrics, documentation"),
];

/// Scopes of machine clients with their meaning.
const SCOPES: [(&str, &str); 3] = [
    ("sync:read", "Read changes and records for synchronisation"),
    ("sync:write", "Write records for synchronisation"),
    ("learning:write", "Deliver completed learning"),
];

pub(super) fn base() -> OpenApi {
    let info = InfoBuilder::new()
        .title("xueshi")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .contact(Some(
            ContactBuilder::new().name(Some("xueshi")).url(Some("https://xueshi.example")).build(),
        ))
        .license(Some(
            LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build(),
        ))
        .build();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some(
            "An access token from `/v1/auth/login`, `/v1/auth/refresh` or `/v1/oauth/token`",
        ))
        .build();
    let machine = OAuth2::with_description(
        [Flow::ClientCredentials(ClientCredentials::new(
            "/v1/oauth/token",
            Scopes::from_iter(SCOPES),
        ))],
        "Machine clients (RFC 6749, client credentials)",
    );
    let mut schemas = Vec::new();
    <ProblemDocument as ToSchema>::schemas(&mut schemas);
    let components = ComponentsBuilder::new()
        .security_scheme("bearer", SecurityScheme::Http(bearer))
        .security_scheme("oauth2", SecurityScheme::OAuth2(machine))
        .schema(ProblemDocument::name(), ProblemDocument::schema())
        .schemas_from_iter(schemas)
        .build();
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([ServerBuilder::new().url("/").description(Some("This server")).build()]))
        .security(Some([
            SecurityRequirement::new("bearer", Vec::<String>::new()),
            SecurityRequirement::new("oauth2", Vec::<String>::new()),
        ]))
        .tags(Some(
            TAGS.iter()
                .map(|(name, text)| TagBuilder::new().name(*name).description(Some(*text)).build()),
        ))
        .components(Some(components))
        .build()
}
