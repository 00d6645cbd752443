/** Does a path fit a pattern in which `*` stands for anything within a name? In time that is bounded whatever the pattern is. */

export const RUN_NAME = '{run_name}';

const STAR = '*'.charCodeAt(0);

export const isPattern = (text: string): boolean => text.includes('*');

export function fits(pattern: string, path: string): boolean {
  const names = path.split('/');
  const patterns = pattern.split('/');
  return names.length === patterns.length && patterns.every((part, i) => fitsName(part, names[i] ?? ''));
}

/** Of a name alone. Only the last star is ever tried again: the ones before it have taken as little as they can. */
export function fitsName(pattern: string, name: string): boolean {
  let [p, n, star, retry] = [0, 0, -1, 0];
  while (n < name.length) {
    if (p < pattern.length && pattern.charCodeAt(p) === STAR) {
      star = p++;
      retry = n;
    } else if (p < pattern.length && pattern.charCodeAt(p) === name.charCodeAt(n)) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++retry;
    } else return false;
  }
  while (pattern.charCodeAt(p) === STAR) p++;
  return p === pattern.length;
}
