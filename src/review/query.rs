//! Filters and sorts the lines of a run, a page at a time.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, OnceLock};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rayon::slice::ParallelSliceMut;
use serde::{Deserialize, Serialize};

use super::case::{Case, Cases, Status};
use super::lines::{Line, Lines};
use super::pages::errors::{Must, Refusal};
use super::sort::{Keys, Sort};

/// Lines on a page.
pub const PAGE_LINES: usize = 50;

/// Cached answers, for the next page and the next analyst.
const MAX_ANSWERS: usize = 24;

/// Up to this many lines are sorted for each query; larger results use an order that is computed once.
const SORT_AT_ONCE: usize = 50_000;

/// Longest search text; the rest is ignored. [characters]
const MAX_CHARS: usize = 200;

/// What an analyst asks of the list, as in the address bar. What makes no sense there is passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Part of an id, a transformer, a zone or an address.
    pub q: String,
    /// Zone of the network.
    pub zone: String,
    /// What feeds it.
    pub transformer: String,
    /// Stable text of a kind.
    pub kind: String,
    /// Stable text of a status.
    pub status: String,
    /// Name of a person, `nobody`.
    pub assignee: String,
    /// Least score, 0..=1.
    pub score: String,
    /// Least rig. [kW]
    pub kw: String,
    /// `all`: lines that are not on the visit list, too.
    pub show: String,
    /// `yes`: cases that should have been done by now.
    pub late: String,
    /// What to order by: `place`, `rank`, `meter`, `kw`, or another column of the list.
    pub sort: String,
    /// `reversed`: the last first; what has no value stays last.
    pub direction: String,
    /// Page, from 1.
    pub page: String,
}

impl ListQuery {
    /// Returns the query string, without empty fields.
    #[must_use]
    pub fn as_query(&self) -> String {
        let given = self.pairs().into_iter().filter(|(_, value)| !value.is_empty());
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish()
    }

    /// Returns the query string without the page.
    #[must_use]
    pub fn without_page(&self) -> String {
        Self { page: String::new(), ..self.clone() }.as_query()
    }

    fn pairs(&self) -> [(&'static str, &str); 13] {
        [
            ("q", &self.q),
            ("zone", &self.zone),
            ("transformer", &self.transformer),
            ("kind", &self.kind),
            ("status", &self.status),
            ("assignee", &self.assignee),
            ("score", &self.score),
            ("kw", &self.kw),
            ("show", &self.show),
            ("late", &self.late),
            ("sort", &self.sort),
            ("direction", &self.direction),
            ("page", &self.page),
        ]
    }

    /// Checks what a program asks. A person sees in the page's form what was taken of an address; a program does
    /// not, and would take every line for an answer.
    ///
    /// # Errors
    /// When a field has a value that it cannot have.
    pub fn check(&self) -> Result<(), Refusal> {
        let one_of = |name, value: &str, known: Vec<&'static str>| match value {
            value if value.is_empty() || known.contains(&value) => Ok(()),
            _ => Err(Refusal::Field(name, Must::BeOneOf(known))),
        };
        one_of("status", &self.status, Status::ALL.map(Status::as_str).into())?;
        one_of("sort", &self.sort, Sort::ALL.map(Sort::as_str).into())?;
        one_of("show", &self.show, vec!["all"])?;
        one_of("late", &self.late, vec!["yes"])?;
        one_of("direction", &self.direction, vec!["reversed"])?;
        for (name, value) in [("score", &self.score), ("kw", &self.kw), ("page", &self.page)] {
            if !value.is_empty() && Self::number(value).is_none() {
                return Err(Refusal::Field(name, Must::BeNumberOrEmpty));
            }
        }
        Ok(())
    }

    fn number(text: &str) -> Option<f64> {
        text.trim().replace(',', ".").parse().ok().filter(|number: &f64| number.is_finite())
    }

