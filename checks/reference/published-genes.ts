/** What does a published gene table say? A line a gene: id, name, version, length of the median isoform, type. */
import type { GeneRecord } from './packed-genes.js';

const FIELDS = 5;

/** @throws an Error that names the line which is not of this form */
export function publishedGenes(text: string): GeneRecord[] {
  const lines = text.trimEnd().split('\n');
  return lines.map((line, i) => {
    const [id = '', name = '', , length, type = '', ...more] = line.trimEnd().split(',');
    const bases = Number(length);
    if (id === '' || more.length > 0 || !Number.isInteger(bases) || line.split(',').length !== FIELDS)
      throw new Error(`Line ${i + 1} is not "id,name,version,length,type".`);
    return { id, name, length: bases, type };
  });
}
