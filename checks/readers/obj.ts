/** Which faces does an OBJ file have, and of which vertices? Faces may name vertices that come later. */
import { decimalOf } from './decimal.js';
import { type Surface, surfaceOf } from './surface.js';

export type ObjFault = 'vertex_number' | 'other_number' | 'face_short' | 'index' | 'index_of_others';

export interface ObjReader {
  take(lines: readonly string[]): void;
  end(): void;
  readonly surface: Surface;
  /** Lines and points, which are drawn and have no area. */
  readonly others: number;
}

/** Faces ahead of their vertices are kept until the end: real files have none. */
const MOST_AHEAD = 100_000;
/** A line that is continued over more is no line. */
const LONGEST = 1 << 20;

type Kind = 'v' | 'vt' | 'vn';
const KINDS: readonly Kind[] = ['v', 'vt', 'vn'];

interface Ahead {
  readonly kind: Kind;
  readonly index: number;
  readonly line: number;
}

export function objReader(fault: (fault: ObjFault, line: number, value: string) => void): ObjReader {
  const surface = surfaceOf();
  const counts: Record<Kind, number> = { v: 0, vt: 0, vn: 0 };
  const ahead: Ahead[] = [];
  let others = 0;
  let number = 0;
  let continued = '';

  const tellIndex = (kind: Kind, line: number, value: string) =>
    fault(kind === 'v' ? 'index' : 'index_of_others', line, value);

  function takeVertex(words: readonly string[], line: string): void {
    counts.v++;
    const [x, y, z, ...rest] = words.slice(1).map((word) => decimalOf(word) ?? Number.NaN);
    if (!surface.add(x ?? Number.NaN, y ?? Number.NaN, z ?? Number.NaN)) fault('vertex_number', number, line);
    // A weight, or the colour of the vertex.
    else if (rest.some(Number.isNaN)) fault('other_number', number, line);
  }

  function takeOther(kind: 'vt' | 'vn', words: readonly string[], line: string): void {
    counts[kind]++;
    if (words.length < 2 || words.slice(1).some((word) => decimalOf(word) === null))
      fault('other_number', number, line);
  }

  /** `7`, `7/2`, `7/2/3`, `7//3`; below zero, they count from the last one back. */
  function judgeReference(reference: string): void {
    for (const [i, text] of reference.split('/').entries()) {
      const kind = KINDS[i];
      if (text === '' && i > 0) continue;
      const index = /^[-+]?\d{1,15}$/.test(text) ? Number(text) : 0;
      const count = kind ? counts[kind] : 0;
      if (!kind || index === 0 || index < -count) tellIndex(kind ?? 'v', number, reference);
      else if (index > count && ahead.length < MOST_AHEAD) ahead.push({ kind, index, line: number });
      else if (index > count) tellIndex(kind, number, reference);
    }
  }

  function takeFace(words: readonly string[], line: string): void {
    const references = words.slice(1);
    if (references.length < 3) fault('face_short', number, line);
    else surface.triangles += references.length - 2;
    for (const reference of references) judgeReference(reference);
  }

  function takeLine(line: string): void {
    const words = line.split(/\s+/);
    const [word] = words;
    if (word === 'v') takeVertex(words, line);
    else if (word === 'vt' || word === 'vn') takeOther(word, words, line);
    else if (word === 'f' || word === 'fo') takeFace(words, line);
    else if (word === 'l' || word === 'p') others++;
  }

  return {
    surface,
    get others() {
      return others;
    },
    take(lines) {
      for (const raw of lines) {
        number++;
        const line = continued + raw.trim();
        continued = line.endsWith('\\') && line.length < LONGEST ? `${line.slice(0, -1)} ` : '';
        if (continued === '' && line !== '' && !line.startsWith('#')) takeLine(line);
      }
    },
    end() {
      if (continued !== '') takeLine(continued.trim());
      for (const { kind, index, line } of ahead) if (index > counts[kind]) tellIndex(kind, line, String(index));
    },
  };
}
