//! The socket that is listened on, and how many connections there may be.

use std::io;
use std::net::{SocketAddr, TcpListener};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpSocket;

/// Connections that may wait to be taken. The usual 128 are gone in an instant when thousands come together: whoever finds no place
/// is not refused but left alone, and tries again after seconds.
const WAITING: u32 = 4_096;
/// Connections at a time, over all threads; each takes some 35 KiB. More wait until one ends.
const AT_ONCE: usize = 16_384;
/// Open files beside the connections: databases, stored files, what is sent elsewhere.
const BESIDE: u64 = 1_024;

/// Listens on an address. Must be called inside a tokio runtime.
///
/// # Errors
/// When the address cannot be had.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // A service that starts anew need not wait for the connections of the one before.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)?.into_std()
}

/// Asks for as many open files as all connections need, or as many as there are to be had: what a shell gives, often 1,024, is
/// a precaution of other times. Gives the connections that there is room for.
pub(crate) fn make_room() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let wanted = AT_ONCE as u64 + BESIDE;
    // `None` is no limit.
    let had = limit.maximum.map_or(wanted, |most| most.min(wanted));
    let mut files = limit.current.unwrap_or(wanted);
    if files < had {
        let raised = Rlimit { current: Some(had), maximum: limit.maximum };
        match setrlimit(Resource::Nofile, raised) {
            Ok(()) => files = had,
            Err(error) => log::warn!("{files} files may be open, {had} were asked for: {error}"),
        }
    }
    room_in(files)
}

/// Connections beside which enough files may still be opened.
fn room_in(files: u64) -> usize {
    let room = files.saturating_sub(BESIDE).max(files / 2);
    usize::try_from(room).unwrap_or(AT_ONCE).clamp(1, AT_ONCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_free_port_is_listened_on_and_a_taken_one_is_not() {
        let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        assert_ne!(address.port(), 0);
        let taken = listen(address).unwrap_err();
        assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
        std::net::TcpStream::connect(address).unwrap();
    }

    #[test]
    fn there_is_room_for_what_is_allowed() {
        let room = make_room();
        let limit = getrlimit(Resource::Nofile);
        assert!(limit.current.is_none_or(|files| files > room as u64), "{room} {limit:?}");
        for (files, room) in [(1_024, 512), (4_096, 3_072), (1_000_000, AT_ONCE), (0, 1)] {
            assert_eq!(room_in(files), room);
        }
    }
}
