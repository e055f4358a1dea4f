//! Starts one PostgreSQL server on loopback for all tests; it ends with them.

use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::debian;
use crate::loopback::{free_port, wait_for_server};

/// URL of a new, empty database.
pub fn new_database() -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(1);
    let server = server();
    let name = format!("desk{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let mut made = as_server(
        &server.programs.join("createdb"),
        &["-h", "127.0.0.1", "-p", &server.port.to_string(), "-U", "desk", &name],
    );
    assert!(made.output().unwrap().status.success(), "no database {name}");
    format!("postgres://desk@127.0.0.1:{}/{name}", server.port)
}

struct Server {
    programs: PathBuf,
    port: u16,
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(start)
}

fn start() -> Server {
    let programs = debian::postgres();
    let folder = tempfile::Builder::new().prefix("hashwatt-postgres-").tempdir().unwrap().keep();
    let data = folder.join("data");
    give_to_server(&folder);
    let mut made = as_server(
        &programs.join("initdb"),
        &["-D", data.to_str().unwrap(), "-U", "desk", "--auth=trust", "--no-sync", "-E", "UTF8"],
    );
    let made = made.output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let port = free_port();
    let (postgres, data_text, port_text) =
        (programs.join("postgres"), data.display().to_string(), port.to_string());
    // The server ends with the thread that started it: a thread of its own, that ends with the tests.
    std::thread::spawn(move || {
        let sockets = Path::new(&data_text).parent().unwrap().display().to_string();
        let arguments = ["-D", &data_text, "-p", &port_text, "-h", "127.0.0.1", "-k", &sockets, "-F"];
        let mut server = as_server(&postgres, &arguments);
        let mut child = server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        child.wait().unwrap();
    });
    wait_for_server("PostgreSQL", port);
    std::thread::sleep(Duration::from_millis(300));
    Server { programs, port }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|facts| std::os::unix::fs::MetadataExt::uid(&facts) == 0)
}

/// The server refuses to run as root: there it runs as its package's user.
fn as_server(program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("setpriv");
    command.arg("--pdeathsig").arg("TERM");
    if is_root() {
        command.args(["--reuid", "postgres", "--regid", "postgres", "--init-groups"]);
    }
    command.arg(program).args(arguments).stdin(Stdio::null());
    command
}

fn give_to_server(folder: &Path) {
    if is_root() {
        let users = std::fs::read_to_string("/etc/passwd").unwrap();
        let line =
            users.lines().find(|line| line.starts_with("postgres:")).expect("its package makes the user");
        let ids: Vec<u32> = line.split(':').skip(2).take(2).map(|id| id.parse().unwrap()).collect();
        chown(folder, Some(ids[0]), Some(ids[1])).unwrap();
    }
}
