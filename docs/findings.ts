/** What may be found in a file, and what to do about it? The submitter's manual, drawn from the checks: `npm run docs:findings`. */

import { CROSS_FILE_CHECKS } from '../checks/cross-file/index.js';
import { columnsOf } from '../checks/deposition/matrix.js';
import { RULES } from '../checks/deposition/rules/index.js';
import type { Rule, Severity } from '../checks/finding.js';
import { CHECKS } from '../checks/formats/index.js';

const WEIGHTS: Readonly<Record<Severity, string>> = {
  error: 'sends the submission back',
  warning: 'goes to the curator, who decides',
  info: 'is for the curious',
};

process.stdout.write(
  [
    '# Findings\n',
    'What each check looks for in the files of a submission, what it means, and what to do about it. The same checks run',
    'on your machine: `accession validate FILE`.\n',
    ...Object.entries(WEIGHTS).map(([severity, weight]) => `- **${severity}**: ${weight}.`),
    '\nWhere … stands, the report names what was found.\n',
    ...CHECKS.flatMap(({ id, title, extensions, rules }) => [
      `## ${id}: ${title}\n`,
      `Looks at files whose names end in ${extensions.map((extension) => `\`${extension}\``).join(', ')}.\n`,
      ...tableOf(rules),
      '',
    ]),
    ...CROSS_FILE_CHECKS.flatMap(({ id, title, rules }) => [
      `## ${id}: ${title}\n`,
      'Looks at what the checks have learnt of files that belong together.\n',
      ...tableOf(rules),
      '',
    ]),
    '## deposition: What must agree between the files of a run\n',
    'Looks at what the checks have learnt of the files of a deposition of tilt series, and at its metadata: X of each run,',
    'D of each data set. A rule whose inputs are not there says so.\n',
    ...columnsOf(RULES).flatMap(({ rule, title, why, tolerances }) => [
      `### ${rule}: ${title}\n`,
      `${why}${toleranceOf(tolerances)}\n`,
      ...tableOf(sentencesOf(rule)),
      '',
    ]),
  ].join('\n'),
);

function toleranceOf(tolerances: Readonly<Record<string, { readonly value: number; readonly unit: string }>>): string {
  const told = Object.entries(tolerances).map(([what, { value, unit }]) => `${what} ${value} ${unit}`.trim());
  return told.length > 0 ? ` What may differ: ${told.join(', ')}.` : '';
}

function sentencesOf(id: string): Readonly<Record<string, Rule>> {
  return [...RULES.ofRuns, ...RULES.ofDatasets].find((rule) => rule.id === id)?.says ?? {};
}

function tableOf(rules: Readonly<Record<string, Rule>>): string[] {
  return [
    '| rule | severity | what it means | what to do |',
    '| --- | --- | --- | --- |',
    ...Object.entries(rules).map(
      ([rule, { severity, message, fix, docs }]) =>
        `| \`${rule}\` | ${severity} | ${cell(message)} | ${cell(fix)}${docs ? ` ([why](${docs}))` : ''} |`,
    ),
  ];
}

/** Text of a rule as the cell of a table. */
function cell(text: string): string {
  return text
    .replaceAll(/\{\w+\}/g, '…')
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replaceAll('\n', ' ');
}
