import { describe, expect, it } from 'vitest';
import { nextDigestAt, type Recipient, waysOf, waysOut, whyNot } from './preference.js';

const SOMEBODY: Recipient = {
  ...{ personId: 'p', name: 'Somebody', email: 'one@example.org', roles: ['submitter'], disabledAt: null },
  ...{ choices: {}, asViewer: false, timeZone: 'Europe/Berlin', digestHour: 8, quietFrom: null, quietTo: null },
  ...{ slackUrl: null, slackProblem: null, bouncedAddress: null, bouncedAt: null, bounceProblem: null },
  ...{ digestAt: null, unsubscribeKey: 'k' },
};
const SLACK = 'https://hooks.slack.com/services/T/B/x';
const NOON = new Date('2026-05-05T10:00:00Z');
const NIGHT = new Date('2026-05-05T21:00:00Z');
const MORNING = new Date('2026-05-06T05:00:00Z');
const sleeper = { quietFrom: '22:00', quietTo: '07:00' };

const out = (topic: string, rest: Partial<Recipient> = {}, now = NOON) => waysOut(topic, { ...SOMEBODY, ...rest }, now);

describe('a notice', () => {
  it('goes by mail at once where nothing else was chosen', () => {
    expect(out('changes.requested')).toEqual([{ channel: 'email', state: 'pending', dueAt: NOON }]);
  });

  it('is held for the mail of the day, or stays in the list, where its reader said so', () => {
    expect(out('changes.requested', { choices: { changes: { email: 'daily' } } })).toEqual([
      { channel: 'email', state: 'held', dueAt: NOON },
    ]);
    expect(out('changes.requested', { choices: { changes: { email: 'off' } } })).toEqual([]);
    expect(out('checks.failed', { choices: { changes: { email: 'off' } } })).toHaveLength(1);
  });

  it('goes to Slack too where there is one, and it works', () => {
    expect(out('checks.failed', { slackUrl: SLACK }).map(({ channel }) => channel)).toEqual(['email', 'slack']);
    expect(out('checks.failed', { slackUrl: SLACK, choices: { checks: { slack: 'off' } } })).toHaveLength(1);
    expect(out('checks.failed', { slackUrl: SLACK, slackProblem: 'It is gone.' })).toHaveLength(1);
  });

  it('waits for the end of the quiet hours, wherever it goes', () => {
    const ways = out('checks.failed', { ...sleeper, slackUrl: SLACK }, NIGHT);
    expect(ways.map(({ dueAt }) => dueAt)).toEqual([MORNING, MORNING]);
    expect(out('checks.failed', sleeper, MORNING)).toEqual([{ channel: 'email', state: 'pending', dueAt: MORNING }]);
  });

  it('of security is mailed at once, whatever was chosen', () => {
    const choices = { security: { email: 'off' } } as const;
    expect(out('security.linked', { choices, ...sleeper }, NIGHT)).toEqual([
      { channel: 'email', state: 'pending', dueAt: NIGHT },
    ]);
  });

  it('is not mailed to an address that came back, but to the next one', () => {
    expect(out('checks.failed', { bouncedAddress: 'One@example.org' })).toEqual([]);
    expect(out('checks.failed', { bouncedAddress: 'old@example.org' })).toHaveLength(1);
  });

  it('that is not sent has its reason', () => {
    const reasons = [
      whyNot('email', 'checks.failed', { ...SOMEBODY, disabledAt: NOON }),
      whyNot('email', 'checks.failed', { ...SOMEBODY, choices: { checks: { email: 'off' } } }),
      whyNot('slack', 'checks.failed', SOMEBODY),
    ];
    expect(reasons).toEqual(['The account is closed.', 'Its reader wants no such mails.', 'No Slack channel is set.']);
  });
});

it('a choice of one channel leaves the others as they are by default', () => {
  expect(waysOf('conversations', { roles: ['admin'], choices: { conversations: { inApp: 'muted' } } })).toEqual({
    inApp: 'muted',
    email: 'daily',
    slack: 'on',
  });
});

it('the mail of the day is made at the hour of its reader', () => {
  expect(nextDigestAt(NOON, SOMEBODY)).toEqual(new Date('2026-05-06T06:00:00Z'));
});
