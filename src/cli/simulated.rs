//! Prints what `simulate` wrote and how to run on it.

use super::layout::{counted, push_line, without_controls};
use crate::trials::{SimulateSettings, Summary};

/// Renders the result of a simulation as text.
pub(super) fn render(summary: &Summary, settings: &SimulateSettings) -> String {
    let mut text = String::new();
    let points = counted(summary.n_meters as u64, "usage point");
    let transformers = counted(summary.n_transformers as u64, "transformer");
    let rows = counted(summary.n_rows, "row");
    push_line(
        &mut text,
        &format!(
            "{points} under {transformers}, {} from {}, {} min, zone {}, seed {}: {rows}.",
            counted(settings.n_days as u64, "day"),
            summary.first_day,
            settings.interval_minutes,
            summary.zone,
            settings.seed
        ),
    );
    push_line(
        &mut text,
        &format!(
            "{}, {}, {} with unmetered load, {}; truth.parquet says which.",
            counted(summary.n_rigs as u64, "rig"),
            counted(summary.n_look_alikes as u64, "look-alike"),
            counted(summary.n_unmetered as u64, "transformer"),
            counted(summary.n_tips as u64, "tip")
        ),
    );
    push_line(&mut text, "\nWritten:");
    summary.files.iter().for_each(|file| push_line(&mut text, &format!("  {}", file.display())));
    summary.kept.iter().for_each(|kept| push_line(&mut text, &kept.finding().english()));
    let out = settings.out.display();
    push_line(&mut text, "\nTo run on it:");
    push_line(
        &mut text,
        &format!("  hashwatt detect --readings {out}/readings.parquet --register {out}/register.parquet \\"),
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
        let settings = SimulateSettings::new(Scenario::Almaty2021, 300, 60, 7, "district");
        let summary = Summary {
            n_meters: 300,
            n_transformers: 6,
            n_rows: 884_160,
            n_rigs: 9,
            n_look_alikes: 21,
            n_unmetered: 1,
            n_tips: 12,
            zone: "Asia/Almaty",
            first_day: jiff::civil::date(2022, 1, 31),
            files: ["readings.parquet", "truth.parquet"].map(|name| settings.out.join(name)).into(),
            kept: Vec::new(),
        };
        insta::assert_snapshot!(render(&summary, &settings));
    }
}
