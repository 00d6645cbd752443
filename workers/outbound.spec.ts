import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBlocked, Outbound, OutboundRefused } from './outbound.js';

/** Redirects to `?to`, or says "inside". */
let inside: Server;
let port: number;
beforeAll(async () => {
  inside = createServer((request, response) => {
    const to = new URL(request.url ?? '/', 'http://x').searchParams.get('to');
    if (to) response.writeHead(302, { location: to });
    response.end('inside');
  });
  await new Promise<void>((listening) => inside.listen(0, '0.0.0.0', listening));
  port = (inside.address() as AddressInfo).port;
});
afterAll(() => {
  inside.closeAllConnections();
  inside.close();
});

const PATIENCE = { connect: 500, answer: 500, idle: 500 };
const here = (path = '') => new URL(`http://127.0.0.1:${port}${path}`);
const guarded = () => new Outbound([], PATIENCE);
const allowing = () => new Outbound([`127.0.0.1:${port}`], PATIENCE);

/** A resolver that gives these answers, one after another. */
function answering(...answers: string[][]) {
  const lookup = (_: string, __: object, done: (error: null, found: { address: string; family: number }[]) => void) => {
    const found = answers.length > 1 ? answers.shift() : answers[0];
    done(
      null,
      (found ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  // Node's declaration has an overload for each combination of options; the guard always asks for all addresses.
  return new Outbound([], PATIENCE, lookup as never);
}

describe('the guard of outgoing calls', () => {
  it.each([
    'localhost',
    'LOCALHOST',
    '127.0.0.1',
    '127.1',
    '127.8.8.8',
    '0x7f.1',
    '0x7f000001',
    '2130706433',
    '017700000001',
    '[::1]',
    '[::]',
    '0.0.0.0',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '169.254.169.254',
    '[fe80::1]',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '[fd00::1]',
    '224.0.0.1',
    '255.255.255.255',
    '192.0.2.1',
    '198.18.0.1',
  ])('does not call %s', async (host) => {
    await expect(guarded().call(new URL(`https://${host}:${port}/`))).rejects.toThrow('is not a public address');
  });

  it.each(['1.1.1.1', '8.8.8.8', '2606:4700:4700::1111'])('takes %s for public', (address) => {
    expect(isBlocked(address)).toBe(false);
  });

  it.each(['http://example.org/', 'ftp://example.org/', 'file:///etc/passwd', 'data:text/plain,x'])(
    'does not call %s',
    async (url) => {
      await expect(guarded().call(new URL(url))).rejects.toThrow('Only https addresses');
    },
  );

  it('sends nobody’s password', async () => {
    await expect(guarded().call(new URL('https://me:secret@example.org/'))).rejects.toThrow('a password in it');
  });

  it('lets through what is allowed, by host and port exactly', async () => {
    const { body } = await allowing().call(here());

    expect(await body.text()).toBe('inside');
    await expect(allowing().call(new URL(`http://localhost:${port}/`))).rejects.toThrow(OutboundRefused);
    await expect(allowing().call(new URL('http://127.0.0.1:1/'))).rejects.toThrow(OutboundRefused);
    await expect(allowing().call(new URL(`https://127.0.0.2:${port}/`))).rejects.toThrow(OutboundRefused);
  });

  it('refuses a name that resolves to an inner address, alone or among public ones', async () => {
    const url = new URL(`https://rebind.example:${port}/`);

    await expect(answering(['127.0.0.1']).call(url)).rejects.toThrow('rebind.example (127.0.0.1) is not a public');
    await expect(answering(['203.0.114.7', '10.0.0.1']).call(url)).rejects.toThrow('10.0.0.1');
    await expect(answering([]).call(url)).rejects.toThrow(OutboundRefused);
  });

  it('judges what a name resolves to anew at each call', async () => {
    const rebinding = answering(['240.0.0.1'], ['127.0.0.1']);

    await expect(rebinding.call(new URL(`https://rebind.example:${port}/`))).rejects.toThrow('240.0.0.1');
    await expect(rebinding.call(new URL(`https://rebind.example:${port}/`))).rejects.toThrow('127.0.0.1');
  });

  it('follows redirects', async () => {
    const { url, answer } = await allowing().follow(here(`/?to=${encodeURIComponent('/next')}`));

    expect(url.pathname).toBe('/next');
    expect(await answer.body.text()).toBe('inside');
  });

  it('judges every hop of a redirect', async () => {
    const to = (address: string) => allowing().follow(here(`/?to=${encodeURIComponent(address)}`));

    await expect(to(`https://127.0.0.2:${port}/`)).rejects.toThrow('127.0.0.2 is not a public address');
    await expect(to(`http://localhost:${port}/`)).rejects.toThrow('Only https');
    await expect(to('https://169.254.169.254/latest/meta-data')).rejects.toThrow('not a public address');
    await expect(to('file:///etc/passwd')).rejects.toThrow('Only https');
    await expect(to('http://[')).rejects.toThrow('no address');
  });

  it('leaves a redirect to the caller who asked for one call', async () => {
    const { statusCode, body } = await allowing().call(here('/?to=/next'));
    await body.dump();

    expect(statusCode).toBe(302);
  });

  it('does not run in circles', async () => {
    const again = `/?to=${encodeURIComponent('/?to=')}`;
    const server = createServer((_, response) => response.writeHead(302, { location: again }).end());
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const circle = `127.0.0.1:${(server.address() as AddressInfo).port}`;

    await expect(new Outbound([circle], PATIENCE).follow(new URL(`http://${circle}/`))).rejects.toThrow(
      'more than 5 times',
    );
    server.closeAllConnections();
    server.close();
  });
});
