//! What a person sees who scans a certificate's code: one page, both languages, no script.

use std::fmt::Write as _;
use std::sync::LazyLock;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use xueshi_domain::certificate::{CertificateState, Completion};
use xueshi_domain::identity::mask_name;
use xueshi_domain::instant::china_date;

use super::certificates::Issued;
use crate::problem::Problem;
use crate::request::RequestInfo;

const STYLE: &str = "\
:root{color-scheme:light}*{box-sizing:border-box}body{font:17px/1.6 system-ui,sans-serif;margin:0;background:#f3f4f6;color:#111}\
main{max-width:34rem;margin:0 auto;padding:1rem}header{border-radius:.75rem;padding:1.25rem;color:#fff;margin-bottom:1rem}\
header.valid{background:#14693a}header.superseded{background:#7a4b00}header.revoked{background:#9b1c1c}header.unknown{background:#374151}\
h1{margin:0;font-size:1.5rem;line-height:1.3}header p{margin:.25rem 0 0}dl{background:#fff;border-radius:.75rem;margin:0;padding:.5rem 1.25rem}\
div{display:flex;flex-wrap:wrap;gap:0 1rem;padding:.6rem 0;border-bottom:1px solid #e5e7eb}div:last-child{border:0}\
dt{flex:1 0 9rem;color:#4b5563}dd{flex:2 0 12rem;margin:0;font-weight:600;overflow-wrap:anywhere}footer{max-width:34rem;margin:0 auto;padding:0 1rem 1rem;color:#4b5563;font-size:.9rem}";

static CSP: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

/// Browsers name `text/html`; a program that takes anything gets JSON.
pub fn wants_html(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// The page for a certificate, or for a code that belongs to none.
///
/// # Errors
/// Anything but an unknown code, as a problem document.
pub fn answer(found: Result<Issued, Problem>, info: &RequestInfo) -> Result<HttpResponse, Problem> {
    let (status, page) = match &found {
        Ok(issued) => (StatusCode::OK, page(issued)),
        Err(problem) if problem.status() == StatusCode::NOT_FOUND => {
            (StatusCode::NOT_FOUND, unknown())
        }
        Err(_) => return found.map(|_| HttpResponse::Ok().finish()),
    };
    Ok(HttpResponse::build(status)
        .insert_header((header::CONTENT_SECURITY_POLICY, CSP.as_str()))
        .insert_header((header::CONTENT_LANGUAGE, info.language.tag()))
        .insert_header((header::VARY, "Accept"))
        .content_type("text/html; charset=utf-8")
        .body(page))
}

fn page(issued: &Issued) -> String {
    let Issued { certificate, content } = issued;
    let (class, zh, en) = match certificate.state.0 {
        CertificateState::Valid => ("valid", "证书有效", "This certificate is valid"),
        CertificateState::Superseded => (
            "superseded",
            "证书已被更正后的新版取代",
            "This certificate was replaced by a corrected one",
        ),
        CertificateState::Revoked => ("revoked", "证书已撤销", "This certificate was revoked"),
    };
    let completed = match content.completed {
        Completion::InYear => "当年完成 · in the year",
        Completion::ByMakeup => "补学完成 · by make-up",
    };
    let hours = &content.hours;
    let mut rows = vec![
        ("姓名 · Name", mask_name(&content.name)),
        ("证件号码 · Id number", content.masked_id_number.clone()),
        ("工作单位 · Employer", content.employer.clone()),
        ("年度 · Year", content.year.to_string()),
        (
            "学时 · Hours",
            format!(
                "{}（公需 public {} · 专业 professional {}）",
                hours.total, hours.public, hours.professional
            ),
        ),
        ("完成情况 · Completed", completed.to_owned()),
        ("证书编号 · Number", certificate.number.clone()),
        ("发证机关 · Issued by", content.issuing_body.clone()),
        ("发证日期 · Issued on", content.issued_on.to_string()),
    ];
    if let Some(ended) = certificate.ended_at {
        rows.push(("失效日期 · Ended on", china_date(ended.0).to_string()));
        rows.push(("失效原因 · Reason", reason(certificate.end_reason.as_deref()).to_owned()));
    }
    let mut list = String::new();
    for (name, value) in rows {
        // Writing into a string cannot fail.
        let _ = write!(list, "<div><dt>{name}</dt><dd>{}</dd></div>", escape(&value));
    }
    document(class, zh, en, &format!("<dl>{list}</dl>"))
}

/// The class of reason in words (A2).
fn reason(class: Option<&str>) -> &'static str {
    match class {
        Some("hours_revoked") => "学时被撤销 · approved hours were revoked",
        Some("corrected") => "已更正并换发新证 · corrected by a new certificate",
        _ => "其他 · other",
    }
}

fn unknown() -> String {
    document(
        "unknown",
        "没有这个验证码",
        "There is no such code",
        "<p>请核对验证码后再试。<br>Check the code and try again.</p>",
    )
}

fn document(class: &str, zh: &str, en: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{zh} · {en}</title>\
         <style>{STYLE}</style></head><body><main><header class=\"{class}\"><h1>{zh}</h1><p lang=\"en\">{en}</p></header>\
         {body}</main><footer><p>郑州市专业技术人员继续教育证书查验 · Continuing-education certificate check</p></footer></body></html>"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