    /// Whether the order is turned round.
    #[must_use]
    pub fn is_reversed(&self) -> bool {
        self.direction == "reversed"
    }

    /// Returns the requested page, from 1.
    #[must_use]
    pub fn page(&self) -> usize {
        self.page.parse().unwrap_or(1).max(1)
    }
}

/// One page of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Indices of its lines.
    pub lines: Vec<u32>,
    /// Number of lines that match the filter.
    pub n_found: usize,
    /// Number of this page, from 1.
    pub page: usize,
    /// The last page.
    pub n_pages: usize,
}

type Answer = Arc<Vec<u32>>;

/// Returns the cases of meters that are not in the run and that match `query` by status, assignee or id,
/// sorted by id.
#[must_use]
pub fn gone<'a>(query: &ListQuery, lines: &Lines, cases: &'a Cases, today: Date) -> Vec<(&'a str, &'a Case)> {
    let (status, part) = (Status::named(&query.status), query.q.trim().to_lowercase());
    let is_late = query.late == "yes";
    let asks_cases = status.is_some() || is_late || !query.assignee.is_empty() || !part.is_empty();
    // The other filters only apply to lines.
    let asks_lines = [&query.zone, &query.transformer, &query.kind, &query.score, &query.kw];
    if !asks_cases || asks_lines.iter().any(|asked| !asked.is_empty()) {
        return Vec::new();
    }
    let is_whose = |case: &Case| match (query.assignee.as_str(), case.assignee.as_deref()) {
        ("", _) | ("nobody", None) => true,
        (asked, whose) => whose == Some(asked),
    };
    let is_asked = |meter: &str, case: &Case| {
        status.is_none_or(|status| case.status == status)
            && (!is_late || case.is_late(today))
            && is_whose(case)
            && meter.to_lowercase().contains(&part)
    };
    cases.all().filter(|(meter, case)| is_asked(meter, case) && lines.index(meter).is_none()).collect()
}

/// Cached orders and answers.
#[derive(Debug)]
pub struct Answers {
    orders: [OnceLock<Vec<u32>>; Sort::ALL.len()],
    kept: Mutex<VecDeque<(String, Answer)>>,
    zone: TimeZone,
}

impl Answers {
    /// Answers nothing yet. What is late depends on the day at the usage points, in `zone`.
    #[must_use]
    pub fn of(zone: TimeZone) -> Self {
        Self { orders: Default::default(), kept: Mutex::default(), zone }
    }

    /// Returns the civil day at the usage points.
    #[must_use]
    pub fn today(&self) -> Date {
        jiff::Timestamp::now().to_zoned(self.zone.clone()).date()
    }

    /// Returns the page of lines that match `query`.
    #[must_use]
    pub fn page(&self, query: &ListQuery, lines: &Lines, cases: &Cases, sees_places: bool) -> Page {
        let found = self.found(query, lines, cases, sees_places);
        let n_pages = found.len().div_ceil(PAGE_LINES).max(1);
        let page = query.page().min(n_pages);
        let from = (page - 1) * PAGE_LINES;
        let lines = found[from..found.len().min(from + PAGE_LINES)].to_vec();
        Page { lines, n_found: found.len(), page, n_pages }
    }

    /// Returns every line that matches `query`, sorted.
    pub fn found(&self, query: &ListQuery, lines: &Lines, cases: &Cases, sees_places: bool) -> Answer {
        let (sort, today) = (Sort::named(&query.sort), self.today());
        let asked = [&query.status, &query.assignee, &query.late];
        let follows_cases = sort.follows_cases() || asked.iter().any(|asked| !asked.is_empty());
        let last = if follows_cases { format!("{} {today}", cases.last()) } else { String::new() };
        let key = format!("{sees_places} {last} {}", query.without_page());
        if let Some(answer) = self.kept(&key) {
            return answer;
        }
        let found = matches(query, lines, cases, sees_places, today);
        let answer = Arc::new(self.ordered(sort, query.is_reversed(), found, lines, cases));
        let mut kept = self.kept.lock().expect("nobody panics while holding it");
        kept.push_front((key, Arc::clone(&answer)));
        kept.truncate(MAX_ANSWERS);
        answer
    }

