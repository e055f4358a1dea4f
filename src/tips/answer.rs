//! Answers a tip: compares its claim with the data of the meters at the places it may mean.

use hashwatt_core::ids::RESIDUAL_PREFIX;
use jiff::civil::Date;
use serde::Serialize;

use super::calibration::{Calibration, Evidence};
use super::facts::{FactTag, facts};
use super::index::Index;
use super::matching::{Match, MatchedBy, match_tip};
use super::run_data::{Line, Shown};
use super::tip::{Claim, Tip};
use hashwatt_core::ids::TipId;
use hashwatt_core::units::Kilowatts;

/// The data supports a claim from this posterior: a rig is likelier than not.
const SUPPORTED_FROM: f64 = 0.5;

/// A tip this long after the last day of data is about a time that the data does not cover. [d]
const MAX_DAYS_AFTER: i32 = 31;

/// With more intervals missing or estimated than this, the data cannot tell. [share]
const MAX_GAPS: f64 = 0.5;

/// Assumed draw if the rig could not be estimated: one machine of most models built since 2020. [kW]
const ONE_MACHINE_KW: f64 = 3.25;

/// What the data says about a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// A rig is likelier than not.
    Supported,
    /// The data covers place and time and shows no rig; the smallest rig it would have shown is given.
    NotSupported,
    /// The data cannot tell.
    NotJudgeable,
}

impl Answer {
    /// Returns the stable text of the answer.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// Why the data cannot tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The tip names no place in the register.
    NoPlace,
    /// The meter has no interval data.
    NoData,
    /// The meter has too few measured days.
    TooShort,
    /// Too many intervals are missing or estimated.
    Gaps,
    /// The transformer has no meter, or its energy balance could not be computed.
    NoResidual,
    /// The tip is about a time that the data does not cover.
    OtherTime,
}

impl Why {
    /// Returns the stable text of the reason.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    const fn words(self) -> &'static str {
        match self {
            Self::NoPlace => "no usage point or transformer of the register fits what the tip names",
            Self::NoData => "the run has no interval data of this meter",
            Self::TooShort => "too few days of this meter are measured",
            Self::Gaps => "more than half of this meter's intervals are missing or estimated",
            Self::NoResidual => "no meter covers the place, and the transformer that feeds it has no balance",
            Self::OtherTime => "the data does not cover the time of the tip",
        }
    }
}

/// One place that a tip may mean, with what the data says there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnswerLine {
    /// The meter, or `residual:` and the transformer.
    pub meter_id: String,
    /// Address as the register writes it.
    pub address: Option<String>,
    /// The transformer that feeds it.
    pub parent_id: Option<String>,
    /// How the place was found.
    pub matched_by: MatchedBy,
    /// Chance that the tip means this place, 0..=1.
    pub confidence: f64,
    /// What the data says.
    pub answer: Answer,
    /// Why the data cannot tell.
    pub why: Option<Why>,
    /// Chance of a rig, 0..=1; `None` where the data cannot tell.
    pub posterior: Option<f64>,
    /// Suspicion score of the run, 0..=1.
    pub score: Option<f64>,
    /// Share of the meter's peers that score at least as high.
    pub p_value: Option<f64>,
    /// Chance of a rig before looking at the data, 0..=1.
    pub prior: f64,
    /// Rank in the run's list.
    pub rank: Option<u32>,
    /// Whether the run lists it as a suspect.
    pub is_suspect: bool,
    /// Kind of suspect, from the run.
    pub kind: Option<String>,
    /// Estimated draw of the rig with its interval, if the answer is supported. [kW]
    pub rig_kw: Option<[f64; 3]>,
    /// First local day of the rig.
    pub onset: Option<Date>,
    /// First local day after the rig.
    pub ended: Option<Date>,
    /// The smallest rig that the data would have shown there, if the answer is not supported. [kW]
    pub smallest_kw: Option<f64>,
    /// Peak of the transformer over its rating; 1 if unknown.
    pub network_risk: f64,
    /// Posterior x kW x network risk: tips are ranked by it. [kW]
    pub priority_kw: f64,
    /// The evidence in words.
    pub reasons: String,
}

