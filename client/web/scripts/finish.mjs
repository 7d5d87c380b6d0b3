// After the build: compresses what gains by it, and refuses a first load of the agent's view that is
// larger than its budget.
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const DIST = 'dist';
const BUDGET = 150 * 1024;

const files = readdirSync(DIST, { recursive: true })
  .map(String)
  .filter((name) => statSync(join(DIST, name)).isFile() && !basename(name).startsWith('.'));
const sizes = new Map();
for (const name of files) {
  const plain = readFileSync(join(DIST, name));
  const zipped = gzipSync(plain, { level: 9 });
  const gains = zipped.length < plain.length * 0.95;
  if (gains) writeFileSync(join(DIST, `${name}.gz`), zipped);
  sizes.set(name, gains ? zipped.length : plain.length);
}

// Pages of other origins load it: by itself, for nothing else may be read from there.
if (/\bimport\b/.test(readFileSync(join(DIST, 'guide.js'), 'utf8'))) {
  console.error('guide.js is not one file');
  process.exit(1);
}

// The page, what it names, and what those name: scripts by import, fonts and pictures by address.
const first = new Set();
const visit = (name) => {
  if (first.has(name) || !sizes.has(name)) return;
  first.add(name);
  if (!/\.(html|js|css)$/.test(name)) return;
  const text = readFileSync(join(DIST, name), 'utf8').replace(/import\([^)]*\)|__vite__mapDeps=[^;]*;/g, '');
  for (const other of files) if (text.includes(basename(other))) visit(other);
};
visit('index.html');
const total = [...first].reduce((sum, name) => sum + sizes.get(name), 0);
for (const name of first) console.log(`${String(sizes.get(name)).padStart(8)}  ${name}`);
console.log(`${String(total).padStart(8)}  first load, of ${BUDGET} bytes`);
if (total > BUDGET) {
  console.error('the first load is over its budget');
  process.exit(1);
}
