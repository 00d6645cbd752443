import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig, publicUrl, SETTING_NAMES } from './config.js';

const DATABASE_URL = 'postgres://app@127.0.0.1/app';

describe('the settings', () => {
  it('have a default for everything but the database', () => {
    const config = loadConfig({ DATABASE_URL });

    expect(config).toMatchObject({ PORT: 3000, HOST: '0.0.0.0', SIGN_UP: true, SUBMITTER_MAY_PUBLISH: false });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('take an empty value for a missing one', () => {
    expect(loadConfig({ DATABASE_URL, REDIS_URL: '', PORT: '' })).toMatchObject({ PORT: 3000 });
  });

  it('read lengths of time as people write them', () => {
    const { LEASE, REMIND_AFTER } = loadConfig({ DATABASE_URL, LEASE: '90s', REMIND_AFTER: '1d,2d' });

    expect([LEASE, REMIND_AFTER]).toEqual([90_000, [86_400_000, 172_800_000]]);
  });

  it.each<[name: string, value: string | undefined, expected: RegExp]>([
    ['DATABASE_URL', undefined, /DATABASE_URL: it is missing/],
    ['DATABASE_URL', 'mysql://x', /DATABASE_URL: .*URL/],
    ['PORT', 'eighty', /PORT: .*number/],
    ['PORT', '70000', /PORT: .*65535/],
    ['LEASE', 'soon', /LEASE: expected a length of time such as 500ms/],
    ['SIGN_UP', 'maybe', /SIGN_UP: .*"on"\|"off"/],
    ['OUTBOUND_ALLOW', 'localhost', /OUTBOUND_ALLOW: expected host:port/],
    ['S3_BUCKET', 'files', /S3_ACCESS_KEY_ID: it is missing; expected together with S3_BUCKET/],
  ])('refuse %s=%s by its name, and say what was expected', (name, value, expected) => {
    expect(() => loadConfig({ DATABASE_URL, [name]: value })).toThrow(expected);
  });

  it('name every fault at once', () => {
    expect(() => loadConfig({ PORT: 'x', LEASE: 'y' })).toThrow(/PORT[\s\S]*DATABASE_URL[\s\S]*LEASE/);
  });

  it('lead links to where people reach the service', () => {
    expect(publicUrl(loadConfig({ DATABASE_URL, PUBLIC_URL: 'https://data.example.org/' }))).toBe(
      'https://data.example.org',
    );
    expect(publicUrl(loadConfig({ DATABASE_URL, HOST: '127.0.0.1', PORT: '4000' }))).toBe('http://127.0.0.1:4000');
  });
});

describe('docker-compose.yml', () => {
  const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true });
  const ours = ['prepare', 'api', 'worker'] as const;

  it.each(ours)('gives %s only settings that there are', (service) => {
    const given = Object.keys(compose.services[service].environment);

    expect(given.length).toBeGreaterThan(5);
    expect(given.filter((name) => !(SETTING_NAMES as readonly string[]).includes(name))).toEqual([]);
  });

  it.each(ours)('gives %s settings that it can start with', (service) => {
    const environment = Object.entries(compose.services[service].environment as Record<string, unknown>);
    const filled = environment.map(([name, value]) => [
      name,
      String(value).replaceAll(/\$\{(\w+)(:[-?]([^}]*))?\}/g, (_, __, how, text) =>
        how?.startsWith(':-') ? text : 'secret',
      ),
    ]);

    expect(() => loadConfig(Object.fromEntries(filled))).not.toThrow();
  });

  it('has a queue that evicts nothing and forgets nothing', () => {
    const command: string[] = compose.services.queue.command;

    expect(command[command.indexOf('--maxmemory-policy') + 1]).toBe('noeviction');
    expect(command[command.indexOf('--appendonly') + 1]).toBe('yes');
  });
});
