import { describe, expect, it } from 'vitest';
import { recognised } from './citations.js';
import { termOf } from './ontologies.js';
import { Authors, hasCheckDigit, isRor, Orcid } from './people.js';
import { sentencesOf, stepsOf } from './texts.js';

const author = (changed: object = {}) => ({
  name: 'Josiah Carberry',
  orcid: '0000-0002-1825-0097',
  email: 'j.carberry@example.org',
  is_primary: true,
  is_corresponding: true,
  ...changed,
});
const faultsOf = (...authors: object[]) =>
  Authors.safeParse(authors).error?.issues.map(({ path }) => path.join('/')) ?? [];

describe('an ORCID iD', () => {
  it.each(['0000-0002-1825-0097', '0000-0001-5109-3700', '0000-0002-1694-233X'])('is %s', (orcid) => {
    expect(hasCheckDigit(orcid)).toBe(true);
    expect(Orcid.parse(`https://orcid.org/${orcid.toLowerCase()} `)).toBe(orcid);
  });

  it.each([
    '0000-0002-1825-0098',
    '0000-0002-1852-0097',
    '0000-0002-1694-2330',
    '0000000218250097',
    'x0000-0002-1825-0097',
    '0000-0002-1825-00971',
    '',
  ])('is not %j', (orcid) => {
    expect(Orcid.safeParse(orcid).error?.issues).toHaveLength(1);
  });
});

describe('the authors', () => {
  it('are in the order of the list where no place is told', () => {
    const second = author({ orcid: '0000-0001-5109-3700', is_primary: false });

    expect(Authors.parse([author(), second]).map(({ order }) => order)).toEqual([1, 2]);
    expect(Authors.parse([author({ order: 2 }), { ...second, order: 1 }]).map(({ order }) => order)).toEqual([2, 1]);
  });

  it.each<[string, object[], string[]]>([
    ['none', [], ['']],
    ['no primary one', [author({ is_primary: false })], ['']],
    ['no corresponding one', [author({ is_corresponding: false })], ['']],
    [
      'one who leaves open whether primary',
      [author(), author({ orcid: '0000-0001-5109-3700', is_primary: undefined })],
      ['1/is_primary'],
    ],
    ['one ORCID iD twice', [author(), author()], ['1/orcid']],
    ['neither an ORCID iD nor a reason', [author({ orcid: undefined })], ['0/orcid']],
    ['no e-mail address', [author({ email: undefined })], ['0/email']],
    ['an e-mail address for a name', [author({ name: 'a@example.org' })], ['0/name']],
    ['a name of one letter', [author({ name: 'A' })], ['0/name']],
    ['a place beyond the list', [author({ order: 2 })], ['0/order']],
    ['one place twice', [author({ order: 1 }), author({ orcid: '0000-0001-5109-3700', order: 1 })], ['1/order']],
    ['a place of some alone', [author({ order: 1 }), author({ orcid: '0000-0001-5109-3700' })], ['1/order']],
  ])('are refused with %s', (_, authors, found) => {
    expect(faultsOf(...authors)).toEqual(found);
  });

  it('are taken without an ORCID iD for a reason, and with the address of a ROR', () => {
    const [one] = Authors.parse([
      author({ orcid: undefined, no_orcid_reason: 'Has none.', affiliation_ror: 'https://ror.org/05gq02987' }),
    ]);

    expect(one?.affiliation_ror).toBe('05gq02987');
    expect([isRor('05gq02987'), isRor('15gq02987'), isRor('05gq0298')]).toEqual([true, false, false]);
  });
});

