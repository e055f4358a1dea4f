//! Holds every line of a run in memory, column by column, so that a million filter in milliseconds.

use hashwatt_core::ids::RESIDUAL_PREFIX;
use jiff::civil::Date;
use polars::prelude::DataFrame;
use rayon::slice::ParallelSliceMut;

use super::line_columns::{NO_DAY, Read, SCORE_COLUMNS, SUSPECT_COLUMNS};
use super::points::{Points, ZoneOf};
use super::texts::{Names, Texts};
use hashwatt_core::calendar::date_of;
use hashwatt_core::error::Result;
use hashwatt_detection::ranking::RigEnergy;
use hashwatt_readings::acquisition::register::UsagePoint;
use hashwatt_run::noise::{each_balance, each_quality};
use hashwatt_run::past_run::PastRun;
use hashwatt_run::schema::{SCORES, SUSPECTS};
use hashwatt_tips::Position;
use hashwatt_tips::run_data::{self, NOT_JUDGED};

/// Hours in 24 clock hours. [h]
const DAY_H: f64 = 24.0;

/// Days in a year. [d]
const YEAR_D: f64 = 365.0;

/// The lines of a run, by rank.
#[derive(Debug, Default)]
pub struct Lines {
    ids: Texts,
    /// Id, transformer and zone in lower case: the text that everyone may search.
    searched: Texts,
    /// Addresses in lower case.
    addresses_searched: Texts,
    addresses: Texts,
    by_id: Vec<u32>,
    /// By place on the visit list.
    suspects: Vec<u32>,
    /// Sorted by number of the transformer, then by rank.
    by_parent: Vec<u32>,
    /// First local day with data.
    first_day: Option<Date>,
    columns: Columns,
    kinds: Names,
    parents: Names,
    zones: Names,
    groups: Names,
    cases: Names,
}

/// One vector per column; missing numbers are NaN.
#[derive(Debug, Default)]
struct Columns {
    score: Vec<f32>,
    kind: Vec<u32>,
    rig_kw: Vec<f32>,
    rig_kw_low: Vec<f32>,
    rig_kw_high: Vec<f32>,
    machines_low: Vec<u32>,
    machines_high: Vec<u32>,
    onset: Vec<i32>,
    ended: Vec<i32>,
    last_seen_on: Vec<i32>,
    p_value: Vec<f32>,
    chance: Vec<f32>,
    visit_chance: Vec<f32>,
    parent: Vec<u32>,
    zone: Vec<u32>,
    group: Vec<u32>,
    case: Vec<u32>,
    lat: Vec<f32>,
    lon: Vec<f32>,
    /// For suspects only.
    expected_false: Vec<f32>,
    place: Vec<u32>,
    energy_kwh: Vec<f32>,
    energy_kwh_low: Vec<f32>,
    energy_kwh_high: Vec<f32>,
    money: Vec<f32>,
    burden: Vec<f32>,
    is_suspect: Vec<bool>,
    /// For the answers to tips.
    noise_kw: Vec<f32>,
    gap_share: Vec<f32>,
}

/// One line, borrowed from [`Lines`].
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    lines: &'a Lines,
    index: usize,
}

/// Returns a number; `None` for NaN.
fn known(value: f32) -> Option<f64> {
    (!value.is_nan()).then(|| f64::from(value))
}

impl Lines {
    /// Reads the lines of a run, with what its register says about them.
    ///
    /// # Errors
    /// When a table of the run cannot be read.
    pub fn of(run: &PastRun, points: &Points) -> Result<Self> {
        let mut lines = Self { first_day: run.first_day(), ..Self::default() };
        lines.take_scores(&run.columns(&SCORES, &SCORE_COLUMNS)?)?;
        lines.by_id = (0..lines.len() as u32).collect();
        let ids = &lines.ids;
        lines.by_id.par_sort_unstable_by(|a, b| ids.get(*a as usize).cmp(ids.get(*b as usize)));
        lines.take_register(points)?;
        lines.by_parent = (0..lines.len() as u32).collect();
        let parents = &lines.columns.parent;
        lines.by_parent.par_sort_by_key(|index| parents[*index as usize]);
        lines.take_suspects(&run.columns(&SUSPECTS, &SUSPECT_COLUMNS)?)?;
        lines.take_quality(run)?;
        Ok(lines)
    }

