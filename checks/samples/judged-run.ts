/** What does a rule say of a run? For specs: by what it says, with every place of its sentences filled. */
import type { Deposition, Run } from '../deposition/deposition.js';
import type { CellTold, RunRule } from '../deposition/run-rule.js';
import { around } from './deposition.js';

export interface Judged {
  /** Findings, but for those that only inform. */
  readonly faults: readonly string[];
  readonly informs: readonly string[];
  readonly compared: readonly string[];
  readonly notApplicable: readonly string[];
  readonly undecided: readonly string[];
  /** Of the first finding. */
  readonly told: CellTold | undefined;
}

/** What the rule of this name says of the run, alone in its deposition or within one. */
export function judge(rules: readonly RunRule[], id: string, run: Run, deposition?: Deposition): Judged {
  const rule = rules.find((one) => one.id === id);
  if (!rule) throw new Error(`There is no rule ${id}.`);
  const alone = around(run);
  const dataset = deposition?.datasets.find(({ key }) => key === run.dataset) ?? alone.dataset;
  const said = [...rule.judge(run, { dataset, deposition: deposition ?? alone.deposition })];
  const findings = said.flatMap((one) => ('says' in one ? [one] : []));
  for (const { says, told } of findings) demandFilled(rule, says, told);
  const isInfo = (says: string) => rule.says[says]?.severity === 'info';
  return {
    faults: findings.flatMap(({ says }) => (isInfo(says) ? [] : says)),
    informs: findings.flatMap(({ says }) => (isInfo(says) ? says : [])),
    compared: said.flatMap((one) => ('compared' in one ? `${one.compared.found} / ${one.compared.expected}` : [])),
    notApplicable: said.flatMap((one) => ('notApplicable' in one ? one.notApplicable : [])),
    undecided: said.flatMap((one) => ('undecided' in one ? one.undecided : [])),
    told: findings[0]?.told,
  };
}

function demandFilled(rule: RunRule, says: string, told: CellTold): void {
  const sentence = rule.says[says];
  if (!sentence) throw new Error(`${rule.id} has no sentence "${says}".`);
  const names = [...`${sentence.message} ${sentence.fix}`.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const empty = names.filter((name) => told[name] === undefined);
  if (empty.length > 0) throw new Error(`${rule.id} "${says}" leaves ${empty.join(', ')} open.`);
}
