//! Tests of the elementary functions through their public face.

mod functions;
