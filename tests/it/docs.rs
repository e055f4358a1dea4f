//! Holds the pages for users against the repository: links, the book's contents, and commands that run.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every page that is committed.
fn pages() -> Vec<PathBuf> {
    let listed = Command::new("git").args(["ls-files", "*.md"]).current_dir(root()).output().unwrap();
    let names = String::from_utf8(listed.stdout).unwrap();
    let pages: Vec<PathBuf> =
        names.lines().map(|name| root().join(name)).filter(|page| page.exists()).collect();
    assert!(pages.len() > 10, "git lists the pages");
    pages
}

/// What stands outside of blocks and spans of code.
fn prose(page: &str) -> String {
    let mut is_code = false;
    let lines = page.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    });
    lines.map(|line| line.split('`').step_by(2).collect::<Vec<_>>().join("") + "\n").collect()
}

/// The targets of a page's links and pictures.
fn links(page: &str) -> Vec<String> {
    let prose = prose(page);
    let ends = prose.match_indices("](").map(|(at, _)| &prose[at + 2..]);
    ends.filter_map(|rest| Some(rest[..rest.find(')')?].to_owned())).collect()
}

/// The anchors of a page's headings, as they are linked to.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
            line.trim_start_matches('#').trim().to_lowercase().chars().filter(kept).collect::<String>()
        })
        .map(|heading| heading.replace(' ', "-"))
        .collect()
}

#[test]
fn every_link_within_the_repository_leads_somewhere() {
    let mut dead = Vec::new();
    for page in pages() {
        let text = read(&page);
        for link in links(&text).into_iter().filter(|link| !link.contains("://")) {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            let is_there = target.exists() && (anchor.is_empty() || anchors(&read(&target)).contains(anchor));
            if !is_there {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

#[test]
fn the_book_has_every_page() {
    let contents: BTreeSet<String> = links(&read(&root().join("docs/SUMMARY.md"))).into_iter().collect();
    let pages = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().file_name());
    let written: BTreeSet<String> = pages
        .filter_map(|name| name.into_string().ok())
        .filter(|name| name.ends_with(".md") && name != "SUMMARY.md")
        .collect();
    assert_eq!(contents, written);
}

#[test]
fn the_commands_of_the_quick_start_run() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["data-samples", "pipelines"] {
        copy(&root().join(name), &folder.path().join(name));
    }
    let page = read(&root().join("docs/quick-start.md"));
    let commands: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("hashwatt ")).collect();
    assert!(commands.len() >= 5, "{commands:?}");
    for line in commands {
        let ran = command(line.split_whitespace()).current_dir(folder.path()).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        // The sample has faults on purpose, which end a run with 1.
        assert!(matches!(ran.status.code(), Some(0 | 1)), "hashwatt {line}: {said}");
    }
    assert!(folder.path().join("run1/report.html").exists());
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
