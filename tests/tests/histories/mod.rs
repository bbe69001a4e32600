//! Random histories: the same steps on SQLite, on PostgreSQL and in a small model of the rules, which has to foretell every answer.
//!
//! [`model`] is written from the rulebook alone and shares no code with the service. [`play`] does the steps over HTTP. After every
//! step the answers are compared, after every move of the clock the list of overdue reviews, and in the end everything that
//! stands: declarations, totals, certificates, events, and what was sealed.
//!
//! `XUESHI_HISTORIES=50` plays more of them, each different; a failure names the seed, and `XUESHI_HISTORY=…` plays that one and says
//! each step.

mod model;
mod play;
mod steps;
mod workdays;

use xueshi_tests::{Database, Server};

use self::model::Model;
use self::play::Stage;
use self::steps::{Dice, Step};

/// Steps of one history.
const STEPS: usize = 200;
/// Histories of an ordinary run.
const HISTORIES: u64 = 3;

/// H1–H4, H7, H8, W1, W4, V1–V4, V8, A1–A5, M1–M6, P4, U2 and "Who", on both databases at once.
#[test]
fn random_histories_go_as_the_rules_say() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let aloud = number("XUESHI_HISTORY").is_some();
    let seeds: Vec<u64> = match number("XUESHI_HISTORY") {
        Some(seed) => vec![seed],
        None => (1..=number("XUESHI_HISTORIES").unwrap_or(HISTORIES)).collect(),
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.unwrap().block_on(async {
        for seed in seeds {
            println!("history {seed}: XUESHI_HISTORY={seed} plays it again");
            history(seed, aloud).await;
        }
    });
}

async fn history(seed: u64, aloud: bool) {
    let mut dice = Dice::new(seed);
    let mut model = Model::new();
    let mut stages = Vec::new();
    for database in [Database::Sqlite, Database::Postgres] {
        let server = Server::start(database).await;
        stages.push(Stage::set(server, &model).await);
    }
    for number in 0..STEPS {
        let step = Step::random(&mut dice, &model);
        let expected = model.foretell(&step);
        let mut answers = Vec::new();
        for stage in &mut stages {
            let answer = stage.play(&step, &model).await;
            assert!(
                expected.allows(&answer),
                "seed {seed}, step {number} at {}: {step:?}\nthe rules say {expected:?}, {:?} says {answer:?}",
                model.now,
                stage.database(),
            );
            answers.push(answer);
        }
        assert_eq!(answers[0], answers[1], "seed {seed}, step {number}: {step:?}");
        if aloud {
            println!("{number} at {}: {step:?}: {:?}", model.now, answers[0]);
        }
        model.take(&step, &answers[0]);
        if matches!(step, Step::Wait { .. }) {
            for stage in &mut stages {
                stage.compare_overdue(&model).await;
            }
        }
    }
    for stage in &mut stages {
        stage.compare_all(&model).await;
    }
}
