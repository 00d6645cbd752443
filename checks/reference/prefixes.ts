/** By what does one tell which file an id belongs to? By how it begins: `CL` of `CL:0000066`, `ENSMUSG` of a gene. */

/** Of a term: what stands before the colon, or before the underscore of `CVCL_0030`. */
export const prefixOf = (id: string): string => /^[^:_]*/.exec(id)?.[0] ?? '';

/** Of a gene: what stands before the first digit. */
export const genePrefixOf = (id: string): string => /^\D*/.exec(id)?.[0] ?? '';
