//! What a sweep file may not say, and what the user is told.

use crate::fixture::{SMALL, parse};
use mlpsweep_data::{Fill, FillLevel, PipelineOptions, Scale};
use mlpsweep_sweep::spec::{ColumnsSpec, CvKind, SamplerKind, Source, Sweep};
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

const IRIS: &str = "[data]\nbuiltin = \"iris\"\n";

fn say(text: &str, overrides: &[&str]) -> String {
    let error = parse(text, overrides).expect_err(text);
    let hint = error.hint.as_ref().map(|hint| format!("\n   hint: {hint}")).unwrap_or_default();
    format!("{error}{hint}\n")
}

/// What is said of each of the files.
fn refused(files: &[&str]) -> String {
    files.iter().map(|text| say(text, &[])).collect()
}

/// What is said of each of the lines under [data], or the sections that follow it.
fn refused_below_data(lines: &[&str]) -> String {
    lines.iter().map(|line| say(&format!("{IRIS}{line}"), &[])).collect()
}

/// What is said of each of the lines under [parameters].
fn refused_parameters(lines: &[&str]) -> String {
    lines.iter().map(|line| say(&format!("{IRIS}[parameters]\n{line}"), &[])).collect()
}

/// What is said of each `--set`.
fn refused_overrides(overrides: &[&str]) -> String {
    overrides.iter().map(|text| say(SMALL, &[text])).collect()
}

