//! Declares the tables of a run: every column once, with its type, unit and meaning.
//!
//! Tables are written through it ([`TableSchema::frame`] accepts no other columns), read through it
//! ([`PastRun::columns`](super::past_run::PastRun::columns) asks for no other columns), and shown to users
//! (`hashwatt schema`, `docs/tables.md`).

use hashwatt_core::calendar::CLOCK_HOURS;
use std::borrow::Cow;
use std::fmt::Write;
use std::sync::LazyLock;

use polars::prelude::{Column, DataFrame, DataType};

use hashwatt_core::error::{Error, Result};
use hashwatt_detection::features::FEATURES;
use hashwatt_detection::features::standard::STANDARD;

/// Version of the tables and of `run.json`. It increases when a column is removed or changes its meaning.
pub const FORMAT: u32 = 2;

/// A table.
#[derive(Debug)]
pub struct TableSchema {
    /// File name within the run's folder.
    pub file: &'static str,
    /// Meaning of a row, and the order of the rows.
    pub rows: &'static str,
    /// Its columns, in order.
    pub columns: Vec<ColumnSchema>,
}

/// A column.
#[derive(Debug, Clone)]
pub struct ColumnSchema {
    /// Name, including the unit if there is one.
    pub name: Cow<'static, str>,
    /// Type of its values.
    pub kind: Kind,
    /// Unit, range or format; empty if the name is enough.
    pub unit: &'static str,
    /// Meaning of a value, and when it is missing.
    pub meaning: Cow<'static, str>,
}

/// Type of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8.
    Text,
    /// 64-bit float.
    Number,
    /// 32-bit whole number from 0.
    Count,
    /// Local civil day.
    Day,
    /// True or false.
    Flag,
}

impl Kind {
    /// Returns the type's name for users.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "float64",
            Self::Count => "uint32",
            Self::Day => "date",
            Self::Flag => "bool",
        }
    }

    fn is_of(self, data_type: &DataType) -> bool {
        match self {
            Self::Text => *data_type == DataType::String,
            Self::Number => *data_type == DataType::Float64,
            Self::Count => *data_type == DataType::UInt32,
            Self::Day => *data_type == DataType::Date,
            Self::Flag => *data_type == DataType::Boolean,
        }
    }
}

const fn column(name: &'static str, kind: Kind, unit: &'static str, meaning: &'static str) -> ColumnSchema {
    ColumnSchema { name: Cow::Borrowed(name), kind, unit, meaning: Cow::Borrowed(meaning) }
}

const fn text(name: &'static str, meaning: &'static str) -> ColumnSchema {
    column(name, Kind::Text, "", meaning)
}

const fn number(name: &'static str, unit: &'static str, meaning: &'static str) -> ColumnSchema {
    column(name, Kind::Number, unit, meaning)
}

const fn count(name: &'static str, unit: &'static str, meaning: &'static str) -> ColumnSchema {
    column(name, Kind::Count, unit, meaning)
}

const fn flag(name: &'static str, meaning: &'static str) -> ColumnSchema {
    column(name, Kind::Flag, "", meaning)
}

const fn day(name: &'static str, meaning: &'static str) -> ColumnSchema {
    column(name, Kind::Day, "local day", meaning)
}

fn hourly(prefix: &str, unit: &'static str, meaning: &str) -> impl Iterator<Item = ColumnSchema> {
    (0..CLOCK_HOURS).map(move |hour| ColumnSchema {
        name: format!("{prefix}_{hour:02}").into(),
        kind: Kind::Number,
        unit,
        meaning: format!("{meaning} from {hour:02}:00").into(),
    })
}

/// `scores.parquet`.
pub static SCORES: LazyLock<TableSchema> = LazyLock::new(|| TableSchema {
    file: "scores.parquet",
    rows: "a meter or residual, by rank",
    columns: [score_columns(), vec![case_column()]].concat(),
});

/// `suspects.parquet` and `suspects.csv`.
pub static SUSPECTS: LazyLock<TableSchema> = LazyLock::new(|| TableSchema {
    file: "suspects.parquet",
    rows: "a suspect, by its place on the visit list; the same as CSV in suspects.csv",
    columns: [score_columns(), suspect_columns(), vec![case_column()]].concat(),
});

