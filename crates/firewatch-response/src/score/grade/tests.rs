use firewatch_scenario::Goals;

use super::*;
use crate::score::rules::ScoreRules;

const RULES: &GradeRules = &ScoreRules::REFERENCE.grade;

const PERFECT: GradeInput = GradeInput {
    ticks: 8,
    max_ticks: 20,
    services: 3,
    affected: 2,
    recovered: 2,
    mttm_tick: Some(5),
    open_ticks: 5,
    outcome: Outcome {
        endable_faults: 1,
        open_faults: 0,
        others_hit: false,
        missed_goals: 0,
    },
    ended_faults: 1,
    bad_customer_minutes: 10.0,
    max_bad_customer_minutes: 100.0,
    wrong_actions: 0,
    initial_budget: 30.0,
    final_budget: 24.0,
    goals: 0,
    goals_cost: Goals::DEFAULT_COST,
};

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-12
}

#[test]
fn an_episode_worked_out_by_hand() {
    let grade = Grade::new(RULES, &PERFECT);
    assert_eq!(grade.recovery, 1.0);
    assert_eq!(grade.mttm_score, 0.75);
    assert_eq!(grade.bcm_score, 0.9);
    // 0.6 * 0.75 + 0.4 * 0.9
    assert!(close(grade.speed, 0.81));
    assert_eq!(grade.precision, 1.0);
    assert_eq!(grade.slo, 0.8);
    // 0.4 + 0.25 * 0.81 + 0.2 + 0.15 * 0.8
    assert!(close(grade.raw, 0.9225));
    assert!(close(grade.blast_penalty, 0.04 / 3.0));
    assert_eq!(grade.total, 0.91);
}

#[test]
fn doing_nothing_leaves_the_parts_that_cost_nothing() {
    let grade = Grade::new(
        RULES,
        &GradeInput {
            recovered: 0,
            mttm_tick: None,
            bad_customer_minutes: 150.0,
            final_budget: 0.0,
            ..PERFECT
        },
    );
    // Without recovery there is no precision either.
    assert_eq!((grade.precision, grade.raw), (0.0, 0.0));
    assert_eq!(grade.total, RULES.least);
}

#[test]
fn wrong_actions_and_missed_goals_cost() {
    let grade = Grade::new(
        RULES,
        &GradeInput {
            wrong_actions: 3,
            goals: 4,
            outcome: Outcome {
                missed_goals: 3,
                ..PERFECT.outcome
            },
            ..PERFECT
        },
    );
    assert_eq!(grade.precision, 0.5);
    assert!(close(grade.goals_penalty, 0.075));
    // 0.9225 - 0.1 - 0.04 / 3 - 0.075 = 0.7342
    assert_eq!(grade.total, 0.73);
    let many = GradeInput {
        wrong_actions: 7,
        ..PERFECT
    };
    assert_eq!(Grade::new(RULES, &many).precision, 0.0);
}

#[test]
fn the_score_keeps_away_from_0_and_1() {
    let grade = Grade::new(
        RULES,
        &GradeInput {
            mttm_tick: Some(0),
            bad_customer_minutes: 0.0,
            final_budget: 30.0,
            affected: 0,
            recovered: 1,
            ..PERFECT
        },
    );
    assert_eq!((grade.raw, grade.total), (1.0, RULES.most));
}

#[test]
fn too_short_an_episode_has_one_score() {
    let grade = Grade::new(
        RULES,
        &GradeInput {
            ticks: 1,
            ..PERFECT
        },
    );
    assert_eq!((grade.early, grade.total), (true, RULES.early_score));
}

#[test]
fn without_budget_and_services_nothing_is_divided_by_0() {
    let grade = Grade::new(
        RULES,
        &GradeInput {
            services: 0,
            affected: 0,
            recovered: 0,
            max_ticks: 0,
            mttm_tick: Some(0),
            initial_budget: 0.0,
            final_budget: 0.0,
            ..PERFECT
        },
    );
    assert_eq!((grade.mttm_score, grade.slo), (0.0, 0.0));
    assert!(grade.total.is_finite());
}

const STANDARD: &GradeRules = &ScoreRules::STANDARD.grade;

#[test]
fn a_win_worked_out_by_hand() {
    let grade = Grade::new(STANDARD, &PERFECT);
    // 5 of 20 ticks are free; customers 0.9, SLO 0.8.
    assert_eq!((grade.won, grade.mttm_score), (Some(true), 1.0));
    // 0.4 + 0.4 * 0.9 + 0.2 * 0.8 = 0.92; 0.3 + 0.7 * 0.92
    assert!(close(grade.raw, 0.92) && close(grade.total, 0.944));
    let late = GradeInput {
        open_ticks: 14,
        wrong_actions: 1,
        ..PERFECT
    };
    let grade = Grade::new(STANDARD, &late);
    // 0.3 / 0.75
    assert!(close(grade.mttm_score, 0.4) && grade.precision == 0.75);
    // 0.75 * (0.16 + 0.36 + 0.16) = 0.51
    assert!(close(grade.total, 0.3 + 0.7 * 0.51));
    let never = GradeInput {
        mttm_tick: None,
        ..PERFECT
    };
    assert_eq!(Grade::new(STANDARD, &never).mttm_score, 0.0);
    let careless = GradeInput {
        wrong_actions: 4,
        ..PERFECT
    };
    assert_eq!(Grade::new(STANDARD, &careless).total, 0.3);
}

#[test]
fn a_loser_is_worth_what_the_answer_ended() {
    let lost = |outcome: Outcome, ended_faults, wrong_actions| {
        let input = GradeInput {
            outcome,
            ended_faults,
            wrong_actions,
            ..PERFECT
        };
        let grade = Grade::new(STANDARD, &input);
        assert_eq!(grade.won, Some(false));
        grade.total
    };
    let open = Outcome {
        endable_faults: 2,
        open_faults: 1,
        others_hit: false,
        missed_goals: 0,
    };
    assert_eq!(lost(open, 1, 0), 0.125);
    assert_eq!(lost(open, 1, 2), 0.0625);
    assert_eq!(lost(open, 0, 0), 0.0);
    let missed = Outcome {
        open_faults: 0,
        missed_goals: 1,
        ..open
    };
    assert_eq!(lost(missed, 2, 0), STANDARD.lost_most);
    let by_others = Outcome {
        others_hit: true,
        open_faults: 0,
        ..open
    };
    assert_eq!(lost(by_others, 0, 0), 0.0);
}
