import { describe, expect, it } from 'vitest';
import { classOf, type RequestClass } from './request-class.js';

describe('a request', () => {
  it.each<[string, string | undefined, RequestClass | null, object?]>([
    ['GET', '/api/v1/submissions', 'read', {}],
    ['GET', '/api/v1/submissions', 'search', { q: 'lung' }],
    ['HEAD', '/api/v1/records/:accession/files/*', 'read'],
    ['GET', undefined, 'read'],
    ['POST', '/api/v1/submissions', 'write', { q: 'lung' }],
    ['PATCH', '/api/v1/me', 'write'],
    ['DELETE', '/api/v1/sessions/current', 'write'],
    ['POST', undefined, 'write'],
    ['PATCH', '/api/v1/uploads/:id', 'upload'],
    ['HEAD', '/api/v1/uploads/:id', 'upload'],
    ['POST', '/api/v1/sessions', 'sign-in'],
    ['POST', '/api/v1/users', 'sign-in'],
    ['GET', '/api/v1/users', 'read'],
    ['POST', '/api/v1/users/:id/grants', 'write'],
    ['POST', '/api/v1/share-links/exchange', 'sign-in'],
    ['POST', '/api/v1/password-resets', 'sign-in'],
    ['GET', '/api/v1/sign-in/:provider/callback', 'sign-in'],
    ['GET', '/api/v1/sign-in/providers', 'read'],
    ['GET', '/r/:token', 'sign-in'],
    ['GET', '/api/docs', 'read'],
    ['OPTIONS', '/api/v1/uploads', null],
    ['GET', '/api/v1/health/ready', null],
    ['GET', '/api/v1/metrics', null],
  ])('%s %s counts to %s', (method, route, kind, query = {}) => {
    expect(classOf({ method, route, query })).toBe(kind);
  });
});