fn score_columns() -> Vec<ColumnSchema> {
    vec![
        text(
            "meter_id",
            "The meter; residual: and an id is the load below a transformer that no meter registers",
        ),
        number("score", "0..=1", "Suspicion score; higher is more suspicious"),
        count("rank", "from 1", "Rank by score among all lines; transformers and residuals count too"),
        text("kind", "What the evidence looks like; missing where the line is no suspect"),
        number(
            "rig_kw",
            "kW",
            "Median draw of the rig while on, as the meter sees it. On the visit list it is the estimate of the \
             suspected rig; on any other line it is the level that stands out most (a heater, a pump, the base \
             load above the peers'), and says what a rig would draw if there were one. Missing where no level \
             stands out, where chance is below 0.1, and on transformers, feeders and substations",
        ),
        number("rig_kw_low", "kW", "Lower end of its interval, which holds 9 of 10 planted rigs"),
        number("rig_kw_high", "kW", "Upper end of its interval"),
        count("machines_low", "", "Fewest machines that draw it"),
        count("machines_high", "", "Most machines that draw it"),
        day(
            "onset",
            "First day of the rig; missing where no day of the data is one: it began before (`began_before_data`), or \
             there is no rig_kw",
        ),
        flag(
            "began_before_data",
            "Whether the rig ran before the meter's data begins, so that onset is missing; missing without rig_kw",
        ),
        day("ended", "First day after it; missing where it is on at the end of the meter's data"),
        flag("is_on", "Whether it is on at the end of the meter's data; missing without rig_kw"),
        day(
            "last_seen_on",
            "Last day on which it was seen on: of a rig that is on, the meter's last usable day; missing without rig_kw",
        ),
        text("group", "Its peer group; `not judged` where the data was too short"),
        text(
            "reasons",
            "The words of all reasons in the run's language, strongest first, ` | ` between them",
        ),
        number("p_value", "0..=1", "Share of its peers, itself included, that score at least as high"),
        number(
            "chance",
            "0..=1",
            "Chance that there is a rig or was one, by the data alone; missing where it was not judged",
        ),
        number(
            "visit_chance",
            "0..=1",
            "Chance that a visit two weeks after the data finds a rig running: `chance` times the share of blocks \
             like this one that stay on (or, of those that stopped, that start again), counted in the run; \
             missing without rig_kw",
        ),
    ]
}

const fn case_column() -> ColumnSchema {
    text(
        "case",
        "Shared by lines that start and stop together under one parent; missing where it stands alone",
    )
}

fn suspect_columns() -> Vec<ColumnSchema> {
    vec![
        count(
            "place",
            "from 1",
            "Place on the visit list: rigs that are on first, then those that ended, each by rank",
        ),
        text("summary", "The evidence in one sentence, in the run's language"),
        number(
            "expected_false",
            "lines",
            "How many of the suspects from place 1 to here are expected to be false",
        ),
        number(
            "energy_kwh_since_onset",
            "kWh",
            "Energy of the rig in the hours it was on, within the data; at most what the meter registered",
        ),
        number("energy_kwh_low", "kWh", "The same with the lower end of the rig's kW"),
        number("energy_kwh_high", "kWh", "The same with the upper end of the rig's kW"),
        number(
            "money_since_onset",
            "currency of the tariffs",
            "That energy at the tariffs of its class and days; missing where there is none for some of them",
        ),
        text("best_rival", "The other explanation that fits best"),
        number("best_rival_score", "0..=1", "How well it fits"),
        text("address", "From the register"),
        number("lat", "degrees, WGS 84", "From the register"),
        number("lon", "degrees, WGS 84", "From the register"),
        text("parent_id", "The transformer, feeder or substation that feeds it, from the register"),
        text("activity", "From the register"),
        text("premises", "From the register"),
        text("tariff", "From the register"),
        number("contracted_kw", "kW", "From the register"),
        number("declared_mining_kw", "kW", "From the register"),
        text("licence", "From the register"),
        number("parent_peak_share", "of the rating", "Peak of the parent; missing without rating_kva"),
        count("parent_hours_above_rating", "h", "Hours in which the parent was above its rating"),
        count("parent_hours_above_rating_without", "h", "The same without the suspects below it"),
    ]
}

