//! Holds the licences and sources of all dependencies against `deny.toml`, which cargo-deny reads too.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use spdx::{Expression, ParseMode};

#[derive(Deserialize)]
struct Deny {
    licenses: Licenses,
    sources: Sources,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
    exceptions: Vec<Exception>,
}

/// A crate that may have licences which others may not.
#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_git: Vec<String>,
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    source: Option<String>,
    checksum: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    license: Option<String>,
    rust_version: Option<String>,
}

fn read<T: DeserializeOwned>(name: &str) -> T {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap();
    toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What this machine's build was made of; nothing is fetched.
fn packages() -> Vec<Package> {
    let run = |program: &str, arguments: &[&str]| {
        let output =
            Command::new(program).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let version = String::from_utf8(run("rustc", &["-vV"])).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let arguments = ["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host];
    let metadata: Metadata = serde_json::from_slice(&run(env!("CARGO"), &arguments)).unwrap();
    metadata.packages
}

#[test]
fn every_crate_has_a_licence_that_we_may_use() {
    let deny: Deny = read("deny.toml");
    let is_allowed = |allowed: &[String], required: &spdx::LicenseReq| {
        let required = required.to_string();
        allowed.contains(&required)
    };
    let packages = packages();
    assert!(packages.len() > 300, "{} packages are not all", packages.len());
    for package in &packages {
        let text = package.license.as_deref().unwrap_or_else(|| panic!("{} names no licence", package.name));
        let expression = Expression::parse_mode(text, ParseMode::LAX)
            .unwrap_or_else(|error| panic!("{}: {error}", package.name));
        let own = deny.licenses.exceptions.iter().find(|exception| exception.name == package.name);
        let fits = expression.evaluate(|required| {
            is_allowed(&deny.licenses.allow, required)
                || own.is_some_and(|own| is_allowed(&own.allow, required))
        });
        assert!(fits, "{}: {text} is not among the licences of deny.toml", package.name);
    }
    for exception in &deny.licenses.exceptions {
        let is_there = packages.iter().any(|package| package.name == exception.name);
        assert!(is_there, "no package needs the exception for {}", exception.name);
    }
}

#[test]
fn every_crate_comes_from_a_source_that_we_trust_with_its_checksum() {
    let deny: Deny = read("deny.toml");
    assert!(deny.sources.allow_git.is_empty());
    let lock: Lock = read("Cargo.lock");
    let others = || lock.package.iter().filter(|package| !package.name.starts_with(env!("CARGO_PKG_NAME")));
    // Cargo's own registry is where serde comes from; no crate may come from elsewhere.
    let registry = others().find(|package| package.name == "serde").and_then(|serde| serde.source.clone());
    assert!(registry.as_ref().is_some_and(|registry| registry.starts_with("registry+")), "{registry:?}");
    for package in others() {
        assert_eq!(package.source, registry, "{} comes from elsewhere", package.name);
        assert!(package.checksum.is_some(), "{} has no checksum", package.name);
    }
}

#[test]
fn every_crate_builds_with_the_oldest_toolchain_that_we_name() {
    let parts =
        |version: &str| -> Vec<u32> { version.split('.').map(|part| part.parse().unwrap()).collect() };
    let ours = parts(env!("CARGO_PKG_RUST_VERSION"));
    let packages = packages();
    let named = || packages.iter().filter_map(|package| Some((package, package.rust_version.as_deref()?)));
    assert!(named().count() > 200, "hardly a crate names its oldest toolchain");
    for (package, version) in named() {
        assert!(
            parts(version)[..2] <= ours[..2],
            "{} needs Rust {version}, and we name {ours:?}",
            package.name
        );
    }
}