#[test]
fn no_toml() {
    insta::assert_snapshot!(refused(&[
        "x = ",
        "[data",
        "x = 1\ny = [1, 2\nz = 3",
        "x = \"a\n",
        "x = 2020-13-45",
        "x = 1\r\ny = \r\n",
        "größe = 1 x",
        "just words",
    ]), @r#"
    s.toml:1:5: not TOML: string values must be quoted, expected literal string
    s.toml:1:6: not TOML: unclosed table, expected `]`
    s.toml:3:1: not TOML: missing comma between array elements, expected `,`
    s.toml:1:7: not TOML: invalid basic string, expected `"`
    s.toml:1:5: not TOML: invalid date, expected month between 01 and 12
    s.toml:2:5: not TOML: string values must be quoted, expected literal string
    s.toml:1:3: not TOML: invalid unquoted key, expected letters, numbers, `-`, `_`
    s.toml:1:6: not TOML: key with no value, expected `=`
    "#);
}

#[test]
fn keys_twice() {
    insta::assert_snapshot!(refused(&[
        "seed = 1\nseed = 2",
        "[data]\nbuiltin = \"iris\"\n[cv]\n[data]\n",
        "[data]\nbuiltin = \"iris\"\n  builtin = \"wine\"",
        "parameters.l1 = { min = 0, min = 1 }",
    ]), @r"
    s.toml:2:1: not TOML: `seed` is there twice
       hint: keep one of the two
    s.toml:4:2: not TOML: `data` is there twice
       hint: keep one of the two
    s.toml:3:3: not TOML: `builtin` is there twice
       hint: keep one of the two
    s.toml:1:28: not TOML: `min` is there twice
       hint: keep one of the two
    ");
}

#[test]
fn unknown_keys() {
    insta::assert_snapshot!(refused(&[
        "[data]\nbuiltin = \"iris\"\n[parameters]\n  lerning_rate = 0.1",
        "sed = 1\n[data]\nbuiltin = \"iris\"",
        "[data]\nbuiltin = \"iris\"\n[cv]\nfold = 3",
        "[data]\nbuiltin = \"iris\"\n[parameters]\nl2 = { mn = 0, max = 1 }",
        "[data]\nbuiltin = \"iris\"\n\"\\u001b[31m\" = 1",
        "[data]\nbuiltin = \"iris\"\n[parameters]\n\"a\\nb\" = 1",
    ]), @r#"
    s.toml:4:3: unknown key `parameters.lerning_rate`
       hint: did you mean `learning_rate`?
    s.toml:1:1: unknown key `sed`
       hint: did you mean `seed`?
    s.toml:4:1: unknown key `cv.fold`
       hint: did you mean `folds`?
    s.toml:4:8: unknown key `parameters.l2.mn`
       hint: known are `value`, `values`, `probabilities`, `ordered`, `min`, `max`, `step`, `scale`, `when`
    s.toml:3:1: unknown key `data.\u{1b}[31m`
       hint: known are `builtin`, `categorical`, `classes`, `delimiter`, `drop`, `fill_value`, `id`, `max_levels`, `missing`, `missing_category`, `missing_indicator`, `numeric`, `ordinal`, `path`, `positive_class`, `sample_weight`, `target`, `task`, `test`, `test_path`
    s.toml:4:1: unknown key `parameters.a\nb`
       hint: known are `activation`, `batch_size`, `beta1`, `beta2`, `class_weight`, `clip_norm`, `clip_value`, `depth`, `dropout`, `epochs`, `epsilon`, `hidden`, `huber_delta`, `init`, `init_scale`, `input_dropout`, `l1`, `l2`, `label_smoothing`, `learning_rate`, `loss`, `momentum`, `momentum_decay`, `optimizer`, `precision`, `rho`, `schedule`, `schedule_end`, `schedule_every`, `schedule_gamma`, `schedule_k`, `schedule_patience`, `schedule_power`, `schedule_restarts`, `shuffle`, `warmup_epochs`, `weight_decay`, `width`
    "#);
}

#[test]
fn classes_that_are_none() {
    let file = "[data]\npath = \"d.csv\"\ntarget = \"y\"\n";
    let lines = [
        "classes = [\"a\"]",
        "classes = [\"a\", \"b\", \"a\"]",
        "classes = [\"a\", [\"b\"]]",
        "task = \"regression\"\nclasses = [\"a\", \"b\"]",
        "positive_class = [\"a\", \"b\"]",
        "positive_class = {}",
    ];
    let mut said: String = lines.iter().map(|line| say(&format!("{file}{line}"), &[])).collect();
    said += &say(&file.replace("\"y\"", "[\"y\", \"z\"]\nclasses = [0, 1]"), &[]);
    said += &say(&format!("{IRIS}classes = [0, 1]"), &[]);
    insta::assert_snapshot!(said, @r#"
    s.toml:4:1: `data.classes` is ["a"], but must be a list of two classes or more
    s.toml:4:22: `data.classes` lists "a" twice
    s.toml:4:17: `data.classes` is ["b"], but must be the label of a class
    s.toml:5:1: `data.classes` beside `data.task = "regression"`
       hint: classes are predicted for one column; a regression has none
    s.toml:4:19: `data.positive_class` is a list, but must be one class
    s.toml:4:1: `data.positive_class` is a table, but must be the label of a class
    s.toml:4:1: `data.classes` beside several targets
       hint: classes are predicted for one column; a regression has none
    s.toml:3:1: `data.classes` is for files; built-in sets have theirs
    "#);
    let sweep =
        parse(&format!("{file}classes = [0, 1.5, true, \"x\"]\npositive_class = 0"), &[]).expect("labels");
    assert_eq!(sweep.data.classes, ["0", "1.5", "true", "x"]);
    assert_eq!(sweep.data.positive_class.expect("a label").0, "0");
}

/// A word that is not known is refused in words, never ignored.
#[test]
fn words_that_are_not_known() {
    insta::assert_snapshot!(refused_below_data(&[
        "[[constraints]]\nexpr = \"depth * width <= 1024\"",
        "[select]\nrule = \"confirm\"",
        "[select]\nconfirm_top = 3",
        "[select]\nrule = \"confirmed\"\nconfirm_top = 1",
        "[select]\nrefit = \"yes\"",
        "[search]\nsampler = \"cmaes\"",
        "[search]\nracing = \"on\"",
        "[search]\nbudget = \"asha\"",
        "[parameters]\nl2 = { min = 0.1, max = 0.9, scale = \"logits\" }",
    ]), @r#"
    s.toml:3:3: unknown key `constraints`
       hint: did you mean `constraint`?
    s.toml:4:1: `select.rule` is "confirm", which is not known
       hint: did you mean `confirmed`?
    s.toml:4:1: `select.confirm_top` without `rule = "confirmed"`
       hint: only a confirmation goes by it
    s.toml:5:1: `select.confirm_top` is 1, but must be a whole number, at least 2
    s.toml:4:1: `select.refit` is "yes", but must be true or false
    s.toml:4:1: `search.sampler` is "cmaes", which is not known
       hint: known are `grid`, `random`, `sobol`, `tpe`, `gp`, `differential_evolution`, `auto`, `list`
    s.toml:4:1: `search.racing` is "on", which is not known
       hint: known are `off`, `forgiving`, `paired`, `median`
    s.toml:4:1: `search.budget` is "asha", which is not known
       hint: known are `full`, `halving`, `hyperband`
    s.toml:4:30: `parameters.l2.scale` is "logits", which is not known
       hint: did you mean `logit`?
    "#);
}

#[test]
fn wrong_types() {
    insta::assert_snapshot!(refused(&[
        "data = \"iris\"",
        "seed = 1.5\n[data]\nbuiltin = \"iris\"",
        "seed = -1\n[data]\nbuiltin = \"iris\"",
        "seed = 18446744073709551615\n[data]\nbuiltin = \"iris\"",
        "name = 7\n[data]\nbuiltin = \"iris\"",
        "[data]\nbuiltin = true",
        "[[data]]\nbuiltin = \"iris\"",
    ]), @r#"
    s.toml:1:1: `data` is "iris", but must be a table
       hint: begin it with [data]
    s.toml:1:1: `seed` is 1.5, but must be a whole number, at least 0
    s.toml:1:1: `seed` is -1, but must be a whole number, at least 0
    s.toml:1:8: 18446744073709551615 is beyond the whole numbers of TOML
       hint: they go from -9223372036854775808 to 9223372036854775807
    s.toml:1:1: `name` is 7, but must be text in quotes
    s.toml:2:1: `data.builtin` is true, but must be text in quotes
    s.toml:1:3: `data` is [a table], but must be a table
       hint: begin it with [data]
    "#);
    insta::assert_snapshot!(refused_below_data(&[
        "test = \"some\"",
        "test = 1",
        "test = nan",
        "[cv]\nfolds = \"5\"",
        "[cv]\nfolds = 2024-01-01",
        "[score]\nmetric = [\"accuracy\"]",
        "[score]\nmetric = \"acuracy\"",
        "[search]\nmax_time = 10",
        "[search]\nmax_time = \"0s\"",
        "[search]\nmax_time = \"99999999999999999999y\"",
        "[early_stopping]\nshare = 1.5",
        "[record]\ngradient_norms = 1",
        "[record]\ngradient_norm = true",
        "[parameters]\nshuffle = 1",
        "[parameters]\nhidden = [4.0, 0]",
        "[parameters]\nhidden = [[4]]",
        "[parameters]\nactivation = \"rlu\"",
        "[parameters]\nactivation = { values = [\"relu\", 3] }",
        "[parameters]\nbatch_size = \"half\"",
        "[parameters]\nbatch_size = { values = [\"full\", [1, 2, 3, 4, 5, 6, 7, 8, 9]] }",
    ]), @r#"
    s.toml:3:1: `data.test` is "some", but must be "auto" or a share in [0, 1)
    s.toml:3:1: `data.test` is 1, but must be "auto" or a share in [0, 1)
    s.toml:3:1: `data.test` is NaN, but must be "auto" or a share in [0, 1)
    s.toml:4:1: `cv.folds` is "5", but must be a whole number, at least 2
    s.toml:4:9: a date, but no key takes one
       hint: put it in quotes
    s.toml:4:1: `score.metric` is ["accuracy"], but must be text in quotes
    s.toml:4:1: `score.metric` is "acuracy", which is not known
       hint: did you mean `accuracy`?
    s.toml:4:1: `search.max_time` is 10, but must be a time such as "90s" or "1h 30m"
    s.toml:4:1: `search.max_time` is "0s", but must be a time such as "90s" or "1h 30m"
    s.toml:4:1: `search.max_time` is "99999999999999999999y", but must be a time such as "90s" or "1h 30m"
    s.toml:4:1: `early_stopping.share` is 1.5, but must be a share in (0, 1)
    s.toml:4:1: `record.gradient_norms` is 1, but must be true or false
    s.toml:4:1: unknown key `record.gradient_norm`
       hint: did you mean `gradient_norms`?
    s.toml:4:1: `parameters.shuffle` is 1, but must be true or false
    s.toml:4:1: `parameters.hidden` is [4.0, 0], but must be a list of whole numbers, at least 1 each
    s.toml:4:1: `parameters.hidden` is [[4]], but must be a list of whole numbers, at least 1 each
    s.toml:4:1: `parameters.activation` is "rlu", which is not known
       hint: did you mean `relu`?
    s.toml:4:34: `parameters.activation` is 3, but must be one of "identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "gelu_tanh", "silu", "mish", "softplus"
    s.toml:4:1: `parameters.batch_size` is "half", but must be a whole number, at least 1, or "full"
    s.toml:4:34: `parameters.batch_size` is a list of 9, but must be a whole number, at least 1, or "full"
    "#);
}

#[test]
fn numbers_that_make_no_sense() {
    insta::assert_snapshot!(refused_parameters(&[
        "learning_rate = -1",
        "learning_rate = 0",
        "learning_rate = nan",
        "learning_rate = inf",
        "epochs = 0",
        "batch_size = 0",
        "depth = -1",
        "l2 = -0.1",
        "dropout = 1.0",
        "beta1 = 1.2",
        "width = 99999999999999999999",
    ]), @r#"
    s.toml:4:1: `parameters.learning_rate` is -1, but must be a number greater than 0
    s.toml:4:1: `parameters.learning_rate` is 0, but must be a number greater than 0
    s.toml:4:1: `parameters.learning_rate` is NaN, but must be a number greater than 0
    s.toml:4:1: `parameters.learning_rate` is inf, but must be a number greater than 0
    s.toml:4:1: `parameters.epochs` is 0, but must be a whole number, at least 1
    s.toml:4:1: `parameters.batch_size` is 0, but must be a whole number, at least 1, or "full"
    s.toml:4:1: `parameters.depth` is -1, but must be a whole number, at least 0
    s.toml:4:1: `parameters.l2` is -0.1, but must be a number, 0 or more
    s.toml:4:1: `parameters.dropout` is 1.0, but must be a number in [0, 1)
    s.toml:4:1: `parameters.beta1` is 1.2, but must be a number in [0, 1)
    s.toml:4:9: 99999999999999999999 is beyond the whole numbers of TOML
       hint: they go from -9223372036854775808 to 9223372036854775807
    "#);
    insta::assert_snapshot!(refused_below_data(&[
        "[cv]\nfolds = 1",
        "[cv]\nfolds = 9223372036854775807",
        "[cv]\nfolds = 200\nrepeats = 9223372036854775807",
        "[search]\ntrials = 0",
        "[search]\nlag = 0",
        "[search]\nlag = 10001",
        "[early_stopping]\npatience = 0",
        "[early_stopping]\nmin_delta = inf",
    ]), @r"
    s.toml:4:1: `cv.folds` is 1, but must be a whole number, at least 2
    s.toml:3:2: 9223372036854775807 folds × 1 repeats are more than 10000 splits
    s.toml:3:2: 200 folds × 9223372036854775807 repeats are more than 10000 splits
    s.toml:4:1: `search.trials` is 0, but must be a whole number, at least 1
    s.toml:4:1: `search.lag` is 0, but must be a whole number from 1 to 10000
    s.toml:4:1: `search.lag` is 10001, but must be a whole number from 1 to 10000
    s.toml:4:1: `early_stopping.patience` is 0, but must be a whole number, at least 1
    s.toml:4:1: `early_stopping.min_delta` is inf, but must be a number, 0 or more
    ");
}

#[test]
fn ranges_that_make_no_sense() {
    insta::assert_snapshot!(refused_parameters(&[
        "width = { min = 1, max = 10, step = 0 }",
        "width = { min = 1, max = 10, step = -1 }",
        "width = { min = 1, max = 10, step = 0.5 }",
        "width = { min = 10, max = 1 }",
        "width = { min = 1.5, max = 3 }",
        "l2 = { min = 0, max = 1, scale = \"log\" }",
        "l2 = { min = 0, max = nan }",
        "l2 = { min = 0.1, max = 1, step = nan }",
        "l2 = { min = 0.1, max = 1, step = 0.1, scale = \"log\" }",
        "l2 = { values = [] }",
        "l2 = { values = 3 }",
        "l2 = { values = [0.1], min = 0 }",
        "l2 = {}",
        "l2.min = 0.1",
        "activation = { min = \"relu\", max = \"tanh\" }",
        "batch_size = { min = 1, max = \"full\" }",
        "hidden = { min = 1, max = 2 }",
    ]), @r#"
    s.toml:4:1: `parameters.width`: `step` is 0, but must be above 0
       hint: the values are min, min + step, min + 2 step, … up to max; without `step` a range of floats is a continuum and a range of integers has a step of 1
    s.toml:4:1: `parameters.width`: `step` is -1, but must be above 0
       hint: the values are min, min + step, min + 2 step, … up to max; without `step` a range of floats is a continuum and a range of integers has a step of 1
    s.toml:4:30: `parameters.width.step` is 0.5, but must be a whole number
    s.toml:4:1: `parameters.width`: `min` is 10, but must not be above `max`, which is 1
       hint: exchange the two; where they are equal there is one value
    s.toml:4:11: `parameters.width.min` is 1.5, but must be a whole number, at least 1
    s.toml:4:1: `parameters.l2`: `min` is 0.0, but must be above 0 for a log scale
       hint: every factor is as likely as every other on a log scale, which never reaches 0; 1e-6 is a common lower end
    s.toml:4:17: `parameters.l2.max` is NaN, but must be a number, 0 or more
    s.toml:4:1: `parameters.l2`: `step` is NaN, but must be a finite number
       hint: every end of a range, step and value is an ordinary number
    s.toml:4:1: `parameters.l2`: `step` is 0.1, but a log scale has none
       hint: equal steps are not equal on such a scale; leave `step` out, or list the `values`
    s.toml:4:8: `parameters.l2`: `values` is empty, but must hold at least one value
       hint: a value that is not searched stands by itself, such as activation = "relu"
    s.toml:4:8: `parameters.l2.values` is 3, but must be a list
    s.toml:4:24: `parameters.l2` has both `values` and `min`
       hint: give `values`, or `min` and `max`, or one `value` with a `when`
    s.toml:4:1: `parameters.l2` has no `min`
       hint: a searched parameter is { min = …, max = … } or { values = […] }
    s.toml:4:1: `parameters.l2` has no `max`
       hint: a searched parameter is { min = …, max = … } or { values = […] }
    s.toml:4:1: `parameters.activation` has no range, since it is one of "identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "gelu_tanh", "silu", "mish", "softplus"
       hint: search it with { values = […] }
    s.toml:4:1: `parameters.batch_size` has no range, since it is a whole number, at least 1, or "full"
       hint: search it with { values = […] }
    s.toml:4:12: `parameters.hidden.min` is 1, but must be a list of whole numbers, at least 1 each
    "#);
}

#[test]
fn keys_that_do_not_go_together() {
    insta::assert_snapshot!(refused_parameters(&[
        "depth = 1\nhidden = [4]",
        "hidden = [4]\nwidth = { values = [1, 2] }",
        "momentum = 0.9",
        "momentum = 0.9\noptimizer = { values = [\"momentum\", \"sgd\"] }",
        "schedule_gamma = 0.9",
        "schedule_k = 0.1\nschedule = \"exponential\"",
        "init_scale = 0.1",
        "init_scale = 0.1\ninit = \"he\"",
    ]), @r#"
    s.toml:4:1: `parameters.depth` beside `parameters.hidden`
       hint: give either `hidden`, unit by unit, or `depth` and `width`
    s.toml:5:1: `parameters.width` beside `parameters.hidden`
       hint: give either `hidden`, unit by unit, or `depth` and `width`
    s.toml:4:1: `parameters.momentum` is not used by the default optimizer
       hint: it is a constant of optimizer = "momentum", "heavy_ball", "nesterov"
    s.toml:4:1: `parameters.momentum` is not used by optimizer = "sgd"
       hint: it is a constant of optimizer = "momentum", "heavy_ball", "nesterov": give it when = "optimizer in ['momentum', 'heavy_ball', 'nesterov']"
    s.toml:4:1: `parameters.schedule_gamma` is not used by the default schedule
       hint: it is a constant of schedule = "exponential", "step", "plateau"
    s.toml:4:1: `parameters.schedule_k` is not used by schedule = "exponential"
       hint: it is a constant of schedule = "inverse_time", "inverse_sqrt"
    s.toml:4:1: `parameters.init_scale` is not used by the default init
       hint: it is a constant of init = "normal"
    s.toml:4:1: `parameters.init_scale` is not used by init = "he"
       hint: it is a constant of init = "normal"
    "#);
    insta::assert_snapshot!(refused_below_data(&[
        "path = \"iris.csv\"",
        "target = \"species\"",
        "rows = 100",
        "[cv]\nkind = \"holdout\"\nfolds = 3",
        "[cv]\nshare = 0.3",
        "[score]\nalso = [\"accuracy\"]",
    ]), @r#"
    s.toml:2:1: `data.builtin` beside `data.path`
       hint: give one of the two
    s.toml:3:1: `data.target` is for files; built-in sets have theirs
    s.toml:3:1: unknown key `data.rows`
       hint: known are `builtin`, `categorical`, `classes`, `delimiter`, `drop`, `fill_value`, `id`, `max_levels`, `missing`, `missing_category`, `missing_indicator`, `numeric`, `ordinal`, `path`, `positive_class`, `sample_weight`, `target`, `task`, `test`, `test_path`
    s.toml:5:1: `cv.folds` beside `cv.kind = "holdout"`, which is one split
       hint: give `cv.share`, the share of the rows that are held out, or another kind
    s.toml:4:1: `cv.share` without `cv.kind = "holdout"`
       hint: give `cv.folds`; each fold then holds out its share of the rows
    s.toml:4:9: `score.also` without `score.metric`
       hint: name the metric that ranks
    "#);
}

/// What is said of each of the lines under [cv], for a table in a file.
fn refused_cv(lines: &[&str]) -> String {
    let file = "[data]\npath = \"d.csv\"\ntarget = \"y\"\n[cv]\n";
    lines.iter().map(|line| say(&format!("{file}{line}"), &[])).collect()
}

#[test]
fn columns_without_their_kind_and_kinds_without_their_column() {
    insta::assert_snapshot!(refused_cv(&[
        "kind = \"kfold\"\ngroup = \"patient\"",
        "kind = \"timeseries\"\ngroup = \"patient\"",
        "kind = \"group\"\ntime = \"date\"",
        "kind = \"stratified\"\ncolumn = \"fold\"",
        "column = \"fold\"",
        "kind = \"group\"",
        "kind = \"stratified_group\"",
        "kind = \"timeseries\"",
        "kind = \"column\"",
        "group = \"patient\"\ntime = \"date\"",
        "kind = \"holdout\"\ngroup = \"patient\"\ntime = \"date\"",
        "group = \"patient\"\ncolumn = \"fold\"",
        "kind = \"column\"\ncolumn = \"fold\"\nfolds = 3",
        "kind = \"column\"\ncolumn = \"fold\"\nrepeats = 2",
        "time = \"date\"\nrepeats = 2",
        "kind = \"holdout\"\ntime = \"date\"\nrepeats = 2",
        "group = 3",
        "kind = \"grouped\"",
    ]), @r#"
    s.toml:6:1: `cv.group` beside `cv.kind = "kfold"`, which does not go by it
       hint: give `kind = "group"` or `kind = "stratified_group"` or `kind = "holdout"`, or take `group` out
    s.toml:6:1: `cv.group` beside `cv.kind = "timeseries"`, which does not go by it
       hint: give `kind = "group"` or `kind = "stratified_group"` or `kind = "holdout"`, or take `group` out
    s.toml:5:1: `cv.kind = "group"` without `cv.group`
       hint: name the column whose rows stay together: `group = "..."`, of a table in a file
    s.toml:6:1: `cv.column` beside `cv.kind = "stratified"`, which does not go by it
       hint: give `kind = "column"`, or take `column` out
    s.toml:5:1: `cv.column` without `cv.kind`
       hint: give `kind = "column"`, or take `column` out
    s.toml:5:1: `cv.kind = "group"` without `cv.group`
       hint: name the column whose rows stay together: `group = "..."`, of a table in a file
    s.toml:5:1: `cv.kind = "stratified_group"` without `cv.group`
       hint: name the column whose rows stay together: `group = "..."`, of a table in a file
    s.toml:5:1: `cv.kind = "timeseries"` without `cv.time`
       hint: name the column that says when each row was: `time = "..."`, of a table in a file
    s.toml:5:1: `cv.kind = "column"` without `cv.column`
       hint: name the column that says which fold a row is of: `column = "..."`, of a table in a file
    s.toml:6:1: `cv.time` beside `cv.group`
       hint: give one of the two
    s.toml:7:1: `cv.time` beside `cv.group`
       hint: give one of the two
    s.toml:6:1: `cv.column` beside `cv.kind = "group"`, which does not go by it
       hint: give `kind = "column"`, or take `column` out
    s.toml:7:1: `cv.folds` beside `cv.kind = "column"`
       hint: the column says how many folds there are; take `folds` out
    s.toml:7:1: `cv.repeats` is 2, but must be 1 beside `cv.kind = "column"`
       hint: the column says it once: there is nothing to share out anew
    s.toml:6:1: `cv.repeats` is 2, but must be 1 beside `cv.kind = "timeseries"`
       hint: time has one order: there is nothing to share out anew
    s.toml:7:1: `cv.repeats` is 2, but must be 1 beside `cv.kind = "holdout"`
       hint: time has one order: there is nothing to share out anew
    s.toml:5:1: `cv.group` is 3, but must be text in quotes
    s.toml:5:1: `cv.kind` is "grouped", which is not known
       hint: did you mean `group`?
    "#);
    insta::assert_snapshot!(refused_below_data(&[
        "sample_weight = \"w\"",
        "[cv]\ngroup = \"patient\"",
        "[cv]\ntime = \"date\"",
        "[cv]\nkind = \"column\"\ncolumn = \"fold\"",
        "[cv]\nkind = \"group\"",
    ]), @r#"
    s.toml:3:1: `data.sample_weight` is for files; built-in sets have none
    s.toml:4:1: `cv.group` is for files; built-in sets have no column but features and target
    s.toml:4:1: `cv.time` is for files; built-in sets have no column but features and target
    s.toml:5:1: `cv.column` is for files; built-in sets have no column but features and target
    s.toml:4:1: `cv.kind = "group"` without `cv.group`
       hint: name the column whose rows stay together: `group = "..."`, of a table in a file
    "#);
}

#[test]
fn a_column_implies_its_kind() {
    let kind = |lines: &str| {
        let text = format!("[data]\npath = \"d.csv\"\ntarget = \"y\"\n[cv]\n{lines}");
        parse(&text, &[]).unwrap_or_else(|error| panic!("{error}")).cv.kind.map(CvKind::name)
    };
    assert_eq!(kind("group = \"patient\""), Some("group"));
    assert_eq!(kind("time = \"date\"\nfolds = 3\nrepeats = 1"), Some("timeseries"));
    assert_eq!(
        kind("kind = \"stratified_group\"\ngroup = \"patient\"\nrepeats = 3"),
        Some("stratified_group")
    );
    assert_eq!(kind("kind = \"holdout\"\ngroup = \"patient\"\nrepeats = 3"), Some("holdout"));
    assert_eq!(kind("kind = \"holdout\"\ntime = \"date\""), Some("holdout"));
    assert_eq!(kind("kind = \"column\"\ncolumn = \"fold\"\nrepeats = 1"), Some("column"));
    assert_eq!(kind("folds = 3"), None);
}

#[test]
fn data_that_are_not_said() {
    insta::assert_snapshot!(refused(&[
        "",
        "[data]\n",
        "[data]\npath = \"d.csv\"",
        "[data]\npath = \"d.csv\"\ntarget = []",
        "[data]\npath = \"d.csv\"\ntarget = [1]",
        "[data]\npath = \"d.csv\"\ntarget = \"y\"\ntask = \"clustering\"",
        "[data]\nbuiltin = \"irs\"",
        "[data]\nbuiltin = \"moons\"\nnoise = -1",
        "[data]\nbuiltin = \"moons\"\nrows = 9",
        "[data]\nbuiltin = \"moons\"\nrows = 9223372036854775807",
        "[data]\nbuiltin = \"friedman1\"\nrows = 100000000\nfeatures = 100000000",
        "[data]\nbuiltin = \"friedman1\"\nfeatures = 4",
        "[data]\nbuiltin = \"spirals\"\narms = 501",
    ]), @r#"
    s.toml: there is no `data`
       hint: add [data] with `path = "data.csv"` and `target = "label"`, or with `builtin = "iris"`
    s.toml:1:2: there is no `data`
       hint: add [data] with `path = "data.csv"` and `target = "label"`, or with `builtin = "iris"`
    s.toml:1:2: `data.target` is missing
       hint: name the column to predict
    s.toml:1:2: `data.target` is missing
       hint: name the column to predict
    s.toml:3:11: `data.target` is 1, but must be text in quotes, or a list of them
    s.toml:4:1: `data.task` is "clustering", which is not known
       hint: known are `classification`, `regression`
    s.toml:2:1: `data.builtin` is "irs", which is not known
       hint: did you mean `iris`?
    s.toml:3:1: `data.noise` is -1, but must be a number, 0 or more
    s.toml:3:1: `data.rows` is 9, but must be a whole number, at least 10
    s.toml:2:1: 9223372036854775807 rows of 2 features, but 100000000 cells are the most
    s.toml:2:1: 100000000 rows of 100000000 features, but 100000000 cells are the most
    s.toml:3:1: `data.features` is 4, but must be a whole number, at least 5
    s.toml:2:1: `data.arms` is 501, but there are only 500 rows
    "#);
}

#[test]
fn names() {
    let name = |name: &str| format!("name = \"{name}\"\n{IRIS}");
    let bad: Vec<String> =
        ["", " ", "a\\nb", "a\\u0000", "\\u001b[2J", "a\\u202eb", "a\\u2028b", &"x".repeat(300)]
            .iter()
            .map(|text| name(text))
            .collect();
    insta::assert_snapshot!(refused(&bad.iter().map(String::as_str).collect::<Vec<_>>()), @r#"
    s.toml:1:1: `name` is "", but must be 1 to 200 bytes of text without control characters
    s.toml:1:1: `name` is " ", but must be 1 to 200 bytes of text without control characters
    s.toml:1:1: `name` is "a\nb", but must be 1 to 200 bytes of text without control characters
    s.toml:1:1: `name` is "a\0", but must be 1 to 200 bytes of text without control characters
    s.toml:1:1: `name` is "\u{1b}[2J", but must be 1 to 200 bytes of text without control characters
    s.toml:1:1: `name` is "a\u{202e}b", but must be 1 to 200 bytes of text without control characters
    s.toml:1:1: `name` is "a\u{2028}b", but must be 1 to 200 bytes of text without control characters
    s.toml:1:1: `name` is "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…", but must be 1 to 200 bytes of text without control characters
    "#);

    for good in ["../../x", "/abs", "CON", "größe", "a b", "=cmd|' /C calc'!A0", "</script>"] {
        assert_eq!(parse(&name(good), &[]).expect(good).name, good);
    }
    assert_eq!(parse(IRIS, &[]).expect("a sweep").name, "s", "the file's stem");
}

#[test]
fn deep_nesting() {
    let n = 20_000;
    let files = [
        format!("x = {}", "[".repeat(n)),
        format!("x = {}{}", "[".repeat(n), "]".repeat(n)),
        format!("x = {}", "{a=".repeat(n)),
        format!("{}b = 1", "a.".repeat(n)),
        format!("[{}b]", "a.".repeat(n)),
    ];
    insta::assert_snapshot!(refused(&files.iter().map(String::as_str).collect::<Vec<_>>()), @r"
    s.toml:1:85: not TOML: cannot recurse further; max recursion depth met
    s.toml:1:85: not TOML: cannot recurse further; max recursion depth met
    s.toml:1:245: not TOML: cannot recurse further; max recursion depth met
    s.toml: not TOML: recursion limit
    s.toml: not TOML: recursion limit
    ");
    insta::assert_snapshot!(refused_overrides(&[
        &format!("x={}", "[".repeat(n)),
        &format!("{}b=1", "a.".repeat(n)),
    ]), @r"
    --set x=[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[…: not TOML: cannot recurse further; max recursion depth met
    --set a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.…: the key has too many parts
       hint: for example --set search.trials=10 or --set parameters.optimizer=adam
    ");
}

#[test]
fn wrong_overrides() {
    insta::assert_snapshot!(refused_overrides(&[
        "parameters",
        "=3",
        "",
        "a..b=3",
        "data.builtin.x=3",
        "cv=3",
        "search.trials=",
        "search.trials=ten",
        "search.trials=[",
        "search.trials=1\nseed=9",
        "search.trails=1",
        "parameters.learning_rate={ min = 1, max = 0.1 }",
        "parameters.learning_rate={ min = 1, max = }",
        "parameters.learning_rate=0.1.2",
        "parameters.width=99999999999999999999",
        "seed=2024-01-01",
        "\u{1b}[31m=1",
    ]), @r#"
    --set parameters: not of the form key=value
       hint: for example --set search.trials=10 or --set parameters.optimizer=adam
    --set =3: the key has an empty part
       hint: for example --set search.trials=10 or --set parameters.optimizer=adam
    --set : not of the form key=value
       hint: for example --set search.trials=10 or --set parameters.optimizer=adam
    --set a..b=3: the key has an empty part
       hint: for example --set search.trials=10 or --set parameters.optimizer=adam
    --set data.builtin.x=3: a part of the key is no table
       hint: for example --set search.trials=10 or --set parameters.optimizer=adam
    --set cv=3: `cv` is 3, but must be a table
       hint: begin it with [cv]
    --set search.trials=: `search.trials` is "", but must be a whole number, at least 1
    --set search.trials=ten: `search.trials` is "ten", but must be a whole number, at least 1
    --set search.trials=[: not TOML: unclosed array, expected `]`
    --set search.trials=1\nseed=9: more than one key; repeat --set for each
       hint: for example --set search.trials=10 or --set parameters.optimizer=adam
    --set search.trails=1: unknown key `search.trails`
       hint: did you mean `trials`?
    --set parameters.learning_rate={ min = 1, max = 0.1 }: `parameters.learning_rate`: `min` is 1.0, but must not be above `max`, which is 0.1
       hint: exchange the two; where they are equal there is one value
    --set parameters.learning_rate={ min = 1, max = }: not TOML: invalid literal string, expected `'`
    --set parameters.learning_rate=0.1.2: `parameters.learning_rate` is "0.1.2", but must be a number greater than 0
    --set parameters.width=99999999999999999999: `parameters.width` is "99999999999999999999", but must be a whole number, at least 1
    --set seed=2024-01-01: `seed` is "2024-01-01", but must be a whole number, at least 0
    --set \u{1b}[31m=1: unknown key `\u{1b}[31m`
       hint: known are `constraint`, `cv`, `data`, `early_stopping`, `enqueue`, `group`, `name`, `parameters`, `preprocess`, `record`, `score`, `search`, `seed`, `select`
    "#);
}

#[test]
fn overrides_are_as_if_written() {
    let sweep = parse(
        SMALL,
        &[
            "search.trials = 7",
            "search.max_time=1h 30m",
            "parameters.optimizer=adam",
            "parameters.learning_rate=0.01",
            "parameters.dropout={ min = 0.0, max = 0.5, step = 0.1 }",
            "early_stopping.patience=3",
            "name=\"1.0\"",
            "score.also=[]",
            "search.sampler = grid",
            "seed=1",
            "seed=2",
        ],
    )
    .expect("a sweep");
    assert_eq!(sweep.search.trials, Some(7));
    assert_eq!(sweep.search.max_time, Some(Duration::from_mins(90)));
    assert_eq!(sweep.search.sampler, SamplerKind::Grid);
    assert_eq!(sweep.name, "1.0");
    assert_eq!(sweep.seed, 2, "the last one holds");
    assert_eq!(sweep.metrics.len(), 1);
    assert_eq!(sweep.early_stopping.expect("early stopping").patience, 3);
    assert_eq!(sweep.parameters.space.count(), Some(6));
}

#[test]
fn defaults() {
    let sweep = parse(IRIS, &[]).expect("a sweep");
    assert_eq!((sweep.seed, sweep.cv.folds, sweep.cv.repeats), (0, 5, 1));
    assert_eq!((sweep.search.sampler, sweep.search.trials), (SamplerKind::Random, Some(64)));
    assert!(sweep.metrics.is_empty() && sweep.early_stopping.is_none());
    assert_eq!(sweep.parameters.space.count(), Some(1), "no [parameters]: one configuration of defaults");
}

#[test]
fn what_columns_are_said_to_be() {
    let text = "[data]\npath = \"d.csv\"\ntarget = \"y\"\ncategorical = [\"a\", \"b\"]\nnumeric = [\"c\"]\nid = \"i\"\n\
        ordinal = { s = [\"low\", \"high\"] }\ndelimiter = \";\"\nmissing = \"constant\"\nfill_value = -1\n\
        missing_indicator = true\nmissing_category = \"most_frequent\"\nmax_levels = 7\n[preprocess]\nscale = \"quantile\"";
    let sweep = parse(text, &[]).expect("a sweep");
    let columns = &sweep.data.columns;
    assert_eq!(
        (&columns.categorical[..], &columns.numeric[..]),
        (&["a".into(), "b".into()][..], &["c".into()][..])
    );
    assert_eq!(columns.ordinal, [("s".to_owned(), vec!["low".to_owned(), "high".to_owned()])]);
    assert_eq!(
        (columns.id.as_deref(), columns.delimiter, columns.refuses_gaps),
        (Some("i"), Some(b';'), false)
    );
    let options = PipelineOptions {
        fill: Fill::Constant(-1.0),
        missing_indicator: true,
        fill_level: FillLevel::MostFrequent,
        max_levels: 7,
        ..PipelineOptions::scaled(Scale::Quantile)
    };
    assert_eq!(sweep.preprocess.features, options);
    let said =
        |text: &str| parse(&format!("[data]\npath = \"d.csv\"\ntarget = \"y\"\n{text}"), &[]).expect(text);
    assert_eq!(said("categorical = \"auto\"").data.columns, ColumnsSpec::default());
    assert!(said("missing = \"error\"").data.columns.refuses_gaps);
    assert_eq!(said("ordinal = [\"s\"]").data.columns.ordinal, [("s".to_owned(), Vec::new())]);
    assert_eq!(said("test_path = \"t.csv\"").data.test_path.expect("a path").0, Path::new("t.csv"));
}

#[test]
fn columns_that_make_no_sense() {
    insta::assert_snapshot!(refused_data(&[
        "categorical = \"age\"",
        "categorical = [1]",
        "ordinal = { s = [\"low\"] }",
        "ordinal = { s = [\"low\", \"high\", \"low\"] }",
        "missing = \"mode\"",
        "missing = \"median\"\nfill_value = 0",
        "missing = \"constant\"\nfill_value = \"x\"",
        "missing_category = \"leve\"",
        "missing_indicator = 1",
        "max_levels = 0",
        "delimiter = \"::\"",
        "delimiter = \"\\\"\"",
        "test_path = \"t.csv\"\ntest = 0.1",
        "[preprocess]\nscale = \"robus\"",
        "[preprocess]\ntarget_scale = \"log\"",
    ]), @r#"
    s.toml:4:1: `data.categorical` is "age", but must be "auto" or a list of columns
    s.toml:4:16: `data.categorical` is 1, but must be text in quotes, or a list of them
    s.toml:4:13: `data.ordinal.s` is ["low"], but must be a list of two levels or more, from the lowest up
    s.toml:4:33: `data.ordinal.s` lists "low" twice
    s.toml:4:1: `data.missing` is "mode", which is not known
       hint: known are `mean`, `median`, `constant`, `error`
    s.toml:5:1: `data.fill_value` is not used
       hint: it goes with `missing = "constant"`
    s.toml:5:1: `data.fill_value` is "x", but must be a finite number
    s.toml:4:1: `data.missing_category` is "leve", which is not known
       hint: did you mean `level`?
    s.toml:4:1: `data.missing_indicator` is 1, but must be true or false
    s.toml:4:1: `data.max_levels` is 0, but must be a whole number, at least 1
    s.toml:4:1: `data.delimiter` is "::", but must be one character such as ",", ";" or "\t"
    s.toml:4:1: `data.delimiter` is "\"", but must be one character such as ",", ";" or "\t"
    s.toml:4:1: `data.test_path` beside `data.test`
       hint: give one of the two: the rows of that file are what is held out
    s.toml:5:1: `preprocess.scale` is "robus", which is not known
       hint: did you mean `robust`?
    s.toml:5:1: `preprocess.target_scale` is "log", which is not known
       hint: did you mean `log1p`?
    "#);
    insta::assert_snapshot!(refused_below_data(&["missing = \"mean\"", "test_path = \"t.csv\""]), @r"
    s.toml:3:1: `data.missing` is for files; built-in sets have none
    s.toml:3:1: `data.test_path` is for files; built-in sets have none
    ");
}

/// What is said of each of the lines below a file and its target.
fn refused_data(lines: &[&str]) -> String {
    let file = "[data]\npath = \"d.csv\"\ntarget = \"y\"\n";
    lines.iter().map(|line| say(&format!("{file}{line}"), &[])).collect()
}

/// A path starts at the folder of the sweep file, wherever the command was given.
#[test]
fn the_place_of_the_data() {
    for (file, path, found) in [
        ("sweeps/a.toml", "d.csv", "sweeps/d.csv"),
        ("sweeps/a.toml", "../data/d.csv", "sweeps/../data/d.csv"),
        ("sweeps/a.toml", "/d.csv", "/d.csv"),
        ("a.toml", "d.csv", "d.csv"),
    ] {
        let text = format!("[data]\npath = \"{path}\"\ntarget = \"y\"");
        let sweep = Sweep::parse(&text, Path::new(file), &[]).expect("a sweep");
        assert_eq!(sweep.data.source, Source::File(found.into()), "{file} {path}");
    }
}

#[test]
fn line_ends_and_bom_are_no_matter() {
    let plain = parse(SMALL, &[]).expect("a sweep");
    for text in [SMALL.replace('\n', "\r\n"), format!("\u{feff}{SMALL}")] {
        let other = parse(&text, &[]).expect("a sweep");
        let shown =
            |sweep: &Sweep| format!("{:?}", (&sweep.name, &sweep.data.source, &sweep.parameters.space));
        assert_eq!(shown(&other), shown(&plain));
    }
}

#[test]
fn values_listed_twice_are_tried_once() {
    let sweep = parse(&format!("{IRIS}[parameters]\nl2 = {{ values = [0.1, 0.2, 0.1, 1e-1] }}"), &[]);
    let parameters = sweep.expect("a sweep").parameters;
    assert_eq!(parameters.space.count(), Some(2));
    assert_eq!(parameters.notes, ["`parameters.l2` lists 0.1 more than once; it is tried once"]);
}

#[test]
fn files_that_cannot_be_read() {
    let folder = crate::fixture::folder();
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("a file");
        path
    };
    let cases = [
        folder.path().join("none.toml"),
        folder.path().to_owned(),
        file("latin1.toml", b"name = \"\xe9\""),
        file("large.toml", &vec![b' '; (16 << 20) + 1]),
    ];
    let mut said = String::new();
    for path in cases {
        let error = Sweep::read(&path, &[]).expect_err("no sweep file").to_string();
        let _ = writeln!(said, "{}", error.replace(&folder.path().display().to_string(), "FOLDER"));
    }
    insta::assert_snapshot!(said, @r"
    FOLDER/none.toml: No such file or directory (os error 2)
    FOLDER: Is a directory (os error 21)
    FOLDER/latin1.toml: not UTF-8 at byte 8
    FOLDER/large.toml: more than 16 MiB, which is no sweep file
    ");
}

/// L-BFGS has no learning rate, no mini-batches, no decay and no clipping; beside other optimizers these are theirs.
#[test]
fn what_lbfgs_has_no_use_for() {
    for common in ["learning_rate = 0.1", "batch_size = 16", "clip_norm = 1.0", "schedule = \"cosine\""] {
        let both = format!("optimizer = {{ values = [\"adam\", \"lbfgs\"] }}\n{common}");
        let text = format!("{IRIS}[parameters]\n{both}\n");
        parse(&text, &[]).unwrap_or_else(|error| panic!("{common}: {error}"));
    }
    parse(&format!("{IRIS}[parameters]\noptimizer = \"lbfgs\"\nbatch_size = \"full\"\n"), &[])
        .expect("its batch");
    insta::assert_snapshot!(refused_parameters(&[
        "optimizer = \"lbfgs\"\nlearning_rate = 0.1",
        "optimizer = \"lbfgs\"\nbatch_size = 16",
        "optimizer = \"lbfgs\"\nclip_value = 1.0",
    ]), @r#"
    s.toml:5:1: `parameters.learning_rate` is not used by optimizer = "lbfgs"
       hint: lbfgs takes the whole batch and finds the length of its steps by itself
    s.toml:5:1: `parameters.batch_size` is not used by optimizer = "lbfgs"
       hint: lbfgs takes the whole batch and finds the length of its steps by itself
    s.toml:5:1: `parameters.clip_value` is not used by optimizer = "lbfgs"
       hint: lbfgs takes the whole batch and finds the length of its steps by itself
    "#);
}

/// What is said of each of the entries, beside fixed and searched parameters.
fn refused_entries(sampler: &str, entries: &[&str]) -> String {
    let head = format!(
        "{IRIS}[search]\nsampler = \"{sampler}\"\n[parameters]\nepochs = 5\nwidth = {{ values = [4, 8] }}\n\
         dropout = {{ min = 0, max = 0.4, step = 0.2 }}\n"
    );
    entries.iter().map(|entry| say(&format!("{head}{entry}"), &[])).collect()
}

#[test]
fn entries_that_make_no_sense() {
    let entries = [
        "[enqueue]\nwidth = 4",
        "[[enqueue]]\nwidth = 4\nwdth = 8",
        "[[enqueue]]\nwidth = 0",
        "[[enqueue]]\nwidth = { values = [4, 8] }",
        "[[enqueue]]\nwidth = 5",
        "[[enqueue]]\ndropout = 0.3",
        "[[enqueue]]\nwidth = 4\nepochs = 5",
    ];
    let said = refused_entries("random", &entries);
    insta::assert_snapshot!(said, @r"
    s.toml:9:2: `enqueue` is a table, but must be a list of tables
       hint: begin each with a line [[enqueue]]
    s.toml:11:1: unknown key `enqueue.wdth`
       hint: did you mean `width`?
    s.toml:10:1: `enqueue.width` is 0, but must be a whole number, at least 1
    s.toml:10:1: `enqueue.width` is a table, but must be a whole number, at least 1
    s.toml:10:1: `enqueue.width` is 5, which is not among what [parameters] searches in line 7
       hint: widen what is searched, or enqueue what lies in it
    s.toml:10:1: `enqueue.dropout` is 0.3, which is not among what [parameters] searches in line 8
       hint: widen what is searched, or enqueue what lies in it
    s.toml:11:1: `enqueue.epochs`, but [parameters] fixes `epochs` in line 6
       hint: what is fixed is the same in every configuration; take it out of one of the two
    ");
    assert_eq!(refused_entries("list", &entries), said, "the same of a list");
    assert_eq!(refused_entries("grid", &entries), said, "the same before a grid");
    insta::assert_snapshot!(refused_entries("random", &["[[enqueue]]\nl2 = 0.1", "[[enqueue]]"]), @r#"
    s.toml:10:1: `enqueue.l2`, but [parameters] does not search `l2`
       hint: search it there; entries of any keys are for sampler = "list"
    s.toml:9:1: `enqueue` says nothing here
       hint: give some of what is searched; what is not given is proposed as for any other trial
    "#);
    insta::assert_snapshot!(refused_overrides(&["enqueue=3", "enqueue=[3]", "enqueue=[{ dropout = 0.1 }]"]), @r#"
    --set enqueue=3: `enqueue` is 3, but must be a list of tables
       hint: begin each with a line [[enqueue]]
    --set enqueue=[3]: `enqueue` is 3, but must be a list of tables
       hint: begin each with a line [[enqueue]]
    --set enqueue=[{ dropout = 0.1 }]: `enqueue.dropout` is 0.1, which is not among what [parameters] searches in line 18
       hint: widen what is searched, or enqueue what lies in it
    "#);
    insta::assert_snapshot!(say(SMALL, &["enqueue=[]", "search.sampler=list"]), @r#"
    --set search.sampler=list: `search.sampler = "list"` without `[[enqueue]]`
       hint: write each configuration below a line [[enqueue]]
    "#);
}

/// Each entry of a list is a whole configuration, which is checked as such.
#[test]
fn lists_that_make_no_sense() {
    insta::assert_snapshot!(refused_entries("list", &[
        "",
        "[[enqueue]]\nwidth = 4",
        "[[enqueue]]\nwidth = 4\ndropout = 0.2\n[[enqueue]]\nwidth = 4\ndropout = 0.2\nl2 = 0.1\n\
         [[enqueue]]\ndropout = 0.2\nwidth = 4",
    ]), @r#"
    s.toml:4:1: `search.sampler = "list"` without `[[enqueue]]`
       hint: write each configuration below a line [[enqueue]]
    s.toml:9:1: `enqueue` leaves `dropout` open, which [parameters] searches
       hint: with sampler = "list" nothing is searched: every entry gives it one value
    s.toml:16:1: `enqueue` has this configuration twice, in line 9 too
       hint: keep one of the two
    "#);
    let below = |fixed: &str, entry: &str| {
        let head =
            format!("{IRIS}[search]\nsampler = \"list\"\n[parameters]\n{fixed}\n[[enqueue]]\nl2 = 0.1\n");
        say(&format!("{head}[[enqueue]]\nl1 = 0.1\n{entry}"), &[])
    };
    let said: String = [
        ("epochs = 5", "momentum = 0.9"),
        ("epochs = 5", "optimizer = \"sgd\"\nbeta1 = 0.9"),
        ("epochs = 5", "hidden = [8]\ndepth = 2"),
        ("beta1 = 0.9", "optimizer = \"sgd\""),
        ("width = 5", "hidden = [8]"),
        ("momentum = 0.9", "optimizer = \"heavy_ball\""),
    ]
    .iter()
    .map(|(fixed, entry)| below(fixed, entry))
    .collect();
    insta::assert_snapshot!(said, @r#"
    s.toml:11:1: `enqueue.momentum` is not used by the default optimizer
       hint: it is a constant of optimizer = "momentum", "heavy_ball", "nesterov"
    s.toml:12:1: `enqueue.beta1` is not used by optimizer = "sgd"
       hint: it is a constant of optimizer = "adam", "amsgrad", "adamw", "nadam", "radam", "lion"
    s.toml:12:1: `enqueue.depth` beside `enqueue.hidden`
       hint: give either `hidden`, unit by unit, or `depth` and `width`
    s.toml:11:1: `parameters.beta1` is not used by optimizer = "sgd"
       hint: it is a constant of optimizer = "adam", "amsgrad", "adamw", "nadam", "radam", "lion"
    s.toml:11:1: `parameters.width` beside `enqueue.hidden`
       hint: give either `hidden`, unit by unit, or `depth` and `width`
    s.toml:6:1: `parameters.momentum` is not used by the default optimizer (the entry in line 7)
       hint: it is a constant of optimizer = "momentum", "heavy_ball", "nesterov"
    "#);
}

#[test]
fn lists() {
    let head = format!("{IRIS}[search]\nsampler = \"list\"\n");
    let text = "[parameters]\nmomentum = 0.8\n[[enqueue]]\noptimizer = \"heavy_ball\"\n\
                [[enqueue]]\nhidden = [8]\noptimizer = \"nesterov\"\nl2 = 1";
    let sweep =
        parse(&format!("{head}{text}"), &[]).expect("used by each of them, though not by the default");
    assert_eq!((sweep.search.sampler, sweep.search.trials), (SamplerKind::List, None));
    let names: Vec<Vec<&str>> =
        sweep.enqueue.entries.iter().map(|entry| entry.keys().map(String::as_str).collect()).collect();
    assert_eq!(names, [vec!["optimizer"], vec!["hidden", "l2", "optimizer"]]);
    parse(&format!("{head}[[enqueue]]\n"), &[]).expect("the defaults are a configuration");
    let sweep = parse(SMALL, &["enqueue=[{ dropout = 0.2 }, { dropout = 0.2 }]"]).expect("two draws");
    assert_eq!(sweep.enqueue.entries.len(), 2);
}
