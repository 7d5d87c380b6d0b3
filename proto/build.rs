//! Compiles the .proto files without protoc and writes the descriptor set beside the code.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use prost::Message;

const FILES: [&str; 16] = [
    "attune/v1/access.proto",
    "attune/v1/agents.proto",
    "attune/v1/call.proto",
    "attune/v1/calls.proto",
    "attune/v1/coaching.proto",
    "attune/v1/editor.proto",
    "attune/v1/figures.proto",
    "attune/v1/guidance.proto",
    "attune/v1/ingestion.proto",
    "attune/v1/outcomes.proto",
    "attune/v1/playbooks.proto",
    "attune/v1/profiles.proto",
    "attune/v1/replay.proto",
    "attune/v1/review.proto",
    "attune/v1/summary.proto",
    "attune/v1/watch.proto",
];

/// Messages with what people said or who they are: `src/redacted.rs` prints them.
const PRIVATE: [&str; 23] = [
    ".attune.v1.LendTokenResponse",
    ".attune.v1.StreamConfig",
    ".attune.v1.AudioChunk",
    ".attune.v1.DtmfKey",
    ".attune.v1.Transcript",
    ".attune.v1.PartialTranscript",
    ".attune.v1.Cue",
    ".attune.v1.Suggestion",
    ".attune.v1.SuggestionFeedback",
    ".attune.v1.Revenue",
    ".attune.v1.SummarySentence",
    ".attune.v1.SummarySource",
    ".attune.v1.IssueRaised",
    ".attune.v1.ChecklistStep",
    ".attune.v1.GetProfileRequest",
    ".attune.v1.CorrectProfileRequest",
    ".attune.v1.ExportCallerRequest",
    ".attune.v1.EraseCallerRequest",
    ".attune.v1.RecommendAgentsRequest",
    ".attune.v1.SendNoteRequest",
    ".attune.v1.ReviewRecordingRequest",
    ".attune.v1.DialogueTurn",
    ".attune.v1.TriedNote",
];

fn main() -> Result<(), Box<dyn Error>> {
    for file in FILES {
        println!("cargo::rerun-if-changed={file}");
    }
    let descriptors = protox::compile(FILES, ["."])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("attune_descriptor.bin"), descriptors.encode_to_vec())?;

    let mut config = tonic_prost_build::Config::new();
    config.enable_type_names();
    tonic_prost_build::configure()
        .skip_debug(PRIVATE)
        .compile_fds_with_config(descriptors, config)?;
    Ok(())
}
