// Recordings that were dropped, read by the server one after the other.
import { create } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { signal } from '@preact/signals';
import { said, transport } from '../../api/clients';
import { Review, ReviewRecordingRequestSchema } from '../../gen/attune/v1/review_pb';
import type { CallEvent } from '../../gen/attune/v1/call_pb';
import { fill, words } from '../../i18n';
import { seconds } from '../../state/time';
import { History } from './history';
import { listen, type Sound } from './sound';

const review = createClient(Review, transport);

/** What the server takes, with room for the message around it. */
const LARGEST_MB = 95;

export interface Wishes {
  readonly agentFirst: boolean;
  readonly language: string;
}

export type Stage = { kind: 'waiting' } | { kind: 'reading'; done: number } | { kind: 'read'; history: History } | { kind: 'failed'; why: string };

export interface Dropped {
  readonly id: string;
  readonly name: string;
  readonly wishes: Wishes;
  readonly stage: Stage;
  readonly sound?: Sound;
}

/** Kept while the page is open, whatever view it shows. */
export const dropped = signal<readonly Dropped[]>([]);

const waiting: { id: string; file: File }[] = [];
const aborts = new Map<string, AbortController>();
let number = 0;
let running = false;

export function drop(files: Iterable<File>, wishes: Wishes): void {
  for (const file of files) {
    const id = `f${++number}`;
    const fits = file.size <= LARGEST_MB * 2 ** 20;
    const stage: Stage = fits ? { kind: 'waiting' } : { kind: 'failed', why: fill(words.value.tooLarge, LARGEST_MB) };
    dropped.value = [...dropped.value, { id, name: file.name, wishes, stage }];
    if (fits) waiting.push({ id, file });
  }
  void run();
}

/** What was dropped, folders with all that is in them; only what is called a WAV file. */
export async function recordings(dropped: DataTransfer): Promise<File[]> {
  // The list is empty as soon as this event is over, so its entries are taken at once.
  const entries = [...dropped.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (!entries.some(({ isDirectory }) => isDirectory)) return [...dropped.files];
  const found = await Promise.all(entries.map(filesOf));
  return found.flat().filter(isRecording);
}

export function isRecording({ name }: File): boolean {
  return /\.wav$/i.test(name);
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) return [await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed))];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[][] = [];
  // It gives a hundred at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (some.length === 0) return found.flat();
    found.push(...(await Promise.all(some.map(filesOf))));
  }
}

export function remove(id: string): void {
  aborts.get(id)?.abort();
  const gone = dropped.value.find((other) => other.id === id);
  if (gone?.sound) URL.revokeObjectURL(gone.sound.url);
  dropped.value = dropped.value.filter((other) => other.id !== id);
}

function change(id: string, change: Partial<Dropped>): void {
  dropped.value = dropped.value.map((other) => (other.id === id ? { ...other, ...change } : other));
}

async function run(): Promise<void> {
  if (running) return;
  running = true;
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const { id, file } = next;
    const item = dropped.value.find((other) => other.id === id);
    if (item) await read(item, file);
  }
  running = false;
}

async function read({ id, wishes }: Dropped, file: File): Promise<void> {
  const abort = new AbortController();
  aborts.set(id, abort);
  change(id, { stage: { kind: 'reading', done: 0 } });
  // What this browser cannot decode the server may read all the same: then there is no sound.
  void listen(file).then(
    (sound) => change(id, { sound }),
    () => undefined,
  );
  try {
    const recording = new Uint8Array(await file.arrayBuffer());
    const request = create(ReviewRecordingRequestSchema, { recording, agentFirst: wishes.agentFirst, languageCode: wishes.language });
    const events: CallEvent[] = [];
    for await (const { payload } of review.reviewRecording(request, { signal: abort.signal })) {
      if (payload.case === 'event') events.push(payload.value);
      if (payload.case === 'progress') change(id, { stage: { kind: 'reading', done: seconds(payload.value.processed) } });
    }
    change(id, { stage: { kind: 'read', history: new History().add(events) } });
  } catch (error) {
    if (!abort.signal.aborted) change(id, { stage: { kind: 'failed', why: said(error) } });
  } finally {
    aborts.delete(id);
  }
}
