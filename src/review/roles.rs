//! Defines what each role may do.

/// Role of a person at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    /// Sees list, map and suspects.
    Viewer,
    /// Visits places and writes what was found.
    Inspector,
    /// Takes tips.
    TipDesk,
    /// Decides, assigns, requests visits and exports.
    Analyst,
    /// Manages people and programs, and reads the access log.
    Administrator,
}

/// A permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May {
    /// See the list, a suspect, the map.
    Look,
    /// See where a meter is: address and coordinates.
    SeePlaces,
    /// Take a tip.
    TakeTips,
    /// See work orders and write the result of a visit.
    Visit,
    /// Write to a case.
    Decide,
    /// Manage people and tokens, read the access log.
    Administer,
}

impl Role {
    /// Every role, from the least to the most permissions.
    pub const ALL: [Self; 5] =
        [Self::Viewer, Self::Inspector, Self::TipDesk, Self::Analyst, Self::Administrator];

    /// Returns the stable text of the role.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// Returns the role with this text.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }

    /// Whether the role has this permission. Viewers do not see places if the desk is pseudonymous.
    #[must_use]
    pub const fn may(self, what: May, is_pseudonymous: bool) -> bool {
        match what {
            May::Look => true,
            May::SeePlaces => !is_pseudonymous || !matches!(self, Self::Viewer),
            May::TakeTips => !matches!(self, Self::Viewer | Self::Inspector),
            May::Visit => !matches!(self, Self::Viewer | Self::TipDesk),
            May::Decide => matches!(self, Self::Analyst | Self::Administrator),
            May::Administer => matches!(self, Self::Administrator),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_viewer_looks_and_no_more() {
        assert!(Role::Viewer.may(May::Look, true));
        for what in [May::TakeTips, May::Decide, May::Administer] {
            assert!(!Role::Viewer.may(what, false));
        }
        assert!(Role::Viewer.may(May::SeePlaces, false) && !Role::Viewer.may(May::SeePlaces, true));
    }

    #[test]
    fn only_an_administrator_administers() {
        let may: Vec<_> = Role::ALL.into_iter().filter(|role| role.may(May::Administer, false)).collect();
        assert_eq!(may, [Role::Administrator]);
    }

    #[test]
    fn an_inspector_visits_and_decides_nothing() {
        assert!(Role::Inspector.may(May::Visit, true) && Role::Inspector.may(May::SeePlaces, true));
        for what in [May::TakeTips, May::Decide, May::Administer] {
            assert!(!Role::Inspector.may(what, false));
        }
        assert!(!Role::TipDesk.may(May::Visit, false) && Role::Analyst.may(May::Visit, true));
    }

    #[test]
    fn the_tip_desk_takes_tips_and_decides_nothing() {
        assert!(Role::TipDesk.may(May::TakeTips, true) && Role::TipDesk.may(May::SeePlaces, true));
        assert!(!Role::TipDesk.may(May::Decide, false));
    }
}
