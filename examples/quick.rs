//! Runs the main path quickly while developing.
use hashwatt::settings::*;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let reg = std::path::PathBuf::from(&a[1]).parent().unwrap().join("register.parquet");
    let flags = Overrides { readings: vec![a[1].clone()], out: Some(a[2].clone().into()), register: reg.exists().then_some(reg), ..Default::default() };
    let s = PipelineFile::default().check(&flags).unwrap();
    let t = std::time::Instant::now();
    match hashwatt::pipeline::detect(&s, &hashwatt::progress::Silent) {
        Ok(r) => {
            println!("{} rows {} meters {:?} in {:?}; suspects {}", r.n_rows, r.n_meters, r.span, t.elapsed(), r.scored.iter().filter(|o| o.is_suspect).count());
            for o in r.scored.iter().take(8) { println!("{} {} {:.3} {:?} {:?} ef {:.2} {:?}", o.rank, o.meter, o.score, o.kind.map(|k| k.as_str()), o.rig.map(|r| (r.kw, r.kw_low, r.kw_high, r.machines_low, r.machines_high, r.onset, r.ended)), o.expected_false, o.rivals.first()); for r in o.reasons.iter().take(3) { println!("     {:.2} {}", r.weight, r.words); } }
            let mut c = std::collections::BTreeMap::new(); for f in &r.findings { *c.entry(f.code.as_str()).or_insert(0) += 1; } println!("{c:?}");
        }
        Err(e) => println!("error: {e}"),
    }
}