    fn take_quality(&mut self, run: &PastRun) -> Result<()> {
        let mut noise_kw = vec![f32::NAN; self.len()];
        let mut gap_share = vec![0.0; self.len()];
        each_quality(run, |meter, noise, gaps| {
            let Some(index) = self.index(meter) else { return };
            noise_kw[index] = noise.map_or(f32::NAN, |kw| kw as f32);
            gap_share[index] = gaps as f32;
        })?;
        each_balance(run, |parent, _, noise| {
            let residual = format!("{RESIDUAL_PREFIX}{parent}");
            if let Some((index, noise)) = self.index(&residual).zip(noise) {
                noise_kw[index] = noise as f32;
            }
        })?;
        (self.columns.noise_kw, self.columns.gap_share) = (noise_kw, gap_share);
        Ok(())
    }

    /// Returns the indices of the suspects, by place on the visit list.
    #[must_use]
    pub fn suspects(&self) -> &[u32] {
        &self.suspects
    }

    fn take_scores(&mut self, scores: &DataFrame) -> Result<()> {
        let columns = &mut self.columns;
        let table = Read { table: SCORES.file, frame: scores };
        table.each_text("meter_id", |id| self.ids.push(id.unwrap_or_default()))?;
        table.each_text("kind", |kind| columns.kind.push(self.kinds.number(kind)))?;
        table.each_text("group", |group| columns.group.push(self.groups.number(group)))?;
        table.each_text("case", |case| columns.case.push(self.cases.number(case)))?;
        columns.score = table.floats("score")?;
        columns.rig_kw = table.floats("rig_kw")?;
        columns.rig_kw_low = table.floats("rig_kw_low")?;
        columns.rig_kw_high = table.floats("rig_kw_high")?;
        columns.p_value = table.floats("p_value")?;
        columns.chance = table.floats("chance")?;
        columns.visit_chance = table.floats("visit_chance")?;
        columns.machines_low = table.counts("machines_low")?;
        columns.machines_high = table.counts("machines_high")?;
        columns.onset = table.days("onset")?;
        columns.ended = table.days("ended")?;
        columns.last_seen_on = table.days("last_seen_on")?;
        Ok(())
    }

    fn take_register(&mut self, points: &Points) -> Result<()> {
        let n = self.len();
        let (mut columns, mut parents, mut zones) = (
            std::mem::take(&mut self.columns),
            std::mem::take(&mut self.parents),
            std::mem::take(&mut self.zones),
        );
        (columns.parent, columns.zone) = (vec![Names::NONE; n], vec![Names::NONE; n]);
        (columns.lat, columns.lon) = (vec![f32::NAN; n], vec![f32::NAN; n]);
        // Addresses in the register's order, and for each line the index of its address.
        let (mut addresses, mut address_of) = (Texts::default(), vec![u32::MAX; n]);
        let mut zone_of = ZoneOf::new(points.network());
        points.each(|meter, point| {
            let residual = (point.is_network() || point.has_children)
                .then(|| self.index(&format!("{RESIDUAL_PREFIX}{meter}")))
                .flatten();
            let lines = [(self.index(meter), point.parent_id.as_deref()), (residual, Some(meter))];
            for (index, parent) in lines.into_iter().filter_map(|(index, parent)| Some((index?, parent))) {
                columns.parent[index] = parents.number(parent);
                columns.zone[index] = zones.number(zone_of.zone(point).as_deref());
                let (lat, lon) = position(point).unwrap_or((f64::NAN, f64::NAN));
                (columns.lat[index], columns.lon[index]) = (lat as f32, lon as f32);
                if let Some(address) = &point.address {
                    address_of[index] = addresses.len() as u32;
                    addresses.push(address);
                }
            }
        })?;
        for (index, address_at) in address_of.into_iter().enumerate() {
            let id = self.ids.get(index);
            if let Some(parent) = id.strip_prefix(RESIDUAL_PREFIX) {
                columns.parent[index] = parents.number(Some(parent));
            }
            let address = match address_at {
                u32::MAX => "",
                at => addresses.get(at as usize),
            };
            let shown = [Some(id), parents.name(columns.parent[index]), zones.name(columns.zone[index])];
            let words: Vec<&str> = shown.into_iter().flatten().collect();
            self.searched.push(&words.join("\n").to_lowercase());
            self.addresses.push(address);
            self.addresses_searched.push(&address.to_lowercase());
        }
        (self.columns, self.parents, self.zones) = (columns, parents, zones);
        Ok(())
    }

