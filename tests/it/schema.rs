//! Holds the JSON schema of pipeline files against the program that reads them.

use std::path::Path;

use boon::{Compiler, SchemaIndex, Schemas};
use hashwatt::settings::{Overrides, PipelineFile};
use serde_json::Value;

use crate::program::{hashwatt, hashwatt_line};

/// Where the schema lies for editors.
const SCHEMA: &str = "pipelines/pipeline.schema.json";

/// The schema as the program prints it, ready to hold files against.
struct Checker {
    schema: Value,
    schemas: Schemas,
    index: SchemaIndex,
}

impl Checker {
    fn new() -> Self {
        let schema: Value =
            serde_json::from_str(&hashwatt(["schema", "pipeline"]).ends_with(0).stdout).unwrap();
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.enable_format_assertions();
        compiler.add_resource("pipeline.json", schema.clone()).unwrap();
        let index = compiler.compile("pipeline.json", &mut schemas).unwrap();
        Self { schema, schemas, index }
    }

    /// What the schema says against a file; dates are texts to it, as editors have them.
    fn complaint(&self, text: &str) -> Option<String> {
        let table: toml::Table = toml::from_str(text).unwrap();
        self.schemas
            .validate(&json(&toml::Value::Table(table)), self.index)
            .err()
            .map(|error| error.to_string())
    }

    /// Every key with what the schema says of it: the headers of its table, its name, its schema.
    fn keys(&self) -> Vec<(String, String, &Value)> {
        let mut found = Vec::new();
        for (table, schema) in self.schema["properties"].as_object().unwrap() {
            let (header, of) = match schema.get("items") {
                Some(items) => (format!("[[{table}]]"), items),
                None => (format!("[{table}]"), schema),
            };
            let keys = self.resolved(of)["properties"].as_object().unwrap();
            found.extend(keys.iter().map(|(key, schema)| (header.clone(), key.clone(), schema)));
        }
        found
    }

    /// The schema that a reference names.
    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let inner = schema.get("allOf").map_or(schema, |all| &all[0]);
        match inner.get("$ref").and_then(Value::as_str) {
            Some(place) => self.schema.pointer(place.strip_prefix('#').unwrap()).unwrap(),
            None => inner,
        }
    }
}

fn json(value: &toml::Value) -> Value {
    match value {
        toml::Value::Datetime(date) => date.to_string().into(),
        toml::Value::Array(values) => values.iter().map(json).collect(),
        toml::Value::Table(table) => table.iter().map(|(key, value)| (key.clone(), json(value))).collect(),
        other => serde_json::to_value(other).unwrap(),
    }
}

/// Whether a run could begin with this file.
fn is_taken(text: &str) -> bool {
    let flags = Overrides { readings: vec!["x.csv".into()], ..Overrides::default() };
    toml::from_str::<PipelineFile>(text).is_ok_and(|file| file.check(&flags).is_ok())
}

fn root(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The reference file with each key that it comments out put in.
fn every_key() -> String {
    let text = std::fs::read_to_string(root("pipelines/residential.toml")).unwrap();
    let is_key = |line: &str| {
        line.split_once(" = ").is_some_and(|(key, _)| key.chars().all(|c| c == '_' || c.is_ascii_lowercase()))
    };
    let line = |line: &str| match line.strip_prefix("# ") {
        Some(inner) if is_key(inner) || inner.starts_with('[') => inner.to_owned(),
        _ => line.to_owned(),
    };
    text.lines().map(|text| line(text) + "\n").collect()
}

#[test]
fn every_pipeline_fits_the_schema_that_lies_beside_it() {
    let checker = Checker::new();
    let printed = hashwatt(["schema", "pipeline"]).stdout;
    let kept = std::fs::read_to_string(root(SCHEMA)).unwrap_or_default();
    assert!(kept == printed, "write it anew: hashwatt schema pipeline > {SCHEMA}");
    let mut n_files = 0;
    for entry in std::fs::read_dir(root("pipelines")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            let text = std::fs::read_to_string(&path).unwrap();
            assert_eq!(checker.complaint(&text), None, "{}", path.display());
            assert!(
                text.starts_with("#:schema ./pipeline.schema.json\n"),
                "{}: editors find no schema",
                path.display()
            );
            n_files += 1;
        }
    }
    assert!(n_files >= 5);
}

