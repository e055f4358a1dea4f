//! Prints what `simulate` wrote and how to run on it.

use super::layout::{push_line, said_count, without_controls};
use crate::language::Language;
use crate::trials::{SimulateSettings, Summary};

/// Renders the result of a simulation as text.
pub(super) fn render(summary: &Summary, settings: &SimulateSettings, language: &Language) -> String {
    let mut text = String::new();
    let count = |id, n: usize| said_count(id, n as u64, language);
    let (points, transformers) =
        (count("terminal-points", summary.n_meters), count("terminal-transformers", summary.n_transformers));
    let (days, rows) =
        (count("terminal-days", settings.n_days), said_count("terminal-rows", summary.n_rows, language));
    let first = language.said_day(summary.first_day);
    let (minutes, seed) = (settings.interval_minutes.to_string(), settings.seed.to_string());
    let district = [
        ("points", &points[..]),
        ("transformers", &transformers),
        ("days", &days),
        ("first", &first),
        ("minutes", &minutes),
        ("zone", &summary.zone),
        ("seed", &seed),
        ("rows", &rows),
    ];
    push_line(&mut text, &language.say_with("terminal-simulated", &district));
    let (rigs, look_alikes) =
        (count("terminal-rigs", summary.n_rigs), count("terminal-look_alikes", summary.n_look_alikes));
    let (unmetered, tips) =
        (count("terminal-transformers", summary.n_unmetered), count("terminal-tips", summary.n_tips));
    let planted = [
        ("rigs", &rigs[..]),
        ("look_alikes", &look_alikes),
        ("transformers", &unmetered),
        ("tips", &tips),
        ("file", "truth.parquet"),
    ];
    push_line(&mut text, &language.say_with("terminal-planted", &planted));
    push_line(&mut text, "");
    push_line(&mut text, &language.say("terminal-files_written"));
    summary.files.iter().for_each(|file| push_line(&mut text, &format!("  {}", file.display())));
    summary.kept.iter().for_each(|kept| push_line(&mut text, &kept.finding().words(language)));
    let out = settings.out.display();
    let readings = summary.files.first().unwrap_or(&settings.out);
    push_line(&mut text, "");
    push_line(&mut text, &language.say("terminal-to_run"));
    push_line(
        &mut text,
        &format!("  hashwatt detect --readings {} --register {out}/register.parquet \\", readings.display()),
    );
    push_line(
        &mut text,
        &format!(
            "    --weather {out}/weather.parquet --events {out}/events.parquet --timezone {} --out run1",
            summary.zone
        ),
    );
    without_controls(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trials::Scenario;

    #[test]
    fn a_simulation_says_what_it_wrote_and_how_to_go_on() {
        let settings = SimulateSettings::new(Scenario::named("almaty-2021").unwrap(), 300, 60, 7, "district");
        let summary = Summary {
            n_meters: 300,
            n_transformers: 6,
            n_rows: 884_160,
            n_rigs: 9,
            n_look_alikes: 21,
            n_unmetered: 1,
            n_tips: 12,
            zone: "Asia/Almaty".to_owned(),
            first_day: jiff::civil::date(2022, 1, 31),
            files: ["readings.parquet", "truth.parquet"].map(|name| settings.out.join(name)).into(),
            kept: Vec::new(),
        };
        insta::assert_snapshot!(render(&summary, &settings, Language::english()));
    }
}
