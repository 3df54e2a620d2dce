//! Where each layer's weights and biases lie in the one flat parameter vector.
//!
//! ```text
//! θ = [ W_1 (n_1 × n_0, row after row) | b_1 (n_1) | W_2 | b_2 | … | W_L | b_L ]
//! ```
//!
//! A row of `W_l` holds the weights *into* one unit: [out, in], as PyTorch stores them. Gradients and optimizer states
//! are vectors of the same layout.

use std::fmt;
use std::ops::Range;

/// One layer's place in the parameter vector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Units of the layer below, `n_{l−1}`.
    pub n_in: usize,
    /// Units of this layer, `n_l`.
    pub n_out: usize,
    /// `W_l`, `n_out` × `n_in`, row after row.
    pub weights: Range<usize>,
    /// `b_l`, `n_out`.
    pub biases: Range<usize>,
}

/// The blocks of all layers, first to last, without gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    blocks: Vec<Block>,
}

impl Layout {
    /// The layout for `sizes` = n_0, n_1 … n_L.
    pub fn new(sizes: &[usize]) -> Layout {
        let mut end = 0;
        let blocks = sizes.windows(2).map(|pair| {
            let (n_in, n_out) = (pair[0], pair[1]);
            let weights = end..end + n_in * n_out;
            let biases = weights.end..weights.end + n_out;
            end = biases.end;
            Block { n_in, n_out, weights, biases }
        });
        Layout { blocks: blocks.collect() }
    }

    /// The layers' blocks, first to last.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Length of the parameter vector: Σ_l `n_l` (`n_{l−1}` + 1).
    pub fn n_params(&self) -> usize {
        self.blocks.last().map_or(0, |block| block.biases.end)
    }
}

/// Which parameter stands at a position of the vector; units count from 0, as PyTorch's tensors do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// `W_l[output, input]`
    Weight {
        /// The unit it leads to.
        output: usize,
        /// The unit it comes from.
        input: usize,
    },
    /// `b_l[output]`
    Bias {
        /// The unit it belongs to.
        output: usize,
    },
}

impl Block {
    /// The parameter at `param_idx` of the vector; `None` where that is another layer's.
    pub fn parameter(&self, param_idx: usize) -> Option<Parameter> {
        if self.weights.contains(&param_idx) {
            let position = param_idx - self.weights.start;
            return Some(Parameter::Weight { output: position / self.n_in, input: position % self.n_in });
        }
        let output = self.biases.contains(&param_idx).then(|| param_idx - self.biases.start)?;
        Some(Parameter::Bias { output })
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Parameter::Weight { output, input } => write!(f, "weight [{output}, {input}]"),
            Parameter::Bias { output } => write!(f, "bias [{output}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_follow_each_other_without_gaps() {
        let layout = Layout::new(&[4, 3, 2]);
        assert_eq!(layout.blocks()[0], Block { n_in: 4, n_out: 3, weights: 0..12, biases: 12..15 });
        assert_eq!(layout.blocks()[1], Block { n_in: 3, n_out: 2, weights: 15..21, biases: 21..23 });
        assert_eq!(layout.n_params(), 23);
    }

    #[test]
    fn parameters_are_named_as_in_their_tensors() {
        let layout = Layout::new(&[4, 3, 2]);
        let name = |layer: usize, param_idx| {
            layout.blocks()[layer].parameter(param_idx).map(|parameter| parameter.to_string())
        };
        assert_eq!(name(0, 6).as_deref(), Some("weight [1, 2]"));
        assert_eq!(name(0, 14).as_deref(), Some("bias [2]"));
        assert_eq!(name(1, 15).as_deref(), Some("weight [0, 0]"));
        assert_eq!((name(0, 15), name(1, 14)), (None, None), "of another layer");
    }
}
