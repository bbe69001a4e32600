//! The pages behind `type`: each code in both languages, without scripts and without anything from elsewhere.

use std::fmt::Write as _;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::document::type_url;
use super::{Code, Language};
use crate::request::RequestInfo;

const STYLE: &str = "\
:root{color-scheme:light dark}body{font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.5rem;line-height:1.3}code{font-family:ui-monospace,monospace}dt{font-weight:600;margin-top:.8rem}dd{margin:0}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #8886}\
section{border-left:.25rem solid #8886;padding-left:1rem;margin:1.5rem 0}";

/// The content security policy of the pages: their own style and nothing else.
pub static CSP: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

/// All error codes.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemIndex {
    /// The codes in the order of the table.
    pub data: Vec<ProblemExplanation>,
}

/// What an error code means.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemExplanation {
    /// Stable identifier.
    pub code: &'static str,
    /// HTTP status of the answers with this code.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// Short name, in the language of the answer.
    pub title: &'static str,
    /// What a caller can do about it, in the language of the answer.
    pub solve: &'static str,
    /// Id of the rule behind it, where there is one.
    #[serde(skip_serializing_if = "str::is_empty")]
    #[schema(required = false)]
    pub rule: &'static str,
    /// Address of the explanation.
    #[serde(rename = "type")]
    #[schema(format = "uri")]
    pub kind: String,
}

/// The explanation of a code in the request's language.
#[must_use]
pub fn explanation(code: Code, request: &RequestInfo) -> ProblemExplanation {
    let row = code.row();
    ProblemExplanation {
        code: row.id,
        status: row.status,
        title: row.title.text(request.language),
        solve: row.solve.text(request.language),
        rule: row.rule,
        kind: type_url(&request.public_url, row.id),
    }
}

/// All explanations in the request's language.
#[must_use]
pub fn index(request: &RequestInfo) -> ProblemIndex {
    ProblemIndex { data: Code::ALL.iter().map(|code| explanation(*code, request)).collect() }
}

/// The page of all codes.
#[must_use]
pub fn index_page() -> String {
    let mut rows = String::new();
    for row in Code::ALL.iter().map(|code| code.row()) {
        let _ = write!(
            rows,
            "<tr><td><a href=\"/problems/{id}\"><code>{id}</code></a></td><td>{status}</td><td>{zh}</td><td lang=\"en\">{en}</td></tr>",
            id = row.id,
            status = row.status,
            zh = escape(row.title.zh),
            en = escape(row.title.en),
        );
    }
    page(
        "错误代码 · Error codes",
        &format!(
            "<h1>错误代码 <span lang=\"en\">Error codes</span></h1><table><thead><tr><th scope=\"col\">code</th>\
             <th scope=\"col\">HTTP</th><th scope=\"col\">含义</th><th scope=\"col\" lang=\"en\">Meaning</th></tr></thead>\
             <tbody>{rows}</tbody></table>"
        ),
    )
}

/// The page of one code.
#[must_use]
pub fn code_page(code: Code) -> String {
    let row = code.row();
    let section = |language: Language, label: &str| {
        format!(
            "<section lang=\"{}\"><h2>{}</h2><dl><dt>{}</dt><dd>{}</dd></dl></section>",
            language.tag(),
            escape(row.title.text(language)),
            label,
            escape(row.solve.text(language)),
        )
    };
    let rule = if row.rule.is_empty() {
        String::new()
    } else {
        format!(" · 规则 Rule <code>{}</code>", row.rule)
    };
    page(
        &format!("{} · {}", row.id, row.title.zh),
        &format!(
            "<nav><a href=\"/problems\">全部错误代码 <span lang=\"en\">All error codes</span></a></nav>\
             <h1><code>{}</code></h1><p>HTTP {}{rule}</p>{}{}",
            row.id,
            row.status,
            section(Language::Chinese, "如何处理"),
            section(Language::English, "What to do"),
        ),
    )
}

fn page(title: &str, main: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\"><title>{}</title><style>{STYLE}</style></head>\
         <body><main>{main}</main></body></html>\n",
        escape(title),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_a_page_in_both_languages() {
        for code in Code::ALL {
            let page = code_page(*code);
            let row = code.row();
            for text in [
                row.id,
                &escape(row.title.zh),
                &escape(row.title.en),
                &escape(row.solve.zh),
                &escape(row.solve.en),
            ] {
                assert!(page.contains(text), "{}: {text}", row.id);
            }
            assert!(!page.contains("<script"));
            assert!(index_page().contains(&format!("href=\"/problems/{}\"", row.id)));
        }
    }
}
