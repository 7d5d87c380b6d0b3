// The real programs as processes: a server on a port of its own with data of its own, and calls
// streamed to it.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createClient, type Client, type Transport } from '@connectrpc/connect';
import { createGrpcWebTransport } from '@connectrpc/connect-web';
import { Access, TokenScope } from '../../src/gen/attune/v1/access_pb';
import type { CallEvent } from '../../src/gen/attune/v1/call_pb';
import { Calls } from '../../src/gen/attune/v1/calls_pb';
import { Coaching } from '../../src/gen/attune/v1/coaching_pb';
import { Review } from '../../src/gen/attune/v1/review_pb';
import { Summaries } from '../../src/gen/attune/v1/summary_pb';

const ROOT = resolve(import.meta.dirname, '../../../..');
const BIN = join(process.env['CARGO_TARGET_DIR'] ?? join(ROOT, 'target'), process.env['ATTUNE_PROFILE'] ?? 'debug');

/** A folder with the playbooks of an industry, as a server takes them. */
export function industry(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'attune-playbooks-'));
  for (const language of ['en', 'de']) copyFileSync(join(ROOT, `playbooks/${name}.${language}.toml`), join(folder, `${language}.toml`));
  return folder;
}

/** A folder with so many calls of a year that ends today, made from a seed through the store's front
 *  door. */
export function madeYear(calls: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'attune-year-'));
  const made = spawnSync(join(BIN, 'year'), ['--calls', String(calls), '--data', folder], { encoding: 'utf8' });
  // It also times reports and judges them; here the calls are wanted.
  if (!made.stderr.includes('calls made')) throw new Error(`year ended with ${String(made.status)}:\n${made.stderr}`);
  return folder;
}

/** The bundled calls: a minute and a half each, English and German. */
export const DEMO_DE = join(ROOT, 'tests/data/demo/call-de.wav');
export const DEMO = join(ROOT, 'tests/data/demo/call.wav');

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

export class Server {
  readonly url: string;
  readonly calls: Client<typeof Calls>;
  readonly summaries: Client<typeof Summaries>;
  readonly review: Client<typeof Review>;
  readonly coaching: Client<typeof Coaching>;
  private process: ChildProcess | undefined;
  private readonly streams: ChildProcess[] = [];

  private constructor(
    private readonly port: number,
    private readonly folder: string,
    private readonly data: string,
    private readonly settings: readonly string[],
    token: string | undefined,
  ) {
    this.url = `http://127.0.0.1:${port}`;
    const transport = this.transport(token);
    this.calls = createClient(Calls, transport);
    this.summaries = createClient(Summaries, transport);
    this.review = createClient(Review, transport);
    this.coaching = createClient(Coaching, transport);
  }

  private transport(token?: string): Transport {
    return createGrpcWebTransport({
      baseUrl: this.url,
      interceptors: [
        (next) => (request) => {
          if (token) request.header.set('authorization', `Bearer ${token}`);
          return next(request);
        },
      ],
    });
  }

  /** As somebody with that token. */
  withToken(token: string): Client<typeof Calls> {
    return createClient(Calls, this.transport(token));
  }

  /** A token for an agent's desk, lent for so many seconds. */
  async lend(token: string, seconds: number): Promise<string> {
    const access = createClient(Access, this.transport(token));
    return (await access.lendToken({ scope: TokenScope.WATCH, lifetime: { seconds: BigInt(seconds) } })).token;
  }

