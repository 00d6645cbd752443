import { describe, expect, it } from 'vitest';
import { addressFault } from './webhook-address.js';

const ALLOWED = ['127.0.0.1:8080', 'Receiver.example.org:80'];

describe('the address of an endpoint', () => {
  it.each([
    'https://example.org/hooks?for=us',
    'https://example.org:8443/',
    'https://93.184.215.14/',
    'https://[2606:4700::6810:84e5]/',
    'http://127.0.0.1:8080/hooks',
    'http://receiver.example.org/hooks',
  ])('may be %s', (address) => {
    expect(addressFault(address, ALLOWED)).toBeNull();
  });

  it.each([
    ['hooks', /no address/],
    ['ftp://example.org/', /Only https/],
    ['http://example.org/', /Only https/],
    ['http://127.0.0.1:8081/', /Only https/],
    ['https://user:word@example.org/', /password/],
    ['https://example.org/#here', /leave out "#here"/],
    ['https://localhost/', /not a public address/],
    ['https://a.localhost/', /not a public address/],
    ['https://db.internal/', /not a public address/],
    ['https://intranet/', /not a public address/],
    ['https://127.0.0.1/', /not a public address/],
    ['https://127.1/', /not a public address/],
    ['https://0x7f000001/', /not a public address/],
    ['https://10.0.0.7/', /not a public address/],
    ['https://169.254.169.254/latest/', /not a public address/],
    ['https://[::1]/', /not a public address/],
    ['https://[::ffff:127.0.0.1]/', /not a public address/],
  ])('is not %s', (address, fault) => {
    expect(addressFault(address, ALLOWED)).toMatch(fault);
  });
});
