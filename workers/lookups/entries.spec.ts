import { describe, expect, it } from 'vitest';
import type { Answered } from '../../src/lookups/lookup-work.service.js';
import { type Asking, LookupFailed } from './answers.js';
import { cellLineIn, emdbEntry, empiarEntry, pdbEntry, personIn, proteinIn, resolvedBy, strainIn } from './entries.js';
import { termIn } from './ontologies.js';

type Find = (asking: Asking, value: string) => Promise<Answered>;

const GO = 'http://purl.obolibrary.org/obo/GO_0005840';
const COMPONENT = 'http://purl.obolibrary.org/obo/GO_0005575';
const page = { totalElements: 1 };

/** Each with a value, what its calls are answered with, and what it is called then. */
const SOUND: readonly [Find, value: string, answers: readonly unknown[], label: string | null][] = [
  [
    personIn,
    'x',
    [{ name: { 'given-names': { value: 'J' }, 'family-name': { value: 'C' }, 'credit-name': null } }],
    'J C',
  ],
  [personIn, 'x', [{ name: { 'given-names': null, 'family-name': null, 'credit-name': { value: 'J. C.' } } }], 'J. C.'],
  [personIn, 'x', [{ name: null }], null],
  [empiarEntry, 'EMPIAR-10001', [{ 'EMPIAR-10001': { title: ' A\n title ' } }], 'A title'],
  [emdbEntry, 'EMD-1234', [{ emdb_id: 'EMD-1234', admin: { title: 'A map' } }], 'A map'],
  [emdbEntry, 'EMD-1234', [{ emdb_id: 'EMD-1234' }], null],
  [
    pdbEntry,
    'PDB-1ABC',
    [{ rcsb_id: '1ABC', struct: { title: 'A structure' } }, { rcsb_polymer_entity: { pdbx_description: 'x' } }],
    'A structure',
  ],
  [
    proteinIn,
    'UniProtKB:P0A7V0',
    [{ entryType: 'x', proteinDescription: { submissionNames: [{ fullName: { value: 'A protein' } }] } }],
    'A protein',
  ],
  [cellLineIn, 'CVCL_0030', [{ Cellosaurus: { 'cell-line-list': [{ 'name-list': [{ value: 'HeLa' }] }] } }], 'HeLa'],
  [
    strainIn,
    'WBStrain00000001',
    [{ name: { data: { label: 'N2' } } }, { other_names: { data: ['Bristol', { text: 'x' }] } }],
    'N2',
  ],
  [strainIn, 'WBStrain00000001', [{ name: { data: { label: 'N2' } } }, {}], 'N2'],
  [
    termIn,
    'GO:0005840',
    [
      { _embedded: { terms: [{ iri: GO, label: 'ribosome', synonyms: null }] }, page },
      { _embedded: { terms: [{ iri: COMPONENT }] }, page },
    ],
    'ribosome',
  ],
  [resolvedBy, '10.5555/x', ['<html>'], null],
];

const answering = (texts: readonly string[], status = 200): Asking => {
  let calls = 0;
  return { ask: async () => ({ status, text: texts[Math.min(calls++, texts.length - 1)] ?? '' }) };
};
const texts = (answers: readonly unknown[]) => answers.map((answer) => JSON.stringify(answer));

describe('the answer of a service', () => {
  it.each(SOUND)('of %o about %s tells what it is called', async (find, value, answers, label) => {
    expect(await find(answering(texts(answers)), value)).toMatchObject({ state: 'verified', label });
  });

  it.each(SOUND)('of %o about %s may be that there is none', async (find, value) => {
    const none = find === termIn ? answering(['{"page":{"totalElements":0}}']) : answering(['{}'], 404);

    expect(await find(none, value)).toMatchObject({ state: 'not_found' });
  });

  it.each(SOUND)('of %o about %s that is of another status says nothing', async (find, value) => {
    for (const status of [100, 403, 429, 500, 503])
      await expect(find(answering(['{}'], status), value)).rejects.toThrow(LookupFailed);
  });

  it('about another term says nothing', async () => {
    const other = { _embedded: { terms: [{ iri: COMPONENT, label: 'x' }] }, page };

    await expect(termIn(answering(texts([other])), 'GO:0005840')).rejects.toThrow('another term');
  });

  it('names no more than a page shows', async () => {
    const synonyms = Array.from({ length: 10_000 }, (_, i) => `${i} ${'x'.repeat(2_000)}`);
    const huge = {
      _embedded: { terms: [{ iri: 'http://purl.obolibrary.org/obo/CL_0000066', label: 'x', synonyms }] },
      page,
    };

    const { names } = await termIn(answering(texts([huge])), 'CL:0000066');

    expect(names).toHaveLength(200);
    expect(Math.max(...names.map((name) => name.length))).toBe(500);
  });

  it('may be anything at all, and ends as an answer or as none', async () => {
    const random = seeded(20_261_121);
    for (let round = 0; round < 3_900; round++) {
      const [find, value, answers] = SOUND[round % SOUND.length] ?? [resolvedBy, 'x', []];
      const spoiled = texts(answers).map((text) => damaged(text, random));
      const told = await find(answering(spoiled), value).catch((error: unknown) => error);

      if (told instanceof Error) expect(told, spoiled.join('\n')).toBeInstanceOf(LookupFailed);
      else expect(told, spoiled.join('\n')).toMatchObject({ state: expect.stringMatching(/^(verified|not_found)$/) });
    }
  });
});

const VALUES = ['null', '7', '""', '[]', '{}', '[null]', '{"value":7}', 'true', '"\\u0000"', '1e999', '[[[]]]'];

/** One value of it is another, or a piece of it is gone, or it is something else. */
function damaged(text: string, random: () => number): string {
  const at = Math.floor(random() * text.length);
  const other = VALUES[Math.floor(random() * VALUES.length)] ?? 'null';
  const values = [...text.matchAll(/"[^"]*"(?!:)|null|\{[^{}]*\}|\[[^[\]]*\]/g)];
  const one = values[Math.floor(random() * values.length)];
  switch (Math.floor(random() * 5)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + String.fromCharCode(Math.floor(random() * 256)) + text.slice(at + 1);
    case 2:
      return other;
    default:
      return one ? text.slice(0, one.index) + other + text.slice(one.index + one[0].length) : other;
  }
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
