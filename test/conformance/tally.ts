/** How many cases were run, and how many agree? One line for each suite. */

const COLUMNS = ['cases', 'agree', 'deviate', 'excluded', 'disagree'] as const;
type Outcome = Exclude<(typeof COLUMNS)[number], 'cases'>;

export class Tally {
  readonly #suites = new Map<string, Record<Outcome, number>>();

  count(suite: string, outcome: Outcome): void {
    const counts = this.#suites.get(suite) ?? { agree: 0, deviate: 0, excluded: 0, disagree: 0 };
    counts[outcome] += 1;
    this.#suites.set(suite, counts);
  }

  toString(): string {
    const lines = [...this.#suites].map(([suite, counts]) => {
      const cases = Object.values(counts).reduce((sum, count) => sum + count, 0);
      return lineOf(suite, [cases, counts.agree, counts.deviate, counts.excluded, counts.disagree]);
    });
    return [lineOf('', COLUMNS), ...lines].join('\n');
  }
}

const lineOf = (suite: string, cells: readonly (string | number)[]): string =>
  [suite.padEnd(22), ...cells.map((cell) => String(cell).padStart(9))].join('');