/// Answer of the data to a tip. It is evidence, not proof; a tip is only a claim.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TipAnswer {
    /// The tip.
    pub tip_id: TipId,
    /// What it claims.
    pub claim: Claim,
    /// What the data says.
    pub answer: Answer,
    /// Why the data cannot tell.
    pub why: Option<Why>,
    /// The answer in a sentence.
    pub words: String,
    /// The highest chance of a rig among the places, 0..=1.
    pub posterior: f64,
    /// The smallest rig that the data would have shown, if the answer is not supported. [kW]
    pub smallest_kw: Option<f64>,
    /// The highest priority among the places; tips are ranked by it. [kW]
    pub priority_kw: f64,
    /// The places that the tip may mean, the likeliest first.
    pub lines: Vec<AnswerLine>,
    /// Facts found in the tip's words.
    pub facts: Vec<FactTag>,
    /// What the tip names but the register lacks.
    pub unknown: Vec<String>,
}

/// How much a tip weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// The weight of its claim.
    Claim,
    /// No weight: a flood of tips must not raise a place above what the data says.
    DataAlone,
}

/// Everything needed to answer a tip.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// Usage points.
    pub index: &'a Index,
    /// Data of the run.
    pub data: &'a dyn Shown,
    /// Weights of the posterior.
    pub calibration: &'a Calibration,
}

impl Desk<'_> {
    /// Answers a tip from the run's data.
    #[must_use]
    pub fn answer(&self, tip: &Tip, weight: Weight) -> TipAnswer {
        let facts = facts(&tip.text);
        let claim = tip.claim_with(&facts);
        let matches = match_tip(self.index, tip, claim);
        let mut lines: Vec<AnswerLine> =
            matches.all.iter().map(|one| self.line(tip, claim, one, weight)).collect();
        // If several places are equally likely, put the one with the highest posterior first.
        lines.sort_by(|a, b| {
            b.confidence
                .total_cmp(&a.confidence)
                .then(b.posterior.unwrap_or(0.0).total_cmp(&a.posterior.unwrap_or(0.0)))
                .then(a.meter_id.cmp(&b.meter_id))
        });
        let mut answer = summary(&lines);
        answer.words = words(&answer, &lines);
        TipAnswer { tip_id: tip.tip_id.clone(), claim, facts, unknown: matches.unknown, lines, ..answer }
    }

    fn line(&self, tip: &Tip, claim: Claim, one: &Match, weight: Weight) -> AnswerLine {
        let point = self.index.point(one.meter);
        let meter_id = if point.is_network {
            format!("{RESIDUAL_PREFIX}{}", point.meter)
        } else {
            point.meter.to_string()
        };
        let line = self.data.line(&meter_id);
        let line = line.as_ref();
        let facts = self.data.facts();
        let confidence = match weight {
            Weight::Claim => one.confidence,
            Weight::DataAlone => 0.0,
        };
        let prior = self.calibration.prior(confidence, claim, facts.suspect_share);
        let posterior = line
            .filter(|line| line.is_judged)
            .map(|line| self.calibration.posterior(prior, Evidence::of(line, point.is_network)));
        let is_supported = posterior.is_some_and(|posterior| posterior >= SUPPORTED_FROM);
        let why = self.why_not(tip, line, point.is_network, is_supported);
        let answer = match (why, is_supported) {
            (Some(_), _) => Answer::NotJudgeable,
            (None, true) => Answer::Supported,
            (None, false) => Answer::NotSupported,
        };
        let parent = if point.is_network { Some(&point.meter) } else { point.parent.as_ref() };
        let network_risk = parent.and_then(|parent| facts.burden.get(&**parent)).copied().unwrap_or(1.0);
        let rig_kw = line.and_then(|line| line.rig_kw).filter(|_| is_supported);
        let kw = rig_kw.map_or(ONE_MACHINE_KW, |kw| kw[0]);
        AnswerLine {
            address: point.address.as_deref().map(str::to_owned),
            parent_id: parent.map(|parent| parent.to_string()),
            matched_by: one.by,
            confidence: one.confidence,
            answer,
            why,
            posterior: posterior.filter(|_| why.is_none()),
            score: line.map(|line| line.score),
            p_value: line.map(|line| line.p_value),
            prior,
            rank: line.map(|line| line.rank),
            is_suspect: line.is_some_and(|line| line.is_suspect),
            kind: line.and_then(|line| line.kind.clone()),
            onset: line.filter(|_| rig_kw.is_some()).and_then(|line| line.onset),
            ended: line.filter(|_| rig_kw.is_some()).and_then(|line| line.ended),
            rig_kw,
            smallest_kw: line
                .filter(|_| answer == Answer::NotSupported)
                .and_then(|line| facts.smallest_kw(line)),
            network_risk,
            priority_kw: posterior.unwrap_or(prior) * kw * network_risk,
            reasons: line.map(|line| line.reasons.clone()).unwrap_or_default(),
            meter_id,
        }
    }

    fn why_not(&self, tip: &Tip, line: Option<&Line>, is_residual: bool, is_supported: bool) -> Option<Why> {
        let Some(line) = line else { return Some(if is_residual { Why::NoResidual } else { Why::NoData }) };
        if !line.is_judged {
            return Some(Why::TooShort);
        }
        if let (Some(at), Some((first, last))) = (tip.received_at, self.data.facts().span) {
            let day = at.to_zoned(jiff::tz::TimeZone::UTC).date();
            let days_after =
                hashwatt_core::calendar::day_number(day) - hashwatt_core::calendar::day_number(last);
            // If the data shows a rig up to its end, a later tip can still be about it.
            if day < first || (days_after > MAX_DAYS_AFTER && !is_supported) {
                return Some(Why::OtherTime);
            }
        }
        (line.gap_share > MAX_GAPS && !is_supported).then_some(Why::Gaps)
    }
}

