//! Writes one table in dialects that are drawn at random: each is read back with the same energies, or
//! refused where it can be read in two ways. None is read with others.

use encoding_rs::WINDOWS_1251;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

use super::*;

const N_DIALECTS: u64 = 400;

/// Names of meter, time, date, clock and value columns in one language.
struct Language {
    names: [&'static str; 4],
    energy: &'static str,
    meters: [&'static str; 3],
}

const LANGUAGES: [Language; 6] = [
    Language {
        names: ["meter_id", "timestamp", "Date", "Time"],
        energy: "kWh",
        meters: ["M-1", "M-2", "M-3"],
    },
    Language {
        names: ["Zählernummer", "Zeitstempel", "Datum", "Uhrzeit"],
        energy: "Verbrauch (kWh)",
        meters: ["1ESM07", "1ESM08", "1ESM09"],
    },
    Language {
        names: ["CUPS", "Fecha y hora", "Fecha", "Hora"],
        energy: "Consumo_kWh",
        meters: ["ES001AA", "ES002AB", "ES003AC"],
    },
    Language {
        names: ["Лицевой счет", "Дата и время", "Дата", "Время"],
        energy: "Потребление, кВт·ч",
        meters: ["77001234", "77001235", "77009999"],
    },
    Language {
        names: ["EAN", "Tijdstip", "Datum", "Tijd"],
        energy: "Volume kWh",
        meters: ["541448000000000111", "541448000000000128", "541448000000000135"],
    },
    Language {
        names: ["MPAN", "Read Date and Time", "Read Date", "Read Time"],
        energy: "Consumption (kWh)",
        meters: ["1200012345678", "1200012345679", "1200012345680"],
    },
];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Layout {
    Long,
    Wide,
    Daily,
}

#[derive(Debug)]
struct Dialect {
    language: usize,
    layout: Layout,
    separator: char,
    decimal: char,
    group: &'static str,
    in_wh: bool,
    minutes: usize,
    n_days: usize,
    /// Format of the date.
    date: &'static str,
    clock: &'static str,
    is_apart: bool,
    is_end: bool,
    order: usize,
    encoding: usize,
    line_end: &'static str,
    has_beside: bool,
    is_quoted: bool,
}

impl Dialect {
    fn draw(rng: &mut StdRng) -> Self {
        let layout = *[Layout::Long, Layout::Long, Layout::Wide, Layout::Daily].choose(rng).unwrap();
        let decimal = *['.', ','].choose(rng).unwrap();
        let in_wh = rng.gen_bool(0.3);
        let groups: &[&str] = match (in_wh, decimal) {
            (false, _) => &[""],
            (true, '.') => &["", ",", " ", "'", "\u{a0}"],
            (true, _) => &["", ".", " ", "\u{202f}"],
        };
        Self {
            language: rng.gen_range(0..LANGUAGES.len()),
            layout,
            separator: *[',', ';', '\t', '|'].choose(rng).unwrap(),
            decimal,
            group: groups.choose(rng).unwrap(),
            in_wh,
            minutes: *[15, 30, 60].choose(rng).unwrap(),
            n_days: rng.gen_range(2..40),
            date: ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "%d-%b-%Y", "%Y/%m/%d"]
                .choose(rng)
                .unwrap(),
            clock: ["%H:%M", "%H:%M:%S"].choose(rng).unwrap(),
            is_apart: layout == Layout::Long && rng.gen_bool(0.3),
            is_end: layout != Layout::Daily && rng.gen_bool(0.3),
            order: rng.gen_range(0..4),
            encoding: rng.gen_range(0..4),
            line_end: ["\n", "\r\n"].choose(rng).unwrap(),
            has_beside: rng.gen_bool(0.3),
            is_quoted: rng.gen_bool(0.2),
        }
    }

    /// Whether the table can be read in two ways, and the refusal names the key that decides.
    fn is_open_to_doubt(&self, refusal: &str) -> bool {
        let is_energy_or_demand = self.layout == Layout::Wide && self.minutes != 60;
        let states_no_unit = is_energy_or_demand || (self.in_wh && self.layout != Layout::Long);
        let groups_like_a_decimal = matches!(self.group, "." | ",");
        // From 8 January on, five days are the first of five months as well.
        let is_day_or_month = matches!(self.date, "%d/%m/%Y" | "%m/%d/%Y") && self.n_days <= 5;
        (states_no_unit && refusal.contains("Set unit"))
            || (groups_like_a_decimal && refusal.contains("Set decimal"))
            || (is_day_or_month && refusal.contains("Set date_order"))
    }

    fn number(&self, wh: u32) -> String {
        if !self.in_wh {
            return format!("{}.{:03}", wh / 1000, wh % 1000).replace('.', &self.decimal.to_string());
        }
        match wh {
            0..1000 => wh.to_string(),
            _ => format!("{}{}{:03}", wh / 1000, self.group, wh % 1000),
        }
    }

    fn cell(&self, text: String) -> String {
        if self.is_quoted || text.contains(self.separator) { format!("\"{text}\"") } else { text }
    }

    fn write(&self, energy: &dyn Fn(usize, usize) -> u32, rng: &mut StdRng) -> String {
        let Language { names: [meter, time, date, clock], energy: value, meters } = &LANGUAGES[self.language];
        let value = if self.in_wh {
            value.replace("kWh", "Wh").replace("кВт", "Вт")
        } else {
            (*value).to_owned()
        };
        let a_day = 24 * 60 / self.minutes;
        let first = jiff::civil::date(2024, 1, 8).at(0, 0, 0, 0);
        let shown = |at: usize, format: &str| {
            let minutes = (at + usize::from(self.is_end)) * self.minutes;
            (first + jiff::Span::new().minutes(minutes as i64)).strftime(format).to_string()
        };
        let stamp = |at: usize| match self.is_apart {
            true => vec![shown(at, self.date), shown(at, self.clock)],
            false => vec![shown(at, &format!("{} {}", self.date, self.clock))],
        };
        let times = if self.is_apart { vec![*date, *clock] } else { vec![*time] };
        let (mut header, mut rows): (Vec<String>, Vec<Vec<String>>) = match self.layout {
            Layout::Long => {
                let header = [&[*meter][..], &times, &[&value]].concat();
                let row = |m: usize, at: usize| {
                    [vec![meters[m].to_owned()], stamp(at), vec![self.number(energy(m, at))]].concat()
                };
                let rows = (0..3).flat_map(|m| (0..a_day * self.n_days).map(move |at| row(m, at)));
                (header.into_iter().map(str::to_owned).collect(), rows.collect())
            }
            Layout::Wide => {
                let header = [&times[..], &meters[..]].concat();
                let row = |at| [stamp(at), (0..3).map(|m| self.number(energy(m, at))).collect()].concat();
                (header.into_iter().map(str::to_owned).collect(), (0..a_day * self.n_days).map(row).collect())
            }
            Layout::Daily => {
                let clocks = (0..a_day).map(|at| shown(at, "%H:%M"));
                let header = [(*meter).to_owned(), (*date).to_owned()].into_iter().chain(clocks).collect();
                let row = |m: usize, day: usize| {
                    let values = (0..a_day).map(|slot| self.number(energy(m, day * a_day + slot)));
                    [meters[m].to_owned(), shown(day * a_day, self.date)].into_iter().chain(values).collect()
                };
                (header, (0..3).flat_map(|m| (0..self.n_days).map(move |day| row(m, day))).collect())
            }
        };
        if self.has_beside && self.layout == Layout::Long {
            header.push("Tariff".to_owned());
            rows.iter_mut().for_each(|row| row.push("A1".to_owned()));
        }
        match self.order {
            0 => rows.shuffle(rng),
            1 => rows.reverse(),
            _ => {}
        }
        if self.layout == Layout::Long && self.order != 3 {
            let mut places: Vec<usize> = (0..header.len()).collect();
            places.shuffle(rng);
            for row in rows.iter_mut().chain([&mut header]) {
                *row = places.iter().map(|&place| row[place].clone()).collect();
            }
        }
        let separator = self.separator.to_string();
        let line = |row: Vec<String>| {
            row.into_iter().map(|text| self.cell(text)).collect::<Vec<_>>().join(&separator) + self.line_end
        };
        std::iter::once(header).chain(rows).map(line).collect()
    }

    fn encode(&self, text: &str) -> Vec<u8> {
        match self.encoding {
            0 => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            1 => [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
            2 if self.language == 3 && !self.group.contains(['\u{202f}']) => {
                WINDOWS_1251.encode(text).0.into_owned()
            }
            _ => text.as_bytes().to_vec(),
        }
    }
}

/// Energy of a meter's interval: no two days alike, as of a home. [Wh]
fn energies(seed: u64) -> impl Fn(usize, usize) -> u32 {
    move |meter, at| {
        let mixed = (seed ^ (meter as u64) << 32 ^ at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        90 + ((mixed >> 40) % 2600) as u32
    }
}

/// Reads the dialect of a seed. Returns whether it was refused, or why it was read wrong.
fn try_dialect(seed: u64) -> Result<bool, String> {
    let rng = &mut StdRng::seed_from_u64(seed);
    let dialect = Dialect::draw(rng);
    let energy = energies(seed);
    let text = dialect.write(&energy, rng);
    let folder = Folder::new();
    let path = folder.write("export.csv", dialect.encode(&text));
    let shown =
        || format!("seed {seed}: {dialect:?}\n{}", text.lines().take(4).collect::<Vec<_>>().join("\n"));
    let export = match read(&stated(&path), None) {
        Ok(export) => export,
        Err(error) if dialect.is_open_to_doubt(&error.to_string()) => return Ok(true),
        Err(error) => return Err(format!("{}\nrefused: {error}", shown())),
    };
    let a_day = 24 * 60 / dialect.minutes;
    let first_s = "2024-01-08T00:00:00Z".parse::<jiff::Timestamp>().unwrap().as_second();
    let mut want: Vec<(String, i64, i64)> = Vec::new();
    for (m, name) in LANGUAGES[dialect.language].meters.iter().enumerate() {
        for at in 0..a_day * dialect.n_days {
            let start_s = first_s + (at * dialect.minutes * 60) as i64;
            want.push(((*name).to_owned(), start_s, i64::from(energy(m, at))));
        }
    }
    let step_s = (dialect.minutes * 60) as i64;
    let mut got: Vec<(String, i64, i64)> = export
        .rows
        .iter()
        .map(|(meter, start, value)| {
            let start_s = format!("{start}Z").parse::<jiff::Timestamp>().unwrap().as_second();
            (meter.clone(), start_s - (start_s - first_s).rem_euclid(step_s), (value * 1000.0).round() as i64)
        })
        .collect();
    want.sort();
    got.sort();
    if export.quantities.iter().any(|quantity| *quantity != Quantity::Energy) {
        return Err(format!("{}\nread as {:?}", shown(), export.quantities[0]));
    }
    match want.iter().zip(&got).find(|(want, got)| want != got) {
        None if want.len() == got.len() => Ok(false),
        None => Err(format!("{}\n{} of {} intervals", shown(), got.len(), want.len())),
        Some((want, got)) => Err(format!("{}\nwant {want:?}, got {got:?}", shown())),
    }
}

#[test]
fn a_table_in_any_dialect_is_read_back_or_refused() {
    let tried: Vec<Result<bool, String>> = (0..N_DIALECTS).map(try_dialect).collect();
    let wrong: Vec<&String> = tried.iter().filter_map(|one| one.as_ref().err()).collect();
    assert!(
        wrong.is_empty(),
        "{} of {N_DIALECTS} read wrong:\n{}",
        wrong.len(),
        wrong.iter().take(5).map(|one| one.as_str()).collect::<Vec<_>>().join("\n\n")
    );
    let n_read = tried.iter().filter(|one| matches!(one, Ok(false))).count();
    assert!(n_read > N_DIALECTS as usize / 2, "{n_read} of {N_DIALECTS} were read, the others refused");
}
