/** Where is the submission, and whose move is it? Can wait until it is where one wants it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { argumentsOf } from './arguments.js';
import type { Command, Terminal } from './command.js';
import { EXIT, Stopped } from './exit.js';
import { openWorkspace, type Submission, type Workspace } from './workspace.js';

const EVERY_MS = 500;

/** States that nothing leaves by itself: who waits for another one waits in vain. */
const ENDS = /^(withdrawn|rejected|tombstoned|published\.|draft\.(checks_failed|changes_requested)|validating\.broken)/;

export const status: Command = {
  usage: 'status [DIR] [--wait STATE] [--format pretty|json]',
  help: [
    'Tell where the submission of a folder is, and what the checks found.',
    '',
    '  --wait STATE   wait until it is in that state, or in one below it: curator_review, published',
    '',
    'Exit status: 0, 2 usage, 3 not signed in, 4 network, 5 it ended in another state than the one waited for.',
    '',
  ].join('\n'),

  async run(args, terminal) {
    const { values, positionals } = argumentsOf(args, { wait: { type: 'string' }, format: { type: 'string' } });
    const workspace = await openWorkspace(positionals[0] ?? '.', terminal.signal);
    const submission = await waitFor(workspace, values.wait ?? null, terminal);
    if (values.format === 'json') terminal.out(`${JSON.stringify(submission)}\n`);
    else await tell(workspace, submission, terminal);
    return EXIT.sound;
  },
};

const isIn = (state: string, wanted: string) => state === wanted || state.startsWith(`${wanted}.`);

export async function waitFor(
  { server, path }: Workspace,
  wanted: string | null,
  terminal: Terminal,
): Promise<Submission> {
  let last = '';
  for (;;) {
    const { body } = await server.get<Submission>(path);
    if (wanted === null || isIn(body.state, wanted)) return body;
    if (body.state !== last) terminal.err(`${body.state}: waiting for ${wanted}\n`);
    if (ENDS.test(body.state))
      throw new Stopped(
        EXIT.conflict,
        `It is in "${body.state}", and goes to "${wanted}" no more by itself.${why(body)}`,
      );
    last = body.state;
    await sleep(EVERY_MS, undefined, { signal: terminal.signal });
  }
}

const why = ({ lastRun }: Submission) =>
  lastRun ? ` The last run found ${lastRun.errors} errors and ${lastRun.warnings} warnings.` : '';

async function tell({ server, path }: Workspace, submission: Submission, terminal: Terminal): Promise<void> {
  const { accession, title, state, waitingOn, since, files, lastRun } = submission;
  terminal.out(`${accession}  ${title}\n  ${state} since ${since}; waiting on: ${waitingOn}\n`);
  terminal.out(`  ${files.count} file(s), ${files.bytes} bytes\n`);
  if (!lastRun) return;
  terminal.out(`  last run: ${lastRun.outcome}, ${lastRun.errors} errors, ${lastRun.warnings} warnings\n`);
  type Finding = {
    severity: string;
    rule: string;
    file: string;
    location: string | null;
    message: string;
    fix: string;
    status: string;
  };
  for await (const finding of server.all<Finding>(`${path}/runs/${lastRun.id}/findings`)) {
    if (finding.status === 'fixed') continue;
    const where = finding.location ? ` ${finding.location}` : '';
    terminal.out(
      `  ${finding.severity} ${finding.rule} ${finding.file}${where}: ${finding.message}\n    fix: ${finding.fix}\n`,
    );
  }
}
