//! Conditions, groups, constraints and the default configuration, as a sweep file says them.

use crate::fixture::{SMALL, folder, parse, plan, run, stored};
use mlpsweep_search::Value;
use mlpsweep_sweep::record::Trial;
use mlpsweep_sweep::spec::Sweep;
use mlpsweep_sweep::{Plan, runner::RunEnd};
use std::path::Path;

/// A sweep of these tables below the others.
fn sweep(tables: &str) -> Result<Sweep, String> {
    let text = format!(
        "[data]\nbuiltin = \"moons\"\nrows = 60\n[search]\ntrials = 40\ndefault_trial = false\n{tables}"
    );
    Sweep::parse(&text, Path::new("s.toml"), &[])
        .map_err(|error| format!("{error}\n  {}\n", error.hint.as_deref().unwrap_or_default()))
}

fn planned(tables: &str) -> Plan {
    Plan::new(sweep(tables).unwrap_or_else(|error| panic!("{error}")))
        .unwrap_or_else(|error| panic!("{error}"))
}

fn shown(trial: &Trial) -> String {
    trial.point.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

const MOMENTUM: &str = r#"
[parameters]
optimizer = { values = ["adam", "heavy_ball"] }
momentum = { values = [0.5, 0.9], when = "optimizer == 'heavy_ball'" }
depth = { min = 1, max = 2 }
"#;

#[test]
fn what_is_not_used_is_in_no_trial() {
    let plan = planned(MOMENTUM);
    assert_eq!((plan.n_points, plan.n_trials), (Some(6), Some(6)));
    let mut trials: Vec<String> = plan.trials(40).map(|trial| shown(&trial)).collect();
    trials.sort_unstable();
    insta::assert_snapshot!(trials.join("\n"), @r#"
    optimizer=adam depth=1
    optimizer=adam depth=2
    optimizer=heavy_ball momentum=0.5 depth=1
    optimizer=heavy_ball momentum=0.5 depth=2
    optimizer=heavy_ball momentum=0.9 depth=1
    optimizer=heavy_ball momentum=0.9 depth=2
    "#);
    let adam = plan.trials(40).find(|trial| shown(trial).contains("adam")).expect("one of them");
    assert!(plan.config(&adam).constants.is_empty());
}

#[test]
fn groups_are_alternatives() {
    let plan = planned(
        r#"
        [parameters]
        epochs = 2
        [[group]]
        optimizer = "adam"
        learning_rate = { values = [0.001, 0.01] }
        [[group]]
        name = "momentum"
        optimizer = "nesterov"
        learning_rate = { values = [0.1] }
        momentum = { values = [0.5, 0.9] }
        [[group]]
        name = "layers"
        hidden = { values = [[8], [8, 4]] }
        "#,
    );
    assert_eq!(plan.n_points, Some(6));
    let mut trials: Vec<String> = plan.trials(40).map(|trial| shown(&trial)).collect();
    trials.sort_unstable();
    insta::assert_snapshot!(trials.join("\n"), @r#"
    group=1 epochs=2 optimizer=adam learning_rate=0.001
    group=1 epochs=2 optimizer=adam learning_rate=0.01
    group=layers epochs=2 hidden=[8, 4]
    group=layers epochs=2 hidden=[8]
    group=momentum epochs=2 optimizer=nesterov learning_rate=0.1 momentum=0.5
    group=momentum epochs=2 optimizer=nesterov learning_rate=0.1 momentum=0.9
    "#);
    let searched =
        |name: &str| plan.parameters().into_iter().find(|(known, _)| known == name).map(|(_, is)| is);
    assert_eq!(["group", "optimizer", "epochs"].map(searched), [Some(true), Some(true), Some(false)]);
    // A run, and its reports' records, with what differs between groups.
    let folder = folder();
    assert_eq!(run(&plan, folder.path(), 2), RunEnd::Finished);
    assert_eq!(stored(folder.path()).trials.len(), 6);
}

#[test]
fn constraints_take_configurations_out() {
    let plan = planned(
        "[parameters]\ndepth = { min = 1, max = 4 }\nwidth = { values = [16, 32, 64] }\n\
         [[constraint]]\nexpr = \"depth * width <= 64\"\n[[constraint]]\nexpr = \"depth > 1 or width > 16\"\n",
    );
    let mut trials: Vec<String> = plan.trials(40).map(|trial| shown(&trial)).collect();
    trials.sort_unstable();
    assert_eq!(
        trials,
        [
            "depth=1 width=32",
            "depth=1 width=64",
            "depth=2 width=16",
            "depth=2 width=32",
            "depth=3 width=16",
            "depth=4 width=16"
        ]
    );
}

#[test]
fn mistakes_are_named_with_their_place() {
    let refused = |tables: &str| sweep(tables).expect_err(tables);
    let constant = "[parameters]\noptimizer = { values = [\"adam\", \"heavy_ball\"] }\n";
    let messages = [
        // A condition where one is needed.
        refused(&format!("{constant}momentum = {{ min = 0.5, max = 0.9 }}\n")),
        refused(&format!("{constant}momentum = {{ min = 0.5, max = 0.9, when = \"optimizer != 'sgd'\" }}\n")),
        // What an expression may be.
        refused(&format!("{constant}momentum = {{ value = 0.5, when = \"optimizer = 'heavy_ball'\" }}\n")),
        refused(&format!("{constant}momentum = {{ value = 0.5, when = \"optimizer|upper == 'X'\" }}\n")),
        refused(&format!("{constant}momentum = {{ value = 0.5, when = \"optimiser == 'heavy_ball'\" }}\n")),
        refused(&format!(
            "{constant}momentum = {{ value = 0.5, when = \"depth\" }}\ndepth = {{ min = 1, max = 2 }}\n"
        )),
        refused(
            "[parameters]\ndepth = { min = 1, max = 2 }\nwidth = { min = 1, max = 8, when = \"depth\" }\n",
        ),
        refused("[parameters]\ndepth = { min = 1, max = 2 }\n[[constraint]]\nexpr = \"depth > 2\"\n"),
        refused("[parameters]\ndepth = { min = 1, max = 2 }\n[[constraint]]\nexpr = \"width < 3\"\n"),
        refused("[parameters]\ndepth = { min = 1, max = 2 }\n[[constraint]]\nexpression = \"depth < 3\"\n"),
        refused("[constraint]\nexpr = \"depth < 3\"\n"),
        // Keys beside each other.
        refused("[parameters]\ndepth = { value = 1, min = 2 }\n"),
        refused("[parameters]\nwidth = { values = [1, 2], probabilities = [0.5] }\n"),
        refused("[parameters]\nwidth = { values = [1, 2], probabilities = [0.5, 0.4] }\n"),
        refused("[parameters]\nwidth = { min = 1, max = 2, ordered = true }\n"),
        refused("[parameters]\nmomentum = { min = 0.5, max = 1, scale = \"logit\" }\n"),
        // Groups.
        refused("[parameters]\ndepth = 1\n[[group]]\ndepth = { min = 1, max = 2 }\n"),
        refused("[[group]]\nname = \"a\"\ndepth = 1\n[[group]]\nname = \"a\"\ndepth = 2\n"),
        refused("[[group]]\nname = \"a\"\n"),
        refused("[[group]]\ndepht = 1\n"),
        refused(
            "[parameters]\nwidth = { min = 1, max = 2 }\n[[group]]\nhidden = [3]\n[[group]]\ndepth = 1\n",
        ),
        refused(
            "[[enqueue]]\ngroup = \"c\"\n[[group]]\nname = \"a\"\ndepth = 1\n[[group]]\nname = \"b\"\ndepth = 2\n",
        ),
    ];
    insta::assert_snapshot!(messages.join(""), @r#"
    s.toml:9:1: `parameters.momentum` is not used by optimizer = "adam"
      it is a constant of optimizer = "momentum", "heavy_ball", "nesterov": give it when = "optimizer in ['momentum', 'heavy_ball', 'nesterov']"
    s.toml:9:1: `parameters.momentum` is not used by optimizer = "adam"
      it is a constant of optimizer = "momentum", "heavy_ball", "nesterov"; its `when` is true of others, too
    s.toml:9:27: `when` cannot be understood: unexpected input after expression (at its character 11)
      such as "optimizer == 'heavy_ball' and depth * width <= 1024"; texts stand in single quotes
    s.toml:9:27: `when` has no value everywhere: filter upper is unknown (at its character 11)
      such as "optimizer == 'heavy_ball' and depth * width <= 1024"; texts stand in single quotes
    s.toml:9:27: `when` of `momentum` names `optimiser`, which is no parameter here
      name parameters of [parameters], searched or fixed; what is text stands in single quotes
    s.toml:9:27: `when` of `momentum` names `depth`, which does not stand above it
      a condition goes by what stands above it: move the parameter below those that it names
    s.toml:9:29: `when` is 1, but must be true or false
      such as "optimizer == 'heavy_ball' and depth * width <= 1024"; texts stand in single quotes
    s.toml:10:1: no configuration fulfils every constraint
      widen what is searched, or loosen `expr`
    s.toml:10:1: the constraint names `width`, which is no parameter here
      name parameters of [parameters], searched or fixed; what is text stands in single quotes
    s.toml:9:1: `constraint.expr` is missing
      such as expr = "depth * width <= 1024"
    s.toml:7:2: `constraint` is a table, but must be a list of tables
      begin each with a line [[constraint]]
    s.toml:8:22: `parameters.depth` has both `value` and `min`
      give `values`, or `min` and `max`, or one `value` with a `when`
    s.toml:8:28: `parameters.width`: `probabilities` has 1 numbers, but there are 2 values
      give one probability for each value, in their order
    s.toml:8:28: `parameters.width`: `probabilities` add up to 0.9, but must add up to 1
      without `probabilities` all values are equally likely
    s.toml:8:29: `parameters.width` has `ordered`, but no `values`
      probabilities and an order are for lists: { values = […] }
    s.toml:8:25: `parameters.momentum.max` is 1, but must be a number in [0, 1)
      
    s.toml:10:1: `group.depth`, but [parameters] has it in line 8
      take it out of one of the two: groups have what differs between them
    s.toml:10:1: `group.name` "a" stands twice
      give each group a name of its own
    s.toml:7:1: `group` searches nothing
      below [[group]] stand parameters, as below [parameters]
    s.toml:8:1: unknown key `group.depht`
      did you mean `depth`?
    s.toml:8:1: `parameters.width` beside `group.hidden`
      give either `hidden`, unit by unit, or `depth` and `width`
    s.toml:8:1: `enqueue.group` is "c", which is not known
      known are `a`, `b`
    "#);
}

#[test]
fn entries_keep_to_conditions() {
    let error = |entries: &str| {
        let sweep =
            parse(&format!("{}{MOMENTUM}{entries}", SMALL.split("[parameters]").next().unwrap()), &[]);
        Plan::new(sweep.unwrap_or_else(|error| panic!("{error}"))).expect_err("refused").to_string()
    };
    insta::assert_snapshot!(
        error("[[enqueue]]\noptimizer = \"adam\"\nmomentum = 0.5\n"),
        @r#"s.toml:21:1: `enqueue` has a configuration that is not searched"#
    );
}

/// Trial 0 is the default configuration: its values need not lie in what is searched.
#[test]
fn the_default_configuration_comes_first() {
    let with = |overrides: &[&str]| plan(SMALL, &[&["search.default_trial=true"], overrides].concat());
    let first = |plan: &Plan| shown(&plan.trials(1).next().expect("a trial"));
    // 0.001 is the end of the range, and no dropout one of its values.
    let inside = with(&[]);
    assert_eq!(first(&inside), "learning_rate=0.001 dropout=0.0 width=4 epochs=3");
    let outside = with(&["parameters.learning_rate={ values = [0.1, 0.2] }"]);
    assert_eq!(first(&outside), "learning_rate=0.001 dropout=0.0 width=4 epochs=3");
    // All four points of the space come after it.
    let all = with(&["parameters.learning_rate={ values = [0.1, 0.2] }", "search.trials=9"]);
    assert_eq!((all.n_points, all.n_trials, all.trials(9).count()), (Some(4), Some(5), 5));
    // One that is enqueued, too, comes once; entries come after it, and errors count them from the file.
    let enqueued = with(&["enqueue=[{ learning_rate = 0.001, dropout = 0.0 }]"]);
    assert_eq!(first(&enqueued), first(&inside));
    assert_ne!(enqueued.trials(2).nth(1), enqueued.trials(1).next());
    let second =
        with(&["enqueue=[{ learning_rate = 0.05, dropout = 0.2 }]"]).trials(2).nth(1).expect("a trial");
    assert_eq!(second.point[0].1, Value::Float(0.05));
    // Nothing is searched: there is one configuration.
    let fixed = with(&["parameters.learning_rate=0.1", "parameters.dropout=0.1"]);
    assert_eq!(
        (fixed.n_trials, first(&fixed)),
        (Some(1), "learning_rate=0.1 dropout=0.1 width=4 epochs=3".into())
    );
    // Under conditions it has what is used.
    let conditional = with(&[
        "parameters.optimizer={ values = [\"heavy_ball\", \"adam\"] }",
        "parameters.momentum={ min = 0.5, max = 0.9, when = \"optimizer == 'heavy_ball'\" }",
    ]);
    assert_eq!(first(&conditional), "learning_rate=0.001 dropout=0.0 width=4 epochs=3 optimizer=adam");
}

#[test]
fn the_same_bytes_with_conditions_on_any_number_of_threads() {
    let text = format!(
        "[data]\nbuiltin = \"moons\"\nrows = 60\n[search]\nsampler = \"tpe\"\ntrials = 30\nlag = 3\n{MOMENTUM}\
         width = {{ min = 2, max = 16, scale = \"log\" }}\nlearning_rate = {{ min = 0.001, max = 0.1, scale = \"log\" }}\n\
         epochs = 2\n[[constraint]]\nexpr = \"depth * width <= 20\"\n"
    );
    let plan = plan(&text, &[]);
    let run = |jobs| {
        let folder = folder();
        assert_eq!(crate::fixture::run(&plan, folder.path(), jobs), RunEnd::Finished);
        stored(folder.path())
    };
    let alone = run(1);
    assert_eq!(alone.trials.len(), 30);
    assert_eq!(run(8), alone);
}
