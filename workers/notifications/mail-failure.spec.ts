import { describe, expect, it } from 'vitest';
import { NoMailServer } from './email.channel.js';
import { failureOf } from './mail-failure.js';

const smtp = (fields: object) => Object.assign(new Error('what nodemailer says'), fields);

describe('a mail that has not left', () => {
  it.each([
    ['the address', { command: 'RCPT TO', response: '550 5.1.1 No such user', permanent: true }, true],
    ['the address, for now', { command: 'RCPT TO', response: '451 Try later', permanent: false }, false],
    ['the mail', { command: 'DATA', response: '554 Spam', permanent: true }, true],
    ['us, which a setting cures', { command: 'MAIL FROM', response: '550 Not from here', permanent: true }, false],
  ])('says that the server refuses %s, and what it answers', (what, error, forGood) => {
    const failure = failureOf(smtp({ code: 'EENVELOPE', ...error }));

    expect(failure).toMatchObject({
      problem: expect.stringMatching(/^The mail server does not accept .+: \d{3} /),
      forGood,
    });
    expect(failure.closes === true, 'the next to this address fares no better').toBe(what === 'the address');
    expect(failure.problem).toContain(error.response);
  });

  it.each([
    [smtp({ code: 'ESOCKET' }), 'The mail server cannot be reached.'],
    [smtp({ code: 'ETIMEDOUT' }), 'The mail server does not answer in time.'],
    [smtp({ code: 'EAUTH', command: 'AUTH PLAIN', response: '535 no', permanent: true }), /credentials/],
    [new NoMailServer(), /SMTP_URL is not set/],
    [new TypeError('x is not a function'), 'The mail could not be sent.'],
  ])('is tried again after %s', (error, problem) => {
    expect(failureOf(error)).toEqual({ problem: expect.stringMatching(problem), forGood: false });
  });

  it('shows no secret, and not all that a server may say', () => {
    const response = `550 token=abc&password=hunter2 Bearer abc.def ${'x'.repeat(1000)}`;
    const { problem } = failureOf(smtp({ command: 'DATA', response, permanent: true }));

    expect(problem).not.toContain('abc.def');
    expect(problem.length).toBeLessThan(260);
  });
});
