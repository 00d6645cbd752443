/** How does a service of a test call nobody? By these settings: what others know stays unverified. */
const SERVICES = 'CROSSREF DOI ORCID EMPIAR EMDB PDB OLS UNIPROT CELLOSAURUS WORMBASE'.split(' ');

export const NO_SERVICES: Readonly<Record<string, string>> = Object.fromEntries(
  SERVICES.map((of) => [`${of}_URL`, 'off']),
);
