//! Writes the suspects as a workbook: the list, the reasons, and the meaning of the columns.

use std::fs::File;

use jiff::civil::Date;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, Url, Workbook, Worksheet, XlsxError,
};

use super::RunOutputs;
use super::words::{evidence_is_not_guilt, kind_code, on_words, rival_words, sensitivity_words, span_words};
use hashwatt_core::error::{Error, Result};
use hashwatt_core::language::Language;
use hashwatt_core::settings::Settings;
use hashwatt_detection::ranking::RigEstimate;
use hashwatt_detection::ranking::suspects::Suspect;

/// Most rows of a sheet below its header, by the file format.
const MAX_ROWS: usize = 1_048_575;

/// Most characters of a cell, by the file format.
const MAX_CELL_CHARS: usize = 32_767;

/// Most links of a sheet, by the file format.
const MAX_LINKS: usize = 65_530;

/// Messages with the names of the sheets.
const SUSPECTS: &str = "sheet-suspects";
const REASONS: &str = "sheet-reasons";
const ABOUT: &str = "sheet-about";

/// Families of messages: headings of columns, and what each column means.
const HEADING: &str = "heading";
const MEANING: &str = "meaning";

/// Column of the meter in both sheets.
const METER_COLUMN: u16 = 1;

/// The document's date if the data has no days.
const NO_DATA_DATE: (u16, u8, u8) = (2000, 1, 1);

/// Fills `file` with the workbook. Texts are written as texts, so no cell runs as a formula. The document's
/// date is the last day of the data, not the clock, so the same input gives the same bytes.
///
/// # Errors
/// When the workbook cannot be built or written.
pub fn write_workbook(file: &mut File, run: &RunOutputs<'_>, suspects: &[Suspect<'_>]) -> Result<()> {
    let written = sheets(run, suspects).and_then(|mut workbook| workbook.save_to_writer(file));
    written.map_err(|error| Error::output("suspects.xlsx", error))
}

fn sheets(run: &RunOutputs<'_>, suspects: &[Suspect<'_>]) -> std::result::Result<Workbook, XlsxError> {
    let language = run.settings.language;
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(run.facts.span.map(|(_, last)| last), language)?);
    write_suspects(workbook.add_worksheet().set_name(language.say(SUSPECTS))?, suspects, run.settings)?;
    write_reasons(workbook.add_worksheet().set_name(language.say(REASONS))?, suspects, language)?;
    write_about(workbook.add_worksheet().set_name(language.say(ABOUT))?, run)?;
    Ok(workbook)
}

fn properties(last_day: Option<Date>, language: &Language) -> std::result::Result<DocProperties, XlsxError> {
    let (year, month, day) = last_day.map_or(NO_DATA_DATE, |day| {
        (day.year().unsigned_abs(), day.month().unsigned_abs(), day.day().unsigned_abs())
    });
    let date = ExcelDateTime::from_ymd(year, month, day)?;
    Ok(DocProperties::new()
        .set_title(language.say("sheet-title"))
        .set_comment(evidence_is_not_guilt(language))
        .set_creation_datetime(&date))
}

/// Content of one cell.
enum Cell<'a> {
    Text(Option<&'a str>),
    Words(Option<String>),
    Number(Option<f64>),
    Day(Option<Date>),
}

/// A column of the suspects sheet. Its heading and its meaning are messages under its name.
struct ColumnOf<'a> {
    name: &'static str,
    /// Width in characters of the sheet's font.
    width: f64,
    number_format: &'static str,
    cell: fn(&Suspect<'a>, &Settings) -> Cell<'a>,
}

const KW: &str = "#,##0.00";
const COUNT: &str = "#,##0";
const SHARE: &str = "0.000";
const DAY: &str = "yyyy-mm-dd";
/// The same in Russian and Kazakh.
const LOCAL_DAY: &str = "dd.mm.yyyy";
const DEGREES: &str = "0.00000";
const GENERAL: &str = "General";

