import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCOPES } from '../src/identity/user.js';
import { ROUTES, type Who } from '../src/permissions.js';
import { type Answer, beginRouteCalls, type Caller, type RouteCalls } from './every-route.js';

/** What becomes of a request, as far as permission goes. Hidden: for this caller there is no such submission. */
type Fate = 'served' | 'hidden' | 'forbidden' | 'asked who they are' | 'broken';

const fates = (
  owner: Fate,
  editor: Fate,
  viewer: Fate,
  other: Fate,
  curator: Fate,
  admin: Fate,
): Readonly<Record<Caller, Fate>> => ({
  ...{ owner, editor, viewer, 'another submitter': other, curator, admin },
});

const FATES: Readonly<Record<Who, Readonly<Record<Caller, Fate>>>> = {
  anyone: fates('served', 'served', 'served', 'served', 'served', 'served'),
  person: fates('served', 'served', 'served', 'served', 'served', 'served'),
  submitter: fates('served', 'served', 'served', 'served', 'forbidden', 'forbidden'),
  curator: fates('forbidden', 'forbidden', 'forbidden', 'forbidden', 'served', 'served'),
  admin: fates('forbidden', 'forbidden', 'forbidden', 'forbidden', 'forbidden', 'served'),
  reader: fates('served', 'served', 'served', 'hidden', 'served', 'served'),
  participant: fates('served', 'served', 'forbidden', 'hidden', 'served', 'served'),
  editor: fates('served', 'served', 'forbidden', 'hidden', 'forbidden', 'forbidden'),
  owner: fates('served', 'forbidden', 'forbidden', 'hidden', 'forbidden', 'forbidden'),
  reviewer: fates('forbidden', 'forbidden', 'forbidden', 'hidden', 'served', 'served'),
};

/** Who is stopped by nothing but the scopes of a token. */
const MAY: Readonly<Record<Who, Caller>> = {
  ...{
    anyone: 'owner',
    person: 'owner',
    submitter: 'owner',
    reader: 'owner',
    participant: 'owner',
    editor: 'owner',
    owner: 'owner',
  },
  ...{ curator: 'curator', reviewer: 'curator', admin: 'admin' },
};

let routes: RouteCalls;
beforeAll(async () => {
  routes = await beginRouteCalls();
});
afterAll(() => routes?.end());

describe('the table of permissions', () => {
  /** HEAD is GET without the body, and the document says it once. */
  const asDocumented = (route: string) => route.replace(/^HEAD (?!\/uploads)/, 'GET ');

  it('knows the routes that the OpenAPI document knows, and no others', () => {
    const known = new Set(Object.keys(ROUTES).map(asDocumented));

    expect([...new Set(routes.documented().map(asDocumented))].sort()).toEqual([...known].sort());
  });

  it.each(Object.keys(ROUTES).filter((route) => asDocumented(route) !== route))(
    'serves %s to whom it serves GET',
    (route) => {
      expect(ROUTES[route]).toEqual(ROUTES[asDocumented(route)]);
    },
  );
});

describe.each(Object.entries(ROUTES))('%s', (route, { who, scopes }) => {
  const isOpen = who === 'anyone';

  it.each(Object.entries(FATES[who]) as [Caller, Fate][])('as %s is %s', async (caller, fate) => {
    const answer = await routes.call(route, caller);

    expect(fateOf(answer), answer.body).toBe(fateOn(route, fate));
  });

  it(`as a stranger is ${isOpen ? 'served' : 'asked who they are'}`, async () => {
    const answer = await routes.call(route, null);

    expect(fateOf(answer), answer.body).toBe(isOpen ? 'served' : 'asked who they are');
  });

  it.skipIf(isOpen)('with a token for all but this is forbidden', async () => {
    const others = SCOPES.filter((scope) => !scopes.includes(scope));
    const answer = await routes.call(route, MAY[who], others);

    expect(fateOf(answer), answer.body).toBe('forbidden');
  });

  it.skipIf(isOpen)('with a token that is none is asked who they are', async () => {
    const answer = await routes.call(route, 'mistyped');

    expect(fateOf(answer), answer.body).toBe('asked who they are');
  });
});

function fateOf({ status, code }: Answer): Fate {
  if (status >= 500 || code === 'route-not-found') return 'broken';
  if (status === 401 && code !== 'sign-in-refused') return 'asked who they are';
  if (status === 403) return 'forbidden';
  return status === 404 && code === 'submission-not-found' ? 'hidden' : 'served';
}

/** An answer to HEAD has no body to say what it is that is missing. */
const fateOn = (route: string, fate: Fate): Fate => (route.startsWith('HEAD ') && fate === 'hidden' ? 'served' : fate);
