//! Waits for requests to object stores, on a runtime of their own, because the stages are plain threads.

use std::sync::OnceLock;

use tokio::runtime::Runtime;

/// Threads that drive all requests. They copy bytes and wait; decoding is done elsewhere.
const THREADS: usize = 2;

pub(crate) fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(THREADS).enable_all().build().expect("a process may start two threads")
    })
}

/// Waits for a request to an object store.
pub fn wait_for<T>(request: impl Future<Output = T>) -> T {
    runtime().block_on(request)
}
