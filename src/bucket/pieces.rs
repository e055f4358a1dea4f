//! Turns wanted byte ranges into requests: near ones joined, long ones cut; and cuts the answers to what was wanted.

use std::ops::Range;

use bytes::{Bytes, BytesMut};

/// Ranges at most this far apart are one request: a request costs more than these bytes. [bytes]
const MAX_GAP: u64 = 1 << 20;

/// Longest request. A longer one would take too long to be tried again. [bytes]
const MAX_REQUEST: u64 = 8 << 20;

/// Returns the requests that cover `ranges`, in order.
pub(crate) fn requests(ranges: &[Range<u64>]) -> Vec<Range<u64>> {
    let mut wanted: Vec<&Range<u64>> = ranges.iter().filter(|range| range.start < range.end).collect();
    wanted.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<u64>> = Vec::new();
    for range in wanted {
        match joined.last_mut() {
            Some(before) if range.start <= before.end + MAX_GAP => before.end = before.end.max(range.end),
            _ => joined.push(range.clone()),
        }
    }
    let cut = |range: Range<u64>| {
        let starts = (range.start..range.end).step_by(MAX_REQUEST as usize);
        starts.map(move |start| start..(start + MAX_REQUEST).min(range.end))
    };
    joined.into_iter().flat_map(cut).collect()
}

/// Returns the bytes of `range` out of the answers to [`requests`], in order; copies only what lies in several.
pub(crate) fn cut(range: &Range<u64>, requests: &[Range<u64>], answers: &[Bytes]) -> Bytes {
    let first = requests.partition_point(|request| request.end <= range.start);
    let part = |(request, answer): (&Range<u64>, &Bytes)| {
        let from = range.start.max(request.start) - request.start;
        let to = range.end.min(request.end) - request.start;
        answer.slice(from as usize..to as usize)
    };
    let parts = requests.iter().zip(answers).skip(first).take_while(|(request, _)| request.start < range.end);
    let mut parts = parts.map(part);
    let (Some(one), second) = (parts.next(), parts.next()) else { return Bytes::new() };
    let Some(second) = second else { return one };
    let mut whole = BytesMut::with_capacity((range.end - range.start) as usize);
    [one, second].into_iter().chain(parts).for_each(|part| whole.extend_from_slice(&part));
    whole.freeze()
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "a list of one range is meant")]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn near_ranges_are_one_request_and_far_ones_are_not() {
        assert_eq!(requests(&[5..10, 0..5, 20..30]), [0..30]);
        let gaps = [0..10, 10 + MIB..20 + MIB, 40 + 2 * MIB..50 + 2 * MIB];
        assert_eq!(requests(&gaps), [0..20 + MIB, 40 + 2 * MIB..50 + 2 * MIB]);
        assert!(requests(&[3..3]).is_empty() && requests(&[]).is_empty());
    }

    #[test]
    fn a_long_range_is_cut_and_put_together_again() {
        let content: Vec<u8> = (0..20 * MIB).map(|at| (at % 251) as u8).collect();
        let ranges = [3..19 * MIB + 7, MIB..2 * MIB, 8 * MIB - 1..8 * MIB + 1, 5..5];
        let asked = requests(&ranges);
        assert_eq!(asked.len(), 3);
        let part = |range: &Range<u64>| &content[range.start as usize..range.end as usize];
        let answers: Vec<Bytes> = asked.iter().map(|range| Bytes::copy_from_slice(part(range))).collect();
        for range in &ranges {
            assert!(cut(range, &asked, &answers) == part(range), "{range:?}");
        }
    }
}
