// Which pictures are kept in docs/gallery. All widths and themes are tested; of most a few tell enough.
const [NARROW, MIDDLE, LIGHT, DARK] = ['320-light', '768-light', '1440-light', '1440-dark'] as const;
const BOTH = [LIGHT, DARK];

const KEPT: Record<string, readonly string[]> = {
  live: [NARROW, MIDDLE, ...BOTH],
  correction: [LIGHT],
  evidence: [DARK],
  after: [NARROW, LIGHT],
  deutsch: [MIDDLE],
  calls: [MIDDLE],
  help: [MIDDLE],
  embedded: [LIGHT],
  wall: [NARROW, ...BOTH],
  'wall-to-look-at': [LIGHT],
  follow: BOTH,
  reviews: [LIGHT],
  recording: [NARROW, ...BOTH],
  compare: [LIGHT],
  'figures-day': [NARROW, ...BOTH],
  'figures-team': [LIGHT],
  practice: [NARROW, ...BOTH],
  practices: [LIGHT],
  playbooks: [LIGHT],
  playbook: [NARROW, DARK],
  'playbook-mistake': [LIGHT],
  'playbook-history': [LIGHT],
  'playbook-on-call': [LIGHT],
  settings: [MIDDLE],
};

/** `live-1440-dark` */
export function isKept(picture: string): boolean {
  const [, name = '', look = ''] = /^(.*)-(\d+-\w+)$/.exec(picture) ?? [];
  return KEPT[name]?.includes(look) ?? false;
}
