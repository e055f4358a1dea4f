//! Lays out `suspects.parquet` and `suspects.csv`: the visit list with the data that a visit needs.

use polars::prelude::{Column, DataFrame};

use super::scores::{case_column, score_columns};
use super::{counts, floats, texts};
use crate::schema::SUSPECTS;
use hashwatt_core::error::Result;
use hashwatt_core::language::Language;
use hashwatt_detection::network::risk::Risks;
use hashwatt_detection::ranking::RigEnergy;
use hashwatt_detection::ranking::suspects::Suspect;
use hashwatt_readings::acquisition::register::UsagePoint;

/// Builds the columns of `scores.parquet`, then `place` (on the visit list, from 1), `summary` (the evidence in
/// one sentence), `expected_false` [suspects from place 1 to here], `energy_kwh_since_onset, energy_kwh_low,
/// energy_kwh_high` [kWh], `money_since_onset` [currency of the tariffs; null without one], `best_rival`, `best_rival_score` [0..=1], and the register's `address, lat,
/// lon` [degrees, WGS 84], `parent_id, activity, premises, tariff, contracted_kw, declared_mining_kw` [kW],
/// `licence`. Then, for its parent, `parent_peak_share` [of the rating], `parent_hours_above_rating` and the
/// same without the suspects below it, so that the list can be sorted by network load. The last column is
/// `case`, as in the scores.
///
/// # Errors
/// When the table cannot be built.
pub fn suspects_frame(suspects: &[Suspect<'_>], risks: &Risks, language: &Language) -> Result<DataFrame> {
    let rows: Vec<_> = suspects.iter().map(|suspect| suspect.scored).collect();
    let mut columns = score_columns(&rows, language);
    let energy = |name: &str, pick: fn(RigEnergy) -> Option<f64>| {
        floats(name, rows.iter().map(|row| row.energy.and_then(pick)))
    };
    let summaries: Vec<Option<String>> = suspects.iter().map(|suspect| suspect.summary(language)).collect();
    columns.extend([
        counts("place", rows.iter().map(|row| row.place)),
        texts("summary", summaries.iter().map(Option::as_deref)),
        floats("expected_false", rows.iter().map(|row| row.expected_false)),
        energy("energy_kwh_since_onset", |energy| Some(energy.kwh)),
        energy("energy_kwh_low", |energy| Some(energy.kwh_low)),
        energy("energy_kwh_high", |energy| Some(energy.kwh_high)),
        energy("money_since_onset", |energy| energy.money),
        texts("best_rival", suspects.iter().map(|suspect| suspect.best_rival().map(|rival| rival.rival))),
        floats(
            "best_rival_score",
            suspects.iter().map(|suspect| suspect.best_rival().map(|rival| rival.score)),
        ),
    ]);
    columns.extend(register_columns(suspects));
    let risk = |suspect: &Suspect<'_>| risks.get(suspect.parent()?);
    columns.extend([
        floats("parent_peak_share", suspects.iter().map(|suspect| Some(risk(suspect)?.peak_share))),
        counts("parent_hours_above_rating", suspects.iter().map(|suspect| Some(risk(suspect)?.hours_above))),
        counts(
            "parent_hours_above_rating_without",
            suspects.iter().map(|suspect| Some(risk(suspect)?.hours_above_without)),
        ),
        case_column(&rows),
    ]);
    SUSPECTS.frame(suspects.len(), columns)
}

fn register_columns(suspects: &[Suspect<'_>]) -> Vec<Column> {
    let text = |name: &str, pick: fn(&UsagePoint) -> Option<&str>| {
        texts(name, suspects.iter().map(|suspect| pick(suspect.point?)))
    };
    let number = |name: &str, pick: fn(&UsagePoint) -> Option<f64>| {
        floats(name, suspects.iter().map(|suspect| pick(suspect.point?)))
    };
    vec![
        text("address", |point| point.address.as_deref()),
        number("lat", |point| point.lat),
        number("lon", |point| point.lon),
        text("parent_id", |point| point.parent_id.as_deref()),
        text("activity", |point| point.activity.as_deref()),
        text("premises", |point| point.premises.as_deref()),
        text("tariff", |point| point.tariff.as_deref()),
        number("contracted_kw", |point| point.contracted_kw),
        number("declared_mining_kw", |point| point.declared_mining_kw),
        text("licence", |point| point.licence.as_deref()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;
    use crate::tables::write_csv;
    use hashwatt_detection::ranking::suspects::suspects;

    fn csv() -> String {
        let (scored, register) = (fixtures::scored(), fixtures::register());
        let suspects = suspects(&scored, &register);
        let frame = suspects_frame(&suspects, &Risks::default(), Language::english()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        write_csv(&mut std::fs::File::create(&path).unwrap(), "a.csv", &frame).unwrap();
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn suspects_stand_with_money_and_register() {
        insta::assert_snapshot!(csv());
    }

    #[test]
    fn without_a_price_there_is_no_money() {
        let (mut scored, register) = (fixtures::scored(), fixtures::register());
        scored.iter_mut().flat_map(|one| &mut one.energy).for_each(|energy| energy.money = None);
        let suspects = suspects(&scored, &register);
        let frame = suspects_frame(&suspects, &Risks::default(), Language::english()).unwrap();
        assert_eq!(frame.column("money_since_onset").unwrap().null_count(), frame.height());
    }
}
