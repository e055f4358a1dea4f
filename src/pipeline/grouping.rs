//! Puts meters into peer groups, in an order that does not depend on their ids.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::acquisition::register::{UNKNOWN_CLASS, UsagePoint};
use crate::acquisition::verdicts::Verdicts;
use crate::calendar::CLOCK_HOURS;
use crate::error::Result;
use crate::features::measure::MeasuredMeter;
use crate::groups::{self, GroupInput};
use crate::ids::GroupId;
use crate::ranking::rank::Judged;
use crate::run::PeerDay;
use crate::settings::Settings;
use crate::stats::quantiles_of;

/// Meters with their groups.
pub(super) struct Grouped {
    pub judged: Vec<Judged>,
    pub groups: Vec<groups::Group>,
    pub peer_days: BTreeMap<GroupId, PeerDay>,
}

/// Groups the meters.
pub(super) fn group(
    mut meters: Vec<MeasuredMeter>,
    verdicts: &Verdicts,
    settings: &Settings,
) -> Result<Grouped> {
    // Clusters depend on the order of their rows, so sort by content: the order of ids is arbitrary.
    meters.par_sort_by_cached_key(|(meter, features, _)| (features.content, meter.clone()));
    let inputs: Vec<GroupInput> = meters
        .iter()
        .map(|(meter, features, point)| GroupInput {
            meter: meter.clone(),
            class: point.as_ref().map_or_else(|| UNKNOWN_CLASS.to_owned(), UsagePoint::class),
            hour_kw: features.hour_kw,
            demand_kw_mean: features.standard.demand_kw_mean,
        })
        .collect();
    let grouping = groups::group_meters(&inputs, settings.max_groups_per_class, settings.seed)?;
    let mut own: Vec<Vec<&GroupInput>> = vec![Vec::new(); grouping.groups.len()];
    inputs.iter().zip(&grouping.members).for_each(|(input, member)| own[*member].push(input));
    let peer_days = grouping.groups.iter().zip(&own).map(|(group, own)| (group.id.clone(), peer_day(own)));
    let peer_days = peer_days.collect();
    let mut judged: Vec<Judged> = meters
        .into_iter()
        .zip(&grouping.members)
        .map(|((meter, features, point), member)| Judged {
            verdict: verdicts.get(&meter),
            meter,
            features,
            point,
            group: grouping.groups[*member].id.clone(),
        })
        .collect();
    judged.par_sort_unstable_by(|a, b| a.meter.cmp(&b.meter));
    Ok(Grouped { judged, groups: grouping.groups, peer_days })
}

fn peer_day(own: &[&GroupInput]) -> PeerDay {
    let hours: Vec<[f32; 3]> = (0..CLOCK_HOURS)
        .into_par_iter()
        .map(|hour| {
            let quartiles = quantiles_of(own.iter().map(|one| one.hour_kw[hour]), [0.25, 0.5, 0.75]);
            quartiles.map(|kw| kw.unwrap_or(f32::NAN))
        })
        .collect();
    let at = |quartile: usize| std::array::from_fn(|hour| hours[hour][quartile]);
    PeerDay { hour_kw_p25: at(0), hour_kw_p50: at(1), hour_kw_p75: at(2) }
}
