//! Numbers in memory, from the start of a line of the cache on.

use aligned_vec::{AVec, ConstAlign};

/// A line of the cache, in bytes: what is loaded from two of them takes twice as long, and a register of AVX-512 is one line.
const LINE: usize = 64;

/// A vector that begins with a line of the cache, so that registers full of it never lie in two.
pub type Buffer<T> = AVec<T, ConstAlign<LINE>>;

/// A buffer of `n` zeros.
///
/// ```
/// let buffer = mlpsweep_kernels::zeros::<f32>(100);
/// assert_eq!(buffer.as_ptr().align_offset(64), 0);
/// assert_eq!(&buffer[..], [0.0; 100]);
/// ```
pub fn zeros<T: Copy + Default>(n: usize) -> Buffer<T> {
    aligned_vec::avec![[LINE]| T::default(); n]
}

/// A buffer of these numbers.
pub fn buffer<T: Copy>(values: &[T]) -> Buffer<T> {
    Buffer::from_slice(LINE, values)
}
