//! Witnesses cosign the log's heads, and do not go back with it (C2SP tlog-witness).

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};
use xueshi_tests::merkle::{Hash, grown};
use xueshi_tests::{Server, on_both};

use super::{Head, hash, head, settled, something_happens};

on_both!(a_witness_cosigns_what_only_grew_and_nothing_else);

/// A witness that remembers one log.
struct Witness {
    address: String,
    verifier_key: String,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    /// The head that it signed last.
    last: Option<(u64, Hash)>,
    signed: usize,
    /// What it did not sign, and why.
    refused: Vec<&'static str>,
}

impl Witness {
    fn start() -> Witness {
        let key = SigningKey::from_bytes(&[9; 32]);
        let encoded = [&[4_u8], key.verifying_key().as_bytes().as_slice()].concat();
        let name = "witness.example";
        let id = Sha256::digest([name.as_bytes(), b"\n", &encoded].concat())[..4].to_vec();
        let written: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
        let verifier_key = format!("{name}+{written}+{}", STANDARD.encode(&encoded));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let known = Arc::new(Mutex::new(Known::default()));
        let of_thread = Arc::clone(&known);
        // It ends with the process.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (key, id, known) = (key.clone(), id.clone(), Arc::clone(&of_thread));
                std::thread::spawn(move || answer(stream.unwrap(), &key, &id, &known));
            }
        });
        Witness { address, verifier_key, known }
    }
}

fn answer(stream: TcpStream, key: &SigningKey, id: &[u8], known: &Mutex<Known>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first).unwrap_or(0) == 0 {
            return;
        }
        assert!(first.starts_with("POST /add-checkpoint "), "{first}");
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if line.trim().is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').unwrap();
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let (status, text) =
            judge(&String::from_utf8(body).unwrap(), key, id, &mut known.lock().unwrap());
        let reply = format!("HTTP/1.1 {status} \r\ncontent-length: {}\r\n\r\n{text}", text.len());
        reader.get_mut().write_all(reply.as_bytes()).unwrap();
    }
}

/// What C2SP tlog-witness asks of a witness.
fn judge(body: &str, key: &SigningKey, id: &[u8], known: &mut Known) -> (u16, String) {
    let (proof, note) = body.split_once("\n\n").unwrap();
    let mut lines = proof.lines();
    let old: u64 = lines.next().unwrap().strip_prefix("old ").unwrap().parse().unwrap();
    let hashes: Vec<Hash> = lines.map(hash).collect();
    let head = Head::of(note);
    let (size, root) = known.last.unwrap_or_default();
    if old != size {
        known.refused.push("another size");
        return (409, format!("{size}\n"));
    }
    if head.size < old {
        known.refused.push("smaller");
        return (409, format!("{size}\n"));
    }
    if old > 0 && grown(old, head.size, root, &hashes) != Some((root, head.root)) {
        known.refused.push("not consistent");
        return (422, String::new());
    }
    known.last = Some((head.size, head.root));
    known.signed += 1;
    let time = 1_700_000_000_u64;
    let text = note.split_once("\n\n").unwrap().0;
    let signature =
        key.sign(format!("cosignature/v1\ntime {time}\n{text}\n").as_bytes()).to_bytes();
    let value = [id, &time.to_be_bytes(), &signature].concat();
    (200, format!("— witness.example {}\n", STANDARD.encode(value)))
}

/// The newest head once the witness has signed it, or not after some seconds.
async fn cosigned(server: &Server) -> Option<Head> {
    for _ in 0..60 {
        let head = head(server).await;
        if head.note.contains("\n— witness.example ") {
            return Some(head);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    None
}

async fn a_witness_cosigns_what_only_grew_and_nothing_else(server: &Server) {
    let witness = Witness::start();
    let asked = format!("{}@{}", witness.verifier_key, witness.address);
    let witnessed = |settings: &mut xueshi_api::Settings| {
        settings.witnesses = vec![asked.parse().unwrap()];
    };
    let mut server = Server::with(server.database(), witnessed).await;
    let first = cosigned(&server).await.expect("the witness signs");
    server.stop();
    let older = server.copy();
    server.start_again();
    let server = server.restart(witnessed).unwrap();
    something_happens(&server).await;
    settled(&server).await;
    let second = cosigned(&server).await.expect("the witness signs again");
    assert!(second.size > first.size);
    let signed = witness.known.lock().unwrap().signed;
    assert!(signed >= 2, "{signed}");
    assert!(!witness.known.lock().unwrap().refused.contains(&"not consistent"));

    // The older copy takes its place: the witness does not sign it, and says why.
    let older = older.restart(witnessed).unwrap();
    something_else(&older).await;
    settled(&older).await;
    assert_eq!(cosigned(&older).await, None);
    let known = witness.known.lock().unwrap();
    assert_eq!(known.last.unwrap().0, second.size, "it stays with what it signed");
    assert!(known.refused.contains(&"another size"), "{:?}", known.refused);
}

async fn something_else(server: &Server) {
    server.set_clock("2023-10-18T09:00:00+08:00").await;
    let learning = xueshi_tests::steps::conference("学术会议", "05-08", "05-09", 8);
    let doctor = server.login("professional").await;
    doctor.post("/v1/declarations").json(learning).await.is(201);
}