/// Sums up the answers of the lines into one answer.
fn summary(lines: &[AnswerLine]) -> TipAnswer {
    let posterior = lines.iter().filter_map(|line| line.posterior).fold(0.0, f64::max);
    let share = |answer: Answer| {
        lines.iter().filter(|line| line.answer == answer).map(|line| line.confidence).sum::<f64>()
    };
    let (answer, why) = if lines.iter().any(|line| line.answer == Answer::Supported) {
        (Answer::Supported, None)
    } else if lines.is_empty() {
        (Answer::NotJudgeable, Some(Why::NoPlace))
    } else if share(Answer::NotSupported) > share(Answer::NotJudgeable) {
        (Answer::NotSupported, None)
    } else {
        (Answer::NotJudgeable, lines.iter().find_map(|line| line.why))
    };
    let smallest_kw = lines
        .iter()
        .filter_map(|line| line.smallest_kw)
        .fold(None, |most: Option<f64>, kw| Some(most.map_or(kw, |most| most.max(kw))));
    TipAnswer {
        tip_id: TipId::from(""),
        claim: Claim::Mining,
        answer,
        why,
        words: String::new(),
        posterior,
        smallest_kw: smallest_kw.filter(|_| answer == Answer::NotSupported),
        priority_kw: lines.iter().map(|line| line.priority_kw).fold(0.0, f64::max),
        lines: Vec::new(),
        facts: Vec::new(),
        unknown: Vec::new(),
    }
}

fn words(answer: &TipAnswer, lines: &[AnswerLine]) -> String {
    match answer.answer {
        Answer::Supported => {
            let best = lines
                .iter()
                .filter(|line| line.answer == Answer::Supported)
                .max_by(|a, b| a.posterior.unwrap_or(0.0).total_cmp(&b.posterior.unwrap_or(0.0)));
            let Some(line) = best else { return String::new() };
            let rig = line.rig_kw.map(|kw| format!(", a rig of about {}", Kilowatts(kw[0]))).unwrap_or_default();
            let ended = line.ended.map(|day| format!(", until {day}")).unwrap_or_default();
            let onset = line.onset.map(|day| format!(" from {day}")).unwrap_or_default();
            format!(
                "The data of {} supports it with a chance of {:.0}%{rig}{onset}{ended}. It is a place worth a visit, not proof.",
                line.meter_id,
                100.0 * line.posterior.unwrap_or(0.0)
            )
        }
        Answer::NotSupported => match answer.smallest_kw {
            Some(kw) => format!(
                "The data covers the place and shows no rig: nine in ten of {} or more would have come out.",
                Kilowatts(kw)
            ),
            None => "The data covers the place and shows no rig; the run cannot say how small a one it would have shown.".to_owned(),
        },
        Answer::NotJudgeable => {
            let why = answer.why.unwrap_or(Why::NoPlace).words();
            format!("The data cannot tell: {why}.")
        }
    }
}