describe('a cross reference', () => {
  it.each([
    ['https://doi.org/10.1038/s41586-020-2649-2', 'DOI', '10.1038/s41586-020-2649-2'],
    ['doi:10.1038/s41586-020-2649-2.', 'DOI', '10.1038/s41586-020-2649-2'],
    ['EMPIAR-10001', 'EMPIAR', 'EMPIAR-10001'],
    ['empiar 10001', 'EMPIAR', 'EMPIAR-10001'],
    ['https://www.ebi.ac.uk/empiar/EMPIAR-10001/', 'EMPIAR', 'EMPIAR-10001'],
    ['https://doi.org/10.6019/EMPIAR-10001', 'EMPIAR', 'EMPIAR-10001'],
    ['EMD 1234', 'EMDB', 'EMD-1234'],
    ['emd-1234', 'EMDB', 'EMD-1234'],
    ['EMDB: EMD-12345', 'EMDB', 'EMD-12345'],
    ['https://www.ebi.ac.uk/emdb/EMD-12345?tab=overview', 'EMDB', 'EMD-12345'],
    ['1abc', 'PDB', 'PDB-1ABC'],
    ['pdb_00001abc', 'PDB', 'PDB-1ABC'],
    ['PDB-1abc', 'PDB', 'PDB-1ABC'],
    ['PDB 1ABC', 'PDB', 'PDB-1ABC'],
    ['https://www.rcsb.org/structure/1ABC', 'PDB', 'PDB-1ABC'],
    ['https://doi.org/10.2210/pdb1abc/pdb', 'PDB', 'PDB-1ABC'],
    ['https://www.ebi.ac.uk/pdbe/entry/pdb/1abc/', 'PDB', 'PDB-1ABC'],
  ])('%j is recognised, and again in its own form', (pasted, kind, value) => {
    expect(recognised(pasted)).toEqual({ kind, value });
    expect(recognised(value)).toEqual({ kind, value });
  });

  it.each(['EMPIAR-100', 'EMD-123', 'EMD-1234567', 'abcd', 'https://example.org/EMD-1234', '', '10.1038/', 'in press'])(
    '%j is none',
    (pasted) => {
      expect(recognised(pasted)).toBeNull();
    },
  );
});

describe('a term', () => {
  it.each([
    ['GO:0005840', 'GO:0005840'],
    ['go_0005840', 'GO:0005840'],
    ['http://purl.obolibrary.org/obo/GO_0005840', 'GO:0005840'],
    ['https://www.uniprot.org/uniprotkb/P0A7V0/entry', 'UniProtKB:P0A7V0'],
    ['UniProtKB:A0A024R1R8', 'UniProtKB:A0A024R1R8'],
    ['CVCL_0030', 'CVCL_0030'],
    ['cvcl:0030', 'CVCL_0030'],
    ['WBStrain00000001', 'WBStrain00000001'],
    ['CC-1690', 'CC-1690'],
    ['ncbitaxon:9606', 'NCBITaxon:9606'],
    ['FBbt:00005106', 'FBbt:00005106'],
    ['PDB-1abc', 'PDB-1ABC'],
  ])('%s is written %s', (pasted, id) => {
    const among = ['CC', 'CL', 'GO', 'UniProtKB', 'CVCL', 'WBStrain', 'NCBITaxon', 'FBbt', 'PDB'] as const;

    expect(termOf(pasted, among)?.id).toBe(id);
  });

  it.each(['GO:123', 'GO:00058400', 'CL:0000066', 'UniProtKB:P0A', '0005840', 'GO', 'xGO:0005840'])(
    '%j is none',
    (id) => {
      expect(termOf(id, ['GO', 'UniProtKB'])).toBeNull();
    },
  );
});

describe('a text', () => {
  it.each([
    ['One sentence.', 1],
    ['One. Two! Three?', 3],
    ['Cells of S. pombe, e.g. of wild type (cf. Fig. 3), at 3.5 °C.', 1],
    ['Grown by A. B. Carberry et al. in 2020.', 1],
    ['It is called "X". It is new.', 2],
    ['What is the protein S.', 1],
    ['No end', 0],
    ['...', 1],
  ])('%j has %i sentences', (text, sentences) => {
    expect(sentencesOf(text)).toBe(sentences);
  });

  it.each([
    ['Growth + blotting + plunging', ['Growth', 'blotting', 'plunging']],
    ['Growth\n+blotting\r\n+ plunging', ['Growth', 'blotting', 'plunging']],
    ['Medium with Ca2+ and Mg2+ + wash in H+ buffer', ['Medium with Ca2+ and Mg2+', 'wash in H+ buffer']],
    ['a+b', ['a+b']],
    ['a + + b', ['a', '', 'b']],
    ['+ a', ['', 'a']],
    ['a +', ['a', '']],
  ])('%j is of the steps %j', (text, steps) => {
    expect(stepsOf(text)).toEqual(steps);
  });
});
