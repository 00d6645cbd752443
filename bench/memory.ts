/** How much memory do the processes take, after their start and after they were worked hard? */
import { setTimeout as sleep } from 'node:timers/promises';
import type { House } from './house.js';
import { answersPerSecond } from './load.js';
import { send } from './pickup.js';
import { readingPaths } from './reading.js';
import type { Row } from './row.js';
import { submit } from './submitting.js';

const SECONDS = 5;

export async function memory(house: House): Promise<Row[]> {
  const processes = { API: await house.process('api'), worker: await house.process('worker') };
  await sleep(1_000);
  const begun = { API: processes.API.residentMb(), worker: processes.worker.residentMb() };
  await work(house, processes.API.address);
  return (['API', 'worker'] as const).map((name) => ({
    what: `memory of the ${name} after the load`,
    unit: 'MB',
    ours: processes[name].residentMb(),
    against: { what: 'after its start', value: begun[name] },
  }));
}

async function work(house: House, url: string): Promise<void> {
  const [curator, submitter] = [await house.person('curator'), await house.person('submitter')];
  for (const paths of Object.values(await readingPaths(house))) {
    await answersPerSecond({ url, token: curator.token, paths, connections: 32, seconds: SECONDS }, house.log('load'));
  }
  await send(house, await house.some(1_000));
  for (let i = 0; i < 3; i++) await submit(house, `${url}/api/v1`, submitter);
}
