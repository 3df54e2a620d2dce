//! Matrix products for the layers of a network, on plain slices, compiled for the vector unit at hand.
//!
//! ```text
//! C = A·B        m × n from m × k and k × n, each of A and B as it lies in memory or transposed
//! ```
//!
//! Every entry is one chain of fused multiply-adds over k in order, so its bits do not depend on the width of the vector
//! unit, nor on where in the matrix it stands. (Where there is no fused multiply-add, each is a product and a sum.)
//!
//! There is no unsafe code: vectors are slices of arrays, and the bounds are checked once a tile.
//!
//! ```
//! use mlpsweep_kernels::{Matrix, Packing, product};
//!
//! let (x, w) = ([1.0_f32, 2.0, 3.0, 4.0, 5.0, 6.0], [1.0, 0.0, -1.0, 2.0, 1.0, 0.0]);
//! let mut z = [0.0; 4];
//! let mut packing = Packing::default();
//! product(Matrix::new(&x, 2, 3), Matrix::new(&w, 2, 3).transposed(), &mut z, &mut packing); // X Wᵀ
//! assert_eq!(z, [-2.0, 4.0, -2.0, 13.0]);
//! ```

mod buffer;
mod element;
mod pack;
mod product;
mod tile;
mod transpose;

pub use buffer::{Buffer, OUT_OF_MEMORY, buffer, zeros};
pub use element::Element;
pub use pack::Packing;
pub use product::{Matrix, product, product_then};
