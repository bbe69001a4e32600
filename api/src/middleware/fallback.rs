//! What no route takes: 405 with `Allow` where the path is known, otherwise 404.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::problem::{Code, Problem};
use crate::state::AppState;

/// The default service.
///
/// # Errors
/// Always: 404 `not-found` or 405 `method-not-allowed`.
pub async fn fallback(
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let path = request.match_info().as_str();
    let mounted = state.settings.sandbox || !path.starts_with("/v1/sandbox");
    let entry = state.document.index.find(path).filter(|_| mounted);
    match entry {
        Some(entry) if entry.operation(request.method()).is_none() => {
            let allow = entry.allow();
            let value = HeaderValue::from_str(&allow).map_err(Problem::internal)?;
            Err(Problem::new(Code::MethodNotAllowed)
                .detail(format!("此地址支持：{allow}"), format!("allowed here: {allow}"))
                .header(header::ALLOW, value))
        }
        _ => Err(Problem::new(Code::NotFound)),
    }
}
