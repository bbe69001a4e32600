//! Who is to get a page, and who JSON.

use std::cmp::Reverse;

use actix_web::HttpRequest;
use actix_web::http::header;

/// Browsers name `text/html`; a program that takes anything gets JSON, as does whoever would rather have it (RFC 9110, 12.5.1).
#[must_use]
pub fn wants_html(request: &HttpRequest) -> bool {
    let lines = request.headers().get_all(header::ACCEPT);
    let lines: Vec<&str> = lines.filter_map(|value| value.to_str().ok()).collect();
    prefers_html(&lines.join(","))
}

/// Whether a request is one for the page: at its addresses, by somebody who is to get one.
#[must_use]
pub fn wants_page(request: &HttpRequest) -> bool {
    let path = request.path();
    (path == "/v1/verify" || path.starts_with("/v1/verify/")) && wants_html(request)
}

fn prefers_html(accept: &str) -> bool {
    let ranges: Vec<(String, u16)> = accept.split(',').map(range).collect();
    // Of two that are as welcome the one that is named first wins.
    let found = |name: &str| {
        let place = ranges.iter().position(|(known, _)| known == name)?;
        Some((ranges[place].1, Reverse(place)))
    };
    match (found("text/html"), found("application/json")) {
        (None | Some((0, _)), _) => false,
        (Some(html), Some(json)) => html > json,
        (Some(_), None) => true,
    }
}

/// A media range in small letters, and its weight in thousandths; what is no weight counts as none.
fn range(text: &str) -> (String, u16) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let weight = parts.find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case("q").then(|| weight(value.trim()).unwrap_or(0))
    });
    (name, weight.unwrap_or(1000))
}

/// RFC 9110, 12.4.2: 0 to 1, with three digits behind the point at most.
fn weight(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{fraction:0<3}").parse().ok()?;
    match (whole, thousandths) {
        ("0", _) => Some(thousandths),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_for_who_would_rather_have_one() {
        let chrome = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,\
                      application/signed-exchange;v=b3;q=0.7";
        for accept in [
            chrome,
            "text/html",
            "TEXT/HTML",
            "Text/Html; charset=utf-8 ; Q=0.5",
            "text/html;q=0.001",
            "application/json;q=0.9, text/html",
            "text/html, application/json",
            "text/html;q=0.5, application/json;q=0.5",
            "text/html;q=0.8, application/json;q=0.",
            "application/json;q=0, text/html;q=0.1",
        ] {
            assert!(prefers_html(accept), "{accept}");
        }
        for accept in [
            "",
            "*/*",
            "text/*",
            "application/json",
            "application/json, text/html;q=0.9",
            "application/json, text/html",
            "application/json;q=1, text/html;q=0",
            "text/html;q=0",
            "text/html;q=0.000",
            "text/html;q=2",
            "text/html;q=0.1234",
            "text/html;q=x",
            "application/xhtml+xml",
            "text/html5",
            "x-text/html",
            "application/json;profile=text/html",
        ] {
            assert!(!prefers_html(accept), "{accept}");
        }
    }
}