  /** `tokens`: scopes by token. With any, a token of the test's own is added for `calls`. `data`: what
   *  there is before it starts; removed with the server. */
  static async start({ tokens, settings = [], data }: { tokens?: Record<string, string>; settings?: string[]; data?: string } = {}): Promise<Server> {
    const folder = data ?? mkdtempSync(join(tmpdir(), 'attune-e2e-'));
    const own = tokens ? 'the-tests-own' : undefined;
    if (tokens && own) {
      const line = ([token, scopes]: [string, string], i: number) => `t${i} ${scopes} ${createHash('sha256').update(token).digest('hex')}\n`;
      const file = join(folder, 'tokens');
      writeFileSync(file, Object.entries({ ...tokens, [own]: 'admin' }).map(line).join(''));
      settings = [...settings, '--tokens', file];
    }
    const server = new Server(await freePort(), folder, data ?? join(folder, 'data'), settings, own);
    await server.run();
    return server;
  }

  /** Starts it, or starts it again on the same port and data. */
  async run(): Promise<void> {
    const child = spawn(join(BIN, 'attune-server'), ['serve', '--listen', `127.0.0.1:${this.port}`, '--metrics-listen', 'off', '--data-dir', this.data, ...this.settings], {
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.process = child;
    let log = '';
    await new Promise<void>((ready, failed) => {
      child.stderr?.on('data', (text: Buffer) => {
        log += text.toString();
        if (log.includes('ready')) ready();
      });
      child.once('exit', () => failed(new Error(`the server ended:\n${log}`)));
    });
  }

  /** As the power going out. */
  async kill(): Promise<void> {
    const child = this.process;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  /** A recording as a live call. `token` of the platform, where there are tokens. */
  stream(recording: string, callId: string, { speed = 1, token, more = [] }: { speed?: number; token?: string; more?: string[] } = {}): ChildProcess {
    const environment = { PATH: process.env['PATH'], ATTUNE_SERVER: this.url, ...(token ? { ATTUNE_TOKEN: token } : {}) };
    const child = spawn(join(BIN, 'attune'), ['stream', recording, '--call-id', callId, '--speed', String(speed), ...more], { env: environment, stdio: 'ignore' });
    this.streams.push(child);
    return child;
  }

  /** A call from its first to its last word, on record when this returns. */
  async record(recording: string, callId: string, options: { speed?: number; token?: string } = {}): Promise<void> {
    const child = this.stream(recording, callId, options);
    const code = await new Promise((resolve) => child.once('exit', resolve));
    if (code !== 0) throw new Error(`attune stream ended with ${String(code)}`);
  }

  /** The log of a call. */
  async events(callId: string): Promise<CallEvent[]> {
    const events: CallEvent[] = [];
    for (let pageToken = ''; ; ) {
      const page = await this.calls.listCallEvents({ callId, pageSize: 500, pageToken });
      events.push(...page.events);
      pageToken = page.nextPageToken;
      if (!pageToken) return events;
    }
  }

  async stop(): Promise<void> {
    for (const stream of this.streams) stream.kill();
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The beginning of a recording in 16-bit samples, and then silence: a call that stays where it is for a while. */
export function held(recording: string, seconds: number, silent: number): string {
  const whole = readFileSync(recording);
  const bytesASecond = whole.readUInt32LE(28);
  const data = whole.indexOf('data') + 8;
  const [said, size] = [Math.round(seconds) * bytesASecond, Math.round(seconds + silent) * bytesASecond];
  const made = Buffer.concat([whole.subarray(0, data + said), Buffer.alloc(size - said)]);
  made.writeUInt32LE(made.length - 8, 4);
  made.writeUInt32LE(size, data - 4);
  const path = join(mkdtempSync(join(tmpdir(), 'attune-held-')), 'held.wav');
  writeFileSync(path, made);
  return path;
}

/** A recording of silence on both sides, for calls in which only humans do something. */
export function silence(folder: string, seconds: number): string {
  const [rate, channels] = [8000, 2];
  const bytes = seconds * rate * channels * 2;
  const wav = Buffer.alloc(44 + bytes);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + bytes, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(channels, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(rate * channels * 2, 28);
  wav.writeUInt16LE(channels * 2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(bytes, 40);
  const path = join(folder, 'silence.wav');
  writeFileSync(path, wav);
  return path;
}
