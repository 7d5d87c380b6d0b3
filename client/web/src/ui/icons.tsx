// Drawn in a square of 16, in the colour of the text. They say nothing that is not said in words too.
import { Colour, Trend } from '../gen/attune/v1/call_pb';

const PATHS = {
  check: 'M3 8.5 6.500 12 13 4.500',
  open: 'M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0Z',
  cross: 'M4 4l8 8M12 4l-8 8',
  later: 'M8 4.500V8l2.500 1.500M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0Z',
  back: 'M10 3 5 8l5 5',
  help: 'M6 6.200a2 2 0 1 1 3 1.800c-.7.4-1 .8-1 1.500M8 11.800v.1M14.500 8a6.500 6.500 0 1 1-13 0 6.500 6.500 0 0 1 13 0Z',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  moon: 'M13.500 9.500A6 6 0 0 1 6.500 2.500a6 6 0 1 0 7 7Z',
  auto: 'M8 2a6 6 0 1 0 0 12ZM8 2a6 6 0 0 1 0 12',
  down: 'M8 3v10M4 9l4 4 4-4',
  alert: 'M8 2 15 14H1ZM8 6.500v3.500M8 12v.1',
  hand: 'M11.500 2.500 13.500 4.500 5.500 12.500 2.500 13.500 3.500 10.500Z',
  forward: 'M6 3l5 5-5 5',
  play: 'M4.500 2.500v11L13 8Z',
  pause: 'M5 3v10M11 3v10',
  upload: 'M8 11V3M4.500 6 8 2.500 11.500 6M2.500 13.500h11',
  microphone: 'M8 1.500a2 2 0 0 0-2 2V8a2 2 0 0 0 4 0V3.500a2 2 0 0 0-2-2ZM3.500 7.500a4.500 4.500 0 0 0 9 0M8 12v2.500',
  person: 'M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2.500 14c.500-2.700 2.600-4 5.500-4s5 1.300 5.500 4',
  improving: 'M3 12 12 4M6.500 4H12v5.500',
  steady: 'M2.500 8h11M10 4.500 13.500 8 10 11.500',
  worsening: 'M3 4l9 8M6.500 12H12V6.500',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.600" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

export function TrendIcon({ trend }: { trend: Trend }) {
  if (trend === Trend.IMPROVING) return <Icon name="improving" />;
  return <Icon name={trend === Trend.WORSENING ? 'worsening' : 'steady'} />;
}

const SHAPES: Partial<Record<Colour, string>> = {
  [Colour.RED]: 'M8 2 14.500 13.500H1.500Z',
  [Colour.YELLOW]: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Z',
  [Colour.GREEN]: 'M8 1 15 8 8 15 1 8Z',
  [Colour.BLUE]: 'M2.500 2.500h11v11h-11Z',
};

/** A colour's shape: triangle, circle, diamond, square. */
export function Shape({ colour, size = 12 }: { colour: Colour; size?: number }) {
  const path = SHAPES[colour];
  if (!path) return null;
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path d={path} fill="currentColor" />
    </svg>
  );
}
