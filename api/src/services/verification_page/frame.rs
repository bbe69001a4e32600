//! The page around what it says: markup, style, headers.

use std::fmt::Write as _;
use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use time::Date;

use super::words::{Message, Words};

/// Every colour of a text has a contrast of at least 4.5 with what it stands on; sizes grow with the reader's own.
const STYLE: &str = "\
:root{color-scheme:light}*{box-sizing:border-box}\
body{font:1.0625rem/1.6 system-ui,-apple-system,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;margin:0;background:#f3f4f6;color:#111827}\
.top,main,.end{max-width:34rem;margin:0 auto;padding:.75rem 1rem}.top,.end{color:#4b5563;font-size:.9375rem}.top p,.end p{margin:0}\
.state{border-radius:.75rem;padding:1.25rem;color:#fff;margin-bottom:1rem}\
.valid{background:#14693a}.superseded{background:#7a4b00}.revoked{background:#9b1c1c}.unknown{background:#374151}.entry{background:#1e3a5f}\
h1{margin:0;font-size:1.625rem;line-height:1.3}h1 [lang]{display:block;font-size:1.125rem;font-weight:600}\
.sign{display:inline-block;min-width:1.5em;height:1.5em;line-height:1.5em;margin-right:.4em;border-radius:50%;background:#fff;text-align:center;font-size:.8em}\
.valid .sign{color:#14693a}.superseded .sign{color:#7a4b00}.revoked .sign{color:#9b1c1c}.unknown .sign{color:#374151}\
.state p{margin:.6rem 0 0}.state p[lang]{font-size:1rem}\
dl,form{background:#fff;border-radius:.75rem;margin:0;padding:.5rem 1.25rem}\
.row{display:flex;flex-wrap:wrap;gap:0 1rem;padding:.6rem 0;border-bottom:1px solid #e5e7eb}.row:last-child{border:0}\
dt{flex:1 0 min(9rem,100%);color:#4b5563}dd{flex:2 0 min(12rem,100%);margin:0;font-weight:600;overflow-wrap:anywhere}dd [lang]{font-weight:400}\
.at{margin:.75rem .25rem 0;color:#4b5563;font-size:.9375rem}form{padding:1.25rem}label{display:block;font-weight:600}\
input{width:100%;font:inherit;font-size:1.25rem;letter-spacing:.06em;padding:.6rem .75rem;margin:.4rem 0;border:2px solid #6b7280;border-radius:.5rem;text-transform:uppercase}\
#hint{color:#4b5563;font-size:.9375rem}#hint p{margin:0}\
button{font:inherit;font-weight:600;min-height:2.75rem;margin-top:1rem;padding:.5rem 1.5rem;border:0;border-radius:.5rem;background:#1d4ed8;color:#fff}\
:focus-visible{outline:3px solid #1d4ed8;outline-offset:3px}\
@media print{.state{color:#000;background:#fff;border:2px solid #000}body{background:#fff}}";

static CSP: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
});

/// A name and its value, which is markup already.
pub(super) struct Row(pub(super) Words, pub(super) String);

/// The answer with this page. It is in both languages, whichever the caller would rather have.
pub(super) fn answered(status: StatusCode, page: String) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CONTENT_SECURITY_POLICY, CSP.as_str()))
        .insert_header((header::CONTENT_LANGUAGE, "zh-CN, en"))
        .insert_header((header::VARY, "Accept"))
        .content_type("text/html; charset=utf-8")
        .body(page)
}

/// The whole page: its title begins with the state.
pub(super) fn page(class: &str, message: &Message, body: &str) -> String {
    let Words(zh, en) = message.state;
    let sign = if message.sign.is_empty() {
        String::new()
    } else {
        format!("<span class=\"sign\" aria-hidden=\"true\">{}</span>", message.sign)
    };
    let advice = text(&message.advice);
    let name =
        Words("专业技术人员继续教育证书查验", "Continuing-education certificate check").html();
    let privacy = Words("姓名和证件号码已作遮盖处理。", "Name and id number are masked.");
    format!(
        "<!DOCTYPE html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><meta name=\"referrer\" content=\"no-referrer\">\
         <link rel=\"icon\" href=\"data:,\"><title>{zh} · {en}</title><style>{STYLE}</style></head>\
         <body><header class=\"top\"><p>{name}</p></header>\
         <main><div class=\"state {class}\"><h1>{sign}{zh} <span lang=\"en\">{en}</span></h1>{advice}</div>{body}</main>\
         <footer class=\"end\">{}</footer></body></html>",
        text(&privacy)
    )
}

/// A paragraph in each language.
pub(super) fn text(words: &Words) -> String {
    let Words(zh, en) = words;
    format!("<p>{zh}</p><p lang=\"en\">{en}</p>")
}

/// Names and values under one another.
pub(super) fn table(rows: &[Row]) -> String {
    let mut list = String::from("<dl>");
    for Row(name, value) in rows {
        // Writing into a string cannot fail.
        let _ = write!(list, "<div class=\"row\"><dt>{}</dt><dd>{value}</dd></div>", name.html());
    }
    list.push_str("</dl>");
    list
}

/// A day, which programs can read too.
pub(super) fn day(date: Date) -> String {
    format!("<time>{date}</time>")
}

/// An instant of RFC 3339, to the second.
pub(super) fn instant(rfc3339: &str) -> String {
    let shown = rfc3339.get(..19).unwrap_or(rfc3339).replace('T', " ");
    format!("<time datetime=\"{rfc3339}\">{shown}</time>")
}

/// A text as it may stand in markup.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