// One line per column keeps it readable as a table.
#[rustfmt::skip]
fn columns<'a>() -> Vec<ColumnOf<'a>> {
    use Cell::{Day, Number, Text, Words};
    let column = |name, width, number_format, cell| ColumnOf { name, width, number_format, cell };
    vec![
        column("place", 6.0, COUNT, |s, _| Number(s.scored.place.map(f64::from))),
        column("meter_id", 20.0, GENERAL, |s, _| Text(Some(s.scored.meter.as_str()))),
        column("is_on", 12.0, GENERAL, |s, settings| Words(s.scored.rig.as_ref().map(|rig| is_on_words(rig, settings.language)))),
        column("visit_chance", 10.0, SHARE, |s, _| Number(s.scored.visit_chance)),
        column("chance", 8.0, SHARE, |s, _| Number(s.scored.chance)),
        column("score", 8.0, SHARE, |s, _| Number(Some(s.scored.score))),
        column("rank", 6.0, COUNT, |s, _| Number(Some(s.scored.rank.into()))),
        column("kind", 24.0, GENERAL, |s, settings| Words(s.scored.kind.map(|kind| kind_code(kind, settings.language)))),
        column("summary", 90.0, GENERAL, |s, settings| Words(s.summary(settings.language))),
        column("rig_kw", 9.0, KW, |s, _| Number(s.scored.rig.as_ref().map(|rig| rig.kw))),
        column("rig_kw_low", 11.0, KW, |s, _| Number(s.scored.rig.as_ref().map(|rig| rig.kw_low))),
        column("rig_kw_high", 11.0, KW, |s, _| Number(s.scored.rig.as_ref().map(|rig| rig.kw_high))),
        column("machines_low", 13.0, COUNT, |s, _| Number(s.scored.rig.as_ref().map(|rig| rig.machines_low.into()))),
        column("machines_high", 13.0, COUNT, |s, _| Number(s.scored.rig.as_ref().map(|rig| rig.machines_high.into()))),
        column("onset", 11.0, DAY, |s, _| Day(s.scored.rig.as_ref().and_then(|rig| rig.onset))),
        column("ended", 11.0, DAY, |s, _| Day(s.scored.rig.as_ref().and_then(|rig| rig.ended))),
        column("last_seen_on", 11.0, DAY, |s, _| Day(s.scored.rig.as_ref().and_then(|rig| rig.last_seen_on))),
        column("p_value", 10.0, SHARE, |s, _| Number(Some(s.scored.p_value))),
        column("expected_false", 14.0, KW, |s, _| Number(s.scored.expected_false)),
        column("energy_kwh_since_onset", 14.0, COUNT, |s, _| Number(s.scored.energy.map(|energy| energy.kwh))),
        column("energy_kwh_low", 14.0, COUNT, |s, _| Number(s.scored.energy.map(|energy| energy.kwh_low))),
        column("energy_kwh_high", 14.0, COUNT, |s, _| Number(s.scored.energy.map(|energy| energy.kwh_high))),
        column("money_since_onset", 14.0, KW, |s, _| Number(s.scored.energy.and_then(|energy| energy.money))),
        column("best_rival", 20.0, GENERAL, |s, settings| Words(s.best_rival().map(|rival| rival_words(rival.rival, settings.language)))),
        column("best_rival_score", 10.0, SHARE, |s, _| Number(s.best_rival().map(|rival| rival.score))),
        column("address", 34.0, GENERAL, |s, _| Text(s.address())),
        column("parent_id", 14.0, GENERAL, |s, _| Text(s.point.and_then(|p| p.parent_id.as_deref()))),
        column("activity", 16.0, GENERAL, |s, _| Text(s.point.and_then(|p| p.activity.as_deref()))),
        column("premises", 12.0, GENERAL, |s, _| Text(s.point.and_then(|p| p.premises.as_deref()))),
        column("tariff", 14.0, GENERAL, |s, _| Text(s.point.and_then(|p| p.tariff.as_deref()))),
        column("contracted_kw", 13.0, KW, |s, _| Number(s.point.and_then(|p| p.contracted_kw))),
        column("declared_mining_kw", 13.0, KW, |s, _| Number(s.point.and_then(|p| p.declared_mining_kw))),
        column("licence", 14.0, GENERAL, |s, _| Text(s.point.and_then(|p| p.licence.as_deref()))),
        column("lat", 10.0, DEGREES, |s, _| Number(s.point.and_then(|p| p.lat))),
        column("lon", 10.0, DEGREES, |s, _| Number(s.point.and_then(|p| p.lon))),
        column("zone", 12.0, GENERAL, |s, _| Text(s.point.and_then(|p| p.zone.as_deref()))),
        column("case", 12.0, GENERAL, |s, _| Text(s.scored.link.as_deref())),
        column("strongest_reason", 90.0, GENERAL, |s, settings| Words(s.scored.reasons.first().map(|reason| reason.words(settings.language)))),
    ]
}

