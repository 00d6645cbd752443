/** Are two names those of the same frames? As they stand, or but for capitals, for how they are packed, for their format. */

/** How alike two names are, the most alike first. */
export const LIKENESSES = ['exact', 'capitals', 'packed', 'converted'] as const;
export type Likeness = (typeof LIKENESSES)[number];

const PACKED = /\.(gz|bz2|zip)$/;
const FORMATS = /\.(mrcs?|tiff?|eer)$/;

/** The base name of a SubFramePath, which is of Windows or POSIX. */
export const baseNameOf = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

/** Names are alike where their keys at this likeness are the same. */
export function frameKey(name: string, likeness: Likeness): string {
  if (likeness === 'exact') return name;
  const folded = name.toLowerCase();
  if (likeness === 'capitals') return folded;
  const bare = folded.replace(PACKED, '');
  return likeness === 'packed' ? bare : bare.replace(FORMATS, '');
}
