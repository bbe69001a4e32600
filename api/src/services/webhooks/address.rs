//! Addresses of receivers.

use std::net::IpAddr;

use url::{Host, Url};
use xueshi_domain::webhook::is_public;

use crate::problem::Problem;
use crate::services::references::unfit;

const URL: &str = "/url";

/// Reads an address, in the form in which it is called. Names are looked up when something is delivered.
///
/// # Errors
/// 422 for what is no address, and outside of a sandbox for http and for addresses that are not public.
pub(super) fn parse(text: &str, sandbox: bool) -> Result<String, Problem> {
    let not_a_url = || unfit(URL, "url", "不是有效的网址", "is not a URL");
    let mut url = Url::parse(text).map_err(|_| not_a_url())?;
    if url.scheme() != "https" && !(sandbox && url.scheme() == "http") {
        return Err(unfit(URL, "https-required", "必须是 https 网址", "must be an https URL"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(unfit(
            URL,
            "userinfo",
            "网址中不能含有用户名或密码",
            "must not hold a user name or a password",
        ));
    }
    if url.port() == Some(0) {
        return Err(not_a_url());
    }
    let address = match url.host().ok_or_else(not_a_url)? {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(IpAddr::V4(address)),
        Host::Ipv6(address) => Some(IpAddr::V6(address)),
    };
    if !sandbox && address.is_some_and(|address| !is_public(address)) {
        return Err(unfit(
            URL,
            "private-target",
            "不能是内部网络地址",
            "must not be an address of a private network",
        ));
    }
    url.set_fragment(None);
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_https_addresses_outside_of_a_sandbox() {
        for text in [
            "https://province.example/hooks",
            "https://province.example:8443/a?key=b",
            "https://1.1.1.1/",
            "https://[2400:3200::1]/",
        ] {
            assert!(parse(text, false).is_ok(), "{text}");
        }
        for text in [
            "http://province.example/",
            "ftp://province.example/",
            "https://",
            "hooks",
            "https://user:word@province.example/",
            "https://user@province.example/",
            "https://province.example:0/",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://017700000001/",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[fd00::1]/",
        ] {
            assert!(parse(text, false).is_err(), "{text}");
        }
        assert!(parse("http://127.0.0.1:8080/", true).is_ok());
        assert_eq!(parse("https://A.example#part", true).unwrap(), "https://a.example/");
    }
}