/// `reasons.parquet`.
pub static REASONS: LazyLock<TableSchema> = LazyLock::new(|| TableSchema {
    file: "reasons.parquet",
    rows: "a reason, by rank of its line, strongest first; before them, under the indicator `summary`, one sentence of them all, of suspects",
    columns: vec![
        text("meter_id", "The line"),
        text("indicator", "Which sentence it is"),
        text("words", "The sentence in the run's language"),
        column("parameters", Kind::Text, "JSON", "What the words say: values by name, each with its unit"),
        number(
            "weight",
            "log-odds",
            "What it adds to the score; below 0 it speaks against mining; missing of a summary",
        ),
    ],
});

/// `rivals.parquet`.
pub static RIVALS: LazyLock<TableSchema> = LazyLock::new(|| TableSchema {
    file: "rivals.parquet",
    rows: "another explanation of a line, by rank of the line, best first",
    columns: vec![
        text("meter_id", "The line"),
        text("rival", "What the load could be"),
        number("score", "0..=1", "How well it fits; scores of rivals do not add up to 1"),
    ],
});

/// `findings.parquet`.
pub static FINDINGS: LazyLock<TableSchema> = LazyLock::new(|| TableSchema {
    file: "findings.parquet",
    rows: "trouble with the data",
    columns: vec![
        text("code", "What it is; codes are stable"),
        text("severity", "`skipped`, `warning` or `note`"),
        text("source", "The file; missing where it is of no single file"),
        text("meter_id", "The meter; missing where it is of no single meter"),
        day("first_day", "Where it begins; missing where it has no time"),
        day("last_day", "Where it ends, included"),
        text("description", "What was seen, what became of it, the cure, in the run's language"),
        column("data", Kind::Text, "JSON", "The numbers of the description"),
        text("message", "Which sentence the description is"),
        column("parameters", Kind::Text, "JSON", "What it says: values by name, each with its unit"),
    ],
});

/// `register.parquet`.
pub static REGISTER: LazyLock<TableSchema> = LazyLock::new(|| TableSchema {
    file: "register.parquet",
    rows: "a usage point of the register that the run was given, by meter",
    columns: vec![
        text("meter_id", "The meter"),
        text("parent_id", "The transformer, feeder or substation that feeds it"),
        text("kind", "`transformer`, `feeder`, `substation`, or what the utility calls it"),
        text("activity", "What is done there"),
        text("premises", "Flat, house, shop, farm ..."),
        text("tariff", "Tariff class"),
        number("contracted_kw", "kW", "Power of the contract"),
        number("declared_mining_kw", "kW", "Mining that is declared to the state"),
        text("licence", "Number of the mining licence"),
        number("lat", "degrees, WGS 84", "Latitude"),
        number("lon", "degrees, WGS 84", "Longitude"),
        text("address", "Where it is"),
        text("zone", "Zone of the network"),
        number("rating_kva", "kVA", "Rating of a transformer"),
        text("phase", "Phase it hangs on"),
        text("bus", "Bus or pole it hangs on"),
    ],
});

/// `features.parquet`.
pub static FEATURES_TABLE: LazyLock<TableSchema> = LazyLock::new(|| {
    let mut columns = vec![text("meter_id", "The meter, or the residual"), text("group", "Its peer group")];
    columns.extend(STANDARD.map(|(name, meaning)| number(name, "", meaning)));
    columns.extend(FEATURES.map(|feature| number(feature.name, "", feature.meaning)));
    columns.extend([
        day(
            "block_first_day",
            "First whole day of the best block; missing where it ran before the data begins",
        ),
        day("block_day_after", "First day after it; missing where it is on at the end of the data"),
        count("window_from_hour", "clock hour", "Where the best clock-fixed window begins"),
        number("n_steps", "", "Steps that led to the block's height"),
        number("step_kw_median", "kW", "Middle height of those steps"),
    ]);
    columns.extend(hourly("block_shift_kw_hour", "kW", "What the block adds in the hour"));
    TableSchema {
        file: "features.parquet",
        rows: "a meter that was judged, then a residual; a value is missing where the data cannot show it",
        columns,
    }
});

