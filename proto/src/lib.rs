//! The `attune.v1` API: messages, clients and servers generated from the .proto files beside this
//! crate, and the set of descriptors they were generated from.
//!
//! Nothing in here knows the domain; the server converts, and everything else speaks these types.

pub mod json;
mod redacted;

/// Version 1 of the API.
#[expect(
    missing_docs,
    clippy::large_enum_variant,
    clippy::allow_attributes_without_reason,
    unused_qualifications,
    reason = "generated; the .proto files are the documentation"
)]
pub mod v1 {
    tonic::include_proto!("attune.v1");
}

/// The descriptors of [`v1`] and of everything it imports, as an encoded
/// `google.protobuf.FileDescriptorSet`: for reflection and for JSON.
pub const FILE_DESCRIPTOR_SET: &[u8] =
    include_bytes!(concat!(env!("OUT_DIR"), "/attune_descriptor.bin"));
