/** Does this token say, from the provider to us, that somebody has signed out of it? OpenID Connect Back-Channel Logout 1.0. */
import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import { LogoutTokenRefused } from './openid.errors.js';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const SKEW_S = 60;
/** A token that was on its way for longer is not acted on; its `jti` is remembered for as long. */
export const TOKEN_AGE_S = 300;

/** How each signature is verified. Never `none`, and never with a secret. */
const ALGORITHMS: Readonly<Record<string, { type: string; hash: string | null; options?: object }>> = {
  RS256: { type: 'rsa', hash: 'sha256' },
  RS384: { type: 'rsa', hash: 'sha384' },
  RS512: { type: 'rsa', hash: 'sha512' },
  PS256: { type: 'rsa', hash: 'sha256', options: { padding: 6, saltLength: 32 } },
  ES256: { type: 'ec', hash: 'sha256', options: { dsaEncoding: 'ieee-p1363' } },
  ES384: { type: 'ec', hash: 'sha384', options: { dsaEncoding: 'ieee-p1363' } },
  EdDSA: { type: 'ed25519', hash: null },
};

const Header = z.looseObject({ alg: z.string(), kid: z.string().optional(), typ: z.string().optional() });
const Payload = z.looseObject({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  iat: z.number(),
  exp: z.number().optional(),
  jti: z.string().min(1).max(500),
  events: z.looseObject({ [EVENT]: z.looseObject({}) }),
  sub: z.string().optional(),
  sid: z.string().optional(),
  nonce: z.never({ error: 'it has a nonce, as ID tokens do' }).optional(),
});

/** Whose sessions are over; one of `sub` and `sid` is there. */
export interface Logout {
  readonly jti: string;
  readonly sub: string | null;
  readonly sid: string | null;
}

type Jwk = Readonly<Record<string, unknown>>;

/** @throws LogoutTokenRefused */
export function logoutIn(
  token: string,
  { issuer, clientId, keys, now }: { issuer: string; clientId: string; keys: readonly Jwk[]; now: Date },
): Logout {
  const parts = token.split('.');
  const [head = '', body = '', signature = ''] = parts;
  const header = Header.safeParse(jsonIn(head));
  const payload = Payload.safeParse(jsonIn(body));
  if (parts.length !== 3 || !header.success) throw new LogoutTokenRefused('it is not a JSON Web Token');
  if (header.data.typ && !/^(application\/)?(logout\+)?jwt$/i.test(header.data.typ))
    throw new LogoutTokenRefused(`its type is ${JSON.stringify(header.data.typ)}`);
  if (!isSigned(`${head}.${body}`, signature, header.data, keys))
    throw new LogoutTokenRefused('no key of the provider has signed it');
  if (!payload.success) {
    const [issue] = payload.error.issues;
    throw new LogoutTokenRefused(`of its claim "${issue?.path.join('.')}": ${issue?.message}`);
  }
  const { iss, aud, iat, exp, jti, sub = null, sid = null } = payload.data;
  const at = now.getTime() / 1_000;
  const faults: readonly [wrong: boolean, why: string][] = [
    [iss !== issuer, `it is from ${JSON.stringify(iss)}`],
    [![aud].flat().includes(clientId), 'it is for somebody else'],
    [iat > at + SKEW_S || iat < at - TOKEN_AGE_S, 'it is too old, or from the future'],
    [exp !== undefined && exp < at - SKEW_S, 'its time is over'],
    [sub === null && sid === null, 'it says neither who nor which session'],
  ];
  const fault = faults.find(([isWrong]) => isWrong);
  if (fault) throw new LogoutTokenRefused(fault[1]);
  return { jti, sub, sid };
}

function isSigned(
  text: string,
  signature: string,
  { alg, kid }: z.output<typeof Header>,
  keys: readonly Jwk[],
): boolean {
  const algorithm = Object.hasOwn(ALGORITHMS, alg) ? ALGORITHMS[alg] : undefined;
  if (!algorithm) return false;
  const meant = keys.filter(
    (key) => (kid === undefined || key.kid === kid) && (key.alg ?? alg) === alg && key.use !== 'enc',
  );
  return meant.some((jwk) => {
    const key = keyOf(jwk);
    if (key?.asymmetricKeyType !== algorithm.type) return false;
    return verify(
      algorithm.hash,
      Buffer.from(text),
      { key, ...algorithm.options },
      Buffer.from(signature, 'base64url'),
    );
  });
}

function keyOf(jwk: Jwk): KeyObject | null {
  try {
    return createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
  } catch {
    return null;
  }
}

function jsonIn(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
