/** Which pages are written by the code itself? The lifecycle and the findings; `--check` says whether they are fresh. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

await import('./build.mjs');

const PAGES = ['lifecycle', 'findings'];
const check = process.argv.includes('--check');
let stale = 0;
for (const page of PAGES) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [`dist/docs/${page}.js`], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`docs/${page}.ts failed.\n${stderr}`);
  const file = `docs/${page}.md`;
  if (!check) writeFileSync(file, stdout);
  else if (readFileSync(file, 'utf8') !== stdout) {
    console.error(`${file} is stale: run \`npm run docs\`.`);
    stale++;
  }
}
if (check) console.log(`${PAGES.length} generated pages looked at, ${stale} stale`);
process.exit(stale === 0 ? 0 : 1);
