/**
 * Which organisms are known? NCBITaxon, of millions of taxa, is not installed. These are the organisms of the schema with
 * what is known here to lie below them, and others that people study: another id may be one below them all the same.
 */
import { PackedFile } from './packed-file.js';
import { PackedOntology, packOntology } from './packed-ontology.js';
import type { Ontology } from './reference.js';

/** The number of the taxon, its name, and that of one that it lies below. */
const ORGANISMS: readonly (readonly [taxon: number, name: string, below?: number])[] = [
  [9606, 'Homo sapiens'],
  [10090, 'Mus musculus'],
  [7227, 'Drosophila melanogaster'],
  [7955, 'Danio rerio'],
  [6239, 'Caenorhabditis elegans'],
  [9541, 'Macaca fascicularis'],
  [9986, 'Oryctolagus cuniculus'],
  [9483, 'Callithrix jacchus'],
  [9595, 'Gorilla gorilla gorilla', 9593],
  [9544, 'Macaca mulatta'],
  [9598, 'Pan troglodytes'],
  [9823, 'Sus scrofa'],
  [30608, 'Microcebus murinus'],
  [10116, 'Rattus norvegicus'],
  [2697049, 'Severe acute respiratory syndrome coronavirus 2'],
  [32630, 'synthetic construct'],

  [10091, 'Mus musculus castaneus', 10090],
  [10092, 'Mus musculus domesticus', 10090],
  [35531, 'Mus musculus bactrianus', 10090],
  [39442, 'Mus musculus musculus', 10090],
  [57486, 'Mus musculus molossinus', 10090],
  [947985, 'Mus musculus albula', 10090],
  [9825, 'Sus scrofa domesticus', 9823],
  [63221, 'Homo sapiens neanderthalensis', 9606],

  [562, 'Escherichia coli'],
  [1234, 'Nitrospira'],
  [3702, 'Arabidopsis thaliana'],
  [4932, 'Saccharomyces cerevisiae'],
  [8090, 'Oryzias latipes'],
  [8355, 'Xenopus laevis'],
  [8364, 'Xenopus tropicalis'],
  [9031, 'Gallus gallus'],
  [9545, 'Macaca nemestrina'],
  [9593, 'Gorilla gorilla'],
  [9597, 'Pan paniscus'],
  [9601, 'Pongo abelii'],
  [9615, 'Canis lupus familiaris'],
  [9669, 'Mustela putorius furo'],
  [9685, 'Felis catus'],
  [9796, 'Equus caballus'],
  [9913, 'Bos taurus'],
  [9940, 'Ovis aries'],
  [10029, 'Cricetulus griseus'],
  [10141, 'Cavia porcellus'],
];

const idOf = (taxon: number): string => `NCBITaxon:${taxon}`;

let known: Ontology | null = null;

export function organisms(): Ontology {
  const records = () =>
    ORGANISMS.map(([taxon, label, below]) => ({
      ...{ id: idOf(taxon), label, isDeprecated: false, replacedBy: null },
      parents: below === undefined ? [] : [idOf(below)],
    }));
  known ??= new PackedOntology('NCBITaxon', new PackedFile(packOntology(records())), /^NCBITaxon:[1-9]\d{0,7}$/);
  return known;
}
