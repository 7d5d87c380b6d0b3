//! Which calls of a caller belong together: call-backs, and what was asked next.

/// A caller who calls within so many days calls back.
pub(crate) const CALL_BACK_DAYS: i64 = 7;

/// The same in microseconds.
pub(crate) const CALL_BACK_US: i64 = CALL_BACK_DAYS * 86_400_000_000;

/// What is known of a call of the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contact<'a> {
    pub(crate) start_us: i64,
    pub(crate) project: &'a str,
    /// Empty: not known.
    pub(crate) issue: &'a str,
}

/// What followed a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Link {
    /// The caller called again about the same, or about what nobody knows.
    pub(crate) called_back: bool,
    /// The first other issue the caller called about; empty: none.
    pub(crate) followed_by: String,
}

/// What followed each call of one caller, given in the order of their starts.
pub(crate) fn links(contacts: &[Contact<'_>]) -> Vec<Link> {
    let link = |place: usize, contact: &Contact<'_>| {
        let later = contacts[place + 1..]
            .iter()
            .take_while(|later| later.start_us - contact.start_us <= CALL_BACK_US)
            .filter(|later| later.project == contact.project);
        let mut link = Link::default();
        for later in later {
            let unknown = later.issue.is_empty() || contact.issue.is_empty();
            if unknown || later.issue == contact.issue {
                link.called_back = true;
            } else if link.followed_by.is_empty() {
                link.followed_by = later.issue.to_owned();
            }
        }
        link
    };
    contacts.iter().enumerate().map(|(place, contact)| link(place, contact)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(contacts: &[(i64, &'static str, &'static str)]) -> Vec<(bool, String)> {
        let contact = |(day, project, issue): &(i64, &'static str, &'static str)| Contact {
            start_us: day * 86_400_000_000,
            project,
            issue,
        };
        let contacts: Vec<_> = contacts.iter().map(contact).collect();
        links(&contacts).into_iter().map(|link| (link.called_back, link.followed_by)).collect()
    }

    fn alone() -> (bool, String) {
        (false, String::new())
    }

    #[test]
    fn the_same_issue_within_seven_days_is_a_call_back() {
        let found = of(&[(0, "a", "bill"), (7, "a", "bill"), (15, "a", "bill")]);
        assert_eq!(found, [(true, String::new()), alone(), alone()]);
        // Another project is another matter.
        assert_eq!(of(&[(0, "a", "bill"), (1, "b", "bill")]), [alone(), alone()]);
    }

    #[test]
    fn another_issue_is_the_next_one_and_hides_no_call_back() {
        let found = of(&[(0, "a", "copy"), (1, "a", "claim"), (2, "a", "move"), (3, "a", "copy")]);
        assert_eq!(found[0], (true, "claim".to_owned()));
        assert_eq!(found[1], (false, "move".to_owned()));
    }

    #[test]
    fn what_nobody_knows_counts_as_the_same() {
        assert_eq!(of(&[(0, "a", ""), (1, "a", "bill")])[0], (true, String::new()));
        assert_eq!(of(&[(0, "a", "bill"), (1, "a", "")])[0], (true, String::new()));
        assert!(of(&[]).is_empty());
    }
}
