// The sound of a recording, which never leaves this page but to be read by the server.

export interface Sound {
  /** For the player: an address that only this page can open. */
  readonly url: string;
  /** In seconds. */
  readonly duration: number;
  /** Loudest sample in each of equal stretches, from 0 to 1; one a channel. */
  readonly peaks: readonly (readonly number[])[];
}

/** As many as there are points across a wide screen. */
const POINTS = 900;

export async function listen(file: File): Promise<Sound> {
  // Nothing is played through it: it decodes.
  const decoder = new OfflineAudioContext(1, 1, 16_000);
  const sound = await decoder.decodeAudioData(await file.arrayBuffer());
  const channels = Array.from({ length: sound.numberOfChannels }, (_, i) => sound.getChannelData(i));
  return { url: URL.createObjectURL(file), duration: sound.duration, peaks: channels.map((channel) => peaksOf(channel, POINTS)) };
}

export function peaksOf(samples: Float32Array, points: number): number[] {
  const length = Math.max(1, Math.ceil(samples.length / points));
  const peaks: number[] = [];
  for (let from = 0; from < samples.length; from += length) {
    let most = 0;
    for (let i = from; i < Math.min(from + length, samples.length); i++) most = Math.max(most, Math.abs(samples[i] ?? 0));
    peaks.push(most);
  }
  return peaks;
}