/// `groups.parquet`.
pub static GROUPS: LazyLock<TableSchema> = LazyLock::new(|| {
    let mut columns = vec![
        text("group", "Its name"),
        text("class", "Class of the register that its meters have"),
        count("n_meters", "", "Meters in it"),
        number("demand_kw_median", "kW", "Middle of its meters' mean demand"),
        number("silhouette", "-1..=1", "How well it stands apart from the nearest other group of its class"),
        number("inertia", "", "Sum of squared distances to its centre"),
    ];
    columns.extend(hourly("load_shape_hour", "of the mean", "Mean demand over the day's mean in the hour"));
    TableSchema { file: "groups.parquet", rows: "a peer group", columns }
});

/// `peer_days.parquet`.
pub static PEER_DAYS: LazyLock<TableSchema> = LazyLock::new(|| {
    let mut columns = vec![text("group", "The peer group")];
    for (quartile, words) in [("p25", "Lower quartile"), ("p50", "Median"), ("p75", "Upper quartile")] {
        let meaning = format!("{words} over the meters of their mean demand in the hour");
        columns.extend(hourly(&format!("hour_kw_{quartile}"), "kW", &meaning));
    }
    TableSchema { file: "peer_days.parquet", rows: "a peer group", columns }
});

/// `balance.parquet`.
pub static BALANCE: LazyLock<TableSchema> = LazyLock::new(|| TableSchema {
    file: "balance.parquet",
    rows: "a transformer, feeder or substation with a meter of its own",
    columns: vec![
        text("parent_id", "Its id"),
        text("kind", "From the register"),
        count("n_children", "", "Meters right below it that have data"),
        count("n_silent", "", "Usage points right below it without data"),
        count("n_days", "days", "Days on which it was balanced"),
        number(
            "filled_share",
            "0..=1",
            "Share of the registered energy that was filled in for missing hours",
        ),
        number("supplied_kwh", "kWh", "What its own meter shows over those days"),
        number("registered_kwh", "kWh", "What the meters below it show"),
        number("technical_loss_kwh", "kWh", "What is technical loss between them"),
        number("no_load_kw", "kW", "Loss without load"),
        number("load_loss_per_kw", "1/kW", "Loss with load, over the square of the load"),
        number("peak_kw", "kW", "Its highest hour"),
        number("unexplained_kw", "kW", "Load that neither meters nor loss explain"),
        number("unexplained_sd_kw", "kW", "Standard deviation of that estimate"),
        number("log_ratio", "", "Log of how much likelier the residual is with a farm than without"),
        day("onset", "First day of the unexplained load; missing where it was there before the data begins"),
        day("ended", "First day after it; missing where it is there at the end of the data"),
        text("likeliest_meter", "The meter past which it most likely goes"),
        number("likeliest_chance", "0..=1", "Chance of that meter, among the meters there and a tap"),
        text("voltage_fell_at", "Where the voltage fell most when the load began"),
        number("voltage_fell_v", "V", "By how much, beside the others'"),
        text("load_phase", "Phase of that side, from the register"),
        text("load_bus", "Bus of that side, from the register"),
        number("rating_kva", "kVA", "From the register"),
        count("hours_above_rating", "h", "Hours in which it was above its rating"),
        count("hours_above_rating_without", "h", "The same without the suspects below it"),
    ],
});

/// `zones.parquet`.
pub static ZONES: LazyLock<TableSchema> = LazyLock::new(|| TableSchema {
    file: "zones.parquet",
    rows: "a zone of the network",
    columns: vec![
        text("zone", "Its name in the register"),
        day(
            "first_from",
            "The first of the two periods that are compared begins; missing where data is too short",
        ),
        day("first_to", "It ends, included"),
        day("second_from", "The second begins"),
        day("second_to", "It ends, included"),
        number("customers_first", "", "Mean number of customers in the first period"),
        number("customers_second", "", "The same in the second"),
        number("demand_kw_first", "kW", "Mean demand in the first period"),
        number("demand_kw_second", "kW", "The same in the second"),
        number("growth_share", "of the first", "Growth of the demand; the four shares below add up to it"),
        number("by_customers_share", "of the first", "Growth by more customers"),
        number("by_temperature_share", "of the first", "Growth by temperature; missing without weather"),
        number("by_mining_share", "of the first", "Growth by suspected rigs"),
        number("other_share", "of the first", "The rest"),
        number("suspected_metered_mw", "MW", "Suspected rigs that meters show, on the last day"),
        number("suspected_unmetered_mw", "MW", "Suspected rigs that no meter shows, on the last day"),
        count("n_suspected", "", "Suspected rigs, on the last day"),
    ],
});

