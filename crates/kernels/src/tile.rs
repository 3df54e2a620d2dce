//! One tile of a product: up to MR rows by NR registers of C, held in registers while k runs.
//!
//! ```text
//! C[i][j] = C₀[i][j] + Σ_p A[i][p] B[p][j]        i < MR, j < NR registers, p in order
//! ```
//!
//! Each step of p broadcasts MR entries of A and multiplies them with NR registers of B. 6 × 2 registers of C use the 16 of
//! AVX2 and NEON's 32 halfway, 12 × 2 the 32 of AVX-512: enough that no multiply-add waits for the one before it.

use crate::Element;
use pulp::Simd;

/// Registers of a row of a tile, but where so many would hold nothing.
pub(crate) const WIDE: usize = 2;

/// A as it lies in memory, row by row: each row of the tile is a slice.
#[derive(Clone, Copy)]
pub(crate) struct RowByRow<'a, T> {
    /// From the tile's first entry on.
    pub(crate) values: &'a [T],
    /// From one row to the next.
    pub(crate) stride: usize,
}

/// Aᵀ as it lies in memory: each step of p finds the entries of the tile side by side.
#[derive(Clone, Copy)]
pub(crate) struct SideBySide<'a, T> {
    /// From the tile's first entry on.
    pub(crate) values: &'a [T],
    /// From one step to the next.
    pub(crate) stride: usize,
}

/// Where the registers of B that a tile wants lie, step after step.
pub(crate) trait Panel<S: Simd, T: Element, const NR: usize>: Copy {
    /// Steps of p.
    fn n_steps(self) -> usize;
    /// The registers of step p.
    fn step(self, simd: S, p: usize) -> [T::Vector<S>; NR];
}

/// Packed: side by side.
impl<S: Simd, T: Element, const NR: usize> Panel<S, T, NR> for &[[T::Vector<S>; NR]] {
    #[inline(always)]
    fn n_steps(self) -> usize {
        self.len()
    }

    #[inline(always)]
    fn step(self, _simd: S, p: usize) -> [T::Vector<S>; NR] {
        self[p]
    }
}

/// As B lies in memory: what is read once need not be packed.
#[derive(Clone, Copy)]
pub(crate) struct InPlace<'a, T> {
    /// From the panel's first entry on, whole rows of B but for the last.
    pub(crate) values: &'a [T],
    /// From one step to the next.
    pub(crate) stride: usize,
    /// Of the panel.
    pub(crate) n_columns: usize,
    /// Steps of p.
    pub(crate) n_steps: usize,
}

impl<S: Simd, T: Element, const NR: usize> Panel<S, T, NR> for InPlace<'_, T> {
    #[inline(always)]
    fn n_steps(self) -> usize {
        self.n_steps
    }

    #[inline(always)]
    fn step(self, simd: S, p: usize) -> [T::Vector<S>; NR] {
        load::<S, T, NR>(simd, &self.values[p * self.stride..][..self.n_columns])
    }
}

/// Where the entries of A that a tile wants lie.
pub(crate) trait Rows<T: Element>: Copy {
    /// `sums` and the tile's sum over the panel's steps of p.
    fn add_to<S: Simd, const MR: usize, const NR: usize>(
        self,
        simd: S,
        panel: impl Panel<S, T, NR>,
        sums: [[T::Vector<S>; NR]; MR],
    ) -> [[T::Vector<S>; NR]; MR];
}

impl<T: Element> Rows<T> for RowByRow<'_, T> {
    #[expect(clippy::needless_range_loop, reason = "an iterator over the sums puts them into memory")]
    #[inline(always)]
    fn add_to<S: Simd, const MR: usize, const NR: usize>(
        self,
        simd: S,
        panel: impl Panel<S, T, NR>,
        mut sums: [[T::Vector<S>; NR]; MR],
    ) -> [[T::Vector<S>; NR]; MR] {
        let mut rows: [&[T]; MR] = [&[]; MR];
        let mut rest = self.values;
        for row in &mut rows {
            *row = &rest[..panel.n_steps()];
            rest = &rest[self.stride.min(rest.len())..];
        }
        for p in 0..panel.n_steps() {
            let b = panel.step(simd, p);
            for i in 0..MR {
                add_row(simd, rows[i][p], &b, &mut sums[i]);
            }
        }
        sums
    }
}

impl<T: Element> Rows<T> for SideBySide<'_, T> {
    #[inline(always)]
    fn add_to<S: Simd, const MR: usize, const NR: usize>(
        self,
        simd: S,
        panel: impl Panel<S, T, NR>,
        mut sums: [[T::Vector<S>; NR]; MR],
    ) -> [[T::Vector<S>; NR]; MR] {
        for p in 0..panel.n_steps() {
            let b = panel.step(simd, p);
            let entries = &self.values[p * self.stride..][..MR];
            for i in 0..MR {
                add_row(simd, entries[i], &b, &mut sums[i]);
            }
        }
        sums
    }
}

#[inline(always)]
fn add_row<S: Simd, T: Element, const NR: usize>(
    simd: S,
    a: T,
    b: &[T::Vector<S>; NR],
    sums: &mut [T::Vector<S>; NR],
) {
    let a = T::splat(simd, a);
    for j in 0..NR {
        sums[j] = T::mul_add(simd, a, b[j], sums[j]);
    }
}

/// A row of a tile from as many numbers as it has columns; 0 beyond.
#[inline(always)]
pub(crate) fn load<S: Simd, T: Element, const NR: usize>(simd: S, row: &[T]) -> [T::Vector<S>; NR] {
    let lanes = T::lanes::<S>();
    if row.len() == NR * lanes {
        return *T::vectors::<S>(row).0.first_chunk().expect("a row of the tile");
    }
    std::array::from_fn(|j| {
        let from = (j * lanes).min(row.len());
        T::load_part(simd, &row[from..row.len().min(from + lanes)])
    })
}

/// As many numbers as a row of a tile has columns.
#[inline(always)]
pub(crate) fn store<S: Simd, T: Element, const NR: usize>(
    simd: S,
    row: &mut [T],
    vectors: &[T::Vector<S>; NR],
) {
    let lanes = T::lanes::<S>();
    if row.len() == NR * lanes {
        *T::vectors_mut::<S>(row).0.first_chunk_mut().expect("a row of the tile") = *vectors;
        return;
    }
    for (part, vector) in row.chunks_mut(lanes).zip(vectors) {
        T::store_part(simd, part, *vector);
    }
}
