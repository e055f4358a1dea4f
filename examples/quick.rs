//! Scores a case quickly while developing.
use hashwatt::acquisition::register::Register;
use hashwatt::features::*;
use hashwatt::ranking::training::*;
use hashwatt::settings::*;
fn main() {
    let case = std::env::args().nth(1).unwrap();
    let t0 = std::time::Instant::now();
    let flags = Overrides { readings: vec![format!("{case}/readings.parquet")], out: Some("/tmp/q".into()), ..Default::default() };
    let s = PipelineFile::default().check(&flags).unwrap();
    let o = hashwatt::acquisition::open_sources(&s.readings, None).unwrap();
    let d = hashwatt::digest::local::digest(&o.sources, &s, std::path::Path::new("/tmp/q/digests"), &hashwatt::progress::Silent).unwrap();
    eprintln!("digest {:?} {} days", t0.elapsed(), d.n_days);
    let reg = Register::read(std::path::Path::new(&format!("{case}/register.parquet"))).map(|r| r.0).unwrap_or_default();
    let mut meters = vec![];
    for p in 0..d.store.n_parts() { d.store.read_part(p, |m| { meters.push(m); Ok(()) }).unwrap(); }
    meters.sort_by(|a, b| a.meter.cmp(&b.meter));
    let mut kept = vec![]; let mut rows = vec![];
    for m in meters {
        let dec = reg.point(m.meter.as_str()).and_then(|p| p.declared_mining_kw).unwrap_or(0.0) as f32;
        if let Some(f) = extract_features(&m.days, dec, &s.windows, |_| None) { rows.push(f); kept.push((m, dec)); }
    }
    eprintln!("features {:?}", t0.elapsed());
    let hosts: Vec<_> = kept.iter().enumerate().filter(|(_, (_, d))| *d == 0.0).map(|(i, (m, _))| (i, m.clone())).collect();
    let copies = plant_copies(&hosts, &s.windows, 1);
    eprintln!("copies {} {:?}", copies.len(), t0.elapsed());
    let values: Vec<_> = rows.iter().map(|r| r.values).collect();
    let scores = score_out_of_fold(&values, &copies, 1);
    eprintln!("scored {:?}", t0.elapsed());
    println!("meter_id,score");
    for (i, (m, _)) in kept.iter().enumerate() { println!("{},{}", m.meter, scores.meters[i]); }
}
