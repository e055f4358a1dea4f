//! Looks for words on the desk's pages that nobody has translated.

use hashwatt::finding::Code;
use hashwatt::language::untranslated::english_words;

use super::client::page_of;
use super::desk::{Desk, ENGINES};
use crate::program::{read_table, texts};

/// Names that stand on pages in every language: of keys, of what a program sends, of scopes, of people.
const NAMES: &str = "english enter api openapi authorization bearer cases places read write suspects ada local null \
    geo utc verify file";

/// Digits of a SHA-256 in hexadecimal, which are no word.
const SUM_CHARS: usize = 64;

/// Returns what a person reads on a page: text, labels and hints, without the choice of a language.
fn read_on(page: &str) -> String {
    let body = page.split("<body>").nth(1).unwrap();
    let mut text = String::new();
    for part in body.split('<') {
        let (tag, shown) = part.split_once('>').unwrap_or(("", part));
        for label in ["aria-label=\"", "placeholder=\"", "title=\""] {
            let label = tag.split(label).nth(1).and_then(|rest| rest.split('"').next());
            text.push_str(label.unwrap_or_default());
            text.push(' ');
        }
        // What scripts take from a page is theirs.
        if !tag.starts_with("script") && !tag.starts_with("style") {
            let is_sum = |word: &&str| word.len() == SUM_CHARS && word.chars().all(|c| c.is_ascii_hexdigit());
            let shown = shown.split(' ').filter(|word| !is_sum(word)).collect::<Vec<_>>().join(" ");
            text.push_str(
                &shown
                    .replace("&nbsp;", " ")
                    .replace("&quot;", " ")
                    .replace("&#39;", " ")
                    .replace("&#38;", " "),
            );
        }
        text.push(' ');
    }
    text
}

#[test]
fn no_page_of_another_language_has_english_in_it() {
    let desk = Desk::open(ENGINES[0], &[]);
    let meters = desk.suspects();
    let mut data: String = NAMES.to_owned();
    let register = read_table(&desk.run.join("register.parquet"));
    for column in
        ["meter_id", "parent_id", "kind", "activity", "premises", "tariff", "address", "zone", "phase", "bus"]
    {
        for word in texts(&register, column).into_iter().flatten() {
            data.push(' ');
            data.push_str(&word);
        }
    }
    for code in Code::ALL {
        data.push(' ');
        data.push_str(&code.as_str().replace('_', " "));
    }
    let mut ada = desk.administrator();
    ada.get("/tips").is(200);
    ada.post("/tips", &[("meter_id", &*meters[0]), ("text", "шум"), ("caller_name", "я")]).is(303);
    ada.get(&page_of(&meters[0])).is(200);
    let write = |fields: &[(&str, &str)], ada: &mut super::client::Client| {
        let answer = ada.post(&format!("{}/entries", page_of(&meters[0])), fields).is(303);
        answer.location
    };
    write(&[("action", "visit_requested"), ("value", "2026-01-31")], &mut ada);
    let done = write(&[("action", "verdict"), ("value", "suspected"), ("reason", "шум")], &mut ada);
    let mut pages: Vec<String> = [
        "/",
        "/?show=all",
        "/?late=yes",
        "/map",
        "/tips",
        "/tips/1",
        "/visits",
        "/moved",
        "/watched",
        "/people",
        "/access",
        "/account",
        "/field",
    ]
    .map(str::to_owned)
    .into();
    pages.push(done);
    for meter in &meters {
        pages.extend([
            page_of(meter),
            format!("{}/order", page_of(meter)),
            format!("{}/evidence.html", page_of(meter)),
        ]);
    }
    let mut left = Vec::new();
    for language in ["ru", "kk"] {
        ada.post("/language", &[("language", language)]).is(303);
        for path in &pages {
            let page = ada.get(path).is(200).body;
            // Sources are files, and sums have letters.
            let page = page.split("class=\"sums\"").next().unwrap().to_owned();
            let english = english_words(&read_on(&page), &data);
            if !english.is_empty() {
                left.push(format!("{language} {path}: {english:?}"));
            }
            ada.get("/account").is(200);
        }
    }
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn a_word_that_nobody_has_translated_is_found() {
    let page = "<html><body><p aria-label=\"Запись\">Сохранить <b>draft</b></p></body></html>";
    assert_eq!(english_words(&read_on(page), "").into_iter().collect::<Vec<_>>(), ["draft"]);
}
