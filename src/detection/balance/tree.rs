//! Builds the tree of parents and children from the register's `parent_id`; errors in it become findings.

use std::collections::{BTreeMap, BTreeSet};

use hashwatt_core::finding::{Code, Finding, Severity};
use hashwatt_core::ids::MeterId;
use hashwatt_core::language::message::Message;
use hashwatt_core::message;
use hashwatt_readings::acquisition::register::Register;

/// Parents and the meters and nodes below them, as deep as the register goes.
#[derive(Debug, Default)]
pub struct Tree {
    /// Every parent, in order of id. In `bottom_up` a child comes before its own parent.
    nodes: Vec<Node>,
    by_id: BTreeMap<MeterId, usize>,
    /// Index of the parent of every child in the register.
    parent_of: BTreeMap<MeterId, usize>,
    bottom_up: Vec<usize>,
}

/// A transformer, feeder or substation.
#[derive(Debug)]
pub struct Node {
    /// Its id, and the id of its own meter if it has one.
    pub id: MeterId,
    /// Index of its parent, `None` at the top.
    pub parent: Option<usize>,
    /// Meters and nodes directly below.
    pub children: Vec<MeterId>,
}

impl Tree {
    /// Builds the tree of a register. A link that makes a parent its own ancestor is left out.
    #[must_use]
    pub fn of(register: &Register) -> (Self, Vec<Finding>) {
        let mut findings = Vec::new();
        let mut links: BTreeMap<MeterId, MeterId> = BTreeMap::new();
        for (meter, point) in register.points() {
            let Some(parent) = point.parent_id.as_deref() else { continue };
            if parent == meter.as_str() {
                findings.push(broken(meter, message!("own_parent")));
                continue;
            }
            links.insert(meter.clone(), MeterId::from(parent));
        }
        for meter in circles(&links) {
            findings.push(broken(&meter, message!("parents_in_a_circle", parent = &links[&meter])));
            links.remove(&meter);
        }
        let ids: BTreeSet<&MeterId> = links.values().collect();
        let by_id: BTreeMap<MeterId, usize> =
            ids.into_iter().enumerate().map(|(at, id)| (id.clone(), at)).collect();
        let node = |id: &MeterId| Node {
            id: id.clone(),
            parent: links.get(id).map(|parent| by_id[parent]),
            children: Vec::new(),
        };
        let mut nodes: Vec<Node> = by_id.keys().map(node).collect();
        let mut parent_of = BTreeMap::new();
        for (meter, parent) in &links {
            nodes[by_id[parent]].children.push(meter.clone());
            parent_of.insert(meter.clone(), by_id[parent]);
        }
        let mut bottom_up: Vec<usize> = (0..nodes.len()).collect();
        bottom_up.sort_by_key(|&at| std::cmp::Reverse(depth(&nodes, at)));
        (Self { nodes, by_id, parent_of, bottom_up }, findings)
    }

    /// Returns every parent, in order of id.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Returns the indices of the parents, each before its own parent.
    #[must_use]
    pub fn bottom_up(&self) -> &[usize] {
        &self.bottom_up
    }

    /// Returns the index of a parent.
    #[must_use]
    pub fn place(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// Returns the top node above a meter: a substation if the register goes that far.
    #[must_use]
    pub fn top_of(&self, meter: &str) -> Option<&MeterId> {
        let mut at = self.parent_of(meter).or_else(|| self.place(meter))?;
        while let Some(parent) = self.nodes[at].parent {
            at = parent;
        }
        Some(&self.nodes[at].id)
    }

    /// Returns the index of the parent above a meter or node.
    #[must_use]
    pub fn parent_of(&self, meter: &str) -> Option<usize> {
        self.parent_of.get(meter).copied()
    }
}

/// Returns, for every circle in the links, its first meter by name.
fn circles(links: &BTreeMap<MeterId, MeterId>) -> Vec<MeterId> {
    let mut found = BTreeSet::new();
    let mut is_clear: BTreeSet<&str> = BTreeSet::new();
    for start in links.keys() {
        let mut path: Vec<&str> = Vec::new();
        let mut on_path: BTreeSet<&str> = BTreeSet::new();
        let mut at = start.as_str();
        while !is_clear.contains(at) && on_path.insert(at) {
            path.push(at);
            match links.get(at) {
                Some(parent) => at = parent.as_str(),
                None => break,
            }
        }
        if on_path.contains(at) && links.contains_key(at) && !is_clear.contains(at) {
            let circle = path.iter().position(|one| *one == at).unwrap_or(0);
            found.extend(path[circle..].iter().min().map(|first| MeterId::from(*first)));
        }
        is_clear.extend(path);
    }
    found.into_iter().collect()
}

fn depth(nodes: &[Node], mut at: usize) -> usize {
    let mut depth = 0;
    while let Some(parent) = nodes[at].parent {
        at = parent;
        depth += 1;
    }
    depth
}

fn broken(meter: &MeterId, message: Message) -> Finding {
    Finding::new(Code::HierarchyBroken, Severity::Warning, message).of_meter(meter.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(csv: &str) -> (Tree, Vec<Finding>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("register.csv");
        std::fs::write(&path, format!("meter_id,parent_id\n{csv}")).unwrap();
        Tree::of(&Register::read(&path).unwrap().0)
    }

    #[test]
    fn children_hang_below_their_parents_at_any_depth() {
        let (tree, findings) = tree("a,t1\nb,t1\nc,t2\nt1,f\nt2,f\nf,s\n");
        assert!(findings.is_empty());
        let names: Vec<&str> = tree.nodes().iter().map(|node| node.id.as_str()).collect();
        assert_eq!(names, ["f", "s", "t1", "t2"]);
        let bottom_up: Vec<&str> = tree.bottom_up().iter().map(|&at| names[at]).collect();
        assert_eq!(bottom_up, ["t1", "t2", "f", "s"]);
        assert_eq!(tree.parent_of("a"), tree.place("t1"));
        assert_eq!(tree.top_of("a").unwrap().as_str(), "s");
        assert_eq!(tree.top_of("t1").unwrap().as_str(), "s");
        assert_eq!(tree.nodes()[tree.place("f").unwrap()].children.len(), 2);
    }

    #[test]
    fn a_parent_of_itself_and_a_circle_are_findings() {
        let (tree, findings) = tree("a,a\nb,c\nc,d\nd,b\ne,d\n");
        let of: Vec<&str> = findings.iter().map(|one| one.meter.as_ref().unwrap().as_str()).collect();
        assert_eq!(of, ["a", "b"]);
        assert!(tree.parent_of("b").is_none() && tree.parent_of("a").is_none());
        assert_eq!(tree.parent_of("e"), tree.place("d"));
    }
}