    fn take_suspects(&mut self, suspects: &DataFrame) -> Result<()> {
        let n = self.len();
        let mut columns = std::mem::take(&mut self.columns);
        columns.is_suspect = vec![false; n];
        columns.place = vec![0; n];
        let table = Read { table: SUSPECTS.file, frame: suspects };
        let mut places = Vec::new();
        table.each_text("meter_id", |id| places.push(id.and_then(|id| self.index(id))))?;
        let numbers = [
            ("expected_false", &mut columns.expected_false),
            ("energy_kwh_since_onset", &mut columns.energy_kwh),
            ("energy_kwh_low", &mut columns.energy_kwh_low),
            ("energy_kwh_high", &mut columns.energy_kwh_high),
            ("money_since_onset", &mut columns.money),
            ("parent_peak_share", &mut columns.burden),
        ];
        for (name, column) in numbers {
            *column = vec![f32::NAN; n];
            for (place, value) in places.iter().zip(table.floats(name)?) {
                if let Some(place) = place {
                    column[*place] = value;
                }
            }
        }
        places.iter().flatten().for_each(|place| columns.is_suspect[*place] = true);
        for (index, place) in places.iter().zip(table.counts("place")?) {
            if let Some(index) = index {
                columns.place[*index] = place;
            }
        }
        self.suspects = (0..n as u32).filter(|index| columns.is_suspect[*index as usize]).collect();
        self.suspects.sort_by_key(|index| columns.place[*index as usize]);
        self.columns = columns;
        Ok(())
    }

    /// Returns the number of lines.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are no lines.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Returns the line at this index, which is its rank less one.
    #[must_use]
    pub const fn line(&self, index: usize) -> Line<'_> {
        Line { lines: self, index }
    }

    /// Returns every line, by rank.
    pub fn all(&self) -> impl Iterator<Item = Line<'_>> {
        (0..self.len()).map(|index| self.line(index))
    }

    /// Returns the indices of the lines before and after: on the visit list by place, else by rank.
    #[must_use]
    pub fn beside(&self, line: Line<'_>) -> (Option<usize>, Option<usize>) {
        let at = |place: usize| self.suspects.get(place).map(|index| *index as usize);
        match line.place() {
            Some(place) => (place.checked_sub(2).and_then(at), at(place)),
            None => (line.index.checked_sub(1), Some(line.index + 1).filter(|next| *next < self.len())),
        }
    }

    /// Returns the index of a meter.
    #[must_use]
    pub fn index(&self, id: &str) -> Option<usize> {
        let place = self.by_id.binary_search_by(|index| self.ids.get(*index as usize).cmp(id)).ok()?;
        Some(self.by_id[place] as usize)
    }

    /// Returns the indices in order of id.
    #[must_use]
    pub fn by_id(&self) -> &[u32] {
        &self.by_id
    }

    /// Returns the indices, in ascending order, of lines that contain `part` in id, transformer or zone, and
    /// in the address if `with_addresses`.
    #[must_use]
    pub fn containing(&self, part: &str, with_addresses: bool) -> Vec<u32> {
        let part = part.to_lowercase();
        let mut found = self.searched.containing(&part);
        if with_addresses {
            found.extend(self.addresses_searched.containing(&part));
            found.sort_unstable();
            found.dedup();
        }
        found
    }

    /// Whether a line contains `part` (in lower case), with the same rules as [`Self::containing`].
    #[must_use]
    pub fn holds(&self, index: u32, part: &str, with_addresses: bool) -> bool {
        let index = index as usize;
        self.searched.get(index).contains(part)
            || (with_addresses && self.addresses_searched.get(index).contains(part))
    }

    /// Returns the indices of the lines directly below a transformer and of its residual, by rank.
    #[must_use]
    pub fn below(&self, parent: &str) -> &[u32] {
        let Some(number) = self.parents.known(parent) else { return &[] };
        let of = |index: &u32| self.columns.parent[*index as usize];
        let from = self.by_parent.partition_point(|index| of(index) < number);
        let to = self.by_parent.partition_point(|index| of(index) <= number);
        &self.by_parent[from..to]
    }

    /// Returns the number of a transformer.
    #[must_use]
    pub fn parent_number(&self, name: &str) -> Option<u32> {
        self.parents.known(name)
    }

    /// Returns the number of a zone.
    #[must_use]
    pub fn zone_number(&self, name: &str) -> Option<u32> {
        self.zones.known(name)
    }

    /// Returns the number of a kind.
    #[must_use]
    pub fn kind_number(&self, name: &str) -> Option<u32> {
        self.kinds.known(name)
    }

    /// Returns the transformers, sorted.
    #[must_use]
    pub fn parents(&self) -> Vec<&str> {
        self.parents.sorted()
    }

    /// Returns the zones, sorted.
    #[must_use]
    pub fn zones(&self) -> Vec<&str> {
        self.zones.sorted()
    }

    /// Returns the kinds, sorted.
    #[must_use]
    pub fn kinds(&self) -> Vec<&str> {
        self.kinds.sorted()
    }
}

