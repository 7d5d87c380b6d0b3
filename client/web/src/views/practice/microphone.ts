// The trainee's own voice: recorded here, written down by the server as a call's would be, and kept nowhere.
import { create } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { transport } from '../../api/clients';
import { Side } from '../../gen/attune/v1/call_pb';
import { Review, ReviewRecordingRequestSchema } from '../../gen/attune/v1/review_pb';

const review = createClient(Review, transport);

const RATE = 16_000;

/** Whether this browser lets a page have a microphone: not on plain HTTP from another machine. */
export const hasMicrophone = navigator.mediaDevices?.getUserMedia !== undefined && 'MediaRecorder' in window;

export interface Recording {
  /** Ends it, and gives what was said in words. */
  stop(language: string): Promise<string>;
  /** Ends it and forgets it. */
  cancel(): void;
}

/** Starts to listen; asks the person the first time. */
export async function record(): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
  const recorder = new MediaRecorder(stream);
  const parts: Blob[] = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const stopped = new Promise<void>((done) => (recorder.onstop = () => done()));
  const end = () => {
    if (recorder.state !== 'inactive') recorder.stop();
    for (const track of stream.getTracks()) track.stop();
  };
  recorder.start();
  return {
    stop: async (language) => {
      end();
      await stopped;
      return written(await new Blob(parts, { type: recorder.mimeType }).arrayBuffer(), language);
    },
    cancel: end,
  };
}

async function written(encoded: ArrayBuffer, language: string): Promise<string> {
  const sound = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(encoded);
  const request = create(ReviewRecordingRequestSchema, { recording: wav(sound.getChannelData(0)), agentFirst: true, languageCode: language });
  const said: string[] = [];
  for await (const { payload } of review.reviewRecording(request)) {
    if (payload.case !== 'event' || payload.value.body.case !== 'transcript') continue;
    const { side, text } = payload.value.body.value;
    if (side === Side.AGENT && text) said.push(text);
  }
  return said.join(' ');
}

/** A call in which the agent speaks and the caller is silent: what a side says is only written down where there are two. */
export function wav(samples: Float32Array): Uint8Array<ArrayBuffer> {
  const size = samples.length * 4;
  const bytes = new DataView(new ArrayBuffer(44 + size));
  const name = (at: number, text: string) => [...text].forEach((letter, i) => bytes.setUint8(at + i, letter.charCodeAt(0)));
  name(0, 'RIFF');
  bytes.setUint32(4, 36 + size, true);
  name(8, 'WAVEfmt ');
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 2, true);
  bytes.setUint32(24, RATE, true);
  bytes.setUint32(28, RATE * 4, true);
  bytes.setUint16(32, 4, true);
  bytes.setUint16(34, 16, true);
  name(36, 'data');
  bytes.setUint32(40, size, true);
  samples.forEach((sample, i) => bytes.setInt16(44 + i * 4, Math.max(-1, Math.min(1, sample)) * 0x7fff, true));
  return new Uint8Array(bytes.buffer);
}
