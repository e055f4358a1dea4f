//! Starts one S3 server on loopback for all tests, moto's; it ends with them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::loopback::{free_port, wait_for_server};
use crate::program::{Ran, command, ran};

/// What the command line of a cloud wants to be told; the server believes any keys.
const ENVIRONMENT: [(&str, &str); 5] = [
    ("AWS_ACCESS_KEY_ID", "testing"),
    ("AWS_SECRET_ACCESS_KEY", "testing"),
    ("AWS_REGION", "us-east-1"),
    ("AWS_ALLOW_HTTP", "true"),
    ("AWS_CONFIG_FILE", "/dev/null"),
];

/// Says who asks; the server takes any signature, and lets nobody overwrite anything without one.
const SIGNATURE: &str = "AWS4-HMAC-SHA256 Credential=testing/20240101/us-east-1/s3/aws4_request, \
    SignedHeaders=host, Signature=0";

/// Address of the server, as `http://127.0.0.1:PORT`.
fn server() -> &'static str {
    static SERVER: OnceLock<String> = OnceLock::new();
    SERVER.get_or_init(|| {
        let (program, port) = (program(), free_port());
        // The server ends with the thread that started it: a thread of its own, that ends with the tests.
        std::thread::spawn(move || {
            let mut server = Command::new("setpriv");
            server.args(["--pdeathsig", "TERM"]).arg(program).args([
                "-H",
                "127.0.0.1",
                "-p",
                &port.to_string(),
            ]);
            let mut child =
                server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            child.wait().unwrap();
        });
        wait_for_server("moto's server", port);
        format!("http://127.0.0.1:{port}")
    })
}

/// # Panics
/// When the server is not installed: a test that names a real server never passes without.
fn program() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"), PathBuf::from);
    let program = target.join("s3/bin/moto_server");
    assert!(
        program.is_file(),
        "{} is not here; `tests/all` installs it (tests/requirements.txt) and runs the tests",
        program.display()
    );
    program
}

/// A bucket of a test's own.
pub struct TestBucket {
    pub name: String,
}

impl TestBucket {
    pub fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(1);
        let name = format!("bucket-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        ureq::put(format!("{}/{name}", server())).header("authorization", SIGNATURE).send_empty().unwrap();
        Self { name }
    }

    /// Address of the server that has it.
    pub fn server(&self) -> &'static str {
        server()
    }

    fn address(&self, key: &str) -> String {
        format!("{}/{}/{key}", server(), self.name)
    }

    pub fn put(&self, key: &str, content: &[u8]) {
        ureq::put(self.address(key)).header("authorization", SIGNATURE).send(content).unwrap();
    }

    pub fn get(&self, key: &str) -> Option<Vec<u8>> {
        let answer = ureq::get(self.address(key)).header("authorization", SIGNATURE).call();
        answer.ok().map(|mut answer| answer.body_mut().with_config().limit(1 << 30).read_to_vec().unwrap())
    }

    pub fn delete(&self, key: &str) {
        ureq::delete(self.address(key)).header("authorization", SIGNATURE).call().unwrap();
    }

    /// Every key, in order.
    pub fn keys(&self) -> Vec<String> {
        let mut answer = ureq::get(format!("{}/{}?list-type=2", server(), self.name))
            .header("authorization", SIGNATURE)
            .call()
            .unwrap();
        let listing = answer.body_mut().read_to_string().unwrap();
        listing.split("<Key>").skip(1).map(|rest| rest.split("</Key>").next().unwrap().to_owned()).collect()
    }

    pub fn url(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.name)
    }

    /// Runs the program against the server.
    #[track_caller]
    pub fn hashwatt(&self, arguments: &[&str]) -> Ran {
        self.hashwatt_by(server(), &[], arguments)
    }

    /// Runs the program against another address, such as a proxy's, with more in its environment.
    #[track_caller]
    pub fn hashwatt_by(&self, endpoint: &str, more: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let mut command = command(arguments);
        command
            .envs(ENVIRONMENT)
            .env("AWS_ENDPOINT_URL", endpoint)
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        command.envs(more.iter().copied());
        ran(&mut command)
    }
}
