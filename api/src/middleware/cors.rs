//! Which web pages may call the service.

use actix_cors::Cors;

/// Headers that a page may read beside the simple ones.
const EXPOSED: [&str; 11] = [
    "X-Request-Id",
    "ETag",
    "Link",
    "Location",
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
    "Idempotent-Replayed",
    "Deprecation",
    "Sunset",
    "Content-Disposition",
];

/// The policy for a list of origins. Tokens travel in a header, never in a cookie, so credentials are not allowed.
pub fn cors(origins: &[String]) -> Cors {
    let policy = Cors::default()
        .block_on_origin_mismatch(false)
        .allowed_methods(["GET", "POST", "PUT", "PATCH", "DELETE"])
        .allow_any_header()
        .expose_headers(EXPOSED)
        .max_age(3600);
    origins.iter().fold(policy, |policy, origin| policy.allowed_origin(origin))
}
