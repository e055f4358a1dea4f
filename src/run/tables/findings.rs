//! Lays out `findings.parquet`: the findings in the data, their sentences with values, and their proof, as JSON text.

use polars::prelude::DataFrame;
use rayon::prelude::*;

use super::{dates, texts};
use crate::schema::FINDINGS;
use hashwatt_core::error::{Error, Result};
use hashwatt_core::finding::Finding;
use hashwatt_core::language::Language;

/// Builds `code, severity, source, meter_id, first_day, last_day [local days], description` (in `language`), `data`
/// (JSON), `message, parameters` (JSON).
///
/// # Errors
/// When the table cannot be built.
pub fn findings_frame(findings: &[Finding], language: &Language) -> Result<DataFrame> {
    let data: Vec<String> = findings
        .iter()
        .map(|finding| {
            serde_json::to_string(&finding.data).map_err(|error| Error::table("findings.parquet", error))
        })
        .collect::<Result<_>>()?;
    let said: Vec<(String, String)> =
        findings.par_iter().map(|finding| (finding.words(language), finding.message.parameters())).collect();
    let columns = vec![
        texts("code", findings.iter().map(|finding| Some(finding.code.as_str()))),
        texts("severity", findings.iter().map(|finding| Some(finding.severity.as_str()))),
        texts("source", findings.iter().map(|finding| finding.source.as_deref())),
        texts("meter_id", findings.iter().map(|finding| finding.meter.as_ref().map(|meter| meter.as_str()))),
        dates("first_day", findings.iter().map(|finding| finding.first_day)),
        dates("last_day", findings.iter().map(|finding| finding.last_day)),
        texts("description", said.iter().map(|(words, _)| Some(words.as_str()))),
        texts("data", data.iter().map(|text| Some(text.as_str()))),
        texts("message", findings.iter().map(|finding| Some(finding.message.code.as_ref()))),
        texts("parameters", said.iter().map(|(_, parameters)| Some(parameters.as_str()))),
    ];
    FINDINGS.frame(findings.len(), columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn proof_is_json_text() {
        let frame = findings_frame(&fixtures::findings(), Language::english()).unwrap();
        let data = frame.column("data").unwrap().str().unwrap().get(0).unwrap().to_owned();
        assert!(serde_json::from_str::<serde_json::Value>(&data).unwrap().is_object());
    }
}
