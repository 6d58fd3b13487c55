//! The macro as a package uses it.

firewatch_testing::scenario_tests!("tests/scenarios");
