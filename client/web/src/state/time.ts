import type { Duration } from '@bufbuild/protobuf/wkt';

/** In seconds. */
export function seconds(duration: Duration | undefined): number {
  return duration ? Number(duration.seconds) + duration.nanos / 1e9 : 0;
}

/** `1:05`, `1:02:05`. */
export function clock(time: number): string {
  const whole = Math.max(0, Math.floor(time));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
