/**
 * Of which assays must there be raw counts? Of all but those that measure accessibility or methylation alone.
 *
 * A stand-in: these are the descendants, in EFO 3.82 (schema 7.0.0), of the terms that the schema names. The reference
 * ontologies replace it.
 */

/** EFO:0007045 ATAC-seq, EFO:0008804 Methyl-seq, EFO:0000751 methylation profiling, EFO:0008939 snmC-seq, and below. */
const WITHOUT_RAW: ReadonlySet<string> = new Set([
  'EFO:0000751', // methylation profiling
  'EFO:0002759', // methylation profiling by array
  'EFO:0002761', // methylation profiling by high throughput sequencing
  'EFO:0007045', // ATAC-seq
  'EFO:0008736', // Fast-ATAC
  'EFO:0008804', // Methyl-seq
  'EFO:0008904', // scATAC-seq (Microfluidics)
  'EFO:0008925', // scATAC-seq (cell index)
  'EFO:0008939', // snmC-seq
  'EFO:0010891', // scATAC-seq
  'EFO:0022045', // sci-ATAC-seq3
  'EFO:0022492', // snm3C-seq
  'EFO:0030007', // 10x scATAC-seq
  'EFO:0030027', // snmC-Seq2
]);

/** Below both EFO:0010891 scATAC-seq and EFO:0008913 single-cell RNA sequencing: they measure RNA as well. */
const PAIRED: ReadonlySet<string> = new Set([
  'EFO:0022962', // SHARE-seq
  'EFO:0030059', // 10x multiome
]);

/** Whether the rules for raw counts hold in a file with these assays. */
export function needsRawCounts(assays: Iterable<string>): boolean {
  const all = [...assays];
  return all.some((assay) => PAIRED.has(assay)) || !all.some((assay) => WITHOUT_RAW.has(assay));
}
