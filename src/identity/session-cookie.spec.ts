import { describe, expect, it } from 'vitest';
import { noSessionCookie, sessionCookie, sessionIn, visitCookie, visitIn } from './session-cookie.js';

const FRIDAY = new Date('2030-03-01T12:00:00Z');

describe("a session's cookie", () => {
  it('is for no script, no other site, and the whole of ours', () => {
    expect(sessionCookie('acc_ses_x', FRIDAY, 'http://127.0.0.1:3000')).toBe(
      'accession_session=acc_ses_x; Path=/; Expires=Fri, 01 Mar 2030 12:00:00 GMT; HttpOnly; SameSite=Lax',
    );
  });

  it('is never sent in the clear where people come by https', () => {
    expect(sessionCookie('acc_ses_x', FRIDAY, 'https://data.example.org')).toMatch(/; Secure$/);
  });

  it('ends at once when the session does', () => {
    expect(noSessionCookie('http://127.0.0.1:3000')).toContain('accession_session=; Path=/; Expires=Thu, 01 Jan 1970');
  });

  it.each([
    ['accession_session=acc_ses_x', 'acc_ses_x'],
    ['theme=dark; accession_session=acc_ses_x; lang=en', 'acc_ses_x'],
    ['theme=dark;accession_session=acc_ses_x', 'acc_ses_x'],
    ['not_accession_session=acc_ses_x', null],
    ['accession_session=', null],
    ['accession_session=acc_pat_x', null],
    ['', null],
  ])('in "%s" is %s', (cookies, secret) => {
    expect(sessionIn(cookies)).toBe(secret);
  });
});

describe("a visit's cookie", () => {
  it('is for one submission, for no script and no other site', () => {
    expect(visitCookie('acc_vis_x', 'an-id', FRIDAY, 'https://data.example.org')).toBe(
      'accession_visit=acc_vis_x; Path=/api/v1/submissions/an-id; Expires=Fri, 01 Mar 2030 12:00:00 GMT; ' +
        'HttpOnly; SameSite=Lax; Secure',
    );
  });

  it.each([
    ['accession_visit=acc_vis_x', 'acc_vis_x'],
    ['accession_session=acc_ses_x; accession_visit=acc_vis_x', 'acc_vis_x'],
    ['accession_visit=acc_link_x', null],
    ['', null],
  ])('in "%s" is %s', (cookies, secret) => {
    expect(visitIn(cookies)).toBe(secret);
  });
});
