//! Spaces and tables for programs in other languages: JSON, a line each way.
//!
//! ```text
//! spaces   → [{"problem": "iris-adam-accuracy", "parameters": [{"name": "width", "kind": "int", "min": 8, "max": 64, "log": true}, …]}, …]
//! serve    ← {"width": 20, "depth": 2, …}
//!          → {"loss": 0.041, "diverged": false, "incumbent": {"loss": 0.033, "hidden": 0.067}}
//! ```
//!
//! A search is one process: no configuration is tried twice, and the incumbent is that of all points so far. Where a training diverged `loss` is the largest of the
//! table: the kindest that a sampler can be told that has no word for it.

use crate::replay::Search;
use crate::table::Problem;
use crate::training::Training;
use mlpsweep_search::{Domain, Point, Scale, Space, Value};
use serde_json::{Map, json};
use std::io::{self, BufRead, Write};

/// The parameters of a training's space.
pub fn parameters(training: &Training) -> serde_json::Value {
    let parameters = training.space();
    let described = parameters.parameters().iter().map(|parameter| {
        let name = &parameter.name;
        match &parameter.domain {
            Domain::Float(range) => json!({
                "name": name, "kind": "float", "min": range.min(), "max": range.max(), "log": range.scale() == Scale::Log,
            }),
            Domain::Int(range) => json!({
                "name": name, "kind": "int", "min": range.min(), "max": range.max(), "log": range.scale() == Scale::Log,
            }),
            Domain::Categorical(values) => {
                json!({ "name": name, "kind": "choice", "values": values.values() })
            }
            Domain::Fixed(value) => json!({ "name": name, "kind": "choice", "values": [value] }),
        }
    });
    described.collect()
}

/// Answers each line with the loss of its point, until there are no more.
///
/// # Errors
/// A line that is no point of the space, or what the system says.
pub fn serve(problem: &Problem<'_>, from: impl BufRead, mut to: impl Write) -> io::Result<()> {
    let worst = problem.range().1;
    let mut search = Search::new(*problem);
    for line in from.lines() {
        let line = line?;
        let point = point(problem.table.cube.space(), &line)
            .map_err(|what| io::Error::new(io::ErrorKind::InvalidData, format!("{line}: {what}")))?;
        let config = search.config(&point);
        let loss = search.end(config);
        let (best, hidden) = search.incumbent();
        let answer = json!({
            "loss": loss.unwrap_or(worst),
            "diverged": loss.is_none(),
            "incumbent": { "loss": best, "hidden": hidden },
        });
        writeln!(to, "{answer}")?;
        to.flush()?;
    }
    Ok(())
}

/// A point from its JSON. Numbers a rounding error outside of their range are those of its end.
fn point(space: &Space, line: &str) -> Result<Point, String> {
    let given: Map<String, serde_json::Value> =
        serde_json::from_str(line).map_err(|error| error.to_string())?;
    let values = space.parameters().iter().map(|parameter| {
        let value = given.get(&parameter.name).ok_or_else(|| format!("`{}` is missing", parameter.name))?;
        if let Domain::Float(range) = &parameter.domain
            && let Some(x) = value.as_f64()
        {
            let near = 1e-9 * (range.max() - range.min());
            let is_near = range.min() - near <= x && x <= range.max() + near;
            return Ok(Value::Float(if is_near { x.clamp(range.min(), range.max()) } else { x }));
        }
        serde_json::from_value(value.clone()).map_err(|error| error.to_string())
    });
    let values = values.collect::<Result<Vec<Value>, String>>()?;
    let names = space.parameters().iter().map(|parameter| parameter.name.as_str());
    space.point(names.zip(&values)).map_err(|error| format!("{error}; {}", error.hint()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::configurations;
    use crate::table::tests::made_up;
    use crate::training::TRAININGS;

    #[test]
    fn a_tabulated_point_gets_its_own_loss() {
        let table = made_up(TRAININGS[1], 20);
        let problem = Problem { table: &table, metric: 0 };
        let points = configurations(table.cube.space(), 20);
        let lines: Vec<String> = points
            .iter()
            .map(|point| {
                let object = point.iter().map(|(name, value)| (name.to_owned(), json!(value)));
                serde_json::Value::Object(object.collect()).to_string()
            })
            .collect();
        let mut answers = Vec::new();
        serve(&problem, lines.join("\n").as_bytes(), &mut answers).expect("points of the space");
        let answers = String::from_utf8(answers).expect("JSON");
        let mut least = f64::INFINITY;
        assert_eq!(answers.lines().count(), 20);
        for (config, answer) in answers.lines().enumerate() {
            let answer: serde_json::Value = serde_json::from_str(answer).expect("JSON");
            let loss = problem.loss(config).expect("none diverged");
            least = least.min(loss);
            assert_eq!((answer["loss"].as_f64(), &answer["diverged"]), (Some(loss), &json!(false)));
            assert_eq!(answer["incumbent"]["loss"].as_f64(), Some(least));
        }
    }

    #[test]
    fn what_is_no_point_is_an_error() {
        let table = made_up(TRAININGS[0], 5);
        let problem = Problem { table: &table, metric: 0 };
        let error = |line: &str| {
            serve(&problem, line.as_bytes(), &mut Vec::new()).expect_err("no point of it").to_string()
        };
        assert!(error("{\"width\": 20}").contains("`depth` is missing"));
        let line = r#"{"width": 20, "depth": 9, "activation": "relu", "batch_size": 20, "l2": 1.0, "learning_rate": 0.01,
            "one_minus_beta1": 0.1}"#
            .replace('\n', " ");
        assert!(error(&line).contains("`depth` is 9"), "{}", error(&line));
    }
}
