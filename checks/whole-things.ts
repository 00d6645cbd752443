/** What is there to check among many files? Each is a thing of its own, but for those of a folder that is one to its format. */
import { createHash } from 'node:crypto';

export interface ManifestFile {
  /** `/`-separated. */
  readonly path: string;
  readonly sha256: string;
  readonly size: number;
}

export interface Thing {
  readonly path: string;
  /** Of the file; of a folder, a hash over the paths and hashes of its parts: `content_of` in the database is the same. */
  readonly sha256: string;
  readonly size: number;
  /** Of a folder, sorted by path; null: it is a file. */
  readonly parts: readonly ManifestFile[] | null;
}

/** Is a folder of this name one thing to its format? */
export const isWholeFolder = (path: string): boolean => /\.zarr[\\/]*$/i.test(path);

/** Of Zarr, though they begin with a dot. */
const METADATA = /^\.z(group|array|attrs|metadata)$/;

/** Does a part of the path begin with a dot, so that it is not sent? Metadata of a folder that is one thing are. */
export const isHidden = (path: string): boolean =>
  path
    .split('/')
    .some((part, i, parts) => part.startsWith('.') && !(METADATA.test(part) && parts.slice(0, i).some(isWholeFolder)));

/** The things of a manifest, in the order in which their first files come. */
export function wholeThings(manifest: readonly ManifestFile[]): Thing[] {
  const things = new Map<string, ManifestFile | ManifestFile[]>();
  for (const file of manifest) {
    const folder = folderOf(file.path);
    const known = folder === null ? undefined : things.get(folder);
    if (folder === null) things.set(file.path, file);
    else if (Array.isArray(known)) known.push(file);
    else things.set(folder, [file]);
  }
  return [...things].map(([path, what]) => (Array.isArray(what) ? folderThing(path, what) : { ...what, parts: null }));
}

/** The uppermost folder around a file that is one thing. */
function folderOf(path: string): string | null {
  for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1))
    if (isWholeFolder(path.slice(0, end))) return path.slice(0, end);
  return null;
}

function folderThing(path: string, files: readonly ManifestFile[]): Thing {
  const parts = files
    .map((file) => ({ file, bytes: Buffer.from(file.path) }))
    .sort((a, b) => a.bytes.compare(b.bytes))
    .map(({ file }) => file);
  const lines = parts.map((part) => `${part.path}\t${part.sha256}`);
  const sha256 = createHash('sha256').update(lines.join('\n')).digest('hex');
  return { path, sha256, size: parts.reduce((sum, { size }) => sum + size, 0), parts };
}
