/** How long does a submitter wait for the checks of a small file? From the request to submit until it is in the queue. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { House, Person } from './house.js';
import { ask } from './http.js';
import { median, secondsOf } from './rounds.js';
import type { Row } from './row.js';

const TIMES = 7;
const SAMPLE = 'sample.h5ad';

export async function submitting(house: House): Promise<Row[]> {
  const person = await house.person('submitter');
  const { address } = await house.process('api');
  await house.process('worker');
  const seconds: number[] = [];
  for (let i = 0; i < TIMES; i++) seconds.push(await submit(house, `${address}/api/v1`, person));
  return [
    {
      what: 'from submitter.submit to curator_review, of the sample',
      unit: 's',
      ours: median(seconds),
      goal: { atMost: 2 },
    },
  ];
}

interface Seen {
  readonly id: string;
  readonly state: string;
}

/** @returns the seconds that it took */
export async function submit(house: House, url: string, person: Person): Promise<number> {
  const { id: profile, example } = await ask<{ id: string; example: object }>(
    `${url}/profiles/single-cell`,
    person,
    'GET',
  );
  const { id } = await ask<Seen>(`${url}/submissions`, person, 'POST', { profile, ...example });
  await upload(house, url, person, id);
  await house.db.query('DELETE FROM check_result'); // what is known of the same bytes would not be looked at again
  return secondsOf(async () => {
    const request = { event: 'submitter.submit', policyAccepted: true };
    let { state } = await ask<Seen>(`${url}/submissions/${id}/transitions`, person, 'POST', request);
    while (state.startsWith('validating')) {
      await sleep(5);
      state = (await ask<Seen>(`${url}/submissions/${id}`, person, 'GET')).state;
    }
    if (state !== 'curator_review.unassigned') throw new Error(`The sample came to be ${state}.`);
  });
}

async function upload({ config }: House, url: string, { token }: Person, submission: string): Promise<void> {
  const bytes = readFileSync(join(config.DATA_DIR, 'sample', SAMPLE));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const metadata = Object.entries({ submission, path: SAMPLE, sha256 });
  const { status } = await fetch(`${url}/uploads`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'tus-resumable': '1.0.0',
      'content-type': 'application/offset+octet-stream',
      'upload-length': String(bytes.length),
      'upload-metadata': metadata.map(([name, value]) => `${name} ${btoa(value)}`).join(','),
    },
    body: bytes,
  });
  if (status !== 201) throw new Error(`The upload of the sample was answered with ${status}.`);
}
