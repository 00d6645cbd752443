/** How does a folder's submission go to the curators? Its description is sent, and then the word. */
import { argumentsOf } from './arguments.js';
import type { Command } from './command.js';
import { EXIT, UsageError } from './exit.js';
import { waitFor } from './status.js';
import { openWorkspace, type Submission, sendDescription } from './workspace.js';

export const submit: Command = {
  usage: 'submit [DIR] --accept-policy [--comment TEXT] [--wait STATE] [--format pretty|json]',
  help: [
    'Send the description of a folder, and submit it: the checks run, and then a curator looks at it.',
    '',
    '  --accept-policy   you have the right to share the data, nothing in them identifies a person, and what is',
    '                    published is free to use; asked for once',
    '  --comment TEXT    a word to the curators',
    '  --wait STATE      wait until it is there, as curator_review',
    '',
    'Exit status: 0, 2 usage, 3 not signed in, 4 network, 5 refused: the sentence says what is missing.',
    '',
  ].join('\n'),

  async run(args, terminal) {
    const { values, positionals } = argumentsOf(args, {
      'accept-policy': { type: 'boolean' },
      comment: { type: 'string' },
      wait: { type: 'string' },
      format: { type: 'string' },
    });
    if (!values['accept-policy'])
      throw new UsageError('Read the policy, and send --accept-policy: accession submit --help says what it is.');
    const workspace = await openWorkspace(positionals[0] ?? '.', terminal.signal);
    await sendDescription(workspace);

    const move = {
      event: 'submitter.submit',
      policyAccepted: true,
      ...(values.comment && { comment: values.comment }),
    };
    const { body } = await workspace.server.post<Submission>(`${workspace.path}/transitions`, move);
    const submission = values.wait ? await waitFor(workspace, values.wait, terminal) : body;
    if (values.format === 'json') terminal.out(`${JSON.stringify(submission)}\n`);
    else terminal.err(`${submission.accession} is in "${submission.state}".\n`);
    return EXIT.sound;
  },
};
