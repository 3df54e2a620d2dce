//! Where each layer's weights and biases lie in the one flat parameter vector.
//!
//! ```text
//! θ = [ W_1 (n_1 × n_0, row after row) | b_1 (n_1) | W_2 | b_2 | … | W_L | b_L ]
//! ```
//!
//! A row of `W_l` holds the weights *into* one unit: [out, in], as PyTorch stores them. Gradients and optimizer states
//! are vectors of the same layout.

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
}
