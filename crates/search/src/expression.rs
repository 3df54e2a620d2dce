//! What `when` and `[[constraint]]` say: an expression over parameters that is true or false at a point.
//!
//! | written | is |
//! | --- | --- |
//! | `depth`, `hidden[0]` | the value of a parameter, an item of its list from 0 |
//! | `3`, `0.5`, `'adam'`, `true`, `[1, 2]` | itself |
//! | `+ - * / // % **`, `( )` | arithmetic; `//` rounds down |
//! | `== != < <= > >=`, `in`, `not in` | comparisons; `1 == 1.0` |
//! | `and`, `or`, `not`, `a if b else c` | logic |
//! | `hidden\|length`, `\|sum`, `\|min`, `\|max`, `\|abs` | of a list, of a number |
//!
//! The language is that of minijinja's expressions, without its functions and tests: it reads nothing but the point, and ends.
//! Where a parameter that it names has no value, since that one's own `when` is false, it has none either: such a `when` counts as
//! false, and such a constraint says nothing.

use crate::value::Value;
use minijinja::{Environment, UndefinedBehavior, filters};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

/// A compiled expression. Two are equal when they were written alike.
#[derive(Clone)]
pub struct Expression {
    text: Arc<str>,
    /// The parameters it names, sorted.
    names: Arc<[String]>,
    compiled: Arc<minijinja::Expression<'static, 'static>>,
}

static LANGUAGE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut language = Environment::empty();
    language.set_undefined_behavior(UndefinedBehavior::Strict);
    language.set_debug(true);
    language.add_filter("length", filters::length);
    language.add_filter("sum", filters::sum);
    language.add_filter("min", filters::min);
    language.add_filter("max", filters::max);
    language.add_filter("abs", filters::abs);
    language
});

impl Expression {
    /// Compiles `text`.
    ///
    /// ```
    /// use mlpsweep_search::{Expression, Value};
    ///
    /// let small = Expression::new("depth * width <= 1024")?;
    /// assert_eq!(small.names(), ["depth", "width"]);
    /// let holds = |width: i64| small.holds(|name| Some(Value::Int(if name == "depth" { 4 } else { width })));
    /// assert_eq!((holds(256)?, holds(512)?), (Some(true), Some(false)));
    /// # Ok::<(), mlpsweep_search::ExpressionError>(())
    /// ```
    ///
    /// # Errors
    /// When it cannot be understood, or names no parameter.
    pub fn new(text: &str) -> Result<Expression, ExpressionError> {
        let compiled = LANGUAGE.compile_expression_owned(text.to_owned());
        let compiled =
            compiled.map_err(|error| ExpressionError::new(text, "cannot be understood", &error))?;
        let mut names: Vec<String> = compiled.undeclared_variables(false).into_iter().collect();
        names.sort_unstable();
        if names.is_empty() {
            let message = "names no parameter, so it is the same everywhere".to_owned();
            return Err(ExpressionError { message, column: None });
        }
        Ok(Expression { text: text.into(), names: names.into(), compiled: Arc::new(compiled) })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The parameters it names, sorted.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether it is true where parameters have these values; `None` where one that it names has none.
    ///
    /// # Errors
    /// When it has no value there, such as `1 % 0`, or one that is neither true nor false.
    pub fn holds(&self, value: impl Fn(&str) -> Option<Value>) -> Result<Option<bool>, ExpressionError> {
        let named = |name: &String| Some((name.clone(), converted(&value(name)?)));
        let Some(values) = self.names.iter().map(named).collect::<Option<BTreeMap<_, _>>>() else {
            return Ok(None);
        };
        let found = self
            .compiled
            .eval(values)
            .map_err(|error| ExpressionError::new(&self.text, "has no value everywhere", &error))?;
        match bool::try_from(found.clone()) {
            Ok(holds) => Ok(Some(holds)),
            Err(_) => Err(ExpressionError {
                message: format!("is {found}, but must be true or false"),
                column: None,
            }),
        }
    }
}

/// Our value as the language has it.
fn converted(value: &Value) -> minijinja::Value {
    match value {
        Value::Bool(b) => (*b).into(),
        Value::Int(i) => (*i).into(),
        Value::Float(x) => (*x).into(),
        Value::Text(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(converted).collect(),
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Expression) -> bool {
        self.text == other.text
    }
}

impl Eq for Expression {}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.text).finish()
    }
}

/// As it was written.
impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What is wrong with an expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", column.map_or(String::new(), |column| format!(" (at its character {column})")))]
pub struct ExpressionError {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// The character in it, from 1, where that is known.
    pub column: Option<usize>,
}

impl ExpressionError {
    fn new(text: &str, what: &str, error: &minijinja::Error) -> ExpressionError {
        let start = error.range().map(|range| range.start);
        let before = start.and_then(|start| text.get(..start));
        let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
        ExpressionError {
            message: format!("{what}: {detail}"),
            column: before.map(|before| before.chars().count() + 1),
        }
    }

    /// What would be right, for the line below the message.
    pub fn hint(&self) -> &'static str {
        "such as \"optimizer == 'heavy_ball' and depth * width <= 1024\"; texts stand in single quotes"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str) -> Result<Option<bool>, ExpressionError> {
        Expression::new(text)?.holds(|name| {
            Some(match name {
                "depth" => Value::Int(3),
                "l2" => Value::Float(0.5),
                "optimizer" => Value::Text("adam".into()),
                "hidden" => Value::List(vec![Value::Int(64), Value::Int(32)]),
                "shuffle" => Value::Bool(true),
                _ => return None,
            })
        })
    }

    #[test]
    fn the_language() {
        let truths = [
            "depth * 2 + 1 == 7",
            "depth // 2 == 1 and depth / 2 == 1.5 and depth % 2 == 1 and 2 ** depth == 8",
            "l2 <= 0.5 or depth == 4",
            "optimizer == 'adam' and optimizer in ['adam', 'nadam'] and optimizer not in ['sgd']",
            "hidden[0] == 64 and hidden|length == 2 and hidden|sum <= 96 and hidden|max == 64",
            "shuffle",
            "not shuffle or (l2 if depth == 3 else 0) > 0.4",
            "depth == 3.0",
        ];
        for text in truths {
            assert_eq!(holds(text), Ok(Some(true)), "{text}");
            assert_eq!(holds(&format!("not ({text})")), Ok(Some(false)), "{text}");
        }
        assert_eq!(holds("momentum > 0.5 or depth == 3"), Ok(None), "momentum has no value");
    }

    #[test]
    fn errors_point_into_the_expression() {
        let message = |text: &str| holds(text).expect_err(text).to_string();
        insta::assert_snapshot!(
            ["depth = 3", "depth ==", "1 <= 2", "depth|upper == 'A'", "depth + 1", "depth % 0 == 1", "optimizer * l2 > 1"]
                .map(message)
                .join("\n"),
            @r#"
            cannot be understood: unexpected input after expression (at its character 7)
            cannot be understood: unexpected end of input, expected expression (at its character 7)
            names no parameter, so it is the same everywhere
            has no value everywhere: filter upper is unknown (at its character 7)
            is 4, but must be true or false
            has no value everywhere: unable to calculate 3 % 0 (at its character 1)
            has no value everywhere: strings can only be multiplied with integers (at its character 1)
            "#
        );
    }
}