impl<'a> Line<'a> {
    /// Returns the index: rank less one.
    #[must_use]
    pub const fn index(&self) -> usize {
        self.index
    }

    /// Returns the meter, or `residual:` and the id of its parent.
    #[must_use]
    pub fn meter(&self) -> &'a str {
        self.lines.ids.get(self.index)
    }

    /// Returns the place on the visit list, from 1; for suspects only.
    #[must_use]
    pub fn place(&self) -> Option<usize> {
        Some(self.columns().place[self.index] as usize).filter(|place| *place > 0)
    }

    /// Returns the rank by score among all lines, from 1.
    #[must_use]
    pub const fn rank(&self) -> usize {
        self.index + 1
    }

    /// Returns the suspicion score, 0..=1.
    #[must_use]
    pub fn score(&self) -> f64 {
        f64::from(self.columns().score[self.index])
    }

    /// Returns the kind as a stable text.
    #[must_use]
    pub fn kind(&self) -> Option<&'a str> {
        self.lines.kinds.name(self.columns().kind[self.index])
    }

    /// Returns the numbers of the kind, the transformer and the zone.
    #[must_use]
    pub fn numbers(&self) -> (u32, u32, u32) {
        let columns = self.columns();
        (columns.kind[self.index], columns.parent[self.index], columns.zone[self.index])
    }

    /// Returns the peer group.
    #[must_use]
    pub fn group(&self) -> Option<&'a str> {
        self.lines.groups.name(self.columns().group[self.index])
    }

    /// Returns the case that it shares with other lines of the run.
    #[must_use]
    pub fn linked_case(&self) -> Option<&'a str> {
        self.lines.cases.name(self.columns().case[self.index])
    }

    /// Returns the parent.
    #[must_use]
    pub fn parent(&self) -> Option<&'a str> {
        self.lines.parents.name(self.columns().parent[self.index])
    }

    /// Returns the zone of the network.
    #[must_use]
    pub fn zone(&self) -> Option<&'a str> {
        self.lines.zones.name(self.columns().zone[self.index])
    }

    /// Returns the address in the register; empty if it has none.
    #[must_use]
    pub fn address(&self) -> &'a str {
        self.lines.addresses.get(self.index)
    }

    /// Returns latitude and longitude. [degrees, WGS 84]
    #[must_use]
    pub fn position(&self) -> Option<(f64, f64)> {
        Some((known(self.columns().lat[self.index])?, known(self.columns().lon[self.index])?))
    }

    /// Returns the estimated draw of the rig. [kW]
    #[must_use]
    pub fn rig_kw(&self) -> Option<f64> {
        known(self.columns().rig_kw[self.index])
    }

    /// Returns the interval of the rig's draw. [kW]
    #[must_use]
    pub fn rig_kw_interval(&self) -> Option<(f64, f64)> {
        let columns = self.columns();
        Some((known(columns.rig_kw_low[self.index])?, known(columns.rig_kw_high[self.index])?))
    }

    /// Returns the fewest and most machines.
    #[must_use]
    pub fn machines(&self) -> Option<(u32, u32)> {
        let columns = self.columns();
        self.rig_kw().map(|_| (columns.machines_low[self.index], columns.machines_high[self.index]))
    }

    /// Returns the first day of the rig; `None` if it was on before the data begins.
    #[must_use]
    pub fn onset(&self) -> Option<Date> {
        Some(self.columns().onset[self.index]).filter(|day| *day != NO_DAY).map(date_of)
    }

    /// Returns the first day after the rig; `None` if it is still on.
    #[must_use]
    pub fn ended(&self) -> Option<Date> {
        Some(self.columns().ended[self.index]).filter(|day| *day != NO_DAY).map(date_of)
    }

    /// Returns the last day on which the rig was seen on.
    #[must_use]
    pub fn last_seen_on(&self) -> Option<Date> {
        Some(self.columns().last_seen_on[self.index]).filter(|day| *day != NO_DAY).map(date_of)
    }

    /// Whether the rig is on at the end of the meter's data; `None` without a rig.
    #[must_use]
    pub fn is_on(&self) -> Option<bool> {
        self.rig_kw().map(|_| self.ended().is_none())
    }

    /// Returns the share of its peers that score as high or higher.
    #[must_use]
    pub fn p_value(&self) -> Option<f64> {
        known(self.columns().p_value[self.index])
    }

    /// Returns the expected number of false leads from rank 1 to here; for suspects only.
    #[must_use]
    pub fn expected_false(&self) -> Option<f64> {
        known(self.columns().expected_false[self.index])
    }

    /// Returns the chance of a rig, 0..=1, as stated by the run.
    #[must_use]
    pub fn chance(&self) -> Option<f64> {
        known(self.columns().chance[self.index])
    }

    /// Returns the chance that a visit finds the rig running, 0..=1, as stated by the run.
    #[must_use]
    pub fn visit_chance(&self) -> Option<f64> {
        known(self.columns().visit_chance[self.index])
    }

    /// Returns the energy since onset. [kWh]
    #[must_use]
    pub fn energy_kwh(&self) -> Option<f64> {
        known(self.columns().energy_kwh[self.index])
    }

    /// Returns the energy since onset with its interval and price, as the run measured it; for suspects only.
    #[must_use]
    pub fn energy(&self) -> Option<RigEnergy> {
        let (columns, kwh) = (self.columns(), self.energy_kwh()?);
        let or_kwh = |value: f32| known(value).unwrap_or(kwh);
        Some(RigEnergy {
            kwh,
            kwh_low: or_kwh(columns.energy_kwh_low[self.index]),
            kwh_high: or_kwh(columns.energy_kwh_high[self.index]),
            money: self.money(),
        })
    }

    /// Returns the cost of that energy. [currency of the tariff]
    #[must_use]
    pub fn money(&self) -> Option<f64> {
        known(self.columns().money[self.index])
    }

    /// Returns the transformer's peak over its rating.
    #[must_use]
    pub fn burden(&self) -> Option<f64> {
        known(self.columns().burden[self.index])
    }

    /// Returns the energy recoverable in a year: the chance that a visit finds the rig running, times what it
    /// used a day since its onset; for suspects only. [kWh]
    #[must_use]
    pub fn recoverable_kwh(&self) -> Option<f64> {
        let from = self.onset().or(self.lines.first_day)?;
        let n_days = f64::from((self.last_seen_on()? - from).get_days() + 1).max(1.0);
        // A rig that started again has energy from before its onset, too.
        let kwh_a_day = (self.energy_kwh()? / n_days).min(DAY_H * self.rig_kw()?);
        Some(self.visit_chance()? * kwh_a_day * YEAR_D)
    }

    /// Whether it is on the visit list.
    #[must_use]
    pub fn is_suspect(&self) -> bool {
        self.columns().is_suspect[self.index]
    }

    /// Returns the line in the form that tips are compared with, without its reasons.
    #[must_use]
    pub fn for_tips(&self) -> run_data::Line {
        let columns = self.columns();
        run_data::Line {
            score: self.score(),
            rank: u32::try_from(self.rank()).unwrap_or(u32::MAX),
            p_value: self.p_value().unwrap_or(1.0),
            is_suspect: self.is_suspect(),
            kind: self.kind().map(str::to_owned),
            rig_kw: self.rig_kw().map(|kw| {
                let (low, high) = self.rig_kw_interval().unwrap_or((kw, kw));
                [kw, low, high]
            }),
            onset: self.onset(),
            ended: self.ended(),
            reasons: String::new(),
            is_judged: self.group() != Some(NOT_JUDGED),
            noise_kw: known(columns.noise_kw[self.index]),
            gap_share: f64::from(columns.gap_share[self.index]),
        }
    }

    const fn columns(&self) -> &'a Columns {
        &self.lines.columns
    }
}

/// Returns the position of a point, if it is on the globe.
fn position(point: &UsagePoint) -> Option<(f64, f64)> {
    Position::new(point.lat?, point.lon?).map(|place| (place.lat, place.lon))
}
