import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedFolder } from '../../test/shared.js';
import { installReference } from './install.js';
import type { Manifest } from './installed.js';
import { referenceFor } from './open-reference.js';
import type { Ontology } from './reference.js';
import { STARTER_TERMS, starterReference } from './starter.js';

const shared = sharedFolder('reference');
const to = mkdtempSync(join(tmpdir(), 'reference-'));
afterAll(() => rmSync(to, { recursive: true }));

type Expected = Readonly<Record<string, readonly [label: string, deprecated: 0 | 1, parents: string[], by?: string]>>;
const expected = (schema: string, name: string): Expected =>
  JSON.parse(gunzipSync(shared.bytes(`ontology/expected/${schema}-${name}.json.gz`)).toString());

/** All that closing over the parents of the expected terms gives. */
function closure(terms: Expected): (id: string) => ReadonlySet<string> {
  const known = new Map<string, Set<string>>();
  return function above(id) {
    const found = known.get(id) ?? new Set();
    if (known.has(id)) return found;
    known.set(id, found);
    for (const parent of terms[id]?.[2] ?? []) for (const each of [parent, ...above(parent)]) found.add(each);
    return found;
  };
}

describe.skipIf(shared.isMissing)(`installed reference data${shared.note}`, { timeout: 60_000 }, () => {
  let installed: Manifest;
  beforeAll(async () => {
    installed = await installReference({ schema: '7.0.0', to, from: shared.at('') });
  }, 60_000);
  const reference = () => referenceFor('7.0.0', to);
  const ontology = (name: string): Ontology => {
    const found = reference().ontology(name);
    if (!found) throw new Error(`There is no ${name}.`);
    return found;
  };

  const NAMES = shared.isMissing
    ? []
    : readdirSync(shared.at('ontology/expected'))
        .filter((file) => file.startsWith('7.0.0-'))
        .map((file) => file.slice(6, -8));

  it.each(NAMES)('have each term of %s with the ancestors that were published', (name) => {
    const terms = expected('7.0.0', name);
    const above = closure(terms);
    const whole = ontology(name);
    const wrong: string[] = [];
    for (const [id, [label, deprecated, , replacedBy]] of Object.entries(terms)) {
      const term = whole.term(id);
      const ancestors = whole.ancestors(id);
      const isAsPublished =
        term?.label === label && term.isDeprecated === (deprecated === 1) && ancestors.size === above(id).size;
      if (!isAsPublished || ![...above(id)].every((each) => ancestors.has(each))) wrong.push(id);
      // Prose in place of an id is left out.
      if (term?.replacedBy && term.replacedBy !== replacedBy) wrong.push(`${id}: ${term.replacedBy}`);
    }

    expect(wrong).toEqual([]);
    expect(installed.ontologies.find((file) => file.name === name)?.count).toBe(Object.keys(terms).length);
  });

  it('know the ontology of an id by how it begins', () => {
    const names = ['CL:0000583', 'ZFS:0100000', 'AfPO:0000145', 'CVCL_0030', 'NCBITaxon:9606', 'GO:0008150', 'words'];

    expect(names.map((id) => reference().ontologyOf(id)?.name)).toEqual([
      'CL',
      'ZFA',
      'HANCESTRO',
      'CVCL',
      'NCBITaxon',
      undefined,
      undefined,
    ]);
  });

  it('are whole: what they lack is no term', () => {
    expect(ontology('CL')).toMatchObject({ isWhole: true });
    expect([ontology('CL').term('CL:9999999'), ontology('CL').mayHave('CL:9999999')]).toEqual([null, false]);
    expect(ontology('CL').isBelow('CL:0000583', 'CL:0000000')).toBe(true);
    expect(ontology('CL').isBelow('CL:0000000', 'CL:0000000')).toBe(false);
    expect(ontology('CL').isBelow('CL:9999999', 'CL:0000000')).toBe(false);
  });

  it('tell by what a deprecated term is replaced', () => {
    expect(ontology('CL').term('CL:0000003')).toEqual({
      ...{ id: 'CL:0000003', label: 'obsolete native cell', isDeprecated: true, replacedBy: 'CL:0000000' },
    });
  });

  it('have every gene of every table, and no other', () => {
    const { genes } = reference();
    const tables = readdirSync(shared.at('genes')).filter((file) => file.endsWith('.csv.gz'));
    let count = 0;
    const wrong: string[] = [];
    for (const table of tables) {
      for (const line of gunzipSync(shared.bytes(`genes/${table}`))
        .toString()
        .trimEnd()
        .split('\n')) {
        const [id = '', name, , length, type] = line.split(',');
        const gene = genes.gene(id);
        count++;
        if (gene?.name !== name || gene?.length !== Number(length) || gene?.type !== type) wrong.push(line);
      }
    }

    expect([wrong.slice(0, 5), count]).toEqual([[], 574_425]);
    expect(genes.gene('ENSMUSG00000064842')?.organism).toBe('NCBITaxon:10090');
    expect(['ENSG00000167286.1', 'ENSG', 'CD3D', '', 'ensg00000167286'].map(genes.gene)).toEqual(Array(5).fill(null));
    expect([genes.isWhole, genes.organisms.length]).toEqual([true, 16]);
  });

  it.each([
    ['UBERON', 'LUNG', 'lung'],
    ['UBERON', 'lungs', 'lung'],
    ['MONDO', "alzheimer's disease", 'Alzheimer disease'],
    ['MONDO', 'Lung adenocarcinom', 'lung adenocarcinoma'],
    ['EFO', '10X 3 v3', "10x 3' v3"],
  ])('suggest of %s for "%s" the term "%s"', (name, text, label) => {
    expect(ontology(name).nearest(text, 5)[0]).toMatchObject({ label, isDeprecated: false });
  });

  it('suggest nothing that is deprecated, no more than is asked, and nothing for what is like no term', () => {
    expect(
      ontology('CL')
        .nearest('obsolete native cell', 50)
        .some(({ isDeprecated }) => isDeprecated),
    ).toBe(false);
    expect(ontology('CL').nearest('T cell', 3)).toHaveLength(3);
    expect(['qqqqxxxx', '', '?'].map((text) => ontology('CL').nearest(text, 3))).toEqual([[], [], []]);
  });

  it('name the file that is damaged, and only when it is asked for', () => {
    const file = installed.ontologies.find(({ name }) => name === 'WBls')?.file ?? '';
    const path = join(to, '7.0.0', file);
    const bytes = readFileSync(path);
    const copy = mkdtempSync(join(tmpdir(), 'reference-damaged-'));
    // Under another path, since what was read once is not read again.
    cpSync(to, copy, { recursive: true });
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(join(copy, '7.0.0', file), bytes);

    const damaged = referenceFor('7.0.0', copy);
    expect(damaged.ontology('FBdv')?.name).toBe('FBdv');
    expect(() => damaged.ontology('WBls')).toThrow(`${file} is damaged`);
    rmSync(join(copy, '7.0.0', file));
    expect(() => damaged.ontology('WBls')).toThrow('Install it again: `accession reference install --schema 7.0.0`');
    writeFileSync(join(copy, '7.0.0', 'installed.json'), '{"format": 1, ');
    expect(() => referenceFor('7.0.0', copy)).toThrow('installed.json is damaged');
    writeFileSync(join(copy, '7.0.0', 'installed.json'), JSON.stringify({ ...installed, format: 0 }));
    expect(() => referenceFor('7.0.0', copy)).toThrow('another version of accession');
    rmSync(copy, { recursive: true });
  });

  it.each(['7.0.0', '7.1.0'])('of schema %s agree with the starter set on all that it has', (schema) => {
    const disagreed: string[] = [];
    for (const [name, rows] of Object.entries(STARTER_TERMS)) {
      const starter = starterReference(schema).ontology(name);
      const terms = expected(schema, name);
      const above = closure(terms);
      const ids = rows.map(([id]) => `${name}${name === 'CVCL' ? '_' : ':'}${id}`);
      for (const id of ids) {
        const term = starter?.term(id);
        const [label, deprecated] = terms[id] ?? [];
        if (term?.label !== label || Number(term?.isDeprecated) !== deprecated) disagreed.push(id);
        for (const root of ids) {
          if (starter?.isBelow(id, root) !== above(id).has(root)) disagreed.push(`${id} ${root}`);
        }
      }
    }
    expect(disagreed).toEqual([]);
  });
});
