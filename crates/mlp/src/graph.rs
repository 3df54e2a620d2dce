//! A computational graph of scalars, differentiated in reverse: the chain rule and nothing else.
//!
//! ```text
//! each node   v = f(u_1, u_2),  with its local slopes ∂v/∂u_i
//! backward    ū_i += v̄ · ∂v/∂u_i,   from the last node to the first, v̄ of the result being 1
//! ```
//!
//! It shares no line with the matrix code, so it can judge it. It is slow, and meant for tests and for reading. The example
//! one can redo by hand is f(x, y, z) = (x + y)·z at (−2, 5, −4):
//!
//! ```
//! use mlpsweep_mlp::graph::Graph;
//!
//! let graph = Graph::new();
//! let (x, y, z) = (graph.variable(-2.0), graph.variable(5.0), graph.variable(-4.0));
//! let f = (x + y) * z;
//! assert_eq!(f.value(), -12.0);
//! let slopes = f.gradient();
//! assert_eq!([slopes.by(x), slopes.by(y), slopes.by(z)], [-4.0, -4.0, 3.0]);
//! ```

use std::cell::RefCell;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// The nodes, in the order they were computed.
#[derive(Debug, Default)]
pub struct Graph {
    nodes: RefCell<Vec<Node>>,
}

/// How a value depends on up to two earlier ones: (position, ∂v/∂u) of each; a missing one has slope 0.
type Node = [(usize, f64); 2];

/// A scalar in a graph.
#[derive(Clone, Copy, Debug)]
pub struct Scalar<'g> {
    graph: &'g Graph,
    position: usize,
    value: f64,
}

/// The derivatives of one scalar by all before it.
#[derive(Clone, Debug)]
pub struct Slopes(Vec<f64>);

impl Graph {
    /// An empty graph.
    pub fn new() -> Graph {
        Graph::default()
    }

    /// A scalar that depends on nothing: a variable, or a constant.
    pub fn variable(&self, value: f64) -> Scalar<'_> {
        self.push(value, [(0, 0.0); 2])
    }

    fn push(&self, value: f64, node: Node) -> Scalar<'_> {
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(node);
        Scalar { graph: self, position: nodes.len() - 1, value }
    }
}

impl<'g> Scalar<'g> {
    /// Its value.
    pub fn value(self) -> f64 {
        self.value
    }

    /// f(u), with `value` f(u) and `slope` f'(u): a function the graph does not know by itself.
    #[must_use]
    pub fn function(self, value: f64, slope: f64) -> Scalar<'g> {
        self.graph.push(value, [(self.position, slope), (0, 0.0)])
    }

    /// e^u
    #[must_use]
    pub fn exp(self) -> Scalar<'g> {
        let value = self.value.exp();
        self.function(value, value)
    }

    /// ln u
    #[must_use]
    pub fn ln(self) -> Scalar<'g> {
        self.function(self.value.ln(), 1.0 / self.value)
    }

    /// The derivatives of this scalar by every scalar before it.
    pub fn gradient(self) -> Slopes {
        let nodes = self.graph.nodes.borrow();
        let mut slopes = vec![0.0; nodes.len()];
        slopes[self.position] = 1.0;
        for position in (0..=self.position).rev() {
            for (operand, slope) in nodes[position] {
                slopes[operand] += slopes[position] * slope;
            }
        }
        Slopes(slopes)
    }

    fn with(self, other: Scalar<'g>, value: f64, slopes: [f64; 2]) -> Scalar<'g> {
        self.graph.push(value, [(self.position, slopes[0]), (other.position, slopes[1])])
    }
}

impl Slopes {
    /// The derivative by `scalar`.
    pub fn by(&self, scalar: Scalar<'_>) -> f64 {
        self.0[scalar.position]
    }
}

impl<'g> Add for Scalar<'g> {
    type Output = Scalar<'g>;

    fn add(self, other: Scalar<'g>) -> Scalar<'g> {
        self.with(other, self.value + other.value, [1.0, 1.0])
    }
}

impl<'g> Sub for Scalar<'g> {
    type Output = Scalar<'g>;

    fn sub(self, other: Scalar<'g>) -> Scalar<'g> {
        self.with(other, self.value - other.value, [1.0, -1.0])
    }
}

impl<'g> Mul for Scalar<'g> {
    type Output = Scalar<'g>;

    fn mul(self, other: Scalar<'g>) -> Scalar<'g> {
        self.with(other, self.value * other.value, [other.value, self.value])
    }
}

impl<'g> Div for Scalar<'g> {
    type Output = Scalar<'g>;

    fn div(self, other: Scalar<'g>) -> Scalar<'g> {
        let value = self.value / other.value;
        self.with(other, value, [1.0 / other.value, -value / other.value])
    }
}

impl<'g> Neg for Scalar<'g> {
    type Output = Scalar<'g>;

    fn neg(self) -> Scalar<'g> {
        self.function(-self.value, -1.0)
    }
}
