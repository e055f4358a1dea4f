//! Asks the system for the run's peak memory.

/// Returns the peak resident memory of the process, if the system reports it. [MiB]
pub(super) fn peak_memory_mib() -> Option<u64> {
    parse_peak(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// Parses `VmHWM:  12345 kB`, as proc(5) describes it.
fn parse_peak(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_read_in_whole_mebibytes() {
        assert_eq!(parse_peak("Name:\thashwatt\nVmHWM:\t  524800 kB\nVmRSS:\t 1 kB\n"), Some(512));
        assert_eq!(parse_peak("Name:\thashwatt\n"), None);
    }
}
