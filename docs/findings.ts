/** What may be found in a file, and what to do about it? The submitter's manual, drawn from the checks: `npm run docs:findings`. */

import { CROSS_FILE_CHECKS } from '../checks/cross-file/index.js';
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
  ].join('\n'),
);

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
