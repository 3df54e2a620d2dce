//! Features → inputs, as [`Pipeline`](mlpsweep_data::Pipeline) does it.

use super::builder::{Builder, ML, Name, float, floats, int, ints, strings};
use super::proto::{DOUBLE, FLOAT, INT64, STRING};
use mlpsweep_data::{Category, Pipeline, Schema, Step};

/// What stands for a missing cell.
const MISSING: [&str; 9] = ["", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "?"];

/// The columns of the table.
pub(super) enum Columns {
    /// All numbers, in X.
    Whole(usize),
    /// Each of its own name.
    Named(Vec<Name>),
}

/// Says what goes in.
pub(super) fn inputs(graph: &mut Builder, schema: &Schema) -> Columns {
    let n_features = schema.feature_names.len();
    if schema.categories.is_empty() {
        graph.input("X", DOUBLE, n_features);
        return Columns::Whole(n_features);
    }
    for (feature_idx, name) in schema.feature_names.iter().enumerate() {
        let is_text = schema.categories.contains_key(&feature_idx);
        graph.input(name, if is_text { STRING } else { DOUBLE }, 1);
    }
    Columns::Named(schema.feature_names.clone())
}

/// The inputs of a network, [rows, inputs] in single precision.
pub(super) fn build(graph: &mut Builder, columns: &Columns, schema: &Schema, pipeline: &Pipeline) -> Name {
    let steps = pipeline.steps();
    let plain = |step: &Step<'_>| match step {
        &Step::Number { fill, mean, inverse_deviation, has_indicator: false } => {
            Some([fill, mean, inverse_deviation])
        }
        _ => None,
    };
    let all_plain: Option<Vec<[f64; 3]>> = steps.iter().map(plain).collect();
    if let (Columns::Whole(_), Some(numbers)) = (columns, all_plain) {
        let [fill, mean, inverse] = [0, 1, 2].map(|i| numbers.iter().map(|n| n[i]).collect::<Vec<f64>>());
        let filled = filled(graph, "X", &fill);
        let scaled = scaled(graph, &filled, &mean, &inverse);
        return graph.cast(&scaled, FLOAT);
    }
    let columns: Vec<Name> = match columns {
        Columns::Whole(n_features) => {
            (0..*n_features).map(|feature_idx| column_of(graph, feature_idx)).collect()
        }
        Columns::Named(names) => names.clone(),
    };
    let mut pieces = Vec::new();
    for (feature_idx, (step, column)) in steps.iter().zip(&columns).enumerate() {
        let category = schema.categories.get(&feature_idx);
        // An order's levels are numbers: their positions.
        let number = match category {
            Some(category) if category.is_ordinal => positions(graph, column, category),
            _ => column.clone(),
        };
        match step {
            &Step::Number { fill, mean, inverse_deviation, has_indicator } => {
                let filled = filled(graph, &number, &[fill]);
                let scaled = scaled(graph, &filled, &[mean], &[inverse_deviation]);
                pieces.push(graph.cast(&scaled, FLOAT));
                if has_indicator {
                    pieces.push(indicator(graph, &number));
                }
            }
            Step::Quantile { fill, quantiles, has_indicator } => {
                let filled = filled(graph, &number, &[*fill]);
                pieces.push(place(graph, &filled, quantiles));
                if *has_indicator {
                    pieces.push(indicator(graph, &number));
                }
            }
            Step::Levels { .. } => {
                let levels = category.map_or(&[][..], |category| &category.levels);
                pieces.extend(spread(graph, column, step, levels));
            }
        }
    }
    let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
    graph.op("Concat", &pieces, vec![int("axis", 1)])
}

/// One column of X.
fn column_of(graph: &mut Builder, feature_idx: usize) -> Name {
    let position = graph.positions(&[feature_idx as i64]);
    graph.op("Gather", &["X", &position], vec![int("axis", 1)])
}

fn filled(graph: &mut Builder, column: &str, fill: &[f64]) -> Name {
    let is_missing = graph.op("IsNaN", &[column], Vec::new());
    let fill = graph.doubles(fill);
    graph.op("Where", &[&is_missing, &fill, column], Vec::new())
}

fn indicator(graph: &mut Builder, column: &str) -> Name {
    let is_missing = graph.op("IsNaN", &[column], Vec::new());
    graph.cast(&is_missing, FLOAT)
}

fn scaled(graph: &mut Builder, column: &str, mean: &[f64], inverse_deviation: &[f64]) -> Name {
    let (mean, inverse) = (graph.doubles(mean), graph.doubles(inverse_deviation));
    let shifted = graph.op("Sub", &[column, &mean], Vec::new());
    graph.op("Mul", &[&shifted, &inverse], Vec::new())
}