    fn kept(&self, key: &str) -> Option<Answer> {
        let mut kept = self.kept.lock().expect("nobody panics while holding it");
        let place = kept.iter().position(|(known, _)| known == key)?;
        let entry = kept.remove(place)?;
        let answer = Arc::clone(&entry.1);
        kept.push_front(entry);
        Some(answer)
    }

    fn ordered(
        &self,
        sort: Sort,
        is_reversed: bool,
        mut found: Vec<u32>,
        lines: &Lines,
        cases: &Cases,
    ) -> Vec<u32> {
        match sort {
            Sort::Rank => {}
            Sort::Meter => keep(&mut found, lines.by_id(), lines.len()),
            // Only lines with a case have a key of their own, so it is found quickly for all.
            _ if sort.follows_cases() || found.len() <= SORT_AT_ONCE => {
                sort_by(&Keys::of(sort, lines, cases), &mut found);
            }
            _ => keep(&mut found, self.order(sort, lines), lines.len()),
        }
        if is_reversed {
            let keys = Keys::of(sort, lines, cases);
            let is_known = |index: &u32| {
                matches!(sort, Sort::Rank | Sort::Meter) || keys.key(*index) > f64::NEG_INFINITY
            };
            let n_known = found.partition_point(is_known);
            found[..n_known].reverse();
        }
        found
    }

    /// Computes the usual orders of all lines in advance.
    pub fn prepare(&self, lines: &Lines) {
        for sort in Sort::PREPARED {
            self.order(sort, lines);
        }
    }

    fn order(&self, sort: Sort, lines: &Lines) -> &[u32] {
        self.orders[sort as usize].get_or_init(|| {
            let mut all: Vec<u32> = (0..lines.len() as u32).collect();
            sort_by(&Keys::of(sort, lines, &Cases::default()), &mut all);
            all
        })
    }
}

/// Puts what was found into the order of all lines.
fn keep(found: &mut Vec<u32>, order: &[u32], n_lines: usize) {
    if found.len() == n_lines {
        found.copy_from_slice(order);
        return;
    }
    // One bit per line, so that the table fits into the cache.
    let mut is_found = vec![0_u64; n_lines.div_ceil(64)];
    found.iter().for_each(|index| is_found[*index as usize / 64] |= 1 << (index % 64));
    let is_in = |index: u32| is_found[index as usize / 64] >> (index % 64) & 1 == 1;
    found.clear();
    found.extend(order.iter().copied().filter(|index| is_in(*index)));
}

fn sort_by(keys: &Keys<'_>, found: &mut [u32]) {
    let mut keyed: Vec<(f64, u32)> = found.iter().map(|index| (keys.key(*index), *index)).collect();
    keyed.par_sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    found.iter_mut().zip(keyed).for_each(|(place, (_, index))| *place = index);
}

/// Returns the indices that match the filter, by rank.
fn matches(query: &ListQuery, lines: &Lines, cases: &Cases, sees_places: bool, today: Date) -> Vec<u32> {
    let Some(filter) = Filter::of(query, lines, cases, today) else { return Vec::new() };
    let text: String = query.q.trim().chars().take(MAX_CHARS).collect();
    let lets_through = |index: &u32| filter.lets_through(lines.line(*index as usize));
    if filter.is_suspects_only() {
        // Suspects are few, so each is searched by itself.
        let part = text.to_lowercase();
        let holds = |index: &u32| part.is_empty() || lines.holds(*index, &part, sees_places);
        let suspects = lines.suspects().iter().copied();
        let mut found: Vec<u32> = suspects.filter(|index| lets_through(index) && holds(index)).collect();
        found.sort_unstable();
        return found;
    }
    if text.is_empty() {
        return (0..lines.len() as u32).filter(lets_through).collect();
    }
    let mut found = lines.containing(&text, sees_places);
    found.retain(lets_through);
    found
}

