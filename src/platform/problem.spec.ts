import { HttpException, NotFoundException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { DomainError, type Kind } from './domain-error.js';
import { answerTo } from './problem.js';

const WHERE = { base: 'https://accession.example.org', instance: 'request-1' };

class Refusal extends DomainError {
  readonly code = 'no-tea';

  constructor(
    readonly kind: Kind,
    fields: object = {},
  ) {
    super('There is no tea.');
    Object.assign(this, fields);
  }
}

const told = (error: unknown) => answerTo(error, WHERE).problem;

describe('a problem', () => {
  it('tells a refusal in its own words, with the page that explains it', () => {
    expect(told(new Refusal('refused', { pots: 2 }))).toEqual({
      type: 'https://accession.example.org/problems/no-tea',
      title: 'No tea',
      status: 409,
      code: 'no-tea',
      detail: 'There is no tea.',
      instance: 'request-1',
      pots: 2,
    });
  });

  it.each<[Kind, number]>([
    ['malformed', 400],
    ['unauthenticated', 401],
    ['forbidden', 403],
    ['missing', 404],
    ['refused', 409],
    ['gone', 410],
    ['stale', 412],
    ['too-large', 413],
    ['unsupported', 415],
    ['unsatisfiable', 416],
    ['invalid', 422],
    ['precondition-required', 428],
    ['limited', 429],
    ['unavailable', 503],
  ])('of the kind "%s" has the status %d', (kind, status) => {
    expect(told(new Refusal(kind)).status).toBe(status);
  });

  it('shows of an error what is plain JSON, and no more than a page of it', () => {
    const deep = { a: { b: { c: { d: { e: { f: 1 } } } } } };
    const fields = {
      text: 'x'.repeat(5_000),
      list: Array.from({ length: 500 }, (_, i) => i),
      at: new Date(0),
      map: new Map([['a', 1]]),
      bytes: Buffer.from('secret'),
      call: () => 1,
      nan: Number.NaN,
      deep,
    };

    const problem = told(new Refusal('refused', fields));

    expect(Object.keys(problem).slice(6)).toEqual(['text', 'list', 'at', 'deep']);
    expect(problem.text).toHaveLength(2_000);
    expect(problem.list).toHaveLength(200);
    expect(problem.at).toBe('1970-01-01T00:00:00.000Z');
    expect(JSON.stringify(problem.deep)).toBe('{"a":{"b":{"c":{"d":{}}}}}');
  });

  it('lets no field of an error take the place of its own members', () => {
    const problem = told(new Refusal('refused', { status: 200, type: 'about:blank', instance: 'another' }));

    expect(problem).toMatchObject({ status: 409, instance: 'request-1' });
    expect(problem.type).toContain('/problems/no-tea');
  });

  it('of a bug says nothing but where the logs have it', () => {
    expect(told(new Error('the password is 42'))).toEqual({
      type: 'https://accession.example.org/problems/internal-error',
      title: 'Internal error',
      status: 500,
      code: 'internal-error',
      instance: 'request-1',
    });
    expect(told(new HttpException('the password is 42', 502)).detail).toBeUndefined();
    expect(told('not even an error').status).toBe(500);
  });

  it('of the framework is told in our words', () => {
    expect(told(new NotFoundException('Cannot GET /x?token=1'))).toMatchObject({
      code: 'route-not-found',
      detail: 'There is nothing at this address.',
    });
    expect(told(new HttpException('', 418))).toMatchObject({ status: 418, code: 'malformed-request' });
  });

  it.each([
    ['a connection that is refused', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
    ['a connection that broke', new Error('Connection terminated unexpectedly')],
    [
      'a server that shuts down',
      Object.assign(new Error('failed'), { driverError: Object.assign(new Error(), { code: '57P01' }) }),
    ],
    ['a deadlock', Object.assign(new Error('deadlock'), { code: '40P01' })],
    ['two transactions that met', Object.assign(new Error('conflict'), { code: '40001' })],
    ['several addresses that all refuse', new AggregateError([Object.assign(new Error(), { code: 'ECONNREFUSED' })])],
    ['what another error was caused by', new Error('outer', { cause: Object.assign(new Error(), { code: '08006' }) })],
  ])('tells %s as unavailable, and when to try again', (_, error) => {
    const { problem, headers } = answerTo(error, WHERE);

    expect(problem).toMatchObject({ status: 503, code: 'unavailable' });
    expect(headers).toEqual({ 'retry-after': '5' });
  });

  it('tells a statement that is wrong as a bug', () => {
    expect(told(Object.assign(new Error('duplicate key'), { code: '23505' })).status).toBe(500);
  });

  it('says in a header when to try again, where an error knows', () => {
    expect(answerTo(new Refusal('limited', { retryAfter: 30 }), WHERE).headers).toEqual({ 'retry-after': '30' });
    expect(answerTo(new Refusal('unauthenticated'), WHERE).headers).toHaveProperty('www-authenticate');
    expect(answerTo(new Refusal('refused'), WHERE).headers).toEqual({});
  });
});
