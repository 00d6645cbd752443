/** What do the texts of a deposition have to be? Titles, descriptions of a few sentences, and protocols in steps. */
import { Paragraphs, Text } from '../terms.js';
import type { Shown } from './fields.js';

export const Title = Text(300);

const ABBREVIATIONS = new Set(
  'e.g i.e cf etc vs fig figs approx ca al sp spp subsp var no nr dr prof eq ref refs resp min max temp conc vol'.split(
    ' ',
  ),
);

/** Ends of sentences; "e.g.", "S. pombe" and "3.5" end none. */
export function sentencesOf(text: string): number {
  let sentences = 0;
  for (const { 0: end, index } of text.matchAll(/[.!?]+["')\]]*(?=\s|$)|[。！？]/g)) {
    const [word = ''] = /[^\s(["']*$/.exec(text.slice(Math.max(0, index - 40), index)) ?? [];
    const isLast = index + end.length >= text.trimEnd().length;
    const isShort = end === '.' && (/^\p{Lu}$/u.test(word) || ABBREVIATIONS.has(word.toLowerCase()));
    if (isLast || !isShort) sentences++;
  }
  return sentences;
}

/** One to five sentences; that there are more is for notes to say. */
export const Description = (shown: Shown) =>
  Paragraphs(10_000, 'a description')
    .min(20, 'expected at least 20 characters')
    .refine((text) => sentencesOf(text) > 0, 'expected at least one sentence, with a full stop at its end')
    .meta({ ...shown });

/** Steps are parted by a plus sign that stands alone, or begins a line: that of "Ca2+" parts nothing. */
export const stepsOf = (text: string): string[] =>
  text
    .replace(/\r\n?/g, '\n')
    .split(/(?<=^|\s)\+(?=\s|$)|(?<=\n)\+/)
    .map((step) => step.trim());

export const StepsText = (shown: Shown) =>
  Paragraphs(20_000, 'the steps')
    .refine((text) => stepsOf(text).every((step) => step !== ''), 'expected a step on either side of each " + "')
    .meta({ ...shown });