/// Returns every table of a run, in reading order. A run has only the tables of its stages.
#[must_use]
pub fn tables() -> [&'static TableSchema; 11] {
    [
        &SUSPECTS,
        &SCORES,
        &REASONS,
        &RIVALS,
        &FINDINGS,
        &FEATURES_TABLE,
        &GROUPS,
        &PEER_DAYS,
        &BALANCE,
        &ZONES,
        &REGISTER,
    ]
}

impl TableSchema {
    /// Builds the table from these columns, which must match the declared ones.
    ///
    /// # Errors
    /// When a column is missing or has another name, type or height.
    pub fn frame(&self, height: usize, columns: Vec<Column>) -> Result<DataFrame> {
        let is_declared = |(column, declared): (&Column, &ColumnSchema)| {
            column.name().as_str() == declared.name && declared.kind.is_of(column.dtype())
        };
        if let Some(at) = columns.iter().zip(&self.columns).position(|pair| !is_declared(pair)) {
            let (column, declared) = (&columns[at], &self.columns[at]);
            let seen =
                format!("column `{}` ({}) where the schema has {declared:?}", column.name(), column.dtype());
            return Err(Error::table(self.file, seen));
        }
        if columns.len() != self.columns.len() {
            let seen = format!("{} columns where the schema has {}", columns.len(), self.columns.len());
            return Err(Error::table(self.file, seen));
        }
        DataFrame::new(height, columns).map_err(|error| Error::table(self.file, error))
    }

    /// Whether it has a column of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name == name)
    }
}

/// Returns the dictionary of all tables, in Markdown.
#[must_use]
pub fn dictionary() -> String {
    let mut page = format!(
        "# Tables of a run\n\nFormat {FORMAT}, as `run.json` names it. `hashwatt schema` prints this page. A value \
         is missing (null) where the meaning says so; numbers that cannot be computed are missing, too.\n"
    );
    for table in tables() {
        let _ = write!(
            page,
            "\n## {}\n\nA row: {}.\n\n| column | type | unit | meaning |\n|---|---|---|---|\n",
            table.file, table.rows
        );
        for column in &table.columns {
            let ColumnSchema { name, kind, unit, meaning } = column;
            let _ = writeln!(page, "| `{name}` | {} | {unit} | {meaning} |", kind.as_str());
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::{floats, texts};

    #[test]
    fn names_are_unique_and_every_column_has_a_meaning() {
        for table in tables() {
            let mut names: Vec<_> = table.columns.iter().map(|column| column.name.clone()).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), table.columns.len(), "{}", table.file);
            for column in &table.columns {
                assert!(column.meaning.len() > 4, "{}: {}", table.file, column.name);
            }
        }
    }

    #[test]
    fn a_table_of_other_columns_is_refused() {
        let id = || texts("meter_id", [Some("a")].into_iter());
        let rival = || texts("rival", [Some("pumps")].into_iter());
        let number = |name: &str| floats(name, [Some(0.5)].into_iter());
        assert!(RIVALS.frame(1, vec![id(), rival(), number("score")]).is_ok());
        for columns in [
            vec![id(), rival()],
            vec![id(), rival(), number("fit")],
            vec![id(), number("rival"), number("score")],
            vec![id(), rival(), number("score"), number("more")],
        ] {
            let error = RIVALS.frame(1, columns).unwrap_err().to_string();
            assert!(error.contains("rivals.parquet"), "{error}");
        }
    }

    #[test]
    fn the_page_in_docs_is_the_dictionary() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tables.md");
        let page = std::fs::read_to_string(path).unwrap();
        assert!(page == dictionary(), "write it anew: hashwatt schema > docs/tables.md");
    }
}
