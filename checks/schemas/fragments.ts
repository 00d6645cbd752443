/**
 * What does the schema say of fragments of open chromatin? Which assays have them, the chromosomes of their organisms and
 * how long these are, and what each column may hold: data, the same in all editions that are known.
 */

export interface FragmentRules {
  /** Assays of this term and below measure accessibility: all cells must be of them for there to be fragments. */
  readonly accessibility: string;
  /** Of these, too, the assay is paired: the cells have RNA beside, and fragments are optional. */
  readonly rna: string;
  /**
   * The least start of a fragment. The schema counts from 0, by which a fragment may begin there; its validator takes
   * none before 1, and so do we, that what passes here passes there. 0 follows the text.
   */
  readonly firstStart: 0 | 1;
  /** Bases of each chromosome and scaffold, by organism. */
  readonly chromosomes: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export const FRAGMENT_SCHEMA: FragmentRules = {
  accessibility: 'EFO:0010891',
  rna: 'EFO:0008913',
  firstStart: 1,
  chromosomes: {
    'NCBITaxon:9606': {
      chr1: 248_956_422,
      chr2: 242_193_529,
      chr3: 198_295_559,
      chr4: 190_214_555,
      chr5: 181_538_259,
      chr6: 170_805_979,
      chr7: 159_345_973,
      chr8: 145_138_636,
      chr9: 138_394_717,
      chr10: 133_797_422,
      chr11: 135_086_622,
      chr12: 133_275_309,
      chr13: 114_364_328,
      chr14: 107_043_718,
      chr15: 101_991_189,
      chr16: 90_338_345,
      chr17: 83_257_441,
      chr18: 80_373_285,
      chr19: 58_617_616,
      chr20: 64_444_167,
      chr21: 46_709_983,
      chr22: 50_818_468,
      chrX: 156_040_895,
      chrY: 57_227_415,
      chrM: 16_569,
      'GL000009.2': 201_709,
      'GL000194.1': 191_469,
      'GL000195.1': 182_896,
      'GL000205.2': 185_591,
      'GL000213.1': 164_239,
      'GL000216.2': 176_608,
      'GL000218.1': 161_147,
      'GL000219.1': 179_198,
      'GL000220.1': 161_802,
      'GL000225.1': 211_173,
      'KI270442.1': 392_061,
      'KI270711.1': 42_210,
      'KI270713.1': 40_745,
      'KI270721.1': 100_316,
      'KI270726.1': 43_739,
      'KI270727.1': 448_248,
      'KI270728.1': 1_872_759,
      'KI270731.1': 150_754,
      'KI270733.1': 179_772,
      'KI270734.1': 165_050,
      'KI270744.1': 168_472,
      'KI270750.1': 148_850,
    },
    'NCBITaxon:10090': {
      chr1: 195_154_279,
      chr2: 181_755_017,
      chr3: 159_745_316,
      chr4: 156_860_686,
      chr5: 151_758_149,
      chr6: 149_588_044,
      chr7: 144_995_196,
      chr8: 130_127_694,
      chr9: 124_359_700,
      chr10: 130_530_862,
      chr11: 121_973_369,
      chr12: 120_092_757,
      chr13: 120_883_175,
      chr14: 125_139_656,
      chr15: 104_073_951,
      chr16: 98_008_968,
      chr17: 95_294_699,
      chr18: 90_720_763,
      chr19: 61_420_004,
      chrX: 169_476_592,
      chrY: 91_455_967,
      chrM: 16_299,
      'GL456210.1': 169_725,
      'GL456211.1': 241_735,
      'GL456212.1': 153_618,
      'GL456219.1': 175_968,
      'GL456221.1': 206_961,
      'GL456239.1': 40_056,
      'GL456354.1': 195_993,
      'GL456372.1': 28_664,
      'GL456381.1': 25_871,
      'GL456385.1': 35_240,
      'JH584295.1': 1_976,
      'JH584296.1': 199_368,
      'JH584297.1': 205_776,
      'JH584298.1': 184_189,
      'JH584299.1': 953_012,
      'JH584303.1': 158_099,
      'JH584304.1': 114_452,
    },
  },
};
