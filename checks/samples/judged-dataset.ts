/** What does a rule say of a data set? For specs: by what it says, with every place of its sentences filled. */
import type { Dataset, Deposition } from '../deposition/deposition.js';
import type { CellTold, DatasetRule } from '../deposition/run-rule.js';
import { soundDeposition } from './deposition.js';

export interface JudgedDataset {
  /** `variant` of the data set, `variant of run` of one of its runs. */
  readonly says: readonly string[];
  readonly compared: readonly string[];
  readonly notApplicable: readonly string[];
  readonly undecided: readonly string[];
  readonly told: CellTold | undefined;
}

/** What the rule of this name says of the data set, alone in its deposition or within one. */
export function judgeDataset(
  rules: readonly DatasetRule[],
  id: string,
  dataset: Dataset,
  deposition: Deposition = soundDeposition({ datasets: [dataset] }),
): JudgedDataset {
  const rule = rules.find((one) => one.id === id);
  if (!rule) throw new Error(`There is no rule ${id}.`);
  const said = [...rule.judge(dataset, deposition)];
  const findings = said.flatMap((one) => ('says' in one ? [one] : []));
  for (const { says, told } of findings) {
    const { message = '', fix = '' } = rule.says[says] ?? {};
    const names = [...`${message} ${fix}`.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    const empty = names.filter((name) => told[name] === undefined);
    if (message === '' || empty.length > 0) throw new Error(`${id} "${says}" leaves ${empty.join(', ')} open.`);
  }
  return {
    says: findings.map(({ says, run }) => (run === undefined ? says : `${says} of ${run}`)),
    compared: said.flatMap((one) => ('compared' in one ? `${one.compared.found} / ${one.compared.expected}` : [])),
    notApplicable: said.flatMap((one) => ('notApplicable' in one ? one.notApplicable : [])),
    undecided: said.flatMap((one) => ('undecided' in one ? one.undecided : [])),
    told: findings[0]?.told,
  };
}
