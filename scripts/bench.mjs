/** `npm run bench`: what does it cost? Names choose among the benchmarks: `npm run bench -- reading`. */
import './install.mjs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

if (!process.env.ACCESSION_BUILT) await import('./build.mjs');
const { removeFolder, scratchFolder, startPostgres } = await import('./postgres.mjs');

const data = scratchFolder();
const postgres = await startPostgres({ data });
const bench = spawn(process.execPath, ['--enable-source-maps', 'dist/bench/main.js', ...process.argv.slice(2)], {
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  env: { ...process.env, POSTGRES_URL: postgres.url },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => bench.kill());
const [code] = await once(bench, 'exit');
await postgres.stop();
removeFolder(data);
process.exit(code ?? 1);