/// A filter with names resolved to numbers.
struct Filter<'a> {
    zone: Option<u32>,
    parent: Option<u32>,
    kind: Option<u32>,
    score: f64,
    kw: f64,
    with_all: bool,
    status: Option<Status>,
    /// Meters assigned to the person; `None`: no filter by person.
    mine: Option<HashSet<&'a str>>,
    is_nobodys: bool,
    by_meter: BTreeMap<&'a str, Status>,
    taken: HashSet<&'a str>,
    /// Meters whose case is late; `None`: no filter by that.
    late: Option<HashSet<&'a str>>,
}

impl<'a> Filter<'a> {
    /// Returns `None` if nothing can match: no line has this zone or transformer.
    fn of(query: &'a ListQuery, lines: &Lines, cases: &'a Cases, today: Date) -> Option<Self> {
        let known = |text: &str, number: &dyn Fn(&str) -> Option<u32>| match text {
            "" => Some(None),
            text => number(text).map(Some),
        };
        let status = Status::named(&query.status);
        let is_nobodys = query.assignee == "nobody";
        let follows = status.is_some();
        let has = |name: &str| {
            cases
                .all()
                .filter(|(_, case)| case.assignee.as_deref() == Some(name))
                .map(|(meter, _)| meter)
                .collect()
        };
        Some(Self {
            zone: known(&query.zone, &|name| lines.zone_number(name))?,
            parent: known(query.transformer.trim(), &|name| lines.parent_number(name))?,
            kind: known(&query.kind, &|name| lines.kind_number(name))?,
            score: ListQuery::number(&query.score).unwrap_or(f64::NEG_INFINITY),
            kw: ListQuery::number(&query.kw).unwrap_or(f64::NEG_INFINITY),
            with_all: query.show == "all",
            status,
            mine: (!query.assignee.is_empty() && !is_nobodys).then(|| has(&query.assignee)),
            is_nobodys,
            by_meter: if follows {
                cases.all().map(|(meter, case)| (meter, case.status)).collect()
            } else {
                BTreeMap::new()
            },
            taken: if is_nobodys {
                cases.all().filter(|(_, case)| case.assignee.is_some()).map(|(meter, _)| meter).collect()
            } else {
                HashSet::new()
            },
            late: (query.late == "yes").then(|| {
                cases.all().filter(|(_, case)| case.is_late(today)).map(|(meter, _)| meter).collect()
            }),
        })
    }

    /// Whether only suspects can match.
    fn is_suspects_only(&self) -> bool {
        !self.with_all && self.late.is_none() && self.status.is_none_or(|status| status == Status::New)
    }

    fn lets_through(&self, line: Line<'_>) -> bool {
        let (kind, parent, zone) = line.numbers();
        let is = |asked: Option<u32>, has: u32| asked.is_none_or(|asked| asked == has);
        // A meter with a case is shown whether the current run lists it or not.
        let is_listed = self.with_all
            || line.is_suspect()
            || self.late.is_some()
            || self.status.is_some_and(|status| status != Status::New);
        is_listed
            && is(self.kind, kind)
            && is(self.parent, parent)
            && is(self.zone, zone)
            && line.score() >= self.score
            && (self.kw == f64::NEG_INFINITY || line.rig_kw().is_some_and(|kw| kw >= self.kw))
            && self.status.is_none_or(|status| {
                self.by_meter.get(line.meter()).copied().unwrap_or(Status::New) == status
            })
            && self.late.as_ref().is_none_or(|late| late.contains(line.meter()))
            && self.mine.as_ref().is_none_or(|mine| mine.contains(line.meter()))
            && !(self.is_nobodys && self.taken.contains(line.meter()))
    }
}
