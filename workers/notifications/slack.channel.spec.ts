import { describe, expect, it } from 'vitest';
import { failureOf } from './slack.channel.js';

describe('an answer of Slack that is no yes', () => {
  it.each([
    [404, 'no_service'],
    [410, 'channel_is_archived'],
    [403, 'action_prohibited'],
  ])('%i closes the channel', (status, said) => {
    expect(failureOf(status, said)).toEqual({
      problem: `Slack answers ${status}: ${said}`,
      forGood: true,
      closes: true,
    });
  });

  it.each([400, 413, 415])('%i is about this message alone', (status) => {
    expect(failureOf(status, 'invalid_payload')).toMatchObject({ forGood: true });
    expect(failureOf(status, 'invalid_payload').closes).toBeUndefined();
  });

  it.each([302, 408, 429, 500, 502, 503])('%i may be another the next time', (status) => {
    expect(failureOf(status, '')).toEqual({ problem: `Slack answers ${status}`, forGood: false });
  });

  it('shows no secret, and not all that was said', () => {
    const { problem } = failureOf(500, `Bearer abc.def\n\u202e${'x'.repeat(5_000)}`);

    expect(problem).not.toContain('abc.def');
    expect(problem.length).toBeLessThan(240);
    expect(problem).not.toMatch(/[\n\u202e]/);
  });
});
