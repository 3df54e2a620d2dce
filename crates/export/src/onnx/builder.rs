//! A graph put together operation by operation.

use super::proto::{
    Attribute, DOUBLE, Dimension, FLOAT, Graph, INT64, Node, Shape, Tensor, TensorType, Type, ValueInfo,
};

/// The domain of the operators for classical machine learning.
pub(super) const ML: &str = "ai.onnx.ml";

/// A tensor of the graph, by its name.
pub(super) type Name = String;

#[derive(Default)]
pub(super) struct Builder {
    graph: Graph,
    n_named: usize,
}

impl Builder {
    fn fresh(&mut self, what: &str) -> Name {
        self.n_named += 1;
        format!("{what}_{}", self.n_named)
    }

    /// An operation with one result.
    pub(super) fn op(&mut self, op: &str, inputs: &[&str], attributes: Vec<Attribute>) -> Name {
        self.named_op("", op, inputs, attributes, None)
    }

    /// The same, of a domain, and with a name for the result.
    pub(super) fn named_op(
        &mut self,
        domain: &str,
        op: &str,
        inputs: &[&str],
        attributes: Vec<Attribute>,
        result: Option<&str>,
    ) -> Name {
        let fresh = self.fresh(op);
        let output = result.map_or(fresh.clone(), str::to_owned);
        self.graph.node.push(Node {
            input: inputs.iter().map(|&input| input.to_owned()).collect(),
            output: vec![output.clone()],
            name: fresh,
            op_type: op.to_owned(),
            attribute: attributes,
            domain: domain.to_owned(),
        });
        output
    }

    pub(super) fn cast(&mut self, input: &str, to: i32) -> Name {
        self.op("Cast", &[input], vec![int("to", to.into())])
    }

    fn constant(&mut self, dims: Vec<i64>, data_type: i32, raw_data: Vec<u8>) -> Name {
        let name = self.fresh("constant");
        self.graph.initializer.push(Tensor { dims, data_type, name: name.clone(), raw_data });
        name
    }

    /// A row of numbers in double precision, [1, n].
    pub(super) fn doubles(&mut self, numbers: &[f64]) -> Name {
        let bytes = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.constant(vec![1, numbers.len() as i64], DOUBLE, bytes)
    }

    /// A tensor of numbers in single precision.
    pub(super) fn floats(&mut self, dims: &[usize], numbers: impl Iterator<Item = f64>) -> Name {
        let bytes = numbers.flat_map(|number| (number as f32).to_le_bytes()).collect();
        self.constant(dims.iter().map(|&n| n as i64).collect(), FLOAT, bytes)
    }

    /// Numbers in double precision that are looked up by position, [n].
    pub(super) fn vector(&mut self, numbers: &[f64]) -> Name {
        let bytes = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.constant(vec![numbers.len() as i64], DOUBLE, bytes)
    }

    /// Positions and axes, [n].
    pub(super) fn positions(&mut self, numbers: &[i64]) -> Name {
        let bytes = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.constant(vec![numbers.len() as i64], INT64, bytes)
    }

    pub(super) fn input(&mut self, name: &str, elem_type: i32, n_columns: usize) {
        self.graph.input.push(value(name, elem_type, Some(n_columns)));
    }

    pub(super) fn output(&mut self, name: &str, elem_type: i32, n_columns: Option<usize>) {
        self.graph.output.push(value(name, elem_type, n_columns));
    }

    pub(super) fn finish(mut self, name: &str) -> Graph {
        name.clone_into(&mut self.graph.name);
        self.graph
    }
}

/// Rows without a number, and columns where there are.
fn value(name: &str, elem_type: i32, n_columns: Option<usize>) -> ValueInfo {
    let rows = Dimension { dim_value: None, dim_param: Some("rows".into()) };
    let columns = n_columns.map(|n| Dimension { dim_value: Some(n as i64), dim_param: None });
    let shape = Shape { dim: [Some(rows), columns].into_iter().flatten().collect() };
    let kind = Type { tensor_type: Some(TensorType { elem_type, shape: Some(shape) }) };
    ValueInfo { name: name.to_owned(), kind: Some(kind) }
}

pub(super) fn int(name: &str, i: i64) -> Attribute {
    Attribute { name: name.into(), i: Some(i), kind: 2, ..Attribute::default() }
}

pub(super) fn float(name: &str, f: f32) -> Attribute {
    Attribute { name: name.into(), f: Some(f), kind: 1, ..Attribute::default() }
}

pub(super) fn floats(name: &str, floats: Vec<f32>) -> Attribute {
    Attribute { name: name.into(), floats, kind: 6, ..Attribute::default() }
}

pub(super) fn ints(name: &str, ints: Vec<i64>) -> Attribute {
    Attribute { name: name.into(), ints, kind: 7, ..Attribute::default() }
}

pub(super) fn strings(name: &str, texts: impl IntoIterator<Item = String>) -> Attribute {
    let strings = texts.into_iter().map(String::into_bytes).collect();
    Attribute { name: name.into(), strings, kind: 8, ..Attribute::default() }
}
