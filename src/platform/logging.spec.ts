import { describe, expect, it } from 'vitest';
import { note, withLogContext } from './log-context.js';
import { JsonLog, type Level } from './logging.js';

function logged(act: (log: JsonLog) => void, least: Level = 'debug'): Record<string, unknown>[] {
  const lines: string[] = [];
  act(new JsonLog(least, (line) => lines.push(line)));
  return lines.map((line) => JSON.parse(line));
}

describe('a log line', () => {
  it('is one line of JSON with a time, a level and who says it', () => {
    const [line] = logged((log) => log.log('carried\ntwice', { messages: 2 }, 'relay'));

    expect(line).toMatchObject({ level: 'info', context: 'relay', msg: 'carried\ntwice', messages: 2 });
    expect(Date.parse(String(line?.time))).not.toBeNaN();
  });

  it('is left out below the least level', () => {
    expect(logged((log) => [log.debug('a'), log.log('b'), log.warn('c'), log.error('d')], 'warn')).toHaveLength(2);
  });

  it('says what it is within, at any depth and after any wait', async () => {
    const lines: string[] = [];
    const log = new JsonLog('debug', (line) => lines.push(line));

    await withLogContext({ queue: 'validation', jobId: 'v-1' }, () =>
      withLogContext({ attempt: 2 }, async () => {
        await Promise.resolve();
        note({ outcome: 'passed' });
        log.log('checked');
      }),
    );
    log.log('outside');

    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      queue: 'validation',
      jobId: 'v-1',
      attempt: 2,
      outcome: 'passed',
    });
    expect(JSON.parse(lines[1] ?? '')).not.toHaveProperty('queue');
  });

  it('tells an error with its stack and cause, and without the parameters of a query', () => {
    const error = Object.assign(new Error('failed', { cause: new Error('deeper') }), {
      parameters: ['somebody@example.org'],
      code: '23505',
    });

    const [line] = logged((log) => log.error(error, 'problem'));

    expect(line).toMatchObject({ msg: 'failed', code: '23505', cause: { msg: 'deeper' } });
    expect(line?.stack).toContain('logging.spec');
    expect(JSON.stringify(line)).not.toContain('somebody@');
  });

  it.each([
    [{ password: 'hunter22' }],
    [{ headers: { authorization: 'Bearer hunter22', cookie: 'session=hunter22' } }],
    [{ list: [{ accessToken: 'hunter22' }] }],
    [{ url: 'postgres://app:hunter22@localhost/db' }],
    [{ query: '?state=draft&token=hunter22' }],
    [{ text: 'sent acc_pat_hunter22 along' }],
    [{ path: '/r/acc_link_hunter22' }],
    [{ path: '/api/v1/cap/hunter22.mac/tomo.mrc' }],
    [{ cause: new Error('Authorization: Basic hunter22') }],
  ])('holds no secret: %j', (fields) => {
    const [line] = logged((log) => log.warn('something', fields));

    expect(JSON.stringify(line)).toContain('[redacted]');
    expect(JSON.stringify(line)).not.toContain('hunter22');
  });

  it('keeps what is no secret', () => {
    const fields = { path: '/api/v1/submissions', query: '?state=draft', profile: 'cryoet', count: 3 };

    expect(logged((log) => log.log('request', fields))[0]).toMatchObject(fields);
  });
});
