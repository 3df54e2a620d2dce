//! Learning curves as an event file of TensorBoard.
//!
//! ```text
//! record   u64 length · masked CRC-32C of it · the event, protobuf · masked CRC-32C of that       (TFRecord)
//! event    wall time, step (the epoch), a tag and a number: <trial>/fold<split>/train_loss …
//! ```
//!
//! One file holds one run, so the trial and the fold stand in the tag. Put it into a folder of its own and point
//! `tensorboard --logdir` at that.

use mlpsweep_report::{Ranking, Study, TrialState};
use prost::Message;

/// Trials whose curves are written: plots of more cannot be read.
const MOST_TRIALS: usize = 20;

#[derive(Clone, PartialEq, Message)]
struct Event {
    #[prost(double, tag = "1")]
    wall_time: f64,
    #[prost(int64, tag = "2")]
    step: i64,
    #[prost(string, optional, tag = "3")]
    file_version: Option<String>,
    #[prost(message, optional, tag = "5")]
    summary: Option<Summary>,
}

#[derive(Clone, PartialEq, Message)]
struct Summary {
    #[prost(message, repeated, tag = "1")]
    value: Vec<SummaryValue>,
}

#[derive(Clone, PartialEq, Message)]
struct SummaryValue {
    #[prost(string, tag = "1")]
    tag: String,
    #[prost(float, tag = "2")]
    simple_value: f32,
}

/// The event file of the curves of the first 20 complete trials, of a study that was read with them.
pub fn tensorboard(study: &Study, ranking: &Ranking<'_>) -> Vec<u8> {
    let start = study.timings.iter().map(|timing| timing.started_unix_ms).min().unwrap_or(0) as f64 / 1e3;
    let mut bytes = Vec::new();
    let version = Event { wall_time: start, file_version: Some("brain.Event:2".into()), ..Event::default() };
    write(&mut bytes, &version);
    let complete = ranking.rows.iter().filter(|row| row.state == TrialState::Complete).take(MOST_TRIALS);
    for row in complete {
        let number = row.trial.number;
        for fold in study.folds.iter().filter(|fold| fold.unit.trial == number) {
            for (epoch_idx, point) in fold.curve.iter().enumerate() {
                let scalar = |name: &str, number: f64| SummaryValue {
                    tag: format!("trial{}/fold{}/{name}", fold.unit.trial, fold.unit.split),
                    simple_value: number as f32,
                };
                let mut value = vec![scalar("train_loss", point.train_loss)];
                value.extend(point.validation_loss.map(|loss| scalar("validation_loss", loss)));
                value.extend(point.learning_rate.map(|rate| scalar("learning_rate", rate)));
                let step = epoch_idx as i64 + 1;
                let event =
                    Event { wall_time: start, step, summary: Some(Summary { value }), ..Event::default() };
                write(&mut bytes, &event);
            }
        }
    }
    bytes
}

fn write(bytes: &mut Vec<u8>, event: &Event) {
    let content = event.encode_to_vec();
    let length = (content.len() as u64).to_le_bytes();
    bytes.extend(length);
    bytes.extend(masked(&length));
    bytes.extend(&content);
    bytes.extend(masked(&content));
}

/// The checksum as TFRecord masks it, so that a record may hold checksums.
fn masked(content: &[u8]) -> [u8; 4] {
    const DELTA: u32 = 0xa282_ead8;
    crc32c::crc32c(content).rotate_right(15).wrapping_add(DELTA).to_le_bytes()
}
