/** Can events be posted to this address? As far as its text tells: what a name leads to is judged whenever it is called. */
import ipaddr from 'ipaddr.js';

const LOCAL_NAME = /^(.+\.)?(localhost|local|internal|home\.arpa)\.?$/i;

/** @param allowed `OUTBOUND_ALLOW`: these pairs alone may be without TLS, and on networks of our own. @returns null: it can */
export function addressFault(address: string, allowed: readonly string[]): string | null {
  if (!URL.canParse(address)) return 'This is no address: expected one such as https://example.org/hooks.';
  const { protocol, hostname, port, username, password, hash } = new URL(address);
  if (username || password) return 'An address with a name or a password in it is not called.';
  if (hash) return `What follows "#" is never sent: leave out "${hash}".`;
  const pair = `${hostname}:${port || (protocol === 'http:' ? 80 : 443)}`.toLowerCase();
  if (['http:', 'https:'].includes(protocol) && allowed.some((each) => each.toLowerCase() === pair)) return null;
  if (protocol !== 'https:') return 'Only https addresses are called.';
  return isOurs(hostname) ? `${hostname} is not a public address.` : null;
}

function isOurs(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(host)) return ipaddr.process(host).range() !== 'unicast';
  return LOCAL_NAME.test(host) || !host.includes('.');
}