/// Says whether a rig is on: in English `true` or `false`, as in `suspects.csv`.
fn is_on_words(rig: &RigEstimate, language: &Language) -> String {
    if language.is_english() { rig.is_on().to_string() } else { on_words(rig, language) }
}

fn write_suspects(
    sheet: &mut Worksheet,
    suspects: &[Suspect<'_>],
    settings: &Settings,
) -> std::result::Result<(), XlsxError> {
    let language = settings.language;
    let columns = columns();
    for (index, column) in (0..).zip(&columns) {
        sheet.set_column_width(index, column.width)?;
        let format = number_format(column, language);
        sheet.set_column_format(index, &Format::new().set_num_format(format))?;
        sheet.write_string_with_format(0, index, language.name_of(HEADING, column.name), &header())?;
    }
    for (row, suspect) in (1..).zip(suspects.iter().take(MAX_ROWS)) {
        for (index, column) in (0..).zip(&columns) {
            let format = number_format(column, language);
            write_cell(sheet, row, index, format, &(column.cell)(suspect, settings))?;
        }
    }
    link_to_reasons(sheet, suspects, language)?;
    finish_list(sheet, suspects.len(), columns.len(), 2)
}

/// Returns the format of a column's numbers. Excel writes points and commas as its user's system does, but not
/// days.
fn number_format(column: &ColumnOf<'_>, language: &Language) -> &'static str {
    if column.number_format == DAY && !language.is_english() { LOCAL_DAY } else { column.number_format }
}

/// Links each meter of the list to its first reason.
fn link_to_reasons(
    sheet: &mut Worksheet,
    suspects: &[Suspect<'_>],
    language: &Language,
) -> std::result::Result<(), XlsxError> {
    let tip = language.say("sheet-all_reasons");
    // Rows counted from 1, below the header.
    let mut first_row = 2;
    for (row, suspect) in (1..).zip(suspects.iter().take(MAX_ROWS.min(MAX_LINKS))) {
        let n_reasons = suspect.scored.reasons.len();
        if n_reasons > 0 && first_row <= MAX_ROWS {
            link(sheet, row, suspect, &place_in(REASONS, first_row, language), &tip)?;
        }
        first_row += n_reasons;
    }
    Ok(())
}

/// Returns the address of a row's first cell. A name that is not plain letters stands in apostrophes.
fn place_in(sheet: &str, row: usize, language: &Language) -> String {
    let name = language.say(sheet);
    let is_plain = name.chars().all(|letter| letter.is_ascii_alphanumeric());
    if is_plain { format!("internal:{name}!A{row}") } else { format!("internal:'{name}'!A{row}") }
}

/// Writes a meter that links to another place in the workbook.
fn link(
    sheet: &mut Worksheet,
    row: u32,
    suspect: &Suspect<'_>,
    place: &str,
    tip: &str,
) -> std::result::Result<(), XlsxError> {
    let url = Url::new(place).set_text(fitting(suspect.scored.meter.as_str())).set_tip(tip);
    sheet.write_url(row, METER_COLUMN, url).map(drop)
}

fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    number_format: &str,
    cell: &Cell<'_>,
) -> std::result::Result<(), XlsxError> {
    let format = Format::new().set_num_format(number_format);
    match cell {
        Cell::Words(Some(text)) => sheet.write_string(row, column, fitting(text))?,
        Cell::Text(Some(text)) => sheet.write_string(row, column, fitting(text))?,
        Cell::Number(Some(number)) if number.is_finite() => {
            sheet.write_number_with_format(row, column, *number, &format)?
        }
        Cell::Day(Some(day)) => {
            let date = ExcelDateTime::from_ymd(
                day.year().unsigned_abs(),
                day.month().unsigned_abs(),
                day.day().unsigned_abs(),
            )?;
            sheet.write_datetime_with_format(row, column, &date, &format)?
        }
        _ => return Ok(()),
    };
    Ok(())
}

fn write_reasons(
    sheet: &mut Worksheet,
    suspects: &[Suspect<'_>],
    language: &Language,
) -> std::result::Result<(), XlsxError> {
    let names = [("place", 6.0), ("meter_id", 20.0), ("indicator", 20.0), ("weight", 9.0), ("reason", 110.0)];
    for (index, (name, width)) in (0..).zip(names) {
        sheet.set_column_width(index, width)?;
        sheet.write_string_with_format(0, index, language.name_of(HEADING, name), &header())?;
    }
    let back = language.say("sheet-back_to_list");
    let weight = Format::new().set_num_format("+0.00;-0.00;0.00");
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let rows = (2..)
        .zip(suspects)
        .flat_map(|(line, suspect)| suspect.scored.reasons.iter().map(move |reason| (line, suspect, reason)));
    let mut n_rows = 0;
    for (row, (line, suspect, reason)) in (1..).zip(rows.take(MAX_ROWS)) {
        sheet.write_number(row, 0, suspect.scored.place.unwrap_or_default())?;
        if n_rows < MAX_LINKS {
            link(sheet, row, suspect, &place_in(SUSPECTS, line, language), &back)?;
        } else {
            sheet.write_string(row, METER_COLUMN, fitting(suspect.scored.meter.as_str()))?;
        }
        sheet.write_string(row, 2, reason.message.code.as_ref())?;
        let finite = if reason.weight.is_finite() { reason.weight } else { 0.0 };
        sheet.write_number_with_format(row, 3, finite, &weight)?;
        sheet.write_string_with_format(row, 4, fitting(&reason.words(language)), &wrapped)?;
        n_rows += 1;
    }
    finish_list(sheet, n_rows, names.len(), 2)
}

/// Freezes the header and the first columns, adds filters, and prints landscape with the header on each page.
fn finish_list(
    sheet: &mut Worksheet,
    n_rows: usize,
    n_columns: usize,
    n_frozen: u16,
) -> std::result::Result<(), XlsxError> {
    let last_row = u32::try_from(n_rows.clamp(1, MAX_ROWS)).expect("a sheet's rows fit in 32 bits");
    let last_column = u16::try_from(n_columns - 1).expect("a sheet's columns fit in 16 bits");
    sheet.set_freeze_panes(1, n_frozen)?;
    sheet.autofilter(0, 0, last_row, last_column)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, 0)?;
    Ok(())
}

fn write_about(sheet: &mut Worksheet, run: &RunOutputs<'_>) -> std::result::Result<(), XlsxError> {
    sheet.set_column_width(0, 26)?.set_column_width(1, 100)?;
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    for (row, (name, words)) in (0..).zip(about_lines(run)) {
        let format = if words.is_empty() { header() } else { Format::new().set_align(FormatAlign::Top) };
        sheet.write_string_with_format(row, 0, fitting(&name), &format)?;
        sheet.write_string_with_format(row, 1, fitting(&words), &wrapped)?;
    }
    Ok(())
}

/// Returns name and text of each line; a line without text is a heading.
fn about_lines(run: &RunOutputs<'_>) -> Vec<(String, String)> {
    let settings = run.settings;
    let language = settings.language;
    let line = |id: &str, words: String| (language.say(id), words);
    let days = |span| language.say_with("about-days", &[("days", &span_words(Some(span), language))]);
    let zone = settings.zone.as_ref();
    let share = language.percent(settings.max_false_chance, 0);
    let tariff = match settings.tariffs.only_price() {
        Some(price) => {
            language.say_with("about-tariff_words", &[("price", &language.said_decimal(&price.to_string()))])
        }
        None if settings.tariffs.is_empty() => language.say("about-no_tariff"),
        None => language.say("about-tariffs"),
    };
    let mut lines = vec![
        line("about-not_proof", evidence_is_not_guilt(language)),
        line("about-weight", language.say("about-weight_words")),
        line("about-run", String::new()),
        ("hashwatt".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        line("report-data", run.facts.span.map_or_else(|| span_words(None, language), days)),
        line(
            "report-time_zone",
            zone.map_or_else(|| language.say("about-no_time_zone"), |zone| zone.name.clone()),
        ),
        line("report-seed", settings.seed.to_string()),
        line("about-list", language.say_with("about-list_words", &[("share", &share)])),
        line("about-smallest_rig", sensitivity_words(&run.facts.sensitivity, language)),
        line("about-tariff", tariff),
    ];
    let inputs = run.facts.inputs.iter();
    lines.extend(inputs.map(|input| (language.name_of("input", input.role), input.file.path.clone())));
    lines.push(line("about-columns", String::new()));
    let of_column = |name: &str| (language.name_of(HEADING, name), language.name_of(MEANING, name));
    lines.extend(columns().iter().map(|column| of_column(column.name)));
    lines
}

fn header() -> Format {
    Format::new().set_bold().set_background_color(0x00E8_EEF4).set_text_wrap().set_align(FormatAlign::Top)
}

fn fitting(text: &str) -> String {
    text.chars().take(MAX_CELL_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;
    use hashwatt_core::language::untranslated::english_words;
    use hashwatt_detection::ranking::suspects::suspects;

    fn xml_in(language: &'static Language) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.xlsx");
        fixtures::with_run_in(language, |run| {
            let suspects = suspects(run.scored, run.register);
            write_workbook(&mut File::create(&path).unwrap(), run, &suspects)
        })
        .unwrap();
        sheets_xml(&std::fs::read(&path).unwrap())
    }

    #[test]
    fn no_cell_runs_as_a_formula() {
        let xml = xml_in(Language::english());
        assert!(xml.contains("=HYPERLINK(") && xml.contains("&lt;script&gt;"));
        assert!(!xml.contains("<f>"));
        assert!(xml.contains(r#"ySplit="1""#) && xml.contains("<autoFilter"), "frozen and filtered");
        // The third suspect's reasons come below the header and the six reasons of the other two (four and
        // two).
        assert!(xml.contains("Reasons!A8") && xml.contains("Suspects!A4"), "linked");
    }

    /// Returns the text of every part of a workbook, which is a zip file.
    fn sheets_xml(zip: &[u8]) -> String {
        let mut xml = String::new();
        let mut rest = zip;
        while rest.starts_with(b"PK\x03\x04") {
            let number = |at: usize| u32::from_le_bytes(rest[at..at + 4].try_into().unwrap()) as usize;
            let (packed, names) = (number(18), number(26));
            let begin = 30 + (names & 0xffff) + (names >> 16);
            std::io::Read::read_to_string(
                &mut flate2::read::DeflateDecoder::new(&rest[begin..begin + packed]),
                &mut xml,
            )
            .unwrap();
            rest = &rest[begin + packed..];
        }
        xml
    }

    #[test]
    fn every_column_says_what_it_means() {
        for (language, column) in
            Language::all().iter().flat_map(|one| columns().into_iter().map(move |column| (one, column)))
        {
            let has = |family: &str| language.known_name_of(family, column.name).is_some();
            assert!(has(HEADING) && has(MEANING), "{language:?}: {}", column.name);
        }
    }

    #[test]
    fn the_sheet_about_the_run_says_that_evidence_is_not_guilt() {
        for language in Language::all() {
            let lines = fixtures::with_run_in(language, about_lines);
            assert_eq!(lines[0].1, evidence_is_not_guilt(language));
        }
    }

    #[test]
    fn no_text_of_another_language_is_in_english() {
        for language in &Language::all()[1..] {
            let xml = xml_in(language);
            let between = |from: &'static str, to: char| {
                xml.split(from).skip(1).filter_map(move |part| part.split(to).next())
            };
            let texts = between("<t>", '<').chain(between("<t xml:space=\"preserve\">", '<'));
            let others = between("<sheet name=\"", '"')
                .chain(between("tooltip=\"", '"'))
                .chain(between("<dc:title>", '<'));
            let all: Vec<&str> = texts.chain(others).collect();
            assert!(all.len() > 100, "{}", all.len());
            let english = english_words(
                &all.join(" ").replace("&lt;", " ").replace("&gt;", " ").replace("&quot;", " "),
                fixtures::DATA_WORDS,
            );
            assert!(english.is_empty(), "{language:?}: {english:?}");
            let links = format!("{}'!A4", language.say(SUSPECTS));
            assert!(xml.contains(&links), "{links}");
        }
    }
}
