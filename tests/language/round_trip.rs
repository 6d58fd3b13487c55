//! What is written is read back, and any reader of RON can read it.

use firewatch_scenario::Scenario;
use firewatch_tests::property;
use proptest::prelude::*;

use crate::readers::read_as_ron;
use crate::scenarios::scenarios;

proptest! {
    #![proptest_config(property(400))]

    #[test]
    fn what_is_written_is_read_back(scenario in scenarios()) {
        prop_assert_eq!(scenario.problems(), []);
        let text = scenario.to_string();
        let read = Scenario::parse("written.ron", &text);
        prop_assert_eq!(read.as_ref(), Ok(&scenario), "{}", text);
        let windows = Scenario::parse("windows.ron", &text.replace('\n', "\r\n"));
        prop_assert_eq!(windows, Ok(scenario), "{}", text);
    }

    #[test]
    fn what_is_written_is_ron(scenario in scenarios()) {
        let text = scenario.to_string();
        prop_assert!(read_as_ron(&text).is_ok(), "{:?}\n{}", read_as_ron(&text), text);
    }
}
