/** Where do a data set's file and the metadata not agree? Pure; for the curator to read, and nothing is refused by it. */
import type { DatasetFacts } from '../../checks/profiles/dataset-facts.js';
import { doiUrl } from '../dois/publication.js';
import type { Note } from './datasets.schema.js';

export interface Compared {
  readonly title: string;
  readonly titleFrom: 'person' | 'file' | 'name';
  /** How many data sets of the submission have this title, and these bytes. */
  readonly namesakes: number;
  readonly twins: number;
  readonly facts: Pick<DatasetFacts, 'title' | 'citation'> | null;
}

/** @param doi of the metadata */
export function notesOf(dataset: Compared, doi: string | null): Note[] {
  const notes: Note[] = [];
  const own = text(dataset.facts?.title);
  const cited = text(dataset.facts?.citation)?.match(/doi\.org\/(10\.\d{4,9}\/[^\s]+)/i)?.[1] ?? null;

  if (dataset.titleFrom === 'person' && own !== null && own !== dataset.title)
    notes.push({ code: 'title-differs', message: `The file calls itself "${own}" in uns['title'].` });
  if (dataset.namesakes > 1)
    notes.push({
      code: 'title-repeated',
      message: `${dataset.namesakes} data sets of the submission have this title.`,
    });
  if (dataset.twins > 1)
    notes.push({
      code: 'bytes-repeated',
      message: `${dataset.twins} files of the submission have exactly these bytes.`,
    });
  if (cited !== null && doi === null)
    notes.push({ code: 'doi-missing', message: `The file cites ${doiUrl(cited)}, and the metadata name no DOI.` });
  if (cited !== null && doi !== null && cited.toLowerCase() !== doi.toLowerCase())
    notes.push({
      code: 'doi-differs',
      message: `The file cites ${doiUrl(cited)}, and the metadata name ${doiUrl(doi)}.`,
    });
  return notes;
}

const text = (value: string | null | undefined) => value?.trim() || null;
