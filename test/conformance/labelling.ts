/** Are the labels that the system writes those that a case asks for? Written to a file, and read from it again. */
import { expect } from 'vitest';
import { labelsOf } from '../../checks/curation/labels.js';
import { withH5ad } from '../../checks/curation/with-h5ad.js';
import { categoriesOf } from '../../checks/readers/column-values.js';
import { textAt, textsOf } from '../../checks/readers/columns.js';
import { editAnnData } from '../../checks/writers/anndata-edit.js';
import type { DataCase, JsonObject } from './cases.js';
import { NotUnderstood } from './dataset.js';
import { contextOf } from './judging.js';

/** `obs.tissue[Y] = 'unknown'`, `donor_id categories afterwards = [donor_1]` */
const ONE_LABEL = /^obs\.(\w+)\[(\w+)\] = '(.*)'$/;
const CATEGORIES = /^(\w+) categories afterwards = \[(.*)\]$/;

export async function labelled(one: DataCase, bases: JsonObject, local: string): Promise<void> {
  const output = `${local}.labelled.h5ad`;
  await editAnnData(local, output, await contextOf(one, bases, local, (h5ad) => labelsOf(h5ad, null)));
  await withH5ad(output, '7.0.0', ({ hdf5, anndata: { obs } }) => {
    const [, label = '', row = '', value] = ONE_LABEL.exec(one.note ?? '') ?? [];
    const [, column = '', categories] = CATEGORIES.exec(one.note ?? '') ?? [];
    const found = obs?.columns.get(label || column);
    if (!obs?.index || (value === undefined && categories === undefined)) {
      throw new NotUnderstood(`what "${one.note}" asks for is not known`);
    }
    if (!found) throw new Error(`The column ${label || column} is not there.`);
    if (value !== undefined) {
      const names = [...textsOf(hdf5, obs.index)].flatMap(({ values }) => values);
      expect(textAt(hdf5, found, names.indexOf(row))).toBe(value);
    } else {
      expect(found.kind === 'categorical' && categoriesOf(hdf5, found.categories)).toEqual(categories?.split(', '));
    }
  });
}
