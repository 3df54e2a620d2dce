//! Numbers in memory, from the start of a line of the cache on.

use aligned_vec::{AVec, ConstAlign};

/// A line of the cache, in bytes: what is loaded from two of them takes twice as long, and a register of AVX-512 is one line.
const LINE: usize = 64;

/// A vector that begins with a line of the cache, so that registers full of it never lie in two.
pub type Buffer<T> = AVec<T, ConstAlign<LINE>>;

/// How the message of a panic begins where memory is refused. The rest of a program would end with such an allocation;
/// what trains, whose buffers are by far the largest, can be given up alone.
pub const OUT_OF_MEMORY: &str = "out of memory";

/// A buffer of `n` zeros.
///
/// ```
/// let buffer = mlpsweep_kernels::zeros::<f32>(100);
/// assert_eq!(buffer.as_ptr().align_offset(64), 0);
/// assert_eq!(&buffer[..], [0.0; 100]);
/// ```
///
/// # Panics
/// [`OUT_OF_MEMORY`], where there is no such memory.
pub fn zeros<T: Copy + Default>(n: usize) -> Buffer<T> {
    let mut buffer = room(n);
    buffer.resize(n, T::default());
    buffer
}

/// A buffer of these numbers.
///
/// # Panics
/// [`OUT_OF_MEMORY`], where there is no such memory.
pub fn buffer<T: Copy>(values: &[T]) -> Buffer<T> {
    let mut buffer = room(values.len());
    buffer.extend_from_slice(values);
    buffer
}

fn room<T>(n: usize) -> Buffer<T> {
    let mut room = Buffer::new(LINE);
    if room.try_reserve_exact(n).is_err() {
        let megabytes = n as f64 * size_of::<T>() as f64 / 1e6;
        panic!("{OUT_OF_MEMORY}: {megabytes:.1} MB could not be had");
    }
    room
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "out of memory: 4611686018427.4 MB could not be had")]
    fn more_than_any_machine_has() {
        let _ = zeros::<f32>(usize::MAX / 16);
    }
}