/// The position of an ordinal level as a number, NaN for a missing or unknown one.
fn positions(graph: &mut Builder, column: &str, category: &Category) -> Name {
    let table = vec![
        strings("keys_strings", category.levels.iter().cloned()),
        floats("values_floats", (0..category.levels.len()).map(|position| position as f32).collect()),
        float("default_float", f32::NAN),
    ];
    let position = graph.named_op(ML, "LabelEncoder", &[column], table, None);
    graph.cast(&position, DOUBLE)
}

/// An input a level; nothing where there is none.
fn spread(graph: &mut Builder, column: &str, step: &Step<'_>, levels: &[String]) -> Option<Name> {
    let Step::Levels { input_of, infrequent, missing, n_inputs } = step else { return None };
    if *n_inputs == 0 {
        return None;
    }
    const NONE: i64 = -1;
    let input = |input: Option<u32>| input.map_or(NONE, i64::from);
    let known = levels.iter().cloned().zip(input_of.iter().map(|&of| input(of.or(*infrequent))));
    let gaps = MISSING.iter().map(|&text| (text.to_owned(), input(*missing)));
    let gaps = gaps.filter(|(text, _)| !levels.contains(text));
    let (keys, values): (Vec<String>, Vec<i64>) = known.chain(gaps).unzip();
    let table = vec![
        strings("keys_strings", keys),
        ints("values_int64s", values),
        int("default_int64", input(*infrequent)),
    ];
    let position = graph.named_op(ML, "LabelEncoder", &[column], table, None);
    let all: Vec<i64> = (0..*n_inputs as i64).collect();
    let all = graph.positions(&all);
    let is_it = graph.op("Equal", &[&position, &all], Vec::new());
    Some(graph.cast(&is_it, FLOAT))
}

/// Where a value lies among quantiles, in [0, 1]; among equal ones in the middle.
///
/// With b = |{q < x}| and e = |{q ≤ x}|: (b + e − 1)/2 where some are equal to x, else b − 1 + (x − q_{b−1})/(q_b − q_{b−1}), over
/// the last position; 0 and 1 beyond the ends.
fn place(graph: &mut Builder, x: &str, quantiles: &[f64]) -> Name {
    let last = (quantiles.len() - 1).max(1) as f64;
    let table = graph.doubles(quantiles);
    let count = |graph: &mut Builder, op: &str| {
        let found = graph.op(op, &[&table, x], Vec::new());
        let found = graph.cast(&found, INT64);
        let axis = graph.positions(&[1]);
        graph.op("ReduceSum", &[&found, &axis], vec![int("keepdims", 1)])
    };
    let (below, not_above) = (count(graph, "Less"), count(graph, "LessOrEqual"));
    let [zero, one, most] = [0, 1, quantiles.len() as i64 - 1].map(|n| graph.positions(&[n]));
    let before = graph.op("Sub", &[&below, &one], Vec::new());
    let sorted = graph.vector(quantiles);
    let clipped = |graph: &mut Builder, position: &str| {
        let position = graph.op("Max", &[position, &zero], Vec::new());
        let position = graph.op("Min", &[&position, &most], Vec::new());
        graph.op("Gather", &[&sorted, &position], Vec::new())
    };
    let (low, high) = (clipped(graph, &before), clipped(graph, &below));
    let (tiny, half, last) =
        (graph.doubles(&[f64::MIN_POSITIVE]), graph.doubles(&[0.5]), graph.doubles(&[last]));
    let between = graph.op("Sub", &[x, &low], Vec::new());
    let width = graph.op("Sub", &[&high, &low], Vec::new());
    let width = graph.op("Max", &[&width, &tiny], Vec::new());
    let share = graph.op("Div", &[&between, &width], Vec::new());
    let [before_real, below_real, not_above_real] =
        [&before, &below, &not_above].map(|count| graph.cast(count, DOUBLE));
    let inside = graph.op("Add", &[&before_real, &share], Vec::new());
    let both = graph.op("Add", &[&before_real, &not_above_real], Vec::new());
    let middle = graph.op("Mul", &[&both, &half], Vec::new());
    let is_among = graph.op("Less", &[&below_real, &not_above_real], Vec::new());
    let position = graph.op("Where", &[&is_among, &middle, &inside], Vec::new());
    let place = graph.op("Div", &[&position, &last], Vec::new());
    // Beyond the ends, the ends included.
    let (nothing, whole) = (graph.doubles(&[0.0]), graph.doubles(&[1.0]));
    let (first, end) = (graph.doubles(&quantiles[..1]), graph.doubles(&quantiles[quantiles.len() - 1..]));
    let is_high = graph.op("GreaterOrEqual", &[x, &end], Vec::new());
    let place = graph.op("Where", &[&is_high, &whole, &place], Vec::new());
    let is_low = graph.op("LessOrEqual", &[x, &first], Vec::new());
    let place = graph.op("Where", &[&is_low, &nothing, &place], Vec::new());
    graph.cast(&place, FLOAT)
}