#[test]
fn every_key_is_described_and_stands_in_the_reference_file() {
    let checker = Checker::new();
    let file: toml::Table = toml::from_str(&every_key()).unwrap();
    assert_eq!(checker.complaint(&every_key()), None);
    let keys = checker.keys();
    assert!(keys.len() > 50, "{}", keys.len());
    for (header, key, schema) in keys {
        let described = schema["description"].as_str().unwrap_or_default();
        assert!(described.len() > 10, "{header} {key} is not described");
        let table = &file[header.trim_matches(['[', ']'])];
        let table = table.as_array().map_or(table, |tables| &tables[0]);
        assert!(table.get(&key).is_some(), "{header} {key} is not in pipelines/residential.toml");
    }
}

#[test]
fn keys_that_do_not_exist_and_values_of_another_type_are_refused_by_both() {
    let checker = Checker::new();
    let headers: std::collections::BTreeSet<String> =
        checker.keys().into_iter().map(|(header, ..)| header).collect();
    for header in headers {
        let text = format!("{header}\nno_such_key = 1\n");
        assert!(checker.complaint(&text).is_some() && !is_taken(&text), "{text}");
    }
    for text in ["no_such_table = 1", "[run]\nseed = \"three\"", "[windows]\nnight = [1, 2, 3]", "[register]"]
    {
        assert!(checker.complaint(text).is_some() && !is_taken(text), "{text}");
    }
    assert!(checker.complaint("[run]\nseed = 3").is_none() && is_taken("[run]\nseed = 3"));
}

/// A file with one key, and what else its table must have.
fn with(header: &str, key: &str, value: &Value) -> String {
    let beside = match (header, key) {
        ("[[tariffs]]", "price_per_kwh") | ("[[readings]]", "path") => "",
        ("[[tariffs]]", _) => "price_per_kwh = 1.0\n",
        ("[[readings]]", _) => "path = \"x.csv\"\n",
        _ => "",
    };
    format!("{header}\n{beside}{key} = {value}\n")
}

#[test]
fn bounds_and_defaults_are_those_of_the_program() {
    let checker = Checker::new();
    let (mut n_bounds, mut n_defaults) = (0, 0);
    for (header, key, schema) in checker.keys() {
        if let Some(default) = schema.get("default") {
            let text = with(&header, &key, default);
            assert!(is_taken(&text) && checker.complaint(&text).is_none(), "{text}");
            n_defaults += 1;
        }
        let is_whole = schema["type"] == "integer";
        for (bound, outwards) in [("minimum", -1.0), ("maximum", 1.0)] {
            // Below zero stands the sign, which the type refuses.
            let Some(at) = schema.get(bound).and_then(Value::as_f64).filter(|at| !is_whole || *at > 0.0)
            else {
                continue;
            };
            let (inside, beyond) = if is_whole {
                (Value::from(at as i64), Value::from((at + outwards) as i64))
            } else {
                (Value::from(at), Value::from(at + outwards * at.abs().max(1e-3) * 1e-3))
            };
            let text = with(&header, &key, &inside);
            assert!(is_taken(&text) && checker.complaint(&text).is_none(), "{text}");
            let text = with(&header, &key, &beyond);
            assert!(!is_taken(&text) && checker.complaint(&text).is_some(), "{text}");
            n_bounds += 1;
        }
    }
    assert!(n_bounds >= 20 && n_defaults >= 15, "{n_bounds} bounds, {n_defaults} defaults");
}

#[test]
fn the_words_that_a_key_takes_are_those_that_its_error_lists() {
    let checker = Checker::new();
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    std::fs::write(place("x.csv"), "meter_id,time,kwh\nA,01/02/2022 00:00,\"1,5\"\n").unwrap();
    let mut n_keys = 0;
    for (header, key, schema) in checker.keys() {
        let words = schema.get("enum").or_else(|| schema["anyOf"][0].get("enum"));
        let words = words.or_else(|| schema["items"].get("enum"));
        let Some(words) = words.and_then(Value::as_array) else { continue };
        let nonsense: Value =
            if schema["type"] == "array" { vec!["nonsense"].into() } else { "nonsense".into() };
        let text = with(&header, &key, &nonsense).replace("x.csv", &place("x.csv").display().to_string());
        assert!(checker.complaint(&text).is_some(), "{text}");
        let text = if header == "[[readings]]" {
            text
        } else {
            format!("{text}[[readings]]\npath = \"{}\"\n", place("x.csv").display())
        };
        std::fs::write(place("p.toml"), &text).unwrap();
        let said = hashwatt_line(format!("check {}", place("p.toml").display())).ends_with(2).stderr;
        for word in words {
            assert!(said.contains(word.as_str().unwrap()), "{key}: the error does not name {word}: {said}");
        }
        n_keys += 1;
    }
    assert_eq!(n_keys, 9);
}
