//! Counts what operators watch, without names.

use std::time::Duration;

use axum::http::StatusCode;
use metrics::{Label, Recorder};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

/// Upper bounds of the histogram of answer times. [s]
const TIMES_S: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0];

/// The counters, served as Prometheus text at `/metrics`.
pub struct Counters {
    recorder: PrometheusRecorder,
    /// Renders them.
    pub handle: PrometheusHandle,
}

impl std::fmt::Debug for Counters {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Counters")
    }
}

static METADATA: metrics::Metadata<'static> =
    metrics::Metadata::new("hashwatt", metrics::Level::INFO, Some("hashwatt::review"));

impl Counters {
    /// Starts the counters at zero. Each desk has its own, so that two in one process are counted apart.
    #[must_use]
    pub fn start() -> Self {
        let time = Matcher::Full("hashwatt_request_seconds".to_owned());
        let builder = PrometheusBuilder::new().set_buckets_for_metric(time, &TIMES_S);
        let recorder = builder.expect("there are buckets").build_recorder();
        let handle = recorder.handle();
        Self { recorder, handle }
    }

    fn add(&self, name: &'static str, labels: Vec<Label>, n: u64) {
        let key = metrics::Key::from_parts(name, labels);
        self.recorder.register_counter(&key, &METADATA).increment(n);
    }

    /// Counts an answered request.
    pub fn answered(&self, route: &str, method: &str, status: StatusCode, took: Duration) {
        let labels = vec![
            Label::new("route", route.to_owned()),
            Label::new("method", method.to_owned()),
            Label::new("status", status.as_u16().to_string()),
        ];
        self.add("hashwatt_requests_total", labels, 1);
        let key =
            metrics::Key::from_parts("hashwatt_request_seconds", vec![Label::new("route", route.to_owned())]);
        self.recorder.register_histogram(&key, &METADATA).record(took.as_secs_f64());
    }

    /// Counts verdicts written.
    pub fn wrote(&self, n_verdicts: usize) {
        self.add("hashwatt_verdicts_total", Vec::new(), n_verdicts as u64);
    }

    /// Counts a login.
    pub fn logged_in(&self, outcome: &'static str) {
        self.add("hashwatt_logins_total", vec![Label::new("outcome", outcome)], 1);
    }

    /// Sets a gauge.
    pub fn gauge(&self, name: &'static str, value: f64) {
        let key = metrics::Key::from_name(name);
        self.recorder.register_gauge(&key, &METADATA).set(value);
    }
}
