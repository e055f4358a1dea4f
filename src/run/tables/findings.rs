//! Lays out `findings.parquet`: the findings in the data, with their proof as JSON text.

use polars::prelude::DataFrame;

use super::{dates, texts};
use crate::schema::FINDINGS;
use hashwatt_core::error::{Error, Result};
use hashwatt_core::finding::Finding;

/// Builds `code, severity, source, meter_id, first_day, last_day [local days], description, data` (JSON).
///
/// # Errors
/// When the table cannot be built.
pub fn findings_frame(findings: &[Finding]) -> Result<DataFrame> {
    let data: Vec<String> = findings
        .iter()
        .map(|finding| {
            serde_json::to_string(&finding.data).map_err(|error| Error::table("findings.parquet", error))
        })
        .collect::<Result<_>>()?;
    let columns = vec![
        texts("code", findings.iter().map(|finding| Some(finding.code.as_str()))),
        texts("severity", findings.iter().map(|finding| Some(finding.severity.as_str()))),
        texts("source", findings.iter().map(|finding| finding.source.as_deref())),
        texts("meter_id", findings.iter().map(|finding| finding.meter.as_ref().map(|meter| meter.as_str()))),
        dates("first_day", findings.iter().map(|finding| finding.first_day)),
        dates("last_day", findings.iter().map(|finding| finding.last_day)),
        texts("description", findings.iter().map(|finding| Some(finding.description.as_str()))),
        texts("data", data.iter().map(|text| Some(text.as_str()))),
    ];
    FINDINGS.frame(findings.len(), columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made_up;

    #[test]
    fn proof_is_json_text() {
        let frame = findings_frame(&made_up::findings()).unwrap();
        let data = frame.column("data").unwrap().str().unwrap().get(0).unwrap().to_owned();
        assert!(serde_json::from_str::<serde_json::Value>(&data).unwrap().is_object());
    }
}
